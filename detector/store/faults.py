"""What is wrong with the files of a store, and what to do about it."""

from __future__ import annotations

import sqlite3

from detector.errors import StoreError
from detector.store import vectors
from detector.store.connections import FILE
from detector.store.store import Store

_RESTORE = "put back a copy of the folder, or build the index again"
_COMPACT = "`detector index compact` makes it anew from SQLite; until then checks are slower"

# Rows that must not be there: what they mean, and how many there are.
_STRAY = (
    (
        "articles without a body",
        "SELECT count(*) FROM articles WHERE body NOT IN (SELECT number FROM bodies)",
    ),
    (
        "bodies without an article",
        "SELECT count(*) FROM bodies WHERE number NOT IN (SELECT body FROM articles)",
    ),
    (
        "pairs of bodies that are gone",
        "SELECT count(*) FROM pairs WHERE a NOT IN (SELECT number FROM bodies)"
        " OR b NOT IN (SELECT number FROM bodies)",
    ),
    (
        "keys of bodies that are gone",
        "SELECT count(*) FROM tail WHERE number NOT IN (SELECT number FROM bodies)",
    ),
)


def faults(store: Store) -> tuple[str, ...]:
    """Every fault that is found, as a sentence; nothing for a store that is whole."""
    try:
        with store.connections.reading() as connection:
            found = [*_of_sqlite(store, connection)]
            return tuple(found or [*_of_rows(store, connection), *_of_vectors(store, connection)])
    except StoreError as error:
        return (str(error),)


def _of_sqlite(store: Store, connection: sqlite3.Connection) -> list[str]:
    rows = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    return [
        f"{store.folder / FILE}: {' '.join(row.split())}; {_RESTORE}" for row in rows if row != "ok"
    ]


def _of_rows(store: Store, connection: sqlite3.Connection) -> list[str]:
    counts = [(what, connection.execute(query).fetchone()[0]) for what, query in _STRAY]
    return [f"{store.folder / FILE}: {count} {what}; {_RESTORE}" for what, count in counts if count]


def _of_vectors(store: Store, connection: sqlite3.Connection) -> list[str]:
    found = []
    for row in vectors.listed(connection):
        wrong = vectors.fault(store.folder, row)
        if wrong:
            found.append(f"{store.folder / row.name}: {wrong}; {_COMPACT}")
    query = (
        "SELECT language, count(*) FROM bodies WHERE searched AND number NOT IN"
        " (SELECT number FROM tail) GROUP BY language"
    )
    gone = connection.execute("SELECT count(*) FROM gone").fetchone()[0]
    held = {row.language: row.vectors for row in vectors.listed(connection)}
    for language, count in connection.execute(query).fetchall():
        if not count <= held.get(language, 0) <= count + gone:
            found.append(
                f"{store.folder}: {count} vectors in SQLite, {held.get(language, 0)} in their "
                f"FAISS file; {_COMPACT}"
            )
    return found
