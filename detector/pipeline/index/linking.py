"""Clusters after new pairs: linked again where they are touched, and nowhere else.

Average linkage joins two groups only over a pair that reaches the quorum itself. A new body can
therefore join no cluster but those that its own pairs reach; these are taken whole, with every
pair inside, and linked as a corpus is. What lies beyond could change only by their changing,
and is left as it is: a chain of strong pairs runs through much of a large store, and a new
article must not cost as much as the store is large.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detector.cluster.link import cluster_id, connected
from detector.config import Config
from detector.pipeline.copying import Judged
from detector.pipeline.grouping import group, link_copies
from detector.pipeline.index.candidates import among
from detector.pipeline.index.deciding import decided
from detector.records import COPIES, Level
from detector.store import bodies, links
from detector.store.links import LEVELS, RELATIONS, Links
from detector.text import I64

#: Score from which a pair may join clusters, and is always kept: less than a report must reach
#: with one other to be of any event but its own.
STRONG = 0.3
_CHAIN = 2  # pairs that three bodies need to hang together
_UNBORN = 0  # digest of a cluster that is not to be stored
_WHOLE = 60  # bodies of a component whose every pair is looked at, as in a corpus

#: Relations that join duplicate clusters, by their numbers in the store, ascending.
COPIED = np.sort([RELATIONS.index(relation) for relation in COPIES])


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
        telling: whether each is looked at for its events; of copies the longest is.
    """

    numbers: I64
    inner: Links
    members: Members
    before: I64
    sizes: I64
    telling: npt.NDArray[np.bool_]


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
    """New bodies by number.

    Attributes:
        names: id of the first article of each.
        copies: articles that come with a body, stored or new.
        telling: bodies that are looked at for their events.
        passing: whether they are asked about and not stored: alone they need no cluster's id.
    """

    languages: dict[int, str] = field(default_factory=dict)
    words: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    copies: dict[int, int] = field(default_factory=dict)
    telling: set[int] = field(default_factory=set)
    passing: bool = False


@dataclass(slots=True)
class Changed:
    """What is asked for beside the scores.

    Attributes:
        lost: articles removed, by the digests of the clusters of each.
        decisions: of persons, about bodies: the two, whether together, and the level.
    """

    lost: list[tuple[int, int, int]] = field(default_factory=list)
    decisions: list[tuple[int, int, bool, int]] = field(default_factory=list)


def component(
    connection: sqlite3.Connection,
    names: Mapping[int, str],
    touched: Iterable[int],
    new: Links,
    arrived: Arrived,
    judge: Callable[[I64], Links],
    changed: Changed,
) -> tuple[Component, Links]:
    """Some bodies, all that their pairs reach, and the whole clusters of these.

    Args:
        connection: in a transaction.
        names: language of each code.
        touched: bodies, new or stored.
        new: judged pairs that are not stored yet.
        arrived: the new bodies.
        judge: asked about pairs of one component that nobody has looked at.
        changed: decisions, which reach bodies, too.

    Returns:
        The component, and the pairs that were judged on the way.
    """
    reached = [new.pairs[new.scores >= STRONG]]
    reached.append(np.array([d[:2] for d in changed.decisions if d[2]], np.int64).reshape(-1, 2))
    known = set(touched)
    pairs = np.concatenate(reached)
    here = among(pairs, np.array(sorted(known), np.int64)).any(axis=1)
    known |= set(pairs[here].ravel().tolist())
    if len(known) == len(known & arrived.words.keys()):  # no stored body is touched
        numbers = np.array(sorted(known), np.int64)
        part = _described(connection, names, numbers, new.of(_inside(new.pairs, numbers)), arrived)
    else:
        known |= set(links.together(connection, known))
        numbers = np.array(sorted(known), np.int64)
        fresh_inside = new.of(_inside(new.pairs, numbers))
        inner = Links.joined([links.inside(connection, numbers), fresh_inside])
        part = _described(connection, names, numbers, inner, arrived)
    missing = _missing(part)
    if not len(missing):
        return part, Links.none()
    fresh = judge(missing)
    return replace(part, inner=Links.joined([fresh, part.inner])), fresh


def regrouped(
    connection: sqlite3.Connection, part: Component, arrived: Arrived, changed: Changed,
    config: Config,
) -> Regrouped:  # fmt: skip
    """Link a component, and carry the ids of its clusters on."""
    if arrived.passing and not part.before.any():  # nothing stored is reached
        nothing = (_UNBORN, _UNBORN, _UNBORN)
        return Regrouped(dict.fromkeys(part.numbers.tolist(), nothing))
    copies = among(part.inner.relations, COPIED)
    at = np.searchsorted(part.numbers, part.inner.pairs)
    judged = [
        Judged(
            at[rows], [RELATIONS[r] for r in part.inner.relations[rows].tolist()],
            part.inner.scores[rows], {},
        )
        for rows in (copies, ~copies)
    ]  # fmt: skip
    same = np.arange(len(part.numbers))
    grouped = [same] * len(LEVELS)
    if len(part.inner):
        cap = config.cluster.component
        duplicates = link_copies(part.members, same, judged[0], cap)
        grouping = group(part.members, duplicates, judged[1], cap)
        grouped = [grouping.labels[level] for level in Level]
    groups = decided(grouped, part, changed.decisions)
    result = Regrouped()
    columns = []
    for level in range(len(LEVELS)):
        now = _carried_on(connection, part, level, groups[level], arrived)
        if not arrived.passing:
            _noted(part, level, part.before[:, level], now, arrived, changed, result)
        columns.append(now)
    labels = np.stack(columns, axis=1)
    result.labels = {
        int(n): (int(a), int(b), int(c))
        for n, (a, b, c) in zip(part.numbers.tolist(), labels.tolist(), strict=True)
    }
    moved = (labels != part.before).any(axis=1)
    result.changed = set(part.numbers[moved].tolist())
    return result


def _inside(pairs: I64, numbers: I64) -> npt.NDArray[np.bool_]:
    """Whether both bodies of each pair are among some."""
    return np.asarray(among(pairs, numbers).all(axis=1), np.bool_)


def _missing(component: Component) -> I64:
    """Pairs not looked at yet in parts that are small enough for all of them, as in a corpus.

    Copies do not count: a longer one speaks for them.
    """
    numbers, inner = component.numbers, component.inner
    if len(inner) < _CHAIN:
        return np.zeros((0, 2), np.int64)
    at = np.searchsorted(numbers, inner.pairs)
    heard = component.telling[at].all(axis=1) & ~among(inner.relations, COPIED)
    strong = at[heard & (inner.scores >= STRONG)]
    if len(strong) < _CHAIN:
        return np.zeros((0, 2), np.int64)
    part = connected(len(numbers), strong)
    sizes = np.bincount(part)
    order = np.argsort(part, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    found = [np.zeros((0, 2), np.int64)]
    for p in np.flatnonzero((sizes > 2) & (sizes <= _WHOLE)).tolist():
        members = np.sort(order[bounds[p] : bounds[p + 1]])
        i, j = np.triu_indices(len(members), 1)
        found.append(np.stack([members[i], members[j]], axis=1))
    every = np.concatenate(found)
    every = every[component.telling[every].all(axis=1)]
    known = np.sort(at[:, 0] * len(numbers) + at[:, 1])
    return numbers[every[~among(every[:, 0] * len(numbers) + every[:, 1], known)]]


def _described(
    connection: sqlite3.Connection, names: Mapping[int, str], numbers: I64, inner: Links,
    arrived: Arrived,
) -> Component:  # fmt: skip
    stored = bodies.standing(connection, [n for n in numbers.tolist() if n not in arrived.words])
    old = bodies.articles_each(connection, list(stored))
    languages, lengths, before, sizes, telling = [], [], [], [], []
    for number in numbers.tolist():
        if number in stored:
            heard, code, words, labels = stored[number]
            languages.append(names[code])
        else:
            languages.append(arrived.languages[number])
            words, labels = arrived.words[number], (0, 0, 0)
            heard = number in arrived.telling
        lengths.append(words)
        before.append(labels)
        telling.append(bool(heard))
        sizes.append(old.get(number, 0) + arrived.copies.get(number, 0))
    members = Members(languages, np.array(lengths, np.int64))
    return Component(
        numbers,
        inner,
        members,
        np.array(before, np.int64).reshape(-1, 3),
        np.array(sizes, np.int64),
        np.array(telling, np.bool_),
    )


def _carried_on(
    connection: sqlite3.Connection,
    part: Component,
    level: int,
    groups: I64,
    arrived: Arrived,
) -> I64:
    """Digests of clusters, so that each living one keeps its own."""
    old = part.before[:, level]
    distinct, rows = np.unique(groups, return_index=True)
    first = dict(zip(distinct.tolist(), rows.tolist(), strict=True))
    overlap: Counter[tuple[int, int]] = Counter()
    oldest: dict[int, int] = {}
    for row, (g, digest, size) in enumerate(
        zip(groups.tolist(), old.tolist(), part.sizes.tolist(), strict=True)
    ):
        if digest:
            overlap[g, digest] += size
            oldest.setdefault(digest, row)
    chosen: dict[int, int] = {}
    given: set[int] = set()
    # The larger part keeps the id; of equal ones that of the cluster that came first.
    for (g, digest), _ in sorted(overlap.items(), key=lambda e: (-e[1], oldest[e[0][1]], e[0][0])):
        if g not in chosen and digest not in given:
            chosen[g] = digest
            given.add(digest)
    newborn = {g: int(part.numbers[row]) for g, row in first.items() if g not in chosen}
    if arrived.passing:
        of_stored = {g for g, _ in overlap}
        chosen |= dict.fromkeys(newborn.keys() - of_stored, _UNBORN)
        newborn = {g: number for g, number in newborn.items() if g in of_stored}
    used = {*chosen.values(), *old.tolist()}
    if newborn:
        chosen |= _born(connection, level, newborn, arrived, used)
    return np.array([chosen[g] for g in groups.tolist()], np.int64)


def _born(
    connection: sqlite3.Connection, level: int, first: Mapping[int, int], arrived: Arrived,
    used: set[int],
) -> dict[int, int]:  # fmt: skip
    """Digests for new clusters: of the first article's id, unless another lives under that.

    Args:
        connection: in a transaction.
        level: of the clusters.
        first: first body of each group.
        arrived: the new bodies.
        used: digests that are not free.
    """
    stored = sorted(n for n in first.values() if n not in arrived.names)
    names = {n: ids[0] for n, ids in bodies.members_of(connection, stored).items()}
    found: dict[int, int] = {}
    waiting = sorted(first)
    attempt = 0
    while waiting:
        salt = f"\0{attempt}" if attempt else ""
        asked = {
            g: _digest(level, (arrived.names.get(first[g]) or names[first[g]]) + salt)
            for g in waiting
        }
        taken = used | links.living(connection, level, asked.values())
        for g in waiting:
            if asked[g] not in taken:
                found[g] = asked[g]
                taken.add(asked[g])
        waiting = [g for g in waiting if g not in found]
        attempt += 1
    return found


def _digest(level: int, name: str) -> int:
    return int(cluster_id(str(LEVELS[level]), [name]).partition("-")[2], 16)


def _noted(
    part: Component, level: int, old: I64, now: I64, arrived: Arrived, changed: Changed,
    result: Regrouped,
) -> None:  # fmt: skip
    """Say what befell the clusters of one level."""
    sizes_before: defaultdict[int, int] = defaultdict(int)
    sizes_now: defaultdict[int, int] = defaultdict(int)
    came_from: defaultdict[int, set[int]] = defaultdict(set)
    come = np.array([arrived.copies.get(n, 0) for n in part.numbers.tolist()], np.int64)
    # A cluster that nothing came to, and that stays what it was, is not told of.
    moved = (come > 0) | (old != now)
    touched = np.concatenate([old[moved], now[moved], [d[level] for d in changed.lost]])
    touched.sort()
    rows = (among(old, touched) | among(now, touched)).nonzero()[0]
    for before, after, size, grown in zip(
        *(column[rows].tolist() for column in (old, now, part.sizes, come)), strict=True
    ):
        sizes_now[after] += size
        if before:
            sizes_before[before] += size - grown
            came_from[after].add(before)
    for digests in changed.lost:
        sizes_before[digests[level]] += 1
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
