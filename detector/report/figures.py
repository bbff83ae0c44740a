"""The headline figures of a detection, which a later run is compared with."""

from __future__ import annotations

from collections import Counter

from detector.records import COPIES, Relation
from detector.report.index import Index


def figures(index: Index) -> dict[str, float]:
    """Values by the names of `context.FIGURES`."""
    standings = Counter(index.standings.values())
    return {
        "articles": len(index.labels),
        "sources": len(index.sources),
        "taken": sum(not one.own for one in index.derivations.values()),
        "translations": standings[str(Relation.TRANSLATION)],
        "copies": sum(standings[str(relation)] for relation in COPIES),
        "stories": len(index.stories),
        "events": len(index.events),
        "pairs": len(index.pairs),
    }
