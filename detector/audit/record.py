"""``run.json``: what a run was about, what it came to, and with what it was made."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from detector import __version__
from detector.audit.config import AuditConfig
from detector.audit.indexes import reading
from detector.audit.journal import Journal
from detector.audit.page import PAGE
from detector.records import IndexInfo

MARKDOWN = "report.md"

_COUNTED = ("files", "untouched", "read", "new", "changed", "known", "older", "unread")
_LIBRARIES = ("numpy", "faiss-cpu")  # which vectors and figures could depend on


def record(config: AuditConfig, journal: Journal, info: IndexInfo) -> dict[str, Any]:
    """The record of a run.

    Args:
        config: of the audit.
        journal: of the run, which has compared its pairs; the page may still be to be drawn.
        info: of the index.
    """
    told = {name: journal.told(name) for name in journal.finished}
    read, compare = told["read"], told["compare"]
    return {
        "id": journal.run,
        "status": "tripped" if compare["gates"] else "passed",
        "started": journal.started,
        "resumed": journal.resumes,
        "since": journal.since or None,
        "previous": compare["previous"],
        "versions": {**info.versions, **_versions()},
        "config": config.digest(),
        "input": read["input"],
        "reading": reading(config),
        "index": {"path": config.index, "created": read["index"]},
        "model": info.model,
        "model_digest": info.model_digest,
        "seeds": {"lexical": config.detector.lexical.seed},
        "counts": {**{name: read[name] for name in _COUNTED}, **told["add"]},
        "unread": read["problems"],
        "figures": {**compare["figures"], **_shown(told)},
        "low_score": config.gates.low_score,
        "guarded": compare["guarded"],
        "limits": {name: _limit(config, name) for name in compare["guarded"]},
        "gates": compare["gates"],
        "changes": compare["changes"],
        "notes": told["detect"]["notes"],
        "seconds": journal.seconds,
        "files": {**told["detect"]["files"], "report": PAGE, "markdown": MARKDOWN},
    }


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    """The figures at the head of the page, once it is drawn."""
    return {"report": told["report"]["figures"]} if "report" in told else {}


def _limit(config: AuditConfig, gate: str) -> float | None:
    limit = getattr(config.gates, gate)
    return None if isinstance(limit, Mapping) else limit


def _versions() -> dict[str, str]:
    libraries = {name: metadata.version(name) for name in _LIBRARIES}
    return {"detector": __version__, "python": platform.python_version(), **libraries}
