import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.verify import align as module
from detector.verify.align import align_sentences

FEATURES = ("aligned_best", "aligned_least", "covered_best", "covered_least", "in_order")


def sentences(*axes, dimension=32):
    """One unit vector a sentence: sentences on one axis say the same, others nothing alike."""
    return np.eye(dimension, dtype=np.float32)[list(axes)].reshape(-1, dimension)


def aligned(a, b, words_a=None, words_b=None):
    return align_sentences(
        a,
        b,
        np.full(len(a), 10) if words_a is None else np.array(words_a),
        np.full(len(b), 10) if words_b is None else np.array(words_b),
    )


def test_a_whole_translation_is_covered_in_order():
    found = aligned(sentences(*range(6)), sentences(*range(6)))

    assert found.features == dict.fromkeys(FEATURES, 1.0)
    assert found.pairs.tolist() == [[i, i] for i in range(6)]
    assert found.scores.tolist() == [1.0] * 6


def test_strangers_are_not_covered():
    found = aligned(sentences(0, 1, 2), sentences(3, 4, 5))

    assert found.features == dict.fromkeys(FEATURES, 0.0)


def test_a_condensed_translation_is_covered_and_the_whole_is_not():
    found = aligned(sentences(*range(8)), sentences(0, 2, 5, 7))

    assert found.features["covered_best"] == found.features["aligned_best"] == 1
    assert found.features["covered_least"] == found.features["aligned_least"] == 0.5
    assert found.features["in_order"] == 1
    assert found.pairs.tolist() == [[0, 0], [2, 1], [5, 2], [7, 3]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("01234", 1.0), ("02134", 0.8), ("43210", 0.2), ("34012", 0.6)],
)
def test_the_order_is_how_far_counterparts_keep_it(order, expected):
    found = aligned(sentences(*range(5)), sentences(*map(int, order)))

    assert found.features["in_order"] == pytest.approx(expected)
    assert found.features["covered_least"] == 1


@settings(deadline=None)
@given(st.permutations(range(9)))
def test_the_order_is_the_longest_increasing_run_of_counterparts(order):
    place = {axis: at for at, axis in enumerate(order)}
    best = [1] * 9
    for i in range(9):
        for j in range(i):
            if place[j] < place[i]:
                best[i] = max(best[i], best[j] + 1)

    found = aligned(sentences(*range(9)), sentences(*order))

    assert found.features["in_order"] == pytest.approx(max(best) / 9)


def test_the_order_is_weighed_by_what_it_covers():
    assert aligned(sentences(0, 1), sentences(0, 1)).features["in_order"] == 1
    assert aligned(sentences(0, 1, 2, 3), sentences(0, 5, 6, 7)).features["in_order"] == 0.25


def test_long_sentences_weigh_more_up_to_a_point():
    a, b = sentences(0, 1), sentences(0, 5)

    half = aligned(a, b, [10, 10], [10, 10]).features
    most = aligned(a, b, [30, 10], [30, 10]).features
    capped = aligned(a, b, [5000, 60], [5000, 60]).features

    assert half["covered_best"] == 0.5
    assert most["covered_best"] == 0.75
    assert capped["covered_best"] == 0.5


def test_a_counterpart_counts_from_a_cosine_on():
    near = module._MATCH + 0.01
    a = sentences(0, 1, 2)
    b = near * sentences(0, 1, 2) + np.sqrt(1 - near**2) * sentences(5, 6, 7)
    far = b - 0.02 * sentences(0, 1, 2)

    assert aligned(a, b).features["covered_best"] == 1
    assert aligned(a, far).features["covered_best"] == 0
    assert aligned(a, far).features["in_order"] == 0
    assert aligned(a, far).features["aligned_best"] == pytest.approx(near - 0.02, abs=1e-3)


def test_only_each_others_best_make_a_pair():
    a = sentences(0, 1)
    b = np.array([a[0], 0.9 * a[0] + 0.4 * a[1]], np.float32)

    found = aligned(a, b)

    # The second sentence of b is best matched by the first of a, whose best is another.
    assert found.pairs.tolist() == [[0, 0]]


def test_the_sides_can_be_exchanged():
    random = np.random.default_rng(1)
    a, b = random.normal(size=(7, 32)), random.normal(size=(5, 32))
    a[:4] += 3 * b[:4]
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    words_a, words_b = random.integers(5, 30, 7), random.integers(5, 30, 5)

    there, back = aligned(a, b, words_a, words_b), aligned(b, a, words_b, words_a)

    assert there.features == pytest.approx(back.features)
    assert there.pairs.tolist() == sorted([i, j] for j, i in back.pairs.tolist())
    assert len(there.pairs) >= 4


@pytest.mark.parametrize(("a", "b"), [((), ()), ((), (0, 1)), ((0, 1), ())])
def test_an_article_without_sentences_is_aligned_with_nothing(a, b):
    found = aligned(sentences(*a), sentences(*b))

    assert found.pairs.shape == (0, 2)
    assert found.scores.shape == (0,)
    assert found.features == dict.fromkeys(FEATURES, 0.0)


def test_sentences_without_vectors_are_not_covered():
    a = sentences(0, 1, 2, 3)
    a[[1, 3]] = 0

    found = aligned(a, sentences(0, 2, 4, 5))

    assert found.features["covered_best"] == 0.5


def test_only_so_many_sentences_are_held_against_each_other():
    a = np.tile(sentences(0), (module._MOST + 50, 1))

    found = aligned(a, sentences(0, 1))

    assert found.pairs.max() < module._MOST
    assert found.features["covered_best"] == 1
