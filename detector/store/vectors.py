"""FAISS files beside the SQLite file: one a language, each following from what SQLite holds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.store.tail import Tail

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Files:
    """The FAISS files in use, read on first use and kept as they were."""

    folder: Path
    opened: dict[int, tuple[str, Any]] = field(default_factory=dict)

    def renewed(self, connection: sqlite3.Connection) -> Files:
        """Those that a store names now."""
        return self

    def nearest(self, tail: Tail, queries: F32, k: int) -> dict[int, tuple[F32, I64]]:
        """See `View.nearest`."""
        result: dict[int, tuple[F32, I64]] = {}
        if tail.vectors is None:
            return result
        cosines = queries @ tail.vectors.T
        for code in np.unique(tail.languages[tail.languages >= 0]).tolist():
            own = np.flatnonzero(tail.languages == code)
            result[code] = best(cosines[:, own], tail.numbers[own], k)
        return result


def best(cosines: F32, numbers: I64, k: int) -> tuple[F32, I64]:
    """The `k` highest of each row, best first; of equal ones the lower number."""
    count = min(k, cosines.shape[1])
    scores = np.full((len(cosines), k), -np.inf, np.float32)
    found = np.full((len(cosines), k), -1, np.int64)
    if not count:
        return scores, found
    if count < cosines.shape[1]:
        at = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    else:
        at = np.tile(np.arange(count), (len(cosines), 1))
    part = np.take_along_axis(cosines, at, axis=1)
    order = np.lexsort((numbers[at], -part), axis=1)
    scores[:, :count] = np.take_along_axis(part, order, axis=1)
    found[:, :count] = np.take_along_axis(numbers[at], order, axis=1)
    return scores, found
