"""Agreement of two clusterings, all from their contingency table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, log
from typing import TypeAlias

from detector.errors import InputError
from detector.metrics.pairs import ALL, Key, Score, language_pair

#: Article id to the cluster it is in.
Labels: TypeAlias = Mapping[str, Hashable]


@dataclass(frozen=True, slots=True)
class BCubed:
    """B-cubed precision and recall, each a mean over articles."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class VMeasure:
    """How pure the predicted clusters are and how whole the gold ones."""

    homogeneity: float
    completeness: float

    @property
    def v(self) -> float:
        """Harmonic mean of both."""
        total = self.homogeneity + self.completeness
        return 2 * self.homogeneity * self.completeness / total if total else 0.0


@dataclass(frozen=True, slots=True)
class SisterMerges:
    """Pairs of articles on different events of one sister group."""

    merged: int
    pairs: int

    @property
    def rate(self) -> float:
        """Share of the pairs that one predicted cluster holds; 0 where there are none."""
        return self.merged / self.pairs if self.pairs else 0.0


def bcubed(predicted: Labels, gold: Labels) -> BCubed:
    """B-cubed (Bagga & Baldwin 1998), which meets the formal constraints of Amigó et al. 2009.

    An article's precision is the share of its predicted cluster that is of its gold
    cluster; its recall the share of its gold cluster that is in its predicted one.

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    table = _table(predicted, gold)
    ours, theirs = _margins(table)
    n = len(gold) or 1
    return BCubed(
        precision=sum(c * c / ours[p] for (p, _), c in table.items()) / n,
        recall=sum(c * c / theirs[g] for (_, g), c in table.items()) / n,
    )


def adjusted_rand(predicted: Labels, gold: Labels) -> float:
    """Rand index corrected for chance (Hubert & Arabie 1985): 1 is perfect, 0 is chance.

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    score = cluster_pair_scores(predicted, gold).get(ALL, Score(0, 0, 0))
    total = comb(len(gold), 2)
    if score.predicted == score.gold and score.gold in (0, total):
        return 1.0  # both all apart, or both all together
    expected = score.predicted * score.gold / total
    return (score.hits - expected) / ((score.predicted + score.gold) / 2 - expected)


def v_measure(predicted: Labels, gold: Labels) -> VMeasure:
    """Homogeneity and completeness (Rosenberg & Hirschberg 2007).

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    table = _table(predicted, gold)
    ours, theirs = _margins(table)
    n = len(gold)
    shared = sum(c / n * log(c * n / (ours[p] * theirs[g])) for (p, g), c in table.items())

    def share(sizes: Counter[Hashable]) -> float:
        entropy = -sum(c / n * log(c / n) for c in sizes.values())
        return min(1.0, max(0.0, shared / entropy)) if entropy > 0 else 1.0

    return VMeasure(homogeneity=share(theirs), completeness=share(ours))


def cluster_pair_scores(
    predicted: Labels, gold: Labels, languages: Mapping[str, str] | None = None
) -> dict[str, Score]:
    """Precision and recall of the pairs that clusters imply, counted without listing them.

    Returns:
        language pair to its score, with the sum named ``all`` first.

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    check(predicted, gold)
    both = {i: (predicted[i], gold[i]) for i in gold}
    return _scores(*(_implied(labels, languages or {}) for labels in (both, predicted, gold)))


def pairs_in_clusters(
    pairs: Iterable[Key], labels: Labels, languages: Mapping[str, str]
) -> dict[str, Score]:
    """Score listed pairs (as predicted) against the pairs that clusters (as gold) imply.

    Returns:
        language pair to its score, with the sum named ``all`` first.

    Raises:
        InputError: if a pair names an article without a label.
    """
    listed = sorted(set(pairs))
    strangers = [i for i in dict.fromkeys(i for key in listed for i in key) if i not in labels]
    if strangers:
        raise InputError(f"pairs name articles that have no row: {_some(strangers)}")
    said = Counter(language_pair(key, languages) for key in listed)
    hits = Counter(
        language_pair(key, languages) for key in listed if labels[key[0]] == labels[key[1]]
    )
    return _scores(hits, said, _implied(labels, languages))


def sister_merges(predicted: Labels, gold: Labels, groups: Labels) -> SisterMerges:
    """How many article pairs on sister events one predicted cluster holds.

    Args:
        predicted: predicted event of each article.
        gold: true event of each article.
        groups: sister group of each article that has one: similar but different events.

    Raises:
        InputError: if the three sides do not label the same articles.
    """
    check(predicted, gold)
    apart = {i: gold[i] for i in groups if i in gold}
    if len(apart) < len(groups):
        raise InputError(f"no gold row for {_some([i for i in groups if i not in gold])}")

    def pairs(labels: Iterable[Hashable]) -> int:
        return sum(comb(c, 2) for c in Counter(labels).values())

    return SisterMerges(
        merged=pairs((groups[i], predicted[i]) for i in apart)
        - pairs((groups[i], predicted[i], gold[i]) for i in apart),
        pairs=pairs(groups[i] for i in apart) - pairs((groups[i], gold[i]) for i in apart),
    )


def check(predicted: Labels, gold: Labels) -> None:
    """Refuse two sides that do not label the same articles.

    Raises:
        InputError: naming the first articles that one side lacks.
    """
    missing = [i for i in gold if i not in predicted]
    unknown = [i for i in predicted if i not in gold]
    if missing:
        raise InputError(f"gold articles without a predicted row: {_some(missing)}")
    if unknown:
        raise InputError(f"predicted articles without a gold row: {_some(unknown)}")


def _scores(hits: Counter[str], predicted: Counter[str], gold: Counter[str]) -> dict[str, Score]:
    columns = (hits, predicted, gold)
    total = Score(*(sum(column.values()) for column in columns))
    names = sorted({*predicted, *gold})
    return {ALL: total, **{name: Score(*(c[name] for c in columns)) for name in names}}


def _implied(labels: Labels, languages: Mapping[str, str]) -> Counter[str]:
    """Pairs within clusters by language pair."""
    sizes: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for i, label in labels.items():
        sizes[label][languages.get(i) or "und"] += 1
    counts: Counter[str] = Counter()
    for spoken in sizes.values():
        for one, other in combinations_with_replacement(sorted(spoken), 2):
            many = comb(spoken[one], 2) if one == other else spoken[one] * spoken[other]
            if many:
                counts[f"{one}-{other}"] += many
    return counts


def _table(predicted: Labels, gold: Labels) -> Counter[tuple[Hashable, Hashable]]:
    check(predicted, gold)
    return Counter((predicted[i], gold[i]) for i in gold)


def _margins(
    table: Counter[tuple[Hashable, Hashable]],
) -> tuple[Counter[Hashable], Counter[Hashable]]:
    ours: Counter[Hashable] = Counter()
    theirs: Counter[Hashable] = Counter()
    for (p, g), c in table.items():
        ours[p] += c
        theirs[g] += c
    return ours, theirs


def _some(ids: list[str], shown: int = 5) -> str:
    rest = f" and {len(ids) - shown} more" if len(ids) > shown else ""
    return ", ".join(ids[:shown]) + rest
