"""The whole pass, on articles made here and, where they are there, on the seed articles."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from detector import Article, Config, Detector, InputError, Level, Relation, UsageError
from detector.readers import read
from detector.records import Detection
from detector.text import normalise, tokenise

PROJECT = Path(__file__).parents[2]
NEWSROOM = PROJECT / "tests" / "data" / "newsroom" / "articles.jsonl"
SEEDS = PROJECT.parent / "shared" / "data" / "seeds"


def config(**changes: object) -> Config:
    base = Config(jobs=1)
    return replace(base, semantic=replace(base.semantic, **changes))  # type: ignore[arg-type]


def rows(detection: Detection) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in detection.rows())


@pytest.fixture(scope="module")
def newsroom() -> list[Article]:
    return list(read([NEWSROOM]))


@pytest.fixture(scope="module")
def seeds() -> Detection:
    if not SEEDS.is_dir():
        pytest.skip("../shared/data/seeds is not there: the user's five articles are not shipped")
    return Detector(Config(jobs=1)).detect(read([SEEDS]))


def seed(detection: Detection, number: str) -> str:
    return next(label.id for label in detection.labels if label.id.startswith(number))


def groups(detection: Detection, level: Level) -> set[frozenset[str]]:
    return {frozenset(m[:3] for m in c.members) for c in detection.clusters_of(level)}


def test_the_seeds_are_five_single_duplicate_clusters(seeds: Detection) -> None:
    assert groups(seeds, Level.DUPLICATE) == {frozenset([f"00{n}"]) for n in range(5)}


def test_of_the_seeds_only_the_translation_is_syndicated(seeds: Detection) -> None:
    wanted = {("000", "004"), ("001",), ("002",), ("003",)}
    assert groups(seeds, Level.SYNDICATION) == {frozenset(g) for g in wanted}


def test_the_sister_conference_and_the_directive_are_events_of_their_own(seeds: Detection) -> None:
    wanted = {("000", "001", "004"), ("002",), ("003",)}
    assert groups(seeds, Level.EVENT) == {frozenset(g) for g in wanted}


def test_the_original_of_the_english_seed_is_the_vietnamese_one(seeds: Detection) -> None:
    label = seeds.label_of(seed(seeds, "004"))
    assert label.original == seed(seeds, "000")
    assert label.relation is Relation.TRANSLATION
    assert label.original_confidence >= 0.9


def test_seed_relations_are_those_that_a_reader_would_give(seeds: Detection) -> None:
    found = {(p.a[:3], p.b[:3]): p.relation for p in seeds.pairs}
    assert found[("000", "004")] is Relation.TRANSLATION
    assert found[("000", "001")] is Relation.SAME_EVENT
    assert not any("003" in key or "002" in key for key in found)


def test_seed_credits_are_read(seeds: Detection) -> None:
    found = {label.id[:3]: label.credits for label in seeds.labels}
    assert "dangcongsan" in found["001"][0].key
    assert {"baotintuc", "ttxvn"} == {credit.key for credit in found["002"]}
    assert found["004"][0].url.startswith("https://baoquocte.vn/")


def test_a_shuffled_corpus_gives_the_same_rows(newsroom: list[Article]) -> None:
    shuffled = newsroom.copy()
    random.Random(7).shuffle(shuffled)
    first = Detector(config()).detect(newsroom)
    second = Detector(config()).detect(shuffled)
    assert rows(first) == rows(second)
    assert first.pairs == second.pairs
    assert first.clusters == second.clusters


def test_rows_come_in_input_order(newsroom: list[Article]) -> None:
    backwards = newsroom[::-1]
    detection = Detector(config(model="none")).detect(backwards, evidence=False)
    assert [label.id for label in detection.labels] == [a.id for a in backwards]


def test_two_processes_give_what_one_gives(newsroom: list[Article]) -> None:
    many = [replace(a, id=f"{a.id}-{n}") for n in range(3) for a in newsroom]
    one = Detector(replace(config(model="none"), jobs=1)).detect(many, evidence=False)
    two = Detector(replace(config(model="none"), jobs=2)).detect(many, evidence=False)
    assert rows(one) == rows(two)


def test_clusters_nest(newsroom: list[Article]) -> None:
    detection = Detector(config()).detect(newsroom, evidence=False)
    duplicate = {label.duplicate_cluster: label.syndication_cluster for label in detection.labels}
    syndication = {label.syndication_cluster: label.event_cluster for label in detection.labels}
    for label in detection.labels:
        assert duplicate[label.duplicate_cluster] == label.syndication_cluster
        assert syndication[label.syndication_cluster] == label.event_cluster


def test_one_article_a_duplicate_cluster_is_canonical(newsroom: list[Article]) -> None:
    detection = Detector(config(model="none")).detect(newsroom, evidence=False)
    kept = [label.duplicate_cluster for label in detection.labels if label.canonical]
    assert sorted(kept) == sorted({label.duplicate_cluster for label in detection.labels})


def test_every_pair_of_one_language_shows_its_shared_words(newsroom: list[Article]) -> None:
    texts = {a.id: a.text for a in newsroom}
    detection = Detector(config(model="none")).detect(newsroom)
    assert detection.pairs
    for pair in detection.pairs:
        for passage in pair.evidence.passages:
            # What stands between, a caption or a link, may lie inside one of the two.
            left = tokenise([normalise(texts[pair.a][slice(*passage.a)])]).hashes
            right = tokenise([normalise(texts[pair.b][slice(*passage.b)])]).hashes
            assert min(len(left), len(right)) >= 8
            assert (left[:4] == right[:4]).all()
            assert left[-1] == right[-1]


def test_two_articles_with_one_id_are_an_error() -> None:
    twice = [Article("x", "Một bài báo."), Article("x", "Một bài báo khác.")]
    with pytest.raises(InputError, match='two articles have the id "x"; ids must be unique'):
        Detector(config(model="none")).detect(twice)


def test_no_articles_are_no_clusters() -> None:
    detection = Detector(config()).detect([])
    assert detection.labels == ()
    assert detection.pairs == ()
    assert detection.clusters == ()


def test_articles_without_words_are_related_to_nothing() -> None:
    articles = [Article(str(n), "… !!! …") for n in range(3)]
    detection = Detector(config()).detect(articles)
    assert detection.pairs == ()
    assert len(detection.clusters_of(Level.EVENT)) == 3


@pytest.mark.parametrize("word", ["x" * 3_000_000, "ha " * 400_000, "\ud800 lone surrogate " * 9])
def test_monstrous_texts_pass_through(word: str) -> None:
    ordinary = "Sáng 5/3, mưa lớn làm ngập nhiều tuyến đường ở trung tâm thành phố Huế."
    articles = [Article("a", word), Article("b", word + " end"), Article("c", ordinary)]
    detection = Detector(config()).detect(articles)
    assert len(detection.labels) == 3


def test_explain_names_the_nearest_ids_for_an_unknown_one(newsroom: list[Article]) -> None:
    wrong = newsroom[0].id + "0"
    with pytest.raises(UsageError, match=f'no article has the id "{wrong}"; the nearest are '):
        Detector(config(model="none")).explain(newsroom, wrong, newsroom[1].id)


def test_explain_agrees_with_detect(newsroom: list[Article]) -> None:
    detector = Detector(config())
    pair = detector.detect(newsroom, evidence=False).pairs_of(Relation.NEAR_COPY)[0]
    explanation = detector.explain(newsroom, pair.a, pair.b)
    assert explanation.relation is Relation.NEAR_COPY
    assert explanation.probability == pytest.approx(pair.score, abs=1e-4)
    assert explanation.question == "copy"
    assert Level.DUPLICATE in explanation.together


def test_a_function_chooses_the_pairs_that_carry_passages(newsroom):
    whole = Detector(config()).detect(newsroom)
    brief = Detector(config()).detect(newsroom, evidence=False)
    asked = []

    def last(found):
        asked.append(found)
        return {(pair.a, pair.b) for pair in found.pairs[-3:]}

    some = Detector(config()).detect(newsroom, evidence=last)

    assert some.pairs == brief.pairs[:-3] + whole.pairs[-3:]
    assert (some.labels, some.clusters) == (whole.labels, whole.clusters)
    assert (asked[0].labels, asked[0].pairs) == (brief.labels, brief.pairs)


def test_the_hash_seed_changes_no_byte(tmp_path: Path) -> None:
    made = []
    for hash_seed in ("1", "2"):
        out, pairs = tmp_path / f"{hash_seed}.jsonl", tmp_path / f"{hash_seed}-pairs.jsonl"
        command = [sys.executable, "-m", "detector", "dedup", str(NEWSROOM), "--quiet"]
        command += ["--output", str(out), "--pairs", str(pairs)]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run(command, env=environment, check=True)
        made.append(out.read_bytes() + pairs.read_bytes())
    assert made[0] == made[1]


def test_an_outlet_is_called_as_it_is_written_most_often() -> None:
    names = ["Dân trí", "dantri.com.vn", "Dân trí", ""]
    articles = [
        Article(
            str(n), f"Tin số {n}", source=name, url="https://dantri.com.vn/x" if not name else ""
        )
        for n, name in enumerate(names)
    ]
    named = Article("4", "Tin", url="https://songhong.example/x")

    detection = Detector(Config(jobs=1)).detect([*articles, named, Article("5", "Không rõ")])

    assert [label.source for label in detection.labels] == [
        *["Dân trí"] * 4,
        "songhong.example",
        "",
    ]
