import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector import Config, Detector
from detector.config import SemanticConfig

ROOT = Path(__file__).parents[2]


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def index(corpus, stored):
    """An index of the two articles that are one, copies only."""
    lines = corpus.read_text(encoding="utf-8").splitlines(keepends=True)
    (corpus.parent / "first.jsonl").write_text("".join(lines[:2]), encoding="utf-8")
    path = corpus.parent / "news.index"
    with Detector.open(path, Config(semantic=SemanticConfig(model="none"))) as opened:
        opened.add(stored[:2])
    return path


def count(index):
    with Detector.open(index, create=False, read_only=True) as opened:
        return len(opened)


def test_every_article_has_its_answer_in_its_order(detector, index, corpus):
    done = detector("check", "--index", index, corpus.name)

    assert (done.returncode, done.stderr) == (0, "")
    assert [row["id"] for row in answers(done)] == ["fire-1", "fire-2", "bridge", "durian"]
    assert [row["is_new"] for row in answers(done)] == [False, False, True, True]
    assert count(index) == 2


def test_with_add_a_second_copy_is_one_of_the_first(detector, index, rows):
    lines = "".join(json.dumps({**rows[2], "id": name}) + "\n" for name in ("b-1", "b-2"))
    done = detector("check", "--index", index, "--add", "-", stdin=lines)

    assert [(r["id"], r["is_new"], r["matched"]) for r in answers(done)] == [
        ("b-1", True, None), ("b-2", False, "b-1")
    ]  # fmt: skip
    assert count(index) == 4


@pytest.mark.parametrize("options", [(), ("--add",)])
def test_without_evidence_there_is_less_to_read(detector, index, rows, options):
    line = json.dumps({**rows[0], "id": "copy", "text": f"{rows[0]['text']} Hết tin."}) + "\n"
    long = answers(detector("check", "--index", index, "-", stdin=line))
    short = answers(detector("check", "--index", index, "-", "--no-evidence", *options, stdin=line))

    assert long[0]["evidence"]["passages"]
    assert short[0]["evidence"]["passages"] == []


def test_with_add_the_evidence_is_that_of_a_check(detector, index, rows):
    line = json.dumps({**rows[0], "id": "copy", "text": f"{rows[0]['text']} Hết tin."}) + "\n"
    (checked,) = answers(detector("check", "--index", index, "-", stdin=line))
    (added,) = answers(detector("check", "--index", index, "--add", "-", stdin=line))

    assert added == checked


BAD = '{"id": "x", "html": "Bài"}\n'


def test_a_bad_line_ends_the_answers_with_3(detector, index, rows):
    good = json.dumps(rows[0]) + "\n"
    done = detector("check", "--index", index, "-", stdin=good + BAD + good)

    assert done.returncode == 3
    assert len(answers(done)) == 1
    assert done.stderr == (
        "Error: <stdin>:2: no text. Its keys are id, html; map one with --fields text=html\n"
    )


def test_with_skip_a_bad_line_has_an_answer_so_that_lines_stay_in_step(detector, index, rows):
    good = json.dumps(rows[0]) + "\n"
    lines = good + BAD + "{\n" + '"\0"\n' + "\n" + good
    done = detector("check", "--index", index, "--on-error", "skip", "-", stdin=lines)

    assert done.returncode == 0
    found = answers(done)
    assert [list(row) == ["error"] for row in found] == [False, True, True, True, False]
    assert found[1] == {
        "error": "<stdin>:2: no text. Its keys are id, html; map one with --fields text=html"
    }
    assert found[4]["id"] == "fire-1"


@pytest.mark.parametrize("skip", [True, False])
def test_an_id_that_is_stored_with_another_text_is_a_bad_line(detector, index, rows, skip):
    lines = json.dumps({**rows[2], "id": "fire-1"}) + "\n" + json.dumps(rows[3]) + "\n"
    options = ("--on-error", "skip") if skip else ()
    done = detector("check", "--index", index, "--add", *options, "-", stdin=lines)
    says = '<stdin>:1: "fire-1" is stored already with another text; remove it first, or give'

    if skip:
        assert done.returncode == 0
        assert answers(done)[0]["error"].startswith(says)
        assert answers(done)[1]["id"] == "durian"
    else:
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(f"Error: {says}")


def test_another_program_sends_a_line_and_reads_its_answer(index, rows):
    process = subprocess.Popen(
        [sys.executable, "-m", "detector", "check", "--index", index, "--add", "-"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    found = []
    for row in rows:
        process.stdin.write(json.dumps(row) + "\n")
        process.stdin.flush()
        found.append(json.loads(process.stdout.readline()))  # before the next is sent
    process.stdin.close()

    assert process.wait(30) == 0
    assert [row["id"] for row in found] == [row["id"] for row in rows]


def test_keys_are_mapped(detector, index, rows):
    line = json.dumps({"nr": 7, "html": rows[0]["text"]}) + "\n"
    done = detector("check", "--index", index, "-", "--fields", "text=html,id=nr", stdin=line)

    assert answers(done)[0]["id"] == "7"
    assert answers(done)[0]["matched"] == "fire-1"


def test_without_an_index_there_is_one_error_and_its_cure(detector, corpus):
    done = detector("check", "--index", "nothing.index", corpus.name)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "Error: nothing.index: no index there; name its folder, or build one\n"
    assert not (corpus.parent / "nothing.index").exists()


def test_a_reader_that_leaves_early_is_no_error(detector, index):
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb") as pipe:
        done = detector("check", "--index", index, "first.jsonl", stdout=pipe)

    assert (done.returncode, done.stderr) == (0, "")


def test_hostile_lines_have_their_answers_too(detector, index, rows):
    good = json.dumps({**rows[0], "id": "good"})
    lines = [
        "[" * 100_000,
        '{"text":' * 30_000,
        '{"id": "s\\ud83d", "text": "\\ud83d"}',
        json.dumps({"id": "long", "text": "x" * 3_000_000}),
        '{"id": "a/b\\nc\\u0000", "text": "Một câu."}',
        '{"text": ""}',
        '{"text": "\\u0000\\u200b"}',
        good,
    ]
    done = detector(
        "check", "--index", index, "--on-error", "skip", "-", stdin="\n".join(lines) + "\n"
    )
    found = answers(done)

    assert done.returncode == 0
    assert [row.get("id", "bad") for row in found] == [
        "bad", "bad", "s\ufffd", "long", "a/b\nc\0", "bad", "bad", "good"
    ]  # fmt: skip
    assert found[0]["error"] == "<stdin>:1: not JSON: nested too deeply"
    assert found[-1]["matched"] == "fire-1"
