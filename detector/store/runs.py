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

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

#: Kinds of key in one table of postings.
BANDS, SAMPLES = 0, 1

_ROWS = 14  # upper bits of a key that name its row: of fewer rows each would be long to read
_GAP = 14  # bits of an entry that say how far the next body is
_FARTHEST = (1 << _GAP) - 1
_BASE = np.dtype("<u4")  # in front of a row: the number that its gaps count from
_LOW = {BANDS: 18, SAMPLES: 10}  # bits of a key in an entry; of samples, the lowest are left out
_MOST = 1 << 24  # numbers of bodies that neighbours are remembered by
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


def packed(connection: sqlite3.Connection, kind: int, asked: U32) -> tuple[I64, I64]:
    """As `found`, of what is packed."""
    keys = _short(kind, asked)
    wanted = np.unique(keys)
    buckets = np.unique(wanted >> _LOW[kind]).astype(np.int64) + (kind << _ROWS)
    rows: list[tuple[int, bytes]] = []
    for start in range(0, len(buckets), _ASKED):
        part = buckets[start : start + _ASKED].tolist()
        part += [part[0]] * (_ASKED - len(part))
        rows += connection.execute(_POSTINGS, part)
    run = _run(kind, rows)
    # Nearly all entries of a row are of other keys, as half of their bits show.
    like = np.zeros(1 << 16, np.bool_)
    like[wanted.astype(np.uint16)] = True
    some = np.flatnonzero(like[run.keys.astype(np.uint16)])
    entries, numbers = run.keys[some], run.numbers[some]
    at = np.minimum(wanted.searchsorted(entries), len(wanted) - 1)
    hit = wanted[at] == entries
    return found([Run.of(entries[hit], numbers[hit])], keys)


_POSTINGS = (
    f"SELECT bucket, data FROM postings WHERE bucket IN ({','.join('?' * _ASKED)}) ORDER BY bucket"
)


def _short(kind: int, keys: U32) -> U32:
    """Keys as they are packed, without the bits that are left out."""
    return np.asarray(keys >> np.uint32(32 - _ROWS - _LOW[kind]), np.uint32)


def _run(kind: int, rows: Sequence[tuple[int, bytes]]) -> Run:
    """The entries of rows, a body after the other: packed keys are not sorted."""
    width = _width(kind)
    sizes = np.array([(len(data) - _BASE.itemsize) // width for _, data in rows], np.int64)
    content = b"".join(data[_BASE.itemsize :] for _, data in rows)
    flat = np.zeros((int(sizes.sum()), _BASE.itemsize), np.uint8)
    flat[:, :width] = np.frombuffer(content, np.uint8).reshape(-1, width)
    entries = flat.view(_BASE).ravel()
    low = np.uint32(_LOW[kind])
    upper = np.array([bucket - (kind << _ROWS) for bucket, _ in rows], np.uint32) << low
    keys = np.repeat(upper, sizes) | (entries & np.uint32((1 << _LOW[kind]) - 1))
    bases = np.array([int.from_bytes(data[: _BASE.itemsize], "little") for _, data in rows])
    steps = np.cumsum((entries >> low).astype(np.int64))
    before = np.concatenate([[0], steps])[np.cumsum(sizes) - sizes]
    return Run(keys, steps + np.repeat(bases.astype(np.int64) - before, sizes))


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
