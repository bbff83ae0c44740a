"""What a pass found, as tables that fit 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from detector.cli.tables import table
from detector.records import COPIES, Cluster, Detection, Label, Level, Relation

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_SOURCES = 8  # outlets shown
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
    languages = Counter(label.language for label in detection.labels)
    out.print()
    _list(out, "Languages", ((name, f"{n:,}") for name, n in languages.most_common()))
    seconds = detection.seconds
    _list(out, "Seconds", ((stage, f"{value:.1f}") for stage, value in seconds.items()))


def standing(label: Label, syndication: Cluster, event: Cluster) -> str:
    """What an article is, in one of a few words; each article is exactly one of them."""
    if label.relation is not None:
        return str(label.relation)
    if label.original == label.id:
        return "original"
    if len(syndication.members) > 1:
        return "original unknown" if label.original is None else "copy of a copy"
    return str(Relation.SAME_EVENT) if len(event.members) > 1 else "alone"


def _standings(detection: Detection) -> Table:
    labels = detection.labels
    found = Counter(
        standing(label, syndication, event) for label, syndication, event in _placed(detection)
    )
    pairs = Counter(str(pair.relation) for pair in detection.pairs)
    first, last = ("original", "original unknown"), ("copy of a copy", "alone")
    rows = [
        (name, f"{found[name]:,}", f"{pairs[name]:,}" if name in pairs else "")
        for name in (*first, *map(str, Relation), *last)
        if found[name] or pairs[name]
    ]
    return table("", ("article is", "articles", "pairs"), [*rows, ("all", f"{len(labels):,}", "")])


def _placed(detection: Detection) -> Iterable[tuple[Label, Cluster, Cluster]]:
    of = {cluster.id: cluster for cluster in detection.clusters}
    return (
        (label, of[label.syndication_cluster], of[label.event_cluster])
        for label in detection.labels
    )


def _clusters(detection: Detection) -> Table:
    rows = []
    for level in Level:
        sizes = [len(c.members) for c in detection.clusters_of(level, least=2)]
        counts = [sum(low <= size <= high for size in sizes) for _, low, high in _BINS]
        rows.append((str(level), *(f"{n:,}" if n else "" for n in counts)))
    return table("", ("clusters of", *(name for name, _, _ in _BINS)), rows)


def _sources(detection: Detection) -> Table:
    articles: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = {}
    for label, syndication, event in _placed(detection):
        if label.source:
            articles[label.source] += 1
            counts.setdefault(label.source, Counter())[standing(label, syndication, event)] += 1
    copied = [*map(str, (*COPIES, Relation.TRANSLATION)), "copy of a copy"]
    rows = []
    for name, count in sorted(articles.items(), key=lambda item: (-item[1], item[0]))[:_SOURCES]:
        of = counts[name]
        taken = sum(of[kind] for kind in copied)
        cells = (count, of["original"], taken, of["original unknown"], of["same_event"])
        short = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
        rows.append(
            (
                short,
                *(f"{n:,}" if n else "" for n in cells),
                f"{taken / count:.0%}" if taken else "",
            )
        )
    if len(articles) > _SOURCES:
        rest = sum(articles.values()) - sum(articles[name] for name, *_ in rows)
        rows.append((f"{len(articles) - _SOURCES:,} more", f"{rest:,}", *[""] * 5))
    heads = ("source", "articles", "originals", "taken over", "unclear", "reports", "share")
    return table("", heads, rows)


def _list(out: Console, head: str, values: Iterable[tuple[str, str]]) -> None:
    listed = ", ".join(f"{name} {value}" for name, value in values)
    out.print(f"{head}: {listed}", markup=False, highlight=False)
