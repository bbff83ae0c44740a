"""Judged pairs to nested clusters, and to what is said of each article."""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from detector.cluster.link import Quorum, cluster_code, link
from detector.cluster.original import Direction, first_of
from detector.pipeline.copying import Judged
from detector.pipeline.corpus import Corpus
from detector.pipeline.shelf import Head
from detector.records import Cluster, Label, Level, Pair, Relation
from detector.text import I64
from detector.verify.profiles import minutes

F32 = npt.NDArray[np.float32]

_QUORUM = Quorum.always(0.5)  # mean score over all pairs between two groups of one article
_EVENT_QUORUM = Quorum(0.4, 0.8)  # mean root of the scores between two groups of reports
_ANY = Quorum.always(0.0)
_SURE = 0.45  # score that a report must reach with one other, to be of any event but its own
#: Level of which one canonical article a cluster stays, by the name of the policy.
KEPT = {
    "duplicates": Level.DUPLICATE,
    "syndication": Level.SYNDICATION,
    "events": Level.EVENT,
}


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Articles of which one may stand for the others: copies and excerpts of one body.

    Attributes:
        labels: shape (articles,), the smallest member of each article's group.
        longest: shape (articles,), the member with the most words, which has what the
            others were cut from.
        cut: components that were too large to be linked as one.
    """

    labels: I64
    longest: I64
    cut: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """Nested groups of article numbers.

    Attributes:
        labels: for each level, the smallest member of each article's group.
        cut: components that were too large to be linked as one.
    """

    labels: Mapping[Level, I64]
    cut: int


@dataclass(frozen=True, slots=True)
class Clustering:
    """The clusters of a corpus.

    Attributes:
        clusters: of every level, sorted by level and id.
        of: for each level, the cluster of each article.
    """

    clusters: tuple[Cluster, ...]
    of: Mapping[Level, Sequence[Cluster]]


class Members(Protocol):
    """What is asked of the articles that are grouped: their languages and lengths."""

    @property
    def facts(self) -> Spoken:
        """Their facts, of which the languages count."""
        ...

    @property
    def lengths(self) -> npt.NDArray[np.integer[Any]]:
        """Words of each body."""
        ...

    def __len__(self) -> int: ...


class Spoken(Protocol):
    """The languages of articles."""

    @property
    def languages(self) -> Sequence[str]:
        """Of each, in order."""
        ...


def group(corpus: Members, duplicates: Duplicates, related: Judged, cap: int) -> Grouping:
    """Link translations, then reports of one event.

    Args:
        corpus: of n articles.
        duplicates: of its articles.
        related: judged pairs of articles that are no copies.
        cap: largest component linked as one.
    """
    duplicate, cut = duplicates.labels, duplicates.cut
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


def link_copies(corpus: Members, equal: I64, copies: Judged, cap: int) -> Duplicates:
    """Near copies by average linkage; an excerpt then joins the likeliest of its holders.

    Args:
        corpus: of n articles.
        equal: shape (n,), the first article with the same body.
        copies: judged pairs among those first articles.
        cap: largest component linked as one.
    """
    excerpt = np.array([r is Relation.EXCERPT for r in copies.relations], np.bool_)
    near = link(len(equal), copies.pairs[~excerpt], copies.scores[~excerpt], _QUORUM, cap)
    pairs, scores = copies.pairs[excerpt], copies.scores[excerpt]
    swapped = corpus.lengths[pairs[:, 0]] > corpus.lengths[pairs[:, 1]]
    pairs = np.where(swapped[:, None], pairs[:, ::-1], pairs)
    parts = near.labels[pairs]
    order = np.lexsort((parts[:, 1], -scores, parts[:, 0]))
    _, first = np.unique(parts[order, 0], return_index=True)
    chosen = parts[order][first]
    joined = link(len(equal), chosen, np.ones(len(chosen), np.float32), _ANY, len(equal))
    labels = joined.labels[near.labels][equal]
    order = np.lexsort((np.arange(len(labels)), -corpus.lengths, labels))
    _, first, group = np.unique(labels[order], return_index=True, return_inverse=True)
    longest = np.empty_like(labels)
    longest[order] = order[first][group.ravel()]
    return Duplicates(labels, longest, near.cut)


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
) -> Clustering:
    """Every cluster of every level, with its original."""
    # Most articles are alone at every level, where their clusters share what they can.
    alone = [(name,) for name in corpus.ids]
    codes = [cluster_code(name) for name in corpus.ids]
    result: list[Cluster] = []
    of: dict[Level, Sequence[Cluster]] = {}
    for level in Level:
        firsts = grouping.labels[level]
        order = np.argsort(firsts, kind="stable")
        edges = np.flatnonzero(np.diff(firsts[order], prepend=-1, append=-2)).tolist()
        named: list[Cluster] = []
        for a, b in pairwise(edges):
            first = int(order[a])
            name = f"{level[:3]}-{codes[first]}"
            if b - a == 1:
                named.append(Cluster(name, level, alone[first]))
                continue
            members = tuple(corpus.ids[i] for i in order[a:b].tolist())
            origin = _original(level, members, found)
            named.append(Cluster(name, level, members, origin.original, origin.confidence))
        number = np.searchsorted(firsts[order[edges[:-1]]], firsts)
        of[level] = [named[k] for k in number]
        result.extend(sorted(named, key=attrgetter("id")))
    return Clustering(tuple(result), of)


def labels(
    corpus: Corpus, made: Clustering, relations: Mapping[tuple[str, str], Pair], keep: str
) -> tuple[Label, ...]:
    """What is said of each article, in input order.

    Args:
        corpus: of the pass.
        made: its clusters.
        relations: verified pairs by their ids.
        keep: level of which one canonical article a cluster stays, of `KEPT`.
    """
    level = KEPT[keep]
    shared = (c for c in made.clusters if c.level is level and len(c.members) > 1)
    chosen = {_canonical(corpus, cluster) for cluster in shared}
    heads = [_told(corpus.fields(i)) for i in range(len(corpus))]
    called = names_of(zip(corpus.outlets, (source for _, _, source in heads), strict=True))
    result = []
    for i in map(int, corpus.position):
        name, (title, published, _) = corpus.ids[i], heads[i]
        syndication = made.of[Level.SYNDICATION][i]
        pair = _pair_with(name, syndication.original, relations)
        own = name == syndication.original
        result.append(
            Label(
                id=name,
                duplicate_cluster=made.of[Level.DUPLICATE][i].id,
                syndication_cluster=syndication.id,
                event_cluster=made.of[Level.EVENT][i].id,
                canonical=len(made.of[level][i].members) == 1 or name in chosen,
                original=syndication.original,
                original_confidence=syndication.original_confidence,
                relation=pair.relation if pair else None,
                score=1.0 if own else (pair.score if pair else None),
                language=corpus.facts.languages[i],
                published=published or None,
                event_date=written(int(corpus.facts.days[i])),
                credits=corpus.facts.credits(i),
                title=corpus.facts.title(i, title),
                source=called[corpus.outlets[i]],
            )
        )
    return tuple(result)


def names_of(outlets: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What each outlet is called: as it is written most often, else by its key.

    Args:
        outlets: key and written name for each article; "dantri.com.vn" and "Dân trí" are one.
    """
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key, written in outlets:
        spellings[key][sys.intern(written)] += 1
    return {
        key: min(counts, key=lambda name: (not name, -counts[name], name)) or key
        for key, counts in spellings.items()
    }


def _told(head: Head) -> tuple[str, str, str]:
    """What a row tells of a head: title, time of publication, outlet as it is written."""
    return head.title, head.published, sys.intern(head.source)


@lru_cache(maxsize=4096)  # so that the rows of one day share its text
def written(day: int) -> str | None:
    """A day as a row tells it; None for 0, which is unknown."""
    return date.fromordinal(day).isoformat() if day else None


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
