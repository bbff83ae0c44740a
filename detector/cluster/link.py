"""Linking without chaining: average linkage inside each connected component.

Connected components of a similarity graph weld strangers through one bad link, and score
worst of all rules tried on news. Average linkage asks two groups for their mean score over
all pairs between them, so one bad link among many good ones, or one good among many bad,
decides nothing (Sokal & Michener 1958). How high the mean must be may depend on the groups:
two sister events look alike in many pairs at once, so that many middling scores tell less
than one does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.pairkeys import packed

_UNASKED = 0.3  # of two pairs, one of which was not asked about, the other must reach .7
_FAINT = 0.2  # part of the quorum below which a score is as good as none
_NEVER = -np.inf
_ROUNDING = 1e-6  # of a score, at most

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quorum:
    """The mean score at which two groups are still joined.

    It rises with the smaller of both: what joins one unit to a group costs little where it is
    wrong, what welds two groups that stand by themselves costs every pair between them.

    Attributes:
        least: where one of them is a single unit.
        most: what it comes near to where both are large.
    """

    least: float
    most: float

    @classmethod
    def always(cls, score: float) -> Quorum:
        """The same for groups of any size."""
        return cls(score, score)

    def of(self, size: int, others: I64) -> F64:
        """For a group of some size and each of others: shape (n,)."""
        return self.most - (self.most - self.least) / np.minimum(size, others)


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
    quorum: Quorum,
    cap: int,
    kinds: I64 | None = None,
) -> Linking:
    """Group units by average linkage over scored pairs; a pair not given scores 0.

    Args:
        units: how many units there are.
        pairs: shape (n, 2), unit indices.
        scores: shape (n,), 0 to 1.
        quorum: mean score at which two groups are still joined.
        cap: largest component linked as one; a larger one loses its weakest links first.
        kinds: shape (units,), where only units of different kinds are scored: a pair of one
            kind that is not given is then no sign against, and counts as `_UNASKED`.
    """
    labels = np.arange(units, dtype=np.int64)
    if not len(pairs):
        return Linking(labels, 0)
    pairs, scores = _best(pairs, scores)
    worth = scores >= quorum.least * _FAINT
    pairs, scores = pairs[worth], scores[worth]
    components = _components(connected(units, pairs), pairs, scores)
    cut = sum(len(members) > cap for members, _, _ in components)
    for component in components:
        for members, inner, weights in _bounded(*component, cap):
            alike = None if kinds is None else kinds[members]
            labels[members] = members[_average(len(members), inner, weights, quorum, alike)]
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


def _average(units: int, pairs: I64, scores: F32, quorum: Quorum, kinds: I64 | None) -> I64:
    """Position of the first member of each unit's group, within one component.

    The two groups whose mean score is furthest over their quorum are joined first, until none
    is over it. Each group remembers with which other it is furthest over, so that a merge
    looks at all groups once, and at few of them again (Müllner 2011, the generic algorithm).
    """
    if units == 2:
        return np.zeros(2, np.int64) if scores[0] >= quorum.least else np.arange(2)
    near = connected(units, pairs[scores >= quorum.least - _ROUNDING])
    if near.any() and quorum.least > _UNASKED:
        # Groups whose mean is near enough have a pair that is: what no chain of such pairs
        # joins need not be looked at together, in a square table.
        labels = np.arange(units)
        inside = near[pairs[:, 0]] == near[pairs[:, 1]]
        for members, inner, weights in _components(near, pairs[inside], scores[inside]):
            alike = None if kinds is None else kinds[members]
            labels[members] = members[_average(len(members), inner, weights, quorum, alike)]
        return labels
    mean = np.zeros((units, units))
    if kinds is not None:
        mean[kinds[:, None] == kinds] = _UNASKED
    mean[pairs[:, 0], pairs[:, 1]] = mean[pairs[:, 1], pairs[:, 0]] = scores
    np.fill_diagonal(mean, _NEVER)
    sizes, own = np.ones(units, np.int64), np.arange(units)
    over = mean - quorum.least + _ROUNDING
    best = over.argmax(axis=1)
    margin = over[own, best]
    while margin[kept := int(margin.argmax())] >= 0:
        kept, gone = sorted((kept, int(best[kept])))
        a, b = sizes[kept], sizes[gone]
        row = (a * mean[kept] + b * mean[gone]) / (a + b)
        row[[kept, gone]] = _NEVER
        sizes[kept], sizes[gone] = a + b, 0
        own[own == gone] = kept
        mean[kept], mean[:, kept] = row, row
        row = np.where(sizes > 0, row - quorum.of(int(a + b), np.maximum(sizes, 1)), _NEVER)
        row += _ROUNDING
        over[kept], over[:, kept] = row, row
        over[gone], over[:, gone] = _NEVER, _NEVER
        margin[gone] = _NEVER
        # Who was furthest over with either of both looks again; others, whether the new is it.
        again = np.flatnonzero((best == kept) | (best == gone))
        again = again[sizes[again] > 0]
        nearer = (row > margin) | ((row == margin) & (kept < best))
        best[nearer], margin[nearer] = kept, row[nearer]
        for i in {*again.tolist(), kept}:
            best[i] = over[i].argmax()
            margin[i] = over[i, best[i]]
    return own


def _smallest(labels: I64) -> I64:
    """Rename each group after its smallest unit."""
    smallest = np.full(len(labels), len(labels), np.int64)
    np.minimum.at(smallest, labels, np.arange(len(labels)))
    return np.asarray(smallest[labels], np.int64)
