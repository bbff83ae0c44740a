"""Everything that can be said of one detection, from whatever of it is at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from detector.errors import InputError
from detector.metrics.clusters import (
    BCubed,
    SisterMerges,
    VMeasure,
    adjusted_rand,
    bcubed,
    cluster_pair_scores,
    pairs_in_clusters,
    sister_merges,
    v_measure,
)
from detector.metrics.mismatches import Mismatch, over_merged, over_split
from detector.metrics.pairs import JOINS, Key, Score, confusion, links, pair_scores
from detector.metrics.sides import Side, languages
from detector.metrics.trust import (
    Calibration,
    Direction,
    direction_of_articles,
    direction_of_pairs,
    pair_calibration,
)
from detector.records import Level


@dataclass(frozen=True, slots=True)
class ClusterQuality:
    """Agreement with gold at one level of clusters.

    Attributes:
        predicted: number of predicted clusters, single articles among them.
        gold: number of gold clusters.
        bcubed: means over articles.
        v_measure: homogeneity and completeness.
        adjusted_rand: Rand index corrected for chance.
        pairs: language pair to the score of the pairs that the clusters imply.
        over_merged: predicted clusters of several gold ones, worst first.
        over_split: gold clusters in several predicted ones, worst first.
    """

    predicted: int
    gold: int
    bcubed: BCubed
    v_measure: VMeasure
    adjusted_rand: float
    pairs: Mapping[str, Score]
    over_merged: tuple[Mismatch, ...]
    over_split: tuple[Mismatch, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        cubed, v = self.bcubed, self.v_measure
        return {
            "predicted": self.predicted,
            "gold": self.gold,
            "bcubed": _rounded(precision=cubed.precision, recall=cubed.recall, f1=cubed.f1),
            **_rounded(
                adjusted_rand=self.adjusted_rand,
                homogeneity=v.homogeneity,
                completeness=v.completeness,
                v_measure=v.v,
            ),
            "pairs": {name: score.as_dict() for name, score in self.pairs.items()},
            "over_merged": [asdict(mismatch) for mismatch in self.over_merged],
            "over_split": [asdict(mismatch) for mismatch in self.over_split],
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What could be measured; a part that the input does not allow is empty or None.

    Attributes:
        articles: how many were judged; 0 where only pairs were given.
        clusters: agreement at each level that both sides have.
        pairs: relation or level and language pair to its score.
        confusion: gold and predicted relation to the number of pairs.
        direction: ``articles`` and ``pairs`` to how the originals were named.
        calibration: of the predicted pairs.
        sisters: merges of sister events, where gold has the column ``sister_group``.
    """

    articles: int = 0
    clusters: Mapping[Level, ClusterQuality] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Score] = field(default_factory=dict)
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    direction: Mapping[str, Direction] = field(default_factory=dict)
    calibration: Calibration | None = None
    sisters: SisterMerges | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, keys in a fixed order."""
        pairs: dict[str, dict[str, Any]] = {}
        for (name, spoken), score in self.pairs.items():
            pairs.setdefault(name, {})[spoken] = score.as_dict()
        confused: dict[str, dict[str, int]] = {}
        for (true, said), count in self.confusion.items():
            confused.setdefault(true, {})[said] = count
        return {
            "articles": self.articles,
            "clusters": {str(level): c.as_dict() for level, c in self.clusters.items()},
            "pairs": pairs,
            "confusion": confused,
            "direction": {
                name: {**asdict(d), **_rounded(accuracy=d.accuracy, restraint=d.restraint)}
                for name, d in self.direction.items()
            },
            "calibration": asdict(self.calibration) if self.calibration else None,
            "sisters": {**asdict(self.sisters), **_rounded(rate=self.sisters.rate)}
            if self.sisters
            else None,
        }


def evaluate(predicted: Side, gold: Side, ignore: Collection[Key] = frozenset()) -> Evaluation:
    """Measure all that both sides allow.

    Where one side has pairs and the other only clusters, the pairs are scored at each
    level against those that the clusters imply.

    Args:
        predicted: rows or pairs of a detection.
        gold: what is true.
        ignore: pairs to leave out when pairs are scored.

    Raises:
        InputError: if the sides do not label the same articles, or have nothing in common.
    """
    spoken = languages(predicted, gold)
    labels = {level: (predicted.labels(level), gold.labels(level)) for level in Level}
    clusters = {
        level: _quality(level, ours, theirs, predicted, gold, spoken)
        for level, (ours, theirs) in labels.items()
        if ours is not None and theirs is not None
    }
    both = predicted.pairs is not None and gold.pairs is not None
    ours, theirs = predicted.pairs or (), gold.pairs or ()
    result = Evaluation(
        articles=len(gold.rows or ()) if clusters else 0,
        clusters=clusters,
        pairs=pair_scores(ours, theirs, spoken, ignore)
        if both
        else _mixed(predicted, gold, spoken),
        confusion=confusion(ours, theirs, ignore) if both else {},
        direction=_directions(predicted, gold),
        calibration=pair_calibration(ours, theirs, ignore) if both else None,
        sisters=_sisters(predicted, gold) if Level.EVENT in clusters else None,
    )
    if not result.clusters and not result.pairs and not both:
        raise InputError("the two files have no cluster column in common, and no pairs")
    return result


def _quality(
    level: Level,
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    predicted: Side,
    gold: Side,
    spoken: Mapping[str, str],
) -> ClusterQuality:
    found, true = (
        {k: v for k, v in links(side.pairs or ()).items() if v.relation in JOINS[level]}
        for side in (predicted, gold)
    )
    return ClusterQuality(
        predicted=len(set(ours.values())),
        gold=len(set(theirs.values())),
        bcubed=bcubed(ours, theirs),
        v_measure=v_measure(ours, theirs),
        adjusted_rand=adjusted_rand(ours, theirs),
        pairs=cluster_pair_scores(ours, theirs, spoken),
        over_merged=over_merged(ours, theirs, found),
        over_split=over_split(ours, theirs, true),
    )


def _mixed(predicted: Side, gold: Side, spoken: Mapping[str, str]) -> dict[tuple[str, str], Score]:
    found: dict[tuple[str, str], Score] = {}
    for level in Level:
        if predicted.pairs is not None and (labels := gold.labels(level)) is not None:
            scores = pairs_in_clusters(predicted.joining(level), labels, spoken)
        elif gold.pairs is not None and (labels := predicted.labels(level)) is not None:
            listed = pairs_in_clusters(gold.joining(level), labels, spoken)
            scores = {k: Score(s.hits, s.gold, s.predicted) for k, s in listed.items()}
        else:
            continue
        found |= {(str(level), name): score for name, score in scores.items()}
    return found


def _directions(predicted: Side, gold: Side) -> dict[str, Direction]:
    found: dict[str, Direction] = {}
    ours, theirs = predicted.originals(), gold.originals()
    labels = gold.labels(Level.SYNDICATION)
    if ours is not None and theirs is not None and labels:
        sizes = Counter(labels.values())
        shared = {i: theirs[i] for i, label in labels.items() if sizes[label] > 1}
        found["articles"] = direction_of_articles(ours, shared)
    if predicted.pairs is not None and gold.pairs is not None:
        found["pairs"] = direction_of_pairs(predicted.pairs, gold.pairs)
    return found


def _sisters(predicted: Side, gold: Side) -> SisterMerges | None:
    groups = {
        i: str(row["sister_group"]) for i, row in gold.by_id().items() if row.get("sister_group")
    }
    ours, theirs = predicted.labels(Level.EVENT), gold.labels(Level.EVENT)
    if not groups or ours is None or theirs is None:
        return None
    return sister_merges(ours, theirs, groups)


def _rounded(**values: float) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
