"""A second opinion on doubtful pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector import Article, Config, Detector, ModelError, Relation, UsageError
from detector.models import resolve
from detector.pipeline import opinions
from detector.pipeline.copying import Judged
from detector.pipeline.corpus import Corpus
from detector.pipeline.detector import Pass
from detector.pipeline.opinions import AFTER, BEFORE, SecondOpinion
from detector.readers import read
from detector.verify.relation import Scorer

PROJECT = Path(__file__).parents[2]
NEWSROOM = PROJECT / "tests" / "data" / "newsroom" / "articles.jsonl"
TINY = PROJECT / "tests" / "data" / "tiny-encoder"

FERRY = "A ferry with forty people sank off the coast. All were saved by fishermen near Cape Ann."
PHA = "Chiếc phà chở bốn mươi người bị chìm ngoài khơi. Ngư dân đã cứu tất cả gần Cape Ann."
SCHOOL = "A school opened in the village on Monday. Its two hundred pupils came in new shirts."


def config(verify: str) -> Config:
    base = Config(jobs=1)
    return replace(base, verify=replace(base.verify, model=verify))


class Reader:
    """Stands in for the transformer: it counts what it reads, and finds all texts alike or not."""

    def __init__(self, alike: bool) -> None:
        self.read: list[str] = []
        self._alike = alike

    def encode(self, texts: Sequence[str], progress: Any) -> Any:
        self.read += texts
        progress(len(texts))
        rows = np.zeros(len(texts), int) if self._alike else np.arange(len(texts))
        return np.eye(64, dtype=np.float32)[rows % 64]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(alike: bool) -> Reader:
        made = Reader(alike)
        monkeypatch.setattr(opinions, "transformer", lambda _name: made)
        return made

    return install


def corpus() -> Corpus:
    run = Pass(config(""), None, lambda *_: None)
    articles = [Article("a", FERRY, "Ferry sinks"), Article("b", PHA), Article("c", SCHOOL)]
    return run.corpus(articles, resolve("static"))[0]


def judged(*odds: float, **more: float) -> tuple[Judged, Any, Any, dict[str, Scorer]]:
    """Pairs a–b (two languages) and a–c with these log-odds of one event, each."""
    pairs = np.array([[0, 1], [0, 2]])[: len(odds)]
    features = {"odds": np.array(odds, np.float32)}
    rest = {name: np.full(len(odds), value, np.float32) for name, value in more.items()}
    own = Scorer(0.0, {"odds": 1.0})
    scorers = dict.fromkeys(("event_crossing", "translation"), own)
    crossing = np.array([True, False])[: len(odds)]
    relations = [Relation.SAME_EVENT] * len(odds)
    found = Judged(pairs, relations, own.probability(features), {})

    def measured(some: Any) -> dict[str, Any]:  # the first pairs, as those in two languages are
        return {name: values[: len(some)] for name, values in (features | rest).items()}

    return found, measured, crossing, scorers


def opinion(threshold: float = 0.5, told: Any = lambda *_: None) -> SecondOpinion:
    return SecondOpinion(corpus(), resolve(str(TINY)), threshold, told)


def test_a_pair_that_is_sure_either_way_is_not_asked_about(reader: Any) -> None:
    asked = reader(alike=True)

    found = opinion().revised(*judged(4.0, -4.0))

    assert asked.read == []
    assert found.scores.tolist() == judged(4.0, -4.0)[0].scores.tolist()
    assert not found.features_of(0)


def test_a_doubtful_pair_in_one_language_is_not_asked_about(reader: Any) -> None:
    asked = reader(alike=False)

    found = opinion().revised(*judged(4.0, 0.1))

    assert asked.read == []
    assert found.scores.tolist() == judged(4.0, 0.1)[0].scores.tolist()
    assert not found.features_of(1)


def test_an_answer_is_lowered_and_never_raised(reader: Any) -> None:
    reader(alike=True)
    agreed = opinion().revised(*judged(0.1))
    reader(alike=False)
    denied = opinion().revised(*judged(0.1))

    assert agreed.scores[0] == pytest.approx(0.525, abs=0.001)
    assert agreed.features_of(0)[AFTER["event_crossing"]] == pytest.approx(0.525, abs=0.001)
    assert denied.scores[0] < 0.4


def test_only_headlines_and_sentences_of_doubtful_pairs_are_read_and_each_once(
    reader: Any,
) -> None:
    asked = reader(alike=True)
    second = opinion()

    second.revised(*judged(0.1, 0.1))
    assert asked.read == [
        "Ferry sinks",
        "A ferry with forty people sank off the coast",
        "All were saved by fishermen near Cape Ann",
        "Chiếc phà chở bốn mươi người bị chìm ngoài khơi",
        "Ngư dân đã cứu tất cả gần Cape Ann",
    ]
    second.revised(*judged(0.1))
    assert len(asked.read) == 5


def test_a_doubtful_translation_is_judged_as_one(reader: Any) -> None:
    reader(alike=True)
    pairs, features, crossing, scorers = judged(-0.3, aligned_best=0.6)
    scorers["event_crossing"] = Scorer(-9.0, {"odds": 0.0})  # that is no question

    found = opinion(threshold=0.3).revised(pairs, features, crossing, scorers)

    assert found.relations == [Relation.TRANSLATION]
    assert found.features_of(0)[BEFORE["translation"]] == pytest.approx(0.4256, abs=0.001)
    assert BEFORE["event_crossing"] not in found.features_of(0)


def test_the_note_counts_the_pairs_that_were_judged_again_and_what_changed(reader: Any) -> None:
    reader(alike=False)
    second = opinion()

    found = second.revised(*judged(0.05, 5.0))

    assert found.scores[0] < 0.5
    assert second.note() == (
        f"{TINY} was asked for a second opinion on 1 doubtful pair, read 2 articles for it, and "
        "changed 1 answer."
    )
    assert second.reasons(found.features_of(0)) == (
        f"Whether it is of one event was doubtful (0.51), so {TINY} was asked for a second "
        f"opinion: {found.scores[0]:.2f} with it.",
    )
    assert second.reasons(found.features_of(1)) == ()


def test_how_much_is_to_be_read_is_told_before(reader: Any) -> None:
    reader(alike=True)
    told: list[tuple[str, int, int]] = []

    opinion(told=lambda *step: told.append(step)).revised(*judged(0.1))

    assert told == [("verify", 0, 5), ("verify", 5, 5)]


def test_a_whole_pass_asks_and_says_so_in_summary_evidence_and_explanation() -> None:
    articles = list(read([NEWSROOM]))
    detector = Detector(config(str(TINY)))

    found = detector.detect(articles)

    assert any(n.startswith(f"{TINY} was asked for a second opinion on ") for n in found.notes)
    assert all(value == value for pair in found.pairs for value in pair.evidence.features.values())
    pair = next(p for p in found.pairs if AFTER["event_crossing"] in p.evidence.features)
    assert any(f"{TINY} was asked for a second opinion" in r for r in pair.evidence.reasons)
    json.dumps(pair.row(), allow_nan=False)
    told = detector.explain(articles, pair.a, pair.b)
    assert told.contributions[0].feature == AFTER["event_crossing"]
    assert told.probability == pytest.approx(
        pair.evidence.features[AFTER["event_crossing"]], abs=0.001
    )


def test_a_second_opinion_that_cannot_be_had_ends_the_pass_before_it_reads() -> None:
    def unread() -> Any:
        raise AssertionError("an article was asked for")
        yield

    with pytest.raises(ModelError, match="no model 'no/such-model'"):
        Detector(config("no/such-model")).detect(unread())


def test_copies_alone_need_no_second_opinion() -> None:
    options = config(str(TINY))
    options = replace(options, semantic=replace(options.semantic, model="none"))

    with pytest.raises(UsageError, match="model none finds copies only"):
        Detector(options).detect([])
