"""What has come is packed: keys into rows of postings, vectors into FAISS files.

Until then it is searched one by one in memory. Packing happens when there is much of it, and
when a store is compacted. Readers go on meanwhile: they keep the files that they have mapped
and the state of SQLite that they see.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from detector.store import runs, vectors
from detector.store.coding import decoded_profiles
from detector.store.frequencies import Frequencies, Tally
from detector.store.store import Store, renew
from detector.verify.profiles import Profiles

_LEAST = 4096  # bodies below which searching one by one costs nothing
_SHARE = 16  # a part of the packed bodies that may wait
_RECOUNT = 1.5  # times as many bodies as were counted in full, from which they are again
_AT_ONCE = 4096

Progress = Callable[[str, int, int], None]


def due(waiting: int, packed: int) -> bool:
    """Whether enough has come to be packed."""
    return waiting > _LEAST + packed // _SHARE


def pack(store: Store, *, whole: bool, progress: Progress) -> None:
    """Pack what has come.

    Args:
        store: opened for writing.
        whole: make everything anew from the bodies and give room back to the disk, too; else
            what has come is added to what is packed, unless bodies have been removed since.
        progress: told how far it is.

    Raises:
        StoreLockedError: if another process keeps writing.
        StoreError: if the disk is full; the store then is as it was.
    """
    with store.connections.locked():
        with store.reading() as view:
            generation = view.told["packing"] + 1
            anew = whole or _removed(view.connection)
            made = vectors.write(view.connection, store.folder, generation, whole=anew)
        try:
            with store.writing() as view:
                progress("pack", 1, 3)
                _postings(view.connection, anew)
                progress("pack", 2, 3)
                _frequencies(view.connection, whole)
                view.connection.execute("DELETE FROM files")
                view.connection.executemany(
                    "INSERT INTO files VALUES (?, ?, ?, ?, ?)",
                    [(f.name, f.language, f.vectors, f.trained, f.digest) for f in made],
                )
                view.connection.execute("DELETE FROM tail")
                view.connection.execute("DELETE FROM gone")
                renew(view.connection)
        except BaseException:
            vectors.drop(store.folder, made)
            raise
        vectors.tidy(store.folder, made)
        if whole:
            store.connections.vacuum()
        progress("pack", 3, 3)


def _removed(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM gone LIMIT 1").fetchone() is not None


def _postings(connection: sqlite3.Connection, anew: bool) -> None:
    living: npt.NDArray[np.bool_] | None = None
    if anew:
        after = int(connection.execute("SELECT value FROM meta WHERE key = 'next'").fetchone()[0])
        living = np.zeros(after, np.bool_)
        living[[row[0] for row in connection.execute("SELECT number FROM bodies")]] = True
    for kind, column in ((runs.BANDS, "keys"), (runs.SAMPLES, "samples")):
        rows = connection.execute(f"SELECT number, {column} FROM tail ORDER BY number").fetchall()
        keys = np.frombuffer(b"".join(row[1] for row in rows), "<u4").astype(np.uint32)
        numbers = np.repeat(
            np.array([row[0] for row in rows], np.int64), [len(row[1]) // 4 for row in rows]
        )
        runs.pack(connection, kind, [runs.Run(keys, numbers)], living)


def _frequencies(connection: sqlite3.Connection, whole: bool) -> None:
    meta = dict(
        connection.execute("SELECT key, value FROM meta WHERE key IN ('packed', 'counted')")
    )
    count = connection.execute("SELECT count(*) FROM bodies").fetchone()[0]
    again = whole or count > _RECOUNT * int(meta.get("counted", "0"))
    tally = Tally(Frequencies() if again else Frequencies.stored(connection))
    table = "bodies b" if again else "tail t JOIN bodies b ON b.number = t.number"
    for part in _profiles(connection, f"SELECT b.profile FROM {table} WHERE b.profile NOT NULL"):
        tally.add(part)
    connection.execute("DELETE FROM frequencies")
    connection.executemany("INSERT INTO frequencies VALUES (?, ?, ?)", tally.rows())
    rows = [("packed", str(count))] + ([("counted", str(count))] if again else [])
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)


def _profiles(connection: sqlite3.Connection, query: str) -> Iterator[Profiles]:
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(_AT_ONCE):
        yield decoded_profiles([row[0] for row in rows])
