import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.explain import explain
from detector.cli.sides import told
from detector.config import Config, VerifyConfig
from detector.pipeline import Detector
from detector.readers import read
from detector.records import Article, Contribution, Evidence, Explanation, Level, Passage, Relation

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(newsroom, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def run(a, b, *options):
        result = CliRunner().invoke(explain, [a, b, str(newsroom), "--jobs", "1", *options])
        assert result.exception is None, result.exception
        return result.stdout

    return run


def test_a_translation_is_shown_with_its_sentences_and_their_offsets(run, newsroom):
    text = run("tinmientrung-cf96", "redriver-eed5")

    assert text.startswith("translation, score 1.00\n  A  [tinmientrung-cf96] Tin Miền Trung, 2025")
    assert "Original: A [tinmientrung-cf96], confidence 0.9" in text
    assert "- tinmientrung-cf96 was published 16 hours before redriver-eed5." in text
    assert "What the score is made of (is one a translation of the other?)" in text
    assert "Sentences that say the same" in text
    assert max(map(len, text.splitlines())) <= 80
    article = next(
        row
        for row in map(json.loads, newsroom.read_text(encoding="utf-8").splitlines())
        if row["id"] == "redriver-eed5"
    )
    (start, end) = next(
        map(int, line.removeprefix("  B ").split("–"))
        for line in text.splitlines()
        if line.startswith("  B ") and "–" in line
    )
    quoted = " ".join(article["text"][start:end].split())[:40]
    assert quoted in " ".join(text.split())


def test_the_articles_keep_the_order_in_which_they_are_named(run):
    one = json.loads(run("redriver-eed5", "tinmientrung-cf96", "--json"))
    other = json.loads(run("tinmientrung-cf96", "redriver-eed5", "--json"))

    assert (one["a"], one["b"]) == ("redriver-eed5", "tinmientrung-cf96")
    assert (other["a"], other["b"]) == ("tinmientrung-cf96", "redriver-eed5")
    assert sorted((p["a"], p["b"]) for p in one["evidence"]["passages"]) == sorted(
        (p["b"], p["a"]) for p in other["evidence"]["passages"]
    )
    assert one["relation"] == other["relation"] == "translation"
    assert one["original"] == other["original"] == "tinmientrung-cf96"
    assert one["contributions"][0].keys() == {"feature", "value", "log_odds"}


def test_two_events_are_shown_with_what_they_exclude_each_other_in(run):
    text = run("tinmientrung-cf96", "kinhte-7563")

    assert text.startswith("not related, score 0.00\n")
    assert "In no cluster together." in text
    assert (
        "They exclude each other in\n  dates      A: 2025-10-28\n             B: 2025-10-01" in text
    )


def test_a_wide_terminal_has_two_columns(monkeypatch):
    a = Article("a", "Một câu. " * 3 + "Hai câu giống nhau.")
    b = Article("b", "Two sentences that are alike.")
    found = Explanation(
        "a", "b", "translation", 0.9, Relation.TRANSLATION,
        (Contribution("names", 0.5, 3.0), Contribution("gap", 0.1, 0.001)),
        Evidence(passages=(Passage((27, 46), (0, 29), 0.8),), reasons=("a is first.",)),
        None, 0.0, (Level.SYNDICATION, Level.EVENT), "Joined by this pair itself.",
    )  # fmt: skip
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    wide = list(told(found, a, b))
    monkeypatch.setenv("COLUMNS", "80")
    narrow = list(told(found, a, b))

    column = (110 - 7) // 2
    assert wide[-1] == f"  {'Hai câu giống nhau.':<{column}} │ Two sentences that are alike."
    assert narrow[-3:-1] == ["    Hai câu giống nhau.", "\x1b[2m  B 0–29\x1b[0m"]
    assert "Original: unknown." in wide
    assert "In the same syndication and event clusters. Joined by this pair itself." in wide


def test_equal_bodies_need_no_sum(run):
    text = run("phuongnam-4cd9", "songhong-e676")

    assert text.startswith("exact_copy, score 1.00\n")
    assert "nothing to weigh: the bodies are equal" in text
    assert "In the same duplicate, syndication and event clusters." in text


def test_records_left_out_are_said_on_standard_error(detector, corpus):
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{\n")
    done = detector(
        *("explain", "fire-2", "fire-1", corpus.name, "--model", "none", "--on-error", "skip")
    )

    assert done.returncode == 0
    assert done.stderr.startswith("1 record left out, the first: articles.jsonl:5: not JSON")
    assert "  A  [fire-2] Báo Hai, 2025-02-09 09:40" in done.stdout


def test_a_second_opinion_is_part_of_what_the_score_is_made_of(run, newsroom):
    tiny = str(ROOT / "tests/data/tiny-encoder")
    options = dataclasses.replace(Config(jobs=1), verify=VerifyConfig(model=tiny))
    pairs = Detector(options).detect(read([newsroom]), evidence=False).pairs
    doubtful = next(pair for pair in pairs if "second_event" in pair.evidence.features)

    found = json.loads(run(doubtful.a, doubtful.b, "--json", "--verify-model", tiny))
    text = run(doubtful.a, doubtful.b, "--verify-model", tiny)

    assert "second_event" in {row["feature"] for row in found["contributions"]}
    assert " ".join(found["evidence"]["reasons"]) in " ".join(text.replace("- ", "").split())
    assert "was asked for a second opinion" in " ".join(text.split())
