"""One run at a time, and who has it."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from detector import files
from detector.errors import DetectorError, InputError

_LOCK = ".lock"
_HOLDER = ".lock.json"
_PATIENCE = 2.0  # seconds in which who has just taken the lock will have said so


class RunningError(DetectorError):
    """Another run has the lock: wait for it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock.

    Attributes:
        pid: of the process.
        host: the machine's name.
        since: when it took the lock, ISO 8601.
    """

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def held(folder: Path, now: datetime) -> Iterator[None]:
    """Hold the lock of a folder of runs. A process that dies lets go of it.

    Args:
        folder: made if it is not there.
        now: what others are told.

    Raises:
        RunningError: if another process holds it; the message says which.
        InputError: if the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        who = _told(folder) or "it does not say who"
        raise RunningError(f"{folder}: an audit is running: {who}") from None
    except OSError as error:
        raise InputError(files.why(error, writing=True), str(folder)) from error
    try:
        told = {"pid": os.getpid(), "host": socket.gethostname(), "since": _iso(now)}
        with files.atomic_output(folder / _HOLDER) as stream:
            stream.write(json.dumps(told).encode())
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def holder(folder: Path) -> Holder | None:
    """Who last said that it holds the lock; None where nobody does."""
    try:
        told = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        return Holder(int(told["pid"]), str(told["host"]), str(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _told(folder: Path) -> Holder | None:
    """The holder, who may need a moment to say so; a dead one's word does not count."""
    until = time.monotonic() + _PATIENCE
    while True:
        who = holder(folder)
        if (who is not None and _lives(who)) or time.monotonic() > until:
            return who
        time.sleep(_PATIENCE / 50)


def _lives(who: Holder) -> bool:
    if who.host != socket.gethostname():
        return True  # as far as can be known
    try:
        os.kill(who.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
