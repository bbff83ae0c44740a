"""One writer at a time, whoever it is: a lock that names its holder."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from detector.errors import StoreError, StoreLockedError
from detector.files import why

_LOCK = "writer.lock"
_HOLDER = "writer.json"


class WriterLock:
    """The right to write to a folder, held by one thread of one process."""

    def __init__(self, folder: Path, wait: float) -> None:
        """Store where and for how long to wait, in seconds."""
        self._folder = folder
        self._wait = wait
        self._thread = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for the length of a block; a thread that holds it may ask again.

        Raises:
            StoreLockedError: if another process or thread keeps it for longer than to be waited.
            StoreError: if the folder cannot be written to.
        """
        if not self._thread.acquire(timeout=self._wait):
            raise StoreLockedError(
                f"{self._folder}: another thread has been writing for more than {self._wait:g} s"
            )
        try:
            if self._depth:
                self._depth += 1
                yield
                return
            with self._process_lock():
                self._depth = 1
                yield
        finally:
            self._depth = max(self._depth - 1, 0)
            self._thread.release()

    @contextmanager
    def _process_lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        holder = self._folder / _HOLDER
        lock = FileLock(str(self._folder / _LOCK))
        try:
            lock.acquire(timeout=self._wait)
        except Timeout:
            raise StoreLockedError(
                f"{self._folder}: {_named(holder)} is writing to it; waited {self._wait:g} s. "
                "Wait for it to end, or end it"
            ) from None
        except OSError as error:
            raise StoreError(f"{self._folder}: {why(error, writing=True)}") from error
        try:
            now = datetime.now(timezone.utc).isoformat(timespec="seconds")
            with contextlib.suppress(OSError):  # a full disk: the name is only for messages
                holder.write_text(json.dumps({"pid": os.getpid(), "since": now}))
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink(missing_ok=True)
            lock.release()


def _named(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text())
        return f"process {int(told['pid'])} (since {told['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
