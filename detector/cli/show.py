"""Clusters as a person reads them: what happened, who had it first, who took it over."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from detector.records import Cluster, Detection, Label, Level, Pair, Relation
from detector.report.reasons import phrases

_WIDTH = 80
_MARGIN = 23  # columns before a title
_REASONS = 3
_TOLD = {
    Relation.EXACT_COPY: "exact copy",
    Relation.NEAR_COPY: "edited copy",
    Relation.EXCERPT: "excerpt",
    Relation.TRANSLATION: "translation",
    Relation.SAME_EVENT: "same event",
}


@dataclass(frozen=True, slots=True)
class _Found:
    labels: Mapping[str, Label]
    pairs: Mapping[tuple[str, str], Pair]

    def pair(self, a: str, b: str) -> Pair | None:
        return self.pairs.get((min(a, b), max(a, b)))


def show(detection: Detection) -> Iterator[str]:
    """Lines for a terminal: every event with two articles or more, the largest first."""
    found = _Found(
        {label.id: label for label in detection.labels},
        {(pair.a, pair.b): pair for pair in detection.pairs},
    )
    stories: dict[str, list[Cluster]] = {}
    for cluster in detection.clusters_of(Level.SYNDICATION):
        event = found.labels[cluster.members[0]].event_cluster
        stories.setdefault(event, []).append(cluster)
    events = detection.clusters_of(Level.EVENT, least=2)
    for cluster in sorted(events, key=lambda c: (-len(c.members), c.id)):
        yield from _event(cluster, stories[cluster.id], found)
    single = len(detection.clusters_of(Level.EVENT)) - len(events)
    yield click.style(
        f"{_count(len(events), 'event')} with several articles, "
        f"{_count(single, 'article')} on {'its' if single == 1 else 'their'} own.",
        bold=True,
    )


def _event(event: Cluster, stories: Sequence[Cluster], found: _Found) -> Iterator[str]:
    days = Counter(d for m in event.members if (d := found.labels[m].event_date))
    day = min(days, key=lambda d: (-days[d], d)) if days else "day unknown"
    size = f"{_count(len(event.members), 'article')}, {_count(len(stories), 'report')}"
    yield click.style(f"{day} · {size} · {event.id}", bold=True)
    yield ""
    for story in sorted(stories, key=lambda c: (-len(c.members), _time(found, c), c.id)):
        yield from _story(story, found)
        yield ""


def _story(story: Cluster, found: _Found) -> Iterator[str]:
    """One article wherever it went: the first one, and below it what derives from it."""
    first = story.original or next(
        (m for m in story.members if found.labels[m].canonical), story.members[0]
    )
    if len(story.members) == 1:
        yield from _article(found.labels[first], "  report".ljust(21), "")
        return
    if story.original:
        head = click.style(f"original {story.original_confidence:.2f}".ljust(19), fg="green")
    else:
        head = click.style("original unknown".ljust(19), fg="yellow")
    yield from _article(found.labels[first], f"  {head}", "  │")
    rest = sorted(set(story.members) - {first}, key=lambda m: (found.labels[m].published or "~", m))
    listed = [first]
    for other in rest:
        parent, pair = _nearest(other, listed, found)
        told = f"{_TOLD[pair.relation]} {pair.score:.2f}" if pair else "joined by others"
        last = other == rest[-1]
        head = ("└ " if last else "├ ") + click.style(told.ljust(17), fg="cyan")
        bar = "   " if last else "  │"
        yield from _article(found.labels[other], f"  {head}", bar)
        said = phrases(pair.evidence.reasons, parent, other)[:_REASONS] if pair else ()
        of = f"from {parent}: " if parent != first and pair else ""
        why = "; ".join(said) or ("nothing says which was first" if pair else "")
        for line in textwrap.wrap(of + why, _WIDTH - _MARGIN):
            yield f"{bar.ljust(_MARGIN)}{click.style(line, fg='magenta')}"
        listed.append(other)


def _nearest(other: str, listed: Sequence[str], found: _Found) -> tuple[str, Pair | None]:
    """The article that another is shown to derive from: the first, else the likeliest."""
    direct = found.pair(listed[0], other)
    if direct:
        return listed[0], direct
    pairs = [(pair, m) for m in listed[1:] if (pair := found.pair(m, other))]
    if not pairs:
        return listed[0], None
    best, parent = max(pairs, key=lambda item: (item[0].score, item[1]))
    return parent, best


def _article(label: Label, head: str, bar: str) -> Iterator[str]:
    yield f"{head}  {_cut(label.title or '(no title)', _WIDTH - _MARGIN)}"
    when = (label.published or "")[:16].replace("T", " ")
    where = ", ".join(x for x in (label.source, when) if x)
    yield f"{bar.ljust(_MARGIN)}{where} [{label.id}]".replace("  [", " [")


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    start = text[: width - 1]
    whole = start.rpartition(" ")[0]
    return f"{whole if len(whole) > width // 2 else start}…"


def _time(found: _Found, story: Cluster) -> str:
    return min((found.labels[m].published or "~" for m in story.members), default="~")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
