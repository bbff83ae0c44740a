"""What is computed of an article as bytes, and back, thousands at a time.

Numbers are little-endian. A vector is one byte a dimension: of unit vectors that changes
cosines by some thousandths.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from detector.records import Article, Credit
from detector.verify.profiles import Bag, Profiles

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

#: A neighbour: another body, its cosine times 10,000, and what language it is in.
NEAR = np.dtype([("low", "<u2"), ("above", "u1"), ("cosine", "<i2"), ("language", "u1")])
#: The best other bodies by a similarity, times 10,000.
RIVAL = np.dtype([("low", "<u2"), ("above", "u1"), ("value", "<i2")])
#: What `NEAR.cosine` and `RIVAL.value` are multiplied by.
FINE = 10_000

_BAGS = tuple(field.name for field in fields(Profiles) if field.type == "Bag")
_COUNTED = frozenset({"words", "names"})  # those of which it says how often, and where
_HEAD = np.dtype(
    [
        ("sizes", "<u2", (len(_BAGS),)),
        ("length", "<i4"),
        ("event_day", "<i4"),
        ("dateline", "<u4", (4,)),
        ("published", "<f8"),
        ("source", "<u4"),
    ]
)
_WIDTH = 4  # bytes of a hashed value
_SIZE = 2  # bytes that say how many bytes of hashes follow
_LEVEL = 6  # of compression
_DAY = len("2024-08-07")


def numbers_of(rows: npt.NDArray[np.void]) -> I64:
    """The bodies of `NEAR` or `RIVAL`."""
    return np.asarray(rows["low"].astype(np.int64) | rows["above"].astype(np.int64) << 16, np.int64)


def put_numbers(rows: npt.NDArray[np.void], at: Any, numbers: I64) -> None:
    """Set the bodies of some rows of `NEAR` or `RIVAL`."""
    rows["low"][at], rows["above"][at] = numbers & 0xFFFF, numbers >> 16


def coded_profiles(profiles: Profiles) -> list[bytes]:
    """One run of bytes a profile: fixed fields, hashed values, counts of words and names."""
    bags: list[Bag] = [getattr(profiles, name) for name in _BAGS]
    head = np.zeros(len(profiles), _HEAD)
    head["sizes"] = np.stack([np.diff(bag.bounds) for bag in bags], axis=1)
    for name in ("length", "event_day", "dateline", "published", "source"):
        head[name] = getattr(profiles, name)
    bounds = [bag.bounds.tolist() for bag in bags]
    values = [bag.values.astype("<u4") for bag in bags]
    counted = [at for at, name in enumerate(_BAGS) if name in _COUNTED]
    result = []
    for i in range(len(profiles)):
        parts = [
            part[limits[i] : limits[i + 1]].tobytes()
            for part, limits in zip(values, bounds, strict=True)
        ]
        counts = [bags[k].counts[bounds[k][i] : bounds[k][i + 1]].tobytes() for k in counted]
        planes = _planes(b"".join(parts))
        steps = len(planes) // _WIDTH * (_WIDTH - 1)
        # What compresses stands apart from what does not: the lower bytes of hashes.
        content = b"".join([head[i].tobytes(), planes[steps:], *counts])
        result.append(
            b"".join([steps.to_bytes(_SIZE, "little"), planes[:steps], _deflated(content)])
        )
    return result


def decoded_profiles(rows: Sequence[bytes]) -> Profiles:
    """The profiles that `coded_profiles` was given."""
    lengths = [_SIZE + int.from_bytes(row[:_SIZE], "little") for row in rows]
    lower = b"".join(row[_SIZE:end] for row, end in zip(rows, lengths, strict=True))
    parts = [_inflated(row[end:]) for row, end in zip(rows, lengths, strict=True)]
    flat = np.frombuffer(b"".join(parts), np.uint8)
    starts = np.array([0, *accumulate(map(len, parts))][:-1], np.int64)
    heads = flat[starts[:, None] + np.arange(_HEAD.itemsize)].copy().view(_HEAD).reshape(-1)
    sizes = heads["sizes"].astype(np.int64)
    at, several = starts + _HEAD.itemsize, sizes.sum(axis=1)
    steps = _gathered(flat, at, several)
    every = _joined_planes(np.frombuffer(lower, np.uint8), steps, several)
    values = _by_column(every, several.cumsum() - several, sizes)
    counted = [column for column, name in enumerate(_BAGS) if name in _COUNTED]
    counts = _by_column(flat, at + several, sizes[:, counted])
    bounds = np.zeros((len(_BAGS), len(rows) + 1), np.int64)
    sizes.T.cumsum(axis=1, out=bounds[:, 1:])
    bags: dict[str, Any] = {
        name: Bag(
            values[column],
            counts[counted.index(column)]
            if column in counted
            else np.ones(len(values[column]), np.uint8),
            bounds[column],
        )
        for column, name in enumerate(_BAGS)
    }
    return Profiles(
        **bags,
        length=heads["length"].astype(np.int32),
        event_day=heads["event_day"].astype(np.int32),
        dateline=heads["dateline"].astype(np.uint32),
        published=heads["published"].astype(np.float64),
        source=heads["source"].astype(np.uint32),
    )


def coded_vectors(vectors: F32) -> list[bytes]:
    """One run of bytes a vector: its scale, and a byte a dimension."""
    scale = np.maximum(np.abs(vectors).max(axis=1, initial=0), 1e-12) / 127
    bytes_ = np.rint(vectors / scale[:, None]).astype(np.int8)
    return [s.tobytes() + b.tobytes() for s, b in zip(scale.astype("<f4"), bytes_, strict=True)]


def decoded_vectors(rows: Sequence[bytes]) -> F32:
    """The vectors that `coded_vectors` was given, made unit again; zeros stay zeros."""
    if not rows:
        return np.zeros((0, 0), np.float32)
    flat = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    vectors = np.ascontiguousarray(flat[:, 4:]).view(np.int8).astype(np.float32)
    norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(norm, 1e-12)[:, None], np.float32)


def coded_head(article: Article, title: str, outlet: str, credited: Sequence[Credit]) -> bytes:
    """An article without its text, and what its row says of it."""
    published = article.published.isoformat() if article.published is not None else ""
    given = (article.title, article.url, article.source, published, article.language)
    found = ("" if title == article.title else title, outlet)
    named = [[c.name, c.url, c.key, c.start, c.end] for c in credited]
    content = json.dumps([*given, article.origin, *found, named], ensure_ascii=False)
    return zlib.compress(content.encode("utf-8", "surrogatepass"), 6)


def decoded_head(name: str, row: bytes) -> tuple[Article, str, str, tuple[Credit, ...]]:
    """The article without its text, its headline, its outlet's key, and whom it credits."""
    content = _loaded(zlib.decompress(row))
    title, url, source, published, language, origin, found, outlet, named = content
    article = Article(name, "", title, url, source, _time(published), language, origin)
    return article, found or title, outlet, tuple(Credit(*credit) for credit in named)


def _loaded(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:  # a lone surrogate, which is no UTF-8
        return json.loads(content.decode("utf-8", "surrogatepass"))


def coded_text(text: str) -> bytes:
    """A text, compressed."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def decoded_text(row: bytes) -> str:
    """The text that `coded_text` was given."""
    return zlib.decompress(row).decode("utf-8", "surrogatepass")


def _time(stamp: str) -> date | datetime | None:
    if len(stamp) <= _DAY:
        return date.fromisoformat(stamp) if stamp else None
    return datetime.fromisoformat(stamp)


def _planes(values: bytes) -> bytes:
    """Values of four bytes, byte by byte: first all lowest ones, last the steps of the highest.

    Values ascend within a bag, so the steps of their highest bytes are small, and compress.
    """
    table = np.frombuffer(values, np.uint8).reshape(-1, _WIDTH).T.copy()
    table[-1] = np.diff(table[-1], prepend=np.uint8(0))
    return bytes(table.tobytes())


def _joined_planes(lower: npt.NDArray[np.uint8], steps: npt.NDArray[np.uint8], sizes: I64) -> U32:
    """The values of runs that `_planes` took apart, one after the other.

    Args:
        lower: all planes but the highest, run by run.
        steps: the highest, of all runs.
        sizes: values of each run.
    """
    first = sizes.cumsum() - sizes
    several = sizes[:, None].repeat(_WIDTH - 1, axis=1)
    planes = _by_column(lower, (_WIDTH - 1) * first, several)
    highest = steps.cumsum(dtype=np.uint8)  # which goes round, as what was taken apart did
    before = np.concatenate([np.zeros(1, np.uint8), highest])[first]
    table = np.empty((len(steps), _WIDTH), np.uint8)
    for column, plane in enumerate(planes):
        table[:, column] = plane
    table[:, -1] = highest - before.repeat(sizes)
    return table.view("<u4").ravel().astype(np.uint32)


def _by_column(flat: npt.NDArray[Any], starts: I64, sizes: I64) -> list[npt.NDArray[Any]]:
    """Runs whose columns lie one behind the other, joined column by column.

    Args:
        flat: all runs.
        starts: shape (runs,), where each begins.
        sizes: shape (runs, columns), how much of it is of each column.
    """
    begin = starts[:, None] + sizes.cumsum(axis=1) - sizes
    joined = _gathered(flat, begin.T.ravel(), sizes.T.ravel())
    ends = sizes.sum(axis=0).cumsum().tolist()
    return [joined[a:b] for a, b in pairwise([0, *ends])]


def _deflated(content: bytes) -> bytes:
    """Compressed, without a header or a checksum: SQLite's rows need none."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _inflated(content: bytes) -> bytes:
    return zlib.decompress(content, -zlib.MAX_WBITS)


def _gathered(flat: npt.NDArray[Any], starts: I64, sizes: I64) -> npt.NDArray[Any]:
    """Stretches of an array, joined."""
    ends = sizes.cumsum()
    at = (starts - (ends - sizes)).repeat(sizes) + np.arange(int(ends[-1]) if len(ends) else 0)
    return np.asarray(flat[at])
