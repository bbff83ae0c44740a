"""Bags of a few articles as dense rows, weighted by rarity.

What `verify.weighing` says of a corpus, for some dozens of articles: there SciPy's checks of
its sparse rows take ten times as long as the products. Sums differ from its by rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from detector.verify.profiles import COUNT, Bag, Profiles
from detector.verify.rarity import COMPARED, expected_of
from detector.verify.weighing import (
    ALONE,
    F32,
    I32,
    I64,
    PARTS,
    REPEATED,
    Between,
    Commonness,
    alone_of,
    marked,
    rarity_of,
)

Mask = npt.NDArray[np.bool_]

MOST = 64  # articles up to which dense rows are the faster ones

_PLACE = 24  # bits of a sorted number that say where a value was
_KIND = np.uint64(32)  # bits of a value, above which stands of what kind it is
_AT_ONCE = 1 << 18  # weights multiplied at once: they stay in the cache


@dataclass(frozen=True, slots=True)
class DensePart:
    """Some of the values of each article, see `weighing.Part`."""

    weights: F32
    worth: F32
    counts: I32


@dataclass(frozen=True, slots=True)
class DenseRows:
    """One kind of value, a row an article: see `weighing.Rows`.

    Attributes:
        weights: shape (articles, columns), of the values that two articles or more have.
        alone: the same shape, one over how many articles have each; None as there.
        length, worth, counts: shape (articles,).
        parts: as there.
    """

    weights: F32
    alone: F32 | None
    length: F32
    worth: F32
    counts: I32
    parts: Mapping[str, DensePart]

    def between(self, left: I64, right: I64, *, stated: bool = False) -> Between:
        """See `weighing.Rows`."""
        both, roots = _products(self.weights, self.weights, left, right, rooted=stated)
        cosine = both / np.maximum(self.length[left] * self.length[right], 1e-9)
        asked = self.parts or self.alone is not None
        there = (self.weights > 0).astype(np.float32) if asked else self.weights
        kept = {
            name: (_kept(part, there, left, right), _kept(part, there, right, left))
            for name, part in self.parts.items()
        }
        few = None
        if self.alone is not None:
            few = _products(self.alone, there, left, right)[0]
        return Between(np.asarray(cosine, np.float32), roots if stated else None, few, kept)


def _kept(part: DensePart, there: F32, left: I64, right: I64) -> F32:
    """The share of a part of the left article that is there in the right one."""
    both = _products(part.weights, there, left, right)[0]
    worth = part.worth[left]
    share = np.minimum(both / np.maximum(worth, 1e-9), 1)
    return np.asarray(np.where(worth > 0, share, 1), np.float32)


def weighed(profiles: Profiles, commonness: Commonness) -> dict[str, DenseRows]:
    """Weigh the values of all compared bags by rarity, in one go.

    Args:
        profiles: of at most `MOST` articles.
        commonness: decides how rare a value is.
    """
    kinds = COMPARED
    bags: list[Bag] = [getattr(profiles, kind) for kind in kinds]
    articles = len(profiles)
    numbers = np.arange(len(kinds) + 1, dtype=np.uint64) << _KIND
    several = [len(bag.values) for bag in bags]
    values = np.concatenate([bag.values for bag in bags])
    distinct, column, frequency = _ranked(values | numbers[:-1].repeat(several))
    first = distinct.searchsorted(numbers).tolist()
    rare = rarity_of(expected_of(distinct), commonness.of(distinct), commonness.articles)
    bounds = np.stack([bag.bounds for bag in bags])
    sizes = bounds[:, 1:] - bounds[:, :-1]
    row = np.arange(sizes.size).repeat(sizes.ravel())
    every = _Every(row, column, rare[column], frequency > 1, articles)
    total = every.sums(every.weight, sizes)
    ends = [0, *accumulate(several)]
    parts: dict[str, dict[str, DensePart]] = {kind: {} for kind in kinds}
    for kind, chosen_of in PARTS.items():
        k = kinds.index(kind)
        own, columns = slice(ends[k], ends[k + 1]), (first[k], first[k + 1])
        marks = marked(kind, bags[k].values, bags[k].counts)
        for name, of in chosen_of.items():
            parts[kind][name] = every.part(own, columns, of(marks), kind)
    alone: dict[str, F32] = {}
    worth = alone_of(rare, commonness.articles)
    for kind in ALONE:
        k = kinds.index(kind)
        own, columns = slice(ends[k], ends[k + 1]), (first[k], first[k + 1])
        alone[kind] = every.alone(own, columns, worth)
    k = kinds.index("words")
    every.weight[ends[k] : ends[k + 1]] *= REPEATED[bags[k].counts & COUNT]
    length = np.sqrt(every.sums(every.weight**2, sizes))
    table, place = every.table(every.weight), every.place
    return {
        kind: DenseRows(
            table[:, place[first[k]] : place[first[k + 1]]],
            alone.get(kind),
            length[k].astype(np.float32),
            total[k].astype(np.float32),
            sizes[k].astype(np.int32),
            parts[kind],
        )
        for k, kind in enumerate(kinds)
    }


class _Every:
    """The values of all bags, one after the other."""

    def __init__(self, row: I64, column: I64, weight: F32, shared: Mask, articles: int) -> None:
        """Store bag and article of each value, its rank, its rarity, and whose are shared."""
        self._row, self._owner, self._articles = row, row % articles, articles
        self._rank = column
        self.weight = weight
        self._kept = shared[column]
        #: Shared values before each rank: its column of the table.
        self.place = np.concatenate([[0], shared.cumsum()])
        self._column = self.place[column]

    def sums(self, values: F32, sizes: I64) -> npt.NDArray[np.float64]:
        """Sum of the values of each bag and article."""
        summed = np.bincount(self._row, values, sizes.size)
        return np.asarray(summed.reshape(sizes.shape), np.float64)

    def table(self, values: F32, own: slice = slice(None), columns: slice | None = None) -> F32:
        """Values of some bags where they are shared, a row an article.

        Args:
            values: of those bags.
            own: which values these are.
            columns: that they are in; all if None.
        """
        low, high = (columns.start, columns.stop) if columns else (0, self.place[-1])
        kept = self._kept[own]
        table = np.zeros((self._articles, int(high - low)), np.float32)
        table[self._owner[own][kept], self._column[own][kept] - low] = values[kept]
        return table

    def alone(self, own: slice, ranks: tuple[int, int], worth: F32) -> F32:
        """What each value of one bag, whose values have some ranks, is worth by its rank."""
        columns = slice(self.place[ranks[0]], self.place[ranks[1]])
        return self.table(worth[self._rank[own]], own, columns)

    def part(self, own: slice, ranks: tuple[int, int], chosen: Mask, kind: str) -> DensePart:
        """The chosen values of one bag, whose values have some ranks."""
        weight, owner = self.weight[own], self._owner[own]
        power = (weight**2 if kind == "words" else weight) * chosen
        columns = slice(self.place[ranks[0]], self.place[ranks[1]])
        return DensePart(
            self.table(power, own, columns),
            np.bincount(owner, power, self._articles).astype(np.float32),
            np.bincount(owner, chosen, self._articles).astype(np.int32),
        )


def _ranked(keys: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.uint64], I64, I64]:
    """As `weighing.ranked`, of longer numbers and fewer."""
    place = np.uint64(_PLACE)
    packed = (keys << place) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    ordered = packed >> place
    fresh = np.ones(len(keys), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    column = np.empty(len(keys), np.int64)
    column[(packed & np.uint64((1 << _PLACE) - 1)).astype(np.int64)] = fresh.cumsum() - 1
    at = fresh.nonzero()[0]
    sizes = np.empty(len(at), np.int64)
    sizes[:-1] = at[1:] - at[:-1]
    sizes[-1:] = len(keys) - at[-1:]
    return ordered[at], column, sizes


def _products(
    one: F32, other: F32, left: I64, right: I64, *, rooted: bool = False
) -> tuple[F32, F32]:
    """Sums over each pair's products and, if asked for, over their roots."""
    sums = np.zeros((2, len(left)), np.float32)
    step = max(1, _AT_ONCE // max(one.shape[1], 1))
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        both = one[left[part]] * other[right[part]]
        sums[0, part] = both.sum(axis=1)
        if rooted:
            sums[1, part] = np.sqrt(both).sum(axis=1)
    return sums[0], sums[1]
