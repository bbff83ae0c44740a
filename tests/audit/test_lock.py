import json
import os
import subprocess
import sys
import threading

import pytest

from detector.audit import lock
from detector.errors import InputError

from .conftest import NOON

HOLDING = """
import datetime, pathlib, sys
from detector.audit import lock
with lock.held(pathlib.Path(sys.argv[1]), datetime.datetime.now().astimezone()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock of `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_is_told_who_holds_the_lock(tmp_path, other):
    with pytest.raises(lock.RunningError) as caught, lock.held(tmp_path, NOON):
        pass

    told = str(caught.value)
    assert told.startswith(f"{tmp_path}: an audit is running: process {other.pid} on ")
    assert ", since 2" in told
    assert caught.value.exit_code == 1


def test_who_is_killed_lets_go_of_the_lock(tmp_path, other):
    other.kill()
    other.wait()

    with lock.held(tmp_path, NOON):
        assert lock.holder(tmp_path).pid == os.getpid()


def test_a_lock_that_was_let_go_names_nobody(tmp_path):
    with lock.held(tmp_path / "new", NOON):
        assert lock.holder(tmp_path / "new").since == "2026-11-02T12:00:00+00:00"

    assert lock.holder(tmp_path / "new") is None
    with lock.held(tmp_path / "new", NOON):
        pass


def test_who_has_not_yet_said_so_is_waited_for(tmp_path, other):
    told = (tmp_path / ".lock.json").read_bytes()
    (tmp_path / ".lock.json").unlink()
    late = threading.Timer(0.2, (tmp_path / ".lock.json").write_bytes, [told])
    late.start()

    with (
        pytest.raises(lock.RunningError, match=f"process {other.pid} on"),
        lock.held(tmp_path, NOON),
    ):
        pass
    late.join()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', "null"])
def test_a_damaged_word_of_the_holder_is_no_word(tmp_path, content):
    (tmp_path / ".lock.json").write_text(content)

    assert lock.holder(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text(json.dumps({}))

    with (
        pytest.raises(InputError, match=r"file/runs: .*make its folder first"),
        lock.held(tmp_path / "file/runs", NOON),
    ):
        pass
