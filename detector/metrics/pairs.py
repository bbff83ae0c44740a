"""Precision and recall of related pairs, by relation and by language pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from detector.errors import InputError
from detector.records import COPIES, Level, Pair, Relation

#: A pair as the library gives it, or as a row of a pair file.
PairLike: TypeAlias = Pair | Mapping[str, Any]

#: Two article ids, the smaller one first.
Key: TypeAlias = tuple[str, str]

#: Names the sum over all language pairs.
ALL = "all"

#: Written in a gold file for two articles that are known to be unrelated.
UNRELATED = frozenset({"", "none", "unrelated"})

#: Relations that join a cluster of each level.
JOINS: Mapping[Level, frozenset[Relation]] = {
    Level.DUPLICATE: COPIES,
    Level.SYNDICATION: COPIES | {Relation.TRANSLATION},
    Level.EVENT: frozenset(Relation),
}


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of pairs, and the shares that follow.

    Attributes:
        hits: predicted pairs that are gold.
        predicted: predicted pairs.
        gold: gold pairs.
    """

    hits: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predicted pairs that are gold; 1 where nothing was predicted."""
        return self.hits / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold pairs that were predicted; 1 where there are none."""
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 where nothing was to be found and nothing was."""
        total = self.predicted + self.gold
        return 2 * self.hits / total if total else 1.0

    def as_dict(self) -> dict[str, float]:
        """The counts and shares, for JSON."""
        shares = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {
            **{name: round(value, 6) for name, value in shares.items()},
            "hits": self.hits,
            "predicted": self.predicted,
            "gold": self.gold,
        }


@dataclass(frozen=True, slots=True)
class Link:
    """What one side says of two articles.

    Attributes:
        relation: how they are related.
        score: its probability, 1.0 where the side gives none.
        original: the one that came first, or None.
    """

    relation: Relation
    score: float = 1.0
    original: str | None = None


def links(pairs: Iterable[PairLike]) -> dict[Key, Link]:
    """Pairs by their two ids, in the order given; unrelated ones are left out.

    Raises:
        InputError: if a pair stands twice, joins an article to itself, or has a relation,
            a score or an original that cannot be.
    """
    found: dict[Key, Link] = {}
    for pair in pairs:
        a, b, link = _record(pair) if isinstance(pair, Pair) else _row(pair)
        if link is None:
            continue
        if a == b:
            raise InputError(f"the pair {a} - {b} joins an article to itself")
        key = (a, b) if a < b else (b, a)
        if key in found:
            raise InputError(f"the pair {key[0]} - {key[1]} stands twice; keep one")
        found[key] = link
    return found


def pair_scores(
    predicted: Iterable[PairLike],
    gold: Iterable[PairLike],
    languages: Mapping[str, str] | None = None,
    ignore: Collection[Key] = frozenset(),
) -> dict[tuple[str, str], Score]:
    """Precision and recall for each relation and each level, by language pair.

    A relation counts strictly: a copy called excerpt is a miss of the one and a false
    pair of the other. A level counts every pair that joins its clusters, whichever of
    its relations each side chose.

    Args:
        predicted: verified pairs.
        gold: all pairs that should be found.
        languages: id to language code; articles it does not name are ``und``.
        ignore: pairs to leave out on both sides.

    Returns:
        ``(relation or level, language pair)`` to its score, language pairs written as
        ``en-vi`` in alphabetical order, with a sum named ``all`` for each name. Names
        without any pair on either side are left out.
    """
    ours, theirs = links(predicted), links(gold)
    tongues = languages or {}
    counts: dict[tuple[str, str], list[int]] = {}

    def count(name: str, spoken: str, column: int) -> None:
        for cell in ((name, ALL), (name, spoken)):
            counts.setdefault(cell, [0, 0, 0])[column] += 1

    for key in sorted({*ours, *theirs} - set(ignore)):
        spoken = language_pair(key, tongues)
        said, true = _names(ours.get(key)), _names(theirs.get(key))
        for column, names in enumerate((said & true, said, true)):
            for name in names:
                count(name, spoken, column)
    order = [*map(str, Relation), *map(str, Level)]
    cells = sorted(counts, key=lambda c: (order.index(c[0]), c[1] != ALL, c[1]))
    return {cell: Score(*counts[cell]) for cell in cells}


def confusion(
    predicted: Iterable[PairLike],
    gold: Iterable[PairLike],
    ignore: Collection[Key] = frozenset(),
) -> dict[tuple[str, str], int]:
    """How many pairs of each gold relation were given each relation.

    Returns:
        ``(gold, predicted)`` to a count; a side that does not relate a pair is ``none``.
    """
    ours, theirs = links(predicted), links(gold)
    order = [*map(str, Relation), "none"]
    cells = Counter(
        (_name(theirs.get(key)), _name(ours.get(key))) for key in {*ours, *theirs} - set(ignore)
    )
    return dict(sorted(cells.items(), key=lambda c: tuple(map(order.index, c[0]))))


def language_pair(key: Key, languages: Mapping[str, str]) -> str:
    """The languages of two articles as ``en-vi``, in alphabetical order."""
    return "-".join(sorted(languages.get(side) or "und" for side in key))


def _name(link: Link | None) -> str:
    return str(link.relation) if link else "none"


def _names(link: Link | None) -> set[str]:
    if link is None:
        return set()
    levels = (level for level, joins in JOINS.items() if link.relation in joins)
    return {str(link.relation), *map(str, levels)}


def _record(pair: Pair) -> tuple[str, str, Link | None]:
    return pair.a, pair.b, Link(pair.relation, pair.score, pair.original)


def _row(row: Mapping[str, Any]) -> tuple[str, str, Link | None]:
    if "a" not in row or "b" not in row:
        raise InputError(f"a pair needs the columns a and b; it has {', '.join(map(str, row))}")
    a, b = str(row["a"]), str(row["b"])
    name = str(row.get("relation") or "").strip()
    if name in UNRELATED:
        return a, b, None
    try:
        relation = Relation(name)
    except ValueError:
        known = ", ".join([*map(str, Relation), "none"])
        raise InputError(f"the pair {a} - {b} has the relation {name!r}; known: {known}") from None
    original = None if row.get("original") in (None, "") else str(row["original"])
    if original not in (None, a, b):
        raise InputError(f"the pair {a} - {b} names {original} as original, which is neither")
    return a, b, Link(relation, _probability(row.get("score"), f"the pair {a} - {b}"), original)


def _probability(value: Any, where: str) -> float:
    if value in (None, ""):
        return 1.0
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 1:
        raise InputError(f"{where} has the score {value!r}; it must be a number from 0 to 1")
    return number
