"""Clusters as a person reads them: what happened, who had it first, who took it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from detector.records import Cluster, Detection, Label, Level, Pair, Relation

_WIDTH = 78
_TOLD = {
    Relation.EXACT_COPY: "exact copy",
    Relation.NEAR_COPY: "edited copy",
    Relation.EXCERPT: "excerpt",
    Relation.TRANSLATION: "translation",
    Relation.SAME_EVENT: "same event",
}


def show(detection: Detection) -> Iterator[str]:
    """Lines for a terminal: every event with two articles or more, the largest first."""
    labels = {label.id: label for label in detection.labels}
    pairs = {(pair.a, pair.b): pair for pair in detection.pairs}
    inside: dict[str, list[Cluster]] = {}
    for cluster in detection.clusters_of(Level.SYNDICATION):
        inside.setdefault(labels[cluster.members[0]].event_cluster, []).append(cluster)
    events = detection.clusters_of(Level.EVENT, least=2)
    for event in sorted(events, key=lambda c: (-len(c.members), c.id)):
        yield from _event(event, inside[event.id], labels, pairs)
    single = len(detection.clusters_of(Level.EVENT)) - len(events)
    yield click.style(
        f"{len(events)} events with several articles; {single} single articles.", bold=True
    )


def _event(
    event: Cluster,
    stories: list[Cluster],
    labels: Mapping[str, Label],
    pairs: Mapping[tuple[str, str], Pair],
) -> Iterator[str]:
    days = sorted({labels[m].event_date or "" for m in event.members} - {""})
    when = f", {days[0]}" if days else ""
    reports = f"{len(stories)} report{'s' * (len(stories) > 1)}"
    head = f"{event.id}  {len(event.members)} articles, {reports}{when}"
    yield click.style(head, bold=True)
    for story in sorted(stories, key=lambda c: (-len(c.members), c.id)):
        first = story.original or _canonical(story, labels)
        yield f"  {_mark(story, first)} {_line(labels[first])}"
        for other in sorted(
            set(story.members) - {first}, key=lambda m: (labels[m].published or "~", m)
        ):
            pair = pairs.get((min(first, other), max(first, other)))
            told = _TOLD[pair.relation] if pair else "copy of a copy"
            score = f" {pair.score:.2f}" if pair else ""
            yield f"      {click.style(told + score, fg='cyan')}  {_line(labels[other])}"
            if pair and pair.evidence.reasons:
                yield click.style(f"          {' '.join(pair.evidence.reasons[:2])}", dim=True)
    yield ""


def _mark(story: Cluster, first: str) -> str:
    if story.original == first:
        return click.style(f"original {story.original_confidence:.2f}", fg="green")
    return "report" if len(story.members) == 1 else click.style("original unknown", fg="yellow")


def _canonical(story: Cluster, labels: Mapping[str, Label]) -> str:
    return next((m for m in story.members if labels[m].canonical), story.members[0])


def _line(label: Label) -> str:
    title = label.title if len(label.title) <= _WIDTH else label.title[: _WIDTH - 1] + "…"
    where = " · ".join(
        x for x in (label.source, (label.published or "")[:16].replace("T", " ")) if x
    )
    return f"[{label.id}] {title}" + (f"  ({where})" if where else "")
