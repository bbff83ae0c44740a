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
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_OFTEN = 3  # bodies from which on a value is kept: most values stand in one, and say so by absence


def _none() -> tuple[U64, U32]:
    return np.zeros(0, np.uint64), np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of the packed bodies, and of the tail.

    Attributes:
        articles: bodies that are counted.
        known: values of packed bodies, `keyed` and ascending, and in how many each stands.
    """

    articles: int = 0
    known: tuple[U64, U32] = field(default_factory=_none)
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
        keys, counts = (
            np.concatenate([none, *own]) for none, *own in zip(_none(), *parts, strict=True)
        )
        row = connection.execute("SELECT value FROM meta WHERE key = 'packed'").fetchone()
        packed = int(row[0]) if row else 0
        return cls(packed, (keys, counts), packed)

    def beside(self, tail: Tail) -> Frequencies:
        """These with the counts of a tail."""
        return replace(self, articles=self._packed + len(tail), _tail=tail.values)

    def of(self, keys: U64) -> F64:
        """In how many bodies each value occurs; one that was packed alone counts as none.

        Args:
            keys: shape (n,), values as `keyed` gives them, ascending.
        """
        result = np.zeros(len(keys))
        known, counts = self.known
        if len(known):
            at = np.minimum(known.searchsorted(keys), len(known) - 1)
            result = np.where(known[at] == keys, counts[at], np.float64(0))
        for run in self._tail:
            result += run.searchsorted(keys, "right") - run.searchsorted(keys, "left")
        return result


class Tally:
    """Counts values of many profiles."""

    def __init__(self, known: Frequencies) -> None:
        """Go on from the counts of packed bodies."""
        self._known = known.known

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
