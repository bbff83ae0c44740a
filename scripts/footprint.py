"""Time and memory of a command with all the processes that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PAUSE = 0.03  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one run took.

    Attributes:
        seconds: by the clock, starting Python included.
        cpu: processor seconds of all its processes.
        memory: bytes resident in all its processes together, at the most; what several
            share counts once. 0 where the system does not say (no /proc), or nobody looked.
        told: the JSON object that it printed last.
        looks: seconds since 1970 and the bytes resident then, many times a second.
    """

    seconds: float
    cpu: float
    memory: int
    told: Mapping[str, float] = field(default_factory=dict)
    looks: Sequence[tuple[float, int]] = ()

    def memory_by(self, begun: float, stages: Mapping[str, float]) -> dict[str, int]:
        """The most bytes resident during each of some stages, one after the other.

        Args:
            begun: when the first began, in seconds since 1970.
            stages: the seconds that each took.

        Returns:
            A stage that ended between two looks is left out.
        """
        found: dict[str, int] = {}
        for name, seconds in stages.items():
            inside = [size for when, size in self.looks if begun <= when < begun + seconds]
            if inside:
                found[name] = max(inside)
            begun += seconds
        return found


def measured(command: Sequence[str], *, watched: bool = True) -> Footprint:
    """Run a Python script to its end and watch it.

    Args:
        command: the script and its arguments.
        watched: look at its memory; each look takes time from what it looks at, the more the
            more processes there are, so what is to be timed is left alone.

    Raises:
        RuntimeError: if it fails, with what it said.
    """
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        looks = []
        while watched and process.poll() is None:
            looks.append((time.time(), sum(map(_resident, _family(process.pid)))))
            time.sleep(_PAUSE)
        output, errors = process.communicate()
        seconds = time.perf_counter() - begun
    if process.returncode:
        raise RuntimeError(errors.strip().rpartition("\n")[2] or f"{command[0]} failed")
    told = json.loads(output.strip().rpartition("\n")[2] or "{}")
    peak = max((size for _, size in looks), default=0)
    return Footprint(seconds, told.pop("cpu", 0.0), peak, told, looks)


def _family(root: int) -> list[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(file.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):  # it has ended
            continue
        children.setdefault(parent, []).append(int(file.parent.name))
    found = [root]
    for process in found:
        found.extend(children.get(process, ()))
    return found


def _resident(process: int) -> int:
    """Its share of the resident bytes: of a page that three processes share, a third."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError):  # it has ended
        pass
    return 0
