"""Bridges, weakest links and conflicts."""

import itertools
import random

import pytest

from detector.records import Cluster, Detection, Evidence, Label, Level, Pair, Relation
from detector.report.graph import bridges, holding
from detector.report.index import Index
from detector.report.review import doubts

NEAR = Relation.NEAR_COPY


def links(*names, score=0.9):
    return [Pair(name[0], name[1], NEAR, score) for name in names]


def parts(pairs, without):
    """Connected components, the slow and certain way."""
    names = {name for pair in pairs for name in (pair.a, pair.b)}
    groups = [{name} for name in names]
    for pair in pairs:
        if pair is not without:
            one = next(g for g in groups if pair.a in g)
            other = next(g for g in groups if pair.b in g)
            if one is not other:
                groups.remove(other)
                one |= other
    return groups


def test_a_bridge_joins_two_parts_and_knows_their_sizes():
    pairs = links("ab", "bc", "ac", "cd", "de", "ef", "df")
    (found,) = bridges(pairs)

    assert (found.pair.a, found.pair.b, found.parts) == ("c", "d", (3, 3))


@pytest.mark.parametrize("seed", range(30))
def test_bridges_are_those_whose_removal_splits_the_cluster(seed):
    chance = random.Random(seed)
    names = "abcdefghij"
    pairs = links(*chance.sample(["".join(p) for p in itertools.combinations(names, 2)], 12))
    whole = len(parts(pairs, None))
    expected = {}
    for pair in pairs:
        groups = parts(pairs, pair)
        if len(groups) > whole:
            sizes = tuple(len(next(g for g in groups if end in g)) for end in (pair.a, pair.b))
            expected[pair.a, pair.b] = sizes

    assert {(b.pair.a, b.pair.b): b.parts for b in bridges(pairs)} == expected


def test_a_long_chain_of_bridges_needs_no_deep_stack():
    pairs = [Pair(f"{n:05}", f"{n + 1:05}", NEAR, 0.9) for n in range(20_000)]

    assert len(bridges(pairs)) == 20_000


def test_the_weakest_holding_link_is_the_best_between_two_parts():
    pairs = [*links("ab", "bc", "ac"), *links("cd", score=0.6), *links("bd", score=0.4)]
    weakest, *rest = holding(pairs)

    assert (weakest.a, weakest.b) == ("c", "d")
    assert len(rest) == 2


def label(name, story="s", event="e", day=None, original=None):
    return Label(
        name, f"d{name}", story, event, True, original, 0.9, None, None, "vi", None, day, ()
    )


def found(labels, pairs):
    stories = sorted({x.syndication_cluster for x in labels})
    clusters = [
        Cluster(s, Level.SYNDICATION, tuple(x.id for x in labels if x.syndication_cluster == s))
        for s in stories
    ]
    return doubts(Index(Detection(tuple(labels), tuple(pairs), tuple(clusters))))


def test_a_bridge_to_a_single_article_is_an_ordinary_link():
    labels = [label(name) for name in "abcd"]

    assert found(labels, links("ab", "bc", "ac", "cd"))["bridge"] == []


def test_a_bridge_is_told_with_the_parts_that_it_joins():
    labels = [label(name) for name in "abcdef"]
    (doubt,) = found(labels, links("ab", "bc", "ac", "cd", "de", "ef", "df"))["bridge"]

    assert doubt.told == ("alone joins 3 and 3 articles",)
    assert doubt.cluster == "s"


def test_a_large_cluster_does_not_fill_the_list():
    labels = [
        *(label(name, name, "one", day) for day, name in zip("12345", "abcde", strict=True)),
        *(label(name, name, "two", day) for day, name in zip("12", "xy", strict=True)),
    ]
    pairs = [Pair("a", name, Relation.SAME_EVENT, 0.5) for name in "bcde"]
    conflicts = found(labels, [*pairs, Pair("x", "y", Relation.SAME_EVENT, 0.9)])["conflict"]

    assert [(d.pair.a, d.pair.b) for d in conflicts] == [
        ("a", "b"), ("a", "c"), ("x", "y"), ("a", "d"), ("a", "e"),
    ]  # fmt: skip


def test_a_copy_that_contradicts_itself_stands_before_reports_that_do():
    labels = [label(name, story=name, day=day) for day, name in zip("123", "abc", strict=True)]
    pairs = [Pair("a", "b", Relation.SAME_EVENT, 0.1), Pair("b", "c", NEAR, 0.9)]

    assert [d.pair.a for d in found(labels, pairs)["conflict"]] == ["b", "a"]


def test_a_sure_link_is_not_weak():
    labels = [label(name) for name in "abc"]
    weak = found(labels, [*links("ab", score=0.99), *links("bc", score=0.7)])["weak"]

    assert [(d.pair.a, d.pair.b) for d in weak] == [("b", "c")]


@pytest.mark.parametrize(
    ("pair", "days", "told"),
    [
        (Pair("a", "b", NEAR, 0.9), ("2025-03-01", "2025-03-02"), "event on 2025-03-01 or 2025"),
        (
            Pair("a", "b", NEAR, 0.9, evidence=Evidence({"dateline_apart": 1.0})),
            (None, None),
            "different places",
        ),
        (
            Pair("a", "b", NEAR, 0.9, evidence=Evidence(conflicting={"places": (("x",), ("y",))})),
            (None, None),
            "different places",
        ),
        (
            Pair("a", "b", NEAR, 0.9,
                 evidence=Evidence(reasons=("These signs contradict each other.",))),
            (None, None),
            "signs of who was first contradict each other",
        ),
        (Pair("a", "b", NEAR, 0.9, "b", 0.9), (None, None), "first of the pair, but not of its"),
    ],
)  # fmt: skip
def test_a_pair_that_contradicts_itself_or_its_cluster_is_told(pair, days, told):
    labels = [label("a", day=days[0], original="a"), label("b", day=days[1], original="a")]
    (doubt,) = found(labels, [pair])["conflict"]

    assert len(doubt.told) == 1
    assert doubt.told[0].startswith(told)


def test_a_pair_that_agrees_is_no_conflict():
    labels = [
        label("a", day="2025-03-01", original="a"),
        label("b", day="2025-03-01", original="a"),
    ]

    assert found(labels, [Pair("a", "b", NEAR, 0.9, "a", 0.9)])["conflict"] == []
