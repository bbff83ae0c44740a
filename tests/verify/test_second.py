"""What a second encoder says, and how it is weighed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detector.errors import ModelError
from detector.verify.second import FIRST, QUESTIONS, SAID, article_vectors, second_scorers

EYE = np.eye(4, dtype=np.float32)


def test_the_same_sentences_are_as_near_as_can_be_in_any_order() -> None:
    a, b = article_vectors(EYE[[0, 1, 1, 0]], np.array([0, 2, 4]))

    assert a @ b == pytest.approx(1)


def test_other_sentences_have_nothing_in_common_and_half_of_them_something() -> None:
    a, b, c = article_vectors(EYE[[0, 1, 2, 3, 0, 2]], np.array([0, 2, 4, 6]))

    assert a @ b == pytest.approx(0)
    assert a @ c == pytest.approx(0.5)


def test_an_article_without_sentences_is_near_to_nothing() -> None:
    a, b = article_vectors(EYE[:1], np.array([0, 0, 1]))

    assert not a.any()
    assert b.tolist() == [1, 0, 0, 0]


def test_every_question_weighs_both_judgements_and_neither_speaks_against() -> None:
    shipped = second_scorers()

    assert tuple(shipped) == QUESTIONS
    for scorer in shipped.values():
        assert set(scorer.weights) == {FIRST, SAID}
        assert min(scorer.weights.values()) > 0


def test_a_damaged_file_is_named_with_the_script_that_writes_it(tmp_path) -> None:
    path = tmp_path / "second_opinion.json"
    path.write_text(json.dumps({"event": {"intercept": 0, "weights": {}}}))

    with pytest.raises(ModelError) as caught:
        second_scorers(str(path))

    assert str(caught.value) == (
        f"{path}: damaged (KeyError: 'event_crossing'); install the package again, or train it "
        "with scripts/train_second.py"
    )
