"""Verdicts: of all that a new article is to stored ones, the closest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from detector.clean import Recurring
from detector.pipeline.grouping import Grouping
from detector.pipeline.index_batch import Batch
from detector.pipeline.index_corpus import ANEW, surroundings
from detector.pipeline.index_judging import Judging
from detector.pipeline.index_telling import new_side, stored_side, told
from detector.pipeline.pairing import Pairing
from detector.records import COPIES, Evidence, Relation, Verdict
from detector.store import bodies
from detector.store.links import RELATIONS, Links, named
from detector.store.store import View
from detector.verify.relation import Scorer, log_odds

_EQUAL = {"resemblance": 1.0, "containment": 1.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to.

    Attributes:
        judging: None where no body is new.
        links: every judged pair of the components that the new bodies are in.
        labels: body to the digests of its clusters.
        languages: of those bodies.
    """

    judging: Judging | None
    links: Links
    labels: Mapping[int, tuple[int, int, int]]
    languages: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Match:
    """The closest body, its relation and the score of that."""

    body: int
    relation: Relation
    score: float


def matches(batch: Batch, outcome: Outcome) -> dict[int, Match]:
    """The closest earlier body of each new one, by number."""
    found: dict[int, Match] = {}
    links, labels = outcome.links, outcome.labels
    alike: defaultdict[int, list[int]] = defaultdict(list)
    mates: defaultdict[int, list[int]] = defaultdict(list)
    for body in sorted(labels):
        mates[labels[body][0]].append(body)
    for body in batch.bodies[batch.founders].tolist():
        alike[labels[body][0]].append(body)
    for (a, b), code, score in zip(
        links.pairs.tolist(), links.relations.tolist(), links.scores.tolist(), strict=True
    ):
        relation = settled(labels, outcome.languages, a, b, RELATIONS[code])
        if relation is None:
            continue
        for earlier, later in ((a, b), (b, a)):
            # The longest of several copies is looked at, and what it is the others are.
            own = alike[labels[later][0]]
            if relation in COPIES or labels[a][0] == labels[b][0]:
                own = [later] if later in own else []
            for body in own:
                before = earlier if earlier < body else mates[labels[earlier][0]][0]
                match, known = Match(before, relation, score), found.get(body)
                apart = labels[before][0] != labels[body][0] or relation in COPIES
                if (
                    before < body
                    and apart
                    and (known is None or _closeness(match) < _closeness(known))
                ):
                    found[body] = match
    return found


class Verdicts:
    """Says of each article of a batch what it is."""

    def __init__(
        self, view: View, batch: Batch, outcome: Outcome, scoring: Mapping[str, Scorer],
        recurring: Recurring,
    ) -> None:  # fmt: skip
        """Find the closest of each."""
        self._view, self._batch, self._outcome = view, batch, outcome
        self._scoring, self._recurring = scoring, recurring
        self._matches = matches(batch, outcome)
        wanted = {m.body for m in self._matches.values()} | set(batch.bodies.tolist())
        stored = sorted(n for n in wanted if n < batch.start)
        self._founders = bodies.founders(view.connection, stored)
        self._stored = bodies.fetch_bodies(view.connection, stored, view.names)

    def of(self, i: int, *, evidence: bool, added: bool) -> Verdict:
        """The verdict on one article.

        Args:
            i: its position in the batch.
            evidence: whether to collect passages and facts.
            added: whether it is in its clusters now; else only clusters of others are told.
        """
        batch, body = self._batch, int(self._batch.bodies[i])
        if batch.same[i]:
            own = batch.articles[i].id.removeprefix(ANEW)
            match: Match | None = Match(body, Relation.EXACT_COPY, 1.0)
            verdict = Verdict(own, False, Relation.EXACT_COPY, own, 1.0)
        else:
            equal = body != batch.start + i
            match = Match(body, Relation.EXACT_COPY, 1.0) if equal else self._matches.get(body)
            verdict = Verdict(batch.articles[i].id, match is None)
            if match is not None:
                verdict = self._told(i, match, evidence)
        clusters = self._clusters(body, alone=added or body < batch.start)
        return replace(
            verdict, id=verdict.id.removeprefix(ANEW), duplicate_cluster=clusters[0],
            syndication_cluster=clusters[1], event_cluster=clusters[2],
        )  # fmt: skip

    def _told(self, i: int, match: Match, evidence: bool) -> Verdict:
        batch, here = self._batch, new_side(self._batch, i)
        if match.body >= batch.start:
            there = new_side(batch, match.body - batch.start)
        else:
            at = int(np.searchsorted(self._stored.numbers, match.body))
            there = stored_side(
                self._founders[match.body], int(self._stored.words[at]), self._stored.languages[at]
            )
        way, same, reasons = told(here, there, match.relation)
        score = match.score
        if match.relation is Relation.SAME_EVENT:
            odds = {"log_odds": log_odds(np.array([score], np.float32))}
            score = float(self._scoring["linked"].probability(odds)[0])
        names = {here.id: here.id.removeprefix(ANEW)}
        told_why = tuple(reason.replace(ANEW, "") for reason in reasons)
        return Verdict(
            here.id,
            match.relation is Relation.SAME_EVENT,
            match.relation,
            there.id.removeprefix(ANEW),
            round(score, 4),
            names.get(way.original, way.original) if way.original else None,
            way.confidence,
            same,
            evidence=self._evidence(i, match, told_why) if evidence else Evidence(reasons=told_why),
        )

    def _evidence(self, i: int, match: Match, reasons: tuple[str, ...]) -> Evidence:
        """Passages and facts, from a corpus of the two or of all that was looked at."""
        judging = self._outcome.judging
        body = int(self._batch.bodies[i])
        if judging is not None and match.body != body:
            around, relating = judging.beside(body, match.body)
            pair = around.ranks(np.array([body, match.body]))
            if (pair >= 0).all() and around.readable[pair].all():
                pairing = Pairing(
                    around.corpus, Grouping({}, 0), self._recurring, relating, self._scoring
                )
                features = judging.features_of(body, match.body)
                found = pairing.evidence(int(pair[0]), int(pair[1]), features)
                return replace(found, reasons=(*reasons, *found.reasons))
            return Evidence(features=judging.features_of(body, match.body), reasons=reasons)
        stored = self._stored
        if match.body < self._batch.start and self._founders[match.body].content is not None:
            one = bodies.fetch_bodies(self._view.connection, [match.body], self._view.names)
            stored = replace_numbers(one)
            around = surroundings(
                self._batch, np.array([i]), stored, {0: self._founders[match.body]}
            )
            pairing = Pairing(around.corpus, Grouping({}, 0), self._recurring, None, self._scoring)
            found = pairing.evidence(0, 1, _EQUAL)
            return replace(found, reasons=(*reasons, *found.reasons))
        return Evidence(features=_EQUAL, reasons=reasons)

    def _clusters(self, body: int, *, alone: bool) -> tuple[str | None, ...]:
        """Ids of the clusters of a body; unless `alone`, of those that others are in, too."""
        labels = self._outcome.labels
        own = labels[body]
        return tuple(
            named(level, own[level])
            if alone or any(n != body and other[level] == own[level] for n, other in labels.items())
            else None
            for level in range(3)
        )


def replace_numbers(stored: bodies.Bodies) -> bodies.Bodies:
    """A body under number 0: beside an article that has the same one."""
    return replace(stored, numbers=np.zeros_like(stored.numbers))


def settled(
    labels: Mapping[int, tuple[int, int, int]], languages: Mapping[int, str],
    a: int, b: int, relation: Relation,
) -> Relation | None:  # fmt: skip
    """The relation that the clusters leave a judged pair of bodies, or None, as in a corpus."""
    if a not in labels or b not in labels:
        return None
    left, right = labels[a], labels[b]
    if relation in COPIES:
        return relation if left[0] == right[0] else None
    if left[2] != right[2]:
        return None
    crossing = languages[a] != languages[b]
    return Relation.TRANSLATION if left[1] == right[1] and crossing else Relation.SAME_EVENT


def _closeness(match: Match) -> tuple[int, float, int]:
    return RELATIONS.index(match.relation), -match.score, match.body
