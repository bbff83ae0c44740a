"""Time and memory of a run, stage by stage."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from footprint import Footprint, measured


def test_a_stage_is_given_the_most_memory_of_the_looks_within_it() -> None:
    looks = [(99.0, 900), (100.5, 10), (101.5, 30), (102.5, 20), (109.0, 800)]
    run = Footprint(10, 5, 900, looks=looks)

    assert run.memory_by(100, {"read": 2.0, "copies": 0.4, "relate": 1.0}) == {
        "read": 30,
        "relate": 20,
    }


def test_a_script_is_watched_to_its_end(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import time\nx = bytearray(50_000_000)\ntime.sleep(.3)\nprint('{\"cpu\": 1}')\n"
    )

    run = measured([str(script)])

    assert run.seconds > 0.3
    assert run.cpu == 1
    assert not run.told
    assert run.memory == max((size for _, size in run.looks), default=0)
    if Path("/proc/self/statm").is_file():
        assert run.memory > 50_000_000
