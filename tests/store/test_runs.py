"""Keys are found wherever they stand: in memory, in packed rows, before and after packing."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from detector.store import runs, schema
from detector.store.runs import Run


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection, "here")
    return connection


def as_sets(asked, found):
    rows, numbers = found
    return {int(key): set(numbers[rows == at].tolist()) for at, key in enumerate(asked.tolist())}


def random_keys(seed, count=3000):
    draw = np.random.default_rng(seed)
    keys = draw.integers(0, 500, count, dtype=np.uint32) * np.uint32(7919 * 541)
    return keys, draw.integers(1, 900, count)


def expected(asked, *parts):
    return {
        int(key): {int(n) for keys, numbers in parts for n in numbers[keys == key]}
        for key in asked.tolist()
    }


def test_many_small_runs_find_what_one_would():
    keys, numbers = random_keys(1)
    several: tuple[Run, ...] = ()
    for start in range(0, len(keys), 100):
        several = runs.grown(
            several, Run.of(keys[start : start + 100], numbers[start : start + 100])
        )
    asked = np.unique(keys)[::3]

    assert as_sets(asked, runs.found(several, asked)) == expected(asked, (keys, numbers))
    assert len(several) < 8


def test_packed_keys_are_found_and_kinds_are_kept_apart(connection):
    keys, numbers = random_keys(2)
    everyone = np.ones(1000, np.bool_)
    runs.pack(connection, runs.BANDS, [Run.of(keys, numbers)], everyone)
    asked = np.unique(keys)

    banded = runs.packed(connection, runs.BANDS, asked)
    sampled = runs.packed(connection, runs.SAMPLES, asked)

    assert as_sets(asked, banded) == expected(asked, (keys, numbers))
    assert len(sampled[0]) == 0


def test_packing_again_adds_and_drops_bodies_that_are_gone(connection):
    first, second = random_keys(3), random_keys(4)
    living = np.ones(1000, np.bool_)
    runs.pack(connection, runs.SAMPLES, [Run.of(*first)], living)
    living[:500] = False
    runs.pack(connection, runs.SAMPLES, [Run.of(*second)], living)
    asked = np.unique(np.concatenate([first[0], second[0]]))

    found = as_sets(asked, runs.packed(connection, runs.SAMPLES, asked))

    kept = [(keys[numbers >= 500], numbers[numbers >= 500]) for keys, numbers in (first, second)]
    assert found == expected(asked, *kept)


@pytest.mark.parametrize("kind", [runs.BANDS, runs.SAMPLES])
def test_adding_to_rows_gives_what_packing_everything_at_once_does(connection, kind):
    first, second = random_keys(5), random_keys(6)
    later = second[1] + 40_000  # farther than one entry can say
    whole = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(whole, "here")
    every = np.concatenate([first[0], second[0]]), np.concatenate([first[1], later])
    runs.pack(whole, kind, [Run.of(*every)], None)

    runs.pack(connection, kind, [Run.of(*first)], None)
    runs.pack(connection, kind, [Run.of(second[0], later)], None)

    query = "SELECT bucket, data FROM postings ORDER BY bucket"
    assert connection.execute(query).fetchall() == whole.execute(query).fetchall()


def test_rows_may_be_added_to_out_of_order(connection):
    first, second = random_keys(7), random_keys(8)
    for keys, numbers in (first, second):
        runs.pack(connection, runs.BANDS, [Run.of(keys, numbers)], None)
    asked = np.unique(np.concatenate([first[0], second[0]]))

    found = as_sets(asked, runs.packed(connection, runs.BANDS, asked))

    assert found == expected(asked, first, second)


def test_the_highest_and_the_lowest_key_are_no_exception(connection):
    keys, numbers = np.array([0, 0xFFFFFFFF], np.uint32), np.array([1, 2])
    runs.pack(connection, runs.BANDS, [Run.of(keys, numbers)], np.ones(3, np.bool_))

    found = runs.packed(connection, runs.BANDS, keys)

    assert as_sets(keys, found) == {0: {1}, 0xFFFFFFFF: {2}}


def test_bodies_far_apart_are_found_and_nothing_between_them(connection):
    keys, numbers = np.full(3, 7, np.uint32), np.array([5, 6, 90_000])
    runs.pack(connection, runs.BANDS, [Run.of(keys, numbers)], np.ones(90_001, np.bool_))
    again = np.array([40_000])
    runs.pack(connection, runs.BANDS, [Run.of(keys[:1], again)], np.ones(90_001, np.bool_))

    assert as_sets(keys[:1], runs.packed(connection, runs.BANDS, keys[:1])) == {
        7: {5, 6, 40_000, 90_000}
    }


def test_an_empty_store_packs_and_is_asked():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection, "here")
    runs.pack(connection, runs.BANDS, [], np.ones(1, np.bool_))
    asked = np.array([5], np.uint32)

    assert len(runs.packed(connection, runs.BANDS, asked)[0]) == 0
