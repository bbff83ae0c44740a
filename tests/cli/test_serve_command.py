import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from detector import Config, Detector
from detector.config import SemanticConfig

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")


@pytest.fixture
def index(tmp_path):
    """An empty index, copies only."""
    Detector.open(tmp_path / "news.index", Config(semantic=SemanticConfig(model="none"))).close()
    return "news.index"


@pytest.fixture
def serving(tmp_path, index):
    """Starts `detector serve` on a free port; yields the process and its first lines."""

    @contextmanager
    def run(*options, lines=1, **variables):
        process = subprocess.Popen(
            [sys.executable, "-m", "detector", "serve", "--index", index, "--port", "0", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process, [process.stderr.readline() for _ in range(lines)]
        finally:
            process.kill()
            process.communicate()

    return run


def health(line):
    address = re.search(r"http://(\S+)", line)[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{address.rpartition(':')[2]}/healthz") as answer:
        return answer.read()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_and_that_is_no_error(serving, sent):
    with serving() as (process, (line,)):
        assert line.startswith("0 articles at http://127.0.0.1:")
        assert b'"status":"ok"' in health(line)
        process.send_signal(sent)
        out, told = process.communicate(timeout=30)

    assert (process.returncode, out) == (0, "")
    assert '"GET /healthz HTTP/1.1" 200' in told
    assert "Traceback" not in told


def test_a_quiet_service_logs_no_request(serving):
    with serving("--quiet") as (process, (line,)):
        health(line)
        process.terminate()
        out, told = process.communicate(timeout=30)

    assert (out, told) == ("", "")


def test_who_can_be_reached_by_others_without_a_token_is_warned(serving):
    with serving("--host", "0.0.0.0", lines=2) as (_, (warning, line)):
        assert warning == (
            "Warning: anyone who reaches 0.0.0.0 can read and change the index; "
            "set DETECTOR_TOKEN, or listen on 127.0.0.1.\n"
        )
        health(line)
    with serving("--host", "0.0.0.0", DETECTOR_TOKEN="x") as (_, (line,)):
        assert line.startswith("0 articles at http://0.0.0.0:")


def test_the_token_of_the_environment_is_asked_for(serving):
    with serving(DETECTOR_TOKEN="secret") as (_, (line,)):
        health(line)
        address = line.rpartition(" ")[2].strip()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{address}/metrics")
        request = urllib.request.Request(f"{address}/metrics")
        request.add_header("Authorization", "Bearer secret")
        with urllib.request.urlopen(request) as answer:
            assert b"detector_articles 0.0" in answer.read()


def test_without_a_token_only_its_own_names_are_answered(serving):
    with serving() as (_, (line,)):
        address = line.rpartition(" ")[2].strip()
        request = urllib.request.Request(f"{address}/healthz", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request)


def test_a_service_and_a_command_write_in_turn(serving, detector, corpus):
    with serving() as (_, (line,)):
        assert detector("index", "add", "news.index", corpus.name).returncode == 0
        assert b'"articles":4' in health(line)


def test_a_port_that_is_taken_is_said(detector, index):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = detector("serve", "--index", index, "--port", port)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: 127.0.0.1:{port}: Address already in use; choose another --host or --port\n"
    )


def test_an_empty_token_is_refused(detector, index):
    done = detector("serve", "--index", index, env={"DETECTOR_TOKEN": ""})

    assert done.returncode == 2
    assert done.stderr == ("Error: DETECTOR_TOKEN is set but empty; give it a value, or unset it\n")


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "prometheus_client"])
def test_a_missing_extra_is_named_with_its_cure(index, tmp_path, missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from detector.cli import main; "
        f"sys.argv = ['detector', 'serve', '--index', {index!r}, '--port', '0']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"Error: the HTTP service needs {missing}. Install it with: pip install 'detector[serve]'\n"
    )
