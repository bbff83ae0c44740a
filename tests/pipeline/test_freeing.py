import ctypes
import sys

import pytest

from detector.pipeline import freeing


@pytest.fixture(autouse=True)
def asked_anew():
    freeing._trim.cache_clear()
    yield
    freeing._trim.cache_clear()


def test_the_c_library_is_asked_to_return_what_it_keeps(monkeypatch):
    asked = []
    library = type("Library", (), {"malloc_trim": staticmethod(asked.append)})
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)

    freeing.give_back()

    assert asked == [0]


def test_a_c_library_that_cannot_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())

    freeing.give_back()


def test_other_systems_are_not_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delattr(ctypes, "CDLL")

    freeing.give_back()
