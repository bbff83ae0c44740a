"""A detection looked up from every side, once: by article, by pair, by cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from detector.records import COPIES, Cluster, Detection, Label, Level, Pair, Relation
from detector.sources import INDIRECT, UNKNOWN, Derivation, flows_from, sources_from

#: Kinds of articles that a chart tells apart; each has a tone and a shape of its own.
KINDS = ("original", "copy", "translation", "report", "unknown")

_COPIED = {*map(str, COPIES), INDIRECT}


class Index:
    """Labels by id, pairs by ids and by cluster, and what each article is."""

    def __init__(self, detection: Detection, new: frozenset[str] = frozenset()) -> None:
        """Walk through the detection once; `new` are the articles that the run before had not."""
        self.detection = detection
        self.new = new
        self.labels: dict[str, Label] = {label.id: label for label in detection.labels}
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.clusters: dict[str, Cluster] = {c.id: c for c in detection.clusters}
        self.standings = detection.standings()
        derived = detection.derivations()
        self.derivations: dict[str, Derivation] = {one.article: one for one in derived}
        self.flows = flows_from(detection.labels, derived)
        self.flows_by_relation = flows_from(detection.labels, derived, by_relation=True)
        self.sources = sources_from(detection.labels, derived)
        self.story_pairs: dict[str, list[Pair]] = defaultdict(list)
        self.event_pairs: dict[str, list[Pair]] = defaultdict(list)
        for pair in detection.pairs:
            a, b = self.labels.get(pair.a), self.labels.get(pair.b)
            if a is None or b is None:
                continue
            self.pairs[pair.a, pair.b] = pair
            if (
                a.syndication_cluster == b.syndication_cluster
                and pair.relation is not Relation.SAME_EVENT
            ):
                self.story_pairs[a.syndication_cluster].append(pair)
            if a.event_cluster == b.event_cluster:
                self.event_pairs[a.event_cluster].append(pair)

    def pair(self, a: str, b: str) -> Pair | None:
        """The pair of two articles, in whatever order they are named."""
        return self.pairs.get((min(a, b), max(a, b)))

    def sides(self, pair: Pair) -> tuple[str, str]:
        """The two articles as they are shown: the original first, else the earlier one."""
        if pair.original in (pair.a, pair.b):
            return (pair.a, pair.b) if pair.original == pair.a else (pair.b, pair.a)
        first, second = self.in_time((pair.a, pair.b))
        return first, second

    @cached_property
    def stories(self) -> list[Cluster]:
        """Syndication clusters of two articles or more, the largest first."""
        return self._ranked(self.detection.clusters_of(Level.SYNDICATION, least=2))

    @cached_property
    def events(self) -> list[Cluster]:
        """Event clusters of two stories or more, the largest first."""
        found = self.detection.clusters_of(Level.EVENT, least=2)
        return self._ranked([event for event in found if len(self.stories_of(event)) > 1])

    def stories_of(self, event: Cluster) -> list[str]:
        """Ids of the syndication clusters of an event, sorted."""
        return sorted({self.labels[m].syndication_cluster for m in event.members})

    def begun(self, event: Cluster) -> dict[str, str]:
        """Stories of an event in time, each with the article that it begins with."""
        found: dict[str, str] = {}
        for member in self.in_time(event.members):
            label = self.labels[member]
            first = label.original if label.original in self.labels else None
            found.setdefault(label.syndication_cluster, first or member)
        return found

    def between(self, event: Cluster) -> dict[str, Pair]:
        """For each story of an event but the first, its best link to one before it."""
        place = {name: n for n, name in enumerate(self.begun(event))}
        best: dict[str, Pair] = {}
        for pair in sorted(self.event_pairs.get(event.id, ()), key=lambda p: (-p.score, p.a, p.b)):
            stories = [self.labels[m].syndication_cluster for m in (pair.a, pair.b)]
            later = max(stories, key=lambda name: place[name])
            if stories[0] != stories[1]:
                best.setdefault(later, pair)
        return best

    def listed(self, story: Cluster) -> list[str]:
        """Articles of a story: the original, else the earliest, and then the others in time."""
        members = self.in_time(story.members)
        first = story.original if story.original in story.members else members[0]
        return [first, *(member for member in members if member != first)]

    def links(self, story: Cluster) -> dict[str, Pair]:
        """For each article of a story but the first, its pair with what it came from.

        Where that is not known, its best pair with one that is listed before it.
        """
        place = {name: n for n, name in enumerate(self.listed(story))}
        best: dict[str, Pair] = {}
        for pair in sorted(self.story_pairs.get(story.id, ()), key=lambda p: (-p.score, p.a, p.b)):
            best.setdefault(max(pair.a, pair.b, key=place.__getitem__), pair)
        for name in story.members:
            one = self.derivations.get(name)
            if one and (pair_ := self.pair(name, one.parent)):
                best[name] = pair_
        return best

    def kind(self, article: str) -> str:
        """One of `KINDS`."""
        standing = self.standings[article]
        if standing in _COPIED:
            return "copy"
        if standing == Relation.TRANSLATION:
            return "translation"
        if standing == UNKNOWN:
            return "unknown"
        return "original" if standing == "original" else "report"

    def fresh(self, cluster: Cluster) -> int:
        """How many of its articles the run before had not."""
        return sum(member in self.new for member in cluster.members) if self.new else 0

    def _ranked(self, clusters: Sequence[Cluster]) -> list[Cluster]:
        """The largest first; of equal ones that with the latest article."""
        last = {
            cluster.id: max((self.labels[m].published or "" for m in cluster.members), default="")
            for cluster in clusters
        }
        latest = sorted(
            sorted(clusters, key=lambda c: c.id), key=lambda c: last[c.id], reverse=True
        )
        return sorted(latest, key=lambda c: -len(c.members))

    def in_time(self, members: Sequence[str]) -> list[str]:
        """Articles by publication, those without a time last."""
        return sorted(members, key=lambda m: (moment(self.labels[m]), m))


def moment(label: Label) -> tuple[int, str]:
    """What articles are sorted by: when they were published, in one time zone."""
    if not label.published:
        return 1, ""
    from datetime import datetime, timezone

    found = datetime.fromisoformat(label.published)
    if found.tzinfo is None:
        found = found.replace(tzinfo=timezone.utc)
    return 0, found.astimezone(timezone.utc).isoformat()
