"""Pairs, changes and decisions as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.records import Pair
from detector.report.choosing import TELLING, Choice
from detector.report.clusters import CALLED, GROUPS, Head, head
from detector.report.context import Changes, ClusterChange, Context, Decision, Gate, PairChange
from detector.report.index import Index
from detector.report.words import brief

_LINE = 400  # characters of a note
_NAME = 80
_TOLD = 5  # sentences on one gate
_PARTS = 4  # of a cluster that was merged or split
_UNRELATED = "not related"
_AS = {"duplicate": "article, in one language", "syndication": "article, in any language"}


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair in a list.

    Attributes:
        number: its place among the pairs shown side by side; -1 where it is not.
        left: the original, else the earlier one.
        told: what a reviewer should know, in a few words each.
    """

    number: int
    relation: str
    called: str
    score: float
    left: Head
    right: Head
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BecameRow:
    """What became of a cluster; sizes are of its parts, `articles` is how many it has now."""

    cluster: str
    what: str
    kind: str
    title: str
    before: str
    now: str
    articles: int


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A pair that the caller of the report names; its articles may be gone."""

    number: int
    left: Head
    right: Head
    before: str
    now: str
    note: str = ""
    made: str = ""


class Listing:
    """Makes the rows of one page."""

    def __init__(self, index: Index, numbers: Mapping[tuple[str, str], int], most: int) -> None:
        """Store what rows are made from.

        Args:
            index: of the detection.
            numbers: places of the pairs that are shown side by side.
            most: rows of what the caller names.
        """
        self._index = index
        self._numbers = numbers
        self._most = most

    def pairs(self, chosen: Choice) -> list[PairRow]:
        """The pairs that are shown side by side, the surest of each relation first."""
        order = {relation: n for n, relation in enumerate(TELLING)}
        ranked = sorted(chosen.pairs, key=lambda p: (order[p.relation], -p.score, p.a, p.b))
        return [self._row(pair) for pair in ranked]

    def doubts(self, chosen: Choice) -> dict[str, list[PairRow]]:
        """The pairs for review, by kind."""
        return {
            kind: [self._row(doubt.pair, doubt.told) for doubt in found]
            for kind, found in chosen.doubts.items()
        }

    def changes(self, changes: Changes | None) -> dict[str, Any]:
        """What changed, and how much more of it there is than is listed."""
        if changes is None:
            return {}
        lists = {"clusters": changes.clusters, "pairs": changes.pairs, "rates": changes.rates}
        return {
            "clusters": [_became(one) for one in changes.clusters[: self._most]],
            "pairs": [self._changed(change) for change in changes.pairs[: self._most]],
            "rates": changes.rates[: self._most],
            "more": {name: max(0, len(found) - self._most) for name, found in lists.items()},
        }

    def decisions(self, context: Context) -> list[NamedRow]:
        """Decisions in force, with what their pairs are now."""
        return [self._decided(one) for one in context.decisions[: self._most]]

    def gates(self, context: Context) -> list[Gate]:
        """The gates, tripped ones first."""
        ranked = sorted(context.gates, key=lambda gate: not gate.tripped)
        return [
            Gate(line(g.name), line(g.limit), line(g.value), g.tripped, _some(g.told))
            for g in ranked[: self._most]
        ]

    def _row(self, pair: Pair, told: tuple[str, ...] = ()) -> PairRow:
        left, right = self._index.sides(pair)
        return PairRow(
            number=self._number(pair.a, pair.b),
            relation=str(pair.relation),
            called=CALLED[str(pair.relation)],
            score=pair.score,
            left=head(self._index.labels[left]),
            right=head(self._index.labels[right]),
            told=told,
        )

    def _changed(self, change: PairChange) -> NamedRow:
        pair = {change.a, change.b}
        told = [
            CALLED[str(relation)] if relation else lacking if pair & articles else _UNRELATED
            for relation, articles, lacking in (
                (change.before, self._index.new, "new article"),
                (change.now, pair - self._index.labels.keys(), "article gone"),
            )
        ]
        left, right = self._named(change.a), self._named(change.b)
        return NamedRow(self._number(change.a, change.b), left, right, *told)

    def _decided(self, one: Decision) -> NamedRow:
        pair = self._index.pair(one.a, one.b)
        decided = "same" if one.same else "not the same"
        return NamedRow(
            number=self._number(one.a, one.b),
            left=self._named(one.a),
            right=self._named(one.b),
            before=f"{decided} {_AS.get(one.level, line(one.level))}".strip(),
            now=CALLED[str(pair.relation)] if pair else _UNRELATED,
            note=line(one.note),
            made=line(one.made),
        )

    def _number(self, a: str, b: str) -> int:
        return self._numbers.get((min(a, b), max(a, b)), -1)

    def _named(self, name: str) -> Head:
        label = self._index.labels.get(name)
        return head(label) if label else Head("", brief(name, _NAME), "und", "", "")


def _became(one: ClusterChange) -> BecameRow:
    return BecameRow(
        cluster=one.cluster,
        what=one.what,
        kind=GROUPS.get(one.level, one.level),
        title=line(one.title) or brief(one.cluster, _NAME),
        before=_parts(one.before),
        now=_parts(one.now),
        articles=sum(one.now),
    )


def _parts(sizes: Sequence[int]) -> str:
    """Sizes beside each other, the largest first: "11 + 7"."""
    shown = [f"{size:,}" for size in sorted(sizes, reverse=True)[:_PARTS]]
    more = len(sizes) - _PARTS
    return " + ".join([*shown, f"{more} more"] if more > 0 else shown)


def _some(told: Sequence[str]) -> tuple[str, ...]:
    """The first sentences, and how many more there are."""
    shown = tuple(line(text) for text in told[:_TOLD])
    return shown if len(told) <= _TOLD else (*shown, f"And {len(told) - _TOLD:,} more.")


def line(text: str) -> str:
    """A note of a bounded length."""
    return brief(text, _LINE)
