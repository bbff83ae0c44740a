import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import throng


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "few.jsonl"
    first, second, third = "abcdefghij", "klmnopqrst", "uvwx"
    words = [f"t{first[i % 10]}{second[i // 10 % 10]}{third[i // 100]}" for i in range(400)]
    rows = [
        {"id": "a", "text": " ".join(words[:200] * 2) + "."},
        {"id": "b", "text": " ".join(words[200:]).title() + " 12/8."},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_there_are_as_many_articles_as_asked_for_with_an_id_each(file, tmp_path):
    size = throng.write(7, file, tmp_path / "out.jsonl")

    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").open(encoding="utf-8")]
    assert len({row["id"] for row in rows}) == 7
    assert size == sum(len(row["text"].encode()) for row in rows)


def test_later_rounds_exchange_the_rarer_words_and_keep_length_and_figures(file, tmp_path):
    throng.write(4, file, tmp_path / "out.jsonl")

    first, rare, same, exchanged = (
        json.loads(line)["text"] for line in (tmp_path / "out.jsonl").open(encoding="utf-8")
    )
    assert same == first  # its words are the two hundred most frequent
    assert exchanged != rare
    assert exchanged.endswith(" 12/8.")
    assert sorted(exchanged.split()) == sorted(rare.split())


def test_the_same_articles_are_made_every_time(file, tmp_path):
    throng.write(9, file, tmp_path / "one.jsonl")
    throng.write(9, file, tmp_path / "two.jsonl")

    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
