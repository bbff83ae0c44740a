"""The one thing the pipeline asks of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

A = TypeVar("A")
B = TypeVar("B")


class Backend(Protocol):
    """Runs pure, picklable stage functions over chunks of articles."""

    def map(self, function: Callable[[A], B], chunks: Iterable[A]) -> Iterator[B]:
        """Apply `function` to each chunk; results come in the order of the chunks."""
        ...

    def close(self) -> None:
        """Give back processes and connections."""
        ...
