"""FAISS files beside the SQLite file: one a language, each following from what SQLite holds."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from detector.errors import StoreError
from detector.files import why
from detector.semantic.index import nearest
from detector.semantic.lists import Lists
from detector.store.coding import decoded_vectors
from detector.store.tail import Tail

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_EXACT = 8_000  # vectors below which a full scan costs less than lists
_PER_LIST = 150  # vectors in a list, so that a query's cost does not grow with the store
_PROBES = 96  # lists looked at: recall of the 10 nearest above .98 on news vectors
_SAMPLE = 64  # vectors a list that lists are trained on
_GROWN = 2.0  # times as many vectors as trained on, from which lists are trained again
_AT_ONCE = 16_384  # vectors read at once
_SPARE = 30  # neighbours asked for beside those wanted, since some may have been removed
_FEW = 16  # queries, from which on they are asked together
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the table of files."""

    name: str
    language: int
    vectors: int
    trained: int
    digest: str


@dataclass(frozen=True, slots=True)
class Files:
    """The FAISS files in use, mapped into memory.

    Attributes:
        opened: language to the file's name and its index. Where a file is damaged or gone,
            the index is made anew from SQLite, in memory, and the name is empty.
        gone: bodies in the files that have been removed since.
    """

    folder: Path
    opened: dict[int, tuple[str, Any]] = field(default_factory=dict)
    gone: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def renewed(self, connection: sqlite3.Connection) -> Files:
        """Those that a store names now; what is open already stays open."""
        held = {name: index for name, index in self.opened.values() if name}
        found: dict[int, tuple[str, Any]] = {}
        for row in listed(connection):
            if row.name in held:
                found[row.language] = row.name, held[row.name]
            elif fault(self.folder, row):
                found[row.language] = "", _made(connection, row.language, None, True)[0]
            else:
                found[row.language] = row.name, _mapped(self.folder / row.name)
        gone = connection.execute("SELECT number FROM gone ORDER BY number").fetchall()
        return Files(self.folder, found, np.array(gone, np.int64).ravel())

    def packed(self, queries: F32, k: int) -> dict[int, tuple[F32, I64]]:
        """See `View.packed_nearest`."""
        opened = self.opened.items()
        return {code: self._searched(index, queries, k) for code, (_, index) in opened}

    def nearest(
        self, tail: Tail, queries: F32, k: int, packed: Mapping[int, tuple[F32, I64]]
    ) -> dict[int, tuple[F32, I64]]:
        """See `View.nearest`."""
        result = dict(packed)
        if tail.vectors is None or not len(tail):
            return result
        # Few products are summed here, where BLAS would wake other threads for them.
        if len(queries) < _FEW:
            cosines = np.einsum("ij,kj->ik", queries, tail.vectors)
        else:
            cosines = queries @ tail.vectors.T
        for code in np.unique(tail.languages[tail.languages >= 0]).tolist():
            own = np.flatnonzero(tail.languages == code)
            among = cosines if len(own) == len(tail) else cosines[:, own]
            new = best(among, np.broadcast_to(tail.numbers[own], among.shape), k)
            if code in result:
                old = result[code]
                scores = np.concatenate([old[0], new[0]], axis=1)
                new = best(scores, np.concatenate([old[1], new[1]], axis=1), k)
            result[code] = new
        return result

    def _searched(self, index: Any, queries: F32, k: int) -> tuple[F32, I64]:
        more = min(len(self.gone), _SPARE)
        if len(queries) < _FEW:
            if hasattr(index, "nprobe"):
                index.nprobe = _PROBES
            with _one_thread():
                scores, found = index.search(np.ascontiguousarray(queries), k + more)
        else:
            scores, found = together(index, queries, k + more)
        absent = (found < 0) | (np.isin(found, self.gone) if more else False)
        scores = np.where(absent, -np.inf, scores).astype(np.float32)
        return best(scores, np.where(absent, -1, found), k)


class _Listed(Lists):
    """The lists of a FAISS index, to be asked by many queries at once."""

    def __init__(self, index: Any, threads: int) -> None:
        """Read where the lists are; their vectors are read as they are looked at."""
        import faiss

        self._index, self._threads, self._longest = index, threads, 1.0
        self._held = faiss.downcast_InvertedLists(index.invlists)
        self._centres = index.quantizer.reconstruct_n(0, index.nlist)
        self._probes = min(_PROBES, index.nlist)
        sizes = [self._held.list_size(i) for i in range(index.nlist)]
        self._bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._members = np.arange(index.ntotal)

    def numbers(self) -> I64:
        """The number of each vector, list by list."""
        return np.concatenate([
            _view(self._held.get_ids(i), b - a)
            for i, (a, b) in enumerate(pairwise(self._bounds.tolist())) if a < b
        ])  # fmt: skip

    def _vectors(self, members: I64) -> F32:
        """See `Lists`."""
        held = int(self._bounds.searchsorted(members[0], "right")) - 1
        size = self._index.code_size * len(members)
        codes = _view(self._held.get_codes(held), size).reshape(len(members), -1)
        return np.asarray(self._index.sq.decode(codes), np.float32)


def together(index: Any, queries: F32, k: int) -> tuple[F32, I64]:
    """What FAISS finds for each of many queries, which look at each list together.

    FAISS takes query by query and waits for memory: several times as long.

    Returns:
        Cosines, shape (n, k), filled with -inf, and numbers, filled with -1.
    """
    import faiss
    from threadpoolctl import threadpool_limits

    threads = faiss.omp_get_max_threads()
    if hasattr(index, "nprobe"):
        lists = _Listed(index, threads)
        with threadpool_limits(1):
            scores, found = lists.search(queries, min(k, index.ntotal))
        numbers = lists.numbers()
    else:
        flat: Any = faiss.downcast_index(index.index)
        numbers = faiss.vector_to_array(index.id_map)
        codes = faiss.vector_to_array(flat.codes).reshape(len(numbers), -1)
        scores, found = nearest(queries, flat.sq.decode(codes), k, threads)
    return scores, np.where(found < 0, -1, numbers[found])


def _view(pointer: Any, size: int) -> npt.NDArray[Any]:
    import faiss

    return np.asarray(faiss.rev_swig_ptr(pointer, size))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let FAISS use one thread.

    For a single query more cost more than they save, and much more on a busy machine: each
    waits for the others.
    """
    import faiss

    usual = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(usual)


def best(cosines: F32, numbers: I64, k: int) -> tuple[F32, I64]:
    """The `k` highest of each row, best first; of equal ones the lower number."""
    count = min(k, cosines.shape[1])
    scores = np.full((len(cosines), k), -np.inf, np.float32)
    found = np.full((len(cosines), k), -1, np.int64)
    if not count:
        return scores, found
    if count < cosines.shape[1]:
        at = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        cosines = np.take_along_axis(cosines, at, axis=1)
        numbers = np.take_along_axis(numbers, at, axis=1)
    order = np.lexsort((numbers, -cosines), axis=1)
    scores[:, :count] = np.take_along_axis(cosines, order, axis=1)
    found[:, :count] = np.take_along_axis(numbers, order, axis=1)
    return scores, found


def listed(connection: sqlite3.Connection) -> list[Listed]:
    """The files that a store names."""
    rows = connection.execute(
        "SELECT name, language, vectors, trained, digest FROM files ORDER BY language"
    )
    return [Listed(*row) for row in rows]


def fault(folder: Path, row: Listed) -> str:
    """What is wrong with a file; empty if nothing."""
    try:
        return "" if _digest(folder / row.name) == row.digest else "damaged"
    except OSError as error:
        return error.strerror or "cannot be read"


def write(
    connection: sqlite3.Connection, folder: Path, generation: int, *, whole: bool
) -> list[Listed]:
    """Write new files from what SQLite holds; they are used once the store names them.

    Args:
        connection: in a transaction.
        folder: of the store.
        generation: a number that no file has had.
        whole: read every vector, also those that an earlier file has.

    Raises:
        StoreError: if they cannot be written; what was written is removed.
    """
    import faiss

    old = {row.language: row for row in listed(connection)}
    made: list[Listed] = []
    try:
        for (code,) in connection.execute("SELECT code FROM languages ORDER BY code").fetchall():
            before = old.get(code)
            usable = before if before and not fault(folder, before) else None
            index, trained = _made(connection, code, (folder, usable) if usable else None, whole)
            if not index.ntotal:
                continue
            path = folder / f"vectors-{code}-{generation}.faiss"
            made.append(Listed(path.name, code, index.ntotal, trained, ""))
            faiss.write_index(index, str(path))
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
            made[-1] = Listed(path.name, code, index.ntotal, trained, _digest(path))
    except (OSError, RuntimeError) as error:
        drop(folder, made)
        reason = why(error, writing=True) if isinstance(error, OSError) else "disk full?"
        raise StoreError(f"{folder}: a FAISS file could not be written: {reason}") from error
    return made


def drop(folder: Path, rows: list[Listed]) -> None:
    """Remove files."""
    for row in rows:
        (folder / row.name).unlink(missing_ok=True)


def tidy(folder: Path, named: list[Listed]) -> None:
    """Remove FAISS files that the store no longer names; who maps them keeps them."""
    kept = {row.name for row in named}
    for path in folder.glob("vectors-*.faiss"):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _made(
    connection: sqlite3.Connection, code: int, old: tuple[Path, Listed] | None, whole: bool
) -> tuple[Any, int]:
    """An index of all packed vectors of a language, and on how many its lists were trained.

    Unless the `whole` is to be read, what has come is put to what the old file holds, so that
    the cost of an article does not grow with the store.
    """
    import faiss

    if old and not whole and old[1].trained >= _EXACT:
        come = _come(connection, code)
        if old[1].vectors + len(come) < _GROWN * old[1].trained:
            index: Any = faiss.read_index(str(old[0] / old[1].name))
            _put(connection, index, come)
            return index, old[1].trained
    numbers = _numbers(connection, code)
    first = _vectors(connection, numbers[:1])
    dimension = first.shape[1] if len(first) else 1
    kind = faiss.ScalarQuantizer.QT_8bit
    metric = faiss.METRIC_INNER_PRODUCT
    if len(numbers) < _EXACT:
        index = faiss.IndexIDMap2(faiss.IndexScalarQuantizer(dimension, kind, metric))
        trained = len(numbers)
        if trained:
            index.train(_vectors(connection, numbers))
    elif old and old[1].trained >= _EXACT and len(numbers) < _GROWN * old[1].trained:
        index = faiss.read_index(str(old[0] / old[1].name))
        index.reset()
        trained = old[1].trained
    else:
        lists = len(numbers) // _PER_LIST
        quantiser = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFScalarQuantizer(quantiser, dimension, lists, kind, metric, False)
        index.cp.seed, index.cp.niter = 1, 8
        step = max(1, len(numbers) // (_SAMPLE * lists))
        index.train(_vectors(connection, numbers[::step]))
        trained = len(numbers)
    _put(connection, index, numbers)
    return index, trained


def _put(connection: sqlite3.Connection, index: Any, numbers: I64) -> None:
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        index.add_with_ids(_vectors(connection, part), part)


def _numbers(connection: sqlite3.Connection, code: int) -> I64:
    """Bodies of a language that have a vector, ascending."""
    rows = connection.execute(
        "SELECT number FROM bodies WHERE language = ? AND vector IS NOT NULL AND searched"
        " ORDER BY number",
        (code,),
    ).fetchall()
    return np.array(rows, np.int64).ravel()


def _come(connection: sqlite3.Connection, code: int) -> I64:
    """Those of them that are in no file yet."""
    rows = connection.execute(
        "SELECT t.number FROM tail t JOIN bodies b ON b.number = t.number WHERE b.language = ?"
        " AND b.vector IS NOT NULL AND b.searched ORDER BY t.number",
        (code,),
    ).fetchall()
    return np.array(rows, np.int64).ravel()


def _vectors(connection: sqlite3.Connection, numbers: I64) -> F32:
    found: list[bytes] = []
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500].tolist()
        marks = ",".join("?" * len(part))
        found += (
            row[0]
            for row in connection.execute(
                f"SELECT vector FROM bodies WHERE number IN ({marks}) ORDER BY number", part
            )
        )
    return decoded_vectors(found)


def _mapped(path: Path) -> Any:
    import faiss

    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    if hasattr(index, "invlists"):
        # Lists are read where they are looked at. Threads that FAISS starts to read them ahead,
        # anew for each query, take ten times as long as the query.
        lists = faiss.downcast_InvertedLists(index.invlists)
        if hasattr(lists, "prefetch_nthread"):
            lists.prefetch_nthread = 0
    return index


def _digest(path: Path) -> str:
    """Size and checksum, a piece at a time: a file may be larger than memory."""
    total, size = 0, 0
    with path.open("rb") as stream:
        for piece in _pieces(stream):
            total, size = zlib.crc32(piece, total), size + len(piece)
    return f"{size}-{total:08x}"


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
