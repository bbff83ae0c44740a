"""How common values are in news at large."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from detector.models import shipped
from detector.verify.rarity import COMPARED, CROWD, KINDS, expected, expected_of, keyed


@pytest.mark.parametrize("kind", KINDS)
def test_a_listed_value_has_its_share_and_a_neighbour_none(kind):
    content = load_file(shipped("rarity.safetensors"))
    listed, shares = content[f"{kind}.values"], content[f"{kind}.shares"].astype(np.float64)
    assert np.array_equal(expected(kind, listed), CROWD * shares)
    beside = np.setdiff1d(np.concatenate([listed + 1, listed - 1]).astype(np.uint32), listed)
    edges = np.setdiff1d(np.array([0, 2**32 - 1], np.uint32), listed)
    assert not expected(kind, beside).any()
    assert not expected(kind, edges).any()


def test_what_has_no_list_is_expected_nowhere():
    assert expected("documents", np.arange(5, dtype=np.uint32)).tolist() == [0.0] * 5


def test_values_of_several_kinds_have_the_shares_that_they_have_by_kind():
    content = load_file(shipped("rarity.safetensors"))
    values = np.unique(np.concatenate([content[f"{kind}.values"][:50] for kind in KINDS]))

    together = expected_of(np.concatenate([keyed(kind, values) for kind in COMPARED]))

    assert np.array_equal(together, np.concatenate([expected(kind, values) for kind in COMPARED]))
    assert together.any()
