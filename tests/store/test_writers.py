"""Many readers, one writer; folders that may not be written to, and disks that are full."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from detector import Article, Detector, StoreError, StoreLockedError

PROJECT = Path(__file__).parents[2]

HOLDING = """
import sys, time
from pathlib import Path
from detector.store.locks import WriterLock
with WriterLock(Path(sys.argv[1]), 10).held():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""

CHECKING = """
import os, sys
from detector import Detector, StoreError
from detector.readers import read
article = next(iter(read(["tests/data/newsroom/articles.jsonl"])))
with Detector.open(sys.argv[1], read_only=True) as detector:
    detector.check(article)  # what root may do, and others could not: load Python itself
if os.geteuid() == 0:
    os.seteuid(65534)
with Detector.open(sys.argv[1]) as detector:
    print(detector.check(article).matched)
    try:
        detector.add(article)
    except StoreError as error:
        print(error)
"""

FILLING = """
import resource, sys
from detector import Config, Detector, StoreError
from detector.config import SemanticConfig
from detector.readers import read
articles = list(read(["tests/data/newsroom/articles.jsonl"]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
detector = Detector.open(sys.argv[1], Config(jobs=1, semantic=SemanticConfig(model="none")))
for start in range(0, len(articles), 20):
    try:
        detector.add(articles[start : start + 20])
    except StoreError as error:
        print(error)
        break
    print(start, flush=True)
"""


def ran(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_second_writer_waits_then_fails_and_names_the_first(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config, wait=0.3) as detector:
        holder = ran(HOLDING, str(tmp_path / "index"), "30")
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            with pytest.raises(StoreLockedError, match=rf"process {holder.pid} \(since .*waited"):
                detector.add(newsroom[0])
            assert detector.check(newsroom[0]).is_new
        finally:
            holder.kill()
            holder.communicate()


def test_a_second_writer_that_waits_long_enough_goes_on(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config, wait=20) as detector:
        holder = ran(HOLDING, str(tmp_path / "index"), "0.5")
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        detector.add(newsroom[0])

        assert newsroom[0].id in detector
        holder.communicate()


def test_the_lock_of_a_killed_writer_is_free(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config, wait=1) as detector:
        holder = ran(HOLDING, str(tmp_path / "index"), "30")
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        holder.communicate()

        assert detector.add(newsroom[0])[0].is_new


def test_two_detectors_of_one_folder_see_what_either_adds(tmp_path, newsroom, config):
    with (
        Detector.open(tmp_path / "index", config) as one,
        Detector.open(tmp_path / "index", config) as other,
    ):
        for at, article in enumerate(newsroom[:8]):
            (one, other)[at % 2].add(article)

        assert len(one) == len(other) == 8
        for article in newsroom[:8]:
            assert one.check(article).matched == other.check(article).matched == article.id


def test_eight_threads_check_while_articles_are_added(tmp_path, newsroom, config):
    added: list[Article] = []
    wrong: list[object] = []
    over = threading.Event()

    def checking(turn: int) -> None:
        while not over.is_set():
            for article in added[turn::8][-3:]:
                try:
                    verdict = detector.check(replace(article, id="new"), evidence=False)
                    if verdict.is_new:
                        wrong.append(verdict)
                except Exception as error:
                    wrong.append(error)
            time.sleep(0.001)

    with Detector.open(tmp_path / "index", config) as detector:
        threads = [threading.Thread(target=checking, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for start in range(0, 60, 10):
            detector.add(newsroom[start : start + 10])
            added += newsroom[start : start + 10]
            if start == 30:
                detector.compact()
        over.set()
        for thread in threads:
            thread.join()

        assert wrong == []
        assert detector.verify() == ()


def test_a_folder_that_may_not_be_written_to_is_checked_against(tmp_path, newsroom, config):
    path = tmp_path / "index"
    with Detector.open(path, config) as detector:
        detector.add(newsroom[:5])
    for file in path.iterdir():
        file.chmod(0o444)
    for folder in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        folder.chmod(0o755)
    path.chmod(0o555)
    try:
        told = ran(CHECKING, str(path)).communicate()[0].splitlines()
    finally:
        path.chmod(0o755)

    assert told[0] == newsroom[0].id
    assert "opened for reading only, or may not be written to" in told[1]


def test_one_who_opens_for_reading_only_writes_nothing(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config) as detector:
        detector.add(newsroom[:5])
    with Detector.open(tmp_path / "index", read_only=True) as reader:
        assert reader.check(newsroom[1]).matched == newsroom[1].id
        with pytest.raises(StoreError, match="opened for reading only"):
            reader.add(newsroom[6])


def test_a_full_disk_is_an_error_and_leaves_what_was_acknowledged(tmp_path, newsroom):
    told = ran(FILLING, str(tmp_path / "index")).communicate()[0].splitlines()

    assert "the disk is full, or a quota or file size limit is reached" in told[-1]
    with Detector.open(tmp_path / "index") as detector:
        assert len(detector) == 20 * (len(told) - 1) > 0
        assert detector.verify() == ()
        detector.add(newsroom[len(detector) : len(detector) + 20])
