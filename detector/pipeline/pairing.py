"""Judged article numbers to `Pair` records: direction, source, evidence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from detector.backends.base import Backend
from detector.clean import Recurring
from detector.cluster.original import Direction, Side, direction
from detector.enrich.interviews import confidants
from detector.pipeline.copying import Judged
from detector.pipeline.corpus import Corpus
from detector.pipeline.exhibiting import Shown, exhibited
from detector.pipeline.grouping import Grouping
from detector.pipeline.relating import Judging
from detector.records import COPIES, Evidence, Level, Pair, Relation
from detector.text import I64
from detector.verify.align import SentenceAlignment
from detector.verify.relation import Scorer, once_linked

F32 = npt.NDArray[np.float32]

_AT_ONCE = 128  # pairs whose texts are looked at together
_CROWD = 50  # pairs written between two groups of copies; beyond, the one for each

_NEITHER = Direction(None, 0.0, 0.0, ())


class Pairing:
    """Turns what was judged of one corpus into records."""

    def __init__(
        self,
        corpus: Corpus,
        grouping: Grouping,
        recurring: Recurring | None,
        relating: Judging | None,
        scorers: Mapping[str, Scorer],
    ) -> None:
        """Store what the records are made from."""
        self._scorers = scorers
        self._corpus = corpus
        self._grouping = grouping
        self._recurring = recurring
        self._relating = relating
        self._side = lru_cache(maxsize=65536)(self._sided)

    def pairs(
        self,
        exact: I64,
        found: Sequence[tuple[Judged, Mapping[int, Sequence[int]]]],
        progress: Callable[[str, int, int], None],
    ) -> tuple[tuple[Pair, ...], dict[tuple[str, str], Direction]]:
        """Every verified pair, sorted by ids, without passages and facts; the direction of each.

        Args:
            exact: pairs of equal bodies.
            found: judged pairs, and the articles that those in them stand for; of a pair that
                comes twice, the last counts.
            progress: told how far this is.
        """
        told: dict[tuple[int, int], tuple[Relation, float, Mapping[str, float]]] = {}
        for judged, groups in found:
            rows = self._together(judged.pairs)
            scores = once_linked(self._scorers, judged.scores[rows])
            confirmed = dict(zip(rows.tolist(), scores, strict=True))
            for row, (i, j) in zip(rows.tolist(), judged.pairs[rows].tolist(), strict=True):
                relation = self.settled(i, j, judged.relations[row])
                if relation is None:
                    continue
                features = judged.features_of(row)
                event = relation is Relation.SAME_EVENT
                score = confirmed[row] if event else float(judged.scores[row])
                for a, b in _expanded(i, j, groups):
                    told[a, b] = relation, score, features
        for a, b in exact.tolist():
            told[a, b] = Relation.EXACT_COPY, 1.0, {"resemblance": 1.0, "containment": 1.0}
        result = []
        directions: dict[tuple[str, str], Direction] = {}
        for done, (key, (relation, score, features)) in enumerate(sorted(told.items())):
            pair, way = self._pair(*key, relation, score, features)
            result.append(pair)
            if relation is not Relation.SAME_EVENT:
                directions[pair.a, pair.b] = way
            if done % 500 == 0:
                progress("explain", done, len(told))
        return tuple(result), directions

    def linked(self, related: Judged) -> Judged:
        """Of pairs that no longer have all their features, those in one cluster, with all."""
        kept = related.of(self._together(related.pairs))
        if self._relating is None:
            return kept
        measured = self._relating.features(kept.pairs)
        return replace(kept, features={**measured, **kept.features})

    def pair(
        self, i: int, j: int, relation: Relation, score: float, features: Mapping[str, float]
    ) -> Pair:
        """One pair of article numbers as a record, with its evidence."""
        i, j = min(i, j), max(i, j)
        brief = self._pair(i, j, relation, score, features)[0]
        return replace(brief, evidence=self._evidence(i, j, features, brief.evidence.reasons))

    def explained(
        self,
        pairs: Sequence[Pair],
        chosen: Collection[tuple[str, str]] | None,
        progress: Callable[[str, int, int], None],
        backend: Backend,
    ) -> tuple[Pair, ...]:
        """The pairs, of which the chosen ones now carry passages and facts.

        Args:
            pairs: of this corpus.
            chosen: ids of pairs; None for all.
            progress: told how far this is.
            backend: where the texts are looked at.
        """
        rows = [n for n, p in enumerate(pairs) if chosen is None or (p.a, p.b) in chosen]
        ids = self._corpus.ids
        numbers = np.array(
            [[bisect_left(ids, pairs[n].a), bisect_left(ids, pairs[n].b)] for n in rows], np.int64
        ).reshape(-1, 2)
        # Those of one event are looked at together, so that few articles are read twice.
        order = np.argsort(self._grouping.labels[Level.EVENT][numbers[:, 0]], kind="stable")
        result = list(pairs)
        runs = [order[at : at + _AT_ONCE] for at in range(0, len(order), _AT_ONCE)]
        work = (self._shown(numbers[run], [pairs[rows[n]] for n in run.tolist()]) for run in runs)
        function = partial(exhibited, recurring=self._recurring)
        done = 0
        for run, found in zip(runs, backend.map(function, work), strict=True):
            for n, evidence in zip(run.tolist(), found, strict=True):
                result[rows[n]] = replace(pairs[rows[n]], evidence=evidence)
            done += len(run)
            progress("explain", done, len(rows))
        return tuple(result)

    def evidence(self, i: int, j: int, features: Mapping[str, float]) -> Evidence:
        """What two articles share and where they conflict, related or not; `i` is told first."""
        reasons = () if self._relating is None else self._relating.reasons(features)
        return self._evidence(i, j, features, reasons)

    def _evidence(
        self, i: int, j: int, features: Mapping[str, float], reasons: Sequence[str]
    ) -> Evidence:
        pair = np.array([[i, j]], np.int64)
        known = [(features, reasons)]
        shown = Shown(self._corpus.portion(pair), known, self._sentences(pair))
        return exhibited(shown, self._recurring)[0]

    def _shown(self, numbers: I64, pairs: Sequence[Pair]) -> Shown:
        known = [(dict(p.evidence.features), p.evidence.reasons) for p in pairs]
        return Shown(self._corpus.portion(numbers), known, self._sentences(numbers))

    def _sentences(self, pairs: I64) -> list[SentenceAlignment | None]:
        """The sentences side by side of pairs in two languages."""
        spoken = self._corpus.facts.languages
        asked = self._relating
        return [
            None if asked is None or spoken[i] == spoken[j] else asked.alignment(i, j)
            for i, j in pairs.tolist()
        ]

    def confirmed(self, relation: Relation, score: float) -> float:
        """The probability of a pair that linking has left in one cluster."""
        if relation is not Relation.SAME_EVENT:
            return score
        return once_linked(self._scorers, np.array([score], np.float32))[0]

    def _together(self, pairs: I64) -> I64:
        """The rows of pairs that one event cluster holds; of most, linking left nothing."""
        labels = self._grouping.labels[Level.EVENT]
        return np.flatnonzero(labels[pairs[:, 0]] == labels[pairs[:, 1]])

    def settled(self, i: int, j: int, relation: Relation) -> Relation | None:
        """The relation that the clusters leave a judged pair, or None."""
        of = {level: labels[i] == labels[j] for level, labels in self._grouping.labels.items()}
        if relation in COPIES:
            return relation if of[Level.DUPLICATE] else None
        if not of[Level.EVENT]:
            return None
        spoken = self._corpus.facts.languages
        crossing = spoken[i] != spoken[j]
        if of[Level.SYNDICATION] and crossing:
            return Relation.TRANSLATION
        return Relation.SAME_EVENT

    def _pair(
        self,
        i: int,
        j: int,
        relation: Relation,
        score: float,
        features: Mapping[str, float],
    ) -> tuple[Pair, Direction]:
        way = _NEITHER  # two reports of one event: their texts need not be read again
        if relation is not Relation.SAME_EVENT:
            way = direction(self._side(i), self._side(j), relation)
        same, also = of_one_outlet(self._corpus.outlets[i], self._corpus.outlets[j])
        reasons = (*way.reasons, *also)
        if self._relating is not None:
            reasons += self._relating.reasons(features)
        found = Evidence(features=features, reasons=reasons)
        ids = self._corpus.ids
        pair = Pair(
            ids[i], ids[j], relation, round(score, 4), way.original, way.confidence, same, found
        )
        return pair, way

    def _sided(self, i: int) -> Side:
        head, facts = self._corpus.head(i), self._corpus.facts[i]
        text = self._corpus.text(i)
        return Side(
            id=head.id,
            title=facts.title,
            url=head.url,
            outlet=self._corpus.outlets[i],
            source=head.source,
            published=head.published,
            credits=facts.credits,
            aside=aside(text, self._corpus.spans(i)),
            confidants=confidants(text, self._corpus.body(i)),
            words=int(self._corpus.lengths[i]),
            language=facts.language,
        )


def of_one_outlet(a: str, b: str) -> tuple[bool, tuple[str, ...]]:
    """Whether two articles are of one outlet, given its keys, and the sentence that says so."""
    same = bool(a) and a == b
    return same, (f"Both were published by {a}.",) if same else ()


def aside(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text without the stretches of its body, a line for each piece."""
    parts, last = [], 0
    for start, end in spans:
        parts.append(text[last:start])
        last = end
    return "\n".join([*parts, text[last:]])


def _expanded(i: int, j: int, groups: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """A pair of articles as pairs of all that they stand for."""
    left, right = groups.get(i, (i,)), groups.get(j, (j,))
    if len(left) * len(right) > _CROWD:
        left, right = (i,), (j,)
    return [(min(a, b), max(a, b)) for a in left for b in right]
