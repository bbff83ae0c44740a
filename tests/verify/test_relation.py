import json

import numpy as np
import pytest

from detector.errors import ModelError
from detector.verify.relation import QUESTIONS, TIERS, UNREAD, Scorer, scorers

ADVICE = "install the package again, or train it with scripts/train_relation.py"


@pytest.fixture
def written(tmp_path):
    """The path of a relation model with this content; each has a path of its own."""

    def write(content):
        path = tmp_path / "relation.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        scorers.cache_clear()
        return str(path)

    yield write
    scorers.cache_clear()


def whole(**changes):
    """A relation model whose static scorers, or that of copies, are changed."""
    every = {q: {"intercept": i, "weights": {"words": 2}} for i, q in enumerate(QUESTIONS)}
    copy = every.pop("copy")
    content = {"copy": copy, "static": every, "transformer": dict.fromkeys(every, copy)}
    content["copy"] = changes.pop("copy", copy)
    content["static"] = every | changes
    return content


def array(*values):
    return np.array(values, np.float32)


def test_the_probability_is_that_of_a_logistic_regression():
    scorer = Scorer(-1.0, {"words": 2.0, "dates_apart": -3.0})
    features = {"words": array(0, 1, 1), "dates_apart": array(0, 0, 1), "other": array(9, 9, 9)}

    found = scorer.probability(features)

    assert found.dtype == np.float32
    assert found == pytest.approx(1 / (1 + np.exp([1, -1, 2])), abs=1e-6)


def test_extreme_odds_stay_probabilities():
    scorer = Scorer(0.0, {"words": 1.0})

    found = scorer.probability({"words": array(-1e30, 1e30)})

    assert found == pytest.approx([0, 1], abs=1e-6)
    assert np.isfinite(found).all()


def test_no_pairs_have_no_probabilities():
    assert Scorer(1.0, {"words": 1.0}).probability({"words": array()}).shape == (0,)


def test_what_each_feature_added_comes_with_the_weightiest_first():
    scorer = Scorer(0.5, {"a": 1.0, "b": -3.0, "c": 0.1, "d": 1.0, "absent": 9.0})

    rows = scorer.contributions({"d": 2.0, "a": 2.0, "b": 1.0, "c": 1.0, "unasked": 5.0})

    assert rows == [("b", 1.0, -3.0), ("a", 2.0, 2.0), ("d", 2.0, 2.0), ("c", 1.0, 0.1)]


def test_a_model_answers_every_question(written):
    found = scorers("static", written(whole()))

    assert list(found) == list(QUESTIONS)
    assert found["copy"] == Scorer(0.0, {"words": 2.0})
    assert found["translation"].intercept == QUESTIONS.index("translation")


def test_a_tier_may_know_translations_without_their_sentences(written):
    unread = {"intercept": 3, "weights": {"numbers": 1}}

    found = scorers("static", written(whole(**{UNREAD: unread})))

    assert found[UNREAD] == Scorer(3.0, {"numbers": 1.0})
    assert UNREAD in scorers("static")


def test_each_tier_of_models_has_its_own_scorers_but_for_copies(written):
    path = written(whole(event={"intercept": 7, "weights": {"cosine": 1}}))

    static, other = scorers("static", path), scorers("transformer", path)

    assert static["copy"] == other["copy"]
    assert static["event"] == Scorer(7.0, {"cosine": 1.0})
    assert other["event"] == Scorer(0.0, {"words": 2.0})


@pytest.mark.parametrize("tier", TIERS)
def test_the_shipped_model_answers_every_question_with_finite_weights(tier):
    for scorer in scorers(tier).values():
        assert scorer.weights
        assert np.isfinite([scorer.intercept, *scorer.weights.values()]).all()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        (b'{"copy": {', "JSONDecodeError"),
        (b"\xff\xfe", "UnicodeDecodeError"),
        (b"[]", "TypeError"),
        (b"null", "TypeError"),
        ({}, "KeyError: 'copy'"),
        (whole(event={"weights": {}}), "KeyError: 'intercept'"),
        (whole(event={"intercept": 1}), "KeyError: 'weights'"),
        (whole(event={"intercept": "x", "weights": {}}), "ValueError"),
        (whole(event={"intercept": None, "weights": {}}), "TypeError"),
        (whole(event={"intercept": 1, "weights": []}), "AttributeError"),
        (whole(event={"intercept": 1, "weights": {"a": "x"}}), "ValueError"),
        (whole(event=[]), "TypeError"),
    ],
)
def test_a_damaged_model_is_named_with_what_to_do(written, content, said):
    path = written(content)

    with pytest.raises(ModelError) as caught:
        scorers("static", path)

    text = str(caught.value)
    assert text.startswith(f"{path}: damaged ({said}")
    assert text.endswith(f"); {ADVICE}")
    assert caught.value.exit_code == 4


def test_a_model_that_is_not_there_is_named_with_what_to_do(tmp_path):
    path = tmp_path / "none.json"

    with pytest.raises(ModelError) as caught:
        scorers("static", str(path))

    assert str(caught.value) == f"{path}: No such file or directory; install the package again"


def test_the_log_odds_of_two_parts_add_up_to_those_of_the_whole():
    whole = Scorer(0.5, {"words": 2.0, "cosine": -1.0, "words_relative": 3.0})
    features = {n: np.array([0.2, 0.7], np.float32) for n in whole.weights}

    rest, own = whole.parted(("words_relative", "unknown"))

    assert set(own.weights) == {"words_relative"}
    np.testing.assert_allclose(rest.odds(features) + own.odds(features), whole.odds(features))
