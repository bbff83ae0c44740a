"""A store: its files, its state in memory, and what can be asked of it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.errors import StoreError
from detector.files import why
from detector.store import runs, schema
from detector.store.connections import FILE, Connections
from detector.store.frequencies import Frequencies
from detector.store.tail import Tail
from detector.store.vectors import Files

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class View:
    """One state of a store, in a transaction.

    Attributes:
        connection: that sees this state; `tail` may be ahead of it.
        told: what changes with the state: "state", "packing", "next" (number of the next
            article), "lines" (how often lines were found to recur).
        names: language of each code.
    """

    connection: sqlite3.Connection
    told: dict[str, int]
    names: dict[int, str]
    tail: Tail
    files: Files
    frequencies: Frequencies

    def with_band(self, keys: U32, packed: runs.Found | None = None) -> runs.Found:
        """Where each band key stands: position in `keys`, and body.

        Args:
            keys: any.
            packed: what `packed_bands` says of them, if it was asked.
        """
        return _both(runs.found(self.tail.bands, keys), packed or self.packed_bands(keys))

    def with_sample(self, samples: U32, packed: runs.Found | None = None) -> runs.Found:
        """Where each sampled shingle stands; see `with_band`."""
        return _both(runs.found(self.tail.samples, samples), packed or self.packed_samples(samples))

    def nearest(
        self, queries: F32, k: int, packed: Mapping[int, tuple[F32, I64]] | None = None
    ) -> dict[int, tuple[F32, I64]]:
        """The `k` nearest bodies of each language, by its code.

        Args:
            queries: shape (n, d), unit rows.
            k: how many.
            packed: what `packed_nearest` says of them, if it was asked.

        Returns:
            Cosines, shape (n, k), filled with -inf, and numbers, filled with -1.
        """
        known = self.packed_nearest(queries, k) if packed is None else packed
        return self.files.nearest(self.tail, queries, k, known)

    def packed_bands(self, keys: U32) -> runs.Found:
        """As `with_band`, of packed bodies alone."""
        return runs.packed(self.connection, runs.BANDS, keys)

    def packed_samples(self, samples: U32) -> runs.Found:
        """As `with_sample`, of packed bodies alone."""
        return runs.packed(self.connection, runs.SAMPLES, samples)

    def packed_nearest(self, queries: F32, k: int) -> dict[int, tuple[F32, I64]]:
        """As `nearest`, of packed bodies alone."""
        return self.files.packed(queries, k)


def _both(one: runs.Found, other: runs.Found) -> runs.Found:
    return np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])


class Store:
    """A folder of articles seen before."""

    def __init__(self, folder: Path, wait: float, read_only: bool) -> None:
        """Store where; use `create` or `open`."""
        self.folder = folder
        self.connections = Connections(folder, wait, read_only)
        self.meta: dict[str, str] = {}
        self._guard = threading.Lock()
        self._state = -1
        self._packing = -1
        self._tail = Tail()
        self._files = Files(folder)
        self._frequencies = Frequencies()

    @classmethod
    def exists(cls, path: str | Path) -> bool:
        """Whether there is a store in a folder."""
        return (Path(path) / FILE).is_file()

    @classmethod
    def begun(cls, path: str | Path) -> bool:
        """Whether the store of a folder was made to its end."""
        if not cls.exists(path):
            return False
        connections = Connections(Path(path), 0.0, read_only=True)
        try:
            with connections.reading() as connection:
                return schema.version_of(connection) > 0
        finally:
            connections.close()

    @classmethod
    def create(cls, path: str | Path, meta: Mapping[str, str], wait: float = 10.0) -> Store:
        """Make a folder a store, or open the one that another process has just made.

        Raises:
            StoreError: if the folder holds other things or cannot be written to.
        """
        folder = Path(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            others = [p.name for p in folder.iterdir() if not p.name.startswith((FILE, "writer."))]
        except OSError as error:
            raise StoreError(f"{path}: {why(error, writing=True)}") from error
        if others and not cls.exists(folder):
            raise StoreError(f"{path}: holds other files ({others[0]}, …); name a new folder")
        store = cls(folder, wait, read_only=False)
        with store.connections.locked(), store.connections.writing() as connection:
            if schema.version_of(connection) == 0:
                schema.migrate(connection, str(folder))
                now = {"created": str(int(time.time())), "changed": str(int(time.time()))}
                rows = {
                    **dict.fromkeys(("state", "packing", "lines"), "0"),
                    "next": "1",
                    **now,
                    **meta,
                }
                connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(rows.items()))
        return cls.open(folder, wait)

    @classmethod
    def open(cls, path: str | Path, wait: float = 10.0, read_only: bool = False) -> Store:
        """Open the store of a folder, and bring it to this program's schema.

        Raises:
            StoreError: if there is none, it is damaged, or a newer program wrote it.
        """
        folder = Path(path)
        if not cls.exists(folder):
            raise StoreError(f"{path}: no index there; name its folder, or build one")
        store = cls(folder, wait, read_only or not _writable(folder))
        with store.connections.reading() as connection:
            version = schema.version_of(connection)
        if version == 0:  # its making was cut short, by a full disk perhaps
            store.close()
            raise StoreError(f"{path}: an index that was begun and holds nothing; build it again")
        schema.refuse_newer(version, str(folder))
        if version < schema.VERSION:
            if store.connections.read_only:
                raise StoreError(
                    f"{path}: of an earlier version; open it once for writing, which brings it up"
                )
            with store.connections.writing() as connection:
                schema.migrate(connection, str(folder))
        with store.connections.reading() as connection:
            store.meta = dict(connection.execute("SELECT key, value FROM meta"))
        return store

    @contextmanager
    def reading(self) -> Iterator[View]:
        """One state of the store, whatever is written meanwhile."""
        with self.connections.reading() as connection:
            yield self._view(connection)

    @contextmanager
    def writing(self) -> Iterator[View]:
        """The newest state, and the right to change it: durable when the block ends well."""
        with self.connections.writing() as connection:
            yield self._view(connection)
            connection.execute(
                "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'state'"
            )
            now = str(int(time.time()))
            connection.execute("UPDATE meta SET value = ? WHERE key = 'changed'", (now,))

    def close(self) -> None:
        """Close files and connections."""
        self.connections.close()

    def _view(self, connection: sqlite3.Connection) -> View:
        told = {key: int(value) for key, value in connection.execute(_TOLD)}
        state = told["state"]
        names = dict(connection.execute("SELECT code, name FROM languages"))
        with self._guard:
            if state > self._state:
                if told["packing"] != self._packing:  # packed, or articles removed
                    self._tail = Tail()
                    self._files = self._files.renewed(connection)
                    self._frequencies = Frequencies.stored(connection)
                    self._packing = told["packing"]
                self._tail = self._tail.followed(connection)
                self._frequencies = self._frequencies.beside(self._tail)
                self._state = state
            return View(connection, told, names, self._tail, self._files, self._frequencies)


def _writable(folder: Path) -> bool:
    """Whether this process may write to a folder, as who it is now."""
    effective = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK, effective_ids=effective)


_TOLD = "SELECT key, value FROM meta WHERE key IN ('state', 'packing', 'next', 'lines')"


def set_next(connection: sqlite3.Connection, number: int) -> None:
    """Note the number of the next article: numbers are never used again."""
    connection.execute("UPDATE meta SET value = ? WHERE key = 'next'", (str(number),))


def renew(connection: sqlite3.Connection) -> None:
    """Have every process read again what is packed and what is not."""
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'packing'")


def codes(connection: sqlite3.Connection, languages: Sequence[str]) -> dict[str, int]:
    """The code of each language, in a transaction for writing; new ones are given one."""
    connection.executemany(
        "INSERT OR IGNORE INTO languages (name) VALUES (?)", [(n,) for n in sorted(set(languages))]
    )
    return {name: code for code, name in connection.execute("SELECT code, name FROM languages")}


def count(connection: sqlite3.Connection, table: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
