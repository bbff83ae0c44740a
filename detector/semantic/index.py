"""Nearest vectors by inner product: all of them looked at when few, lists when many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from detector.semantic.lists import Lists

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_EXACT = 5000  # vectors; below this, looking at all of them costs as much as at a few lists
_AT_ONCE = 1000  # queries of a thread
_FEW = 1000  # queries that are answered sooner than lists are made


def nearest(queries: F32, base: F32, k: int, threads: int = 1) -> tuple[F32, I64]:
    """The `k` nearest rows of `base` for each query, best first.

    All of them for few queries or few rows; otherwise about 98 of 100 on news vectors.

    Args:
        queries: shape (n, d).
        base: shape (m, d).
        k: how many; where fewer than `k` rows exist the rest is filled.
        threads: in which lists are looked at; they change no result.

    Returns:
        Inner products, shape (n, k), filled with -inf; indices, filled with -1. Rows of
        equal score come in ascending index order.
    """
    scores = np.full((len(queries), k), -np.inf, np.float32)
    found = np.full((len(queries), k), -1, np.int64)
    wanted = min(k, len(base))
    if not wanted or not len(queries):
        return scores, found
    from threadpoolctl import threadpool_limits

    asked = np.ascontiguousarray(queries, np.float32)
    known = np.ascontiguousarray(base, np.float32)
    with threadpool_limits(1):  # threads that wait for parts of one small product only burn time
        if len(base) <= _EXACT or len(queries) <= _FEW:
            part_scores, part = _exact(asked, known, wanted, threads)
        else:
            part_scores, part = Lists(known).search(asked, wanted, threads)
    part_scores = np.where(part < 0, -np.inf, part_scores)
    order = np.lexsort((part, -part_scores), axis=1)
    scores[:, :wanted] = np.take_along_axis(part_scores, order, axis=1)
    found[:, :wanted] = np.take_along_axis(part, order, axis=1)
    return scores, found


def _exact(queries: F32, base: F32, k: int, threads: int) -> tuple[F32, I64]:
    import faiss

    index = faiss.IndexFlatIP(base.shape[1])
    index.add(base)
    with ThreadPoolExecutor(threads) as pool:
        starts = range(0, len(queries), _AT_ONCE)
        parts = list(pool.map(lambda at: index.search(queries[at : at + _AT_ONCE], k), starts))
    return np.concatenate([part for part, _ in parts]), np.concatenate([at for _, at in parts])
