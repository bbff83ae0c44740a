"""Candidate pairs from signatures and samples; exact resemblance and containment of each.

The banding decides recall, the exact overlap decides precision. Everything is a sort over
arrays: no dictionary of buckets, and a cost that is near-linear in the number of articles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.config import LexicalConfig
from detector.lexical.signatures import U32
from detector.text import I64, U64, mix

Pairs = npt.NDArray[np.int64]
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


def candidates(signatures: U32, samples: tuple[U64, I64], config: LexicalConfig) -> Candidates:
    """Pairs that share an LSH band or a good part of the smaller sample.

    Args:
        signatures: shape (articles, permutations), in a canonical order of articles, since
            a bucket over the cap links each member to its neighbours in that order.
        samples: values and bounds from `sample`.
        config: bands, rows and the bucket cap.
    """
    banded, capped = _banded(signatures, config)
    contained, also_capped = _contained(*samples, config)
    return Candidates(_unique(np.concatenate([banded, contained])), capped + also_capped)


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


def _banded(signatures: U32, config: LexicalConfig) -> tuple[Pairs, int]:
    usable = np.flatnonzero((signatures != 0xFFFFFFFF).any(axis=1))
    found, capped = [np.zeros((0, 2), np.int64)], 0
    for band in range(config.bands):
        columns = signatures[usable, band * config.rows : (band + 1) * config.rows]
        keys = np.zeros(len(usable), np.uint64)
        for column in columns.T:
            keys = mix(keys + column + np.uint64(1))
        pairs, over = _grouped(keys, usable, config.bucket)
        found.append(pairs)
        capped += over
    return _unique(np.concatenate(found)), capped


def _contained(values: U64, bounds: I64, config: LexicalConfig) -> tuple[Pairs, int]:
    sizes = np.diff(bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    pairs, capped = _grouped(values, owner, config.bucket)
    if not len(pairs):
        return pairs, capped
    pairs, shared = _count(pairs)
    smaller = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]])
    return pairs[shared >= np.maximum(2, _LEAST_SHARED * smaller)], capped


def _grouped(keys: U64, members: I64, cap: int) -> tuple[Pairs, int]:
    """All pairs of members with one key; of more than `cap`, each and its next two."""
    order = np.lexsort((members, keys))
    keys, members = keys[order], members[order]
    edges = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1], [True]]))
    sizes = np.diff(edges)
    large = sizes > cap
    reach = np.where(large, 2, sizes - 1)
    found = [np.zeros((0, 2), np.int64)]
    for step in range(1, int(reach.max(initial=0)) + 1):
        inside = np.flatnonzero((sizes > step) & (reach >= step))
        counts = sizes[inside] - step
        total = int(counts.sum())
        offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
        first = np.repeat(edges[inside] - offsets, counts) + np.arange(total)
        found.append(np.stack([members[first], members[first + step]], axis=1))
    pairs = np.concatenate(found)
    return np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), int(large.sum())


def _packed(pairs: Pairs) -> U64:
    left, right = pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64)
    return np.asarray((left << np.uint64(32)) | right)


def _unpacked(packed: U64) -> Pairs:
    left = (packed >> np.uint64(32)).astype(np.int64)
    return np.stack([left, (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)], axis=1)


def _unique(pairs: Pairs) -> Pairs:
    return _unpacked(np.unique(_packed(pairs)))


def _count(pairs: Pairs) -> tuple[Pairs, I64]:
    packed, shared = np.unique(_packed(pairs), return_counts=True)
    return _unpacked(packed), shared
