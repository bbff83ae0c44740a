"""The folder of runs: one folder a run, named by its start, complete or not there.

A run that has not ended stands in a folder whose name ends in ``.partial``; ending, it gets
its name in one step. So nothing that looks like a run is half of one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from detector import files
from detector.audit.disk import read_json, settled, write_json
from detector.audit.figures import Figures, Snapshot
from detector.audit.tables import read_links, read_rows
from detector.errors import InputError, UsageError

RECORD = "run.json"
PARTIAL = ".partial"
_GOING = ".going"  # a run that is being removed
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class Run:
    """A complete run.

    Attributes:
        path: its folder, named by its id.
        record: what ``run.json`` says.
    """

    path: Path
    record: Mapping[str, Any]

    @property
    def id(self) -> str:
        """When it began, in UTC; ids sort by time."""
        return self.path.name

    @property
    def started(self) -> datetime:
        """When it began."""
        return datetime.strptime(self.id, _STAMP).replace(tzinfo=timezone.utc)

    def file(self, kind: str) -> Path:
        """Where its "rows" or "pairs" are, or its "report" or "markdown"."""
        return self.path / str(self.record["files"][kind])

    def report(self, kind: str) -> Path:
        """Where its "report" or "markdown" is.

        Raises:
            InputError: if somebody has taken it away.
        """
        path = self.file(kind)
        if not path.is_file():
            form = " --markdown" if kind == "markdown" else ""
            anew = f"detector audit report {self.id}{form} -o FILE"
            raise InputError(f"is not there any more; draw it anew with: {anew}", str(path))
        return path

    def snapshot(self) -> Snapshot:
        """Its rows and pairs, with its figures.

        Raises:
            InputError: if they are missing or damaged.
        """
        rows, links = read_rows(self.file("rows")), read_links(self.file("pairs"))
        return Snapshot(rows, links, Figures.of_values(self.record["figures"]))


class Runs:
    """Every run of one audit."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def complete(self) -> tuple[Run, ...]:
        """The complete runs, the oldest first; folders without a readable record are none."""
        return tuple(run for path in self._named("") if (run := _run(path)) is not None)

    def damaged(self) -> Iterator[str]:
        """Why folders that have the name of a complete run are none."""
        return filter(None, map(_damage, self._named("")))

    def last(self) -> Run | None:
        """The newest complete run."""
        return next((run for p in reversed(self._named("")) if (run := _run(p))), None)

    def before(self, run: Run) -> Run | None:
        """The complete run before another."""
        return next((r for r in reversed(self.complete()) if r.id < run.id), None)

    def compared_with(self, run: Run) -> Run | None:
        """The run that another was compared with when it ended, if it is still there."""
        return _run(self.folder / str(run.record["previous"])) if run.record["previous"] else None

    def find(self, name: str) -> Run:
        """The run that a name means: its folder, its id, the start of one, or ``last``.

        Raises:
            UsageError: if there is none, or more than one; the message names them.
        """
        if (Path(name) / RECORD).is_file() and (found := _run(Path(name))) is not None:
            return found
        runs = self.complete()
        if not runs:
            raise UsageError(f"{self.folder}: no run is complete; begin with: detector audit run")
        if name in ("last", "latest"):
            return runs[-1]
        fitting = [run for run in runs if run.id == name] or [
            run for run in runs if name and run.id.startswith(name)
        ]
        if len(fitting) == 1:
            return fitting[0]
        ids = [run.id for run in fitting or runs]
        some = ", ".join(ids[-3:]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        problem = f"{name!r} is the start of several" if fitting else f"no run is called {name!r}"
        raise UsageError(f"{self.folder}: {problem}; there are {some}")

    def partial(self) -> Path | None:
        """The newest run that has not ended."""
        return next(reversed(self._named(PARTIAL)), None)

    def begin(self, now: datetime) -> Path:
        """Make the folder of a run that has not ended; its name sorts behind all others.

        Raises:
            InputError: if it cannot be made.
        """
        taken = [path.name.split(".")[0] for path in [*self._named(""), *self._named(PARTIAL)]]
        name = now.astimezone(timezone.utc).strftime(_STAMP)
        if taken and name <= max(taken):  # two within one second, or a clock that was set back
            last = datetime.strptime(max(taken), _STAMP)
            name = (last + timedelta(seconds=1)).strftime(_STAMP)
        path = self.folder / f"{name}{PARTIAL}"
        try:
            path.mkdir(parents=True)
        except OSError as error:
            raise InputError(files.why(error, writing=True), str(path)) from error
        return path

    def end(self, partial: Path, record: Mapping[str, Any]) -> Run:
        """Write the record of a run and give its folder the name of a complete one.

        Raises:
            InputError: if that cannot be written.
        """
        write_json(partial / RECORD, record)
        path = partial.with_name(partial.name.removesuffix(PARTIAL))
        try:
            for file in partial.iterdir():
                settled(file)
            settled(partial)
            partial.replace(path)
            settled(self.folder)
        except OSError as error:
            raise InputError(files.why(error, writing=True), str(path)) from error
        return Run(path, record)

    def outdated(self, keep: int = 0, before: datetime | None = None) -> tuple[Run, ...]:
        """The runs that would be pruned; never the newest, which the next is compared with.

        Args:
            keep: so many of the newest stay; 0 is no limit.
            before: those that began earlier go; None is no limit.
        """
        runs = self.complete()
        surplus = len(runs) - keep if keep else 0
        return tuple(
            run
            for number, run in enumerate(runs[:-1])
            if number < surplus or (before is not None and run.started < before)
        )

    def remove(self, path: Path) -> None:
        """Remove the folder of a run; killed half-way, it is no run any more.

        Raises:
            InputError: if it cannot be removed.
        """
        going = path.with_name(f"{path.name.split('.')[0]}{_GOING}")
        try:
            path.replace(going)
            shutil.rmtree(going)
        except OSError as error:
            raise InputError(files.why(error, writing=True), str(path)) from error

    def sweep(self) -> None:
        """Finish removing what was being removed when a process was killed."""
        for path in self._named(_GOING):
            shutil.rmtree(path, ignore_errors=True)

    def _named(self, ending: str) -> list[Path]:
        try:
            found = list(self.folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise InputError(files.why(error), str(self.folder)) from error
        return sorted(
            path
            for path in found
            if path.name.endswith(ending) and _NAME.fullmatch(path.name.removesuffix(ending))
        )


def _run(path: Path) -> Run | None:
    try:
        return Run(path, _record(path))
    except InputError:
        return None


def _damage(path: Path) -> str:
    try:
        _record(path)
    except InputError as error:
        return f"A run is passed over: {error}"
    return ""


def _record(path: Path) -> dict[str, Any]:
    record = read_json(path / RECORD)
    if not {"files", "low_score", "figures"} <= record.keys():
        raise InputError("is damaged: it is no record of a run", str(path / RECORD))
    return record
