"""Bags of values as sparse rows weighted by rarity, built once for a corpus.

Weights are TF-IDF (Salton & Buckley 1988), learnt from the corpus at hand and smoothed by
what news at large is like, so that five articles suffice. The product of two sparse rows is
SciPy's, which lets other threads run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from detector.verify.profiles import COUNT, HEADLINE, OPENING, Bag
from detector.verify.rarity import CROWD, expected, keyed

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_PART = 1 << 20  # values sorted at once: bounds memory
_AT_ONCE = 1024  # articles weighed at once: bounds memory, too
_BITS = 4  # of a value tell its range, at most: each range is one look at all values
_MAIN = 3  # times an article names whom it is about


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the values of each article, of which is asked whether another has them, too.

    Attributes:
        weights: SciPy CSR, shape (articles, columns), of those that another article has.
        worth: shape (articles,), sum of their weights and those of the others.
        counts: shape (articles,), how many there are.
    """

    weights: Any
    worth: F32
    counts: I32


class Commonness(Protocol):
    """How common values are in a corpus of which only a part is at hand."""

    @property
    def articles(self) -> int:
        """How many articles the corpus has."""
        ...

    def of(self, keys: U64) -> F64:
        """In how many of them each of some values occurs, which are `keyed` and ascending."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """One kind of value: a sparse row an article, and what its values are worth together.

    Attributes:
        weights: SciPy CSR, shape (articles, columns), of the values that two articles or
            more have; the others are found in no other article.
        length: shape (articles,), Euclidean length of a row, of all its values.
        worth: shape (articles,), sum of the rarity of all values.
        counts: shape (articles,), how many there are.
        parts: of words those of the "opening", by the square of their rarity; of names
            those of the "headline" and the "main" ones, by rarity.
    """

    weights: Any
    length: F32
    worth: F32
    counts: I32
    parts: Mapping[str, Part]

    @classmethod
    def of(cls, bag: Bag, kind: str, commonness: Commonness | None = None) -> Rows:
        """Weigh the values of a bag by rarity; words by how often they occur, too.

        Args:
            bag: of the whole corpus, which decides how rare a value is.
            kind: name of the bag.
            commonness: decides that where the bag is of a part only.
        """
        from scipy.sparse import csr_matrix

        articles = len(bag.bounds) - 1
        distinct, column, frequency = ranked(bag.values)
        usual = expected(kind, distinct)
        if commonness is None:
            rarity = rarity_of(usual, frequency, articles)
        else:
            common = commonness.of(keyed(kind, distinct))
            rarity = rarity_of(usual, common, commonness.articles)
        shared = frequency > 1
        kept = int(frequency[shared].sum())
        columns, weights = np.empty(kept, np.int32), np.empty(kept, np.float32)
        ends, squares, worth = np.zeros(articles + 1, np.int32), *np.zeros((2, articles))
        parts = {name: _Growing(articles) for name in PARTS.get(kind, ())}
        for start in range(0, articles, _AT_ONCE):
            end = min(start + _AT_ONCE, articles)
            inner = slice(bag.bounds[start], bag.bounds[end])
            bounds = bag.bounds[start : end + 1] - bag.bounds[start]
            weight = rarity[column[inner]]
            worth[start:end] = _sums(weight, bounds)
            keep = shared[column[inner]]
            for name, part in parts.items():
                chosen = PARTS[kind][name](bag.counts[inner])
                power = weight**2 if kind == "words" else weight
                part.add(start, bounds, column[inner], power, chosen, keep)
            if kind == "words":
                weight *= REPEATED[bag.counts[inner] & COUNT]
            squares[start:end] = _sums(weight**2, bounds)
            ends[start + 1 : end + 1] = ends[start] + np.cumsum(_sums(keep, bounds))
            own = slice(ends[start], ends[end])
            columns[own], weights[own] = column[inner][keep], weight[keep]
        return cls(
            csr_matrix((weights, columns, ends), shape=(articles, len(distinct) + 1)),
            np.sqrt(squares).astype(np.float32),
            worth.astype(np.float32),
            np.diff(bag.bounds).astype(np.int32),
            {name: part.done(len(distinct) + 1) for name, part in parts.items()},
        )

    def kept(self, name: str, left: I64, right: I64) -> F32:
        """Share of a part of each left article that the right one has; 1 where it is empty."""
        part = self.parts[name]
        there = _present(self.weights[right])
        both = _total(part.weights[left].multiply(there))
        worth = part.worth[left]
        share = np.minimum(both / np.maximum(worth, 1e-9), 1)
        return np.asarray(np.where(worth > 0, share, 1), np.float32)

    def shared(self, left: I64, right: I64) -> tuple[F32, F32]:
        """What pairs of articles share: cosine, and rarity of the shared values.

        The second is of bags whose values count once.
        """
        both = self.weights[left].multiply(self.weights[right])
        cosine = _total(both) / np.maximum(self.length[left] * self.length[right], 1e-9)
        return np.asarray(cosine, np.float32), _total(both.sqrt())

    def cosines(self, left: I64, right: I64) -> F32:
        """Cosine of pairs of articles."""
        both = _total(self.weights[left].multiply(self.weights[right]))
        length = np.maximum(self.length[left] * self.length[right], 1e-9)
        return np.asarray(both / length, np.float32)


class _Growing:
    """A part in the making, a run of articles at a time."""

    def __init__(self, articles: int) -> None:
        self._worth = np.zeros(articles, np.float32)
        self._counts = np.zeros(articles, np.int32)
        self._sizes = np.zeros(articles + 1, np.int64)
        self._columns: list[I32] = []
        self._weights: list[F32] = []

    def add(
        self, start: int, bounds: I64, column: I32, weight: F32, chosen: Mask, shared: Mask
    ) -> None:
        own = slice(start, start + len(bounds) - 1)
        keep = chosen & shared
        self._worth[own] = _sums(weight * chosen, bounds)
        self._counts[own] = _sums(chosen, bounds)
        self._sizes[own.start + 1 : own.stop + 1] = _sums(keep, bounds)
        self._columns.append(column[keep])
        self._weights.append(weight[keep])

    def done(self, width: int) -> Part:
        from scipy.sparse import csr_matrix

        columns = np.concatenate([*self._columns, np.zeros(0, np.int32)])
        weights = np.concatenate([*self._weights, np.zeros(0, np.float32)])
        ends = np.cumsum(self._sizes).astype(np.int32)
        table = csr_matrix((weights, columns, ends), shape=(len(self._worth), width))
        return Part(table, self._worth, self._counts)


def _present(rows: Any) -> Any:
    """The same rows, 1 where there is a value."""
    rows.data = np.ones_like(rows.data)
    return rows


# Which values of a bag are a part of it, by their counts.
PARTS: Mapping[str, Mapping[str, Callable[[npt.NDArray[np.uint8]], Mask]]] = {
    "words": {"opening": lambda counts: (counts & OPENING) != 0},
    "names": {
        "headline": lambda counts: (counts & HEADLINE) != 0,
        "main": lambda counts: (counts & COUNT) >= _MAIN,
    },
}

# What a word is worth that occurs so often, over one that occurs once.
REPEATED = (1 + np.log(np.maximum(np.arange(COUNT + 1), 1))).astype(np.float32)


def ranked(values: U32) -> tuple[U32, I32, I64]:
    """The distinct values, ascending; for each value its rank; and how often each occurs.

    As `numpy.unique` with its inverse and counts, in a fraction of its time: value and place
    are sorted as one number, a range of values at a time.

    Args:
        values: shape (n,), n below 2**32.
    """
    column = np.zeros(len(values), np.int32)
    bits = min((len(values) // _PART).bit_length(), _BITS)
    distinct: list[U32] = []
    frequency: list[I64] = []
    known = 0
    for part in range(1 << bits):
        at = np.flatnonzero(_top(values, bits) == part)
        keys = (values[at].astype(np.uint64) << np.uint64(32)) | np.arange(len(at), dtype=np.uint64)
        keys.sort()
        ordered = (keys >> np.uint64(32)).astype(np.uint32)
        fresh = np.ones(len(at), np.bool_)
        fresh[1:] = ordered[1:] != ordered[:-1]
        ranks = np.cumsum(fresh, dtype=np.int32) + np.int32(known - 1)
        column[at[(keys & np.uint64(0xFFFFFFFF)).astype(np.int64)]] = ranks
        distinct.append(ordered[fresh])
        frequency.append(np.diff(np.flatnonzero(fresh), append=len(at)))
        known += len(distinct[-1])
    return np.concatenate(distinct), column, np.concatenate(frequency)


def _top(values: U32, bits: int) -> U32:
    """The highest bits of each value."""
    return values >> np.uint32(32 - bits) if bits else np.zeros_like(values)


def rarity_of(usual: F64, frequency: I64 | F64, articles: int) -> F32:
    """Logarithm of how few articles have each value.

    Args:
        usual: in how many imagined articles each occurs.
        frequency: in how many of the corpus.
        articles: of the corpus.
    """
    everywhere = frequency + usual + 1.0
    rarity = np.log((articles + CROWD) / np.minimum(everywhere, articles + CROWD - 1))
    return np.asarray(rarity, np.float32)


def _sums(values: npt.NDArray[Any], bounds: I64) -> F64:
    """Sum of each row's values."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[bounds[1:]] - total[bounds[:-1]])


def _total(rows: Any) -> F32:
    return np.asarray(rows.sum(axis=1), np.float32).ravel()
