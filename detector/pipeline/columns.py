"""What comes back of chunks of articles, put in its place while more comes.

Arrays are filled as the parts arrive, so that nothing is ever held twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from detector.text import I64


class Columns:
    """Arrays with a row an article, filled as the rows come."""

    def __init__(self, rows: int) -> None:
        """Begin without columns."""
        self._count = rows
        self._arrays: dict[str, npt.NDArray[Any]] = {}

    def put(self, name: str, rows: I64, values: npt.NDArray[Any] | None) -> None:
        """Set some rows of a column; None sets nothing."""
        if values is not None:
            if name not in self._arrays:
                shape = (self._count, *values.shape[1:])
                self._arrays[name] = np.zeros(shape, values.dtype)
            self._arrays[name][rows] = values

    def get(self, name: str, kind: type[np.generic], *shape: int) -> npt.NDArray[Any]:
        """A column; without articles, an empty one of this kind and shape."""
        return self._arrays.get(name, np.zeros((0, *shape), kind))

    def find(self, name: str) -> npt.NDArray[Any] | None:
        """A column, if there is one."""
        return self._arrays.get(name)


class Ragged:
    """Several values an article, joined when all have come."""

    def __init__(self) -> None:
        """Begin without values."""
        self._parts: list[tuple[I64, npt.NDArray[Any], I64]] = []

    def put(self, rows: I64, values: npt.NDArray[Any], bounds: I64) -> None:
        """Add the values of some articles, with their bounds."""
        self._parts.append((rows, values, bounds))

    def joined(self, count: int, empty: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], I64]:
        """All values by article, and their bounds; what was put is given up on the way."""
        sizes = np.zeros(count, np.int64)
        for rows, _, bounds in self._parts:
            sizes[rows] = np.diff(bounds)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        result = np.empty((int(starts[-1]), *empty.shape[1:]), empty.dtype)
        self._parts.reverse()
        while self._parts:
            rows, values, bounds = self._parts.pop()
            at = np.repeat(starts[rows] - bounds[:-1], np.diff(bounds)) + np.arange(len(values))
            result[at] = values
        return result, starts
