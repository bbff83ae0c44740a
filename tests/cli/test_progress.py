"""What a terminal sees, in a real one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="no terminals of this kind")

ROOT = Path(__file__).parents[2]


def on_a_terminal(tmp_path, *arguments, **env):
    """Everything that is shown when both streams of the command are a terminal."""
    ours, theirs = pty.openpty()
    cleared = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "detector", *map(str, arguments)],
        cwd=tmp_path,
        env={**cleared, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80", **env},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:  # the terminal has no other side any more
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(60) == 0, shown.decode()
    return shown.decode()


def test_a_terminal_has_bars_with_counts_and_colours(tmp_path, newsroom):
    shown = on_a_terminal(tmp_path, "dedup", newsroom, "--model", "none", "-o", "rows.jsonl")

    assert "Reading" in shown
    assert "Preparing" in shown
    assert "186/186" in shown
    assert "\x1b[1m186 articles" in shown


def test_no_color_leaves_colours_out(tmp_path, newsroom):
    shown = on_a_terminal(tmp_path, "dedup", newsroom, "--model", "none", "--show", NO_COLOR="1")

    assert "edited copy" in shown
    assert not any(f"\x1b[{code}m" in shown for code in (31, 32, 33, 34, 35, 36))


def test_quiet_shows_nothing(tmp_path, newsroom):
    arguments = ("dedup", newsroom, "--model", "none", "--quiet", "-o", "rows.jsonl")

    assert on_a_terminal(tmp_path, *arguments) == ""


def test_where_no_one_looks_there_are_no_bars(detector, newsroom):
    done = detector("dedup", newsroom, "--model", "none", "-o", "rows.jsonl")

    assert "Preparing" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "186 articles" in done.stderr
