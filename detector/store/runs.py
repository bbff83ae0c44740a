"""Which bodies have a key: sorted runs in memory, packed rows on disk.

A packed row holds the bodies of many keys in the order of their numbers, each with its distance
to the one before: four bytes a band and three a sampled shingle.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.errors import StoreError
from detector.pairkeys import distinct

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

#: Where keys that are asked for stand: position among them, and body.
Found = tuple[I64, I64]

#: Kinds of key in one table of postings.
BANDS, SAMPLES = 0, 1

_ROWS = 14  # upper bits of a key that name its row: of fewer rows each would be long to read
_GAP = 14  # bits of an entry that say how far the next body is
_FARTHEST = (1 << _GAP) - 1
_BASE = np.dtype("<u4")  # in front of a row: the number that its gaps count from
_LOW = {BANDS: 18, SAMPLES: 10}  # bits of a key in an entry; of samples, the lowest are left out
_MOST = 1 << 24  # numbers of bodies that neighbours are remembered by
_ASKED = 128  # rows asked for at once
_LIKE, _UPPER = 16, 24  # bits by which entries are told from others, where few keys are asked for
_MANY = 4096  # ... and where many are


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


def found(runs: Iterable[Run], asked: U32) -> Found:
    """Where each key that is asked for stands: position in `asked`, and body."""
    rows, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    order = asked.argsort()
    asked = asked[order]  # so that one search goes on where the last one ended
    for run in runs:
        first = run.keys.searchsorted(asked, "left")
        sizes = run.keys.searchsorted(asked, "right") - first
        rows.append(order.repeat(sizes))
        before = sizes.cumsum() - sizes
        numbers.append(run.numbers[(first - before).repeat(sizes) + np.arange(int(sizes.sum()))])
    return np.concatenate(rows), np.concatenate(numbers)


def packed(connection: sqlite3.Connection, kind: int, asked: U32) -> Found:
    """As `found`, of what is packed."""
    if not len(asked):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    keys = _short(kind, asked)
    wanted = distinct(keys)
    buckets = distinct(wanted >> np.uint32(_LOW[kind])).astype(np.int64) + (kind << _ROWS)
    rows: list[tuple[int, bytes]] = []
    for start in range(0, len(buckets), _ASKED):
        part = buckets[start : start + _ASKED].tolist()
        size = min(size for size in _POSTINGS if size >= len(part))
        part += [part[0]] * (size - len(part))
        rows += connection.execute(_POSTINGS[size], part)
    entries = _Entries.of(kind, rows)
    # Nearly all entries of a row are of other keys, as some of their bits show.
    at = entries.like(wanted)
    held = entries.keys(at)
    hit = wanted[np.minimum(wanted.searchsorted(held), len(wanted) - 1)] == held
    return found([Run.of(held[hit], entries.numbers(at[hit]))], keys)


# Statements are of few lengths, so that SQLite keeps them prepared.
_POSTINGS = {
    size: f"SELECT bucket, data FROM postings WHERE bucket IN ({marks}) ORDER BY bucket"
    for size in (8, 32, 64, _ASKED)
    for marks in [",".join("?" * size)]
}


def _short(kind: int, keys: U32) -> U32:
    """Keys as they are packed, without the bits that are left out."""
    return np.asarray(keys >> np.uint32(32 - _ROWS - _LOW[kind]), np.uint32)


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of rows, a body after the other: packed keys are not sorted.

    Attributes:
        kind: of key.
        values: of all rows, one after the other.
        buckets: shape (rows,).
        ends: shape (rows,), where the entries of each end.
        bases: shape (rows,), numbers that their gaps count from.
    """

    kind: int
    values: U32
    buckets: U32
    ends: I64
    bases: U32

    @classmethod
    def of(cls, kind: int, rows: Sequence[tuple[int, bytes]]) -> _Entries:
        width, base = _width(kind), _BASE.itemsize
        data = [data for _, data in rows]
        ends = (np.array([len(part) for part in data], np.int64) - base).cumsum() // width
        content = b"".join([part[base:] for part in data]) + bytes(base)
        # Entries of three bytes are read as four, of which the last is not theirs.
        values = np.ndarray(int(ends[-1]) if rows else 0, _BASE, content, 0, width)
        bases = np.frombuffer(b"".join([part[:base] for part in data]), _BASE)
        buckets = np.array([bucket for bucket, _ in rows], np.int64) - (kind << _ROWS)
        own = np.uint32((1 << 8 * width) - 1)
        return cls(kind, values & own, buckets.astype(np.uint32), ends, bases)

    def like(self, wanted: U32) -> I64:
        """Where entries are that may have one of some keys, in order."""
        low = np.uint32(_LOW[self.kind])
        if len(wanted) < _MANY:
            bits = np.uint32((1 << min(int(low), _LIKE)) - 1)
            marked = np.zeros(int(bits) + 1, np.bool_)
            marked[wanted & bits] = True
            return np.asarray(marked.take(self.values & bits).nonzero()[0], np.int64)
        # Where all rows are read, the upper bits tell: they ascend, so that the table of them
        # is read in order.
        over = np.uint32(_ROWS + _LOW[self.kind] - _UPPER)
        marked = np.zeros(1 << _UPPER, np.bool_)
        marked[wanted >> over] = True
        upper = (self.buckets << low).repeat(np.diff(self.ends, prepend=0))
        rest = self.values & np.uint32((1 << int(low)) - 1)
        return np.asarray(marked.take((upper | rest) >> over).nonzero()[0], np.int64)

    def keys(self, at: I64) -> U32:
        """The keys of some entries, as far as they are packed."""
        low = np.uint32(_LOW[self.kind])
        row = self.ends.searchsorted(at, "right")
        rest = self.values[at] & np.uint32((1 << int(low)) - 1)
        return np.asarray((self.buckets[row] << low) | rest, np.uint32)

    def numbers(self, at: I64) -> I64:
        """The bodies of some entries."""
        if not len(at):
            return at
        # Of numbers below 2**24 the sums are right, however often the ones before went round.
        steps = np.zeros(len(self.values) + 1, np.uint32)
        (self.values >> np.uint32(_LOW[self.kind])).cumsum(out=steps[1:])
        row = self.ends.searchsorted(at, "right")
        first = np.zeros(len(self.ends), np.int64)
        first[1:] = self.ends[:-1]
        return np.asarray(steps[at + 1] + (self.bases - steps[first])[row], np.int64)


def _run(kind: int, rows: Sequence[tuple[int, bytes]]) -> Run:
    """All entries of rows."""
    entries = _Entries.of(kind, rows)
    every = np.arange(len(entries.values))
    return Run(entries.keys(every), entries.numbers(every))


def _width(kind: int) -> int:
    """Bytes of an entry."""
    return (_LOW[kind] + _GAP) // 8


def pack(
    connection: sqlite3.Connection,
    kind: int,
    runs: Sequence[Run],
    living: npt.NDArray[np.bool_] | None,
) -> None:
    """Write runs into the packed rows.

    Args:
        connection: in a transaction for writing.
        kind: `BANDS` or `SAMPLES`.
        runs: what is new.
        living: by number, whether a body is there: what is not is dropped; None where nothing
            has gone since the rows were written, so that they need only be added to.

    Raises:
        StoreError: if numbers have run out.
    """
    first, last = kind << _ROWS, (kind + 1) << _ROWS
    rows = connection.execute(
        "SELECT bucket, data FROM postings WHERE bucket >= ? AND bucket < ? ORDER BY bucket",
        (first, last),
    ).fetchall()
    old = _run(kind, rows)
    keys = np.concatenate([_short(kind, run.keys) for run in runs] or [old.keys[:0]])
    numbers = np.concatenate([run.numbers for run in runs] or [old.numbers[:0]])
    if len(numbers) and int(numbers.max()) >= _MOST:
        raise StoreError(f"more than {_MOST:,} articles have come; build the index again")
    held = {bucket - first: data for bucket, data in rows}
    if living is not None or _highest(old) >= numbers.min(initial=_MOST):
        keys = np.concatenate([old.keys, keys])
        numbers = np.concatenate([old.numbers, numbers])
        kept = np.ones(len(numbers), np.bool_) if living is None else living[numbers]
        keys, numbers = keys[kept], numbers[kept]
        connection.execute("DELETE FROM postings WHERE bucket >= ? AND bucket < ?", (first, last))
        old, held = Run(keys[:0], numbers[:0]), {}
    buckets = (keys >> np.uint32(_LOW[kind])).astype(np.int64)
    order = np.lexsort((keys, numbers, buckets))
    keys, numbers, buckets = keys[order], numbers[order], buckets[order]
    connection.executemany(
        "INSERT OR REPLACE INTO postings VALUES (?, ?)",
        (
            (first + bucket, held[bucket] + data if bucket in held else base + data)
            for bucket, base, data in _rows(kind, buckets, keys, numbers, _ends(kind, old))
        ),
    )


def _highest(run: Run) -> int:
    return int(run.numbers.max(initial=-1))


def _ends(kind: int, packed: Run) -> I64:
    """The last body of each packed row, or -1."""
    ends = np.full(1 << _ROWS, -1)
    buckets = packed.keys >> np.uint32(_LOW[kind])
    last = np.flatnonzero(np.diff(buckets.astype(np.int64), append=-1))
    ends[buckets[last]] = packed.numbers[last]
    return ends


def _rows(
    kind: int, buckets: I64, keys: U32, numbers: I64, ends: I64
) -> Iterator[tuple[int, bytes, bytes]]:
    """The first number of each row, and its entries; of one that is there, those to come.

    An entry is the rest of a key and the gap to the body before.

    Where a gap is too wide, entries of no key's bits lead over it; who takes one for a body
    that has that key finds none, or one that is then compared.

    Args:
        kind: of key.
        buckets: shape (n,), the row of each key, ascending.
        keys: shape (n,).
        numbers: shape (n,), bodies, ascending in a row.
        ends: the last body that each row has already, or -1.
    """
    starts = np.flatnonzero(np.diff(buckets, prepend=-1))
    gaps = np.diff(numbers, prepend=0)
    before = ends[buckets[starts]]
    gaps[starts] = np.where(before < 0, 0, numbers[starts] - before)
    over = np.maximum(gaps - 1, 0) // _FARTHEST
    own = np.arange(len(keys)) + np.cumsum(over)
    low = np.uint32(_LOW[kind])
    entries = np.full(len(keys) + int(over.sum()), np.uint32(_FARTHEST) << low, _BASE)
    rest = (gaps - over * _FARTHEST).astype(np.uint32) << low
    entries[own] = rest | (keys & np.uint32((1 << _LOW[kind]) - 1))
    width = _width(kind)
    content = entries.view(np.uint8).reshape(-1, _BASE.itemsize)[:, :width].tobytes()
    bases = numbers[starts].astype(_BASE).tobytes()
    # What leads over a gap in front of a row's first entry stands before it.
    edges = [*((own[starts] - over[starts]) * width).tolist(), len(content)]
    for at, (bucket, begin, end) in enumerate(
        zip(buckets[starts].tolist(), edges[:-1], edges[1:], strict=True)
    ):
        base = bases[at * _BASE.itemsize : (at + 1) * _BASE.itemsize]
        yield bucket, base, content[begin:end]
