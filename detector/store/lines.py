"""Short lines of the latest articles, by which a site's furniture is learned."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

#: Articles whose lines are kept: a line of furniture comes again within so many.
WINDOW = 2000


def counted(connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
    """What was counted of the latest articles, the oldest first: how many, and what."""
    return connection.execute("SELECT articles, data FROM lines ORDER BY number").fetchall()


def kept(window: Sequence[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Of what was counted that which is not too old."""
    held = 0
    for place, (articles, _) in reversed(list(enumerate(window))):
        if held >= WINDOW:
            return list(window[place + 1 :])
        held += articles
    return list(window)


def count(connection: sqlite3.Connection, articles: int, data: bytes) -> None:
    """Add what was counted of some articles, and drop what is too old."""
    connection.execute("INSERT INTO lines (articles, data) VALUES (?, ?)", (articles, data))
    window = counted(connection)
    connection.execute(
        "DELETE FROM lines WHERE number IN (SELECT number FROM lines ORDER BY number LIMIT ?)",
        (len(window) - len(kept(window)),),
    )


def recurring(connection: sqlite3.Connection) -> frozenset[int]:
    """The hashes of the lines that recur."""
    return frozenset(row[0] % (1 << 64) for row in connection.execute("SELECT hash FROM recurring"))


def learn(connection: sqlite3.Connection, hashes: Iterable[int]) -> None:
    """Keep more lines that recur."""
    connection.executemany(
        "INSERT OR IGNORE INTO recurring VALUES (?)",
        [(h - (1 << 64) if h >= 1 << 63 else h,) for h in sorted(hashes)],
    )
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'lines'")
