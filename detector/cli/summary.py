"""What a pass found, as tables that fit 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from detector.cli.tables import table
from detector.records import Detection, Level, Relation
from detector.sources import ALONE, INDIRECT, ORIGINAL, UNKNOWN, span

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_SOURCES = 8  # outlets shown
_FLOWS = 6  # of articles from one outlet to another
_NAME = 28  # characters of an outlet's name
_KEPT = {
    "duplicates": "copies",
    "syndication": "copies or translations",
    "events": "copies, translations or further reports",
}
_BINS = (("2", 2, 2), ("3", 3, 3), ("4-5", 4, 5), ("6-10", 6, 10), ("11+", 11, 10**9))


def print_summary(detection: Detection, keep: str, out: Console) -> None:
    """Print the tables.

    Args:
        detection: of the pass.
        keep: kind of cluster that has one canonical article.
        out: where to.
    """
    from rich.table import Table

    count = len(detection.labels)
    spare = sum(not label.canonical for label in detection.labels)
    share = f" ({spare / count:.1%})" if spare else ""
    out.print()
    out.print(f"[bold]{count:,} articles, {len(detection.pairs):,} related pairs.[/bold]")
    out.print(f"{spare:,}{share} are {_KEPT[keep]} of a canonical article.")
    if not count:
        return
    tables = Table.grid(padding=(0, 5, 0, 0))
    tables.add_row(_standings(detection), _clusters(detection))
    out.print()
    out.print(tables)
    sources = _sources(detection)
    if sources.row_count:
        out.print()
        out.print(sources)
    flows = _flows(detection)
    if flows.row_count:
        out.print()
        out.print(flows)
    languages = Counter(label.language for label in detection.labels)
    out.print()
    _list(out, "Languages", ((name, f"{n:,}") for name, n in languages.most_common()))
    seconds = detection.seconds
    _list(out, "Seconds", ((stage, f"{value:.1f}") for stage, value in seconds.items()))


def _standings(detection: Detection) -> Table:
    labels = detection.labels
    found = Counter(detection.standings().values())
    pairs = Counter(str(pair.relation) for pair in detection.pairs)
    rows = [
        (name, f"{found[name]:,}", f"{pairs[name]:,}" if name in pairs else "")
        for name in (ORIGINAL, UNKNOWN, *map(str, Relation), INDIRECT, ALONE)
        if found[name] or pairs[name]
    ]
    return table("", ("article is", "articles", "pairs"), [*rows, ("all", f"{len(labels):,}", "")])


def _clusters(detection: Detection) -> Table:
    rows = []
    for level in Level:
        sizes = [len(c.members) for c in detection.clusters_of(level, least=2)]
        counts = [sum(low <= size <= high for size in sizes) for _, low, high in _BINS]
        rows.append((str(level), *(f"{n:,}" if n else "" for n in counts)))
    return table("", ("clusters of", *(name for name, _, _ in _BINS)), rows)


def _sources(detection: Detection) -> Table:
    found = detection.sources()
    rows = []
    for one in found[:_SOURCES]:
        taken = one.taken + one.updates
        cells = (one.articles, one.originals, taken, one.unclear, one.reports)
        share = f"{taken / one.articles:.0%}" if taken else ""
        rows.append((_short(one.name), *(f"{n:,}" if n else "" for n in cells), share))
    if len(found) > _SOURCES:
        rest = sum(one.articles for one in found[_SOURCES:])
        rows.append((f"{len(found) - _SOURCES:,} more", f"{rest:,}", *[""] * 5))
    heads = ("source", "articles", "originals", "taken over", "unclear", "reports", "share")
    return table("", heads, rows)


def _flows(detection: Detection) -> Table:
    """The largest flows from one source to another, with the median delay."""
    flows = [flow for flow in detection.flows() if flow.giver != flow.taker]
    rows = [
        (
            f"{_short(flow.taker)} from {_short(flow.giver)}",
            f"{flow.articles:,}",
            "" if flow.delay is None else span(flow.delay),
        )
        for flow in flows[:_FLOWS]
    ]
    if len(flows) > _FLOWS:
        rest = sum(flow.articles for flow in flows[_FLOWS:])
        rows.append((f"{len(flows) - _FLOWS:,} more", f"{rest:,}", ""))
    return table("", ("who takes over", "articles", "after"), rows)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _list(out: Console, head: str, values: Iterable[tuple[str, str]]) -> None:
    listed = ", ".join(f"{name} {value}" for name, value in values)
    out.print(f"{head}: {listed}", markup=False, highlight=False)
