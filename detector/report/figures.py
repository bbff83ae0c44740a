"""The headline figures of a detection, which a later run is compared with."""

from __future__ import annotations

from detector.records import COPIES, Detection, Level, Relation


def figures(detection: Detection) -> dict[str, float]:
    """Values by the names of `context.FIGURES`; keep them to tell the next report."""
    standings = list(detection.standings().values())
    stories = detection.clusters_of(Level.SYNDICATION, least=2)
    syndication = {label.id: label.syndication_cluster for label in detection.labels}
    events = sum(
        len({syndication[m] for m in cluster.members}) > 1
        for cluster in detection.clusters_of(Level.EVENT, least=2)
    )
    return {
        "articles": len(detection.labels),
        "sources": len({label.source for label in detection.labels if label.source}),
        "taken": sum(not one.own for one in detection.derivations()),
        "translations": standings.count(str(Relation.TRANSLATION)),
        "copies": sum(standings.count(str(relation)) for relation in COPIES),
        "stories": len(stories),
        "events": events,
        "pairs": len(detection.pairs),
    }
