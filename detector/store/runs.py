"""Which bodies have a key: sorted runs in memory, packed rows on disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from detector.errors import StoreError

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

#: Kinds of key in one table of postings.
BANDS, SAMPLES = 0, 1

_LOW = 16  # bits of a key that stand in a row; the others name the row
_ENTRY = np.dtype([("low", "<u2"), ("number", "<u2"), ("above", "u1")])
_MOST = 1 << 24  # numbers of bodies that an entry can hold
_ASKED = 128  # rows asked for at once


@dataclass(frozen=True, slots=True)
class Run:
    """Keys in ascending order, and the body that each is of."""

    keys: U32
    numbers: I64

    @classmethod
    def of(cls, keys: U32, numbers: I64) -> Run:
        """Sort keys with their bodies."""
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], numbers[order])


def grown(runs: tuple[Run, ...], new: Run) -> tuple[Run, ...]:
    """Runs with one more, of falling sizes: few, and each key is sorted again but rarely."""
    kept = list(runs)
    while kept and len(kept[-1].keys) <= 2 * len(new.keys):
        last = kept.pop()
        new = Run.of(
            np.concatenate([last.keys, new.keys]), np.concatenate([last.numbers, new.numbers])
        )
    return (*kept, new)


def found(runs: Iterable[Run], asked: U32) -> tuple[I64, I64]:
    """Where each key that is asked for stands: position in `asked`, and body."""
    rows, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for run in runs:
        first = np.searchsorted(run.keys, asked, "left")
        sizes = np.searchsorted(run.keys, asked, "right") - first
        rows.append(np.repeat(np.arange(len(asked)), sizes))
        before = np.cumsum(sizes) - sizes
        numbers.append(run.numbers[np.repeat(first - before, sizes) + np.arange(int(sizes.sum()))])
    return np.concatenate(rows), np.concatenate(numbers)


def packed(connection: sqlite3.Connection, kind: int, asked: U32) -> Run:
    """The stored keys of all rows that may hold one that is asked for."""
    buckets = np.unique(asked >> np.uint32(_LOW)).astype(np.int64) + (kind << _LOW)
    rows: list[tuple[int, bytes]] = []
    for start in range(0, len(buckets), _ASKED):
        part = buckets[start : start + _ASKED].tolist()
        part += [part[0]] * (_ASKED - len(part))
        rows += connection.execute(_POSTINGS, part)
    return _run(rows)


_POSTINGS = (
    f"SELECT bucket, data FROM postings WHERE bucket IN ({','.join('?' * _ASKED)}) ORDER BY bucket"
)


def _run(rows: Sequence[tuple[int, bytes]]) -> Run:
    entries = np.frombuffer(b"".join(data for _, data in rows), _ENTRY)
    sizes = [len(data) // _ENTRY.itemsize for _, data in rows]
    upper = np.array([bucket & 0xFFFF for bucket, _ in rows], np.uint32) << np.uint32(_LOW)
    keys = np.repeat(upper, sizes) | entries["low"]
    numbers = entries["number"].astype(np.int64) | (entries["above"].astype(np.int64) << 16)
    return Run(keys.astype(np.uint32), numbers)


def pack(
    connection: sqlite3.Connection, kind: int, runs: Sequence[Run], living: npt.NDArray[np.bool_]
) -> None:
    """Write runs into the packed rows, and drop bodies that are gone.

    Args:
        connection: in a transaction for writing.
        kind: `BANDS` or `SAMPLES`.
        runs: what is new.
        living: by number, whether a body is there.

    Raises:
        StoreError: if numbers have run out.
    """
    low, high = kind << _LOW, (kind + 1) << _LOW
    rows = connection.execute(
        "SELECT bucket, data FROM postings WHERE bucket >= ? AND bucket < ? ORDER BY bucket",
        (low, high),
    ).fetchall()
    old = _run(rows)
    keys = np.concatenate([old.keys, *(run.keys for run in runs)])
    numbers = np.concatenate([old.numbers, *(run.numbers for run in runs)])
    kept = living[numbers]
    keys, numbers = keys[kept], numbers[kept]
    if len(numbers) and int(numbers.max()) >= _MOST:
        raise StoreError(f"more than {_MOST:,} articles have come; build the index again")
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    entries = np.zeros(len(keys), _ENTRY)
    entries["low"], entries["number"] = keys & np.uint32(0xFFFF), numbers & 0xFFFF
    entries["above"] = numbers >> 16
    buckets = (keys >> np.uint32(_LOW)).astype(np.int64)
    edges = np.flatnonzero(np.diff(buckets, prepend=-1, append=1 << _LOW))
    connection.execute("DELETE FROM postings WHERE bucket >= ? AND bucket < ?", (low, high))
    connection.executemany(
        "INSERT INTO postings VALUES (?, ?)",
        ((low + int(buckets[a]), entries[a:b].tobytes()) for a, b in pairwise(edges.tolist())),
    )
