"""In how many stored bodies a word, a name or a number occurs."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detector.store.tail import Tail
from detector.verify.profiles import Profiles
from detector.verify.rarity import COMPARED, keyed

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_OFTEN = 3  # bodies from which on a value is kept: most values stand in one, and say so by absence
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # multiplies a key, so that its upper bits are any


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many bodies values occur, in the order of a hash that says where each stands.

    A sorted search takes several times as long: its steps miss the cache.

    Attributes:
        keys: values, `keyed`.
        counts: bodies that have each.
        starts: where the values of each hash begin, and after all where they end.
    """

    keys: U64
    counts: U32
    starts: U32

    @classmethod
    def by_hash(cls, keys: U64, counts: U32) -> Counts:
        """Put distinct values in order."""
        slots = 1 << max(1, len(keys).bit_length())
        hashed = _hashed(keys, slots)
        order = hashed.argsort(kind="stable")
        starts = np.zeros(slots + 1, np.uint32)
        np.bincount(hashed, minlength=slots).cumsum(out=starts[1:])
        return cls(keys[order], counts[order], starts)

    def of(self, keys: U64) -> F64:
        """In how many bodies each value occurs; 0 where it is not known."""
        slot = _hashed(keys, len(self.starts) - 1)
        at, end = self.starts.take(slot), self.starts.take(slot + 1)
        result = np.zeros(len(keys))
        left = (at < end).nonzero()[0]
        at, end = at[left], end[left]
        while len(left):
            hit = self.keys.take(at) == keys.take(left)
            result[left[hit]] = self.counts.take(at[hit])
            at += np.uint32(1)
            more = (~hit & (at < end)).nonzero()[0]
            left, at, end = left[more], at[more], end[more]
        return result


def _hashed(keys: U64, slots: int) -> I64:
    """One of so many slots, a power of two, for each key."""
    return np.asarray(keys * _SPREAD >> np.uint64(65 - slots.bit_length()), np.int64)


def _none() -> Counts:
    return Counts.by_hash(np.zeros(0, np.uint64), np.zeros(0, np.uint32))


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of the packed bodies, and of the tail.

    Attributes:
        articles: bodies that are counted.
        known: of packed bodies.
    """

    articles: int = 0
    known: Counts = field(default_factory=_none)
    _packed: int = 0
    _tail: tuple[U64, ...] = ()

    @classmethod
    def stored(cls, connection: sqlite3.Connection) -> Frequencies:
        """Those that were counted when the store was last packed."""
        rows = connection.execute("SELECT kind, hashes, counts FROM frequencies").fetchall()
        parts = [
            (keyed(kind, np.cumsum(_unpacked(hashes), dtype=np.uint32)), _unpacked(counts))
            for kind, hashes, counts in sorted(rows, key=lambda row: COMPARED.index(row[0]))
        ]
        none = np.zeros(0, np.uint64), np.zeros(0, np.uint32)
        known = Counts.by_hash(*(np.concatenate(own) for own in zip(none, *parts, strict=True)))
        row = connection.execute("SELECT value FROM meta WHERE key = 'packed'").fetchone()
        packed = int(row[0]) if row else 0
        return cls(packed, known, packed)

    def beside(self, tail: Tail) -> Frequencies:
        """These with the counts of a tail."""
        return replace(self, articles=self._packed + len(tail), _tail=tail.values)

    def of(self, keys: U64) -> F64:
        """In how many bodies each value occurs; one that was packed alone counts as none.

        Args:
            keys: shape (n,), values as `keyed` gives them, ascending.
        """
        result = self.known.of(keys)
        for run in self._tail:
            result += run.searchsorted(keys, "right") - run.searchsorted(keys, "left")
        return result


class Tally:
    """Counts values of many profiles."""

    def __init__(self, known: Frequencies) -> None:
        """Go on from the counts of packed bodies."""
        order = known.known.keys.argsort()
        self._known = known.known.keys[order], known.known.counts[order]

    def add(self, profiles: Profiles) -> None:
        """Count the values of some profiles."""
        parts = [keyed(kind, getattr(profiles, kind).values) for kind in COMPARED]
        new, often = np.unique(np.concatenate(parts), return_counts=True)
        keys, counts = self._known
        both, place = np.unique(np.concatenate([keys, new]), return_inverse=True)
        summed = np.bincount(place, np.concatenate([counts, often]), minlength=len(both))
        self._known = both, summed.astype(np.uint32)

    def rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        """What is stored: kind, values that several bodies have, and in how many they stand."""
        often = self._known[1] >= _OFTEN
        keys, counts = self._known[0][often], self._known[1][often]
        kinds = (keys >> np.uint64(32)).astype(np.int64)
        for number, kind in enumerate(COMPARED):
            own = kinds == number
            steps = np.diff(keys[own].astype(np.uint32), prepend=np.uint32(0))
            yield kind, _packed(steps), _packed(counts[own])


def _packed(values: U32) -> bytes:
    """Small numbers, compressed byte by byte: first all lowest ones."""
    return zlib.compress(values.astype("<u4").view(np.uint8).reshape(-1, 4).T.tobytes())


def _unpacked(content: bytes) -> U32:
    planes = np.frombuffer(zlib.decompress(content), np.uint8).reshape(4, -1)
    return np.ascontiguousarray(planes.T).view("<u4").ravel().astype(np.uint32)
