"""What changed between two runs: pairs, clusters and outlets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from detector.records import Level, Relation

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


def telling(pairs: Iterable[PairChange]) -> list[PairChange]:
    """Copies and translations before reports of one event, and those that are least sure first."""
    return sorted(pairs, key=lambda p: (_EVENT in (p.before, p.after), p.score, p.a, p.b))


def _values(change: Any) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value := getattr(change, name), Level) else value
        for name in change.__slots__
    }
