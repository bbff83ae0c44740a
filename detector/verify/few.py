"""Bags of a few articles as dense rows, weighted by rarity.

What `verify.weighing` says of a corpus, for some dozens of articles: there SciPy's checks of
its sparse rows take ten times as long as the products. Sums differ from its by rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.verify.profiles import COUNT, Bag, Profiles
from detector.verify.weighing import F32, I32, I64, PARTS, REPEATED, Commonness, rarity_of

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
        length, worth, counts: shape (articles,).
        parts: as there.
    """

    weights: F32
    length: F32
    worth: F32
    counts: I32
    parts: Mapping[str, DensePart]

    def kept(self, name: str, left: I64, right: I64) -> F32:
        """See `weighing.Rows`."""
        part = self.parts[name]
        both = _products(part.weights, (self.weights > 0).astype(np.float32), left, right)[0]
        worth = part.worth[left]
        share = np.minimum(both / np.maximum(worth, 1e-9), 1)
        return np.asarray(np.where(worth > 0, share, 1), np.float32)

    def shared(self, left: I64, right: I64) -> tuple[F32, F32]:
        """See `weighing.Rows`."""
        both, roots = _products(self.weights, self.weights, left, right, rooted=True)
        return self._cosines(both, left, right), roots

    def cosines(self, left: I64, right: I64) -> F32:
        """See `weighing.Rows`."""
        both, _ = _products(self.weights, self.weights, left, right)
        return self._cosines(both, left, right)

    def _cosines(self, both: F32, left: I64, right: I64) -> F32:
        length = np.maximum(self.length[left] * self.length[right], 1e-9)
        return np.asarray(both / length, np.float32)


def weighed(
    profiles: Profiles, kinds: Sequence[str], commonness: Commonness
) -> dict[str, DenseRows]:
    """Weigh the values of several bags by rarity, all in one go.

    Args:
        profiles: of at most `MOST` articles.
        kinds: names of the bags.
        commonness: decides how rare a value is.
    """
    bags: list[Bag] = [getattr(profiles, kind) for kind in kinds]
    articles = len(profiles)
    keys = np.concatenate([
        bag.values | np.uint64(number << int(_KIND)) for number, bag in enumerate(bags)
    ])  # fmt: skip
    distinct, column, frequency = _ranked(keys)
    first = np.searchsorted(distinct, np.arange(len(kinds) + 1, dtype=np.uint64) << _KIND)
    shared = frequency > 1
    result, start = {}, 0
    for kind, bag, low, high in zip(kinds, bags, first.tolist(), first[1:].tolist(), strict=False):
        values = distinct[low:high].astype(np.uint32)
        worth = rarity_of(kind, values, commonness.of(kind, values), commonness.articles)
        own = column[start : start + len(bag.values)] - low
        start += len(bag.values)
        result[kind] = _rows(kind, bag, own, worth, shared[low:high], articles)
    return result


def _rows(
    kind: str, bag: Bag, column: I64, rare: F32, shared: npt.NDArray[np.bool_], articles: int
) -> DenseRows:
    sizes = np.diff(bag.bounds)
    owner = np.repeat(np.arange(articles), sizes)
    weight, keep = rare[column], shared[column]
    place = np.cumsum(shared) - 1
    width = int(place[-1]) + 1 if len(place) else 0
    row, at = owner[keep], place[column[keep]]
    parts = {}
    for name, chosen_of in PARTS.get(kind, {}).items():
        chosen = chosen_of(bag.counts)
        power = (weight**2 if kind == "words" else weight) * chosen
        table = np.zeros((articles, width), np.float32)
        table[row, at] = power[keep]
        parts[name] = DensePart(
            table,
            np.bincount(owner, power, articles).astype(np.float32),
            np.bincount(owner, chosen, articles).astype(np.int32),
        )
    total = np.bincount(owner, weight, articles).astype(np.float32)
    if kind == "words":
        weight = weight * REPEATED[bag.counts & COUNT]
    table = np.zeros((articles, width), np.float32)
    table[row, at] = weight[keep]
    squares = np.bincount(owner, weight**2, articles)
    return DenseRows(
        table, np.sqrt(squares).astype(np.float32), total, sizes.astype(np.int32), parts
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
    column[(packed & np.uint64((1 << _PLACE) - 1)).astype(np.int64)] = np.cumsum(fresh) - 1
    at = np.flatnonzero(fresh)
    return ordered[at], column, np.diff(at, append=len(keys))


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
