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

from detector.verify.profiles import COUNT, HEADLINE, OPENING, Bag, hashed
from detector.verify.rarity import CROWD, expected, keyed

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_PART = 1 << 20  # values sorted at once: bounds memory
_AT_ONCE = 1024  # articles weighed at once: bounds memory, too
_BITS = 4  # of a value tell its range, at most: each range is one look at all values
_MAIN = 3  # times an article names whom it is about

# A count of eight bits as a factor: the product of two has the one from bit 9 on and the other
# from bit 18 on; their own product begins at bit 27.
_LEFT_AT, _RIGHT_AT = 9, 18
_LEFT = (np.arange(256, dtype=np.int64) << _LEFT_AT) | 1
_RIGHT = (np.arange(256, dtype=np.int64) << _RIGHT_AT) | 1


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the values of each article, of which is asked whether another has them, too.

    Attributes:
        worth: shape (articles,), sum of their weights.
        counts: shape (articles,), how many there are.
    """

    worth: F32
    counts: I32


@dataclass(frozen=True, slots=True)
class Between:
    """What the bags of pairs of articles have in common.

    Attributes:
        cosine: shape (pairs,).
        shared: shape (pairs,), rarity of the shared values of bags whose values count once; None
            where it was not asked for.
        few: shape (pairs,), for each shared value one over how many articles have it, added up;
            None for kinds that are not of `ALONE`.
        kept: for each part, the share of that of the left article which the right one has, and
            the other way round; 1 where it is empty.
    """

    cosine: F32
    shared: F32 | None
    few: F32 | None
    kept: Mapping[str, tuple[F32, F32]]


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

    A value costs five bytes: its column, which says how rare it is, and its count.

    Attributes:
        kind: name of the bag.
        counted: SciPy CSR, shape (articles, columns), of bytes: the counts, with their marks, of
            the values that two articles or more have; the others are found in no other article.
        rarity: shape (columns,).
        alone: shape (columns,), one over how many articles have each value; None for kinds that
            are not of `ALONE`.
        length: shape (articles,), Euclidean length of a row, of all its values.
        worth: shape (articles,), sum of the rarity of all values.
        counts: shape (articles,), how many there are.
        parts: of words those of the "opening", by the square of their rarity; by rarity, of names
            those of the "headline" and the "main" ones, and of numbers the "days".
    """

    kind: str
    counted: Any
    rarity: F32
    alone: F32 | None
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
        several = articles if commonness is None else commonness.articles
        rank, rarity, shared = _rarities(bag, kind, several, commonness)
        column = (np.cumsum(shared, dtype=np.int32) - 1).astype(np.int32)
        sizes = np.zeros(articles + 1, np.int64)
        squares, worth = np.zeros((2, articles))
        kept = np.count_nonzero(shared[rank])
        columns, counts, done = np.empty(kept, np.int32), np.empty(kept, np.uint8), 0
        parts = {name: (np.zeros(articles, np.float32), np.zeros(articles, np.int32))
                 for name in PARTS.get(kind, ())}  # fmt: skip
        for start in range(0, articles, _AT_ONCE):
            end = min(start + _AT_ONCE, articles)
            inner = slice(bag.bounds[start], bag.bounds[end])
            bounds = bag.bounds[start : end + 1] - bag.bounds[start]
            marks, own = marked(kind, bag.values[inner], bag.counts[inner]), slice(start, end)
            weight = rarity[rank[inner]]
            worth[own] = _sums(weight, bounds)
            for name, (amount, number) in parts.items():
                chosen = PARTS[kind][name](marks)
                amount[own] = _sums(_power(kind, weight) * chosen, bounds)
                number[own] = _sums(chosen, bounds)
            squares[own] = _sums(_repeated(kind, weight, marks) ** 2, bounds)
            keep = shared[rank[inner]]
            sizes[start + 1 : end + 1] = _sums(keep, bounds)
            made = slice(done, done + np.count_nonzero(keep))
            columns[made], counts[made] = column[rank[inner][keep]], marks[keep]
            done = made.stop
        ends = np.cumsum(sizes).astype(np.int32)
        table = counts, columns, ends
        return cls(
            kind,
            csr_matrix(table, shape=(articles, max(int(shared.sum()), 1))),
            rarity[shared],
            alone_of(rarity[shared], several) if kind in ALONE else None,
            np.sqrt(squares).astype(np.float32),
            worth.astype(np.float32),
            np.diff(bag.bounds).astype(np.int32),
            {name: Part(*amounts) for name, amounts in parts.items()},
        )

    def weights(self) -> Any:
        """The rarity of each value of bags whose values count once: SciPy CSR."""
        from scipy.sparse import csr_matrix

        table = self.counted
        values = self.rarity[table.indices]
        return csr_matrix((values, table.indices, table.indptr), shape=table.shape)

    def between(self, left: I64, right: I64, *, stated: bool = False) -> Between:
        """What pairs of articles have in common.

        Args:
            left: shape (pairs,).
            right: shape (pairs,).
            stated: whether to tell the rarity of the shared values.
        """
        bounds, column, ours, theirs = _matched(self.counted[left], self.counted[right])
        rarity = self.rarity[column]
        both = _repeated(self.kind, rarity, ours) * _repeated(self.kind, rarity, theirs)
        kept = {}
        for name, part in self.parts.items():
            chosen, power = PARTS[self.kind][name], _power(self.kind, rarity)
            there = [_total_of(power, chosen(marks), bounds) for marks in (ours, theirs)]
            kept[name] = _share(there[0], part.worth[left]), _share(there[1], part.worth[right])
        cosine = _total(both, bounds) / np.maximum(self.length[left] * self.length[right], 1e-9)
        shared = _total(np.sqrt(both), bounds) if stated else None
        few = None if self.alone is None else _total(self.alone[column], bounds)
        return Between(np.asarray(cosine, np.float32), shared, few, kept)


def _rarities(
    bag: Bag, kind: str, articles: int, commonness: Commonness | None
) -> tuple[I32, F32, Mask]:
    """The rank of each value; by rank, how rare it is, and whether two articles have it."""
    distinct, rank, frequency = ranked(bag.values)
    rarity = np.empty(len(distinct), np.float32)
    for start in range(0, len(distinct), _PART):
        part = slice(start, start + _PART)
        values = distinct[part]
        often = frequency[part] if commonness is None else commonness.of(keyed(kind, values))
        rarity[part] = rarity_of(expected(kind, values), often, articles)
    return rank, rarity, frequency > 1


def _matched(one: Any, other: Any) -> tuple[I32, I32, U8, U8]:
    """The values that rows have in common with those beside them.

    Returns:
        Bounds, columns, and the counts in either.
    """
    # Either count has bits of its own in the product, so that SciPy goes through the rows once.
    one.data, other.data = _LEFT[one.data], _RIGHT[other.data]
    both = one.multiply(other)
    ours = (both.data >> _LEFT_AT).astype(np.uint8)
    theirs = (both.data >> _RIGHT_AT).astype(np.uint8)
    return both.indptr, both.indices, ours, theirs


def _repeated(kind: str, rarity: F32, counts: U8) -> F32:
    """What values are worth that occur so often."""
    return rarity * REPEATED[counts & COUNT] if kind == "words" else rarity


def _power(kind: str, rarity: F32) -> F32:
    """What values of a part are worth."""
    return rarity**2 if kind == "words" else rarity


def _share(there: F32, worth: F32) -> F32:
    share = np.minimum(there / np.maximum(worth, 1e-9), 1)
    return np.asarray(np.where(worth > 0, share, 1), np.float32)


def marked(kind: str, values: U32, counts: U8) -> U8:
    """The counts of the values of a bag, with all marks: of numbers, whether they are days."""
    if kind != "numbers":
        return counts
    at = np.minimum(np.searchsorted(_DAYS, values), len(_DAYS) - 1)
    return np.asarray(counts | np.where(_DAYS[at] == values, _DAY, 0).astype(np.uint8))


_DAY = 0x40  # a number that is a day of no known year
_DAYS = np.sort(hashed([f"{d}/{m}" for m in range(1, 13) for d in range(1, 32)]))

# Which values of a bag are a part of it, by their counts.
PARTS: Mapping[str, Mapping[str, Callable[[npt.NDArray[np.uint8]], Mask]]] = {
    "words": {"opening": lambda counts: (counts & OPENING) != 0},
    "names": {
        "headline": lambda counts: (counts & HEADLINE) != 0,
        "main": lambda counts: (counts & COUNT) >= _MAIN,
    },
    "numbers": {"days": lambda counts: (counts & _DAY) != 0},
}

#: Bags of which is asked, too, how few articles have what two have in common. A word that two
#: share with hundreds is of their topic, however rare it is in news at large; a word that they
#: share with nobody is of their event (Zhou, Lü & Zhang 2009, resource allocation).
ALONE = ("words", "title")

# What a word is worth that occurs so often, over one that occurs once.
REPEATED = (1 + np.log(np.maximum(np.arange(COUNT + 1), 1))).astype(np.float32)


def ranked(values: U32) -> tuple[U32, I32, I32]:
    """The distinct values, ascending; for each value its rank; and how often each occurs.

    As `numpy.unique` with its inverse and counts, in a fraction of its time: value and place
    are sorted as one number, a range of values at a time.

    Args:
        values: shape (n,), n below 2**32.
    """
    column = np.zeros(len(values), np.int32)
    bits = min((len(values) // _PART).bit_length(), _BITS)
    distinct: list[U32] = []
    frequency: list[I32] = []
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
        frequency.append(np.diff(np.flatnonzero(fresh), append=len(at)).astype(np.int32))
        known += len(distinct[-1])
    return np.concatenate(distinct), column, np.concatenate(frequency)


def _top(values: U32, bits: int) -> U32:
    """The highest bits of each value."""
    return values >> np.uint32(32 - bits) if bits else np.zeros_like(values)


def rarity_of(usual: F64, frequency: I32 | F64, articles: int) -> F32:
    """Logarithm of how few articles have each value.

    Args:
        usual: in how many imagined articles each occurs.
        frequency: in how many of the corpus.
        articles: of the corpus.
    """
    everywhere = frequency + usual + 1.0
    rarity = np.log((articles + CROWD) / np.minimum(everywhere, articles + CROWD - 1))
    return np.asarray(rarity, np.float32)


def alone_of(rarity: F32, articles: int) -> F32:
    """One over how many articles have each value, the imagined ones among them.

    Args:
        rarity: of values that two articles or more have, see `rarity_of`.
        articles: of the corpus.
    """
    having = (articles + CROWD) * np.exp(-rarity.astype(np.float64)) - 1
    return np.asarray(1 / np.maximum(having, 1), np.float32)


def _sums(values: npt.NDArray[Any], bounds: I64) -> F64:
    """Sum of each row's values."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[bounds[1:]] - total[bounds[:-1]])


def _total(values: F32, bounds: I64 | I32) -> F32:
    """Sum of each row's values."""
    some = np.flatnonzero(np.diff(bounds))
    sums = np.zeros(len(bounds) - 1, np.float32)
    sums[some] = np.add.reduceat(values, bounds[some]) if len(some) else 0
    return sums


def _total_of(values: F32, chosen: Mask, bounds: I32) -> F32:
    """Sum of the chosen ones."""
    return _total(values[chosen], np.concatenate([[0], np.cumsum(chosen)])[bounds])
