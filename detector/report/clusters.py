"""Clusters as the page tells them: a timeline, and a row an article or a story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector.records import Cluster, Label, Level, Pair, Relation
from detector.report.charts import Timeline, timeline
from detector.report.index import Index
from detector.report.reasons import phrases
from detector.report.words import brief, plain, stamp
from detector.sources import span

_TITLE = 160
_SOURCE = 48
_REASONS = 3
_REASON = 120
_LATER = re.compile(r"published .* later")

#: What an article is called on the page.
CALLED = {
    "original": "original",
    "original unknown": "original unknown",
    str(Relation.EXACT_COPY): "exact copy",
    str(Relation.NEAR_COPY): "edited copy",
    str(Relation.EXCERPT): "excerpt",
    str(Relation.TRANSLATION): "translation",
    str(Relation.SAME_EVENT): "same event",
    "copy of a copy": "copy of a copy",
    "alone": "on its own",
}

#: What a cluster of a level is called on the page.
GROUPS = {"duplicate": "copies", "syndication": "story", "event": "event"}


@dataclass(frozen=True, slots=True)
class Head:
    """What is shown of an article in a line."""

    id: str
    title: str
    lang: str
    source: str
    when: str


@dataclass(frozen=True, slots=True)
class Row:
    """One article of a cluster.

    Attributes:
        head: of the article.
        kind: its mark, of `index.KINDS`.
        called: what it is.
        aside: what else is said of it: how much later it came than what it came from, and
            short reasons.
        pair: number of the pair with what it came from; -1 where that is not shown.
        story: number of the story that it begins; -1 where that is not shown.
        more: further articles of that story.
        new: whether the run before had it not.
    """

    head: Head
    kind: str
    called: str
    aside: tuple[str, ...] = ()
    pair: int = -1
    story: int = -1
    more: int = 0
    new: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One cluster; `new` counts the articles that the run before had not."""

    id: str
    title: Head
    day: str
    articles: int
    new: int
    stories: int
    sources: int
    languages: str
    confidence: float
    rows: tuple[Row, ...]
    hidden: int
    chart: Timeline | None


def head(label: Label) -> Head:
    """An article in a line, each part of a bounded length."""
    return Head(
        id=label.id if len(label.id) <= _TITLE else "",
        title=brief(label.title, _TITLE) or "(no headline)",
        lang=label.language if label.language.isalpha() else "und",
        source=brief(label.source, _SOURCE),
        when=stamp(label.published),
    )


def story(index: Index, cluster: Cluster, pairs: Mapping[tuple[str, str], int], most: int) -> Told:
    """One article wherever it went: the original, and in time what derives from it.

    Args:
        index: of the detection.
        cluster: a syndication cluster.
        pairs: numbers of the pairs that are shown side by side.
        most: rows shown.
    """
    listed, links = index.listed(cluster), index.links(cluster)
    first = listed[0]
    rows = tuple(_member(index, m, first, links.get(m), pairs) for m in listed[:most])
    members = index.in_time(cluster.members)
    return _told(index, cluster, first, members, rows, len(listed) - len(rows))


def event(
    index: Index,
    cluster: Cluster,
    stories: Mapping[str, int],
    pairs: Mapping[tuple[str, str], int],
    most: int,
) -> Told:
    """All stories on one event, in time, each by its first article.

    Args:
        index: of the detection.
        cluster: an event cluster.
        stories: numbers of the stories that are shown, by their ids.
        pairs: numbers of the pairs that are shown side by side.
        most: rows shown.
    """
    members = index.in_time(cluster.members)
    sizes = Counter(index.labels[m].syndication_cluster for m in members)
    begun = index.begun(cluster)
    links = index.between(cluster)
    rows = tuple(
        Row(
            head=head(index.labels[first]),
            kind=index.kind(first),
            called=_called(index, first) if sizes[name] > 1 else "report",
            story=stories.get(name, -1),
            more=sizes[name] - 1,
            new=first in index.new,
            pair=pairs.get((links[name].a, links[name].b), -1) if name in links else -1,
            aside=(f"joined with a score of {links[name].score:.2f}",) if name in links else (),
        )
        for name, first in list(begun.items())[:most]
        if first in index.labels
    )
    first = next(iter(begun.values()))
    first = first if first in index.labels else members[0]
    return _told(index, cluster, first, members, rows, len(begun) - len(rows))


def _told(
    index: Index,
    cluster: Cluster,
    first: str,
    members: Sequence[str],
    rows: tuple[Row, ...],
    hidden: int,
) -> Told:
    labels = [index.labels[m] for m in members]
    days = Counter(label.event_date for label in labels if label.event_date)
    day = min(days, key=lambda d: (-days[d], d)) if days else ""
    languages = Counter(label.language for label in labels)
    said = {m: _beside(index, m) for m in members}
    return Told(
        id=cluster.id,
        title=head(index.labels[first]),
        day=day,
        articles=len(members),
        new=index.fresh(cluster),
        stories=len(index.stories_of(cluster)) if cluster.level is Level.EVENT else 1,
        sources=len({label.source for label in labels if label.source}),
        languages=", ".join(plain(name) for name, _ in languages.most_common(4)),
        confidence=cluster.original_confidence,
        rows=rows,
        hidden=hidden,
        chart=timeline(index, members, said),
    )


def _member(
    index: Index,
    name: str,
    first: str,
    pair: Pair | None,
    pairs: Mapping[tuple[str, str], int],
) -> Row:
    one = index.derivations.get(name)
    later = _later(one.delay) if one and one.delay is not None else ""
    other = (pair.b if pair.a == name else pair.a) if pair else ""
    reasons = phrases(pair.evidence.reasons, other, name) if pair else ()
    if later:  # which says it already
        reasons = tuple(x for x in reasons if not _LATER.fullmatch(x))
    aside = [later, "; ".join(brief(reason, _REASON) for reason in reasons[:_REASONS])]
    if one and other == one.parent != first and other in index.labels:
        source = index.labels[other].source or other
        aside.append(f"by way of {brief(source, _SOURCE)}")
    return Row(
        head=head(index.labels[name]),
        kind=index.kind(name),
        called=_called(index, name),
        aside=tuple(filter(None, aside)),
        pair=pairs.get((pair.a, pair.b), -1) if pair else -1,
        new=name in index.new,
    )


def _later(minutes: float) -> str:
    told = span(abs(minutes))
    return told if abs(minutes) < 1 else f"{told} {'later' if minutes > 0 else 'earlier'}"


def _called(index: Index, name: str) -> str:
    return CALLED[index.standings[name]]


def _beside(index: Index, name: str) -> str:
    """What a mark of a timeline is."""
    label = index.labels[name]
    who = brief(label.source or label.id, _SOURCE)
    return f"{who}, {stamp(label.published)}: {_called(index, name)}"
