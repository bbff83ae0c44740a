"""Candidate pairs from signatures and samples; exact resemblance and containment of each.

The banding decides recall, the exact overlap decides precision. Everything is a sort over
arrays: no dictionary of buckets, and a cost that is near-linear in the number of articles.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.config import LexicalConfig
from detector.lexical.signatures import U32
from detector.pairkeys import packed, unpacked
from detector.text import I64, U64, mix

I32 = npt.NDArray[np.int32]

Pairs = npt.NDArray[np.int64]
_NOTHING = 0  # key of an article without shingles
_AT_ONCE = 1 << 18  # sampled shingles sorted at once: bounds memory
_PAIRS = 1 << 16  # pairs counted at once, for the same reason
_LEAST_SHARED = 0.2  # of the smaller sample, below which no copy and no excerpt is missed


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of article indices worth an exact look.

    Attributes:
        pairs: shape (n, 2), each row ascending, rows sorted and distinct.
        capped: buckets whose members were linked to neighbours only, being too many.
    """

    pairs: Pairs
    capped: int


def bands(signatures: U32, config: LexicalConfig) -> U32:
    """The keys under which articles meet: one for each band of their signatures.

    A key is 32 bits of its band, so that some forty pairs of a hundred thousand articles
    meet by chance; exact overlap parts them.

    Args:
        signatures: shape (articles, permutations).
        config: bands and rows.

    Returns:
        Shape (articles, bands); 0 throughout for an article without shingles.
    """
    keys = np.zeros((len(signatures), config.bands), np.uint64)
    for row in range(config.rows):
        columns = signatures[:, row : config.bands * config.rows : config.rows]
        keys = mix(keys + columns + np.uint64(1))
    short: U32 = np.maximum((keys >> np.uint64(32)).astype(np.uint32), np.uint32(_NOTHING + 1))
    short[(signatures == 0xFFFFFFFF).all(axis=1)] = _NOTHING
    return short


def candidates(
    keys: U32,
    samples: tuple[npt.NDArray[np.unsignedinteger], I64],
    config: LexicalConfig,
    usable: npt.NDArray[np.bool_] | None = None,
) -> Candidates:
    """Pairs that share an LSH band or a good part of the smaller sample.

    Args:
        keys: from `bands`, in a canonical order of articles, since a bucket over the cap
            links each member to its neighbours in that order.
        samples: values, or their upper halves, and bounds from `sample`.
        config: the bucket cap.
        usable: shape (articles,), which articles are looked at; all if None.
    """
    usable = np.ones(len(keys), np.bool_) if usable is None else usable
    banded, capped = _banded(keys, usable, config)
    contained, also_capped = _contained(*samples, usable, config)
    found = np.unique(np.concatenate([banded, contained]))
    return Candidates(unpacked(found), capped + also_capped)


def overlaps(pairs: Pairs, shingles: U64, bounds: I64) -> npt.NDArray[np.int64]:
    """How many distinct shingles the two articles of each pair share.

    Args:
        pairs: shape (n, 2), article indices.
        shingles: distinct sorted shingles of each article (see `distinct`).
        bounds: their bounds.
    """
    result = np.zeros(len(pairs), np.int64)
    limits = bounds.tolist()
    for row, (i, j) in enumerate(pairs.tolist()):
        a = shingles[limits[i] : limits[i + 1]]
        b = shingles[limits[j] : limits[j + 1]]
        if len(a) > len(b):
            a, b = b, a
        if len(a):
            at = np.searchsorted(b, a)
            at[at == len(b)] = 0
            result[row] = np.count_nonzero(b[at] == a)
    return result


def _banded(keys: U32, usable: npt.NDArray[np.bool_], config: LexicalConfig) -> tuple[U64, int]:
    members = np.flatnonzero((keys != _NOTHING).any(axis=1) & usable).astype(np.int32)
    found, capped = [np.zeros(0, np.uint64)], 0
    for column in keys.T:
        met, reach, over = _grouped(column[members], members, config.bucket)
        found.append(_paired(met, reach, np.arange(len(met))))
        capped += over
    return np.unique(np.concatenate(found)), capped


def _contained(
    values: npt.NDArray[np.unsignedinteger],
    bounds: I64,
    usable: npt.NDArray[np.bool_],
    config: LexicalConfig,
) -> tuple[U64, int]:
    named, reaches, capped = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], 0
    parts = min(len(values) // _AT_ONCE + 1, 256)
    part_of = _top_bytes(values) % np.uint8(parts) if parts < 256 else _top_bytes(values)
    for part in range(parts):
        mine = np.flatnonzero(part_of == part)
        owner = (np.searchsorted(bounds, mine, side="right") - 1).astype(np.int32)
        kept = usable[owner]
        met, reach, over = _grouped(values[mine[kept]], owner[kept], config.bucket)
        # The last of a group begins no pair, but each is the second of others.
        named.append(met)
        reaches.append(reach)
        capped += over
    del part_of
    met, reach = _joined(named), _joined(reaches)
    # All pairs at once would be the most bytes of a pass without vectors; those of some
    # articles are made and counted at a time.
    sizes = np.diff(bounds)
    begin = np.flatnonzero(reach).astype(np.int32)
    begin = begin[np.argsort(met[begin], kind="stable")]
    runs = int(reach.sum(dtype=np.int64)) // _PAIRS + 1
    places = np.searchsorted(met[begin], np.linspace(0, len(sizes), runs + 1))
    found = [_sharing_enough(_paired(met, reach, begin[a:b]), sizes) for a, b in pairwise(places)]
    return np.concatenate(found), capped


def _joined(parts: list[I32]) -> I32:
    """The parts in one array; the list is emptied, so that they are not held beside it."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _top_bytes(values: npt.NDArray[np.unsignedinteger]) -> npt.NDArray[np.uint8]:
    """The highest byte of each value, without a second array of whole values."""
    size = values.dtype.itemsize
    place = size - 1 if sys.byteorder == "little" else 0
    return np.ascontiguousarray(values).view(np.uint8)[place::size]


def _sharing_enough(pairs: U64, sizes: I64) -> U64:
    """Of pairs named once for each sampled shingle they share, those that share enough."""
    pairs.sort()
    # Most pairs share a single shingle, and one is not enough: only longer runs are looked at.
    again = np.concatenate([[False], pairs[1:] == pairs[:-1], [False]])
    first = np.flatnonzero(again[1:] & ~again[:-1])
    shared = np.flatnonzero(again[:-1] & ~again[1:]) - first + 1
    found = pairs[first]
    both = unpacked(found)
    smaller = np.minimum(sizes[both[:, 0]], sizes[both[:, 1]])
    return np.asarray(found[shared >= _LEAST_SHARED * smaller])


def _grouped(keys: npt.NDArray[np.unsignedinteger], members: I32, cap: int) -> tuple[I32, I32, int]:
    """Members that share a key with others, key by key and ascending under each.

    Returns:
        The members; with how many of those behind it each is paired: all of its key, of more
        than `cap` the next two; and how many keys were capped so.
    """
    ordered = np.sort(keys)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return np.zeros(0, np.int32), np.zeros(0, np.int32), 0
    again = again[np.flatnonzero(np.concatenate([[True], again[1:] != again[:-1]]))]
    # Most keys are alone; only the others are put in order with their members.
    place = np.minimum(np.searchsorted(again, keys), len(again) - 1)
    kept = again[place] == keys
    keys, members = keys[kept], members[kept]
    order = np.lexsort((members, keys))
    keys, members = keys[order], members[order]
    edges = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1], [True]]))
    sizes = np.diff(edges)
    large = sizes > cap
    behind = np.repeat(edges[1:], sizes) - np.arange(1, len(members) + 1)
    reach = np.minimum(behind, np.repeat(np.where(large, 2, cap), sizes))
    return members, reach.astype(np.int32), int(large.sum())


def _paired(members: I32, reach: I32, some: npt.NDArray[np.integer[Any]]) -> U64:
    """The pairs that some members begin, packed; places and reach as `_grouped` gave them."""
    counts = reach[some]
    begun = np.cumsum(counts, dtype=np.int64) - counts
    second = np.repeat(some + 1 - begun, counts) + np.arange(int(counts.sum(dtype=np.int64)))
    # Members of one key ascend, so that the first is the smaller.
    left, right = np.repeat(members[some], counts), members[second]
    return np.asarray(packed(left, right)[left != right])
