"""In how many stored bodies a word, a name or a number occurs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.store.tail import COUNTED, Tail

F64 = npt.NDArray[np.float64]
U32 = npt.NDArray[np.uint32]

_OFTEN = 2  # bodies from which on a value is kept: most values stand in one, and say so by absence


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


def kept(values: Mapping[str, U32]) -> dict[str, tuple[bytes, bytes]]:
    """What is stored of all values of a kind, each as often as bodies have it."""
    result = {}
    for kind in COUNTED:
        hashes, counts = np.unique(values[kind], return_counts=True)
        often = counts >= _OFTEN
        result[kind] = (
            hashes[often].astype("<u4").tobytes(),
            counts[often].astype("<u4").tobytes(),
        )
    return result
