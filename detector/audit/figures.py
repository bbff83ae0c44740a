"""What a run comes to: counts, rates and extremes, overall and by outlet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.audit.tables import Link, Row
from detector.records import COPIES, Level, Relation

UNKNOWN = ""  #: the source of articles whose outlet is not known
_TAKEN = frozenset(map(str, (*COPIES, Relation.TRANSLATION)))
_DUPLICATE = list(Level).index(Level.DUPLICATE)
_LARGEST = 5  # clusters of a level that are named
_DECIMALS = 6  # of a share that is written down


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One outlet in one run.

    Attributes:
        articles: it has.
        duplicates: of them, articles that repeat an earlier one in their language.
        kept: of them, articles that the keep policy leaves.
        taken: of them, copies and translations of another outlet's article.
        given: articles of other outlets that are copies or translations of one of its own.
    """

    name: str
    articles: int
    duplicates: int
    kept: int
    taken: int
    given: int

    @property
    def duplicate_rate(self) -> float:
        """Share of its articles that repeat an earlier one."""
        return self.duplicates / self.articles if self.articles else 0.0

    @property
    def kept_rate(self) -> float:
        """Share of its articles that the keep policy leaves."""
        return self.kept / self.articles if self.articles else 1.0


@dataclass(frozen=True, slots=True)
class Largest:
    """One of the largest clusters of a level: its id, its size, and its first headline."""

    id: str
    articles: int
    title: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One run in numbers.

    Attributes:
        articles: rows.
        duplicates: articles that repeat an earlier one in their language: all but one of
            each duplicate cluster.
        kept: articles that the keep policy leaves.
        pairs: related pairs by relation, in the order of `Relation`.
        clusters: clusters of at least two articles, by level.
        largest: the largest of them by level.
        low: pairs that score under the gate's `low_score`.
        languages: articles by language, the most frequent first.
        sources: outlets, those with most articles first.
    """

    articles: int
    duplicates: int
    kept: int
    pairs: Mapping[str, int]
    clusters: Mapping[str, int]
    largest: Mapping[str, tuple[Largest, ...]]
    low: int
    languages: Mapping[str, int]
    sources: tuple[SourceFigures, ...]

    @property
    def duplicate_rate(self) -> float:
        """Share of the articles that repeat an earlier one."""
        return self.duplicates / self.articles if self.articles else 0.0

    @property
    def links(self) -> int:
        """Related pairs of every relation."""
        return sum(self.pairs.values())

    @property
    def low_rate(self) -> float:
        """Share of the pairs that score low."""
        return self.low / self.links if self.links else 0.0

    def source(self, name: str) -> SourceFigures | None:
        """The figures of one outlet, if it has articles."""
        return next((s for s in self.sources if s.name == name), None)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Figures:
        """The figures that `values` has written down."""
        return cls(
            articles=values["articles"],
            duplicates=values["duplicates"],
            kept=values["kept"],
            pairs=values["pairs"],
            clusters=values["clusters"],
            largest={
                level: tuple(Largest(**one) for one in found)
                for level, found in values["largest"].items()
            },
            low=values["low_confidence"],
            languages=values["languages"],
            sources=tuple(
                SourceFigures(**{name: one[name] for name in SourceFigures.__slots__})
                for one in values["sources"]
            ),
        )

    def values(self) -> dict[str, Any]:
        """Plain JSON values, as ``run.json`` holds them."""
        return {
            "articles": self.articles,
            "duplicates": self.duplicates,
            "duplicate_rate": round(self.duplicate_rate, _DECIMALS),
            "kept": self.kept,
            "pairs": dict(self.pairs),
            "clusters": dict(self.clusters),
            "largest": {
                level: [{"id": c.id, "articles": c.articles, "title": c.title} for c in found]
                for level, found in self.largest.items()
            },
            "low_confidence": self.low,
            "low_confidence_rate": round(self.low_rate, _DECIMALS),
            "languages": dict(self.languages),
            "sources": [
                {
                    **{name: getattr(s, name) for name in SourceFigures.__slots__},
                    "duplicate_rate": round(s.duplicate_rate, _DECIMALS),
                }
                for s in self.sources
            ],
        }


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run's tables with its figures."""

    rows: Sequence[Row]
    links: Sequence[Link]
    figures: Figures

    @classmethod
    def of(cls, rows: Sequence[Row], links: Sequence[Link], low_score: float) -> Snapshot:
        """Count what the tables hold; `low_score` is as in `figures`."""
        return cls(rows, links, figures(rows, links, low_score))


def figures(rows: Sequence[Row], links: Sequence[Link], low_score: float) -> Figures:
    """The figures of a run.

    Args:
        rows: one an article.
        links: related pairs.
        low_score: pairs under it are of low confidence.
    """
    spare = repeats(rows)
    related = Counter(link.relation for link in links)
    clusters = zip(*(row.clusters for row in rows), strict=True) if rows else ((),) * len(Level)
    sizes = {level: Counter(names) for level, names in zip(Level, clusters, strict=True)}
    return Figures(
        articles=len(rows),
        duplicates=len(spare),
        kept=sum(row.canonical for row in rows),
        pairs={str(relation): related[str(relation)] for relation in Relation},
        clusters={str(level): sum(n > 1 for n in sizes[level].values()) for level in Level},
        largest=dict(_largest(rows, sizes)),
        low=sum(link.score < low_score for link in links),
        languages=dict(_ranked(Counter(row.language for row in rows))),
        sources=_sources(rows, spare),
    )


def repeats(rows: Sequence[Row]) -> set[str]:
    """Articles that repeat another of their duplicate cluster: all of it but one.

    That one is the original; else the one that is kept, the first published, the first by id.
    """
    sizes = Counter(row.clusters[_DUPLICATE] for row in rows)
    clusters: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        name = row.clusters[_DUPLICATE]
        if sizes[name] > 1:
            clusters[name].append(row)
    found: set[str] = set()
    for members in clusters.values():
        first = min(members, key=_rank)
        found |= {row.id for row in members if row is not first}
    return found


def _rank(row: Row) -> tuple[bool, bool, bool, str, str]:
    return row.original != row.id, not row.canonical, not row.published, row.published, row.id


def _largest(
    rows: Iterable[Row], sizes: Mapping[Level, Counter[str]]
) -> Iterator[tuple[str, tuple[Largest, ...]]]:
    found = {
        level: [item for item in _ranked(counts)[:_LARGEST] if item[1] > 1]
        for level, counts in sizes.items()
    }
    first = heads(rows, {name for clusters in found.values() for name, _ in clusters})
    for level, clusters in found.items():
        yield (
            str(level),
            tuple(Largest(name, n, first[name].title or first[name].id) for name, n in clusters),
        )


def heads(rows: Iterable[Row], names: set[str]) -> dict[str, Row]:
    """The article that each of the named clusters begins with, as `repeats` ranks them."""
    found: dict[str, Row] = {}
    for row in rows:
        for name in names.intersection(row.clusters):
            if name not in found or _rank(row) < _rank(found[name]):
                found[name] = row
    return found


def _sources(rows: Sequence[Row], spare: set[str]) -> tuple[SourceFigures, ...]:
    home = {row.id: row.source for row in rows}
    counts = Counter(row.source for row in rows)
    again = Counter(row.source for row in rows if row.id in spare)
    kept = Counter(row.source for row in rows if row.canonical)
    taken: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for row in rows:
        if row.original and row.relation in _TAKEN:
            origin = home.get(row.original, row.source)
            if origin != row.source:
                taken[row.source] += 1
                given[origin] += 1
    return tuple(
        SourceFigures(name, count, again[name], kept[name], taken[name], given[name])
        for name, count in _ranked(counts)
    )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
