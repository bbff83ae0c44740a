"""Features are put into groups, and taken out of what is fitted."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import ablation
import train_relation as training


@pytest.mark.parametrize("question", ["event", "event_crossing", "translation"])
def test_every_feature_of_a_scorer_is_of_a_group(question: str) -> None:
    names = (*training.FEATURES[question], *training.FIXED[question])

    assert {name for name in names if ablation.group_of(name) == "others"} == set()


def test_a_feature_that_nobody_has_heard_of_is_among_the_others() -> None:
    assert ablation.group_of("weather") == "others"
    assert ablation.group_of("names_missing") == "names"


def test_what_decides_is_missed_most(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    shares = {"names": random.random(400), "places": random.random(400)}
    columns = {
        n: shares.get(n, np.zeros(400)).astype(np.float32) for n in training.FEATURES["event"]
    }
    columns |= {n: np.zeros(400, np.float32) for n in training.FIXED["event"]}
    answers = shares["names"] > 0.5
    examples = training.Examples({})
    examples.add("event", columns, answers, np.ones(400, np.bool_))
    made = examples, int(answers.sum())
    monkeypatch.setattr(ablation, "_examples", lambda *_: made)
    monkeypatch.setattr(ablation, "QUESTIONS", (("event", ("a set",)),))

    rows = list(ablation.rows(Path("nowhere")))

    assert rows[0][:2] == ("event", "nothing")
    assert rows[0][5] > 0.95
    assert rows[1][1] == "names"
    assert rows[1][6] > 0.2
    assert all(row[6] < 0.05 for row in rows[2:])
