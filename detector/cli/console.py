"""Standard error: progress while a pass runs, and a summary behind it."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console as RichConsole

    from detector.errors import InputError
    from detector.records import Detection

_NOTES = 5  # skipped records shown one by one; the rest are counted
_STAGES = {
    "read": "Reading",
    "prepare": "Preparing",
    "encode": "Encoding",
    "explain": "Explaining",
}


class Console:
    """What a person sees beside the data."""

    def __init__(self, *, quiet: bool) -> None:
        """Say nothing at all if `quiet`."""
        self._quiet = quiet
        self._skipped: list[str] = []
        self._noted: Counter[str] = Counter()
        self._first_note: dict[str, str] = {}

    def skipped(self, error: InputError) -> None:
        """Remember a record that was left out."""
        self._skipped.append(str(error))

    def noted(self, error: InputError) -> None:
        """Remember a record of which a part was not understood."""
        kind = error.reason.split(";")[0].split(":")[0].split('"')[0].strip()
        self._noted[kind] += 1
        self._first_note.setdefault(kind, str(error))

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """A bar with rate and remaining time on a terminal; nothing elsewhere."""
        if self._quiet or not sys.stderr.isatty():
            yield lambda _stage, _done, _total: None
            return
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=_rich(), transient=True) as bars:
            tasks: dict[str, int] = {}

            def told(stage: str, done: int, total: int) -> None:
                if stage not in tasks:
                    tasks[stage] = int(
                        bars.add_task(_STAGES.get(stage, stage), total=None, rate="")
                    )
                task = bars.tasks[tasks[stage]]
                rate = f"{task.speed:,.0f}/s" if task.speed else ""
                bars.update(task.id, completed=done, total=total or None, rate=rate)

            yield told

    def summary(self, detection: Detection) -> None:
        """Tables of what was found, what was left out and how long it took."""
        if self._quiet:
            return
        from rich.columns import Columns
        from rich.table import Table

        def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
            made = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
            for number, head in enumerate(heads):
                made.add_column(head, justify="right" if number else "left")
            for row in rows:
                made.add_row(*row)
            return made

        out = _rich()
        labels = detection.labels
        out.print()
        out.print(f"[bold]{len(labels):,} articles, {len(detection.pairs):,} related pairs[/bold]")
        out.print()
        relations = Counter(str(pair.relation) for pair in detection.pairs)
        copied = Counter(str(label.relation) for label in labels if label.relation)
        boxes = [
            table(
                "Relations",
                ("relation", "pairs", "articles copied"),
                [(r, f"{n:,}", f"{copied[r]:,}") for r, n in relations.most_common()],
            ),
            table("Clusters of two or more", _SIZES, _sizes(detection)),
            table("Languages", ("language", "articles"), _top(Counter(x.language for x in labels))),
            table("Seconds", ("stage", "s"), _seconds(detection.seconds)),
        ]
        out.print(Columns([box for box in boxes if box.row_count], padding=(0, 4)))
        self._tell(out, detection)

    def _tell(self, out: RichConsole, detection: Detection) -> None:
        for note in detection.notes:
            out.print(f"Note: {note}", markup=False, highlight=False)
        for kind, count in self._noted.most_common():
            more = f" ({count:,} such)" if count > 1 else ""
            out.print(f"Note: {self._first_note[kind]}{more}", markup=False, highlight=False)
        if self._skipped:
            count = len(self._skipped)
            out.print(f"{count:,} record{'s' * (count > 1)} left out:", highlight=False)
            for line in self._skipped[:_NOTES]:
                out.print(f"  {line}", markup=False, highlight=False)
            if len(self._skipped) > _NOTES:
                out.print(f"  … and {len(self._skipped) - _NOTES:,} more", highlight=False)


_SIZES = ("level", "2", "3", "4–5", "6–10", "over 10", "largest")


def _sizes(detection: Detection) -> list[tuple[str, ...]]:
    from detector.records import Level

    rows = []
    for level in Level:
        sizes = [len(c.members) for c in detection.clusters_of(level, least=2)]
        if not sizes:
            continue
        bins = [(2, 2), (3, 3), (4, 5), (6, 10), (11, max(sizes))]
        counts = [sum(low <= size <= high for size in sizes) for low, high in bins]
        rows.append((str(level), *(f"{n:,}" if n else "" for n in counts), f"{max(sizes):,}"))
    return rows


def _top(counts: Counter[str]) -> list[tuple[str, ...]]:
    return [(name, f"{count:,}") for name, count in counts.most_common(6)]


def _seconds(seconds: Mapping[str, float]) -> list[tuple[str, ...]]:
    return [(stage, f"{value:.1f}") for stage, value in seconds.items()]


def _rich() -> RichConsole:
    from rich.console import Console as RichConsole

    return RichConsole(stderr=True, no_color="NO_COLOR" in os.environ, soft_wrap=False)
