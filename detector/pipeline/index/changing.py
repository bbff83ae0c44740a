"""Articles that leave a store, and decisions about those that stay."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from detector.config import Config
from detector.errors import UnknownArticleError, UsageError
from detector.pipeline.index import linking
from detector.records import Decision
from detector.store import bodies, links
from detector.store.links import LEVELS, Links
from detector.store.store import Store, View, renew
from detector.text import I64


def numbers_of(view: View, store: Store, names: Sequence[str]) -> list[int]:
    """Numbers of articles, by their ids.

    Raises:
        UnknownArticleError: if one is not there.
    """
    found = bodies.of_ids(view.connection, names)
    for name in names:
        if name not in found:
            raise UnknownArticleError(f'{store.folder}: no article has the id "{name}"')
    return [found[name][0] for name in names]


def remove(store: Store, config: Config, names: Sequence[str]) -> int:
    """See `Detector.remove`."""
    with store.writing() as view:
        numbers = sorted(set(numbers_of(view, store, names)))
        _removed(view, config, numbers)
    return len(numbers)


def expire(store: Store, config: Config, before: datetime) -> int:
    """See `Detector.expire`."""
    seconds = before.timestamp()
    with store.writing() as view:
        rows = view.connection.execute(
            "SELECT number FROM articles WHERE published < ? OR (published IS NULL AND added < ?)",
            (seconds / 60, seconds),
        ).fetchall()
        numbers = [row[0] for row in rows]
        if numbers:
            _removed(view, config, numbers)
    return len(numbers)


def decide(store: Store, config: Config, decisions: Sequence[Decision]) -> None:
    """See `Detector.decide`."""
    with store.writing() as view:
        names = [name for d in decisions for name in (d.a, d.b)]
        numbers_of(view, store, names)
        owners = {name: row[1] for name, row in bodies.of_ids(view.connection, names).items()}
        for d in decisions:
            if d.a == d.b:
                raise UsageError(f'"{d.a}" is named twice; name two articles')
            if not d.together and owners[d.a] == owners[d.b]:
                raise UsageError(f'"{d.a}" and "{d.b}" have the same text; they cannot be parted')
        links.decide(view.connection, int(time.time()), decisions)
        relink(view, config, [owners[name] for name in names], [])


def decisions_of(view: View) -> list[tuple[int, int, bool, int]]:
    """All decisions, by the bodies that they are about."""
    found = links.decided(view.connection)
    if not found:
        return []
    owners = bodies.of_ids(view.connection, sorted({x for d in found for x in (d.a, d.b)}))
    return [
        (owners[d.a][1], owners[d.b][1], d.together, LEVELS.index(d.level))
        for d in found
        if d.a in owners and d.b in owners and owners[d.a][1] != owners[d.b][1]
    ]


def relink(
    view: View, config: Config, touched: Iterable[int], lost: list[tuple[int, int, int]]
) -> None:
    """Link again what some stored bodies may share clusters with."""
    changed = linking.Changed(lost, decisions_of(view))
    arrived = linking.Arrived()
    part, _ = linking.component(
        view.connection, view.names, touched, Links.none(), arrived, _unasked, changed
    )
    grouped = linking.regrouped(view.connection, part, arrived, changed, config)
    links.label(view.connection, {n: grouped.labels[n] for n in grouped.changed})
    links.log(view.connection, int(time.time()), grouped.happened)


def _removed(view: View, config: Config, numbers: Sequence[int]) -> None:
    begun = time.perf_counter()
    owned = [a.body for a in bodies.articles(view.connection, numbers)]
    stored = bodies.fetch_bodies(view.connection, owned, view.names)
    labels = {
        n: (row[0], row[1], row[2])
        for n, row in zip(stored.numbers.tolist(), stored.labels.tolist(), strict=True)
    }
    lost = [labels[body] for body in owned]
    touched = set(links.together(view.connection, owned))
    known = links.touching(view.connection, owned)
    gone = bodies.remove(view.connection, numbers)
    _inherited(view, {n: labels[n][0] for n in gone}, known)
    touched -= set(gone)
    relink(view, config, sorted(touched), lost)
    renew(view.connection)
    links.ran(view.connection, "remove", len(numbers), time.perf_counter() - begun)


def _inherited(view: View, gone: Mapping[int, int], known: Links) -> None:
    """Let the longest copy that is left speak for its cluster, where none does.

    Args:
        view: in a transaction for writing.
        gone: bodies that have been removed, and their duplicate clusters.
        known: pairs that they had.
    """
    plain = known.of(np.flatnonzero(~np.isin(known.relations, linking.COPIED)))
    for body, cluster in sorted(gone.items()):
        left = bodies.standing(view.connection, links.labelled(view.connection, 0, [cluster]))
        if not left or any(searched for searched, *_ in left.values()):
            continue
        heir = min(left, key=lambda n: (-left[n][2], n))
        rows = np.flatnonzero((plain.pairs == body).any(axis=1))
        others = plain.pairs[rows].sum(axis=1) - body
        kept = ~np.isin(others, [*gone, *left])
        pairs = np.sort(np.stack([np.full(len(rows), heir), others], axis=1), axis=1)[kept]
        links.insert(
            view.connection, Links(pairs, plain.relations[rows][kept], plain.scores[rows][kept])
        )
        bodies.search(view.connection, heir)


def _unasked(_pairs: I64) -> Links:
    """Pairs of stored bodies that were not looked at when they came stay so."""
    return Links.none()
