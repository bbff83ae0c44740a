"""What is shown of a large corpus: the largest, the most doubtful, the changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import nsmallest

from detector.records import Cluster, Detection, Pair, Relation
from detector.report.context import Context
from detector.report.index import Index
from detector.report.review import Doubt, doubts

Key = tuple[str, str]

#: What an editor looks at first among pairs that nothing else names.
TELLING = (
    Relation.TRANSLATION,
    Relation.NEAR_COPY,
    Relation.EXCERPT,
    Relation.SAME_EVENT,
    Relation.EXACT_COPY,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each thing is shown; with these a page is some 3 MB at most."""

    pairs: int = 400
    text: int = 6000  # characters of one article
    stories: int = 60
    events: int = 40
    members: int = 40  # of one cluster
    doubts: int = 40  # of one kind
    sources: int = 200
    flows: int = 150
    grid: int = 14  # sources on each side of the matrix
    listed: int = 100  # changes, decisions and notes, of each kind

    def smaller(self) -> Limits:
        """Two thirds of everything, down to a little."""
        return Limits(*(max(2, getattr(self, f.name) * 2 // 3) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a report shows.

    Attributes:
        stories: syndication clusters: first those with new articles, then the largest.
        events: event clusters of two stories or more, in the same order.
        fresh: how many of the stories, and of the events, are there for their new articles.
        doubts: pairs for review, by kind.
        pairs: pairs that are shown side by side, in the order in which they were chosen.
        left_out: sentences on what there is more of.
    """

    stories: tuple[Cluster, ...]
    events: tuple[Cluster, ...]
    fresh: tuple[int, int]
    doubts: Mapping[str, Sequence[Doubt]]
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]


def shown_pairs(detection: Detection, context: Context | None = None) -> frozenset[Key]:
    """The pairs that a report shows side by side, whose evidence is worth collecting.

    Args:
        detection: what the report is about.
        context: that the report will be given; the pairs it names are shown, too.
    """
    told = context or Context()
    index = Index(detection, told.changes.new if told.changes else frozenset())
    chosen = choose(index, doubts(index), told, Limits())
    return frozenset((pair.a, pair.b) for pair in chosen.pairs)


def choose(
    index: Index, doubtful: Mapping[str, Sequence[Doubt]], context: Context, limits: Limits
) -> Choice:
    """Choose by news, size and doubt; the same detection gives the same choice.

    Args:
        index: of the detection.
        doubtful: what `doubts` says of it.
        context: names pairs that are to be shown.
        limits: how much of each thing is shown.
    """
    all_stories, all_events = index.stories, index.events
    stories, fresh_stories = _newest_and_largest(index, all_stories, limits.stories)
    events, fresh_events = _newest_and_largest(index, all_events, limits.events)
    shown = {kind: tuple(found[: limits.doubts]) for kind, found in doubtful.items()}
    chosen: dict[Key, Pair] = {}
    for pair in _wanted(index, context, shown, (stories, events), limits):
        if len(chosen) == limits.pairs:
            break
        chosen.setdefault((pair.a, pair.b), pair)
    which = "those with news and the largest" if index.new else "the largest"
    told = [
        _told(len(stories), len(all_stories), f"stories that were taken over are shown, {which}"),
        _told(len(events), len(all_events), f"events with several stories are shown, {which}"),
        _told(len(chosen), len(index.pairs), "related pairs can be compared side by side"),
        *(
            _told(limits.doubts, len(found), f"{_NAMES[kind]} are listed")
            for kind, found in doubtful.items()
        ),
    ]
    return Choice(
        stories=tuple(stories),
        events=tuple(events),
        fresh=(fresh_stories, fresh_events),
        doubts=shown,
        pairs=tuple(chosen.values()),
        left_out=tuple(filter(None, told)),
    )


def _newest_and_largest(
    index: Index, ranked: Sequence[Cluster], most: int
) -> tuple[list[Cluster], int]:
    """Clusters with new articles, up to half of those that are shown, and then the largest."""
    fresh = sorted(filter(index.fresh, ranked), key=lambda c: -index.fresh(c))[: -(-most // 2)]
    known = {cluster.id for cluster in fresh}
    rest = [cluster for cluster in ranked if cluster.id not in known]
    return [*fresh, *rest][:most], len(fresh)


_NAMES = {
    "bridge": "pairs that alone hold a cluster together",
    "conflict": "pairs that contradict themselves",
    "weak": "weak links",
}


def _told(shown: int, all_of_them: int, what: str) -> str:
    return f"{shown:,} of {all_of_them:,} {what}." if shown < all_of_them else ""


def _wanted(
    index: Index,
    context: Context,
    shown: Mapping[str, Sequence[Doubt]],
    clusters: tuple[Sequence[Cluster], Sequence[Cluster]],
    limits: Limits,
) -> Iterator[Pair]:
    for found in shown.values():
        yield from (doubt.pair for doubt in found)
    named = [(d.a, d.b) for d in context.decisions[: limits.listed]]
    if context.changes:
        named += [(c.a, c.b) for c in context.changes.pairs[: limits.listed]]
    yield from filter(None, (index.pair(*key) for key in named))
    for story in clusters[0]:
        pairs = index.links(story)
        yield from (pairs[m] for m in index.listed(story)[: limits.members] if m in pairs)
    for event in clusters[1]:
        links = index.between(event)
        yield from (
            links[name] for name in list(index.begun(event))[: limits.members] if name in links
        )
    for relation in TELLING:
        rest = (p for p in index.pairs.values() if p.relation is relation)
        yield from nsmallest(limits.pairs, rest, key=lambda p: (-p.score, p.a, p.b))
