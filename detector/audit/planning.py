"""What a run would do, found without writing anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from detector.audit import durations, lock, notify, untold
from detector.audit.auditing import Auditing
from detector.audit.config import AuditConfig
from detector.audit.indexes import known, opened
from detector.audit.reading import Count, Reading, expanded
from detector.audit.wording import ARTICLES, counted
from detector.records import Article

_OCCASIONS = {
    "always": "in any case",
    "changes": "if anything has changed or a gate trips",
    "gates": "if a gate trips",
}


def planned(auditing: Auditing, since: str, if_due: timedelta | None) -> Iterator[str]:
    """Sentences on what `Auditing.run` would do now.

    Standard input is not read: it could not be read again.

    Raises:
        DetectorError: where the run would fail, too.
    """
    config, runs = auditing.config, auditing.runs
    notify.check(config.notify, os.environ)
    holder = lock.holder(runs.folder)
    if holder is not None:
        yield f"An audit is running, or was killed: {holder}."
    waiting = [run.id for run in runs.complete() if untold.left(run)]
    if waiting and untold.named(config.notify):
        yield f"Somebody would be told again of {', '.join(waiting)}."
    if if_due is not None and (due := auditing.due(if_due)) is not None:
        yield f"Nothing would be done: the next run is due at {due:%Y-%m-%d %H:%M %Z}."
        return
    partial = runs.partial()
    if partial is not None:
        yield f"Run {partial.name} was left; it would be gone on with."
    moment = durations.moment(since, auditing.now(), "--since") if since else None
    found = _read(auditing, config, moment)
    yield (
        f"{counted(found.files, ('file', 'files'))}, {found.untouched:,} read before and "
        f"unchanged; {counted(found.read, ('record', 'records'))} to read."
    )
    yield (
        f"{counted(found.new, ARTICLES)} would be added, {found.changed:,} replaced; "
        f"{found.known:,} known, {found.older:,} too old, {found.unread:,} unreadable."
    )
    yield from (f"  {problem}" for problem in found.problems)
    if "-" in config.sources.files:
        yield "Standard input would be read as well."
    outdated = runs.outdated(keep=max(config.retention.runs - 1, 0))
    if outdated:
        runs_ = counted(len(outdated), ("run", "runs"))
        yield f"{runs_} would be removed: {', '.join(run.id for run in outdated)}."
    if channels := untold.named(config.notify):
        yield f"Would be told {_OCCASIONS[config.notify.when]}: {', '.join(channels)}."


def _read(auditing: Auditing, config: AuditConfig, since: datetime | None) -> Count:
    names = [name for name in config.sources.files if name != "-"]
    with _Stored(config) as stored:
        before = known(auditing.runs, stored.index.info(), config) if stored.index else {}
        reading = Reading(config.detector.read, stored, before, since)
        reading.read(expanded(names) if names else [], _dropped, auditing.teller.progress)
    return reading.count


class _Stored:
    """The index if there is one; else one that holds nothing, and is not made."""

    def __init__(self, config: AuditConfig) -> None:
        there = Path(config.index).exists() or not config.sources.files
        self.index = opened(config, read_only=True) if there else None

    def __enter__(self) -> _Stored:
        return self

    def __exit__(self, *_: object) -> None:
        if self.index is not None:
            self.index.close()

    def __contains__(self, name: object) -> bool:
        return self.index is not None and name in self.index

    def get(self, name: str, /) -> Article:
        """The article of this id."""
        assert self.index is not None
        return self.index.get(name)


def _dropped(_article: Article) -> None:
    """Put an article nowhere."""
