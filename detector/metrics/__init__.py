"""How well a detection agrees with gold labels: pairs, clusters, direction, calibration.

Everything here takes plain values: mappings of article id to label, and pairs as
`records.Pair` or as rows with the keys ``a``, ``b``, ``relation``. Costs are linear in
articles and pairs, so a corpus of a hundred thousand articles is scored in seconds.
"""

from __future__ import annotations

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
from detector.metrics.evaluation import ClusterQuality, Evaluation, evaluate
from detector.metrics.mismatches import Mismatch, over_merged, over_split
from detector.metrics.pairs import Link, PairLike, Score, confusion, links, pair_scores
from detector.metrics.sides import COLUMNS, Side
from detector.metrics.trust import (
    Bin,
    Calibration,
    Direction,
    calibration,
    direction_of_articles,
    direction_of_pairs,
    pair_calibration,
)

__all__ = [
    "COLUMNS",
    "BCubed",
    "Bin",
    "Calibration",
    "ClusterQuality",
    "Direction",
    "Evaluation",
    "Link",
    "Mismatch",
    "PairLike",
    "Score",
    "Side",
    "SisterMerges",
    "VMeasure",
    "adjusted_rand",
    "bcubed",
    "calibration",
    "cluster_pair_scores",
    "confusion",
    "direction_of_articles",
    "direction_of_pairs",
    "evaluate",
    "links",
    "over_merged",
    "over_split",
    "pair_calibration",
    "pair_scores",
    "pairs_in_clusters",
    "sister_merges",
    "v_measure",
]
