"""As many articles as a benchmark asks for, from the public background or from a file.

The background holds 16,430 articles. Where more are wanted they come round again with their
words exchanged: every word but the two hundred most frequent becomes another of about its
frequency, by another exchange each round. Lengths, layout, figures and the frequencies of
words stay those of news, and no article becomes a copy of one of an earlier round.
"""

from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

_SETS = ("vietnews", "vietnam_news_2016")
_WORD = re.compile(r"[^\W\d_]+")
_KEPT = 200  # words so frequent that exchanging them would leave no language
_WINDOW = 50  # ranks within which words change places

Row = dict[str, Any]


def write(count: int, data: Path, path: Path) -> int:
    """Write so many articles as JSON lines; returns the bytes of their texts as UTF-8.

    Args:
        count: how many.
        data: the folder of the public sets, or a file of JSON lines.
        path: the file to write.
    """
    size = 0
    with path.open("wb") as stream:
        for row in islice(_rounds(list(_read(data))), count):
            size += len(row["text"].encode())
            stream.write(orjson.dumps(row) + b"\n")
    return size


def _read(data: Path) -> Iterator[Row]:
    files = [data] if data.is_file() else [data / "background" / f"{n}.jsonl.gz" for n in _SETS]
    for file in files:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            yield from map(orjson.loads, stream)


def _rounds(rows: list[Row]) -> Iterator[Row]:
    yield from rows
    counts = Counter(w for row in rows for w in _WORD.findall(row["text"].lower()))
    ranked = sorted(counts, key=lambda w: (-counts[w], w))
    number = 1
    while rows:
        exchange = _exchange(ranked, number)
        for row in rows:
            changed = {"text": _exchanged(row["text"], exchange), "id": f"{row['id']}~{number}"}
            if row.get("title"):
                changed["title"] = _exchanged(row["title"], exchange)
            yield row | changed
        number += 1


def _exchange(ranked: list[str], number: int) -> Mapping[str, str]:
    draw = random.Random(number)
    found: dict[str, str] = {}
    for start in range(_KEPT, len(ranked), _WINDOW):
        window = ranked[start : start + _WINDOW]
        found |= zip(window, draw.sample(window, len(window)), strict=True)
    return found | {w.capitalize(): other.capitalize() for w, other in found.items()}


def _exchanged(text: str, exchange: Mapping[str, str]) -> str:
    return _WORD.sub(lambda match: exchange.get(match[0], match[0]), text)
