"""Two runs held against each other: pure functions over their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from detector.audit.diff import KINDS, ClusterChange, Diff, PairChange, SourceChange
from detector.audit.figures import Figures, Snapshot, heads
from detector.audit.tables import Link, Row
from detector.records import Level

MOVED = 0.05  #: change of an outlet's duplicate rate that is told
LEAST = 20  #: articles of an outlet in either run below which its rate says nothing


def compared(before: Snapshot, after: Snapshot, moved: float = MOVED) -> Diff:
    """What changed from one run to another.

    Args:
        before: the first run.
        after: the second.
        moved: least change of an outlet's duplicate rate that is told.
    """
    old, new = {row.id: row for row in before.rows}, {row.id: row for row in after.rows}
    clusters: list[ClusterChange] = []
    for level, names in zip(Level, _touched(old, new), strict=True):
        was, now = ([r for r in rows if r.cluster(level) in names]
                    for rows in (before.rows, after.rows))  # fmt: skip
        clusters += _titled(clusters_changed(was, now, level), was, now)
    return Diff(
        new=tuple(row.id for row in after.rows if row.id not in old),
        gone=tuple(row.id for row in before.rows if row.id not in new),
        pairs=pairs_changed(before.links, after.links),
        clusters=tuple(clusters),
        sources=sources_moved(before.figures, after.figures, moved),
    )


def _touched(old: Mapping[str, Row], new: Mapping[str, Row]) -> list[set[str]]:
    """Ids of the clusters, by level, that some article is in or was and not in both runs.

    Of all others the members are the same.
    """
    touched: list[set[str]] = [set() for _ in Level]
    for name in old.keys() | new.keys():
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.clusters == now.clusters:
            continue
        sides = [row.clusters if row is not None else ("",) * len(Level) for row in (was, now)]
        for names, one, other in zip(touched, *sides, strict=True):
            if one != other:
                names.update({one, other})
    return touched


def pairs_changed(before: Iterable[Link], after: Iterable[Link]) -> tuple[PairChange, ...]:
    """Pairs that are new, gone or relabelled, sorted by their ids."""
    old = {(link.a, link.b): link for link in before}
    new = {(link.a, link.b): link for link in after}
    found = []
    for key, now in new.items():
        was = old.get(key)
        if was is None or was.relation != now.relation:
            before_it = was.relation if was is not None else None
            found.append(PairChange(*key, before_it, now.relation, now.score))
    for key in old.keys() - new.keys():
        was = old[key]
        found.append(PairChange(*key, was.relation, None, was.score))
    return tuple(sorted(found, key=lambda pair: (pair.a, pair.b)))


def clusters_changed(
    before: Sequence[Row], after: Sequence[Row], level: Level
) -> list[ClusterChange]:
    """What became of the clusters of a level, told by their members and not by their ids.

    Two clusters of two runs belong together if they share an article. One that belongs to
    several is merged or split; those that end in both ways at once are told as both.
    """
    old, new = _clusters(before, level), _clusters(after, level)
    home_before, home_after = _homes(old), _homes(new)
    changed = partial(_change, level, old, new)
    changes = []
    for name, members in sorted(new.items()):
        parents = sorted({home_before[m] for m in members if m in home_before})
        was = {m for parent in parents for m in old[parent]}
        if not parents:
            changes.append(changed("born", (), (name,)))
        elif len(parents) > 1:
            changes.append(changed("merged", parents, (name,)))
        elif len({home_after[m] for m in was if m in home_after}) == 1:  # else it was split
            if members - was:
                changes.append(changed("grown", parents, (name,)))
            if was - members:
                changes.append(changed("shrunk", parents, (name,)))
    for name, members in sorted(old.items()):
        heirs = sorted({home_after[m] for m in members if m in home_after})
        if not heirs:
            changes.append(changed("gone", (name,), ()))
        elif len(heirs) > 1:
            changes.append(changed("split", (name,), heirs))
    return sorted(changes, key=lambda c: (KINDS.index(c.kind), c.after, c.before))


_ENDED = ("split", "gone")  # what is told of a cluster of the first run


def _titled(
    changes: Sequence[ClusterChange], before: Sequence[Row], after: Sequence[Row]
) -> Iterator[ClusterChange]:
    ended = {change.before[0] for change in changes if change.kind in _ENDED}
    lasting = {change.after[0] for change in changes if change.kind not in _ENDED}
    was, now = heads(before, ended), heads(after, lasting)
    for change in changes:
        head = was[change.before[0]] if change.kind in _ENDED else now[change.after[0]]
        yield replace(change, title=head.title or head.id)


def sources_moved(before: Figures, after: Figures, least: float) -> tuple[SourceChange, ...]:
    """Outlets whose duplicate rate moved, the largest change first."""
    found = []
    for now in after.sources:
        was = before.source(now.name)
        if was is None or min(was.articles, now.articles) < LEAST:
            continue
        if abs(now.duplicate_rate - was.duplicate_rate) >= least:
            rates = was.duplicate_rate, now.duplicate_rate
            found.append(SourceChange(now.name, *rates, was.articles, now.articles))
    return tuple(sorted(found, key=lambda c: (-abs(c.after - c.before), c.name)))


def _clusters(rows: Iterable[Row], level: Level) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.cluster(level), set()).add(row.id)
    return {name: members for name, members in found.items() if len(members) > 1}


def _homes(clusters: Mapping[str, set[str]]) -> dict[str, str]:
    return {member: name for name, members in clusters.items() for member in members}


def _change(
    level: Level,
    old: Mapping[str, set[str]],
    new: Mapping[str, set[str]],
    kind: str,
    before: Sequence[str],
    after: Sequence[str],
) -> ClusterChange:
    was = {member for name in before for member in old[name]}
    now = {member for name in after for member in new[name]}
    return ClusterChange(
        kind=kind,
        level=level,
        before=tuple(before),
        after=tuple(after),
        joined=tuple(sorted(now - was)),
        left=tuple(sorted(was - now)),
        articles=len(now) or len(was),
        sizes=(tuple(len(old[n]) for n in before), tuple(len(new[n]) for n in after)),
    )
