"""A whole store as the result of a pass: rows, pairs and clusters."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from detector.cluster.original import Direction, Side, first_of
from detector.config import Config
from detector.pipeline.grouping import names_of
from detector.pipeline.index.sides import UNTOLD, stored_side, told
from detector.pipeline.index.verdicts import settled
from detector.pipeline.pairing import of_one_outlet
from detector.records import COPIES, Cluster, Detection, Evidence, Label, Level, Pair, Relation
from detector.store import bodies, links
from detector.store.bodies import StoredArticle
from detector.store.links import LEVELS, RELATIONS, Links, named
from detector.store.store import View
from detector.verify.profiles import minutes
from detector.verify.relation import Scorer, log_odds

_COPIES = [RELATIONS.index(relation) for relation in COPIES]
_CROWD = 50  # pairs told between two bodies, as in a pass; beyond, the first articles alone
_KEPT = {"duplicates": Level.DUPLICATE, "syndication": Level.SYNDICATION, "events": Level.EVENT}


@dataclass(frozen=True, slots=True)
class Body:
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
        self._scores: dict[float, float] = {}
        self._bodies: dict[int, Body] = {}
        self._whole: dict[int, list[StoredArticle]] | None = None  # of every body, once read

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
        result = []
        for level in levels:
            groups: defaultdict[int, list[int]] = defaultdict(list)
            for number in sorted(self._bodies):
                groups[self._bodies[number].labels[level]].append(number)
            found = []
            for digest, numbers in groups.items():
                names = sorted(name for n in numbers for name in members.get(n, ()))
                if len(names) >= max(least, 1):
                    found.append(self._cluster(level, digest, numbers, tuple(names)))
            result += sorted(found, key=lambda c: c.id)
        return result

    def detection(self) -> Detection:
        """Everything."""
        articles = list(bodies.every_article(self._view.connection))
        of: defaultdict[int, list[StoredArticle]] = defaultdict(list)
        for article in articles:
            of[article.body].append(article)
        self._whole = of
        made = self.clusters(None, range(len(LEVELS)), 1)
        known = {(p.a, p.b): p for p in self._pairs(links.every(self._view.connection), of)}
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

    def _cluster(
        self, level: int, digest: int, numbers: Sequence[int], names: tuple[str, ...]
    ) -> Cluster:
        name, kind = named(level, digest), LEVELS[level]
        if len(names) == 1 or kind is Level.EVENT:
            return Cluster(name, kind, names)
        of = self._articles_of(numbers)
        found = links.touching(self._view.connection, numbers)
        inner = found.of(np.flatnonzero(np.isin(found.pairs, numbers).all(axis=1)))
        directions: dict[tuple[str, str], Direction] = {}
        for a, b, relation, _ in self._related(inner, of):
            if relation is not Relation.SAME_EVENT:
                way, _, _ = told(self._side(a), self._side(b), relation)
                directions[min(a.head.id, b.head.id), max(a.head.id, b.head.id)] = way
        first = first_of(names, directions)
        return Cluster(name, kind, names, first.original, first.confidence)

    def _articles_of(self, numbers: Sequence[int]) -> Mapping[int, Sequence[StoredArticle]]:
        """The articles of some bodies, by body."""
        if self._whole is not None:
            return {number: self._whole.get(number, []) for number in numbers}
        of: defaultdict[int, list[StoredArticle]] = defaultdict(list)
        for article in bodies.articles_of(self._view.connection, numbers):
            of[article.body].append(article)
        return of

    def _related(
        self, found: Links, of: Mapping[int, Sequence[StoredArticle]]
    ) -> Iterable[tuple[StoredArticle, StoredArticle, Relation, float]]:
        """Pairs of articles that the clusters confirm; a pair may come again."""
        judged_bodies = [n for n in np.unique(found.pairs).tolist() if n in self._bodies]
        labels = {n: self._bodies[n].labels for n in judged_bodies}
        spoken = {n: self._bodies[n].language for n in judged_bodies}
        alike: defaultdict[int, list[StoredArticle]] = defaultdict(list)
        for body, articles in of.items():
            alike[self._bodies[body].labels[0]] += articles
        # The last of the same two articles counts: a copy over what its cluster's longest is.
        order = np.argsort(np.isin(found.relations, _COPIES), kind="stable")
        for row in order.tolist():
            a, b = found.pairs[row].tolist()
            judged, score = RELATIONS[int(found.relations[row])], float(found.scores[row])
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

    def _pairs(self, found: Links, of: Mapping[int, Sequence[StoredArticle]]) -> Iterable[Pair]:
        reasons: Sequence[str]
        for one, other, relation, score in self._related(found, of):
            if relation is Relation.SAME_EVENT:
                score = self._linked(score)
                way = UNTOLD
                same, own = of_one_outlet(one.outlet, other.outlet)
                reasons = tuple(own)
            else:
                way, same, said = told(self._side(one), self._side(other), relation)
                reasons = tuple(said)
            a, b = sorted((one.head.id, other.head.id))
            yield Pair(
                a, b, relation, round(score, 4), way.original, way.confidence, same,
                Evidence(reasons=reasons),
            )  # fmt: skip

    def _labels(
        self, articles: Sequence[StoredArticle], made: Sequence[Cluster],
        pairs: Mapping[tuple[str, str], Pair],
    ) -> Iterable[Label]:  # fmt: skip
        of = {level: {m: c for c in made if c.level is level for m in c.members} for level in Level}
        keep = _KEPT[self._config.cluster.keep]
        heads = {a.head.id: a for a in articles}
        canonical = {self._canonical(c, heads) for c in made if c.level is keep}
        called = names_of((a.outlet, a.head.source) for a in articles)
        for article in articles:
            name = article.head.id
            syndication, body = of[Level.SYNDICATION][name], self._bodies[article.body]
            own = name == syndication.original
            key = (min(name, syndication.original or name), max(name, syndication.original or name))
            pair = None if own else pairs.get(key)
            head = article.head
            yield Label(
                id=name,
                duplicate_cluster=of[Level.DUPLICATE][name].id,
                syndication_cluster=syndication.id,
                event_cluster=of[Level.EVENT][name].id,
                canonical=name in canonical,
                original=syndication.original,
                original_confidence=syndication.original_confidence,
                relation=pair.relation if pair else None,
                score=1.0 if own else (pair.score if pair else None),
                language=body.language,
                published=head.published.isoformat() if head.published else None,
                event_date=date.fromordinal(body.day).isoformat() if body.day else None,
                credits=article.credits,
                title=article.title,
                source=called[article.outlet],
            )

    def _canonical(self, cluster: Cluster, heads: Mapping[str, StoredArticle]) -> str:
        """The original; else the first published, the longest, the first by id, as in a pass."""
        if cluster.original is not None:
            return cluster.original

        def rank(name: str) -> tuple[float, int, str]:
            time = minutes(heads[name].head.published)
            return (
                time if time == time else math.inf, -self._bodies[heads[name].body].words, name,
            )  # fmt: skip

        return min(cluster.members, key=rank)

    def _linked(self, score: float) -> float:
        """The score of a pair that its cluster joins, from the one that the pair has alone."""
        if score not in self._scores:  # stored as whole numbers, so many pairs share one
            odds = {"log_odds": log_odds(np.array([score], np.float32))}
            self._scores[score] = float(self._scoring["linked"].probability(odds)[0])
        return self._scores[score]

    def _side(self, article: StoredArticle) -> Side:
        side = self._sides.get(article.number)
        if side is None:
            body = self._bodies[article.body]
            side = stored_side(article, body.words, body.language)
            self._sides[article.number] = side
        return side
