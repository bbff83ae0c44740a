"""Whether a named original and a stated probability can be relied on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from detector.errors import InputError
from detector.metrics.pairs import Key, PairLike, links


@dataclass(frozen=True, slots=True)
class Direction:
    """How often the original was named, and rightly.

    Attributes:
        right: gold names an original, and so was it named.
        wrong: gold names an original, and another was named.
        null: gold names an original, and none was named.
        claimed: gold says that nothing speaks, yet one was named.
        withheld: gold says that nothing speaks, and none was named.
    """

    right: int = 0
    wrong: int = 0
    null: int = 0
    claimed: int = 0
    withheld: int = 0

    @property
    def accuracy(self) -> float:
        """Share right where gold names an original; 1 where it never does."""
        known = self.right + self.wrong + self.null
        return self.right / known if known else 1.0

    @property
    def restraint(self) -> float:
        """Share left null where nothing speaks; 1 where there is no such case."""
        open_ = self.claimed + self.withheld
        return self.withheld / open_ if open_ else 1.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose probability fell in ``(low, high]``.

    Attributes:
        low: lower edge.
        high: upper edge.
        count: predictions in it.
        confidence: their mean probability; 0 where there are none.
        accuracy: share of them that came true; 0 where there are none.
    """

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far stated probabilities are from what came true.

    Attributes:
        ece: expected calibration error, 0 to 1.
        brier: mean squared difference of probability and outcome (Brier 1950).
        bins: the reliability table.
    """

    ece: float
    brier: float
    bins: tuple[Bin, ...]


def direction_of_articles(
    predicted: Mapping[str, str | None], gold: Mapping[str, str | None]
) -> Direction:
    """Judge the original named for each article that gold has in a cluster with another.

    Args:
        predicted: article to the original of its syndication cluster, or None.
        gold: the same; leave out articles that stand alone. An original may name itself
            or nothing: it counts only where gold lets it name itself.

    Raises:
        InputError: if `predicted` lacks an article.
    """
    missing = sorted(i for i in gold if i not in predicted)
    if missing:
        raise InputError(f"gold articles without a predicted row: {', '.join(missing[:5])}")
    ours, theirs = _self_named(predicted), _self_named(gold)
    return _count((ours[i], theirs[i]) for i in gold if theirs[i] != i)


def direction_of_pairs(predicted: Iterable[PairLike], gold: Iterable[PairLike]) -> Direction:
    """Judge the original named in each pair that both sides relate."""
    ours, theirs = links(predicted), links(gold)
    return _count((ours[k].original, theirs[k].original) for k in theirs if k in ours)


def calibration(scores: Sequence[float], outcomes: Sequence[bool], bins: int = 10) -> Calibration:
    """Expected calibration error over bins of equal width (Naeini et al. 2015).

    Args:
        scores: stated probabilities, 0 to 1.
        outcomes: whether each came true.
        bins: how many bins.

    Raises:
        ValueError: if the two differ in length.
    """
    filled: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, outcome in zip(scores, outcomes, strict=True):
        # A score on an edge belongs below it; rounding keeps .7 out of the bin above.
        place = -int(-round(score * bins, 9) // 1) - 1
        filled[min(bins - 1, max(0, place))].append((score, bool(outcome)))
    table = tuple(_bin(i / bins, (i + 1) / bins, inside) for i, inside in enumerate(filled))
    n = len(scores) or 1
    return Calibration(
        ece=sum(b.count * abs(b.confidence - b.accuracy) for b in table) / n,
        brier=sum((s - o) ** 2 for s, o in zip(scores, outcomes, strict=True)) / n,
        bins=table,
    )


def pair_calibration(
    predicted: Iterable[PairLike],
    gold: Iterable[PairLike],
    ignore: Collection[Key] = frozenset(),
    bins: int = 10,
) -> Calibration:
    """Calibration of the predicted pairs: true is a pair whose relation gold confirms."""
    theirs = links(gold)
    ours = {key: link for key, link in links(predicted).items() if key not in ignore}
    outcomes = [k in theirs and theirs[k].relation is link.relation for k, link in ours.items()]
    return calibration([link.score for link in ours.values()], outcomes, bins)


def _count(cases: Iterable[tuple[str | None, str | None]]) -> Direction:
    tally = dict.fromkeys(("right", "wrong", "null", "claimed", "withheld"), 0)
    for ours, true in cases:
        if true is None:
            tally["withheld" if ours is None else "claimed"] += 1
        elif ours is None:
            tally["null"] += 1
        else:
            tally["right" if ours == true else "wrong"] += 1
    return Direction(**tally)


def _self_named(originals: Mapping[str, str | None]) -> dict[str, str | None]:
    """The same, where whatever another article names as its original names itself."""
    named = {original for original in originals.values() if original is not None}
    return {i: original or (i if i in named else None) for i, original in originals.items()}


def _bin(low: float, high: float, inside: Sequence[tuple[float, bool]]) -> Bin:
    n = len(inside)
    if not n:
        return Bin(low, high, 0, 0.0, 0.0)
    return Bin(low, high, n, sum(s for s, _ in inside) / n, sum(o for _, o in inside) / n)
