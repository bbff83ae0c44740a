"""Which stored bodies new ones are worth comparing with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.config import Config
from detector.lexical.lsh import candidates
from detector.pairkeys import distinct
from detector.pipeline.copying import SHORT
from detector.pipeline.index.batch import Batch, rows_of
from detector.semantic.index import nearest
from detector.store import bodies
from detector.store.store import View
from detector.text import I64

F32 = npt.NDArray[np.float32]

_LEAST_SHARED = 0.2  # of the smaller sample, as in `lexical.lsh`
#: Bits that the number of a body takes at most.
NUMBER = 30
_LOW = (1 << NUMBER) - 1
_CROWDED = 2  # latest bodies looked at of a key that more have than the cap


@dataclass(frozen=True, slots=True)
class Edges:
    """Bodies and bodies near them, as parallel arrays; each is one way.

    Attributes:
        owners, others: numbers of bodies.
        values: how alike they are.
        languages: code of the other's language.
    """

    owners: I64
    others: I64
    values: F32
    languages: I64

    @classmethod
    def none(cls) -> Edges:
        """No edge."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, np.zeros(0, np.float32), empty)

    @classmethod
    def joined(cls, *parts: Edges) -> Edges:
        """Several together."""
        return cls(*(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("owners", "others", "values", "languages")
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sharing:
    """Pairs of bodies that share bands or sampled shingles.

    Attributes:
        pairs: shape (n, 2), numbers, each row ascending.
        shared: shape (n,), sampled shingles that both have; 0 where it was not counted.
    """

    pairs: I64
    shared: I64


def lexical(view: View, batch: Batch, rows: I64, config: Config) -> Sharing:
    """Pairs of new bodies with stored ones, and with each other, that may be copies.

    Args:
        view: of the store.
        batch: of the new bodies.
        rows: positions in the batch of those that have enough words.
        config: the bucket cap.
    """
    rows = rows[batch.prepared.lengths[rows] >= SHORT]
    own = batch.bodies[rows]
    keys = batch.prepared.keys[rows]
    samples, bounds = rows_of(batch.prepared.samples, rows)
    cap = config.lexical.bucket
    known = batch.looked_of(rows)
    at, stored = _uncrowded(*view.with_band(keys.ravel(), known.bands if known else None), cap)
    banded = _packed(own[at // max(keys.shape[1], 1)], stored)
    at, stored = _uncrowded(*view.with_sample(samples, known.samples if known else None), cap)
    owner = bounds.searchsorted(at, side="right") - 1
    both, counts = np.unique(stored << NUMBER | owner, return_counts=True)
    stored, owner = both >> NUMBER, both & _LOW
    several = counts > 1
    held = bodies.sampled(view.connection, distinct(stored[several]).tolist())
    sizes = np.diff(bounds)[owner]
    smaller = np.minimum(sizes, [held.get(n, 1 << 30) for n in stored.tolist()])
    enough = several & (counts >= _LEAST_SHARED * smaller)
    parts = [banded, _packed(own[owner[enough]], stored[enough])]
    if len(rows) > 1:
        inside = candidates(keys, (samples, bounds), config.lexical).pairs
        parts.append(_packed(*own[inside].T))
    pairs = distinct(np.concatenate(parts))
    if not len(pairs):
        return Sharing(np.zeros((0, 2), np.int64), np.zeros(0, np.int64))
    counted = _packed(own[owner], stored)
    order = counted.argsort()
    at = np.minimum(counted[order].searchsorted(pairs), max(len(counted) - 1, 0))
    found = counted[order][at] == pairs if len(counted) else np.zeros(len(pairs), np.bool_)
    shared = np.zeros(len(pairs), np.int64)
    shared[found] = counts[order][at[found]]
    return Sharing(np.stack([pairs >> NUMBER, pairs & _LOW], axis=1), shared)


def neighbours(view: View, batch: Batch, rows: I64, codes: Mapping[str, int], k: int) -> Edges:
    """The `k` nearest bodies of each new one, in each language.

    Args:
        view: of the store.
        batch: of the new bodies.
        rows: positions in the batch.
        codes: of languages.
        k: how many.
    """
    vectors = batch.prepared.vectors
    if vectors is None or not len(rows):
        return Edges.none()
    rows = rows[(batch.prepared.lengths[rows] >= SHORT) & vectors[rows].any(axis=1)]
    if not len(rows):
        return Edges.none()
    queries, numbers = np.ascontiguousarray(vectors[rows], np.float32), batch.bodies[rows]
    spoken = np.array([codes[batch.prepared.facts.languages[i]] for i in rows.tolist()], np.int64)
    known = batch.looked_of(rows)
    found = view.nearest(queries, k, known.near if known else None)
    parts = []
    for code in sorted({*found, *spoken.tolist()}):
        own = np.flatnonzero(spoken == code)
        scores = np.zeros((len(rows), 0), np.float32)
        others = np.zeros((len(rows), 0), np.int64)
        if len(own) and len(rows) > 1:
            scores, others = nearest(queries, queries[own], k + 1)
            others = np.where(others >= 0, numbers[own][others], -1)
            scores = np.where(others == numbers[:, None], -np.inf, scores)
        if code in found:
            scores = np.concatenate([scores, found[code][0]], axis=1)
            others = np.concatenate([others, found[code][1]], axis=1)
        at = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, others = np.take_along_axis(scores, at, 1), np.take_along_axis(others, at, 1)
        kept = np.isfinite(scores) & (others >= 0)
        owners = np.repeat(numbers, kept.sum(axis=1))
        parts.append(Edges(owners, others[kept], scores[kept], np.full(len(owners), code)))
    return Edges.joined(*parts)


def _uncrowded(at: I64, bodies: I64, cap: int) -> tuple[I64, I64]:
    """Of a key that more than `cap` bodies have, the latest alone."""
    if len(at) <= cap:
        return at, bodies
    order = np.lexsort((-bodies, at))
    at, bodies = at[order], bodies[order]
    first = np.searchsorted(at, at, "left")
    crowded = np.searchsorted(at, at, "right") - first > cap
    kept = ~crowded | (np.arange(len(at)) - first < _CROWDED)
    return at[kept], bodies[kept]


def among(values: I64, ascending: I64) -> npt.NDArray[np.bool_]:
    """Which values are among others; as `numpy.isin`, for a few in a tenth of its time."""
    if not len(ascending):
        return np.zeros(values.shape, np.bool_)
    at = np.minimum(ascending.searchsorted(values), len(ascending) - 1)
    return np.asarray(ascending[at] == values, np.bool_)


def _packed(one: I64, other: I64) -> I64:
    """Two numbers as one, the lower in front."""
    return np.asarray(np.minimum(one, other) << NUMBER | np.maximum(one, other), np.int64)
