"""When memory is looked through for what can be freed, and what the C library keeps of it."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """Return what was freed to the system, where the C library can be asked to.

    Once a large array was freed, glibc takes arrays of up to 32 MB from its heap, and keeps
    the holes that they leave: after a hundred thousand articles were prepared, 37 MB.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@contextmanager
def calm() -> Iterator[None]:
    """Look for no cycles meanwhile; for work that makes many objects and no cycle."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@lru_cache(maxsize=1)
def _trim() -> Any:
    """What glibc calls it; None with another library."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
