"""What changed between two runs: pairs, clusters and outlets. Pure functions over tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from detector.audit.figures import Figures, Snapshot, heads
from detector.audit.tables import Link, Row
from detector.records import Level, Relation

MOVED = 0.05  #: change of an outlet's duplicate rate that is told
LEAST = 20  #: articles of an outlet in either run below which its rate says nothing

_EVENT = str(Relation.SAME_EVENT)

#: What can happen to a cluster. Articles that stand alone are no cluster here.
KINDS = ("born", "grown", "merged", "split", "shrunk", "gone")


@dataclass(frozen=True, slots=True)
class PairChange:
    """A pair that is related in one run and not, or otherwise, in the other.

    Attributes:
        before: its relation in the first run, or None.
        after: its relation in the second, or None.
        score: in the second run, or in the first where it is gone.
    """

    a: str
    b: str
    before: str | None
    after: str | None
    score: float


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """Clusters of one level that became others.

    Attributes:
        kind: one of `KINDS`; turned round, "born" is "gone", "grown" is "shrunk" and
            "merged" is "split".
        before: ids in the first run.
        after: ids in the second.
        joined: articles that are in `after` and were not in `before`.
        left: articles that were in `before` and are not in `after`.
        articles: members of `after`, or of `before` where that is empty.
        sizes: how many articles each of `before` had, and each of `after` has.
        title: headline of the article that it begins with; of what was split or is gone, of
            that with which it began.
    """

    kind: str
    level: Level
    before: tuple[str, ...]
    after: tuple[str, ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    articles: int
    sizes: tuple[tuple[int, ...], tuple[int, ...]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """An outlet whose duplicate rate moved."""

    name: str
    before: float
    after: float
    articles_before: int
    articles_after: int


@dataclass(frozen=True, slots=True)
class Diff:
    """Two runs beside each other.

    Attributes:
        new: articles of the second run alone, in its order.
        gone: articles of the first alone, in its order.
        pairs: sorted by ids; those that are only new, only gone or relabelled.
        clusters: by level, kind and id.
        sources: the largest change first.
    """

    new: tuple[str, ...]
    gone: tuple[str, ...]
    pairs: tuple[PairChange, ...]
    clusters: tuple[ClusterChange, ...]
    sources: tuple[SourceChange, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.pairs or self.clusters or self.sources)

    @property
    def new_pairs(self) -> tuple[PairChange, ...]:
        """Pairs that were not related before."""
        return tuple(pair for pair in self.pairs if pair.before is None)

    @property
    def gone_pairs(self) -> tuple[PairChange, ...]:
        """Pairs that are related no longer."""
        return tuple(pair for pair in self.pairs if pair.after is None)

    @property
    def relabelled(self) -> tuple[PairChange, ...]:
        """Pairs of another relation."""
        return tuple(pair for pair in self.pairs if pair.before and pair.after)

    def clusters_of(self, level: Level, kind: str) -> tuple[ClusterChange, ...]:
        """What happened in one way at one level."""
        return tuple(c for c in self.clusters if c.level is level and c.kind == kind)

    def counts(self) -> dict[str, Any]:
        """How many of everything, as ``run.json`` holds it."""
        return {
            "new_articles": len(self.new),
            "gone_articles": len(self.gone),
            "new_pairs": len(self.new_pairs),
            "gone_pairs": len(self.gone_pairs),
            "relabelled_pairs": len(self.relabelled),
            "clusters": {
                str(level): {kind: len(self.clusters_of(level, kind)) for kind in KINDS}
                for level in Level
            },
            "moved_sources": len(self.sources),
        }

    def values(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "counts": self.counts(),
            "new": list(self.new),
            "gone": list(self.gone),
            "pairs": [_values(pair) for pair in self.pairs],
            "clusters": [_values(change) for change in self.clusters],
            "sources": [_values(change) for change in self.sources],
        }


def compared(before: Snapshot, after: Snapshot, moved: float = MOVED) -> Diff:
    """What changed from one run to another.

    Args:
        before: the first run.
        after: the second.
        moved: least change of an outlet's duplicate rate that is told.
    """
    old, new = {row.id for row in before.rows}, {row.id for row in after.rows}
    return Diff(
        new=tuple(row.id for row in after.rows if row.id not in old),
        gone=tuple(row.id for row in before.rows if row.id not in new),
        pairs=pairs_changed(before.links, after.links),
        clusters=tuple(
            change
            for level in Level
            for change in _titled(
                clusters_changed(before.rows, after.rows, level), before.rows, after.rows
            )
        ),
        sources=sources_moved(before.figures, after.figures, moved),
    )


def telling(pairs: Iterable[PairChange]) -> list[PairChange]:
    """Copies and translations before reports of one event, and those that are least sure first."""
    return sorted(pairs, key=lambda p: (_EVENT in (p.before, p.after), p.score, p.a, p.b))


def pairs_changed(before: Iterable[Link], after: Iterable[Link]) -> tuple[PairChange, ...]:
    """Pairs that are new, gone or relabelled, sorted by their ids."""
    old = {(link.a, link.b): link for link in before}
    new = {(link.a, link.b): link for link in after}
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is None or now is None or was.relation != now.relation:
            last = now or was
            assert last is not None
            found.append(
                PairChange(
                    *key, was.relation if was else None, now.relation if now else None, last.score
                )
            )
    return tuple(found)


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


def _values(change: Any) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value := getattr(change, name), Level) else value
        for name in change.__slots__
    }
