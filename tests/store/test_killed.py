"""Whatever is killed, at whatever moment: what was acknowledged is there, and nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detector import Config, Detector
from detector.config import SemanticConfig

PROJECT = Path(__file__).parents[2]
NONE = Config(jobs=1, semantic=SemanticConfig(model="none"))

ADDING = """
import sys
from detector import Config, Detector
from detector.config import SemanticConfig
from detector.readers import read
from detector.store import packing

path, kind, model = sys.argv[1:]
articles = list(read(["tests/data/newsroom/articles.jsonl"]))
detector = Detector.open(path, Config(jobs=1, semantic=SemanticConfig(model=model)))
print("open", flush=True)
for article in articles:
    if article.id not in detector:
        detector.add(article)
        print(article.id, flush=True)
        if kind == "compact":
            detector.compact()
print("done", flush=True)
"""

OPENING = """
import sys
from detector import Detector
print("open", flush=True)
with Detector.open(sys.argv[1]) as detector:
    print(len(detector), flush=True)
"""


def killed(script: str, *arguments: str, after: float) -> list[str]:
    """What a process printed that was killed so many seconds after it said "open"."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    return process.communicate()[0].split()


@pytest.mark.parametrize(
    ("kind", "model", "most"),
    [("add", "none", 0.4), ("compact", "none", 0.6), ("add", "static", 2)],
)
def test_what_was_acknowledged_is_there_after_any_kill(tmp_path, kind, model, most):
    draw = random.Random(kind + model)
    path, acknowledged = tmp_path / "index", []

    for _ in range(4):
        acknowledged += killed(ADDING, str(path), kind, model, after=draw.uniform(0, most))
        with Detector.open(path) as detector:
            stored = {label.id for label in detector.detection().labels}
            assert set(acknowledged) - {"done"} <= stored
            assert len(stored) <= len(acknowledged) + 1 + len(stored - set(acknowledged))
            assert detector.verify() == ()
            for name in acknowledged[-3:]:
                if name != "done":
                    assert detector.check(detector.get(name)).matched == name


def test_a_batch_is_there_whole_or_not_at_all(tmp_path, newsroom):
    script = ADDING.replace("for article in articles:", "for article in []:").replace(
        'print("done"', 'detector.add(articles)\nprint("done"'
    )
    draw = random.Random(7)

    for turn in range(5):
        path = tmp_path / str(turn)
        told = killed(script, str(path), "add", "none", after=draw.uniform(0, 0.8))
        with Detector.open(path) as detector:
            assert len(detector) in ({len(newsroom)} if "done" in told else {0, len(newsroom)})
            assert detector.verify() == ()


def test_a_migration_that_is_killed_is_done_when_next_opened(tmp_path, newsroom):
    from tests.store.test_migrations import made_by_the_first_version

    draw = random.Random(11)
    path = made_by_the_first_version(tmp_path / "index", newsroom[:30])
    for _ in range(4):
        killed(OPENING, str(path), after=draw.uniform(0, 0.1))

    with Detector.open(path) as detector:
        assert len(detector) == 30
        assert detector.verify() == ()
