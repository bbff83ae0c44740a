"""MinHash signatures and shingle samples, computed without a Python object a shingle.

A signature is the one that `datasketch.MinHash(scheme="affine32")` gives for the same
32-bit shingle hashes, bit for bit (Broder 1997; datasketch 2.0 for the permutations).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from detector.config import LexicalConfig
from detector.text import I64, U64

U32 = npt.NDArray[np.uint32]
_FEW = 1 << 10  # shingles of a single article permuted at once
_AT_ONCE = 1 << 16  # shingles permuted at once: 256 KB, which stays in the cache


def signatures(shingles: U64, bounds: I64, config: LexicalConfig) -> U32:
    """MinHash signatures of a batch of articles.

    Args:
        shingles: shape (n,), 64-bit shingle hashes of all articles, repeats allowed.
        bounds: shape (articles + 1,); article i owns ``bounds[i]:bounds[i + 1]``.
        config: number of permutations and their seed.

    Returns:
        Shape (articles, permutations). An article without shingles has 2^32 - 1 throughout,
        as datasketch's empty sketch does.
    """
    times, plus = permutations(config.permutations, config.seed)
    hashes = _finalise((shingles >> np.uint64(32)).astype(np.uint32))
    result = np.full((len(bounds) - 1, config.permutations), 0xFFFFFFFF, np.uint32)
    if len(result) == 1:  # all permutations at once: its shingles fit the cache under each
        for start in range(0, len(hashes), _FEW):
            part = hashes[start : start + _FEW] * times[:, None] + plus[:, None]
            np.minimum(result[0], part.min(axis=1), out=result[0])
        return result
    # One permutation of all articles, not one article under all: NumPy then has long rows.
    some = np.flatnonzero(np.diff(bounds))
    starts = bounds[some]
    first = 0
    while first < len(some):
        last = max(int(np.searchsorted(starts, starts[first] + _AT_ONCE)), first + 1)
        rows, begin, end = some[first:last], int(starts[first]), int(bounds[some[last - 1] + 1])
        part, places = hashes[begin:end], starts[first:last] - begin
        values = np.empty_like(part)
        smallest = np.empty((config.permutations, len(rows)), np.uint32)
        for number in range(config.permutations):
            np.multiply(part, times[number], out=values)
            values += plus[number]
            np.minimum.reduceat(values, places, out=smallest[number])
        result[rows] = smallest.T
        first = last
    return result


def sample(shingles: U64, bounds: I64, config: LexicalConfig) -> tuple[U64, I64]:
    """The distinct shingles whose hash is 0 modulo `config.sample`, sorted within an article.

    Unlike MinHash, the sample of a text holds the sample of any part of it, so that an
    excerpt is found whatever it is an excerpt of (Broder 1997, section 4; FracMinHash).
    """
    # Division by one number is quick, the remainder is not.
    multiples = shingles // np.uint64(config.sample)
    multiples *= np.uint64(config.sample)
    at = np.flatnonzero(multiples == shingles)
    return distinct(shingles.take(at), np.searchsorted(at, bounds))


def distinct(values: U64, bounds: I64) -> tuple[U64, I64]:
    """Sort the values of each article and drop its repeats.

    Returns:
        Values and bounds of the same layout.
    """
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    order = np.argsort(values)
    # Few owners: a stable sort of short integers is a radix sort.
    short = owner.astype(np.uint16) if len(bounds) <= 1 << 16 else owner
    order = order[np.argsort(short[order], kind="stable")]
    values, owner = values[order], owner[order]
    first = np.ones(len(values), np.bool_)
    first[1:] = (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    counts = np.bincount(owner[first], minlength=len(bounds) - 1)
    return values[first], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@lru_cache(maxsize=4)
def permutations(count: int, seed: int) -> tuple[U32, U32]:
    """Multipliers and offsets of datasketch's affine32 permutations.

    Drawn here as datasketch draws them, since importing it loads SciPy for a second in each
    process; NumPy keeps the numbers of a `RandomState` the same for ever (NEP 19).
    """
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, draw.randint(0, 1 << 32, count, dtype=np.uint32)


def _finalise(values: U32) -> U32:
    """MurmurHash3's finaliser, which datasketch applies before it permutes."""
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    result: U32 = values ^ (values >> np.uint32(16))
    return result
