"""When the collector rests."""

from __future__ import annotations

import gc

import pytest

from detector.pipeline.freeing import calm


def test_no_cycles_are_looked_for_while_calm_and_again_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="stop"), calm():
        assert not gc.isenabled()
        raise ValueError("stop")
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        with calm():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
