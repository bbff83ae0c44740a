"""``report.html``: what the report tells of a run beside the result of the pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from detector import report
from detector.audit.diff import ClusterChange, Diff, PairChange, telling
from detector.audit.evidence import EVIDENCE, Asked, Exhibits
from detector.audit.gates import COUNTS
from detector.audit.wording import GROUPS, one_or_several
from detector.errors import UnknownArticleError
from detector.pipeline import Detector
from detector.records import Article, Decision, Detection, Evidence, Pair, Relation
from detector.report import Context
from detector.report.choosing import Limits

PAGE = "report.html"

_TEXTS = 4096  # articles kept at hand

# What changed, as an editor calls one and several of it.
_TOTALS = {
    "new_articles": ("new article", "new articles"),
    "gone_articles": ("article gone", "articles gone"),
    "new_pairs": ("new pair", "new pairs"),
    "gone_pairs": ("pair gone", "pairs gone"),
    "relabelled_pairs": ("pair with another relation", "pairs with another relation"),
}
_RUN = {
    "new": ("new article", "new articles"),
    "changed": ("changed article", "changed articles"),
    "unread": ("record not read", "records not read"),
    "duplicates": (
        "article that repeats another in its language",
        "articles that repeat another in their language",
    ),
}

Record = Mapping[str, Any]


def write(
    folder: Path,
    found: Detection,
    index: Detector,
    about: Context,
    before: Sequence[Path],
    progress: Callable[[int, int], None],
) -> report.Written:
    """Write the page of a run; texts and evidence of what it shows come from the index.

    Args:
        folder: of the run.
        found: what it found.
        index: what it has read.
        about: what the page tells beside.
        before: evidence that earlier runs have shown, taken over where it still holds.
        progress: told how many pairs have their evidence, and how many are to be shown.

    Raises:
        InputError: if it cannot be written.
    """
    article, done = asked(index), count(1)
    shown = min(len(found.pairs), Limits().pairs)
    exhibits = Exhibits(before, article, lambda pair: index.explain(pair.a, pair.b).evidence)

    def evidence(pair: Pair) -> Evidence:
        given = exhibits.of(pair)
        progress(min(next(done), shown), shown)
        return given

    written = report.write(folder / PAGE, found, article, context=about, evidence=evidence)
    exhibits.write(folder / EVIDENCE)
    progress(shown, shown)
    return written


def asked(index: Detector) -> Asked:
    """What gives an article of an index by its id, or None; the latest stay at hand."""

    @lru_cache(maxsize=_TEXTS)
    def article(name: str) -> Article | None:
        try:
            return index.get(name)
        except UnknownArticleError:
            return None

    return article


def context(
    record: Record,
    before: Record | None,
    diff: Diff | None,
    decisions: Sequence[Decision],
) -> Context:
    """What the page tells of the run.

    Args:
        record: what its ``run.json`` says so far.
        before: that of the run before; None at the first.
        diff: what changed since; None at the first.
        decisions: in force.
    """
    counts = {**record["counts"], **record["figures"]}
    last = {**before["counts"], **before["figures"]} if before is not None else {}
    return Context(
        title="Audit: copies, translations and reports",
        made=datetime.fromisoformat(record["started"]),
        run=record["id"],
        command="detector audit run",
        figures=tuple(
            report.Figure(
                one_or_several(counts[name], words),
                f"{counts[name]:,}",
                f"{last[name]:,}" if name in last else "",
            )
            for name, words in _RUN.items()
        ),
        changes=None if before is None or diff is None else _changes(before, diff),
        gates=tuple(_gates(record)),
        decisions=tuple(report.Decision(d.a, d.b, d.together, str(d.level)) for d in decisions),
        skipped=tuple(record["unread"]),
        skips=counts["unread"],
    )


def _changes(before: Record, diff: Diff) -> report.Changes:
    counts = diff.counts()
    totals = [(one_or_several(counts[n], words), counts[n]) for n, words in _TOTALS.items()]
    totals += [
        (f"{one_or_several(n, words)} {kind}", n)
        for level, words in GROUPS.items()
        for kind, n in counts["clusters"][str(level)].items()
    ]
    return report.Changes(
        run=before["id"],
        made=datetime.fromisoformat(before["started"]),
        figures=tuple(before["figures"].get("report", {}).items()),
        clusters=tuple(map(_cluster, _telling(diff))),
        pairs=tuple(
            report.PairChange(p.a, p.b, _relation(p.before), _relation(p.after))
            for p in _worth(diff)
        ),
        rates=tuple(
            report.RateChange(s.name or "(unknown)", s.before, s.after, s.articles_after)
            for s in diff.sources
        ),
        totals=tuple((name, n) for name, n in totals if n),
        new=frozenset(diff.new),
    )


_JOINED = ("merged", "split")


def _telling(diff: Diff) -> list[ClusterChange]:
    """The most telling changes first: of each level what merged or split, then the largest."""
    levels = list(GROUPS)

    def rank(change: ClusterChange) -> tuple[int, bool, int, tuple[str, ...], tuple[str, ...]]:
        level = levels.index(change.level)
        return level, change.kind not in _JOINED, -change.articles, change.after, change.before

    return sorted(diff.clusters, key=rank)


def _cluster(change: ClusterChange) -> report.ClusterChange:
    return report.ClusterChange(
        what=change.kind,
        level=str(change.level),
        cluster=(change.after or change.before)[0],
        before=change.sizes[0],
        now=change.sizes[1],
        title=change.title,
    )


def _worth(diff: Diff) -> list[PairChange]:
    """Relabelled pairs, then gone and new ones."""
    return [*diff.relabelled, *telling((*diff.gone_pairs, *diff.new_pairs))]


def _gates(record: Record) -> list[report.Gate]:
    told: defaultdict[str, list[str]] = defaultdict(list)
    for trip in record["gates"]:
        told[trip["gate"]].append(trip["message"])
    return [
        report.Gate(
            name,
            _shown(name, record["limits"].get(name)),
            _shown(name, value),
            name in told,
            tuple(told[name]),
        )
        for name, value in record["guarded"].items()
    ]


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if name in COUNTS else f"{value:.1%}"


def _relation(name: str | None) -> Relation | None:
    return Relation(name) if name else None
