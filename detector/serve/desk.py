"""Calls of the index, off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from detector.serve.problems import busy

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Runs calls in a few threads, and takes no more of them than can wait."""

    def __init__(self, threads: int, queue: int) -> None:
        """Start no thread yet.

        Args:
            threads: calls that run at one time.
            queue: calls that run or wait.
        """
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._queue = queue
        self._taken = 0
        self._lock = threading.Lock()

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function returns, called in a thread.

        Whoever gives up waiting takes the call out of the queue; once it runs, it runs on.

        Raises:
            RefusedError: if too many calls wait.
        """
        with self._lock:
            if self._taken >= self._queue:
                raise busy(f"{self._queue} requests are being answered; try again")
            self._taken += 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, "detector")
            future = self._pool.submit(partial(function, *args, **kwargs))
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish what runs; what waits is given up. A later call starts anew."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, _future: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1
