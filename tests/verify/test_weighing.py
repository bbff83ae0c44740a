import numpy as np
import pytest

from detector.verify import weighing
from detector.verify.profiles import Bag
from detector.verify.weighing import Rows, ranked


def bag(*rows, counts=None):
    """A bag of these values an article."""
    values = np.array([value for row in rows for value in row], np.uint32)
    often = np.ones(len(values)) if counts is None else counts
    bounds = np.cumsum([0, *map(len, rows)])
    return Bag(values, np.array(often, np.uint8), bounds.astype(np.int64))


def pairs(*found):
    return np.array(found, np.int64).reshape(-1, 2).T


def plain(made, kind, articles):
    """The weights of a bag as a dense matrix, by the textbook."""
    distinct, column = np.unique(made.values, return_inverse=True)
    dense = np.zeros((articles, len(distinct)))
    owner = np.repeat(np.arange(articles), np.diff(made.bounds))
    everywhere = np.bincount(column) + weighing.expected(kind, distinct) + 1
    rarity = np.log((articles + weighing.CROWD) / everywhere)
    dense[owner, column] = rarity[column]
    return dense


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_ranks_are_those_of_numpy_unique(size):
    values = np.random.default_rng(size).integers(0, 2**32, size, np.uint32) // 3 * 3
    values[: size // 2] = values[size // 2 : size // 2 * 2]

    distinct, column, frequency = ranked(values)

    expected = np.unique(values, return_inverse=True, return_counts=True)
    np.testing.assert_array_equal(distinct, expected[0])
    np.testing.assert_array_equal(column, expected[1].ravel())
    np.testing.assert_array_equal(frequency, expected[2])


def test_many_values_are_ranked_by_ranges_of_them(monkeypatch):
    values = np.random.default_rng(1).integers(0, 2**32, 500, np.uint32)
    values[::7] = 2**32 - 1
    whole = ranked(values)

    monkeypatch.setattr(weighing, "_PART", 30)
    parts = ranked(values)

    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_cosines_are_those_of_dense_rows():
    rng = np.random.default_rng(2)
    made = bag(*(np.unique(rng.integers(0, 40, 12)) for _ in range(9)))
    left, right = pairs(*((i, j) for i in range(9) for j in range(9) if i != j))
    dense = plain(made, "documents", 9)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)

    found = Rows.of(made, "documents").between(left, right).cosine

    np.testing.assert_allclose(found, (dense[left] * dense[right]).sum(axis=1), atol=1e-6)


def test_articles_are_weighed_some_at_a_time(monkeypatch):
    made = bag([1, 2], [], [2, 3], [], [1, 3, 4], [4])
    left, right = pairs((0, 2), (0, 4), (2, 4), (4, 5), (1, 3))
    whole = Rows.of(made, "names")

    monkeypatch.setattr(weighing, "_AT_ONCE", 2)
    parts = Rows.of(made, "names")

    assert whole.counts.tolist() == parts.counts.tolist() == [2, 0, 2, 0, 3, 1]
    np.testing.assert_array_equal(whole.worth, parts.worth)
    np.testing.assert_array_equal(whole.length, parts.length)
    np.testing.assert_array_equal(
        whole.between(left, right).cosine, parts.between(left, right).cosine
    )


def test_a_value_of_one_article_alone_counts_for_its_length():
    alike = Rows.of(bag([1, 2], [1, 2]), "documents").between(*pairs((0, 1))).cosine
    longer = Rows.of(bag([1, 2, 3], [1, 2]), "documents").between(*pairs((0, 1))).cosine

    assert alike.tolist() == [pytest.approx(1)]
    assert 0.7 < longer[0] < 0.9


def test_a_word_that_occurs_often_weighs_more_in_its_article():
    often = Rows.of(bag([1, 2], [1, 3], [2, 3], counts=[9, 1, 1, 1, 1, 1]), "words")

    more, less = often.between(*pairs((0, 1), (0, 2))).cosine

    assert more > 2 * less


def test_what_is_shared_is_told_with_its_rarity():
    rows = Rows.of(bag([1, 2, 3], [2, 3], [1]), "names")

    found = rows.between(*pairs((0, 1), (0, 2), (1, 2)), stated=True)

    assert found.shared.tolist() == [
        pytest.approx(float(rows.worth[1])),
        pytest.approx(float(rows.worth[2])),
        0,
    ]


def test_without_articles_nothing_is_shared():
    rows = Rows.of(bag(), "words")

    assert rows.between(*pairs()).cosine.shape == (0,)
