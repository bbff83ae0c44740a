"""Clusters after new pairs: linked again where they are touched, and nowhere else.

Average linkage joins two groups only over a pair that reaches the quorum itself, so bodies
that no chain of such pairs connects cannot share a cluster. Each such component, with every
pair inside, gives the clusters that the whole corpus would.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detector.cluster.link import cluster_id
from detector.config import Config
from detector.pipeline.copying import Judged
from detector.pipeline.grouping import group
from detector.records import COPIES, Level
from detector.store import bodies, links
from detector.store.links import LEVELS, RELATIONS, Links
from detector.text import I64

LOOSE = 0.25  # score from which a pair may join clusters, and is always kept
_WHOLE = 60  # bodies of a component whose every pair is looked at, as in a corpus

_COPIES = [RELATIONS.index(relation) for relation in COPIES]


@dataclass(frozen=True, slots=True)
class Members:
    """What grouping asks about bodies, by position."""

    languages: Sequence[str]
    lengths: I64

    @property
    def facts(self) -> Members:
        """Itself: it knows the languages."""
        return self

    def __len__(self) -> int:
        return len(self.languages)


@dataclass(frozen=True, slots=True)
class Component:
    """Bodies that may share clusters, and every judged pair of two of them.

    Attributes:
        numbers: of the bodies, ascending.
        inner: pairs.
        members: their languages and lengths.
        before: digests of the clusters that they were in, shape (n, 3); 0 for new ones.
        sizes: articles of each body.
    """

    numbers: I64
    inner: Links
    members: Members
    before: I64
    sizes: I64


@dataclass(slots=True)
class Regrouped:
    """Clusters as they are now.

    Attributes:
        labels: body to the digests of its three clusters.
        changed: bodies of which a label is another than before, or that are new.
        happened: what befell clusters, for the log.
    """

    labels: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    happened: list[tuple[str, int, int, int, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrived:
    """New bodies: number to language, words, article id, and how many articles have it."""

    languages: Mapping[int, str] = field(default_factory=dict)
    words: Mapping[int, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    copies: Mapping[int, int] = field(default_factory=dict)


def component(
    connection: sqlite3.Connection,
    names: Mapping[int, str],
    touched: Iterable[int],
    new: Links,
    arrived: Arrived,
    judge: Callable[[I64], Links],
    most: int,
) -> tuple[Component, Links]:
    """Everything that some bodies may share a cluster with, and the pairs judged on the way.

    Args:
        connection: in a transaction.
        names: language of each code.
        touched: bodies, new or stored.
        new: judged pairs that are not stored yet.
        arrived: the new bodies.
        judge: asked about pairs of the component that nobody has looked at.
        most: bodies beyond which the search ends.
    """
    strong = new.of(new.scores >= LOOSE)
    known = set(touched)
    frontier = set(known)
    while frontier and len(known) < most:
        near = links.touching(connection, frontier, LOOSE)
        here = strong.of(np.isin(strong.pairs, sorted(frontier)).any(axis=1))
        found = {*near.pairs.ravel().tolist(), *here.pairs.ravel().tolist()}
        frontier = found - known
        known |= found
    numbers = np.array(sorted(known), np.int64)
    both = Links.joined([links.touching(connection, known), new])
    inner = both.of(np.isin(both.pairs, numbers).all(axis=1))
    fresh = Links.none()
    missing = _missing(numbers, inner)
    if len(missing):
        fresh = judge(missing)
        inner = Links.joined([fresh, inner])
    return _described(connection, names, numbers, inner, arrived), fresh


def regrouped(
    connection: sqlite3.Connection, part: Component, arrived: Arrived, config: Config
) -> Regrouped:
    """Link a component, and carry the ids of its clusters on."""
    copies = np.isin(part.inner.relations, _COPIES)
    at = np.searchsorted(part.numbers, part.inner.pairs)
    judged = [
        Judged(
            at[rows], [RELATIONS[r] for r in part.inner.relations[rows].tolist()],
            part.inner.scores[rows], {},
        )
        for rows in (copies, ~copies)
    ]  # fmt: skip
    same = np.arange(len(part.numbers))
    grouping = group(part.members, same, judged[0], judged[1], config.cluster.component)
    result = Regrouped()
    columns = [
        _carried_on(connection, part, level, grouping.labels[name], arrived, result)
        for level, name in enumerate(Level)
    ]
    labels = np.stack(columns, axis=1)
    result.labels = {
        int(n): (int(a), int(b), int(c))
        for n, (a, b, c) in zip(part.numbers.tolist(), labels.tolist(), strict=True)
    }
    moved = (labels != part.before).any(axis=1)
    result.changed = set(part.numbers[moved].tolist())
    return result


def _missing(numbers: I64, inner: Links) -> I64:
    if not 2 < len(numbers) <= _WHOLE:
        return np.zeros((0, 2), np.int64)
    i, j = np.triu_indices(len(numbers), 1)
    every = np.stack([numbers[i], numbers[j]], axis=1)
    known = {(a, b) for a, b in inner.pairs.tolist()}
    return np.array([p for p in every.tolist() if tuple(p) not in known], np.int64).reshape(-1, 2)


def _described(
    connection: sqlite3.Connection, names: Mapping[int, str], numbers: I64, inner: Links,
    arrived: Arrived,
) -> Component:  # fmt: skip
    stored = {}
    for start in range(0, len(numbers), 500):
        asked = numbers[start : start + 500].tolist()
        marks = ",".join("?" * len(asked))
        query = (
            "SELECT number, language, words, duplicate, syndication, event FROM bodies"
            f" WHERE number IN ({marks})"
        )
        stored |= {row[0]: row[1:] for row in connection.execute(query, asked)}
    old = {body: len(ids) for body, ids in bodies.members_of(connection, sorted(stored)).items()}
    languages, lengths, before, sizes = [], [], [], []
    for number in numbers.tolist():
        if number in stored:
            code, words, *labels = stored[number]
            languages.append(names[code])
        else:
            languages.append(arrived.languages[number])
            words, labels = arrived.words[number], [0, 0, 0]
        lengths.append(words)
        before.append(labels)
        sizes.append(old.get(number, 0) + arrived.copies.get(number, 0))
    members = Members(languages, np.array(lengths, np.int64))
    return Component(
        numbers, inner, members, np.array(before, np.int64).reshape(-1, 3), np.array(sizes)
    )


def _carried_on(
    connection: sqlite3.Connection,
    part: Component,
    level: int,
    groups: I64,
    arrived: Arrived,
    result: Regrouped,
) -> I64:
    """Digests of clusters, so that each living one keeps its own; what befell them is noted."""
    old = part.before[:, level]
    members = {g: np.flatnonzero(groups == g) for g in np.unique(groups).tolist()}
    overlap: Counter[tuple[int, int]] = Counter()
    oldest: dict[int, int] = {}
    for row, (g, digest) in enumerate(zip(groups.tolist(), old.tolist(), strict=True)):
        if digest:
            overlap[g, digest] += int(part.sizes[row])
            oldest.setdefault(digest, row)
    chosen: dict[int, int] = {}
    # The larger part keeps the id; of equal ones that of the cluster that came first.
    for (g, digest), _ in sorted(
        overlap.items(), key=lambda e: (-e[1], oldest[e[0][1]], e[0][0])
    ):
        if g not in chosen and digest not in chosen.values():
            chosen[g] = digest
    labels = np.zeros(len(old), np.int64)
    for g, rows in sorted(members.items()):
        if g not in chosen:
            chosen[g] = _born(connection, level, part, rows, arrived, {*chosen.values(), *old})
        labels[rows] = chosen[g]
    _noted(part, level, old, labels, arrived, result)
    return labels


def _born(
    connection: sqlite3.Connection, level: int, part: Component, rows: I64, arrived: Arrived,
    used: set[int],
) -> int:  # fmt: skip
    """A digest for a new cluster: of its first article's id, unless another lives under that."""
    first = int(part.numbers[rows[0]])
    name = arrived.names.get(first) or bodies.members_of(connection, [first])[first][0]
    for attempt in range(1000):
        salted = name if not attempt else f"{name}\0{attempt}"
        digest = int(cluster_id(str(LEVELS[level]), [salted]).partition("-")[2], 16)
        if digest not in used and not links.labelled(connection, level, [digest]):
            return digest
    raise AssertionError("a thousand clusters cannot begin with one article")


def _noted(
    part: Component, level: int, old: I64, now: I64, arrived: Arrived, result: Regrouped
) -> None:
    sizes_before: defaultdict[int, int] = defaultdict(int)
    sizes_now: defaultdict[int, int] = defaultdict(int)
    came_from: defaultdict[int, set[int]] = defaultdict(set)
    for row, (before, after) in enumerate(zip(old.tolist(), now.tolist(), strict=True)):
        size = int(part.sizes[row])
        grown = arrived.copies.get(int(part.numbers[row]), 0)
        sizes_now[after] += size
        if before:
            sizes_before[before] += size - grown
            came_from[after].add(before)
    for cluster, size in sorted(sizes_now.items()):
        before = sizes_before.get(cluster, 0)
        others = sorted(c for c in came_from[cluster] - {cluster} if sizes_before[c] > 1)
        merged = [c for c in others if c not in sizes_now]
        if merged and before > 1:
            result.happened.append(("merged", level, cluster, size, merged))
        elif size > 1 and before <= 1:
            parts = [c for c in others if c in sizes_now]
            if parts:
                result.happened.append(("split", level, cluster, size, parts[0]))
            else:
                result.happened.append(("born", level, cluster, size, None))
        elif size > before > 1:
            result.happened.append(("grown", level, cluster, size, None))
    for cluster, before in sorted(sizes_before.items()):
        if before > 1 and sizes_now.get(cluster, 0) <= 1:
            result.happened.append(("gone", level, cluster, sizes_now.get(cluster, 0), None))
