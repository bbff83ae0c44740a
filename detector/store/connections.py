"""Connections to one SQLite file: one a thread, readers beside one writer (WAL)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import StoreError
from detector.store.locks import WriterLock

FILE = "store.sqlite3"
_CACHE = 16_000  # KB of pages a connection
_PAGE = 16_384  # bytes: of smaller ones the rows of bodies would leave a tenth empty

_FULL = "the disk is full, or a quota or file size limit is reached"


class Connections:
    """Hands each thread its connection, and transactions on it."""

    def __init__(self, folder: Path, wait: float, read_only: bool) -> None:
        """Store the folder; connections are made when they are asked for.

        Args:
            folder: of the store.
            wait: seconds to wait for another writer.
            read_only: whether nothing can be written, not even SQLite's own side files.
        """
        self.folder = folder
        self.read_only = read_only
        self._wait = wait
        self._lock = WriterLock(folder, wait)
        self._local = threading.local()
        self._guard = threading.Lock()
        self._all: list[sqlite3.Connection] = []
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the file throughout.

        Raises:
            StoreError: if the file is damaged or cannot be read.
        """
        connection = self.connection()
        with self.told():
            if connection.in_transaction:  # of the same thread, which may be writing
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is durable when the block has ended well, else as if never begun.

        Raises:
            StoreLockedError: if another process keeps writing.
            StoreError: if the folder cannot be written to, or the disk is full.
        """
        if self.read_only:
            raise StoreError(
                f"{self.folder}: opened for reading only, or may not be written to; nothing kept"
            )
        with self._lock.held(), self.told():
            connection = self.connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers out without a transaction."""
        with self._lock.held():
            yield

    def vacuum(self) -> None:
        """Give free room back to the disk, and empty the WAL file where no reader needs it."""
        with self._lock.held(), self.told():
            connection = self.connection()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            with self.told():
                found = self._connected()
            self._local.connection = found
            with self._guard:
                if self._closed:
                    found.close()
                    raise StoreError(f"{self.folder}: closed")
                self._all.append(found)
        return found

    def leave(self) -> None:
        """Close the connection of this thread, which ends."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            self._local.connection = None
            with self._guard:
                self._all = [other for other in self._all if other is not found]
                found.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._guard:
            self._closed = True
            for connection in self._all:
                connection.close()
            self._all = []

    def _connected(self) -> sqlite3.Connection:
        path = self.folder / FILE
        uri = path.resolve().as_uri()
        if self.read_only:
            # Without its side files, SQLite can read a WAL file only if nobody writes to it.
            quiet = not path.with_name(f"{FILE}-wal").exists()
            uri += "?mode=ro" + ("&immutable=1" if quiet else "")
        connection = sqlite3.connect(
            uri, uri=True, timeout=self._wait, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        if not self.read_only:
            connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # a commit waits for the disk
        return connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say what SQLite's errors mean for the store."""
        try:
            yield
        except sqlite3.ProgrammingError as error:
            if "closed" in str(error):
                raise StoreError(f"{self.folder}: closed") from error
            raise
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.folder / FILE}: {_meaning(error)}") from error


def _meaning(error: sqlite3.DatabaseError) -> str:
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return f"{text}: {_FULL}. Nothing of this step was kept; make room and do it again"
    if "locked" in text or "busy" in text:
        return f"{text}: another program has it open for writing; try again"
    if "readonly" in text:
        return f"{text}: the folder may not be written to; allow it, or only check"
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return (
            f"{text}: damaged. Put back a copy of the folder, or build the index again; "
            "`detector index verify` says what is left"
        )
    return text
