"""Whatever it is given, the command ends with a sentence and an exit code, not a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COPIES = ("--model", "none", "--quiet")
FULL = Path("/dev/full")

full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


# Input: 3


def test_a_record_without_text_is_named_with_its_keys_and_the_cure(detector, corpus):
    with corpus.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "x", "html": "Một bài báo", "headline": "Đầu đề"}) + "\n")
    done = detector("dedup", corpus.name, *COPIES, "-o", "rows.jsonl")

    assert done.returncode == 3
    assert done.stderr == (
        "Error: articles.jsonl:5: no text. Its keys are id, html, headline; "
        "map one with --fields text=html\n"
    )
    assert not list(corpus.parent.glob("*rows*"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "x", "text": ', "articles.jsonl:5: not JSON: "),
        ('{"id": "fire-1", "text": "Một bài khác"}', 'articles.jsonl:5: id "fire-1" was already'),
        ('{"id": "x", "text": 7}', "articles.jsonl:5: text is a number, not text; map another"),
        ('["a"]', "articles.jsonl:5: not an object but a list; JSON lines hold one object"),
    ],
)
def test_a_bad_line_is_named_by_its_number(detector, corpus, line, says):
    with corpus.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    done = detector("dedup", corpus.name, *COPIES)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"Error: {says}")
    assert done.stderr.count("\n") == 1


def test_binary_data_is_no_corpus(detector, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(bytes(range(256)) * 40)
    done = detector("dedup", "a.jsonl", *COPIES)

    assert done.returncode == 3
    assert done.stderr.startswith("Error: a.jsonl: not JSON lines but binary data")


@pytest.mark.parametrize("name", ["nothing.jsonl", "empty"])
def test_what_is_not_there_is_said_at_once(detector, tmp_path, name):
    (tmp_path / "empty").mkdir()
    done = detector("dedup", name, *COPIES)

    assert done.returncode == 3
    assert done.stderr.startswith(f"Error: {name}: no")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_permission_is_named(detector, tmp_path):
    (tmp_path / "locked").mkdir(mode=0)
    done = detector("dedup", "locked", *COPIES)

    assert done.returncode == 3
    assert done.stderr == (
        "Error: locked: Permission denied; change its permissions or leave it out\n"
    )


def test_records_left_out_are_counted_and_listed_even_when_quiet(detector, corpus):
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{\n" * 25 + '{"id": "x"}\n')
    done = detector("dedup", corpus.name, *COPIES, "--on-error", "skip")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 4
    told = done.stderr.splitlines()
    assert told[0] == "26 records left out:"
    assert told[1].startswith("  articles.jsonl:5: not JSON: ")
    assert told[-1] == "  and 6 more"


# Usage: 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dedup"], "Missing argument 'INPUT...'"),
        (["dedup", "articles.jsonl", "--nothing"], "No such option"),
        (["nothing"], "No such command 'nothing'"),
        (["dedup", "articles.jsonl", "--fail-over", "5"], "is not between 0% and 100%"),
        (["dedup", "articles.jsonl", "--fields", "txt=body"], "did you mean text=body?"),
        (["dedup", "articles.jsonl", "--config", "no.toml"], "no.toml: No such file"),
        (["dedup", "articles.jsonl", "articles.jsonl"], "is named twice"),
        (["explain", "fire-1", "fire-3", "articles.jsonl"], 'no article has the id "fire-3"; the'),
    ],
)
@pytest.mark.usefixtures("corpus")
def test_a_call_that_cannot_be_meant_ends_with_2(detector, arguments, says):
    done = detector(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


# Models: 4


def test_an_unknown_model_is_said_before_anything_is_read(detector, tmp_path):
    (tmp_path / "a.jsonl").write_text("{bad")
    for source in ("a.jsonl", "-"):
        done = detector("dedup", source, "--model", "no/such", "--apply", "b.jsonl")

        assert done.returncode == 4
        assert done.stderr.startswith("Error: no model 'no/such': it is no folder, none of ours")


# Outputs


@full_device
@pytest.mark.parametrize("arguments", [["--quiet"], ["--quiet", "--show"]])
def test_a_full_disk_behind_standard_output_is_an_error(detector, corpus, arguments):
    with FULL.open("w") as full:
        done = detector("dedup", corpus, "--model", "none", *arguments, stdout=full)

    assert done.returncode == 3
    assert done.stderr == (
        "Error: <stdout>: No space left on device; free some space or name another place\n"
    )


@full_device
@pytest.mark.parametrize("arguments", [["--help"], ["dedup", "--help"], ["models", "list"]])
def test_a_full_disk_is_an_error_for_every_command(detector, arguments):
    with FULL.open("w") as full:
        done = detector(*arguments, stdout=full)

    assert done.returncode == 3
    assert done.stderr.startswith("Error: <stdout>: No space left on device")


@full_device
def test_a_full_disk_behind_a_named_output_is_an_error(detector, corpus):
    done = detector("dedup", corpus, *COPIES, "-o", FULL)

    assert done.returncode == 3
    assert done.stderr.startswith("Error: /dev/full: No space left on device")


@pytest.mark.parametrize("arguments", [[], ["--show"], ["--pairs", "pairs.jsonl"]])
def test_a_reader_that_leaves_early_is_no_error_and_named_files_are_written(
    detector, corpus, arguments
):
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb") as pipe:
        done = detector("dedup", corpus, *COPIES, *arguments, stdout=pipe)

    assert (done.returncode, done.stderr) == (0, "")
    assert (corpus.parent / "pairs.jsonl").exists() == ("pairs.jsonl" in arguments)


@pytest.mark.parametrize("arguments", [["--help"], ["dedup", "--help"], ["models", "list"]])
def test_help_for_a_reader_that_has_left_is_no_error(detector, arguments):
    read, written = os.pipe()
    os.close(read)
    with os.fdopen(written, "wb") as pipe:
        done = detector(*arguments, stdout=pipe)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [(signal.SIGINT, 130, "\nInterrupted.\n"), (signal.SIGTERM, 143, "")],
)
def test_an_interrupted_pass_leaves_no_file(tmp_path, newsroom, sent, status, says):
    text = newsroom.read_text(encoding="utf-8")
    write(tmp_path / "old.jsonl", "what was there before")
    process = subprocess.Popen(
        [sys.executable, "-m", "detector", "dedup", "-", "-o", "old.jsonl", "--apply", "a.jsonl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()  # and more is expected
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("detector-*/stdin.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(sent)
    _, told = process.communicate(timeout=60)

    assert process.returncode == status
    assert told == says
    assert [path.name for path in tmp_path.iterdir()] == ["old.jsonl"]
    assert (tmp_path / "old.jsonl").read_text() == "what was there before\n"


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
def test_worker_processes_say_nothing_when_interrupted(tmp_path, newsroom):
    rows = [json.loads(line) for line in newsroom.read_text(encoding="utf-8").splitlines()]
    many = ({**row, "id": f"{row['id']}-{i}"} for i in range(30) for row in rows)
    write(tmp_path / "many.jsonl", *(json.dumps(row, ensure_ascii=False) for row in many))
    process = subprocess.Popen(
        [sys.executable, "-m", "detector", "dedup", "many.jsonl", "-o", "r.jsonl", "--jobs", "2"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(children(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)  # they are at work
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    _, told = process.communicate(timeout=60)

    assert (process.returncode, told) == (130, "\nInterrupted.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["many.jsonl"]


def children(pid):
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("this system does not list the children of a process")
    return path.read_text().split()
