"""The bodies that are not packed yet, in memory: searched one by one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detector.store.coding import decoded_profiles, decoded_vectors
from detector.store.runs import Run, grown
from detector.verify.profiles import Profiles
from detector.verify.rarity import COMPARED, keyed

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_AT_ONCE = 4096  # bodies read at once


@dataclass(frozen=True, slots=True)
class Tail:
    """Bodies by order of arrival; never changed, only followed by a longer one.

    Attributes:
        numbers: of the bodies, ascending.
        languages: their codes; -1 for a body whose vector has no neighbours.
        vectors: shape (n, d); None where the store has none.
        bands, samples: which of them has a key.
        values: of all kinds, `keyed`: runs in ascending order, each as often as bodies have it.
    """

    numbers: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    languages: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    vectors: F32 | None = None
    bands: tuple[Run, ...] = ()
    samples: tuple[Run, ...] = ()
    values: tuple[U64, ...] = ()
    _room: F32 | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def followed(self, connection: sqlite3.Connection) -> Tail:
        """This tail with the bodies that have come since."""
        tail = self
        while True:
            last = int(tail.numbers[-1]) if len(tail.numbers) else 0
            rows = connection.execute(_NEXT, (last, _AT_ONCE)).fetchall()
            if not rows:
                return tail
            tail = tail._with(rows)

    def _with(self, rows: list[tuple[int, int, bytes | None, bytes | None, bytes, bytes]]) -> Tail:
        numbers = np.array([row[0] for row in rows], np.int64)
        keys = np.frombuffer(b"".join(row[4] for row in rows), "<u4").astype(np.uint32)
        samples = np.frombuffer(b"".join(row[5] for row in rows), "<u4").astype(np.uint32)
        several = [len(row[4]) // 4 for row in rows], [len(row[5]) // 4 for row in rows]
        languages = np.array([row[1] for row in rows], np.int64)
        vectors = None if rows[0][3] is None else decoded_vectors([row[3] or b"" for row in rows])
        tail = replace(
            self,
            numbers=np.concatenate([self.numbers, numbers]),
            languages=np.concatenate([self.languages, languages]),
            bands=grown(self.bands, Run.of(keys, np.repeat(numbers, several[0]))),
            samples=grown(self.samples, Run.of(samples, np.repeat(numbers, several[1]))),
        )
        if vectors is None:
            return tail
        room, seen = _appended(self._room, len(self), vectors)
        profiles = decoded_profiles([row[2] or b"" for row in rows])
        return replace(tail, vectors=seen, _room=room, values=_counted(self.values, profiles))


_NEXT = (
    "SELECT t.number, iif(b.searched, b.language, -1), b.profile, b.vector, t.keys, t.samples "
    "FROM tail t JOIN bodies b ON b.number = t.number WHERE t.number > ? ORDER BY t.number LIMIT ?"
)


def _appended(room: F32 | None, used: int, new: F32) -> tuple[F32, F32]:
    """Rows behind those in use, in the same memory while it lasts; shorter views stay valid."""
    if room is None or used + len(new) > len(room):
        bigger = np.zeros((max(256, 2 * (used + len(new))), new.shape[1]), np.float32)
        if room is not None:
            bigger[:used] = room[:used]
        room = bigger
    room[used : used + len(new)] = new
    return room, room[: used + len(new)]


def _counted(known: tuple[U64, ...], profiles: Profiles) -> tuple[U64, ...]:
    kept = list(known)
    new = np.sort(np.concatenate([keyed(k, getattr(profiles, k).values) for k in COMPARED]))
    while kept and len(kept[-1]) <= 2 * len(new):
        new = np.sort(np.concatenate([kept.pop(), new]))
    return (*kept, new)
