"""What changed since the run before, as ``run.json`` holds it and messages tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detector.audit.diff import ClusterChange, Diff
from detector.audit.figures import heads
from detector.audit.tables import Row
from detector.records import Level

_TOLD = {Level.SYNDICATION: 5, Level.EVENT: 3}  # clusters that are named
_KINDS = ("born", "grown", "merged")


def changes(diff: Diff, rows: Sequence[Row]) -> dict[str, Any]:
    """Counts, outlets that moved, and what has most news.

    Args:
        diff: from the run before to this one.
        rows: of this one.
    """
    values = diff.values()
    return {**values["counts"], "sources": values["sources"], "news": list(_news(diff, rows))}


def _news(diff: Diff, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Stories and events that are new or have grown, those with most new articles first."""
    chosen: list[ClusterChange] = []
    for level, most in _TOLD.items():
        found = [c for c in diff.clusters if c.level is level and c.kind in _KINDS]
        chosen += sorted(found, key=lambda c: (-len(c.joined), -c.articles, c.after))[:most]
    first = heads(rows, {change.after[0] for change in chosen})
    for change in chosen:
        head = first[change.after[0]]
        yield {
            "level": str(change.level),
            "kind": change.kind,
            "id": change.after[0],
            "articles": change.articles,
            "joined": len(change.joined),
            "title": head.title or head.id,
        }
