"""The headline figures of a detection, which a later run is compared with."""

from __future__ import annotations

from detector.records import COPIES, Detection, Relation
from detector.report.index import Index


def figures(detection: Detection) -> dict[str, float]:
    """Values by the names of `context.FIGURES`; keep them to tell the next report."""
    return counted(Index(detection))


def counted(index: Index) -> dict[str, float]:
    """The same of a detection that is indexed already."""
    standings = list(index.standings.values())
    return {
        "articles": len(index.labels),
        "sources": len(index.sources),
        "taken": sum(not one.own for one in index.derivations.values()),
        "translations": standings.count(str(Relation.TRANSLATION)),
        "copies": sum(standings.count(str(relation)) for relation in COPIES),
        "stories": len(index.stories()),
        "events": len(index.events()),
        "pairs": len(index.pairs),
    }
