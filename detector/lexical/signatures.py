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
_ROWS = 512  # shingles permuted at once: 256 KB, which stays in the cache


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
    times, plus = _tables(config.permutations, config.seed)
    hashes = _finalise((shingles >> np.uint64(32)).astype(np.uint32))
    result = np.full((len(bounds) - 1, config.permutations), 0xFFFFFFFF, np.uint32)
    buffer = np.empty_like(times)
    limits = bounds.tolist()
    for i, row in enumerate(result):
        for start in range(limits[i], limits[i + 1], _ROWS):
            part = hashes[start : min(start + _ROWS, limits[i + 1]), None]
            values = buffer[: len(part)]
            values[:] = part
            values *= times[: len(part)]
            values += plus[: len(part)]
            np.minimum(row, np.minimum.reduce(values, axis=0), out=row)
    return result


def sample(shingles: U64, bounds: I64, config: LexicalConfig) -> tuple[U64, I64]:
    """The distinct shingles whose hash is 0 modulo `config.sample`, sorted within an article.

    Unlike MinHash, the sample of a text holds the sample of any part of it, so that an
    excerpt is found whatever it is an excerpt of (Broder 1997, section 4; FracMinHash).
    """
    keep = (shingles % np.uint64(config.sample)) == 0
    kept = np.concatenate([[0], np.cumsum(keep)])
    return distinct(shingles[keep], kept[bounds])


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


@lru_cache(maxsize=4)
def _tables(count: int, seed: int) -> tuple[U32, U32]:
    """The permutations once for each row of a buffer.

    NumPy multiplies two whole arrays four times as fast as an array and a row of another.
    """
    a, b = permutations(count, seed)
    return np.tile(a, (_ROWS, 1)), np.tile(b, (_ROWS, 1))


def _finalise(values: U32) -> U32:
    """MurmurHash3's finaliser, which datasketch applies before it permutes."""
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    result: U32 = values ^ (values >> np.uint32(16))
    return result
