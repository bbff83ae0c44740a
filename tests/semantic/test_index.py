"""The index finds what NumPy finds."""

import numpy as np
import pytest

from detector.semantic import index as module
from detector.semantic.index import nearest
from detector.semantic.lists import Lists


def vectors(count, dimension=16, seed=1, lengths=(0.2, 5.0)):
    """Random vectors that are not of unit length."""
    random = np.random.default_rng(seed)
    made = random.normal(size=(count, dimension))
    made *= random.uniform(*lengths, (count, 1)) / np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def by_numpy(queries, base, k):
    products = queries @ base.T
    order = np.argsort(-products, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(products, order, axis=1), order


@pytest.mark.parametrize(("queries", "k"), [(1, 1), (7, 10), (200, 10)])
def test_the_nearest_are_those_that_numpy_finds(queries, k):
    asked, base = vectors(queries, seed=2), vectors(500)

    scores, found = nearest(asked, base, k)

    expected_scores, expected = by_numpy(asked, base, k)
    assert scores.dtype == np.float32
    assert found.dtype == np.int64
    assert scores == pytest.approx(expected_scores, abs=1e-4)
    assert found.tolist() == expected.tolist()


def test_what_is_asked_beyond_the_rows_there_are_is_filled():
    asked, base = vectors(4, seed=2), vectors(3)

    scores, found = nearest(asked, base, 5)

    expected_scores, expected = by_numpy(asked, base, 3)
    assert scores[:, :3] == pytest.approx(expected_scores, abs=1e-4)
    assert found[:, :3].tolist() == expected.tolist()
    assert (scores[:, 3:] == -np.inf).all()
    assert (found[:, 3:] == -1).all()


def test_no_rows_give_no_hits():
    scores, found = nearest(vectors(3), np.zeros((0, 16), np.float32), 2)

    assert scores.tolist() == [[-np.inf] * 2] * 3
    assert found.tolist() == [[-1] * 2] * 3


def test_no_queries_give_no_rows():
    scores, found = nearest(np.zeros((0, 16), np.float32), vectors(3), 2)

    assert scores.shape == found.shape == (0, 2)


@pytest.mark.parametrize("queries", [1, 50])
def test_a_thousand_copies_of_one_text_come_in_their_order(queries):
    base = np.concatenate([vectors(20, seed=3, lengths=(1, 1)), np.repeat(vectors(1), 1000, 0)])
    asked = np.repeat(base[-1:], queries, 0)

    scores, found = nearest(asked, base, 30)

    expected, _ = by_numpy(asked, base, 30)
    assert scores == pytest.approx(expected, abs=1e-4)
    assert ((found >= 20) & (found < 1020)).all()
    assert (np.diff(found, axis=1) > 0).all()


def test_other_layouts_and_types_are_taken():
    base = vectors(50)

    _, found = nearest(np.asfortranarray(base[::2]), base.astype(np.float64), 3)

    assert found.tolist() == by_numpy(base[::2], base, 3)[1].tolist()


@pytest.fixture(scope="module")
def many():
    """More vectors than are scanned one by one, in clusters as topics make them."""
    random = np.random.default_rng(1)
    topics = random.normal(size=(300, 24))
    made = topics[random.integers(0, 300, module._EXACT + 500)]
    made = made + 0.4 * random.normal(size=made.shape)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("threads", [1, 2])
def test_lists_find_nearly_all(many, threads):
    scores, found = nearest(many, many, 10, threads)

    expected_scores, expected = by_numpy(many, many, 10)
    hits = [len(set(a) & set(b)) for a, b in zip(found.tolist(), expected.tolist(), strict=True)]
    assert sum(hits) / expected.size >= 0.98
    assert scores[:, 0] == pytest.approx(expected_scores[:, 0], abs=1e-4)
    assert found[:, 0].tolist() == list(range(len(many)))  # each finds itself


def test_few_queries_are_answered_exactly(many):
    asked = many[::100]

    scores, found = nearest(asked, many, 10)

    expected_scores, expected = by_numpy(asked, many, 10)
    assert scores == pytest.approx(expected_scores, abs=1e-4)
    assert found.tolist() == expected.tolist()


def test_what_the_lists_looked_at_do_not_hold_is_filled(many):
    lists = Lists(many, np.arange(len(many)))

    scores, found = lists.search(many[:5], len(many))

    missing = found < 0
    assert missing.any()
    assert (scores[missing] == -np.inf).all()
    assert (np.diff(missing.astype(int), axis=1) >= 0).all()
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in found)


def test_lists_hold_thousands_of_copies_of_one_text(many, monkeypatch):
    monkeypatch.setattr("detector.semantic.lists._CELLS", 5000)
    base = np.concatenate([many, np.repeat(many[:1], 2000, 0)])

    scores, found = nearest(base, base, 10)

    assert scores[-2000:] == pytest.approx(1, abs=1e-4)
    assert set(found[-2000:].ravel()) <= {0, *range(len(many), len(base))}
    assert found[1, 0] == 1


def test_queries_are_asked_some_at_a_time(many, monkeypatch):
    lists = Lists(many, np.arange(len(many)))
    whole = lists.search(many, 5)

    monkeypatch.setattr("detector.semantic.index._RUN", 1000)
    parts = lists.search(many, 5)

    np.testing.assert_array_equal(whole[1], parts[1])
    np.testing.assert_allclose(whole[0], parts[0], atol=1e-6)


@pytest.mark.parametrize("rows", [40, 5400])
def test_some_rows_ask_and_some_may_be_found(many, rows):
    chosen = np.sort(np.random.default_rng(4).permutation(len(many))[:rows])
    asked = np.arange(0, len(many), 3)

    scores, found = nearest(many, many, 4, asked=asked, among=chosen)
    apart = nearest(many[asked], many[chosen], 4)

    np.testing.assert_array_equal(scores, apart[0])
    np.testing.assert_array_equal(found, chosen[apart[1]])
