"""One pair of a finished pass, looked at again in full."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from detector.config import Config
from detector.errors import UsageError
from detector.pipeline.copying import Judged, Measured, copy_features
from detector.pipeline.corpus import Corpus
from detector.pipeline.grouping import Grouping
from detector.pipeline.opinions import AFTER, BEFORE
from detector.pipeline.pairing import Pairing
from detector.pipeline.relating import Judging
from detector.records import Contribution, Explanation, Level, Relation
from detector.text import I64
from detector.verify.relation import Scorer, event_of, log_odds

_QUESTION = {
    Relation.NEAR_COPY: "copy",
    Relation.EXCERPT: "copy",
    Relation.TRANSLATION: "translation",
}
_CLOSEST = 3  # names suggested for an unknown id


@dataclass(frozen=True, slots=True)
class Found:
    """Everything a pass found, before it is told."""

    corpus: Corpus
    equal: I64
    representative: I64
    copies: Judged
    related: Judged
    relating: Judging | None
    scorers: Mapping[str, Scorer]
    grouping: Grouping
    pairing: Pairing


def explained(found: Found, a: str, b: str, config: Config) -> Explanation:
    """Say why two articles are related, or are not.

    Raises:
        UsageError: if no article has one of the ids, or both are one.
    """
    if a == b:
        raise UsageError(f'"{a}" is named twice; name two articles')
    i, j = sorted((_number(found.corpus, a), _number(found.corpus, b)))
    labels = found.grouping.labels
    together = tuple(level for level in Level if labels[level][i] == labels[level][j])
    question, probability, judged, features = _judged(found, i, j, config)
    relation = found.pairing.settled(i, j, judged) if judged is not None else None
    if relation is not None:
        pair = found.pairing.pair(i, j, relation, probability, features)
        evidence, first, confidence = pair.evidence, pair.original, pair.original_confidence
    else:
        evidence, first, confidence = found.pairing.evidence(i, j, features), None, 0.0
    asked = found.scorers if found.relating is None else found.relating.scorers_of(i, j)
    scorer = _scorer(asked, question, found.corpus.facts.languages[i])
    return Explanation(
        a=found.corpus.ids[i],
        b=found.corpus.ids[j],
        question=question,
        probability=round(probability, 4),
        relation=relation,
        contributions=tuple(_contributions(scorer, question, features)),
        evidence=evidence,
        original=first,
        original_confidence=confidence,
        together=together,
        decided_by=_decision(found, i, j, relation, probability, together),
    )


def _number(corpus: Corpus, name: str) -> int:
    at = bisect_left(corpus.ids, name)
    if at < len(corpus.ids) and corpus.ids[at] == name:
        return at
    near = difflib.get_close_matches(name, corpus.ids, n=_CLOSEST)
    hint = f"; the nearest are {', '.join(near)}" if near else ""
    raise UsageError(f'no article has the id "{name}"{hint}')


def _judged(
    found: Found, i: int, j: int, config: Config
) -> tuple[str, float, Relation | None, dict[str, float]]:
    """The question that decided, its answer, the relation before linking, the features."""
    if found.equal[i] == found.equal[j]:
        return "exact", 1.0, Relation.EXACT_COPY, {"resemblance": 1.0, "containment": 1.0}
    pair = np.array([[found.equal[i], found.equal[j]]], np.int64)
    facts = found.corpus.facts
    others = found.representative[[i, j]]
    alone = found.relating is None or others[0] == others[1]  # nothing else was asked of them
    if facts[i].language == facts[j].language:
        near, columns, _ = copy_features(found.corpus, np.sort(pair), config.lexical)
        if len(near):
            probability = float(found.scorers["copy"].probability(columns)[0])
            if probability >= config.verify.threshold or alone:
                kept = _stored(found.copies, near[0])
                return "copy", probability, kept, {n: float(v[0]) for n, v in columns.items()}
    if found.relating is None or alone:
        return "copy", 0.0, None, {}
    pair = others[None]
    judged = found.relating.judge_pairs(np.sort(pair))
    relation = judged.relations[0]
    crossing = facts[i].language != facts[j].language
    question = _QUESTION.get(relation, "event_crossing" if crossing else "event")
    features = {**found.relating.features(judged.pairs), **judged.features}
    return question, float(judged.scores[0]), relation, dict(Measured(features, 0))


def _scorer(scorers: Mapping[str, Scorer], question: str, language: str) -> Scorer | None:
    """Who answered: events within a language may have a scorer of their own."""
    own = scorers.get(event_of(language)) if question == "event" else None
    return own or scorers.get(question)


def _contributions(
    scorer: Scorer | None, question: str, features: Mapping[str, float]
) -> Iterator[Contribution]:
    """What each feature added, and what a second opinion did beside them."""
    kind = "translation" if question == "translation" else "event_crossing"
    if AFTER[kind] in features:
        both = np.array([features[AFTER[kind]], features[BEFORE[kind]]], np.float32)
        after, before = log_odds(both).tolist()
        yield Contribution(AFTER[kind], round(features[AFTER[kind]], 4), round(after - before, 3))
    for name, value, odds in scorer.contributions(features) if scorer else ():
        yield Contribution(name, round(value, 4), round(odds, 3))


def _stored(judged: Judged, pair: I64) -> Relation | None:
    rows = np.flatnonzero((judged.pairs == pair).all(axis=1))
    return judged.relations[int(rows[0])] if len(rows) else None


def _decision(
    found: Found,
    i: int,
    j: int,
    relation: Relation | None,
    probability: float,
    together: tuple[Level, ...],
) -> str:
    if Level.EVENT in together and relation is not None and probability >= 0.5:
        return f"Joined by this pair itself: {relation} with {probability:.2f}."
    labels = found.grouping.labels[Level.EVENT]
    best = _strongest(found, labels == labels[i], labels == labels[j], Level.EVENT in together)
    if Level.EVENT in together:
        return f"In one event cluster by other links{best}."
    if probability >= 0.5:
        return (
            f"The pair alone looks related ({probability:.2f}), but the mean over all pairs of "
            f"both clusters does not reach one half{best}."
        )
    return f"Apart: the pair does not reach one half ({probability:.2f}){best}."


def _strongest(found: Found, left: I64, right: I64, inside: bool) -> str:
    """The strongest judged link between, or within, the clusters of two articles."""
    best, told = -1.0, ""
    for judged in (found.copies, found.related):
        a, b = judged.pairs[:, 0], judged.pairs[:, 1]
        hit = (left[a] & right[b]) | (left[b] & right[a])
        if not hit.any():
            continue
        row = int(np.argmax(np.where(hit, judged.scores, -1)))
        if float(judged.scores[row]) > best:
            best = float(judged.scores[row])
            ids = [found.corpus.ids[k] for k in judged.pairs[row].tolist()]
            told = f"{ids[0]} – {ids[1]}, {judged.relations[row]} {best:.2f}"
    if not told:
        return ""
    return f"; the strongest link {'inside' if inside else 'between them'} is {told}"
