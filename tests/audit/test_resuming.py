"""Killed at random and taken up again, a run comes to the same as if nothing had happened."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from detector.audit.runs import Runs

ROOT = Path(__file__).parents[2]
NEWSROOM = ROOT / "tests/data/newsroom/articles.jsonl"
KILLS = 10

# Runs the audit, and dies `delay` seconds after the event `number`: a stage or batch is done.
DYING = """
import os, signal, sys, threading, time
from detector.audit.auditing import Auditing
from detector.audit.config import AuditConfig

number, delay = int(sys.argv[2]), float(sys.argv[3])

class Dying:
    events = 0
    def progress(self, *_):
        self.events += 1
        if self.events == number:
            threading.Thread(target=self.die, daemon=True).start()
    finished = note = progress
    def die(self):
        time.sleep(delay)
        os.kill(os.getpid(), signal.SIGKILL)

Auditing(AuditConfig.from_toml(sys.argv[1]), Dying()).run()
"""


@pytest.fixture
def place(tmp_path):
    """Makes a folder with an audit of the newsroom in batches of a few articles."""

    def make(name):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(NEWSROOM, folder / "articles.jsonl")
        (folder / "audit.toml").write_text(
            "[sources]\nfiles = ['*.jsonl']\nbatch = 8\n[detector]\njobs = 1\n"
        )
        return folder

    return make


def audited(folder, number=0, delay=0.0):
    """Run the audit; returns whether it was killed."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, "audit.toml", str(number), str(delay)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    if done.returncode == -signal.SIGKILL:
        return True
    assert done.returncode == 0, done.stderr
    return False


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
def test_a_run_that_is_killed_ten_times_gives_the_same_rows_byte_for_byte(place):
    calm, hectic, draw = place("calm"), place("hectic"), random.Random(20261102)
    assert not audited(calm)

    lives = [(draw.randint(1, 3), draw.choice((0, 0.01, 0.05))) for _ in range(KILLS)]
    assert all(audited(hectic, *life) for life in lives)
    assert not audited(hectic)

    undisturbed, resumed = Runs(calm / "runs").last(), Runs(hectic / "runs").last()
    assert resumed.record["resumed"] == KILLS
    for kind in ("rows", "pairs"):
        assert resumed.file(kind).read_bytes() == undisturbed.file(kind).read_bytes()
    for key in ("figures", "counts", "input", "config"):
        assert resumed.record[key] == undisturbed.record[key]
    assert [p.name for p in Runs(hectic / "runs").folder.iterdir() if "partial" in p.name] == []
    left = {path.name for path in resumed.path.iterdir()}
    assert left == {path.name for path in undisturbed.path.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
def test_a_run_that_was_killed_is_seen_as_not_ended(place):
    folder = place("killed")
    assert audited(folder, number=3)

    runs = Runs(folder / "runs")
    assert (runs.complete(), runs.last()) == ((), None)
    journal = json.loads((runs.partial() / "journal.json").read_text())
    assert list(journal["stages"]) == ["read"]
