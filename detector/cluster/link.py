"""Linking without chaining: average linkage inside each connected component.

Connected components of a similarity graph weld strangers through one bad link, and score
worst of all rules tried on news. Average linkage asks two groups for their mean score over
all pairs between them, so one bad link among many good ones, or one good among many bad,
decides nothing (Sokal & Michener 1958).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.pairkeys import packed

_UNASKED = 0.3  # of two pairs, one of which was not asked about, the other must reach .7
_ROUNDING = 1e-6  # of a score, at most
_FAINT = 0.2  # part of the threshold below which a score is as good as none

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linking:
    """The groups that were found, and what was not looked at.

    Attributes:
        labels: shape (units,), the smallest unit of each unit's group.
        cut: components that were larger than the cap and were cut at their weaker links.
    """

    labels: I64
    cut: int


def link(
    units: int,
    pairs: I64,
    scores: F32,
    threshold: float,
    cap: int,
    kinds: I64 | None = None,
) -> Linking:
    """Group units by average linkage over scored pairs; a pair not given scores 0.

    Args:
        units: how many units there are.
        pairs: shape (n, 2), unit indices.
        scores: shape (n,), 0 to 1.
        threshold: mean score at which two groups are still joined.
        cap: largest component linked as one; a larger one loses its weakest links first.
        kinds: shape (units,), where only units of different kinds are scored: a pair of one
            kind that is not given is then no sign against, and counts as `_UNASKED`.
    """
    labels = np.arange(units, dtype=np.int64)
    if not len(pairs):
        return Linking(labels, 0)
    pairs, scores = _best(pairs, scores)
    worth = scores >= threshold * _FAINT
    pairs, scores = pairs[worth], scores[worth]
    components = _components(connected(units, pairs), pairs, scores)
    cut = sum(len(members) > cap for members, _, _ in components)
    for component in components:
        for members, inner, weights in _bounded(*component, cap):
            alike = None if kinds is None else kinds[members]
            labels[members] = members[_average(len(members), inner, weights, threshold, alike)]
    return Linking(_smallest(labels), cut)


def cluster_id(level: str, members: Sequence[str]) -> str:
    """An id that depends on the members alone: their smallest id, digested.

    It stays when a cluster grows by articles whose ids sort later.
    """
    return f"{level[:3]}-{cluster_code(min(members))}"


def cluster_code(smallest: str) -> str:
    """What the ids of clusters of all levels share that have this smallest member."""
    return hashlib.blake2b(smallest.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _best(pairs: I64, scores: F32) -> tuple[I64, F32]:
    """Distinct pairs of different units in ascending order, with the mean of their scores."""
    pairs = np.sort(pairs.reshape(-1, 2), axis=1)
    keep = pairs[:, 0] != pairs[:, 1]
    pairs, scores = pairs[keep], scores[keep]
    key = packed(pairs[:, 0], pairs[:, 1])
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    total = np.bincount(inverse, scores, minlength=len(first))
    counts = np.bincount(inverse, minlength=len(first))
    return pairs[first], (total / np.maximum(counts, 1)).astype(np.float32)


def _components(labels: I64, pairs: I64, scores: F32) -> list[tuple[I64, I64, F32]]:
    """Members, inner pairs by position, and scores of each component of two or more.

    Args:
        labels: shape (units,), the component of each.
        pairs: shape (n, 2), each within one component.
        scores: shape (n,).
    """
    if not len(pairs):
        return []
    units = len(labels)
    _, component = np.unique(labels, return_inverse=True)
    sizes = np.bincount(component)
    by_unit = np.argsort(component, kind="stable")
    unit_bounds = np.concatenate([[0], np.cumsum(sizes)])
    owner = component[pairs[:, 0]]
    by_pair = np.argsort(owner, kind="stable")
    pair_bounds = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(sizes)))])
    position = np.empty(units, np.int64)
    position[by_unit] = np.arange(units) - np.repeat(unit_bounds[:-1], sizes)
    found = []
    for c in np.flatnonzero(sizes > 1).tolist():
        rows = by_pair[pair_bounds[c] : pair_bounds[c + 1]]
        members = by_unit[unit_bounds[c] : unit_bounds[c + 1]].astype(np.int64)
        found.append((members, position[pairs[rows]], scores[rows]))
    return found


def connected(units: int, pairs: I64) -> I64:
    """The smallest unit of each unit's connected component.

    Labels sink to the smaller of each pair's two, and from a label to its own label, until
    nothing changes. SciPy does the same after an import of a fifth of a second.
    """
    labels = np.arange(units)
    ones, others = pairs.T
    while True:
        at, to = labels[ones], labels[others]
        if (at == to).all():
            return labels
        np.minimum.at(labels, np.maximum(at, to), np.minimum(at, to))
        while (labels != (sunk := labels[labels])).any():
            labels = sunk


def _bounded(members: I64, pairs: I64, scores: F32, cap: int) -> Iterator[tuple[I64, I64, F32]]:
    """A component in parts of at most `cap` members, each with all its inner pairs.

    Pairs are taken from the strongest on; two parts that would become too large together
    stay apart. What is weak enough to part them is least likely to have joined them.
    """
    if len(members) <= cap:
        yield members, pairs, scores
        return
    parent, size = list(range(len(members))), [1] * len(members)

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for left, right in pairs[np.lexsort((pairs[:, 1], pairs[:, 0], -scores))].tolist():
        one, other = sorted((root(left), root(right)))
        if one != other and size[one] + size[other] <= cap:
            parent[other] = one
            size[one] += size[other]
    part = np.array([root(i) for i in range(len(members))])
    inside = part[pairs[:, 0]] == part[pairs[:, 1]]
    pairs, scores = pairs[inside], scores[inside]
    parts = connected(len(members), pairs)
    for chosen, inner, weights in _components(parts, pairs, scores):
        yield members[chosen], inner, weights


def _average(units: int, pairs: I64, scores: F32, threshold: float, kinds: I64 | None) -> I64:
    """Position of the first member of each unit's group, within one component."""
    if units == 2:
        return np.zeros(2, np.int64) if scores[0] >= threshold else np.arange(2)
    near = connected(units, pairs[scores >= threshold - _ROUNDING])
    if near.any() and threshold > _UNASKED:
        # Groups whose mean is near enough have a pair that is: what no chain of such pairs
        # joins need not be looked at together, in a square table.
        labels = np.arange(units)
        inside = near[pairs[:, 0]] == near[pairs[:, 1]]
        for members, inner, weights in _components(near, pairs[inside], scores[inside]):
            alike = None if kinds is None else kinds[members]
            labels[members] = members[_average(len(members), inner, weights, threshold, alike)]
        return labels
    distance = np.ones((units, units), np.float64)
    if kinds is not None:
        distance[kinds[:, None] == kinds] = 1 - _UNASKED
    distance[pairs[:, 0], pairs[:, 1]] = distance[pairs[:, 1], pairs[:, 0]] = 1 - scores
    np.maximum(distance, 0, out=distance)
    return connected(units, _merges(distance, 1 - threshold + 1e-9))


def _merges(distance: npt.NDArray[np.float64], limit: float) -> I64:
    """Average linkage by chains of nearest neighbours (Müllner 2011), as far as a limit.

    Args:
        distance: shape (n, n), symmetric; overwritten.
        limit: mean distance above which no groups are joined.

    Returns:
        A unit of either group for each merge; they are those of SciPy's ``linkage``.
    """
    np.fill_diagonal(distance, np.inf)
    sizes = np.ones(len(distance), np.int64)  # 0 where nothing is left to be joined
    merges: list[tuple[int, int]] = []
    chain: list[int] = []
    while True:
        chain = chain or [int(np.argmax(sizes > 0))]
        if not sizes[chain[-1]]:
            break
        row = distance[chain[-1]]
        near = int(np.argmin(row))
        if row[near] > limit:
            # Nor is any group before it in the chain nearer to one, or ever will be to what
            # others become: a mean is no smaller than the smaller of two.
            sizes[chain] = 0
            chain = []
        # Of equally near ones the last of the chain, or it would go round for ever.
        elif len(chain) > 1 and row[chain[-2]] <= row[near]:
            gone, kept = sorted((chain.pop(), chain.pop()))
            merges.append((gone, kept))
            a, b = sizes[gone], sizes[kept]
            mean = (a * distance[gone] + b * distance[kept]) / (a + b)
            mean[kept] = np.inf
            distance[kept], distance[:, kept] = mean, mean
            distance[gone], distance[:, gone] = np.inf, np.inf
            sizes[gone], sizes[kept] = 0, a + b
        else:
            chain.append(near)
    return np.array(merges, np.int64).reshape(-1, 2)


def _smallest(labels: I64) -> I64:
    """Rename each group after its smallest unit."""
    smallest = np.full(len(labels), len(labels), np.int64)
    np.minimum.at(smallest, labels, np.arange(len(labels)))
    return np.asarray(smallest[labels], np.int64)
