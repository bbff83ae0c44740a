"""Pairs of numbers as single keys."""

from __future__ import annotations

import numpy as np
import pytest

from detector.pairkeys import distinct, lower, packed, packed_pairs, unpacked, upper

LARGEST = 2**32 - 1


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint32])
def test_a_key_gives_back_both_numbers_in_their_order(kind):
    one, other = np.array([7, 0, 3], kind), np.array([2, 0, 5], kind)

    keys = packed(one, other)

    assert keys.dtype == np.uint64
    assert upper(keys).tolist() == one.tolist()
    assert lower(keys).tolist() == other.tolist()
    assert unpacked(keys).tolist() == [[7, 2], [0, 0], [3, 5]]


def test_the_largest_numbers_do_not_run_into_each_other():
    assert unpacked(packed(np.array([LARGEST, 0]), np.array([0, LARGEST]))).tolist() == [
        [LARGEST, 0],
        [0, LARGEST],
    ]


def test_the_key_of_a_pair_is_that_of_the_pair_turned_round():
    pairs = np.array([[9, 4], [4, 9], [1, 1]])

    keys = packed_pairs(pairs)

    assert keys.tolist() == packed_pairs(pairs[:, ::-1]).tolist()
    assert unpacked(keys).tolist() == [[4, 9], [4, 9], [1, 1]]


def test_keys_sort_by_the_first_number_and_come_once():
    keys = packed(np.array([2, 1, 2, 1]), np.array([0, 9, 0, 3]))

    assert unpacked(distinct(keys)).tolist() == [[1, 3], [1, 9], [2, 0]]
    assert distinct(keys[:0]).tolist() == []
