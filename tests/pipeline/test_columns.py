import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.pipeline.columns import Columns, Ragged


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=9), st.randoms())
def test_values_come_in_the_order_of_their_rows_whatever_order_they_arrive_in(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    ragged = Ragged()
    for start in range(0, len(order), 2):
        part = order[start : start + 2]
        sizes = [len(rows[i]) for i in part]
        values = np.array([v for i in part for v in rows[i]], np.uint32)
        ragged.put(np.array(part), values, np.concatenate([[0], np.cumsum(sizes)]))

    values, bounds = ragged.joined(len(rows), np.zeros(0, np.uint32))

    assert [values[a:b].tolist() for a, b in itertools.pairwise(bounds)] == rows


def test_a_column_is_filled_in_parts():
    columns = Columns(3)
    columns.put("x", np.array([2, 0]), np.array([[5, 6], [1, 2]]))
    columns.put("x", np.array([1]), np.array([[3, 4]]))

    assert columns.get("x", np.int64, 2).tolist() == [[1, 2], [3, 4], [5, 6]]


def test_a_column_that_nothing_came_for_is_empty():
    columns = Columns(3)
    columns.put("x", np.array([0]), None)

    assert columns.find("x") is None
    assert columns.get("x", np.uint32, 2).shape == (0, 2)
