"""Limits that a run is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from detector.audit.config import GatesConfig
from detector.audit.figures import Figures, SourceFigures
from detector.records import Level


@dataclass(frozen=True, slots=True)
class Trip:
    """A gate that tripped.

    Attributes:
        gate: its option in ``[gates]``.
        value: what was found.
        limit: what is allowed.
        source: the outlet, where the gate guards each of them.
        message: a sentence that says what tripped it.
    """

    gate: str
    value: float
    limit: float
    source: str
    message: str

    def values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def tripped(
    found: Figures, gates: GatesConfig, unread: int, before: int | None
) -> tuple[Trip, ...]:
    """The gates that a run trips, in the order of the options.

    Args:
        found: figures of the run.
        gates: limits.
        unread: records and files that could not be read.
        before: articles of the last run; None at the first, which nothing can have outgrown.
    """
    return (
        *_duplicates(found, gates),
        *_clusters(found, gates),
        *_wiped_out(found, gates),
        *_low(found, gates),
        *_unread(unread, gates),
        *_size(found, gates, before),
    )


def guarded(gates: GatesConfig) -> tuple[str, ...]:
    """The gates that are set."""
    names = (
        *("duplicate_rate", "source_duplicate_rate", "largest_cluster", "source_kept"),
        *("low_confidence", "unread", "growth", "shrinkage"),
    )
    named = tuple(name for name in names if getattr(gates, name) is not None)
    return (*named, "sources") if gates.sources else named


def measured(found: Figures, gates: GatesConfig, unread: int, before: int | None) -> dict[str, Any]:
    """What the gates that are set look at: option to the value nearest to its limit, or None."""
    judged = [source for source in found.sources if not _few(source, gates)]
    sizes = [c.articles for name in ("duplicate", "syndication") for c in found.largest[name]]
    growth = found.articles / before - 1 if before else None
    values = {
        "duplicate_rate": found.duplicate_rate,
        "source_duplicate_rate": max((s.duplicate_rate for s in judged), default=None),
        "largest_cluster": max(sizes, default=None),
        "source_kept": min((s.kept_rate for s in judged), default=None),
        "low_confidence": found.low_rate,
        "unread": unread,
        "growth": growth,
        "shrinkage": None if growth is None else -growth,
        "sources": max((s.duplicate_rate for s in judged if s.name in gates.sources), default=None),
    }
    return {name: values[name] for name in guarded(gates)}


def _duplicates(found: Figures, gates: GatesConfig) -> Iterator[Trip]:
    limit = gates.duplicate_rate
    if limit is not None and found.duplicate_rate > limit:
        yield Trip(
            "duplicate_rate", found.duplicate_rate, limit, "",
            f"{found.duplicates:,} of {found.articles:,} articles "
            f"({found.duplicate_rate:.1%}) repeat another, over the limit of {limit:.1%}.",
        )  # fmt: skip
    for source in found.sources:
        own = gates.sources.get(source.name)
        limit = gates.source_duplicate_rate if own is None else own
        if limit is None or source.duplicate_rate <= limit or _few(source, gates):
            continue
        yield Trip(
            "source_duplicate_rate" if own is None else "sources",
            source.duplicate_rate, limit, source.name,
            f"{_named(source)}: {source.duplicates:,} of {source.articles:,} articles "
            f"({source.duplicate_rate:.1%}) repeat another, over the limit of {limit:.1%}.",
        )  # fmt: skip


def _clusters(found: Figures, gates: GatesConfig) -> Iterator[Trip]:
    limit = gates.largest_cluster
    if limit is None:
        return
    for level in (Level.DUPLICATE, Level.SYNDICATION):
        for cluster in found.largest[str(level)][:1]:
            if cluster.articles > limit:
                yield Trip(
                    "largest_cluster", cluster.articles, limit, "",
                    f"The {level} cluster {cluster.id} has {cluster.articles:,} articles, over "
                    f"the limit of {limit:,}: {cluster.title}",
                )  # fmt: skip
                return  # the syndication cluster round it would say the same again


def _wiped_out(found: Figures, gates: GatesConfig) -> Iterator[Trip]:
    limit = gates.source_kept
    for source in found.sources:
        if limit is None or source.kept_rate >= limit or _few(source, gates):
            continue
        yield Trip(
            "source_kept", source.kept_rate, limit, source.name,
            f"{_named(source)}: the keep policy leaves {source.kept:,} of {source.articles:,} "
            f"articles ({source.kept_rate:.1%}), under the least of {limit:.1%}.",
        )  # fmt: skip


def _low(found: Figures, gates: GatesConfig) -> Iterator[Trip]:
    limit = gates.low_confidence
    if limit is not None and found.low_rate > limit:
        yield Trip(
            "low_confidence", found.low_rate, limit, "",
            f"{found.low:,} of {found.links:,} links ({found.low_rate:.1%}) score under "
            f"{gates.low_score:g}, over the limit of {limit:.1%}.",
        )  # fmt: skip


def _unread(unread: int, gates: GatesConfig) -> Iterator[Trip]:
    limit = gates.unread
    if limit is not None and unread > limit:
        records = "record" if unread == 1 else "records"
        yield Trip(
            "unread", unread, limit, "",
            f"{unread:,} {records} could not be read, over the limit of {limit:,}.",
        )  # fmt: skip


def _size(found: Figures, gates: GatesConfig, before: int | None) -> Iterator[Trip]:
    if not before:
        return
    change = found.articles / before - 1
    told = f"{found.articles:,} articles after {before:,}"
    if gates.growth is not None and change > gates.growth:
        yield Trip(
            "growth", change, gates.growth, "",
            f"{told}: {change:.1%} more, over the limit of {gates.growth:.1%}.",
        )  # fmt: skip
    if gates.shrinkage is not None and -change > gates.shrinkage:
        yield Trip(
            "shrinkage", -change, gates.shrinkage, "",
            f"{told}: {-change:.1%} fewer, over the limit of {gates.shrinkage:.1%}.",
        )  # fmt: skip


def _few(source: SourceFigures, gates: GatesConfig) -> bool:
    return source.articles < gates.least


def _named(source: SourceFigures) -> str:
    return source.name or "Articles without a source"
