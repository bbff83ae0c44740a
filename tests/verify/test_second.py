"""What a second encoder says, and how it is weighed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detector.errors import ModelError
from detector.verify.second import FEATURES, FIRST, QUESTIONS, features, second_scorers

EYE = np.eye(4, dtype=np.float32)
WORDS = np.array([10, 10])


def test_the_same_sentences_are_as_near_as_can_be() -> None:
    said = features(EYE[:2], EYE[:2], WORDS, WORDS)

    assert said == pytest.approx(dict.fromkeys(FEATURES, 1.0))


def test_other_sentences_say_nothing_in_common() -> None:
    assert features(EYE[:2], EYE[2:], WORDS, WORDS) == pytest.approx(dict.fromkeys(FEATURES, 0.0))


def test_a_text_that_is_contained_is_covered_and_covers_less() -> None:
    said = features(EYE[:1], EYE[:2], WORDS[:1], WORDS)

    assert (said["second_best"], said["second_least"]) == pytest.approx((1.0, 0.5))
    assert said["second_cosine"] == pytest.approx(0.5**0.5)


def test_an_article_without_sentences_says_nothing() -> None:
    none = np.zeros((0, 4), np.float32)

    assert features(none, EYE, WORDS[:0], np.full(4, 9)) == dict.fromkeys(FEATURES, 0.0)


def test_every_question_weighs_both_judgements_and_neither_speaks_against() -> None:
    shipped = second_scorers()

    assert tuple(shipped) == QUESTIONS
    for scorer in shipped.values():
        assert set(scorer.weights) == {FIRST, *FEATURES}
        assert min(scorer.weights.values()) >= 0
        assert scorer.weights[FIRST] + scorer.weights["second_cosine"] > 0


def test_a_damaged_file_is_named_with_the_script_that_writes_it(tmp_path) -> None:
    path = tmp_path / "second_opinion.json"
    path.write_text(json.dumps({"event": {"intercept": 0, "weights": {}}}))

    with pytest.raises(ModelError) as caught:
        second_scorers(str(path))

    assert str(caught.value) == (
        f"{path}: damaged (KeyError: 'event_crossing'); install the package again, or train it "
        "with scripts/train_second.py"
    )
