"""A whole store as the result of a pass: rows, pairs and clusters."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from detector.cluster.original import Direction, Side, first_of
from detector.config import Config
from detector.pipeline.grouping import KEPT, names_of, written
from detector.pipeline.index.candidates import among
from detector.pipeline.index.linking import COPIED
from detector.pipeline.index.sides import UNTOLD, stored_sides, told
from detector.pipeline.index.verdicts import settled
from detector.pipeline.pairing import of_one_outlet
from detector.records import COPIES, Cluster, Detection, Evidence, Label, Level, Pair, Relation
from detector.store import bodies, links
from detector.store.bodies import StoredArticle
from detector.store.links import LEVELS, RELATIONS, Links, named
from detector.store.store import View
from detector.verify.profiles import minutes
from detector.verify.relation import Scorer, once_linked

_STORY, _EVENT = LEVELS.index(Level.SYNDICATION), LEVELS.index(Level.EVENT)
_TEXTS = 200  # articles whose texts are at hand at once
_CROWD = 50  # pairs told between two bodies, as in a pass; beyond, the first articles alone

_Related = tuple[StoredArticle, StoredArticle, Relation, float]


class Body(NamedTuple):
    """What is told of a body: its language, words, event day and clusters."""

    language: str
    words: int
    day: int
    labels: tuple[int, int, int]


class Telling:
    """Makes records of stored rows."""

    def __init__(self, view: View, config: Config, scoring: Mapping[str, Scorer]) -> None:
        """Store what the records are made from."""
        self._view, self._config, self._scoring = view, config, scoring
        self._sides: dict[int, Side] = {}
        self._evidence: dict[tuple[str, ...], Evidence] = {}
        self._bodies: dict[int, Body] = {}

    def clusters(
        self, bodies_: Iterable[int] | None, levels: Sequence[int], least: int
    ) -> list[Cluster]:
        """Clusters with their originals, sorted by level and id.

        Args:
            bodies_: all of whose clusters are told; None for every one.
            levels: which kinds.
            least: articles that a cluster must have.
        """
        self._know(bodies_)
        members = bodies.members_of(self._view.connection, sorted(self._bodies))
        shared = Counter(self._bodies[n].labels[_STORY] for n in members for _ in members[n])
        together = [n for n in members if shared[self._bodies[n].labels[_STORY]] > 1]
        of = _by_body(bodies.articles_of(self._view.connection, together))
        found = links.inside(self._view.connection, np.array(together, np.int64))
        ways = _Ways(self._bodies)
        for one, other, relation, _ in self._read(self._related(found, of)):
            if relation is not Relation.SAME_EVENT:
                ways.put(one, other, self._told(one, other, relation)[0])
        return self._clusters(members, levels, least, ways)

    def detection(self) -> Detection:
        """Everything."""
        articles = list(bodies.every_head(self._view.connection))
        self._know(None)
        of, ways = _by_body(articles), _Ways(self._bodies)
        known = {
            (pair.a, pair.b): pair
            for pair in self._pairs(links.every(self._view.connection), of, ways)
        }
        members = {number: [article.head.id for article in of[number]] for number in sorted(of)}
        made = self._clusters(members, range(len(LEVELS)), 1, ways)
        pairs = [known[key] for key in sorted(known)]
        return Detection(tuple(self._labels(articles, made, known)), tuple(pairs), tuple(made))

    def _know(self, wanted: Iterable[int] | None) -> None:
        query = "SELECT number, language, words, day, duplicate, syndication, event FROM bodies"
        rows = self._view.connection.execute(query)
        if wanted is not None:
            asked = sorted(set(wanted))
            rows = [  # type: ignore[assignment]
                row
                for start in range(0, len(asked), 500)
                for part in [asked[start : start + 500]]
                for row in self._view.connection.execute(
                    f"{query} WHERE number IN ({','.join('?' * len(part))})", part
                )
            ]
        for number, code, words, day, *labels in rows:
            self._bodies[number] = Body(
                self._view.names[code], words, day, (labels[0], labels[1], labels[2])
            )

    def _clusters(
        self, members: Mapping[int, Sequence[str]], levels: Sequence[int], least: int, ways: _Ways
    ) -> list[Cluster]:
        """Clusters of some bodies, given with the ids of their articles in ascending order."""
        result: list[Cluster] = []
        for level in levels:
            kind, found = LEVELS[level], []
            groups: defaultdict[int, list[int]] = defaultdict(list)
            for number in members:
                groups[self._bodies[number].labels[level]].append(number)
            for digest, numbers in groups.items():
                names = members[numbers[0]]
                if len(numbers) > 1 or len(names) > 1:
                    names = sorted([name for n in numbers for name in members[n]])
                if len(names) < least:
                    continue
                first = UNTOLD
                if len(names) > 1 and kind is not Level.EVENT:
                    first = ways.first_of(names, numbers[0])
                found.append(
                    Cluster(
                        named(level, digest), kind, tuple(names), first.original, first.confidence
                    )
                )
            result += sorted(found, key=attrgetter("id"))
        return result

    def _related(
        self, found: Links, of: Mapping[int, Sequence[StoredArticle]]
    ) -> Iterator[_Related]:
        """Pairs of articles that the clusters confirm; a pair may come again."""
        found = self._of_one_event(found)
        numbers = np.unique(found.pairs).tolist()
        labels = {n: self._bodies[n].labels for n in numbers}
        spoken = {n: self._bodies[n].language for n in numbers}
        alike: defaultdict[int, list[StoredArticle]] = defaultdict(list)
        for body, articles in of.items():
            alike[self._bodies[body].labels[0]] += articles
        # The last of the same two articles counts: a copy over what its cluster's longest is.
        order = np.argsort(among(found.relations, COPIED), kind="stable")
        listed = found.of(order)
        for (a, b), code, score in zip(
            listed.pairs.tolist(), listed.relations.tolist(), listed.scores.tolist(), strict=True
        ):
            judged = RELATIONS[code]
            relation = settled(labels, spoken, a, b, judged)
            if relation is None:
                continue
            left, right = of.get(a, ()), of.get(b, ())
            if judged not in COPIES and labels[a][0] != labels[b][0]:
                left, right = alike[labels[a][0]], alike[labels[b][0]]
            if len(left) * len(right) > _CROWD:
                left, right = of.get(a, ())[:1], of.get(b, ())[:1]
            for one in left:
                for other in right:
                    yield one, other, relation, score
        for articles in of.values():
            if len(articles) > self._config.lexical.bucket:
                for other in articles[1:]:
                    yield articles[0], other, Relation.EXACT_COPY, 1.0
                continue
            for at, one in enumerate(articles):
                for other in articles[at + 1 :]:
                    yield one, other, Relation.EXACT_COPY, 1.0

    def _of_one_event(self, found: Links) -> Links:
        """Pairs of known bodies that are of one event cluster: of others nothing is told."""
        numbers = np.array(sorted(self._bodies), np.int64)
        if not len(numbers):
            return Links.none()
        events = np.array([self._bodies[n].labels[_EVENT] for n in numbers.tolist()], np.int64)
        at = np.minimum(numbers.searchsorted(found.pairs), len(numbers) - 1)
        known = (numbers[at] == found.pairs).all(axis=1)
        return found.of(known & (events[at[:, 0]] == events[at[:, 1]]))

    def _pairs(
        self, found: Links, of: Mapping[int, Sequence[StoredArticle]], ways: _Ways
    ) -> Iterator[Pair]:
        """Related pairs; who of two was first is put down in `ways`."""
        joined = once_linked(self._scoring, found.scores)
        linked = dict(zip(found.scores.tolist(), joined, strict=True))
        for one, other, relation, score in self._read(self._related(found, of)):
            if relation is Relation.SAME_EVENT:
                way, score = UNTOLD, linked[score]
                same, reasons = of_one_outlet(one.outlet, other.outlet)
            else:
                way, same, reasons = self._told(one, other, relation)
                ways.put(one, other, way)
            a, b = one.head.id, other.head.id
            if b < a:
                a, b = b, a
            evidence = self._evidence.get(reasons)
            if evidence is None:
                evidence = self._evidence[reasons] = Evidence(reasons=reasons)
            yield Pair(
                a, b, relation, round(score, 4), way.original, way.confidence, same, evidence
            )

    def _told(
        self, one: StoredArticle, other: StoredArticle, relation: Relation
    ) -> tuple[Direction, bool, tuple[str, ...]]:
        sides = self._sides[one.number], self._sides[other.number]
        way, same, reasons = told(*sides, relation)
        return way, same, tuple(reasons)

    def _labels(
        self, articles: Sequence[StoredArticle], made: Sequence[Cluster],
        pairs: Mapping[tuple[str, str], Pair],
    ) -> Iterable[Label]:  # fmt: skip
        of: dict[Level, dict[str, Cluster]] = {level: {} for level in Level}
        for cluster in made:
            of[cluster.level].update(dict.fromkeys(cluster.members, cluster))
        duplicates, stories, events = (of[level] for level in Level)
        keep = KEPT[self._config.cluster.keep]
        heads = {a.head.id: a for a in articles}
        canonical = {self._canonical(c, heads) for c in made if c.level is keep}
        called = names_of((a.outlet, a.head.source) for a in articles)
        for article in articles:
            head, body = article.head, self._bodies[article.body]
            name, story = head.id, stories[head.id]
            first, pair = story.original, None
            if first is not None and first != name:
                pair = pairs.get((first, name) if first < name else (name, first))
            yield Label(
                id=name,
                duplicate_cluster=duplicates[name].id,
                syndication_cluster=story.id,
                event_cluster=events[name].id,
                canonical=name in canonical,
                original=first,
                original_confidence=story.original_confidence,
                relation=pair.relation if pair else None,
                score=1.0 if first == name else (pair.score if pair else None),
                language=body.language,
                published=head.published.isoformat() if head.published else None,
                event_date=written(body.day),
                credits=article.credits,
                title=article.title,
                source=called[article.outlet],
            )

    def _canonical(self, cluster: Cluster, heads: Mapping[str, StoredArticle]) -> str:
        """The original; else the first published, the longest, the first by id, as in a pass."""
        if cluster.original is not None:
            return cluster.original
        if len(cluster.members) == 1:
            return cluster.members[0]

        def rank(name: str) -> tuple[float, int, str]:
            time = minutes(heads[name].head.published)
            return (
                time if time == time else math.inf, -self._bodies[heads[name].body].words, name,
            )  # fmt: skip

        return min(cluster.members, key=rank)

    def _read(self, related: Iterable[_Related]) -> list[_Related]:
        """The same pairs, when what is asked of articles that one may have of another is read."""
        found = list(related)
        numbers = sorted(
            {
                article.number
                for one, other, relation, _ in found
                if relation is not Relation.SAME_EVENT
                for article in (one, other)
            }
            - self._sides.keys()
        )
        for start in range(0, len(numbers), _TEXTS):
            part = bodies.articles(self._view.connection, numbers[start : start + _TEXTS])
            known = [self._bodies[article.body] for article in part]
            sides = stored_sides(part, [b.words for b in known], [b.language for b in known])
            self._sides.update(zip((a.number for a in part), sides, strict=True))
        return found


class _Ways:
    """Who of two articles was first, by the syndication clusters that they share."""

    def __init__(self, of: Mapping[int, Body]) -> None:
        """Nothing is known yet; `of` tells the clusters of bodies."""
        self._of = of
        self._known: defaultdict[int, dict[tuple[str, str], Direction]] = defaultdict(dict)

    def put(self, one: StoredArticle, other: StoredArticle, way: Direction) -> None:
        """Put down who of two articles was first; the last word counts."""
        a, b = one.head.id, other.head.id
        self._known[self._of[one.body].labels[_STORY]][min(a, b), max(a, b)] = way

    def first_of(self, names: Sequence[str], body: int) -> Direction:
        """The first of the articles of a cluster within one story, which a body is of."""
        known = self._known.get(self._of[body].labels[_STORY])
        return first_of(names, known) if known else UNTOLD


def _by_body(articles: Iterable[StoredArticle]) -> dict[int, list[StoredArticle]]:
    found: dict[int, list[StoredArticle]] = {}
    for article in articles:
        found.setdefault(article.body, []).append(article)
    return found
