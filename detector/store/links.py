"""Judged pairs of bodies, the clusters that follow from them, and what befell those."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
import numpy.typing as npt

from detector.pairkeys import packed
from detector.records import ClusterEvent, Decision, Level, Relation

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

#: Relations and levels by the number that stands in the file.
RELATIONS = tuple(Relation)
LEVELS = tuple(Level)
_HEADS = [str(level)[:3] for level in LEVELS]  # of the ids of clusters

_FINE = 65535  # scores are whole numbers up to this
_ASKED = 256


@dataclass(frozen=True, slots=True)
class Links:
    """Judged pairs of bodies, as parallel arrays.

    Attributes:
        pairs: shape (n, 2), numbers of bodies, each row ascending.
        relations: index in `RELATIONS`.
        scores: 0 to 1.
    """

    pairs: I64
    relations: I64
    scores: F32

    def __len__(self) -> int:
        return len(self.pairs)

    @classmethod
    def none(cls) -> Links:
        """No pair."""
        return cls(np.zeros((0, 2), np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Links]) -> Links:
        """Several together; of a pair that is given twice, the last."""
        pairs = np.concatenate([p.pairs for p in parts])
        relations = np.concatenate([p.relations for p in parts])
        scores = np.concatenate([p.scores for p in parts])
        key = packed(pairs[:, 0], pairs[:, 1])
        order = np.argsort(key, kind="stable")
        key = key[order]
        last = np.ones(len(key), np.bool_)
        last[:-1] = key[1:] != key[:-1]
        kept = order[last]
        return cls(pairs[kept], relations[kept], scores[kept])

    def of(self, rows: I64 | npt.NDArray[np.bool_]) -> Links:
        """Some of them."""
        return Links(self.pairs[rows], self.relations[rows], self.scores[rows])


def insert(connection: sqlite3.Connection, links: Links) -> None:
    """Write pairs, over what was said of them before."""
    scores = np.rint(links.scores.astype(np.float64) * _FINE).astype(np.int64)
    rows = zip(*links.pairs.T.tolist(), links.relations.tolist(), scores.tolist(), strict=True)
    connection.executemany("INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?)", rows)


def touching(connection: sqlite3.Connection, bodies: Iterable[int], least: float = 0.0) -> Links:
    """Pairs that have one of some bodies, from a score on."""
    query = (
        "SELECT a, b, relation, score FROM pairs WHERE a IN ({0}) AND score >= ? UNION "
        "SELECT a, b, relation, score FROM pairs INDEXED BY pairs_b WHERE b IN ({0}) AND score >= ?"
    )
    wanted = sorted(set(bodies))
    rows: list[tuple[int, int, int, int]] = []
    floor = int(least * _FINE)
    for part, marks in _parts(wanted):
        rows += connection.execute(query.format(marks), [*part, floor, *part, floor])
    return _links(rows)


def inside(connection: sqlite3.Connection, bodies: I64) -> Links:
    """Pairs of two of some bodies, which are given in ascending order."""
    query = "SELECT a, b, relation, score FROM pairs WHERE a IN ({})"
    rows: list[tuple[int, int, int, int]] = []
    for part, marks in _parts(bodies.tolist()):
        rows += connection.execute(query.format(marks), part)
    found = _links(rows)
    at = np.minimum(bodies.searchsorted(found.pairs[:, 1]), max(len(bodies) - 1, 0))
    return found.of(np.asarray(bodies[at] == found.pairs[:, 1], np.bool_))


def every(connection: sqlite3.Connection) -> Links:
    """All pairs."""
    return _links(connection.execute("SELECT a, b, relation, score FROM pairs").fetchall())


def label(connection: sqlite3.Connection, labels: Mapping[int, Sequence[int]]) -> None:
    """Set the clusters of some bodies."""
    connection.executemany(
        "UPDATE bodies SET duplicate = ?, syndication = ?, event = ? WHERE number = ?",
        [(*values, body) for body, values in sorted(labels.items())],
    )


def labelled(connection: sqlite3.Connection, level: int, clusters: Iterable[int]) -> list[int]:
    """Bodies of some clusters of one level."""
    column = str(LEVELS[level])
    query = f"SELECT number FROM bodies WHERE {column} IN ({{}})"
    found: list[int] = []
    for part, marks in _parts(sorted(set(clusters))):
        found += [row[0] for row in connection.execute(query.format(marks), part)]
    return sorted(set(found))


def living(connection: sqlite3.Connection, level: int, clusters: Iterable[int]) -> set[int]:
    """Which of some clusters have a body."""
    column = str(LEVELS[level])
    query = f"SELECT DISTINCT {column} FROM bodies WHERE {column} IN ({{}})"
    found: set[int] = set()
    for part, marks in _parts(sorted(set(clusters))):
        found |= {row[0] for row in connection.execute(query.format(marks), part)}
    return found


def together(connection: sqlite3.Connection, wanted: Iterable[int]) -> list[int]:
    """The bodies that share an event cluster with one of some."""
    query = "SELECT DISTINCT event FROM bodies WHERE number IN ({})"
    clusters: set[int] = set()
    for part, marks in _parts(sorted(set(wanted))):
        clusters |= {row[0] for row in connection.execute(query.format(marks), part)}
    return labelled(connection, LEVELS.index(Level.EVENT), clusters)


def log(
    connection: sqlite3.Connection, at: int, happened: Iterable[tuple[str, int, int, int, object]]
) -> None:
    """Note what befell clusters: kind, level, cluster, members, and where from."""
    connection.executemany(
        "INSERT INTO events (at, kind, level, cluster, members, origin) VALUES (?, ?, ?, ?, ?, ?)",
        [(at, kind, lv, cluster, size, json.dumps(o)) for kind, lv, cluster, size, o in happened],
    )


def events(connection: sqlite3.Connection, since: int) -> Iterator[ClusterEvent]:
    """What befell clusters from a moment on, in order."""
    rows = connection.execute(
        "SELECT at, kind, level, cluster, members, origin FROM events WHERE at >= ?"
        " ORDER BY number",
        (since,),
    )
    for at, kind, level, cluster, members, origin in rows:
        told = json.loads(origin)
        yield ClusterEvent(
            datetime.fromtimestamp(at, timezone.utc), kind, named(level, cluster), LEVELS[level],
            members,
            tuple(named(level, c) for c in told) if kind == "merged" else (),
            named(level, told) if kind == "split" else None,
        )  # fmt: skip


def decide(connection: sqlite3.Connection, at: int, decisions: Iterable[Decision]) -> None:
    """Keep decisions, over earlier ones about the same two articles."""
    connection.executemany(
        "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?)",
        [(*sorted((d.a, d.b)), d.together, LEVELS.index(d.level), at) for d in decisions],
    )


def decided(connection: sqlite3.Connection) -> list[Decision]:
    """All decisions."""
    rows = connection.execute("SELECT a, b, together, level FROM decisions ORDER BY a, b")
    return [Decision(a, b, bool(together), LEVELS[level]) for a, b, together, level in rows]


def named(level: int, cluster: int) -> str:
    """The id of a cluster, from the digest in it."""
    return f"{_HEADS[level]}-{cluster:012x}"


def digest_of(name: str) -> tuple[int, int] | None:
    """Level and digest of a cluster's id; None if it is no such id."""
    head, _, digits = name.partition("-")
    for level, known in enumerate(_HEADS):
        if head == known:
            try:
                return level, int(digits, 16)
            except ValueError:
                return None
    return None


def _links(rows: Sequence[tuple[int, int, int, int]]) -> Links:
    table = np.array(rows, np.int64).reshape(-1, 4)
    return Links(table[:, :2], table[:, 2], (table[:, 3] / _FINE).astype(np.float32))


def _parts(values: Sequence[int]) -> Iterator[tuple[list[int], str]]:
    for start in range(0, len(values), _ASKED):
        part = list(values[start : start + _ASKED])
        size = 8
        while size < len(part):
            size *= 2
        part += [part[0]] * (size - len(part))
        yield part, ",".join("?" * size)


def ran(connection: sqlite3.Connection, what: str, articles: int, seconds: float) -> None:
    """Note a run."""
    connection.execute(
        "INSERT INTO runs (at, what, articles, seconds) VALUES (?, ?, ?, ?)",
        (int(datetime.now(timezone.utc).timestamp()), what, articles, seconds),
    )


def shared(connection: sqlite3.Connection) -> dict[str, int]:
    """How many clusters of two articles or more there are, by level."""
    query = (
        "SELECT count(*) FROM (SELECT 1 FROM bodies b JOIN articles a ON a.body = b.number"
        " GROUP BY b.{} HAVING count(*) > 1)"
    )
    return {str(level): connection.execute(query.format(level)).fetchone()[0] for level in LEVELS}
