"""The audit as people and timers call it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import lines

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
PLAIN = "[detector]\njobs = 1\n[detector.semantic]\nmodel = 'none'\n"


@pytest.fixture
def audit(detector, corpus, tmp_path):
    """Runs `detector audit` beside an audit.toml with these options over the corpus."""

    def run(*arguments, toml=None, **options):
        if toml is not None or not (tmp_path / "audit.toml").exists():
            text = f"[sources]\nfiles = ['{corpus.name}']\n{toml or ''}\n"
            (tmp_path / "audit.toml").write_text(text + PLAIN, encoding="utf-8")
        return detector("audit", *arguments, **options)

    return run


def names(tmp_path):
    folder = tmp_path / "runs"
    return sorted(p.name for p in folder.iterdir() if p.name[0] != ".") if folder.is_dir() else []


def test_a_run_prints_its_folder_and_logs_one_line_a_stage(audit, tmp_path):
    done = audit("run")

    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    assert folder.parent == tmp_path / "runs"
    said = [line.split(" ", 1)[1] for line in done.stderr.splitlines()]
    assert [line.split(":")[0] for line in said] == [
        *("read", "add", "detect", "compare", "report", f"run {folder.name}")
    ]
    assert said[0].startswith("read: 4 read, 4 new, 0 changed, 0 known, 0 older, 0 unread in ")


def test_the_log_may_be_json(audit):
    done = audit("run", "--log", "json", "--json")

    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events] == ["stage"] * 5 + ["end"]
    assert events[0]["counts"]["new"] == 4
    record = json.loads(done.stdout)
    assert events[-1]["run"] == record["id"]
    assert record["figures"]["articles"] == 4


def test_quiet_says_nothing_where_nothing_is_wrong(audit):
    assert audit("run", "--quiet").stderr == ""


def test_a_tripped_gate_is_printed_and_ends_with_1_and_the_run_is_kept(audit, tmp_path):
    done = audit("run", "--quiet", toml="[gates]\nduplicate_rate = 0.2\nlargest_cluster = 1")

    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        "Error: gate duplicate_rate: 1 of 4 articles (25.0%) repeat another, over the limit of "
        "20.0%."
    )
    assert done.stderr.splitlines()[1].startswith("Error: gate largest_cluster: The duplicate ")
    assert Path(done.stdout.strip()).name in names(tmp_path)


def test_in_a_json_log_errors_are_json_too(audit):
    done = audit("run", "--log", "json", toml="[gates]\nduplicate_rate = 0.2")
    assert json.loads(done.stderr.splitlines()[-1])["event"] == "error"

    done = audit("run", "--log", "json", toml="[gates]\nduplicte_rate = 0.2")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert "did you mean duplicate_rate?" in json.loads(line)["message"]


def test_a_run_that_is_not_due_is_none(audit, tmp_path):
    audit("run")
    done = audit("run", "--if-due", "24h")

    assert (done.returncode, done.stdout) == (0, "")
    assert "Nothing to do: the next run is due at" in done.stderr
    assert len(names(tmp_path)) == 1


# What is wrong


@pytest.mark.parametrize(
    ("toml", "status", "said"),
    [
        ("[gats]\nunread = 1", 2, "audit.toml: gats: unknown option; did you mean gates?"),
        ("[notify]\nwebhook_env = 'NO_SUCH_HOOK'", 2, "the environment has no NO_SUCH_HOOK"),
    ],
)
def test_a_bad_option_is_said_before_anything_is_done(audit, tmp_path, toml, status, said):
    done = audit("run", toml=toml)

    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["articles.jsonl", "audit.toml"]


def test_without_a_configuration_its_name_is_said(detector):
    done = detector("audit", "run")

    assert done.returncode == 2
    assert done.stderr == "Error: audit.toml: No such file or directory\n"


def test_a_source_that_cannot_be_read_ends_with_3_and_leaves_no_run(audit, corpus, tmp_path):
    with corpus.open("a", encoding="utf-8") as file:
        file.write('{"id": "x"}\n')
    done = audit("run", "--quiet")

    assert (done.returncode, done.stdout) == (3, "")
    assert "articles.jsonl:5: no text" in done.stderr
    (left,) = names(tmp_path)
    assert left.endswith(".partial")

    corpus.write_text("", encoding="utf-8")
    assert audit("run", "--quiet").returncode == 0
    assert names(tmp_path) == [left.removesuffix(".partial")]


def test_a_webhook_that_does_not_answer_ends_with_3_and_the_run_is_complete(audit, tmp_path):
    done = audit(
        "run", "--quiet",
        toml="[notify]\nwebhook_env = 'AUDIT_WEBHOOK'\nattempts = 2\nwait = 0.001",
        env={"AUDIT_WEBHOOK": "http://127.0.0.1:9/s3cret", "no_proxy": "127.0.0.1"},
    )  # fmt: skip

    assert done.returncode == 3
    name = Path(done.stdout.strip()).name
    assert done.stderr == (
        f"Error: run {name} is complete, but could not be told of: webhook AUDIT_WEBHOOK: no "
        "answer (connection refused) after up to 2 attempts; check the address. The next call "
        "tries again.\n"
    )
    assert names(tmp_path) == [name]


def test_a_call_that_finds_nothing_due_tells_of_what_was_not_told(audit, tmp_path):
    assert audit("run", "--quiet", toml="[notify]\ncommand = ['false']").returncode == 3
    (name,) = names(tmp_path)
    again = audit("run", "--if-due", "24h")
    assert (again.returncode, again.stdout) == (3, "")
    assert f"run {name} is complete, but could not be told of: command false" in again.stderr

    mended = audit("run", "--if-due", "24h", toml="[notify]\ncommand = ['true']")
    assert mended.returncode == 0
    assert f"Told of run {name}: command." in mended.stderr
    silent = audit("run", "--if-due", "24h")
    assert (silent.returncode, "Told" in silent.stderr) == (0, False)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_a_full_disk_ends_with_3_and_leaves_a_run_that_can_go_on(audit, tmp_path):
    limit = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY)); "
    audit("run", "--dry-run")
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}from detector.cli import main; main()", "audit", "run"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode in (3, 4), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert done.stdout == ""
    assert all(name.endswith(".partial") for name in names(tmp_path))

    assert audit("run").returncode == 0
    assert len(names(tmp_path)) == 1


# One at a time


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
def test_of_two_started_at_once_one_runs_and_the_other_says_who(audit, tmp_path):
    fifo = tmp_path / "slow.jsonl"
    os.mkfifo(fifo)
    audit("list", toml="")
    text = (tmp_path / "audit.toml").read_text().replace("articles.jsonl", "slow.jsonl")
    (tmp_path / "audit.toml").write_text(text)
    first = subprocess.Popen(
        [sys.executable, "-m", "detector", "audit", "run", "--quiet"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with fifo.open("w", encoding="utf-8") as stream:  # which the first one has begun to read
        stream.write(lines([{"id": "a", "text": "Một bài báo."}]))
        stream.flush()
        second, third = audit("run"), audit("run", "--if-due", "24h")

    said = f"{tmp_path / 'runs'}: an audit is running: process {first.pid} on "
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith(f"Error: {said}")
    assert (third.returncode, third.stdout) == (0, "")
    assert said in third.stderr
    done = first.communicate(timeout=60)[0]
    assert first.returncode == 0
    assert names(tmp_path) == [Path(done.strip()).name]


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_and_goes_on_the_next_time(audit, tmp_path, sent, status):
    fifo = tmp_path / "slow.jsonl"
    os.mkfifo(fifo)
    audit("list", toml="")
    text = (tmp_path / "audit.toml").read_text()
    (tmp_path / "audit.toml").write_text(text.replace("articles.jsonl'", "slow.jsonl'"))
    process = subprocess.Popen(
        [sys.executable, "-m", "detector", "audit", "run"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with fifo.open("w"):
        process.send_signal(sent)
        _, told = process.communicate(timeout=60)

    assert process.returncode == status
    messages = [line.partition(" ")[2] for line in told.splitlines()]
    said = ["Interrupted; the next call of audit run goes on from here."]
    assert messages == (said if sent == signal.SIGINT else [])
    (left,) = names(tmp_path)
    assert left.endswith(".partial")
    fifo.unlink()
    fifo.write_text(lines([{"id": "a", "text": "Một bài báo."}]))
    done = audit("run")
    assert done.returncode == 0
    assert f"Going on with run {left.removesuffix('.partial')}" in done.stderr


def test_standard_input_is_read(audit, tmp_path, rows):
    done = audit("run", "--json", toml="", stdin="")
    text = (tmp_path / "audit.toml").read_text().replace("'articles.jsonl'", "'-'")
    (tmp_path / "audit.toml").write_text(text)
    done = audit("run", "--json", "--quiet", stdin=lines([{**rows[0], "id": "new"}]))

    counts = json.loads(done.stdout)["counts"]
    assert (counts["files"], counts["new"], counts["articles"]) == (1, 1, 5)


# What was run


def test_runs_are_listed_shown_compared_and_removed(audit, corpus, tmp_path, rows):
    first = Path(audit("run", "--quiet").stdout.strip()).name
    with corpus.open("a", encoding="utf-8") as file:
        file.write(lines([{**rows[2], "id": "bridge-2", "source": "Báo Hai"}]))
    last = Path(audit("run", "--quiet").stdout.strip()).name

    listed = audit("list").stdout.splitlines()
    assert [line.split()[:4] for line in listed] == [
        ["RUN", "STATUS", "ARTICLES", "NEW"],
        [first, "passed", "4", "4"],
        [last, "passed", "5", "1"],
    ]
    assert [json.loads(x)["run"] for x in audit("list", "--json").stdout.splitlines()] == [
        *(first, last)
    ]

    assert audit("show").stdout == (tmp_path / "runs" / last / "report.md").read_text()
    assert json.loads(audit("show", first, "--json").stdout)["id"] == first

    told = audit("diff").stdout.splitlines()
    assert told[0] == f"{first} → {last}: 4 → 5 articles, 1 new, 0 gone"
    assert "New pairs: 1" in told
    assert "  exact_copy  1.00  bridge – bridge-2  Hợp long cầu Vạn Yên" in told
    found = json.loads(audit("diff", first, "last", "--json").stdout)
    assert (found["a"], found["b"], found["new"]) == (first, last, ["bridge-2"])
    turned = json.loads(audit("diff", last, first, "--json").stdout)
    assert turned["gone"] == ["bridge-2"]

    assert audit("report").stdout.strip() == str(tmp_path / "runs" / last / "report.html")
    assert audit("report", "-o", "monday.html").returncode == 0
    page = (tmp_path / "runs" / last / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "monday.html").read_text(encoding="utf-8") == page
    assert audit("report", "-o", "-").stdout == page
    weekly = audit("report", "--markdown", "--against", last, "-o", "-")
    assert "- nothing changed" in weekly.stdout
    nowhere = audit("report", "--against", first)
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert "--against draws the report anew; say where to with -o" in nowhere.stderr

    assert audit("prune", "--keep", "1", "--dry-run").stdout == f"{first}\n"
    assert audit("prune", "--runs", "runs", "--keep", "1").stdout == f"{first}\n"
    assert names(tmp_path) == [last]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list"], "there is no audit.toml here; name it, or a folder of runs, with --runs"),
        (["show", "--runs", "."], "no run is complete; begin with: detector audit run"),
        (["prune", "--runs", "."], "a folder of runs says nothing of retention; give --keep or"),
        (["timer"], "say for what, and for one alone: --systemd, --cron or --kubernetes"),
        (["timer", "--cron", "--systemd"], "say for what, and for one alone"),
    ],
)
def test_a_question_that_cannot_be_answered_ends_with_2(detector, arguments, said):
    done = detector("audit", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_timer_is_printed_for_a_configuration_that_can_be_read(audit, tmp_path):
    audit("list")
    done = audit("timer", "--cron", "--at", "04:05", "--if-due", "12h")

    assert done.stdout.startswith(f"5 4 * * * cd {tmp_path} && ")
    assert done.stdout.endswith(f" audit run {tmp_path}/audit.toml --if-due 12h --log json\n")
    assert "OnCalendar=*-*-* 02:30:00" in audit("timer", "--systemd").stdout
    assert "kind: CronJob" in audit("timer", "--kubernetes", "--image", "x").stdout
    assert audit("timer", "--kubernetes").returncode == 2
    assert audit("timer", "--cron", toml="[gats]").returncode == 2


def test_a_damaged_run_is_passed_over_and_that_is_said(audit, tmp_path):
    audit("run")
    (tmp_path / "runs" / names(tmp_path)[0] / "run.json").write_text("{")

    for command in ("list", "show", "run"):
        assert "A run is passed over: " in audit(command).stderr
    assert audit("list").stdout.splitlines()[1].split()[1] == "passed"


def test_a_run_that_was_left_is_listed_as_such(audit, corpus):
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{\n")
    audit("run")

    assert audit("list").stdout.splitlines()[-1].endswith("not ended; done so far: nothing yet")


@pytest.mark.skipif(os.name == "nt", reason="no terminals of this kind")
def test_a_terminal_has_bars(audit, tmp_path):
    from .test_progress import on_a_terminal

    audit("list")
    shown = on_a_terminal(tmp_path, "audit", "run")

    assert "Reading" in shown
    assert "Adding" in shown
    assert "4/4" in shown
    assert "run 2" in shown
