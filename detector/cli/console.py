"""Standard error: how far a pass is, and what was left out of it."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress as RichProgress

    from detector.errors import InputError
    from detector.records import Detection

Progress = Callable[[str, int, int], None]

_LISTED = 20  # records left out that are named; the rest are counted
_REDRAW = 0.1  # seconds
_LAST_FORKING = "prepare"  # behind it a thread can draw, without being cloned half-way
_STAGES = {
    "add": "Adding",
    "pack": "Packing",
    "read": "Reading",
    "prepare": "Preparing",
    "encode": "Encoding",
    "relate": "Relating",
    "verify": "Verifying",
    "explain": "Explaining",
}
_SLOW = {  # by a transformer, on a CPU
    "encode": "{:,} articles are read by a transformer, some 10 to 40 a second.",
    "verify": "{:,} sentences are read for a second opinion, some 100 to 300 a second.",
}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


class Console:
    """What a person sees beside the data."""

    def __init__(self, *, quiet: bool) -> None:
        """With `quiet`, say only what was left out."""
        self._quiet = quiet
        self._skipped: list[str] = []
        self._skips = 0
        self._noted: Counter[str] = Counter()
        self._first_note: dict[str, str] = {}

    def skipped(self, error: InputError) -> None:
        """Remember a record that was left out."""
        self._skips += 1
        if len(self._skipped) < _LISTED:
            self._skipped.append(str(error))

    def noted(self, error: InputError) -> None:
        """Remember a record of which a part was not understood."""
        kind = _QUOTED.sub("", error.reason)
        self._noted[kind] += 1
        self._first_note.setdefault(kind, str(error))

    def left_out(self) -> tuple[tuple[str, ...], int]:
        """The first records that were left out, and how many there are."""
        return tuple(self._skipped), self._skips

    def notes(self) -> tuple[str, ...]:
        """What was not understood, one sentence a kind, the most frequent first."""
        return tuple(
            self._first_note[kind] + (f" ({count:,} such)" if count > 1 else "")
            for kind, count in self._noted.most_common()
        )

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for each stage, with rate and remaining time; on a terminal only.

        Elsewhere a line says what will take long, before it does.
        """
        if self._quiet or not sys.stderr.isatty():
            yield _silent if self._quiet else _announced
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<11}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]:>17}"),
            TextColumn("{task.fields[rate]:>9}"),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        )
        # Drawn when something is told, not by a thread: processes are forked meanwhile.
        with Progress(*columns, console=rich_console(), transient=True, auto_refresh=False) as bars:
            told = _Bars(bars)
            try:
                yield told.told
            finally:
                told.stop()

    def summary(self, detection: Detection, keep: str) -> None:
        """Tables of what was found, what could not be done and what was left out.

        Args:
            detection: of the pass.
            keep: kind of cluster that has one canonical article.
        """
        if not self._quiet:
            from detector.cli.summary import print_summary

            out = rich_console()
            print_summary(detection, keep, out)
            for note in detection.notes:
                _print(out, f"Note: {note}")
        self.say_notes()
        self.say_left_out()

    def say_notes(self) -> None:
        """Say what was not understood, each kind once."""
        if self._quiet or not self._noted:
            return
        out = rich_console()
        for note in self.notes():
            _print(out, f"Note: {note}")

    def say_left_out(self) -> None:
        """Say which records were left out."""
        if self._skips:
            out = rich_console()
            _print(out, f"{self._skips:,} record{'s' * (self._skips > 1)} left out:")
            for line in self._skipped:
                _print(out, f"  {line}")
            if self._skips > len(self._skipped):
                _print(out, f"  and {self._skips - len(self._skipped):,} more")


def _announced(stage: str, done: int, total: int) -> None:
    if stage in _SLOW and done == 0 < total:
        click.echo(_SLOW[stage].format(total), err=True)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""


class _Bars:
    """Turns what the pass tells into bars."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._begun: dict[str, tuple[int, float]] = {}
        self._drawn = 0.0
        self._stopped = threading.Event()
        self._ticking: threading.Thread | None = None

    def told(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage.

        Args:
            stage: its name.
            done: articles or pairs that are done.
            total: of how many; 0 if that is not known.
        """
        now = time.monotonic()
        if stage not in self._begun:
            task = self._bars.add_task(_STAGES.get(stage, stage), total=None, count="", rate="")
            self._begun[stage] = int(task), now
        number, begun = self._begun[stage]
        took = now - begun
        self._bars.update(
            self._bars.tasks[number].id,
            completed=done,
            total=total or None,
            count=f"{done:,}/{total:,}" if total else f"{done:,}",
            rate=f"{done / took:,.0f}/s" if took > _REDRAW else "",
        )
        if now - self._drawn >= _REDRAW or done == total:
            self._bars.refresh()
            self._drawn = now
        if stage == _LAST_FORKING and done == total and self._ticking is None:
            self._ticking = threading.Thread(target=self._tick, args=(now,), daemon=True)
            self._ticking.start()

    def stop(self) -> None:
        """Draw no more."""
        self._stopped.set()
        if self._ticking is not None:
            self._ticking.join()

    def _tick(self, begun: float) -> None:
        task = self._bars.add_task("Comparing", total=None, count="", rate="")
        while not self._stopped.wait(_REDRAW):
            self._bars.update(task, count=f"{time.monotonic() - begun:.0f} s")
            self._bars.refresh()


def rich_console() -> RichConsole:
    """Standard error, without colour where it is not wanted."""
    from rich.console import Console as RichConsole

    return RichConsole(
        stderr=True, no_color=bool(os.environ.get("NO_COLOR")), highlight=False, soft_wrap=False
    )


def _print(out: RichConsole, line: str) -> None:
    out.print(line, markup=False, highlight=False, soft_wrap=not out.is_terminal)
