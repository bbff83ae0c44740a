"""``detector audit run``: whether it is due, one at a time, taken up where it was left."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from detector.audit import durations, lock, notify, untold
from detector.audit.config import AuditConfig
from detector.audit.indexes import opened
from detector.audit.journal import Journal
from detector.audit.running import Running, Teller
from detector.audit.runs import Run, Runs

_SLACK = timedelta(minutes=1)  # cron does not start to the second

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to.

    Attributes:
        run: the run that is complete now; None where none was due.
        due: when the next is due, where none was.
        untold: who could not be told of which run, and why; the next call tries again, until
            the run is given up as old news.
        pruned: ids of the runs that were removed.
    """

    run: Run | None
    due: datetime | None = None
    untold: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()

    @property
    def tripped(self) -> bool:
        """Whether a gate tripped."""
        return self.run is not None and bool(self.run.record["gates"])


class Auditing:
    """One audit, which is run again and again.

    Attributes:
        config: what is audited.
        teller: who is told how far it is.
        now: tells the time.
        runs: those that there are.
    """

    def __init__(self, config: AuditConfig, teller: Teller, clock: Clock | None = None) -> None:
        """Store the parts; by default the clock of the machine tells the time."""
        self.config = config
        self.teller = teller
        self.now = clock or _now
        self.runs = Runs(config.runs)

    def run(self, since: str = "", if_due: timedelta | None = None) -> Outcome:
        """Run the audit, or go on with a run that was left.

        Args:
            since: articles published before are passed over: a day, or a span such as "7d".
            if_due: do nothing if the last complete run began less than this ago.

        Raises:
            RunningError: if another process is at it.
            DetectorError: if it cannot be done; what was done is kept for the next call.
        """
        notify.check(self.config.notify, os.environ)
        with lock.held(self.runs.folder, self.now()):
            self.runs.sweep()
            for problem in self.runs.damaged():
                self.teller.note(problem)
            if if_due is not None and (due := self.due(if_due)) is not None:
                return Outcome(None, due, self._tell())
            journal = self._journal(since)
            had_read = "read" in journal.finished
            run = self._gone(journal)
            if had_read and "-" in self.config.sources.files:
                # What stands at the input now is not what the run that was left has read.
                journal = self._journal(since)
                run = self._gone(journal)
            return Outcome(run, untold=self._tell(), pruned=self._prune())

    def _gone(self, journal: Journal) -> Run:
        """The run of a journal, gone through to its end."""
        with ExitStack() as calmed:
            return Running(self.config, self.runs, journal, self.teller, calmed).go()

    def due(self, span: timedelta) -> datetime | None:
        """When the next run is due, if that is not now; a run that was left is always due."""
        last = self.runs.last()
        if last is None or self.runs.partial() is not None:
            return None
        due = last.started + span
        return due if due - _SLACK > self.now() else None

    def _journal(self, since: str) -> Journal:
        """The journal of the run that was left, or a new one."""
        now = self.now()
        about = {"config": self.config.digest(), "since": since}
        partial = self.runs.partial()
        if partial is not None:
            journal = Journal.resumed(partial, now, about)
            if journal is not None and self._fits(journal):
                stages = ", ".join(journal.finished) or "nothing yet"
                self.teller.note(f"Going on with run {journal.run}; done so far: {stages}.")
                return journal
            self.teller.note(
                f"Run {partial.name} was begun with other options or another index; "
                "it is given up, and a new one begins."
            )
            self.runs.remove(partial)
        moment = durations.moment(since, now, "--since").isoformat() if since else ""
        return Journal.begun(self.runs.begin(now), now, about, moment)

    def _fits(self, journal: Journal) -> bool:
        """Whether the index is the one that the run has begun to fill."""
        if "read" not in journal.finished:
            return True
        with opened(self.config) as index:
            return bool(journal.told("read")["index"] == str(index.info().created))

    def _tell(self) -> tuple[str, ...]:
        """Tell of every run that somebody has not heard of; of the newest first, come what may."""
        said: list[str] = []
        silent: set[str] = set()
        for run in reversed(self.runs.complete()):
            left = untold.left(run)
            if not left:
                continue
            channels = [c for c in left if c in untold.named(self.config.notify)]
            tried = [c for c in channels if c not in silent]
            failures = notify.tell(run, self.config.notify, tried)
            # Who does not answer for this run is spared the older ones.
            silent |= failures.keys()
            waiting = tuple(c for c in channels if c in silent)
            late = self._late(run)
            untold.write(run.path, () if late else waiting)
            told = ", ".join(c for c in channels if c not in silent)
            if told:
                self.teller.note(f"Told of run {run.id}: {told}.")
            then = f"It is given up after {late}." if late else "The next call tries again."
            said += [
                f"run {run.id} is complete, but could not be told of: "
                f"{failures.get(c, f'{c}: not tried, since it failed for a later run')}. {then}"
                for c in waiting
            ]
        return tuple(said)

    def _late(self, run: Run) -> str:
        """The span after which a run is old news, if it is that old; what refuses it may for good.

        So one run that a webhook cannot take does not make every later audit fail.
        """
        text = self.config.notify.give_up
        span = durations.parse(text) if text else None
        return durations.told(span) if span is not None and self.now() - run.started >= span else ""

    def _prune(self) -> tuple[str, ...]:
        outdated = self.runs.outdated(keep=self.config.retention.runs)
        for run in outdated:
            self.runs.remove(run.path)
        return tuple(run.id for run in outdated)


def _now() -> datetime:
    return datetime.now().astimezone()
