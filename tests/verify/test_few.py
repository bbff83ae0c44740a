"""A few articles weighed as dense rows, as the sparse rows of a corpus weigh them."""

from __future__ import annotations

import numpy as np
import pytest

from detector.verify import features
from detector.verify.features import Rivals, Weighed
from detector.verify.profiles import HEADLINE, OPENING, Bag, Profiles, hashed

ARTICLES = 9
KINDS = ("words", "title", "names", "numbers", "places", "dates", "documents")


VALUES = np.arange(40, dtype=np.uint32) + np.uint32(0xFFFFFF00)


class Store:
    """A store in which each value stands in some bodies, by its last digit."""

    articles = 500

    def of(self, keys):
        return (keys % 10).astype(np.float64)


DAYS = hashed(f"{day}/8" for day in range(1, 7))


def bag(rng, most, counted, among=VALUES):
    rows = [
        np.sort(rng.choice(len(among), rng.integers(0, most + 1), replace=False))
        for _ in range(ARTICLES)
    ]
    values = among[np.concatenate(rows)]
    counts = rng.integers(1, 6, len(values)).astype(np.uint8)
    if counted:
        counts |= np.where(rng.random(len(values)) < 0.4, counted, 0).astype(np.uint8)
    return Bag(values, counts, np.cumsum([0] + [len(row) for row in rows]).astype(np.int64))


@pytest.fixture
def profiles():
    rng = np.random.default_rng(3)
    marks = {"words": OPENING, "names": HEADLINE}
    bags = {kind: bag(rng, 0 if kind == "dates" else 20, marks.get(kind, 0)) for kind in KINDS}
    bags["numbers"] = bag(rng, 8, 0, np.sort(np.concatenate([VALUES[:20], DAYS])))
    return Profiles(
        **bags,
        length=rng.integers(20, 900, ARTICLES).astype(np.int32),
        event_day=rng.integers(0, 3, ARTICLES).astype(np.int32),
        dateline=np.zeros((ARTICLES, 4), np.uint32),
        published=np.full(ARTICLES, np.nan),
        source=np.zeros(ARTICLES, np.uint32),
    )


def test_dense_rows_say_what_sparse_rows_say(profiles, monkeypatch):
    pairs = np.stack(np.triu_indices(ARTICLES, 1), axis=1)
    dense = Weighed(profiles, Store()).compare(pairs)
    monkeypatch.setattr(features, "MOST", 0)
    sparse = Weighed(profiles, Store()).compare(pairs)
    assert dense.keys() == sparse.keys()
    assert dense["words"].max() > 0.2
    assert set(dense["yearless_apart"].tolist()) == {0.0, 1.0}
    for name, values in sparse.items():
        np.testing.assert_allclose(dense[name], values, atol=1e-6, err_msg=name)


def test_products_in_several_steps_are_those_of_one(profiles, monkeypatch):
    pairs = np.stack(np.triu_indices(ARTICLES, 1), axis=1)
    weighed = Weighed(profiles, Store())
    whole = weighed.compare(pairs)
    monkeypatch.setattr("detector.verify.few._AT_ONCE", 100)
    for name, values in weighed.compare(pairs).items():
        np.testing.assert_array_equal(values, whole[name], err_msg=name)


def test_rivals_noted_one_by_one_are_those_of_pairs():
    rng = np.random.default_rng(5)
    pairs = np.stack(np.triu_indices(ARTICLES, 1), axis=1)
    values = (rng.integers(0, 5, len(pairs)) / 5).astype(np.float32)  # with ties
    told = Rivals.of({"": values}, pairs, ARTICLES)[""]
    noted = Rivals(ARTICLES)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = rng.permutation(len(both))
    noted.note(both[order, 0], both[order, 1], np.tile(values, 2)[order])
    np.testing.assert_array_equal(
        noted.relative(values, pairs, 0.1), told.relative(values, pairs, 0.1)
    )
