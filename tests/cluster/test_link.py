import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.cluster.link import Quorum, cluster_id, link
from detector.records import Level

CAP = 100


HALF = Quorum.always(0.5)


def linked(units, scored, quorum=HALF, cap=CAP):
    pairs = np.array([pair for pair, _ in scored], np.int64).reshape(-1, 2)
    scores = np.array([score for _, score in scored], np.float32)
    return link(units, pairs, scores, quorum, cap)


def labels(units, scored, **options):
    return linked(units, scored, **options).labels.tolist()


def dense(members, score=0.9):
    return [(pair, score) for pair in itertools.combinations(members, 2)]


def test_two_dense_groups_with_one_bridge_stay_apart():
    groups = [*dense(range(5)), *dense(range(5, 10))]

    assert labels(10, [*groups, ((0, 9), 0.8)]) == [0] * 5 + [5] * 5


def test_a_chain_of_good_links_is_not_one_group():
    chain = [((i, i + 1), 0.8) for i in range(9)]

    found = labels(10, chain)

    assert max(found.count(label) for label in found) == 2


def test_groups_join_where_their_mean_score_reaches_the_threshold():
    def joined(score):
        between = [((a, b), score) for a in range(3) for b in range(3, 6)]
        return labels(6, [*dense(range(3)), *dense(range(3, 6)), *between])

    assert joined(0.5) == [0] * 6
    assert joined(0.49) == [0] * 3 + [3] * 3


def test_one_missing_pair_among_good_ones_does_not_part_a_group():
    assert labels(5, [(p, s) for p, s in dense(range(5)) if p != (1, 3)]) == [0] * 5


@pytest.mark.parametrize(("score", "expected"), [(0.5, [0, 0]), (0.49, [0, 1])])
def test_a_pair_by_itself_is_joined_from_the_threshold_on(score, expected):
    assert labels(2, [((0, 1), score)]) == expected


def test_units_without_pairs_stay_alone():
    assert labels(3, []) == [0, 1, 2]
    assert labels(0, []) == []
    assert labels(5, [((1, 3), 0.9)]) == [0, 1, 2, 1, 4]


def test_a_pair_given_twice_counts_with_its_mean():
    assert labels(2, [((0, 1), 1.0), ((1, 0), 0.2)]) == [0, 0]
    assert labels(2, [((0, 1), 0.6), ((1, 0), 0.2)]) == [0, 1]


def test_a_unit_paired_with_itself_says_nothing():
    assert labels(3, [((1, 1), 0.0), ((0, 1), 0.9), ((2, 2), 1.0)]) == [0, 0, 2]


def by_hand(units, scores, least, most):
    """Average linkage as its definition says."""
    groups = [[i] for i in range(units)]
    while len(groups) > 1:
        over = {
            (a, b): np.mean([scores.get((min(i, j), max(i, j)), 0) for i in a_in for j in b_in])
            - (most - (most - least) / min(len(a_in), len(b_in)))
            for (a, a_in), (b, b_in) in itertools.combinations(enumerate(groups), 2)
        }
        a, b = max(over, key=over.__getitem__)
        if over[a, b] < 0:
            break
        groups[a] += groups.pop(b)
    return [min(next(g for g in groups if i in g)) for i in range(units)]


@pytest.mark.parametrize("seed", range(25))
def test_groups_are_those_of_average_linkage(seed):
    random = np.random.default_rng(seed)
    pairs = list(itertools.combinations(range(8), 2))
    scores = {p: random.uniform(0.3, 1) for p in pairs if random.random() < 0.7}

    assert labels(8, list(scores.items())) == by_hand(8, scores, 0.5, 0.5)


@pytest.mark.parametrize("seed", range(25))
def test_the_quorum_of_larger_groups_is_higher(seed):
    random = np.random.default_rng(seed)
    pairs = list(itertools.combinations(range(12), 2))
    scores = {p: random.uniform(0.2, 1) for p in pairs if random.random() < 0.8}

    found = labels(12, list(scores.items()), quorum=Quorum(0.4, 0.8))

    assert found == by_hand(12, scores, 0.4, 0.8)


def test_a_score_that_joins_two_reports_does_not_join_two_groups_of_them():
    quorum = Quorum(0.45, 0.8)
    between = [((a, b), 0.6) for a in range(5) for b in range(5, 10)]

    assert labels(2, [((0, 1), 0.6)], quorum=quorum) == [0, 0]
    assert labels(6, [*dense(range(5)), ((0, 5), 0.9), ((1, 5), 0.9), ((2, 5), 0.6)],
                  quorum=quorum) == [0] * 6  # fmt: skip
    groups = [*dense(range(5)), *dense(range(5, 10)), *between]
    assert labels(10, groups, quorum=quorum) == [0] * 5 + [5] * 5


tenths = st.integers(0, 10).map(lambda n: n / 10)
unit = st.integers(0, 9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.tuples(unit, unit), tenths), max_size=30), st.data())
def test_the_order_of_pairs_and_of_their_sides_does_not_matter(scored, data):
    cap = data.draw(st.sampled_from([3, 5, CAP]))
    other = [
        (pair[::-1] if data.draw(st.booleans()) else pair, score)
        for pair, score in data.draw(st.permutations(scored))
    ]

    plain, shuffled = linked(10, scored, cap=cap), linked(10, other, cap=cap)

    assert plain.labels.tolist() == shuffled.labels.tolist()
    assert plain.cut == shuffled.cut


@settings(deadline=None)
@given(st.lists(st.tuples(st.tuples(unit, unit), tenths), max_size=30))
def test_a_group_is_named_after_its_smallest_unit(scored):
    found = labels(10, scored)

    for i, label in enumerate(found):
        assert found[label] == label <= i


def two_groups_weakly_tied():
    random = np.random.default_rng(1)
    strong = [
        (pair, random.uniform(0.8, 1.0)) for g in (range(10), range(10, 20)) for pair, _ in dense(g)
    ]
    weak = [((i, 10 + j), random.uniform(0.1, 0.3)) for i in range(4) for j in range(4)]
    return [*strong, *weak]


def test_a_component_over_the_cap_loses_its_weakest_links_and_is_counted():
    found = linked(20, two_groups_weakly_tied(), cap=12)

    assert found.labels.tolist() == [0] * 10 + [10] * 10
    assert found.cut == 1


def test_a_component_as_large_as_the_cap_is_whole():
    found = linked(20, two_groups_weakly_tied(), cap=20)

    assert found.labels.tolist() == [0] * 10 + [10] * 10
    assert found.cut == 0


def test_no_group_is_larger_than_the_cap():
    random = np.random.default_rng(2)
    scored = [(pair, random.uniform(0.6, 1.0)) for pair, _ in dense(range(30))]

    found = linked(30, scored, cap=10)

    assert max(np.bincount(found.labels)) <= 10
    assert found.cut >= 1


# Ids


def test_the_id_of_a_cluster_is_made_of_its_level_and_its_smallest_member():
    assert cluster_id("duplicate", ["b", "a", "c"]) == "dup-433911c6eb0d"
    assert cluster_id(Level.SYNDICATION, ["b"]).startswith("syn-")
    assert cluster_id(Level.EVENT, ["b"]).startswith("eve-")


@settings(deadline=None)
@given(st.lists(st.text(max_size=5), min_size=1, max_size=6), st.randoms())
def test_the_id_does_not_depend_on_the_order_of_members(members, random):
    shuffled = random.sample(members, len(members))

    assert cluster_id("event", members) == cluster_id("event", shuffled)


def test_the_id_stays_when_later_articles_join():
    assert cluster_id("event", ["n1", "n2"]) == cluster_id("event", ["n1", "n2", "n3"])
    assert cluster_id("event", ["n1", "n2"]) != cluster_id("event", ["n0", "n1", "n2"])


def test_an_id_of_lone_surrogates_is_an_id():
    assert cluster_id("event", ["\ud800"]) != cluster_id("event", ["\ud801"])
