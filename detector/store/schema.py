"""The tables of a store, by numbered steps that are never edited once released.

An article has a row in `articles`; articles whose bodies are equal share one row in
`bodies`, under the number of the first of them. Everything that is compared hangs on bodies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from detector.errors import StoreError

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE languages (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE articles (
    number INTEGER PRIMARY KEY,      -- order of arrival; never used again
    id TEXT NOT NULL UNIQUE,
    body INTEGER NOT NULL,           -- number of the first article with an equal body
    text INTEGER NOT NULL,           -- digest of title and text, told when an id comes again
    added INTEGER NOT NULL,          -- seconds since 1970
    published REAL,                  -- minutes since 1970
    head BLOB NOT NULL
);
CREATE INDEX articles_of_body ON articles (body) WHERE body != number;

CREATE TABLE texts (number INTEGER PRIMARY KEY, spans BLOB NOT NULL, content BLOB NOT NULL);

CREATE TABLE bodies (
    number INTEGER PRIMARY KEY,
    digest INTEGER NOT NULL,         -- 0 for a body without words
    language INTEGER NOT NULL,
    sampled INTEGER NOT NULL,        -- shingles in its sample
    words INTEGER NOT NULL,
    day INTEGER NOT NULL,            -- ordinal of the event's day; 0 where unknown
    duplicate INTEGER NOT NULL,      -- clusters: the digest in their ids
    syndication INTEGER NOT NULL,
    event INTEGER NOT NULL,
    searched INTEGER NOT NULL,       -- whether its vector has neighbours: it is not zero
    profile BLOB,
    vector BLOB,
    near BLOB
);
CREATE INDEX bodies_digest ON bodies (digest);
CREATE INDEX bodies_duplicate ON bodies (duplicate);
CREATE INDEX bodies_syndication ON bodies (syndication);
CREATE INDEX bodies_event ON bodies (event);

-- Bands and samples of bodies that are not in `postings` yet.
CREATE TABLE tail (number INTEGER PRIMARY KEY, keys BLOB NOT NULL, samples BLOB NOT NULL);
-- Which bodies have a band or a sampled shingle: a row for each of its upper 16 bits.
CREATE TABLE postings (bucket INTEGER PRIMARY KEY, data BLOB NOT NULL);
-- Packed bodies that have been removed since.
CREATE TABLE gone (number INTEGER PRIMARY KEY);
-- In how many bodies a word, name or number occurs, where in more than one.
CREATE TABLE frequencies (kind TEXT PRIMARY KEY, hashes BLOB NOT NULL, counts BLOB NOT NULL)
    WITHOUT ROWID;
-- FAISS files in use, one for a language.
CREATE TABLE files (
    name TEXT PRIMARY KEY, language INTEGER NOT NULL, vectors INTEGER NOT NULL,
    trained INTEGER NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE pairs (
    a INTEGER NOT NULL, b INTEGER NOT NULL, relation INTEGER NOT NULL, score INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX pairs_b ON pairs (b, a);

CREATE TABLE events (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, level INTEGER NOT NULL,
    cluster INTEGER NOT NULL, members INTEGER NOT NULL, origin TEXT NOT NULL
);
CREATE INDEX events_at ON events (at);

-- Short lines of the latest articles, and those found to recur.
CREATE TABLE lines (number INTEGER PRIMARY KEY, articles INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE recurring (hash INTEGER PRIMARY KEY);

CREATE TABLE runs (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL,
    articles INTEGER NOT NULL, seconds REAL NOT NULL
);
"""

_DECISIONS = """
CREATE TABLE decisions (
    a TEXT NOT NULL, b TEXT NOT NULL, together INTEGER NOT NULL, level INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX decisions_b ON decisions (b, a);
"""


def m001_tables(connection: sqlite3.Connection) -> None:
    """Everything that is found without a person."""
    _run(connection, _FIRST)


def m002_decisions(connection: sqlite3.Connection) -> None:
    """What persons have decided about pairs."""
    _run(connection, _DECISIONS)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_tables, m002_decisions)

#: What this program writes.
VERSION = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps a file has taken; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Take the steps that are missing, inside the caller's transaction.

    Raises:
        StoreError: if the file was written by a newer program.
    """
    at = version_of(connection)
    refuse_newer(at, path)
    for step in MIGRATIONS[at:]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def refuse_newer(version: int, path: str) -> None:
    """Raise if a store has taken steps that this program does not know."""
    if version > VERSION:
        raise StoreError(
            f"{path}: written by a newer detector (its schema is {version}, this one knows "
            f"{VERSION}); install that version, or build the index again"
        )


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would end the transaction."""
    lines = (line.partition("--")[0] for line in script.splitlines())
    for statement in "\n".join(lines).split(";"):
        if statement.strip():
            connection.execute(statement)
