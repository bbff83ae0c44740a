"""Candidates judged without keeping their features."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from detector import Config, Detector
from detector.models import resolve
from detector.pipeline.copying import Judged, Measured, Shared
from detector.pipeline.detector import Pass
from detector.pipeline.encoding import Sentences, strangers_of
from detector.pipeline.relating import Relating
from detector.readers import read
from detector.records import Relation
from detector.verify import features
from detector.verify.features import Weighed
from detector.verify.relation import Scorer, scorers

NEWSROOM = Path(__file__).parents[1] / "data" / "newsroom" / "articles.jsonl"


def made(asked: Mapping[str, Scorer]) -> Relating:
    model, config = resolve("static"), Config(jobs=1)
    run = Pass(config, None, lambda *_: None)
    corpus, _ = run.corpus(read([NEWSROOM]), model)
    rows = np.arange(len(corpus))
    run.encode(corpus, model, rows)
    assert corpus.profiles is not None
    return Relating(
        corpus, Sentences(corpus, model), rows, asked, config,
        strangers_of(corpus, model), Weighed(corpus.profiles),
    )  # fmt: skip


@pytest.fixture(scope="module")
def relating() -> Relating:
    return made(scorers())


def test_what_is_measured_again_is_what_a_pair_was_judged_by(relating: Relating) -> None:
    judged = relating.judge(Shared.none())

    measured = relating.features(judged.pairs)

    crossing = relating.crossing(judged.pairs)
    spoken = np.array(relating._corpus.facts.languages)[judged.pairs[:, 0]]
    translated = np.array([r is Relation.TRANSLATION for r in judged.relations])
    assert translated.any()
    for question, rows in (
        ("event_of_vi", ~crossing & (spoken == "vi")),
        ("event_of_en", ~crossing & (spoken == "en")),
        ("event_crossing", crossing & ~translated),
        ("translation", translated),
    ):
        own = {name: values[rows] for name, values in measured.items()}
        expected = scorers()[question].probability(own)
        np.testing.assert_allclose(judged.scores[rows], expected, atol=1e-6, err_msg=question)


def test_pairs_can_be_measured_without_any_scorer() -> None:
    bare = made({})

    pairs = bare.candidates(Shared.none())

    assert len(pairs) > 100
    assert all(len(values) == len(pairs) for values in bare.features(pairs).values())


def test_a_language_without_a_scorer_of_its_own_is_asked_that_of_all() -> None:
    shared = {name: scorer for name, scorer in scorers().items() if "_of_" not in name}
    relating = made(shared)

    judged = relating.judge(Shared.none())

    rows = ~relating.crossing(judged.pairs)
    own = {name: values[rows] for name, values in relating.features(judged.pairs).items()}
    expected = scorers()["event"].probability(own)
    np.testing.assert_allclose(judged.scores[rows], expected, atol=1e-6)


def test_threads_and_the_size_of_parts_change_no_answer(
    relating: Relating, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = relating.judge(Shared.none())

    monkeypatch.setattr(features, "_CHUNK", 50)
    monkeypatch.setattr(relating, "_threads", 3)
    parts = relating.judge(Shared.none())

    np.testing.assert_array_equal(parts.pairs, whole.pairs)
    np.testing.assert_array_equal(parts.scores, whole.scores)
    assert parts.relations == whole.relations


def test_no_pair_has_no_features_and_one_in_one_language_none_of_sentences(
    relating: Relating,
) -> None:
    judged = relating.judge(Shared.none())
    alone = judged.pairs[~relating.crossing(judged.pairs)][:1]

    assert {len(values) for values in relating.features(judged.pairs[:0]).values()} == {0}
    assert "aligned_best" not in relating.features(alone)


def test_the_features_of_a_pair_leave_out_what_was_not_asked() -> None:
    columns = {"words": np.array([0.5, 0.25], np.float32), "said": np.array([np.nan, 1.0])}

    assert dict(Measured(columns, 0)) == {"words": 0.5}
    assert Measured(columns, 1) == {"words": 0.25, "said": 1.0}
    assert "said" not in Measured(columns, 0)
    assert len(Measured(columns, 0)) == 1


def test_some_of_the_judged_pairs_keep_what_is_theirs() -> None:
    pairs = np.array([[0, 1], [1, 2], [0, 3]])
    scores = np.array([0.1, 0.2, 0.3], np.float32)
    relations = [Relation.SAME_EVENT, Relation.TRANSLATION, Relation.SAME_EVENT]

    found = Judged(pairs, relations, scores, {"words": scores * 2}).of(np.array([1, 2]))

    assert found.pairs.tolist() == [[1, 2], [0, 3]]
    assert found.relations == [Relation.TRANSLATION, Relation.SAME_EVENT]
    assert found.features_of(0)["words"] == pytest.approx(0.4)


def test_processes_change_nothing_of_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.pipeline.pairing._AT_ONCE", 16)
    articles = list(read([NEWSROOM]))

    one, two = (Detector(Config(jobs=jobs)).detect(articles).pairs for jobs in (1, 2))

    assert [pair.row() for pair in one] == [pair.row() for pair in two]
    assert any(pair.evidence.passages for pair in one)
