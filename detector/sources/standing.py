"""What each article is among those that are related to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from detector.sources.shapes import Labelled

#: What an article can be, besides having a relation to its original.
ORIGINAL, UNKNOWN = "original", "original unknown"
INDIRECT, REPORT, ALONE = "copy of a copy", "same_event", "alone"


def standings(labels: Iterable[Labelled]) -> dict[str, str]:
    """What each article is: a relation to its original, or one of this module's words."""
    known = list(labels)
    syndication = Counter(label.syndication_cluster for label in known)
    event = Counter(label.event_cluster for label in known)
    return {
        label.id: _standing(
            label, syndication[label.syndication_cluster], event[label.event_cluster]
        )
        for label in known
    }


def _standing(label: Labelled, syndicated: int, reported: int) -> str:
    if label.relation is not None:
        return str(label.relation)
    if label.original == label.id:
        return ORIGINAL
    if syndicated > 1:
        return UNKNOWN if label.original is None else INDIRECT
    return REPORT if reported > 1 else ALONE
