"""A store of an earlier version is brought up when it is opened; one of a later is refused."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from detector import Config, Decision, Detector, Level, StoreError
from detector.config import SemanticConfig
from detector.store import schema
from detector.store.connections import FILE

# The schema that the first version wrote. It is never to be changed.
FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE languages (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body INTEGER NOT NULL,
    text INTEGER NOT NULL, added INTEGER NOT NULL, published REAL, head BLOB NOT NULL
);
CREATE INDEX articles_of_body ON articles (body) WHERE body != number;
CREATE TABLE texts (number INTEGER PRIMARY KEY, spans BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE bodies (
    number INTEGER PRIMARY KEY, digest INTEGER NOT NULL, language INTEGER NOT NULL,
    sampled INTEGER NOT NULL, words INTEGER NOT NULL, day INTEGER NOT NULL,
    duplicate INTEGER NOT NULL, syndication INTEGER NOT NULL, event INTEGER NOT NULL,
    searched INTEGER NOT NULL, profile BLOB, vector BLOB, near BLOB
);
CREATE INDEX bodies_digest ON bodies (digest);
CREATE INDEX bodies_duplicate ON bodies (duplicate);
CREATE INDEX bodies_syndication ON bodies (syndication);
CREATE INDEX bodies_event ON bodies (event);
CREATE TABLE tail (number INTEGER PRIMARY KEY, keys BLOB NOT NULL, samples BLOB NOT NULL);
CREATE TABLE postings (bucket INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE gone (number INTEGER PRIMARY KEY);
CREATE TABLE frequencies (kind TEXT PRIMARY KEY, hashes BLOB NOT NULL, counts BLOB NOT NULL)
    WITHOUT ROWID;
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
CREATE TABLE lines (number INTEGER PRIMARY KEY, articles INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE recurring (hash INTEGER PRIMARY KEY);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, what TEXT NOT NULL,
    articles INTEGER NOT NULL, seconds REAL NOT NULL
);
PRAGMA user_version = 1;
"""


def made_by_the_first_version(path: Path, articles) -> Path:
    """A store with these articles in the schema of the first version."""
    source = path.with_name("source")
    config = Config(jobs=1, semantic=SemanticConfig(model="none"))
    with Detector.open(source, config) as detector:
        detector.add(articles)
    path.mkdir()
    old = sqlite3.connect(path / FILE)
    old.executescript(FIRST)
    old.execute("ATTACH ? AS source", (str(source / FILE),))
    tables = [
        row[0] for row in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    ]
    for table in tables:
        old.execute(f"INSERT INTO main.{table} SELECT * FROM source.{table}")
    old.commit()
    old.close()
    shutil.rmtree(source)
    return path


def test_a_store_of_the_first_version_is_brought_up_when_it_is_opened(tmp_path, newsroom):
    path = made_by_the_first_version(tmp_path / "index", newsroom[:30])

    with Detector.open(path) as detector:
        assert detector.info().versions["schema"] == str(schema.VERSION)
        assert detector.check(newsroom[3]).matched == newsroom[3].id
        a, b = newsroom[0].id, newsroom[1].id
        detector.decide([Decision(a, b, together=True, level=Level.EVENT)])
        assert detector.add(newsroom[30])[0].id == newsroom[30].id


def test_an_earlier_version_is_not_changed_by_one_who_only_reads(tmp_path, newsroom):
    path = made_by_the_first_version(tmp_path / "index", newsroom[:5])

    with pytest.raises(StoreError, match="of an earlier version; open it once for writing"):
        Detector.open(path, read_only=True)


def test_a_store_of_a_later_version_is_refused(opened):
    path = opened.info().path
    opened.close()
    later = sqlite3.connect(Path(path) / FILE)
    later.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    later.close()

    with pytest.raises(StoreError, match=r"written by a newer detector \(its schema is 3"):
        Detector.open(path)


def test_every_step_is_taken_once_and_in_order():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection, "here")
    schema.migrate(connection, "here")

    assert schema.version_of(connection) == len(schema.MIGRATIONS) >= 2
    assert [step.__name__[:4] for step in schema.MIGRATIONS] == ["m001", "m002"]
