"""Two numbers of articles as one 64-bit key, so that pairs are sorted and found as numbers are."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Keys = TypeVar("Keys", bound=npt.NDArray[np.integer[Any]])
Whole = npt.NDArray[np.integer[Any]]

_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


def packed(one: Whole, other: Whole) -> U64:
    """One key for each two numbers, in this order: it sorts by the first, then by the second.

    Args:
        one: shape (n,), 0 to 2**32 - 1; the upper halves.
        other: shape (n,), the lower halves.
    """
    return np.asarray((one.astype(np.uint64) << _HALF) | other.astype(np.uint64))


def packed_pairs(pairs: Whole) -> U64:
    """One key for each row of shape (n, 2), whichever of its two numbers comes first."""
    return packed(np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1]))


def upper(keys: U64) -> I64:
    """The first number of each key."""
    return np.asarray(keys >> _HALF, np.int64)


def lower(keys: U64) -> I64:
    """The second number of each key."""
    return np.asarray(keys & _LOWER, np.int64)


def unpacked(keys: U64) -> I64:
    """The two numbers of each key: shape (n, 2)."""
    return np.stack([upper(keys), lower(keys)], axis=1)


def distinct(keys: Keys) -> Keys:
    """The keys, sorted and each once: of few, in a fraction of what `numpy.unique` takes."""
    keys = keys.copy()
    keys.sort()
    fresh = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return cast("Keys", keys[fresh])
