"""Standard output, which holds data alone and whose reader may leave early."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "<stdout>"


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Go on behind the block where a reader such as `head` has read enough."""
    try:
        yield
    except BrokenPipeError:
        silence()


def silence() -> None:
    """Point standard output at nothing, or Python complains when it flushes at exit."""
    try:
        place = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # not a file: a test's
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, place)
    os.close(nothing)
