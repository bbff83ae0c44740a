"""What persons have decided about pairs, put over what their scores say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detector.store.links import Links
from detector.text import I64


class Linked(Protocol):
    """Bodies and the judged pairs inside."""

    @property
    def numbers(self) -> I64:
        """Of the bodies, ascending."""
        ...

    @property
    def inner(self) -> Links:
        """Pairs of two of them."""
        ...


def decided(
    groups: Sequence[I64], part: Linked, decisions: Sequence[tuple[int, int, bool, int]]
) -> list[I64]:
    """Groups of each level after decisions, nested as before.

    Bodies that belong together are joined at the level of the decision and all looser ones;
    bodies that do not are parted at that level and all closer ones, and what was grouped with
    both goes where its scores are higher.

    Args:
        groups: for each level, from the closest on, a group for each body by position.
        part: the bodies and their pairs.
        decisions: two bodies, whether together, and the level.
    """
    result = [g.copy() for g in groups]
    known = {int(n): at for at, n in enumerate(part.numbers.tolist())}
    mine = [(known[a], known[b], t, lv) for a, b, t, lv in decisions if a in known and b in known]
    for a, b, together, level in mine:
        if together:
            for labels in result[level:]:
                labels[labels == max(labels[a], labels[b])] = min(labels[a], labels[b])
    for a, b, together, level in mine:
        if not together:
            for at in range(level + 1):
                _parted(result, at, a, b, part)
    return result


def _parted(groups: Sequence[I64], level: int, a: int, b: int, part: Linked) -> None:
    labels = groups[level]
    if labels[a] != labels[b]:
        return
    inside = np.flatnonzero(labels == labels[a])
    units = groups[level - 1] if level else np.arange(len(labels))
    sides = {int(units[a]): 0, int(units[b]): 1}
    for unit in np.unique(units[inside]).tolist():
        if unit not in sides:
            means = [_mean(part, units == unit, units == units[x]) for x in (a, b)]
            sides[unit] = int(means[1] > means[0])
    for side in (0, 1):
        rows = inside[[sides[int(u)] == side for u in units[inside].tolist()]]
        labels[rows] = int(rows.min())


def _mean(part: Linked, one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Mean score of all pairs between two groups; a pair without a score counts as none."""
    left, right = np.searchsorted(part.numbers, part.inner.pairs).T
    between = (one[left] & other[right]) | (other[left] & one[right])
    return float(part.inner.scores[between].sum()) / max(int(one.sum()) * int(other.sum()), 1)
