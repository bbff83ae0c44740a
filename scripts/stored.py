"""The store by its parts: building, opening, asking, its size, and what one asks elsewhere.

    python scripts/stored.py build index articles.jsonl 10000
    python scripts/stored.py check index articles.jsonl 10000

Each part is a process of its own and prints one JSON object, so that memory is its own, too.
Asked are articles that are not stored, and every third time one that is, under another id and
without its last sentence.
"""

from __future__ import annotations

import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import rivals

from detector import Detector
from detector.readers import read
from detector.records import Article

ASKED = 300  # articles asked about
_WARM = 30  # ... and before the clock starts
_BATCH = 1000  # articles added at once
_HELD = 10_000  # articles in the other tool's index: a query's time does not depend on it
_NEIGHBOURS = 10

Row = dict[str, Any]


def build(index: str, file: str, count: str) -> Row:
    """Add articles by the thousand, each batch durable before the next."""
    articles = list(_articles(Path(file), 0, int(count)))
    with Detector.open(index, text=False) as detector:
        begun = time.perf_counter(), time.process_time()
        batches = (articles[start : start + _BATCH] for start in range(0, len(articles), _BATCH))
        for _ in detector.add_in_batches(batches):
            pass
        took = _since(begun)
        detector.compact()
        size = sum(detector.info().files.values())
    return took | {"bytes an article": size / len(articles)}


def whole(_index: str, file: str, count: str) -> Row:
    """One pass over the same articles."""
    articles = list(_articles(Path(file), 0, int(count)))
    begun = time.perf_counter(), time.process_time()
    Detector().detect(articles, evidence=False)
    return _since(begun)


def opened(index: str, _file: str, _count: str) -> Row:
    """Open a store, and see how much it holds."""
    begun = time.perf_counter()
    with Detector.open(index) as detector:
        held = len(detector)
        seconds = time.perf_counter() - begun
    return {"held": held, "seconds": seconds, "resident MB": _resident()}


def check(index: str, file: str, count: str) -> Row:
    """Ask about single articles."""
    asked = list(_queries(Path(file), int(count)))
    with Detector.open(index) as detector:
        return _timed(lambda a: detector.check(a, evidence=False), asked)


def datasketch(_index: str, file: str, count: str) -> Row:
    """Sign single articles, and ask an index in memory."""
    from datasketch import MinHash, MinHashLSH

    def sign(text: str) -> Any:
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in rivals.shingles(text)])
        return sketch

    held = MinHashLSH(num_perm=128, params=(32, 4))
    for number, article in enumerate(_articles(Path(file), 0, min(int(count), _HELD))):
        held.insert(str(number), sign(article.text))
    asked = list(_queries(Path(file), int(count)))
    return _timed(lambda a: held.query(sign(a.text)), asked)


def recall(index: str, _file: str, _count: str) -> Row:
    """The part of the nearest neighbours by exact search that the FAISS files find."""
    import numpy as np

    from detector.store import Store
    from detector.store.coding import decoded_vectors

    store = Store.open(index)
    with store.reading() as view:
        found = wanted = 0
        rows = view.connection.execute(
            "SELECT number, language, vector FROM bodies WHERE searched ORDER BY number"
        ).fetchall()
        numbers = np.array([row[0] for row in rows])
        languages = np.array([row[1] for row in rows])
        vectors = decoded_vectors([row[2] for row in rows])
        asked = vectors[:: max(1, len(vectors) // ASKED)]
        told = view.nearest(asked, _NEIGHBOURS)
        for code, (_, nearest) in told.items():
            own = np.flatnonzero(languages == code)
            exact = numbers[own][np.argsort(-(asked @ vectors[own].T), axis=1)[:, :_NEIGHBOURS]]
            wanted += exact.size
            found += sum(
                len(set(a) & set(b)) for a, b in zip(exact.tolist(), nearest.tolist(), strict=True)
            )
    store.close()
    return {"recall": found / wanted}


def _timed(ask: Callable[[Article], object], asked: Sequence[Article]) -> Row:
    taken: list[float] = []
    for number, article in enumerate(asked):
        begun = time.perf_counter()
        ask(article)
        if number >= _WARM:
            taken.append(1000 * (time.perf_counter() - begun))
    cut = statistics.quantiles(taken, n=100)
    return {"p50 ms": cut[49], "p99 ms": cut[98], "resident MB": _resident()}


def _articles(file: Path, start: int, count: int) -> Iterator[Article]:
    with file.open("rb") as stream:
        lines = b"".join(islice(stream, start, start + count))
    return iter(read([io.BytesIO(lines)]))


def _queries(file: Path, stored: int) -> Iterator[Article]:
    known = list(_articles(file, 0, ASKED))
    for number, article in enumerate(_articles(file, stored, ASKED + _WARM)):
        if number % 3:
            yield article
        else:
            copied = known[number % len(known)]
            yield replace(copied, id=f"{copied.id} again", text=copied.text.rpartition(". ")[0])


def _since(begun: tuple[float, float]) -> Row:
    return {"seconds": time.perf_counter() - begun[0], "cpu s": time.process_time() - begun[1]}


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
