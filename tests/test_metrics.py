"""The scores agree with their definitions, computed the slow way, and with scikit-learn."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from detector.errors import InputError
from detector.metrics import (
    Score,
    Side,
    adjusted_rand,
    bcubed,
    calibration,
    cluster_pair_scores,
    confusion,
    direction_of_articles,
    direction_of_pairs,
    evaluate,
    links,
    over_merged,
    over_split,
    pair_calibration,
    pair_scores,
    pairs_in_clusters,
    sister_merges,
    v_measure,
)
from detector.records import Level, Pair, Relation


def clusterings(seed: int, n: int = 60) -> tuple[dict[str, int], dict[str, int], dict[str, str]]:
    draw = random.Random(seed)
    gold = {f"a{i:02}": draw.randrange(n // 4) for i in range(n)}
    ours = {
        i: label if draw.random() < 0.7 else draw.randrange(n // 4) for i, label in gold.items()
    }
    return ours, gold, {i: draw.choice(["vi", "en"]) for i in gold}


def together(labels: dict[str, int]) -> set[tuple[str, str]]:
    return {(a, b) for a, b in combinations(sorted(labels), 2) if labels[a] == labels[b]}


def pair(a: str, b: str, relation: str, **more: object) -> dict[str, object]:
    return {"a": a, "b": b, "relation": relation, **more}


def test_bcubed_is_the_mean_over_articles_of_what_their_clusters_share():
    ours, gold, _ = clusterings(1)
    precision = recall = 0.0
    for i in gold:
        mine = {j for j in ours if ours[j] == ours[i]}
        true = {j for j in gold if gold[j] == gold[i]}
        precision += len(mine & true) / len(mine) / len(gold)
        recall += len(mine & true) / len(true) / len(gold)
    result = bcubed(ours, gold)
    assert result.precision == pytest.approx(precision)
    assert result.recall == pytest.approx(recall)
    assert result.f1 == pytest.approx(2 * precision * recall / (precision + recall))


@pytest.mark.parametrize("seed", range(5))
def test_rand_and_v_measure_equal_those_of_scikit_learn(seed: int):
    from sklearn import metrics as reference

    ours, gold, _ = clusterings(seed)
    p, g = [ours[i] for i in gold], list(gold.values())
    assert adjusted_rand(ours, gold) == pytest.approx(reference.adjusted_rand_score(g, p))
    h, c, v = reference.homogeneity_completeness_v_measure(g, p)
    result = v_measure(ours, gold)
    assert (result.homogeneity, result.completeness, result.v) == pytest.approx((h, c, v))


@pytest.mark.parametrize("labels", [{}, {"a": 1}, {"a": 1, "b": 1}, {"a": 1, "b": 2}])
def test_a_clustering_agrees_fully_with_itself_however_small(labels: dict[str, int]):
    assert adjusted_rand(labels, labels) == 1.0
    assert v_measure(labels, labels).v == 1.0
    assert cluster_pair_scores(labels, labels)["all"].f1 == 1.0


def test_pairs_of_clusters_are_counted_by_language_as_if_they_were_listed():
    ours, gold, languages = clusterings(2)
    scores = cluster_pair_scores(ours, gold, languages)
    assert list(scores) == ["all", "en-en", "en-vi", "vi-vi"]
    for name, score in scores.items():
        mine, true = (
            {
                key
                for key in together(labels)
                if name in ("all", "-".join(sorted(languages[i] for i in key)))
            }
            for labels in (ours, gold)
        )
        assert score == Score(len(mine & true), len(mine), len(true))


def test_listed_pairs_are_scored_against_the_pairs_of_clusters():
    ours, gold, languages = clusterings(3)
    listed = together(ours)
    assert pairs_in_clusters(listed, gold, languages) == cluster_pair_scores(ours, gold, languages)
    with pytest.raises(InputError, match="no row: zz"):
        pairs_in_clusters([("a01", "zz")], gold, languages)


def test_a_relation_is_scored_strictly_and_a_level_by_what_it_joins():
    predicted = [
        Pair("a", "b", Relation.NEAR_COPY, 0.9),
        Pair("a", "c", Relation.TRANSLATION, 0.8),
        Pair("c", "d", Relation.SAME_EVENT, 0.7),
    ]
    gold = [pair("b", "a", "exact_copy"), pair("a", "c", "translation"), pair("a", "d", "none")]
    languages = {"a": "vi", "b": "vi", "c": "en", "d": "en"}
    scores = pair_scores(predicted, gold, languages)
    assert scores["exact_copy", "all"] == Score(0, 0, 1)
    assert scores["near_copy", "vi-vi"] == Score(0, 1, 0)
    assert scores["translation", "en-vi"] == Score(1, 1, 1)
    assert scores["duplicate", "all"] == Score(1, 1, 1)
    assert scores["event", "all"] == Score(2, 3, 2)
    assert list(scores)[:2] == [("exact_copy", "all"), ("exact_copy", "vi-vi")]
    assert confusion(predicted, gold) == {
        ("exact_copy", "near_copy"): 1,
        ("translation", "translation"): 1,
        ("none", "same_event"): 1,
    }


def test_ignored_pairs_count_on_neither_side():
    predicted = [pair("a", "b", "near_copy"), pair("c", "d", "near_copy")]
    scores = pair_scores(predicted, [], ignore={("a", "b")})
    assert scores["near_copy", "all"] == Score(0, 1, 0)


def test_shares_of_nothing_are_whole_and_a_silent_detection_has_no_f1():
    assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall, Score(0, 0, 0).f1) == (1, 1, 1)
    assert (Score(0, 0, 4).precision, Score(0, 0, 4).recall, Score(0, 0, 4).f1) == (1, 0, 0)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"a": "x", "relation": "translation"}], "a pair needs the columns a and b"),
        ([pair("x", "x", "near_copy")], "the pair x - x joins an article to itself"),
        ([pair("x", "y", "near_copy"), pair("y", "x", "excerpt")], "x - y stands twice"),
        ([pair("x", "y", "cousin")], "relation 'cousin'; known: exact_copy, near_copy"),
        ([pair("x", "y", "excerpt", score="high")], "score 'high'; it must be a number"),
        ([pair("x", "y", "excerpt", original="z")], "names z as original, which is neither"),
    ],
)
def test_a_pair_that_cannot_be_is_refused_by_name(rows: list[dict[str, object]], message: str):
    with pytest.raises(InputError, match=message):
        links(rows)


def test_articles_missing_on_one_side_are_named_and_the_rest_counted():
    gold = {f"a{i}": 1 for i in range(8)}
    with pytest.raises(InputError) as caught:
        bcubed({"a0": 1}, gold)
    assert str(caught.value) == (
        "gold articles without a predicted row: a1, a2, a3, a4, a5 and 2 more"
    )
    with pytest.raises(InputError, match="predicted articles without a gold row: zz"):
        bcubed({**gold, "zz": 1}, gold)


def test_a_merged_cluster_is_listed_with_the_link_that_joined_strangers():
    ours = {"a": "p", "b": "p", "c": "p", "d": "q"}
    gold = {"a": "x", "b": "x", "c": "y", "d": "y"}
    predicted = [pair("a", "b", "same_event"), pair("b", "c", "same_event", score=0.6)]
    (merged,) = over_merged(ours, gold, links(predicted))
    assert merged.cluster == "p"
    assert merged.parts == (("x", ("a", "b")), ("y", ("c",)))
    assert merged.links == (("b", "c", 0.6),)
    (split,) = over_split(ours, gold, links([pair("c", "d", "same_event")]))
    assert (split.cluster, split.parts) == ("y", (("p", ("c",)), ("q", ("d",))))
    assert split.links == (("c", "d", 1.0),)


def test_sister_merges_count_article_pairs_of_different_events_in_one_group():
    gold = {"a": "1x", "b": "1x", "c": "1y", "d": "1y", "e": "2x", "f": "2y", "g": "none"}
    ours = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3, "f": 3, "g": 3}
    groups = {i: gold[i][0] for i in "abcdef"}
    result = sister_merges(ours, gold, groups)
    assert (result.merged, result.pairs) == (3, 5)  # a-c, b-c and e-f; g has no sister
    assert result.rate == pytest.approx(0.6)


def test_an_original_may_name_itself_or_nothing():
    gold = {"a": None, "b": "a", "c": "a", "d": "a", "e": None, "f": None}
    ours = {"a": "a", "b": "a", "c": "b", "d": None, "e": None, "f": "e"}
    result = direction_of_articles(ours, gold)
    assert (result.right, result.wrong, result.null) == (1, 1, 1)
    assert (result.claimed, result.withheld) == (2, 0)  # f named e, so e names itself
    assert result.accuracy == pytest.approx(1 / 3)


def test_direction_of_pairs_looks_at_pairs_that_both_sides_relate():
    gold = [
        pair("a", "b", "near_copy", original="a"),
        pair("c", "d", "near_copy"),
        pair("e", "f", "near_copy", original="e"),
    ]
    ours = [pair("a", "b", "excerpt", original="b"), pair("c", "d", "near_copy")]
    result = direction_of_pairs(ours, gold)
    assert (result.right, result.wrong, result.null, result.withheld) == (0, 1, 0, 1)
    assert result.restraint == 1.0


def test_calibration_error_is_the_weighted_gap_of_the_bins():
    scores = [0.95] * 4 + [0.6] * 2 + [0.0]
    outcomes = [True, True, True, False, True, False, False]
    result = calibration(scores, outcomes)
    assert len(result.bins) == 10
    assert result.bins[9].count == 4
    assert result.bins[5].count == 2  # an edge belongs to the bin below it
    assert result.bins[0].count == 1
    assert result.ece == pytest.approx((4 * 0.2 + 2 * 0.1 + 0) / 7)


@pytest.mark.parametrize("i", range(1, 11))
def test_each_edge_falls_in_the_bin_below_it_despite_rounding(i: int):
    assert calibration([i / 10], [True]).bins[i - 1].count == 1


def test_a_predicted_pair_came_true_if_gold_has_its_relation():
    predicted = [pair("a", "b", "near_copy", score=0.9), pair("c", "d", "excerpt", score=0.9)]
    result = pair_calibration(predicted, [pair("a", "b", "near_copy"), pair("c", "d", "near_copy")])
    assert result.bins[8].accuracy == 0.5


ROWS = [
    {
        "id": "a",
        "event_cluster": "1",
        "syndication_cluster": "s",
        "original": "a",
        "language": "vi",
    },
    {
        "id": "b",
        "event_cluster": "1",
        "syndication_cluster": "s",
        "original": "a",
        "language": "en",
    },
    {"id": "c", "event_cluster": None, "syndication_cluster": "", "original": None},
]


def test_an_evaluation_judges_all_that_both_sides_have():
    links_ = [pair("a", "b", "translation", original="a", score=0.99)]
    result = evaluate(Side(ROWS, links_), Side(ROWS, links_)).as_dict()
    assert list(result["clusters"]) == ["syndication", "event"]
    assert result["clusters"]["event"]["bcubed"]["f1"] == 1.0
    assert result["clusters"]["event"]["predicted"] == 2  # c, whose cell is empty, is alone
    assert result["pairs"]["translation"]["en-vi"]["f1"] == 1.0
    assert result["direction"]["articles"]["right"] == 1
    assert result["direction"]["pairs"]["right"] == 1
    assert result["calibration"]["ece"] == pytest.approx(0.01)
    assert result["sisters"] is None


def test_pairs_of_one_side_are_held_against_the_clusters_of_the_other():
    listed = [pair("a", "b", "translation"), pair("a", "c", "same_event")]
    one = evaluate(Side(pairs=listed), Side(ROWS)).pairs
    assert one["syndication", "all"] == Score(1, 1, 1)
    assert one["event", "all"] == Score(1, 2, 1)
    other = evaluate(Side(ROWS), Side(pairs=listed)).pairs
    assert other["event", "all"] == Score(1, 1, 2)


def test_sister_groups_are_read_from_the_gold_rows():
    gold = [{**row, "event_cluster": row["id"], "sister_group": "g"} for row in ROWS]
    sisters = evaluate(Side(ROWS), Side(gold)).sisters
    assert sisters is not None
    assert (sisters.merged, sisters.pairs) == (1, 3)


def test_sides_with_nothing_in_common_are_refused():
    with pytest.raises(InputError, match="no cluster column in common"):
        evaluate(Side([{"id": "a", "event_cluster": "1"}]), Side([{"id": "a", "text": "x"}]))
    with pytest.raises(InputError, match="two rows have the id a"):
        evaluate(Side(ROWS), Side([ROWS[0], ROWS[0]]))


def test_levels_keep_their_order():
    assert list(evaluate(Side(ROWS), Side(ROWS)).clusters) == [Level.SYNDICATION, Level.EVENT]
