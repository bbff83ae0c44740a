"""In how many stored bodies a word, a name or a number occurs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.store.tail import COUNTED, Tail
from detector.verify.profiles import Profiles

F64 = npt.NDArray[np.float64]
U32 = npt.NDArray[np.uint32]

_OFTEN = 3  # bodies from which on a value is kept: most values stand in one, and say so by absence


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of the packed bodies, and of the tail.

    Attributes:
        articles: bodies that are counted.
    """

    articles: int
    _packed: int
    _known: Mapping[str, tuple[U32, U32]]
    _tail: Mapping[str, tuple[U32, ...]]

    @classmethod
    def none(cls) -> Frequencies:
        """Of no body."""
        return cls(0, 0, {}, {})

    @classmethod
    def stored(cls, connection: sqlite3.Connection) -> Frequencies:
        """Those that were counted when the store was last packed."""
        rows = connection.execute("SELECT kind, hashes, counts FROM frequencies").fetchall()
        known = {k: (np.frombuffer(h, "<u4"), np.frombuffer(c, "<u4")) for k, h, c in rows}
        row = connection.execute("SELECT value FROM meta WHERE key = 'packed'").fetchone()
        packed = int(row[0]) if row else 0
        return cls(packed, packed, known, {})

    def beside(self, tail: Tail) -> Frequencies:
        """These with the counts of a tail."""
        return replace(self, articles=self._packed + len(tail), _tail=tail.values)

    def of(self, kind: str, values: U32) -> F64:
        """In how many bodies each value occurs; one that was packed alone counts as none.

        Args:
            kind: a bag of `Profiles`.
            values: shape (n,), hashed values, ascending.
        """
        result = np.zeros(len(values))
        if kind in self._known and len(self._known[kind][0]):
            hashes, counts = self._known[kind]
            at = np.minimum(np.searchsorted(hashes, values), len(hashes) - 1)
            hit = hashes[at] == values
            result[hit] = counts[at[hit]]
        for run in self._tail.get(kind, ()):
            result += np.searchsorted(run, values, "right") - np.searchsorted(run, values, "left")
        return result


class Tally:
    """Counts values of many profiles."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: dict[str, tuple[U32, U32]] = {}

    @classmethod
    def of(cls, known: Frequencies) -> Tally:
        """Go on from the counts of the packed bodies."""
        tally = cls()
        tally._counts = dict(known._known)
        return tally

    def add(self, profiles: Profiles) -> None:
        """Count the values of some profiles."""
        for kind in COUNTED:
            new = np.unique(getattr(profiles, kind).values, return_counts=True)
            hashes, counts = self._counts.get(kind, (new[0][:0], new[1][:0]))
            both, place = np.unique(np.concatenate([hashes, new[0]]), return_inverse=True)
            summed = np.bincount(place, np.concatenate([counts, new[1]]), minlength=len(both))
            self._counts[kind] = both, summed.astype(np.uint32)

    def rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        """What is stored: kind, values that several bodies have, and in how many they stand."""
        for kind, (hashes, counts) in sorted(self._counts.items()):
            often = counts >= _OFTEN
            yield kind, hashes[often].astype("<u4").tobytes(), counts[often].astype("<u4").tobytes()
