"""Rows of articles and of the bodies they have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.records import Article, Credit
from detector.store.coding import (
    NEAR,
    RIVAL,
    decoded_head,
    decoded_profiles,
    decoded_text,
    decoded_vectors,
)
from detector.verify.profiles import Profiles, take

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

_ASKED = 256  # numbers in one statement
RIVALS = 3  # kept of each kind
KINDS = 3  # of rivals: features that are held against what is usual


@dataclass(frozen=True, slots=True)
class NewBody:
    """A row of `bodies` and one of `tail` to be.

    Attributes:
        labels: digests of its duplicate, syndication and event cluster.
        keys: shape (bands,).
        samples: its sampled shingles.
        searched: whether its vector has neighbours.
        profile, vector, near: coded; None where the store has no vectors.
    """

    number: int
    digest: int
    language: str
    words: int
    day: int
    labels: tuple[int, int, int]
    keys: U32
    samples: U32
    searched: bool
    profile: bytes | None
    vector: bytes | None
    near: bytes | None


@dataclass(frozen=True, slots=True)
class NewArticle:
    """A row of `articles` and one of `texts` to be."""

    number: int
    id: str
    body: int
    text: int
    added: int
    published: float | None
    head: bytes
    spans: npt.NDArray[np.int32]
    content: bytes | None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it is stored.

    Attributes:
        head: without its text.
        title: its headline, found or given.
        outlet: key of its outlet.
        content: its text, compressed; None where texts are not kept.
    """

    number: int
    body: int
    added: int
    head: Article
    title: str
    outlet: str
    credits: tuple[Credit, ...]
    spans: npt.NDArray[np.int32]
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Bodies:
    """Stored bodies, as parallel arrays in ascending order of their numbers.

    Attributes:
        words: in each.
        days: ordinals of their events' days; 0 where unknown.
        labels: shape (n, 3), digests of their clusters.
        near: neighbours, see `NEAR`, and their bounds.
        rivals: shape (n, KINDS, RIVALS), see `RIVAL`.
        vectors: shape (n, d); None where the store has none, as profiles.
    """

    numbers: I64
    digests: I64
    languages: list[str]
    sampled: I64
    words: I64
    days: I64
    labels: I64
    profiles: Profiles | None
    vectors: F32 | None
    near: npt.NDArray[np.void]
    near_bounds: I64
    rivals: npt.NDArray[np.void]

    def __len__(self) -> int:
        return len(self.numbers)


def insert(
    connection: sqlite3.Connection,
    articles: Sequence[NewArticle],
    bodies: Sequence[NewBody],
    codes: Mapping[str, int],
) -> None:
    """Write new rows."""
    connection.executemany(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(a.number, a.id, a.body, a.text, a.added, a.published, a.head) for a in articles],
    )
    connection.executemany(
        "INSERT INTO texts VALUES (?, ?, ?)",
        [
            (a.number, a.spans.astype("<i4").tobytes(), a.content)
            for a in articles
            if a.content is not None
        ],
    )
    connection.executemany(
        "INSERT INTO bodies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(b.number, b.digest, codes[b.language], len(b.samples), b.words, b.day),
                *(*b.labels, b.searched, b.profile, b.vector, b.near),
            )
            for b in bodies
        ],
    )
    connection.executemany(
        "INSERT INTO tail VALUES (?, ?, ?)",
        [
            (b.number, b.keys.astype("<u4").tobytes(), b.samples.astype("<u4").tobytes())
            for b in bodies
        ],
    )


def fetch_bodies(
    connection: sqlite3.Connection, numbers: Sequence[int], names: dict[int, str]
) -> Bodies:
    """The bodies of some numbers; those that are gone are left out.

    Args:
        connection: in a transaction.
        numbers: in any order.
        names: language of each code.
    """
    query = (
        "SELECT number, digest, language, sampled, words, day, duplicate, syndication, event,"
        " profile, vector, near FROM bodies WHERE number IN ({}) ORDER BY number"
    )
    if not len(numbers):
        return _NOTHING
    rows = list(_asked(connection, query, sorted(set(numbers))))
    whole = bool(rows) and rows[0][9] is not None
    near = [row[11] or b"" for row in rows]
    tail = KINDS * RIVALS * RIVAL.itemsize
    lists = np.frombuffer(b"".join(blob[: len(blob) - tail] for blob in near if blob), NEAR)
    sizes = [(len(blob) - tail) // NEAR.itemsize if blob else 0 for blob in near]
    empty = b"\0" * tail
    rivals = np.frombuffer(b"".join(blob[-tail:] if blob else empty for blob in near), RIVAL)
    return Bodies(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        [names[row[2]] for row in rows],
        np.array([row[3] for row in rows], np.int64),
        np.array([row[4] for row in rows], np.int64),
        np.array([row[5] for row in rows], np.int64),
        np.array([row[6:9] for row in rows], np.int64).reshape(-1, 3),
        decoded_profiles([row[9] for row in rows]) if whole else None,
        decoded_vectors([row[10] for row in rows]) if whole else None,
        lists,
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        rivals.reshape(-1, KINDS, RIVALS),
    )


def _nothing() -> Bodies:
    none = np.zeros(0, np.int64)
    rivals = np.zeros((0, KINDS, RIVALS), RIVAL)
    near, bounds = np.zeros(0, NEAR), np.zeros(1, np.int64)
    return Bodies(
        none, none, [], none, none, none, none.reshape(-1, 3), None, None, near, bounds, rivals
    )


_NOTHING = _nothing()


def arranged(stored: Bodies, rows: I64) -> Bodies:
    """Some bodies in any order, as far as gathering them needs it: no neighbours."""
    return Bodies(
        numbers=stored.numbers[rows],
        digests=stored.digests[rows],
        languages=[stored.languages[i] for i in rows.tolist()],
        sampled=stored.sampled[rows],
        words=stored.words[rows],
        days=stored.days[rows],
        labels=stored.labels[rows],
        profiles=take(stored.profiles, rows) if stored.profiles is not None else None,
        vectors=stored.vectors[rows] if stored.vectors is not None else None,
        near=stored.near[:0],
        near_bounds=np.zeros(1, np.int64),
        rivals=stored.rivals[:0],
    )


def sampled(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, int]:
    """How many shingles the sample of each body has."""
    query = "SELECT number, sampled FROM bodies WHERE number IN ({})"
    return dict(_asked(connection, query, numbers))


def standing(
    connection: sqlite3.Connection, numbers: Sequence[int]
) -> dict[int, tuple[bool, int, int, tuple[int, int, int]]]:
    """Whether each body is looked at for its events, its language, words and clusters."""
    query = (
        "SELECT number, searched, language, words, duplicate, syndication, event FROM bodies"
        " WHERE number IN ({})"
    )
    return {
        number: (bool(searched), code, words, (labels[0], labels[1], labels[2]))
        for number, searched, code, words, *labels in _asked(connection, query, numbers)
    }


def articles_each(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, int]:
    """How many articles each body has, where it has one."""
    first = "SELECT number FROM articles WHERE number IN ({})"
    others = "SELECT body FROM articles WHERE body IN ({}) AND body != number"
    found = dict.fromkeys((number for (number,) in _asked(connection, first, numbers)), 1)
    for (body,) in _asked(connection, others, numbers):
        found[body] = found.get(body, 0) + 1
    return found


def of_digests(connection: sqlite3.Connection, digests: Sequence[int]) -> dict[int, int]:
    """The body that has each digest, where there is one."""
    query = "SELECT digest, min(number) FROM bodies WHERE digest IN ({}) GROUP BY digest"
    return dict(_asked(connection, query, digests))


def of_ids(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Number, body and digest of the text of each article, by id."""
    query = "SELECT id, number, body, text FROM articles WHERE id IN ({})"
    return {row[0]: row[1:] for row in _asked(connection, query, ids)}


def founders(connection: sqlite3.Connection, bodies: Sequence[int]) -> dict[int, StoredArticle]:
    """The first article that is left of each body."""
    found = {a.body: a for a in articles(connection, bodies)}
    lost = [number for number in bodies if number not in found]
    if lost:
        for article in articles_of(connection, lost):
            found.setdefault(article.body, article)
    return found


def articles(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[StoredArticle]:
    """Articles by their numbers, ascending; those that are gone are left out."""
    query = _ARTICLE + "WHERE a.number IN ({}) ORDER BY a.number"
    return [_article(row) for row in _asked(connection, query, sorted(set(numbers)))]


def articles_of(connection: sqlite3.Connection, bodies: Sequence[int]) -> list[StoredArticle]:
    """All articles of some bodies, ascending."""
    query = (
        _ARTICLE
        + "WHERE a.number IN ({0}) UNION ALL "
        + _ARTICLE
        + "WHERE a.body IN ({0}) AND a.body != a.number"
    )
    rows = [_article(row) for row in _asked(connection, query, sorted(set(bodies)), times=2)]
    wanted = set(bodies)
    return sorted((a for a in rows if a.body in wanted), key=lambda a: a.number)


def members_of(connection: sqlite3.Connection, bodies: Sequence[int]) -> dict[int, list[str]]:
    """Ids of the articles of each body, in order of arrival."""
    query = (
        "SELECT body, number, id FROM articles WHERE number IN ({0}) UNION ALL "
        "SELECT body, number, id FROM articles WHERE body IN ({0}) AND body != number"
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for body, number, name in _asked(connection, query, sorted(set(bodies)), times=2):
        found.setdefault(body, []).append((number, name))
    return {body: [name for _, name in sorted(found[body])] for body in sorted(found)}


_ARTICLE = (
    "SELECT a.number, a.id, a.body, a.added, a.head, t.spans, t.content "
    "FROM articles a LEFT JOIN texts t ON t.number = a.number "
)
_NO_SPANS = np.zeros((0, 2), np.int32)


def every_head(connection: sqlite3.Connection) -> Iterator[StoredArticle]:
    """All articles in order of arrival, as if no text were kept: texts are most of a store."""
    query = "SELECT number, id, body, added, head FROM articles ORDER BY number"
    for number, name, body, added, head in connection.execute(query):
        yield StoredArticle(number, body, added, *decoded_head(name, head), _NO_SPANS, None)


def _article(row: tuple[int, str, int, int, bytes, bytes | None, bytes | None]) -> StoredArticle:
    number, name, body, added, head, spans, content = row
    flat = np.frombuffer(spans or b"", "<i4").reshape(-1, 2).astype(np.int32)
    return StoredArticle(number, body, added, *decoded_head(name, head), flat, content)


def _asked(
    connection: sqlite3.Connection,
    query: str,
    values: Sequence[int] | Sequence[str],
    times: int = 1,
) -> Iterator[tuple[Any, ...]]:
    """Rows of a query about many values, so many at a time.

    Statements are of few lengths, so that SQLite keeps them prepared.
    """
    source = iter(values)
    while part := list(islice(source, _ASKED)):
        size = 8
        while size < len(part):
            size *= 2
        part += [part[0]] * (size - len(part))
        yield from connection.execute(query.format(",".join("?" * size)), part * times)


def remove(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[int]:
    """Delete articles, and the bodies that no other article has; returns these."""
    owned = {a.body for a in articles(connection, numbers)}
    for table in ("articles", "texts"):
        _each(connection, f"DELETE FROM {table} WHERE number = ?", numbers)
    left = members_of(connection, sorted(owned))
    lost = sorted(owned - left.keys())
    packed = "INSERT INTO gone SELECT ?1 WHERE ?1 NOT IN (SELECT number FROM tail)"
    _each(connection, packed, lost)
    for table in ("tail", "bodies"):
        _each(connection, f"DELETE FROM {table} WHERE number = ?", lost)
    for side in ("a", "b"):
        _each(connection, f"DELETE FROM pairs WHERE {side} = ?", lost)
    return lost


def search(connection: sqlite3.Connection, number: int) -> None:
    """Have a body be found by its vector from now on."""
    connection.execute("UPDATE bodies SET searched = 1 WHERE number = ?", (number,))
    connection.execute("INSERT OR IGNORE INTO tail VALUES (?, x'', x'')", (number,))


def _each(connection: sqlite3.Connection, statement: str, numbers: Sequence[int]) -> None:
    connection.executemany(statement, [(number,) for number in numbers])


def text_of(article: StoredArticle) -> str:
    """The text of an article; empty where texts are not kept."""
    return "" if article.content is None else decoded_text(article.content)
