"""Many vectors in lists by the nearest of some centres, of which a query looks at a few.

Inverted lists (Sivic & Zisserman 2003, "Video Google") as FAISS has them, but turned round: a
list is multiplied with all the queries that look at it, in one matrix product, where FAISS
takes query by query and waits for memory. All articles are queries here, so that every list
has thousands, and the same search takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Queries, centres and scores of what may be among the nearest, as parallel arrays.
Hits = tuple[I64, I64, F32]

_PER_LIST = 150  # vectors, on average
_PROBES = 2.7  # times the root of the number of lists are looked at
_ROUNDS = 6  # of k-means
_SAMPLE = 64  # vectors of a list that k-means looks at
_QUERIES = 20_000  # asked at once: bounds memory
_ROUNDING = 1e-5  # of the lengths' product: two products of the same vectors differ by less
_CELLS = 1 << 20  # of a product: what is read again stays in the cache


class Lists:
    """Vectors in lists, to be asked by thousands of queries at once."""

    def __init__(self, base: F32) -> None:
        """Divide the rows of `base`, shape (n, d), among lists."""
        import faiss

        self._base = base
        means = faiss.Kmeans(
            base.shape[1],
            max(len(base) // _PER_LIST, 1),
            niter=_ROUNDS,
            spherical=True,
            seed=1,
            max_points_per_centroid=_SAMPLE,
        )
        means.train(base)
        self._centres: F32 = np.asarray(means.centroids, np.float32)
        self._longest = float(np.sqrt(np.einsum("ij,ij->i", base, base).max()))
        home = np.concatenate([near.argmax(axis=1) for near in self._near(base)])
        self._members = np.argsort(home, kind="stable")
        self._bounds = np.searchsorted(home[self._members], np.arange(len(self._centres) + 1))
        self._probes = min(round(_PROBES * len(self._centres) ** 0.5), len(self._centres))

    def search(self, queries: F32, k: int, threads: int = 1) -> tuple[F32, I64]:
        """The `k` nearest rows of the base that lie in the lists nearest to each query.

        Args:
            queries: shape (n, d).
            k: at most as many as there are base rows.
            threads: that look at lists; they change no result.

        Returns:
            Inner products, shape (n, k), best first, -inf where there is none; rows, -1.
        """
        starts = range(0, len(queries), _QUERIES)
        with ThreadPoolExecutor(threads) as pool:
            parts = [self._asked(queries[at : at + _QUERIES], k, pool) for at in starts]
        return np.concatenate([p for p, _ in parts]), np.concatenate([p for _, p in parts])

    def _asked(self, queries: F32, k: int, pool: Executor) -> tuple[F32, I64]:
        probed = np.concatenate([self._best(near) for near in self._near(queries)])
        least = np.full(len(queries), -np.inf, np.float32)
        slack = _ROUNDING * self._longest * np.sqrt(np.einsum("ij,ij->i", queries, queries))

        def settle(part: tuple[I64, I64]) -> None:
            """Note what the k-th of a query's first list scores: less is not looked at."""
            rows, members = part
            scores = queries[rows] @ self._base[members].T
            kth = np.partition(scores, len(members) - k, axis=1)[:, len(members) - k]
            least[rows] = kth - slack[rows]

        def look(part: tuple[I64, I64]) -> Hits:
            rows, members = part
            return _hits(queries[rows] @ self._base[members].T, least[rows], k, rows, members)

        list(pool.map(settle, [p for p in self._parts(probed[:, :1]) if len(p[1]) >= k]))
        found = list(pool.map(look, self._parts(probed)))
        rows, members, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        return _best_of(len(queries), k, rows, members, scores)

    def _near(self, vectors: F32) -> Iterator[F32]:
        """How near all centres are, some vectors at a time."""
        step = max(_CELLS // len(self._centres), 1)
        for start in range(0, len(vectors), step):
            yield vectors[start : start + step] @ self._centres.T

    def _best(self, near: F32) -> I32:
        """The lists that a query looks at, the nearest in front."""
        cut = near.shape[1] - self._probes
        chosen = np.argpartition(near, cut, axis=1)[:, cut:].astype(np.int32)
        first = np.take_along_axis(near, chosen, axis=1).argmax(axis=1)
        rows = np.arange(len(chosen))
        chosen[rows, first], chosen[:, 0] = chosen[:, 0], chosen[rows, first].copy()
        return chosen

    def _parts(self, probed: I32) -> Iterator[tuple[I64, I64]]:
        """Queries and the members of a list that they look at, list by list."""
        lists = probed.ravel()
        order = np.argsort(lists, kind="stable")
        bounds = np.searchsorted(lists[order], np.arange(len(self._centres) + 1))
        rows = order // probed.shape[1]
        for i in range(len(self._centres)):
            members = self._members[self._bounds[i] : self._bounds[i + 1]]
            asking = rows[bounds[i] : bounds[i + 1]]
            step = max(_CELLS // max(len(members), 1), 1)
            for start in range(0, len(asking) if len(members) else 0, step):
                yield asking[start : start + step], members


def _hits(scores: F32, least: F32, k: int, rows: I64, members: I64) -> Hits:
    """What scores enough to be among the nearest, of one list."""
    enough = scores >= least[:, None]
    crowded = np.flatnonzero(np.count_nonzero(enough, axis=1) > k)  # many are equal, or none known
    if len(crowded):
        kept = np.argpartition(scores[crowded], -k, axis=1)[:, -k:]
        enough[crowded] = False
        enough[crowded[:, None], kept] = True
    at = np.flatnonzero(enough)
    row, column = np.divmod(at, len(members))
    return rows[row], members[column], scores.ravel()[at]


def _best_of(count: int, k: int, rows: I64, found: I64, scores: F32) -> tuple[F32, I64]:
    """The best `k` hits of each query; equal ones in any order."""
    bits = scores.view(np.uint32)
    falling = np.where(bits >> 31, bits, ~bits & np.uint32(0x7FFFFFFF))  # as the score rises
    order = np.argsort((rows.astype(np.uint64) << np.uint64(32)) | falling)
    rows, found, scores = rows[order], found[order], scores[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, np.arange(count))[rows]
    kept = place < k
    best = np.full((count, k), -np.inf, np.float32)
    at = np.full((count, k), -1, np.int64)
    best[rows[kept], place[kept]] = scores[kept]
    at[rows[kept], place[kept]] = found[kept]
    return best, at
