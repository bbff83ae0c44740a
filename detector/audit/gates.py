"""Limits that a run is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from detector.audit.config import GatesConfig
from detector.audit.figures import Figures, SourceFigures

#: Gates whose limits are counts; those of the others are shares.
COUNTS = ("largest_cluster", "unread")

_LEASTS = ("source_kept",)  # whose limit is a least; that of every other gate is a most


@dataclass(frozen=True, slots=True)
class Check:
    """One look of a gate at a run, or at one outlet of it.

    Attributes:
        gate: its option in ``[gates]``.
        value: what was found.
        limit: what is allowed.
        source: the outlet, where the gate guards each of them.
        found: what was found, in words.
    """

    gate: str
    value: float
    limit: float
    source: str
    found: str

    @property
    def excess(self) -> float:
        """How far the value is beyond the limit; up to 0, nothing has tripped."""
        return (self.limit - self.value) if self.gate in _LEASTS else (self.value - self.limit)

    def values(self) -> dict[str, Any]:
        """Plain JSON values, with a sentence that says what tripped the gate."""
        limit = f"{self.limit:,}" if self.gate in COUNTS else f"{self.limit:.1%}"
        words = "under the least of" if self.gate in _LEASTS else "over the limit of"
        named = {name: getattr(self, name) for name in ("gate", "value", "limit", "source")}
        return {**named, "message": f"{self.found}, {words} {limit}."}


class Measure(NamedTuple):
    """What gates look at.

    Attributes:
        figures: of the run.
        unread: records and files that could not be read.
        before: articles of the last run; None at the first, which nothing can have outgrown.
    """

    figures: Figures
    unread: int
    before: int | None


def guarded(gates: GatesConfig) -> tuple[str, ...]:
    """The gates that are set, in the order of the options."""
    return tuple(name for name in _GATES if getattr(gates, name) not in (None, {}))


def checks(measure: Measure, gates: GatesConfig) -> dict[str, tuple[Check, ...]]:
    """What each gate that is set looked at, the worst first; nothing where it could not."""
    found = {}
    for name in guarded(gates):
        limit = getattr(gates, name)
        looks = (
            Check(name, value, limit[source] if isinstance(limit, Mapping) else limit, source, said)
            for value, source, said in _GATES[name](measure, gates)
        )
        found[name] = tuple(sorted(looks, key=lambda check: -check.excess))
    return found


def tripped(found: Mapping[str, tuple[Check, ...]]) -> tuple[Check, ...]:
    """What is beyond its limit, in the order of the options."""
    return tuple(check for looks in found.values() for check in looks if check.excess > 0)


_Look = tuple[float, str, str]  # value, outlet, and what was found in words


def _duplicate_rate(measure: Measure, _: GatesConfig) -> Iterator[_Look]:
    found = measure.figures
    yield found.duplicate_rate, "", _repeating(found.duplicates, found.articles)


def _source_duplicate_rate(measure: Measure, gates: GatesConfig) -> Iterator[_Look]:
    return (look for look in _rates(measure, gates) if look[1] not in gates.sources)


def _named_sources(measure: Measure, gates: GatesConfig) -> Iterator[_Look]:
    return (look for look in _rates(measure, gates) if look[1] in gates.sources)


def _rates(measure: Measure, gates: GatesConfig) -> Iterator[_Look]:
    for one in _judged(measure, gates):
        said = f"{_called(one)}: {_repeating(one.duplicates, one.articles)}"
        yield one.duplicate_rate, one.name, said


def _largest_cluster(measure: Measure, _: GatesConfig) -> Iterator[_Look]:
    # An event may be large. A syndication cluster is named where it is larger than its copies.
    found = [
        (cluster.articles, level, cluster)
        for level in ("duplicate", "syndication")
        for cluster in measure.figures.largest[level][:1]
    ]
    for articles, level, one in sorted(found, key=lambda item: -item[0])[:1]:
        yield articles, "", f"The {level} cluster {one.id} has {articles:,} articles ({one.title})"


def _source_kept(measure: Measure, gates: GatesConfig) -> Iterator[_Look]:
    for one in _judged(measure, gates):
        said = (
            f"{_called(one)}: the keep policy leaves {one.kept:,} of {one.articles:,} articles "
            f"({one.kept_rate:.1%})"
        )
        yield one.kept_rate, one.name, said


def _low_confidence(measure: Measure, gates: GatesConfig) -> Iterator[_Look]:
    found = measure.figures
    said = f"{found.low:,} of {found.links:,} links ({found.low_rate:.1%})"
    yield found.low_rate, "", f"{said} score under {gates.low_score:g}"


def _unread(measure: Measure, _: GatesConfig) -> Iterator[_Look]:
    records = "record" if measure.unread == 1 else "records"
    yield measure.unread, "", f"{measure.unread:,} {records} could not be read"


def _growth(measure: Measure, _: GatesConfig) -> Iterator[_Look]:
    now, before = measure.figures.articles, measure.before
    if before:
        change = max(0.0, now / before - 1)
        yield change, "", f"{now:,} articles after {before:,}: {change:.1%} more"


def _shrinkage(measure: Measure, _: GatesConfig) -> Iterator[_Look]:
    now, before = measure.figures.articles, measure.before
    if before:
        change = max(0.0, 1 - now / before)
        yield change, "", f"{now:,} articles after {before:,}: {change:.1%} fewer"


#: The gates in the order of their options, each with what it looks at.
_GATES: dict[str, Callable[[Measure, GatesConfig], Iterator[_Look]]] = {
    "duplicate_rate": _duplicate_rate,
    "source_duplicate_rate": _source_duplicate_rate,
    "sources": _named_sources,
    "largest_cluster": _largest_cluster,
    "source_kept": _source_kept,
    "low_confidence": _low_confidence,
    "unread": _unread,
    "growth": _growth,
    "shrinkage": _shrinkage,
}


def _judged(measure: Measure, gates: GatesConfig) -> Iterator[SourceFigures]:
    return (one for one in measure.figures.sources if one.articles >= gates.least)


def _repeating(repeats: int, articles: int) -> str:
    return f"{repeats:,} of {articles:,} articles ({repeats / max(articles, 1):.1%}) repeat another"


def _called(one: SourceFigures) -> str:
    return one.name or "Articles without a source"
