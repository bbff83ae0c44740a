"""What changed since the run before, as ``run.json`` holds it and messages tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from detector.audit.diff import ClusterChange, Diff
from detector.records import Level

_TOLD = {Level.SYNDICATION: 5, Level.EVENT: 3}  # clusters that are named
_KINDS = ("born", "grown", "merged")


def changes(diff: Diff) -> dict[str, Any]:
    """Counts, outlets that moved, and what has most news, from the run before to this one."""
    values = diff.values()
    return {**values["counts"], "sources": values["sources"], "news": list(_news(diff))}


def _news(diff: Diff) -> Iterator[dict[str, Any]]:
    """Stories and events that are new or have grown, those with most new articles first."""
    chosen: list[ClusterChange] = []
    for level, most in _TOLD.items():
        found = [c for c in diff.clusters if c.level is level and c.kind in _KINDS]
        chosen += sorted(found, key=lambda c: (-len(c.joined), -c.articles, c.after))[:most]
    for change in chosen:
        yield {
            "level": str(change.level),
            "kind": change.kind,
            "id": change.after[0],
            "articles": change.articles,
            "joined": len(change.joined),
            "title": change.title,
        }
