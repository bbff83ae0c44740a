"""Many vectors in lists by the nearest of some centres, of which a query looks at a few.

Inverted lists (Sivic & Zisserman 2003, "Video Google") as FAISS has them, but turned round: a
list is multiplied with all the queries that look at it, in one matrix product, where FAISS
takes query by query and waits for memory. All articles are queries here, so that every list
has thousands, and the same search takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.pairkeys import packed

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Queries, centres and scores of what may be among the nearest, as parallel arrays.
Hits = tuple[I64, I64, F32]

_PER_LIST = 150  # vectors, on average
_PROBES = 2.7  # times the root of the number of lists are looked at
_ROUNDS = 6  # of k-means
_SEED = 1
_SAMPLE = 64  # vectors of a list that k-means looks at
_ROUNDING = 1e-5  # of the lengths' product: two products of the same vectors differ by less
_CELLS = 1 << 20  # of a product: what is read again stays in the cache


class Lists:
    """Vectors in lists, to be asked by thousands of queries at once."""

    def __init__(self, base: F32, among: I64, threads: int = 1) -> None:
        """Divide some rows of `base` among lists.

        Args:
            base: shape (n, d).
            among: shape (m,), ascending rows.
            threads: that look at lists; they change no result.
        """
        self._base, self._among, self._threads = base, among, threads
        self._centres: F32 = _centres(base, among, threads)
        lengths = np.einsum("ij,ij->i", base, base)[among]
        self._longest = float(np.sqrt(lengths.max()))
        with ThreadPoolExecutor(threads) as pool:
            parts = pool.map(lambda run: self._near(run).argmax(axis=1), self._runs(among))
            home = np.concatenate(list(parts))
        self._members = np.argsort(home, kind="stable")
        self._bounds = np.searchsorted(home[self._members], np.arange(len(self._centres) + 1))
        self._probes = min(round(_PROBES * len(self._centres) ** 0.5), len(self._centres))

    def search(self, queries: F32, k: int) -> tuple[F32, I64]:
        """The `k` nearest of the rows that lie in the lists nearest to each query.

        Args:
            queries: shape (n, d), some thousands.
            k: at most as many as there are rows in the lists.

        Returns:
            Inner products, shape (n, k), best first, -inf where there is none; places in
            `among`, -1.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            return self._asked(queries, k, pool)

    def _asked(self, queries: F32, k: int, pool: Executor) -> tuple[F32, I64]:
        step = self._step
        runs = [queries[at : at + step] for at in range(0, len(queries), step)]
        probed = np.concatenate(list(pool.map(lambda run: self._best(run @ self._centres.T), runs)))
        least = np.full(len(queries), -np.inf, np.float32)
        slack = _ROUNDING * self._longest * np.sqrt(np.einsum("ij,ij->i", queries, queries))

        def settle(part: tuple[I64, I64]) -> None:
            """Note what the k-th of a query's first list scores: less is not looked at."""
            rows, members = part
            scores = queries[rows] @ self._vectors(members).T
            kth = np.partition(scores, len(members) - k, axis=1)[:, len(members) - k]
            least[rows] = kth - slack[rows]

        def look(part: tuple[I64, I64]) -> Hits:
            rows, members = part
            scores = queries[rows] @ self._vectors(members).T
            return _hits(scores, least[rows], k, rows, members)

        list(pool.map(settle, [p for p in self._parts(probed[:, :1]) if len(p[1]) >= k]))
        found = list(pool.map(look, self._parts(probed)))
        rows, members, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        return _best_of(len(queries), k, rows, members, scores)

    def _vectors(self, members: I64) -> F32:
        """The vectors of some members of one list."""
        return self._base[self._among[members]]

    @property
    def _step(self) -> int:
        """Vectors that are held against all centres at once."""
        return max(_CELLS // len(self._centres), 1)

    def _runs(self, rows: I64) -> Iterator[I64]:
        yield from (rows[at : at + self._step] for at in range(0, len(rows), self._step))

    def _near(self, rows: I64) -> F32:
        """How near all centres are to some rows of the base."""
        return np.asarray(self._base[rows] @ self._centres.T)

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


def _centres(base: F32, among: I64, threads: int) -> F32:
    """The centres of the lists, by k-means over a sample."""
    import faiss
    from threadpoolctl import threadpool_limits

    library: Any = faiss  # whose stubs lack it
    lists = max(len(among) // _PER_LIST, 1)
    if len(among) > lists * _SAMPLE:  # as FAISS would choose them, without a copy of all
        order = np.empty(len(among), np.int32)
        library.rand_perm(library.swig_ptr(order), len(among), _SEED)
        among = among[order[: lists * _SAMPLE]]
    means = faiss.Kmeans(
        base.shape[1],
        lists,
        niter=_ROUNDS,
        spherical=True,
        seed=_SEED,
        max_points_per_centroid=_SAMPLE,
    )
    with threadpool_limits(threads):  # the products are large; the threads change no bit
        means.train(base[among])
    return np.asarray(means.centroids, np.float32)


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
    order = np.argsort(packed(rows, falling))
    rows, found, scores = rows[order], found[order], scores[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, np.arange(count))[rows]
    kept = place < k
    best = np.full((count, k), -np.inf, np.float32)
    at = np.full((count, k), -1, np.int64)
    best[rows[kept], place[kept]] = scores[kept]
    at[rows[kept], place[kept]] = found[kept]
    return best, at
