"""This machine: the calling process, or a few beside it."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import TypeVar

from detector.errors import DetectorError

A = TypeVar("A")
B = TypeVar("B")

_AHEAD = 3  # chunks in flight a process: enough to keep it busy, few enough to bound memory


class LocalBackend:
    """Maps over chunks in `jobs` processes, or in this one where a pool would not pay."""

    def __init__(self, jobs: int = 0) -> None:
        """Store the number of processes; 0 is one for each core this process may use."""
        self.jobs = jobs or cores()
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[A], B], chunks: Iterable[A]) -> Iterator[B]:
        """Apply `function` to each chunk; results come in the order of the chunks.

        A pool starts only when there is a second chunk.

        Raises:
            DetectorError: if a process was killed from outside.
        """
        source = iter(chunks)
        first = list(_take(source, 2))
        if len(first) < 2 or self.jobs == 1:
            yield from map(function, first)
            yield from map(function, source)
            return
        pool = self._started()
        waiting: deque[Future[B]] = deque(pool.submit(function, chunk) for chunk in first)
        for chunk in source:
            try:
                waiting.append(pool.submit(function, chunk))
            except BrokenExecutor as error:
                waiting.append(_failed(error))
            if len(waiting) >= self.jobs * _AHEAD:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def close(self) -> None:
        """Stop the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _result(self, future: Future[B]) -> B:
        try:
            return future.result()
        except BrokenExecutor:
            self.close()
            raise DetectorError(
                "a worker process was killed, most likely for want of memory; "
                "try again with --jobs 1"
            ) from None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # fork shares the tables already built; elsewhere each process builds its own.
            methods = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
            # What a process was forked with it never frees: collecting would only copy pages.
            self._pool = ProcessPoolExecutor(self.jobs, context, initializer=gc.freeze)
        return self._pool


def _failed(error: BrokenExecutor) -> Future[B]:
    future: Future[B] = Future()
    future.set_exception(error)
    return future


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _take(source: Iterator[A], count: int) -> Iterator[A]:
    for _, item in zip(range(count), source, strict=False):
        yield item
