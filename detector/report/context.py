"""What a report tells beside the result of the pass: the run, what changed, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detector.records import Relation


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure that only the caller knows, such as articles read anew.

    Attributes:
        name: a few words, "read anew".
        now: its value as it is shown, "1,204".
        before: its value in the run before, as it is shown; empty where there was none.
    """

    name: str
    now: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """What became of one cluster since the run before.

    Attributes:
        what: "born", "grown", "shrunk", "merged", "split" or "gone".
        level: "duplicate", "syndication" or "event".
        cluster: its id, in this run; in the run before if it is gone.
        before: how many members it had; of what was merged, each of the clusters it was.
        now: how many it has; of what was split, each of the clusters it is.
        title: a headline that tells what it is about.
    """

    what: str
    level: str
    cluster: str
    before: tuple[int, ...]
    now: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class PairChange:
    """A pair that is new, gone or has another relation.

    Attributes:
        before: its relation in the run before; None for a new pair.
        now: its relation; None for one that is gone.
    """

    a: str
    b: str
    before: Relation | None
    now: Relation | None


@dataclass(frozen=True, slots=True)
class RateChange:
    """A source whose share of articles that are not canonical moved.

    Attributes:
        source: its name.
        before: share in the run before, 0 to 1.
        now: share in this run.
        articles: how many it has now.
    """

    source: str
    before: float
    now: float
    articles: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the run before. Totals count all, also what is not listed.

    Attributes:
        run: id of the run before.
        made: when it began.
        figures: names of the report's own figures to their values then; see `FIGURES`.
        clusters: what became of clusters, the most telling first.
        pairs: relabelled pairs and, as far as they are worth a look, new and gone ones.
        rates: sources whose rate moved, the largest move first.
        totals: what was counted, such as ("clusters born", 12); shown as they are.
        new: ids of articles that the run before had not.
    """

    run: str
    made: datetime | None = None
    figures: tuple[tuple[str, float], ...] = ()
    clusters: tuple[ClusterChange, ...] = ()
    pairs: tuple[PairChange, ...] = ()
    rates: tuple[RateChange, ...] = ()
    totals: tuple[tuple[str, int], ...] = ()
    new: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit that the user set.

    Attributes:
        name: as in the configuration, "duplicate_rate".
        limit: as it is shown, "30 %".
        value: what was measured, as it is shown.
        tripped: whether the value is over the limit.
        told: sentences on what tripped it, the worst first; may be empty.
    """

    name: str
    limit: str
    value: str
    tripped: bool
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a pair in an earlier report, and is in force.

    Attributes:
        same: whether the two must be in one cluster, or must not.
        level: "duplicate", "syndication" or "event"; empty where the decision names none.
        made: when, as it was recorded; may be empty.
        note: what was noted with it; may be empty.
    """

    a: str
    b: str
    same: bool
    level: str = ""
    made: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller of the report knows and the detection does not.

    Attributes:
        title: heading of the page.
        made: when the run began; None leaves it out, so that equal input gives equal bytes.
        run: id of the run; may be empty.
        command: how it was called, shown in the colophon; may be empty.
        figures: further headline figures.
        changes: since the run before; None where there was none.
        gates: limits that were set, tripped or not.
        decisions: in force.
        skipped: sentences on records that were left out, one each.
        skips: how many were left out, if more than are listed.
        notes: sentences on what was capped or could not be done, beside the detection's own.
    """

    title: str = "Copies, translations and reports"
    made: datetime | None = None
    run: str = ""
    command: str = ""
    figures: tuple[Figure, ...] = ()
    changes: Changes | None = None
    gates: tuple[Gate, ...] = ()
    decisions: tuple[Decision, ...] = ()
    skipped: tuple[str, ...] = ()
    skips: int = 0
    notes: tuple[str, ...] = ()


#: Names that `Changes.figures` may give a value of the run before, and what they count.
FIGURES = {
    "articles": "articles",
    "sources": "named sources",
    "taken": "articles taken over, own updates left out",
    "translations": "articles that are translations",
    "copies": "articles that are exact copies, near copies or excerpts",
    "stories": "syndication clusters of two articles or more",
    "events": "events that two stories or more report",
    "pairs": "related pairs",
}
