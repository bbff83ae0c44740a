"""Floors rise by themselves and fall only with a reason that is kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from floors import Floors

from detector.errors import UsageError


def test_floors_are_rounded_down_and_survive_the_file(tmp_path: Path):
    path = tmp_path / "quality" / "floors.json"
    Floors.from_file(path).raised("newsroom", "d1", {"recall": 0.98765}).write()
    again = Floors.from_file(path)
    assert again.corpora == {"newsroom": {"digest": "d1", "floors": {"recall": 0.987}}}
    assert again.raised("newsroom", "d1", {"recall": 0.98765}) == again
    assert path.read_text(encoding="utf-8").endswith("\n")
    assert [file.name for file in path.parent.iterdir()] == ["floors.json"]


def test_a_figure_below_its_floor_is_named_with_both_values():
    floors = Floors(Path("x"), {"n": {"digest": "d", "floors": {"recall": 0.9, "f1": 0.8}}}, [])
    assert floors.broken("n", "d", {"recall": 0.9, "f1": 0.8}) == []
    assert floors.broken("n", "d", {"recall": 0.89, "f1": 0.9}) == [
        "n: recall is 0.8900, its floor is 0.9"
    ]
    assert floors.broken("n", "d", {"recall": 1.0}) == ["n: f1 is 0.0000, its floor is 0.8"]
    assert floors.broken("other", "d", {}) == []


def test_floors_of_another_gold_hold_for_nothing():
    floors = Floors(Path("x"), {"n": {"digest": "old", "floors": {"recall": 0.9}}}, [])
    (message,) = floors.broken("n", "new", {"recall": 1.0})
    assert "run scripts/evaluate.py n --floors" in message


def test_a_floor_falls_only_with_a_reason():
    floors = Floors(Path("x"), {"n": {"digest": "d", "floors": {"recall": 0.9, "f1": 0.8}}}, [])
    with pytest.raises(UsageError, match=r"floors would fall: recall 0\.9 to 0\.7"):
        floors.raised("n", "d", {"recall": 0.7, "f1": 0.9})
    with pytest.raises(UsageError, match=r"f1 0\.8 to None"):
        floors.raised("n", "d", {"recall": 0.95})
    lowered = floors.raised("n", "d", {"recall": 0.7, "f1": 0.9}, "the gold was wrong")
    assert lowered.corpora["n"]["floors"] == {"f1": 0.9, "recall": 0.7}
    assert lowered.lowered == [
        {
            "corpus": "n",
            "reason": "the gold was wrong",
            "figures": {"recall": {"from": 0.9, "to": 0.7}},
        }
    ]
    assert json.dumps(lowered.lowered)
