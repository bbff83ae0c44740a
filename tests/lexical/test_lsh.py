import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.config import LexicalConfig
from detector.lexical import lsh as module
from detector.lexical.lsh import bands, candidates, overlaps
from detector.lexical.signatures import distinct, sample, signatures

CONFIG = LexicalConfig()


def packed(rows):
    sizes = [len(row) for row in rows]
    flat = [np.asarray(row, np.uint64) for row in rows] or [np.zeros(0, np.uint64)]
    return np.concatenate(flat), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def nothing_sampled(articles):
    return np.zeros(0, np.uint64), np.zeros(articles + 1, np.int64)


def found(rows, config=CONFIG):
    values = packed(rows)
    return candidates(bands(signatures(*values, config), config), sample(*values, config), config)


def twins(resemblance, count, size=120, seed=1):
    """`count` pairs of sets of random shingles; members 2i and 2i + 1 belong together."""
    random = np.random.default_rng(seed)
    shared = round(2 * size * resemblance / (1 + resemblance))
    rows = []
    for _ in range(count):
        common = random.integers(0, 2**64, shared, np.uint64)
        for _ in range(2):
            own = random.integers(0, 2**64, size - shared, np.uint64)
            rows.append(np.concatenate([common, own]))
    return rows


def shingle_set(size, seed):
    return np.random.default_rng(seed).integers(0, 2**64, size, np.uint64)


@pytest.mark.parametrize("resemblance", [0.3, 0.5, 0.7])
def test_banding_finds_as_many_pairs_as_the_theory_says(resemblance):
    count = 300
    rows = twins(resemblance, count)
    signed = bands(signatures(*packed(rows), CONFIG), CONFIG)

    pairs = candidates(signed, nothing_sampled(len(rows)), CONFIG).pairs.tolist()

    expected = 1 - (1 - resemblance**CONFIG.rows) ** CONFIG.bands
    together = [pair for pair in pairs if pair[0] % 2 == 0 and pair[1] == pair[0] + 1]
    assert len(together) / count == pytest.approx(expected, abs=0.05)
    assert len(pairs) - len(together) <= 2  # strangers meet by chance only


def test_an_excerpt_is_found_however_long_the_other_is():
    whole = shingle_set(4000, seed=1)
    excerpt = np.concatenate([whole[1000:1060], shingle_set(20, seed=2)])
    rows = [whole, shingle_set(300, seed=3), excerpt]
    signed = bands(signatures(*packed(rows), CONFIG), CONFIG)

    assert candidates(signed, nothing_sampled(3), CONFIG).pairs.tolist() == []
    assert found(rows).pairs.tolist() == [[0, 2]]


def test_a_fifth_of_the_smaller_sample_makes_a_candidate():
    config = LexicalConfig(sample=1)
    whole = shingle_set(1000, seed=1)
    other = shingle_set(100, seed=2)
    empty = np.zeros((2, config.bands), np.uint32)

    for shared, expected in ((20, [[0, 1]]), (19, [])):
        part = np.concatenate([whole[:shared], other[shared:]])
        samples = distinct(*packed([whole, part]))
        assert candidates(empty, samples, config).pairs.tolist() == expected


def test_one_shared_shingle_makes_no_candidate_and_two_do():
    empty = np.zeros((4, CONFIG.bands), np.uint32)

    samples = packed([[8], [8], [8, 16], [8, 16, 24]])

    assert candidates(empty, samples, CONFIG).pairs.tolist() == [[2, 3]]


def test_articles_meet_where_all_rows_of_a_band_are_equal():
    config = LexicalConfig(permutations=6, bands=3, rows=2)
    signed = np.array(
        [[1, 2, 3, 4, 5, 6], [1, 2, 3, 9, 9, 6], [2, 1, 3, 4, 9, 6], [0, 0, 0, 0, 9, 6]],
        np.uint32,
    )

    keys = bands(signed, config)

    assert keys.shape == (4, 3)
    expected = [[(0, 1)], [(0, 2)], [(1, 2), (1, 3), (2, 3)]]
    for column, together in zip(keys.T.tolist(), expected, strict=True):
        equal = [(i, j) for i, j in itertools.combinations(range(4), 2) if column[i] == column[j]]
        assert equal == together


def test_only_articles_without_shingles_have_no_key():
    rows = [[], shingle_set(30, 1), [5 << 32], []]

    keys = bands(signatures(*packed(rows), CONFIG), CONFIG)

    assert (keys == 0).all(axis=1).tolist() == [True, False, False, True]
    assert (keys[1:3] != 0).all()


@pytest.mark.parametrize("kind", ["whole", "upper halves"])
def test_samples_compared_in_parts_give_the_same_pairs(monkeypatch, kind):
    rows = [row for s in (0.3, 0.9) for row in twins(s, 20, seed=int(s * 10))]
    config = LexicalConfig(sample=2, bucket=2)
    rows += [rows[0]] * 3
    values, bounds = sample(*packed(rows), config)
    if kind != "whole":
        values = (values >> np.uint64(32)).astype(np.uint32)
    nothing = np.zeros((len(rows), config.bands), np.uint32)
    whole = candidates(nothing, (values, bounds), config)

    monkeypatch.setattr(module, "_AT_ONCE", 100)
    parts = candidates(nothing, (values, bounds), config)

    assert parts.pairs.tolist() == whole.pairs.tolist()
    assert parts.capped == whole.capped > 0
    assert len(whole.pairs) > 30


def test_articles_without_shingles_are_no_candidates():
    assert found([[], [], shingle_set(50, 1), []]).pairs.tolist() == []


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare_gives_no_pairs(count):
    result = found([shingle_set(50, 1)] * count)

    assert result.pairs.shape == (0, 2)
    assert result.capped == 0


def test_a_bucket_of_as_many_as_the_cap_gives_all_pairs():
    config = LexicalConfig(bucket=5)

    result = found([shingle_set(80, 1)] * 5, config)

    assert result.pairs.tolist() == [list(p) for p in itertools.combinations(range(5), 2)]
    assert result.capped == 0


def test_of_a_larger_bucket_each_is_linked_to_its_next_two_and_the_bucket_is_counted():
    config = LexicalConfig(bucket=5)
    rows = [shingle_set(80, 1)] * 6
    signed = bands(signatures(*packed(rows), config), config)

    banded = candidates(signed, nothing_sampled(6), config)
    both = found(rows, config)

    near = [[i, j] for i, j in itertools.combinations(range(6), 2) if j - i <= 2]
    assert banded.pairs.tolist() == both.pairs.tolist() == near
    assert banded.capped == config.bands
    sampled = sample(*packed(rows[:1]), config)[0]
    assert both.capped == config.bands + len(sampled)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 30), st.integers(2, 8))
def test_pairs_are_ascending_sorted_and_distinct(seed, count, cap):
    random = np.random.default_rng(seed)
    pool = random.integers(0, 2**64, 12, np.uint64)
    rows = [random.choice(pool, random.integers(0, 12)) for _ in range(count)]

    pairs = found(rows, LexicalConfig(bucket=cap, sample=2)).pairs

    listed = [tuple(pair) for pair in pairs.tolist()]
    assert listed == sorted(set(listed))
    assert all(0 <= a < b < count for a, b in listed)


def test_the_order_of_articles_does_not_change_what_is_found():
    rows = [row for s in (0.2, 0.4, 0.9) for row in twins(s, 30, seed=int(s * 10))]
    order = np.random.default_rng(5).permutation(len(rows))

    plain = found(rows).pairs
    shuffled = order[found([rows[i] for i in order]).pairs]

    assert {frozenset(p) for p in plain.tolist()} == {frozenset(p) for p in shuffled.tolist()}
    assert len(plain) > 30


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 15), max_size=10), min_size=1, max_size=6), st.data())
def test_the_overlap_is_that_of_the_sets(sets, data):
    index = st.integers(0, len(sets) - 1)
    pairs = data.draw(st.lists(st.tuples(index, index), max_size=8))
    values, bounds = packed([sorted(s) for s in sets])

    shared = overlaps(np.array(pairs, np.int64).reshape(-1, 2), values, bounds)

    assert shared.tolist() == [len(sets[i] & sets[j]) for i, j in pairs]


def test_the_overlap_counts_the_greatest_shingle_too():
    top = 2**64 - 1
    values, bounds = packed([[1, top], [top], [2]])

    shared = overlaps(np.array([[0, 1], [0, 2], [1, 2]]), values, bounds)

    assert shared.tolist() == [1, 0, 0]


def test_the_upper_halves_of_samples_find_the_same():
    rows = twins(0.5, 60)
    values, bounds = sample(*packed(rows), CONFIG)
    keys = np.zeros((len(rows), CONFIG.bands), np.uint32)

    whole = candidates(keys, (values, bounds), CONFIG).pairs
    half = candidates(keys, ((values >> np.uint64(32)).astype(np.uint32), bounds), CONFIG).pairs

    assert half.tolist() == whole.tolist()
    assert len(whole)
