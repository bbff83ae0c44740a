"""Judged pairs to nested clusters, and to what is said of each article."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.cluster.link import cluster_id, link
from detector.cluster.original import Direction, first_of
from detector.pipeline.copying import Judged
from detector.pipeline.corpus import Corpus
from detector.records import Cluster, Label, Level, Pair, Relation
from detector.text import I64
from detector.verify.profiles import minutes

F32 = npt.NDArray[np.float32]

_QUORUM = 0.5  # mean score over all pairs between two groups at which they are one
_EVENT_QUORUM = 0.45  # mean root of the scores at which two groups of reports are one event
_SURE = 0.4  # score that a report must reach with one other, to be of any event but its own
_LEVELS = {
    "duplicates": Level.DUPLICATE,
    "syndication": Level.SYNDICATION,
    "events": Level.EVENT,
}


@dataclass(frozen=True, slots=True)
class Grouping:
    """Nested groups of article numbers.

    Attributes:
        labels: for each level, the smallest member of each article's group.
        cut: components that were too large to be linked as one.
    """

    labels: Mapping[Level, I64]
    cut: int


def group(corpus: Corpus, equal: I64, copies: Judged, related: Judged, cap: int) -> Grouping:
    """Link copies, then translations, then reports of one event.

    Args:
        corpus: of n articles.
        equal: shape (n,), the first article with the same body.
        copies: judged pairs among those first articles.
        related: judged pairs among them that are no copies.
        cap: largest component linked as one.
    """
    duplicate, cut = _duplicates(corpus, equal, copies, cap)
    translations = np.array([r is Relation.TRANSLATION for r in related.relations], np.bool_)
    pairs, scores = _between(duplicate, related.pairs[translations], related.scores[translations])
    spoken = {code: n for n, code in enumerate(sorted(set(corpus.facts.languages)))}
    languages = np.array([spoken[code] for code in corpus.facts.languages], np.int64)
    linked = link(len(corpus), pairs, scores, _QUORUM, cap, languages)
    syndication = linked.labels[duplicate]
    cut += linked.cut
    # A report of a large event is close to some of the others and less so to the rest: the
    # root lets middling scores count for more than none.
    pairs = np.sort(syndication[related.pairs], axis=1)
    roots = np.sqrt(_of_the_sure(len(corpus), pairs, related.scores))
    linked = link(len(corpus), pairs, roots, _EVENT_QUORUM, cap)
    labels = {
        Level.DUPLICATE: duplicate,
        Level.SYNDICATION: syndication,
        Level.EVENT: linked.labels[syndication],
    }
    return Grouping(labels, cut + linked.cut)


def _duplicates(corpus: Corpus, equal: I64, copies: Judged, cap: int) -> tuple[I64, int]:
    """Near copies by average linkage; an excerpt then joins the likeliest of its holders."""
    excerpt = np.array([r is Relation.EXCERPT for r in copies.relations], np.bool_)
    near = link(len(equal), copies.pairs[~excerpt], copies.scores[~excerpt], _QUORUM, cap)
    pairs, scores = copies.pairs[excerpt], copies.scores[excerpt]
    swapped = corpus.lengths[pairs[:, 0]] > corpus.lengths[pairs[:, 1]]
    pairs = np.where(swapped[:, None], pairs[:, ::-1], pairs)
    parts = near.labels[pairs]
    order = np.lexsort((parts[:, 1], -scores, parts[:, 0]))
    _, first = np.unique(parts[order, 0], return_index=True)
    chosen = parts[order][first]
    joined = link(len(equal), chosen, np.ones(len(chosen), np.float32), 0.0, len(equal))
    return joined.labels[near.labels][equal], near.cut


def _between(units: I64, pairs: I64, scores: F32) -> tuple[I64, F32]:
    """Pairs of units, each with the best score of the article pairs between them."""
    pairs = np.sort(units[pairs], axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, scores = pairs[apart], scores[apart]
    order = np.lexsort((-scores, pairs[:, 1], pairs[:, 0]))
    pairs, scores = pairs[order], scores[order]
    first = np.ones(len(pairs), np.bool_)
    first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    return pairs[first], scores[first]


def _of_the_sure(units: int, pairs: I64, scores: F32) -> F32:
    """The scores, but 0 where one of the two reaches `_SURE` with no other unit.

    In ordinary news most articles tell of something that no other tells of, and each has
    somebody who is a little like it.
    """
    best = np.zeros(units, np.float32)
    apart = pairs[:, 0] != pairs[:, 1]
    for side in (0, 1):
        np.maximum.at(best, pairs[apart, side], scores[apart])
    return np.where((best[pairs] >= _SURE).all(axis=1), scores, np.float32(0))


def clusters(
    corpus: Corpus, grouping: Grouping, found: Mapping[tuple[str, str], Direction]
) -> tuple[Cluster, ...]:
    """Every cluster of every level, with its original, sorted by level and id."""
    result: list[Cluster] = []
    for level in Level:
        labels = grouping.labels[level]
        order = np.argsort(labels, kind="stable")
        edges = np.flatnonzero(np.diff(labels[order], prepend=-1, append=-2))
        named = []
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            members = tuple(corpus.ids[i] for i in order[a:b].tolist())
            name = cluster_id(str(level), members)
            if len(members) == 1:
                named.append(Cluster(name, level, members))
                continue
            first = _original(level, members, found)
            named.append(Cluster(name, level, members, first.original, first.confidence))
        result.extend(sorted(named, key=lambda c: c.id))
    return tuple(result)


def labels(
    corpus: Corpus, found: Sequence[Cluster], relations: Mapping[tuple[str, str], Pair], keep: str
) -> tuple[Label, ...]:
    """What is said of each article, in input order.

    Args:
        corpus: of the pass.
        found: all clusters.
        relations: verified pairs by their ids.
        keep: level of which one canonical article a cluster stays, of `config.LEVELS`.
    """
    of = {level: {m: c for c in found if c.level is level for m in c.members} for level in Level}
    canonical = {_canonical(corpus, c) for c in found if c.level is _LEVELS[keep]}
    result = []
    for i in corpus.position.tolist():
        name = corpus.ids[i]
        head, facts = corpus.head(i), corpus.facts[i]
        syndication = of[Level.SYNDICATION][name]
        pair = _pair_with(name, syndication.original, relations)
        own = name == syndication.original
        result.append(
            Label(
                id=name,
                duplicate_cluster=of[Level.DUPLICATE][name].id,
                syndication_cluster=syndication.id,
                event_cluster=of[Level.EVENT][name].id,
                canonical=name in canonical,
                original=syndication.original,
                original_confidence=syndication.original_confidence,
                relation=pair.relation if pair else None,
                score=1.0 if own else (pair.score if pair else None),
                language=facts.language,
                published=head.published.isoformat() if head.published else None,
                event_date=facts.event_date.isoformat() if facts.event_date else None,
                credits=facts.credits,
                title=facts.title,
                source=head.source or corpus.outlets[i],
            )
        )
    return tuple(result)


def _pair_with(
    name: str, original: str | None, relations: Mapping[tuple[str, str], Pair]
) -> Pair | None:
    if original is None or original == name:
        return None
    return relations.get((min(name, original), max(name, original)))


def _canonical(corpus: Corpus, cluster: Cluster) -> str:
    """The original; else the first published, the longest, the first by id."""
    if cluster.original is not None:
        return cluster.original
    if len(cluster.members) == 1:
        return cluster.members[0]

    def rank(name: str) -> tuple[float, int, str]:
        i = bisect_left(corpus.ids, name)
        time = minutes(corpus.head(i).published)
        return (time if time == time else math.inf, -int(corpus.lengths[i]), name)

    return min(cluster.members, key=rank)


def _original(
    level: Level, members: tuple[str, ...], found: Mapping[tuple[str, str], Direction]
) -> Direction:
    if level is Level.EVENT:
        return Direction(None, 0.0, 0.0, ())
    pairs = ((a, b) for n, a in enumerate(members) for b in members[n + 1 :])
    return first_of(members, {pair: found[pair] for pair in pairs if pair in found})
