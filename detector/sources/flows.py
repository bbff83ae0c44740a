"""Flows between sources, and what the articles of each source are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detector.sources.delays import middle
from detector.sources.deriving import Derivation, derivations
from detector.sources.shapes import Labelled, Paired
from detector.sources.standing import ALONE, ORIGINAL, REPORT, UNKNOWN, standings


@dataclass(frozen=True, slots=True)
class Flow:
    """Articles that one source took over from another.

    Attributes:
        giver: source of the articles they came from.
        taker: source that took them over; the giver itself for its own updates.
        relation: of these articles to theirs; empty in a sum over all relations, and where
            only other articles join the two.
        articles: how many.
        delay: median minutes between the two; None where no two times are known.
        timed: how many have a known delay.
    """

    giver: str
    taker: str
    relation: str
    articles: int
    delay: float | None
    timed: int


@dataclass(frozen=True, slots=True)
class Source:
    """What the articles of one source are.

    The articles are originals, taken, updates, unclear, reports or alone; each is one.

    Attributes:
        name: as the input gave it, else the key of the outlet.
        articles: how many.
        originals: that other articles derive from.
        taken: derived from articles of other sources, or of unnamed ones.
        updates: derived from the source's own articles.
        unclear: in a syndication cluster whose original is unknown.
        reports: of an event that others report, too.
        alone: related to nothing.
        republished: articles of other named sources that derive from its articles.
        delay: median minutes until it takes over; None where no times are known.
        takers: flows to others, all relations together, the largest first.
        givers: flows from others, all relations together, the largest first.
    """

    name: str
    articles: int
    originals: int
    taken: int
    updates: int
    unclear: int
    reports: int
    alone: int
    republished: int
    delay: float | None
    takers: tuple[Flow, ...] = ()
    givers: tuple[Flow, ...] = ()


def flows(
    labels: Sequence[Labelled], pairs: Iterable[Paired], *, by_relation: bool = False
) -> tuple[Flow, ...]:
    """Who republishes whom, own updates included, the largest flow first.

    Args:
        labels: of all articles; those without a source are left out.
        pairs: verified pairs.
        by_relation: a flow for each relation, instead of one for all together.
    """
    return flows_from(labels, derivations(labels, pairs), by_relation=by_relation)


def flows_from(
    labels: Iterable[Labelled], derived: Iterable[Derivation], *, by_relation: bool = False
) -> tuple[Flow, ...]:
    """The same from derivations that are known already."""
    of = {label.id: label.source for label in labels}
    counts: Counter[tuple[str, str, str]] = Counter()
    delays: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for one in derived:
        giver, taker = of.get(one.parent, ""), of[one.article]
        if one.own and taker:
            giver = taker  # spelt in two ways
        if not giver or not taker:
            continue
        key = (giver, taker, one.relation if by_relation else "")
        counts[key] += 1
        if one.delay is not None:
            delays[key].append(one.delay)
    found = (
        Flow(*key, count, middle(delays.get(key, ())), len(delays.get(key, ())))
        for key, count in counts.items()
    )
    return tuple(sorted(found, key=lambda f: (-f.articles, f.giver, f.taker, f.relation)))


def sources(labels: Sequence[Labelled], pairs: Iterable[Paired]) -> tuple[Source, ...]:
    """What the articles of each named source are, the source with most articles first."""
    return sources_from(labels, derivations(labels, pairs))


def sources_from(labels: Sequence[Labelled], derived: Sequence[Derivation]) -> tuple[Source, ...]:
    """The same from derivations that are known already."""
    own = {one.article for one in derived if one.own}
    gaps: dict[str, list[float]] = defaultdict(list)
    of = {label.id: label.source for label in labels}
    for one in derived:
        if one.delay is not None and not one.own:
            gaps[of[one.article]].append(one.delay)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, standing in standings(labels).items():
        counts[of[name]]["own" if name in own else standing] += 1
    takers: dict[str, list[Flow]] = defaultdict(list)
    givers: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows_from(labels, derived):
        if flow.giver != flow.taker:
            takers[flow.giver].append(flow)
            givers[flow.taker].append(flow)
    found = (
        _source(name, of_source, gaps.get(name, ()), takers.get(name, ()), givers.get(name, ()))
        for name, of_source in counts.items()
        if name
    )
    return tuple(sorted(found, key=lambda s: (-s.articles, s.name)))


def _source(
    name: str,
    counts: Mapping[str, int],
    gaps: Sequence[float],
    takers: Sequence[Flow],
    givers: Sequence[Flow],
) -> Source:
    total = sum(counts.values())
    told = {kind: counts.get(kind, 0) for kind in (ORIGINAL, "own", UNKNOWN, REPORT, ALONE)}
    return Source(
        name=name,
        articles=total,
        originals=told[ORIGINAL],
        taken=total - sum(told.values()),
        updates=told["own"],
        unclear=told[UNKNOWN],
        reports=told[REPORT],
        alone=told[ALONE],
        republished=sum(flow.articles for flow in takers),
        delay=middle(gaps),
        takers=tuple(takers),
        givers=tuple(givers),
    )
