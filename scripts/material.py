"""The public sets that evaluation and training draw on, and which half is whose.

They lie beside the project in ``../shared/data`` (or where ``DETECTOR_DATA`` or ``--data``
say) and are never copied into it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from detector.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]

#: ``train`` may be fitted on, ``test`` is only ever measured, ``all`` is both.
Part: TypeAlias = Literal["train", "test", "all"]

_STAMP = re.compile(r"-(20\d\d)(\d\d)(\d\d)\d{4,9}\.\w+$")

#: Share of each set that may be fitted on. Strangers are plentiful, and a test needs many.
TRAINING_SHARE = {"translation": 0.4, "events": 0.6, "background": 0.25}


@dataclass(frozen=True, slots=True)
class Document:
    """One article of a set, as it stands there.

    Attributes:
        key: what it is split by: its event, its pair or itself.
        event: the event that the set gives it; empty where it gives none.
    """

    id: str
    title: str
    text: str
    language: str
    key: str
    event: str = ""
    url: str = ""
    source: str = ""
    published: str = ""


def folder(given: str | Path | None = None) -> Path:
    """Where the sets are.

    Raises:
        InputError: if they are not there.
    """
    place = Path(given or os.environ.get("DETECTOR_DATA") or PROJECT.parent / "shared" / "data")
    if not (place / "events").is_dir():
        raise InputError(
            f"{place} does not hold the public sets. Name their folder with --data or "
            "DETECTOR_DATA; without it only the newsroom in tests/data can be measured"
        )
    return place


def split(key: str, share: float) -> Literal["train", "test"]:
    """Which half a key belongs to: the same on every machine, whatever else is in the set."""
    return "train" if number_of(f"half {key}") < share * 2**64 else "test"


def number_of(key: str) -> int:
    """A number below 2**64 for a key, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


def translations(part: Part, data: Path) -> list[tuple[Document, Document]]:
    """EVBNews as ``(English, Vietnamese)``, each article once."""
    pairs = []
    for row in _rows(data / "translation" / "evbnews.jsonl.gz"):
        en, vi = (
            Document(row[side]["id"], row[side]["title"], row[side]["text"], side, row["en"]["id"])
            for side in ("en", "vi")
        )
        pairs.append((en, vi))
    # Repeated articles go first, so that one never stands in both halves.
    again = {
        later
        for side in (0, 1)
        for _, later, _, _ in shared_text([pair[side].text for pair in pairs], least=0.3)
    }
    unique = [pair for i, pair in enumerate(pairs) if i not in again]
    return [pair for pair in unique if _in(pair[0].key, part, "translation")]


def vietnamese_events(part: Part, data: Path) -> list[Document]:
    """AbMusu: Vietnamese articles of mid-2022 with their event."""
    rows = _rows(data / "events" / "abmusu.jsonl.gz")
    documents = (_document(row, key=row["event"]) for row in rows)
    return [document for document in documents if _in(document.key, part, "events")]


def english_events(part: Part, data: Path) -> list[Document]:
    """ECB+: English articles; the two sister events of a topic are split together."""
    rows = _rows(data / "events" / "ecbplus.jsonl.gz")
    documents = (_document(row, key=sister_group(row["event"])) for row in rows)
    return [document for document in documents if _in(document.key, part, "events")]


def sister_group(event: str) -> str:
    """The topic of an ECB+ event: ``ecb-10`` for ``ecb-10_ecbplus``."""
    return event.rsplit("_", 1)[0]


def strangers(part: Part, data: Path, least: int = 60) -> Iterator[Document]:
    """Vietnamese background articles of at least so many words, one set after the other."""
    for name in ("vietnews", "vietnam_news_2016"):
        for row in _rows(data / "background" / f"{name}.jsonl.gz"):
            if _in(row["id"], part, "background") and len(row["text"].split()) >= least:
                yield _document(row, key=row["id"])


def outlets(part: Part, data: Path, least: int = 120) -> Iterator[Document]:
    """Vietnamese background articles of which outlet, link and time are known."""
    for row in _rows(data / "background" / "vietnam_news_2016.jsonl.gz"):
        if _in(row["id"], part, "background") and len(row["text"].split()) >= least:
            yield _document(row, key=row["id"])


def day_of(url: str) -> int:
    """Ordinal of the day that an address names, as ``…-20161019221507121.chn``; 0 if none."""
    stamp = _STAMP.search(url)
    try:
        return date(*map(int, stamp.groups())).toordinal() if stamp else 0
    except ValueError:
        return 0


def seeds(data: Path) -> list[Document]:
    """The five articles that a user gave, as crawled."""
    files = sorted((data / "seeds").glob("*.txt"))
    return [
        Document(file.stem.split("_")[0], "", file.read_text(encoding="utf-8"), "", file.stem)
        for file in files
    ]


def shared_text(
    texts: Sequence[str], least: float, containment: float = 0.6, size: int = 5
) -> list[tuple[int, int, float, float]]:
    """Texts that share word shingles, found and measured exactly.

    It owes nothing to the package, so that it can judge the package: an inverted index of
    all shingles that fewer than 50 texts hold.

    Args:
        texts: what to compare.
        least: resemblance (Jaccard) from which a pair counts.
        containment: share of the shorter text's shingles from which a pair counts as well.
        size: words in a shingle.

    Returns:
        ``(i, j, resemblance, containment)`` with ``i < j``, sorted.
    """
    from scipy.sparse import csr_array

    words: dict[str, int] = {}
    held: list[np.ndarray[Any, np.dtype[np.uint64]]] = []
    for text in texts:
        ids = [words.setdefault(w, len(words) + 1) for w in re.findall(r"\w+", text.lower())]
        mixed = np.zeros(max(0, len(ids) - size + 1), np.uint64)
        for offset in range(size):
            column = np.array(ids[offset : offset + len(mixed)], np.uint64)
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        held.append(np.unique(mixed))
    sizes = np.array([len(one) for one in held])
    owners = np.repeat(np.arange(len(texts)), sizes)
    _, columns, spread = np.unique(
        np.concatenate([*held, np.zeros(0, np.uint64)]), return_inverse=True, return_counts=True
    )
    rare = (spread[columns] > 1) & (spread[columns] < 50)
    table = csr_array(
        (np.ones(int(rare.sum())), (owners[rare], columns[rare])),
        shape=(len(texts), max(1, len(spread))),
    )
    common = (table @ table.T).tocoo()
    found = []
    for i, j, both in zip(common.row, common.col, common.data, strict=True):
        if i < j:
            alike = both / (sizes[i] + sizes[j] - both)
            inside = both / max(1, min(sizes[i], sizes[j]))
            if alike >= least or inside >= containment:
                found.append((int(i), int(j), float(alike), float(inside)))
    return sorted(found)


def digest(values: Iterable[Any]) -> str:
    """Digest of plain values, for telling one gold from another."""
    summary = hashlib.blake2b(digest_size=8)
    for value in values:
        summary.update(json.dumps(value, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return summary.hexdigest()


def _in(key: str, part: Part, kind: str) -> bool:
    return part == "all" or split(key, TRAINING_SHARE[kind]) == part


def _document(row: dict[str, Any], key: str) -> Document:
    optional = {name: row.get(name) or "" for name in ("event", "url", "source", "published")}
    return Document(row["id"], row["title"], row["text"], row["lang"], key, **optional)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
