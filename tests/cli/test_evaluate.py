"""``detector evaluate`` reads two results of any kind and says how they agree."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from detector.cli.evaluate import evaluate
from detector.errors import InputError, UsageError

GOLD = [
    {"id": "a", "event_cluster": "e1", "syndication_cluster": "s1", "duplicate_cluster": "d1",
     "original": "a", "language": "vi"},
    {"id": "b", "event_cluster": "e1", "syndication_cluster": "s1", "duplicate_cluster": "d1",
     "original": "a", "language": "vi"},
    {"id": "c", "event_cluster": "e1", "syndication_cluster": "s1", "duplicate_cluster": "d2",
     "original": "a", "language": "en"},
    {"id": "[red]d", "event_cluster": "e2", "syndication_cluster": "s2", "duplicate_cluster": "d3",
     "original": None, "language": "en"},
]  # fmt: skip
PAIRS = [
    {"a": "a", "b": "b", "relation": "near_copy", "score": 0.97, "original": "a"},
    {"a": "a", "b": "c", "relation": "translation", "score": 0.99, "original": "a"},
    {"a": "b", "b": "c", "relation": "translation", "score": 0.9, "original": None},
]
MERGED = [{**row, "event_cluster": "one"} for row in GOLD]


def written(path: Path, rows: list[dict[str, object]]) -> str:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(evaluate, args)


def found(*args: str) -> dict:
    result = run(*args, "--json")
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def refused(*args: str) -> str:
    error = run(*args).exception
    assert isinstance(error, InputError | UsageError), error
    return str(error)


def test_rows_are_held_against_rows_at_every_level(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    result = found(written(tmp_path / "mine.jsonl", MERGED), gold)
    assert list(result["clusters"]) == ["duplicate", "syndication", "event"]
    assert result["clusters"]["syndication"]["bcubed"]["f1"] == 1.0
    event = result["clusters"]["event"]
    assert event["pairs"]["all"] == {
        "precision": 0.5, "recall": 1.0, "f1": 0.666667, "hits": 3, "predicted": 6, "gold": 3,
    }  # fmt: skip
    assert event["over_merged"][0]["parts"][0] == ["e1", ["a", "b", "c"]]
    assert result["direction"]["articles"]["right"] == 2


def test_pairs_beside_rows_are_scored_by_relation_and_language(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl.gz", GOLD)
    pairs = written(tmp_path / "pairs.jsonl", PAIRS)
    result = found(gold, gold, "--pairs", pairs, "--gold-pairs", pairs)
    assert result["pairs"]["translation"]["en-vi"]["gold"] == 2
    assert result["calibration"]["ece"] == pytest.approx((0.03 + 0.01 + 0.1) / 3)
    assert result["direction"]["pairs"] == {
        "right": 2, "wrong": 0, "null": 0, "claimed": 0, "withheld": 1,
        "accuracy": 1.0, "restraint": 1.0,
    }  # fmt: skip


def test_a_pair_file_alone_is_known_by_its_columns(tmp_path: Path):
    pairs = written(tmp_path / "pairs.jsonl", PAIRS)
    one = written(tmp_path / "one.jsonl", PAIRS[:1])
    assert found(one, pairs)["pairs"]["syndication"]["all"]["recall"] == pytest.approx(1 / 3)
    gold = written(tmp_path / "gold.jsonl", GOLD)
    assert found(pairs, gold)["pairs"]["event"]["all"]["f1"] == 1.0
    assert found(gold, one)["pairs"]["event"]["all"]["precision"] == pytest.approx(1 / 3)


def test_csv_holds_the_same_as_json_lines(tmp_path: Path):
    path = tmp_path / "mine.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(GOLD[0]))
        table.writeheader()
        table.writerows(GOLD)
    gold = written(tmp_path / "gold.jsonl", GOLD)
    assert found(str(path), gold) == found(gold, gold)


def test_the_tables_name_clusters_and_the_link_that_joined_strangers(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    mine = written(tmp_path / "mine.jsonl", MERGED)
    wrong = {"a": "b", "b": "[red]d", "relation": "same_event", "score": 0.6}
    pairs = written(tmp_path / "pairs.jsonl", [*PAIRS, wrong])
    result = run(mine, gold, "--pairs", pairs)
    assert result.exception is None
    assert "event clusters over-merged: 1" in result.stdout
    assert "joined by [red]d - b (0.60)" in result.stdout
    assert "B-cubed" in result.stdout


def test_articles_missing_on_one_side_are_named(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    mine = written(tmp_path / "mine.jsonl", GOLD[:2])
    assert refused(mine, gold) == "gold articles without a predicted row: c, [red]d"
    assert refused(gold, mine) == "predicted articles without a gold row: c, [red]d"


def test_a_file_that_is_neither_rows_nor_pairs_is_refused_with_its_columns(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    other = written(tmp_path / "other.jsonl", [{"text": "x", "title": "y"}])
    assert refused(other, gold) == (
        f"{other}: neither rows of articles (id, event_cluster…) nor pairs (a, b, relation); "
        "its columns are text, title"
    )


def test_what_is_wrong_in_a_file_is_said_with_its_name(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    twice = written(tmp_path / "twice.jsonl", [*GOLD, GOLD[0]])
    assert refused(twice, gold) == f"{twice}: two rows have the id a"
    pairs = written(tmp_path / "pairs.jsonl", [*PAIRS, PAIRS[0]])
    assert refused(gold, gold, "--pairs", pairs) == (
        f"{pairs}: the pair a - b stands twice; keep one"
    )
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a"}\n{"id": \n', encoding="utf-8")
    assert refused(str(broken), gold).startswith(f"{broken}:2: not JSON")
    assert "no such file" in refused(str(tmp_path / "absent.jsonl"), gold)


def test_options_that_contradict_the_files_are_a_wrong_call(tmp_path: Path):
    gold = written(tmp_path / "gold.jsonl", GOLD)
    pairs = written(tmp_path / "pairs.jsonl", PAIRS)
    assert "leave out --pairs" in refused(pairs, gold, "--pairs", pairs)
    assert "holds rows of articles" in refused(gold, gold, "--gold-pairs", gold)
    assert isinstance(run(pairs, gold, "--pairs", pairs).exception, UsageError)
