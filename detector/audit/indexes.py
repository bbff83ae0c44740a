"""The index of an audit: opened with its options, and what was read into it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

from detector.audit import seen
from detector.audit.config import AuditConfig
from detector.audit.runs import Runs
from detector.config import Config, ReadConfig
from detector.errors import StoreError
from detector.pipeline import Detector
from detector.records import IndexInfo
from detector.store import Store

SOURCES = "sources.jsonl"  #: of a run: the files that it has seen


def opened(config: AuditConfig, *, read_only: bool = False) -> Detector:
    """The index of an audit; without sources of its own it must be there.

    One that was built by others keeps its options, unless the audit states its own.

    Raises:
        StoreError: if it cannot be opened, or was built with other options.
    """
    wanted = config.detector
    built = replace(wanted, cluster=replace(wanted.cluster, keep=config.keep))
    if Store.begun(config.index):
        with Detector.open(config.index, read_only=read_only) as there:
            built = replace(there.config, jobs=wanted.jobs)
        # How records are read and which copy is kept changes nothing that is stored.
        keep = replace(wanted.cluster, keep=built.cluster.keep)
        same = replace(wanted, read=built.read, cluster=keep)
        stated = replace(wanted, read=ReadConfig(), jobs=0) != Config()
        if stated and same.fingerprint() != built.fingerprint():
            raise StoreError(
                f"{config.index}: built with other options ({built.difference(same)}); state "
                "those, or name another index"
            )
    create = bool(config.sources.files) and not read_only
    return Detector.open(config.index, built, create=create, read_only=read_only)


def reading(config: AuditConfig) -> str:
    """Digest of the options that decide what articles are made of a record."""
    text = json.dumps(asdict(config.detector.read), sort_keys=True).encode()
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def known(runs: Runs, info: IndexInfo, config: AuditConfig) -> dict[str, seen.Seen]:
    """The files that were read into this index with these options; none if it is another."""
    last = runs.last()
    if last is None or last.record.get("index", {}).get("created") != str(info.created):
        return {}
    if not info.articles and last.record["figures"]["articles"]:  # made again within one second
        return {}
    if last.record.get("reading") != reading(config):
        return {}
    return seen.read(last.path / SOURCES)
