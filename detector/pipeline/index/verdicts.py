"""Verdicts: of all that a new article is to stored ones, the closest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.clean import Recurring
from detector.cluster.original import Direction
from detector.pipeline.grouping import Grouping
from detector.pipeline.index.batch import Batch
from detector.pipeline.index.candidates import among
from detector.pipeline.index.judging import Asked, Judging
from detector.pipeline.index.sides import UNTOLD, new_side, stored_sides, told
from detector.pipeline.index.surroundings import ANEW, Surroundings
from detector.pipeline.pairing import Pairing, of_one_outlet
from detector.records import COPIES, Evidence, Relation, Verdict
from detector.store import bodies
from detector.store.links import RELATIONS, Links, named
from detector.store.store import View
from detector.verify.relation import once_linked

_UNSERVED = "The encoder does not know this language ({}): compared by words alone."
_EQUAL = {"resemblance": 1.0, "containment": 1.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to.

    Attributes:
        judging: None where no body is new.
        judged: the pairs that were judged.
        links: these, and all others of the components that the new bodies are in.
        labels: body to the digests of its clusters.
        languages: of those bodies.
    """

    judging: Judging | None
    judged: Links
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
    if not len(outcome.links):
        return found
    labels = outcome.labels
    alike: defaultdict[int, list[int]] = defaultdict(list)
    mates: defaultdict[int, list[int]] = defaultdict(list)
    for body in sorted(labels):
        mates[labels[body][0]].append(body)
    for body in batch.bodies[batch.founders].tolist():
        alike[labels[body][0]].append(body)
    links = outcome.links.of(_beside(outcome, alike))
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


def _beside(outcome: Outcome, clusters: Collection[int]) -> npt.NDArray[np.bool_]:
    """Which pairs have a body of some duplicate clusters: in a large component but few."""
    numbers = np.array(sorted(outcome.labels), np.int64)
    own = np.array([outcome.labels[n][0] for n in numbers.tolist()], np.int64)
    inside = numbers[among(own, np.array(sorted(clusters), np.int64))]
    return np.asarray(among(outcome.links.pairs, inside).any(axis=1), np.bool_)


class Verdicts:
    """Says of each article of a batch what it is."""

    def __init__(
        self, view: View, batch: Batch, outcome: Outcome, asked: Asked, recurring: Recurring
    ) -> None:
        """Find the closest of each."""
        self._view, self._batch, self._outcome = view, batch, outcome
        self._scoring, self._text, self._recurring = asked.scoring, asked.text, recurring
        self._served = asked.model.languages if asked.model is not None else None
        self._matches = matches(batch, outcome)
        wanted = {m.body for m in self._matches.values()} | set(batch.bodies.tolist())
        stored = sorted(n for n in wanted if n < batch.start)
        self._founders = bodies.founders(view.connection, stored)
        self._standing = bodies.standing(view.connection, stored)

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
        spoken = batch.prepared.facts.languages[i]
        if self._served is not None and spoken not in self._served and not batch.same[i]:
            reasons = (*verdict.evidence.reasons, _UNSERVED.format(spoken))
            verdict = replace(verdict, evidence=replace(verdict.evidence, reasons=reasons))
        clusters = self._clusters(body, alone=added or body < batch.start)
        return replace(
            verdict, id=verdict.id.removeprefix(ANEW), duplicate_cluster=clusters[0],
            syndication_cluster=clusters[1], event_cluster=clusters[2],
        )  # fmt: skip

    def _told(self, i: int, match: Match, evidence: bool) -> Verdict:
        ids, way, same, reasons = self._sides(i, match)
        here, there = ids
        score = match.score
        if match.relation is Relation.SAME_EVENT:
            score = once_linked(self._scoring, np.array([score], np.float32))[0]
        told_why = tuple(reason.replace(ANEW, "") for reason in reasons)
        return Verdict(
            here,
            match.relation is Relation.SAME_EVENT,
            match.relation,
            there.removeprefix(ANEW),
            round(score, 4),
            way.original.removeprefix(ANEW) if way.original else None,
            way.confidence,
            same,
            evidence=self._evidence(i, match, told_why) if evidence else Evidence(reasons=told_why),
        )

    def _sides(
        self, i: int, match: Match
    ) -> tuple[tuple[str, str], Direction, bool, Sequence[str]]:
        """The ids of an article and its match, which was first, one outlet or not, and why."""
        batch, at = self._batch, match.body - self._batch.start
        stored = self._founders[match.body] if at < 0 else None
        ids = batch.articles[i].id, stored.head.id if stored else batch.articles[at].id
        if match.relation is Relation.SAME_EVENT:  # none was first: no text need be read
            outlets = batch.prepared.outlets
            return ids, UNTOLD, *of_one_outlet(outlets[i], stored.outlet if stored else outlets[at])
        if stored:
            _, code, words, _ = self._standing[match.body]
            (there,) = stored_sides([stored], [words], [self._view.names[code]])
        else:
            there = new_side(batch, at)
        return ids, *told(new_side(batch, i), there, match.relation)

    def _evidence(self, i: int, match: Match, reasons: tuple[str, ...]) -> Evidence:
        """Passages and facts, from a corpus of the two or of all that was looked at."""
        judging = self._outcome.judging
        body = int(self._batch.bodies[i])
        if judging is not None and match.body != body:
            around, relating = judging.beside(body, match.body)
            pair = around.ranks(np.array([body, match.body]))
            features = judging.features_of(body, match.body)
            if (pair < 0).any():
                return Evidence(features=features, reasons=reasons)
        else:
            around, relating, features = self._equal(i, match.body), None, _EQUAL
            pair = np.arange(2)
        if not around.readable[pair].all():
            return Evidence(features=features, reasons=reasons)
        pairing = Pairing(around, Grouping({}, 0), self._recurring, relating, self._scoring)
        first, second = around.by_id(pair[None])[0].tolist()
        found = pairing.evidence(first, second, features)
        return replace(found, reasons=(*reasons, *found.reasons))

    def _equal(self, i: int, body: int) -> Surroundings:
        """An article beside the body that it has."""
        connection, names = self._view.connection, self._view.names
        stored = bodies.fetch_bodies(connection, [body], names)
        return Surroundings(connection, self._batch, np.array([i]), stored, self._text)

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
