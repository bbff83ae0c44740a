"""Articles on their way into a store: prepared, encoded, and told from those that are there."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.pipeline.copying import SHORT
from detector.pipeline.index.looking import Looked
from detector.pipeline.prepare import Prepared
from detector.pipeline.rowfacts import RowFacts
from detector.records import Article
from detector.store import bodies
from detector.store.store import View
from detector.text import I64, fold
from detector.verify import profiles

F32 = npt.NDArray[np.float32]

_SIGNED = 1 << 63


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles that are to be compared with a store, in order.

    Attributes:
        articles: n articles with distinct ids.
        prepared: of each, with centred unit vectors where there is an encoder.
        texts: digest of title and text of each.
        known: number of the stored article with the id of each, or 0.
        same: whether that one has an equal title and text.
        bodies: number of the body of each: of a stored one that is equal, or of the first
            article of the batch that has it, numbered from `start` on.
        start: number that the first article gets.
        digests: of the bodies; 0 where there are no words.
        looked: what packed bodies have in common with them, if it was looked up.
    """

    articles: Sequence[Article]
    prepared: Prepared
    texts: Sequence[int]
    known: I64
    same: npt.NDArray[np.bool_]
    bodies: I64
    start: int
    digests: I64
    looked: Looked | None = None

    def __len__(self) -> int:
        return len(self.articles)

    @property
    def founders(self) -> I64:
        """Articles whose body is new, as positions in the batch."""
        return np.flatnonzero(self.bodies == np.arange(len(self)) + self.start)

    def looked_of(self, rows: I64) -> Looked | None:
        """What was looked up for some articles, by positions in ascending order."""
        return None if self.looked is None else self.looked.of(self.prepared, rows)

    def title(self, i: int) -> str:
        """The headline of an article, from its field or from its text."""
        return self.prepared.facts.titles.get(i, self.articles[i].title)


def told_from(view: View, articles: Sequence[Article], prepared: Prepared, start: int) -> Batch:
    """Find which articles are stored already, and which bodies.

    Args:
        view: of the store.
        articles: with distinct ids.
        prepared: theirs.
        start: number that the first article would get.
    """
    texts = [text_digest(article) for article in articles]
    stored = bodies.of_ids(view.connection, [article.id for article in articles])
    known = np.array([stored.get(a.id, (0, 0, 0))[0] for a in articles], np.int64)
    same = np.array(
        [a.id in stored and stored[a.id][2] == t for a, t in zip(articles, texts, strict=True)],
        np.bool_,
    )
    digests = _digests(articles, prepared)
    held = bodies.of_digests(view.connection, sorted({d for d in digests.tolist() if d}))
    owners = np.zeros(len(articles), np.int64)
    for i, digest in enumerate(digests.tolist()):
        if same[i]:
            owners[i] = stored[articles[i].id][1]
        elif digest:
            owners[i] = held.setdefault(digest, start + i)
        else:
            owners[i] = start + i
    return Batch(articles, prepared, texts, known, same, owners, start, digests)


def text_digest(article: Article) -> int:
    """What tells one text under an id from another."""
    content = f"{article.title}\0{article.text}".encode("utf-8", "surrogatepass")
    return _signed(int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big"))


def joined(parts: Sequence[Prepared]) -> Prepared:
    """Prepared chunks as one."""
    if len(parts) == 1:
        return parts[0]
    counts = np.cumsum([0] + [len(p.lengths) for p in parts]).tolist()
    facts = RowFacts([], np.concatenate([p.facts.days for p in parts]))
    for part, offset in zip(parts, counts, strict=False):
        facts.languages.extend(part.facts.languages)
        facts.titles.update({offset + i: t for i, t in part.facts.titles.items()})
        facts.credits.update({offset + i: c for i, c in part.facts.credits.items()})
    first = parts[0]
    return Prepared(
        facts,
        [outlet for p in parts for outlet in p.outlets],
        _ragged([p.spans for p in parts]),
        np.concatenate([p.digests for p in parts]),
        np.concatenate([p.lengths for p in parts]),
        np.concatenate([p.keys for p in parts]),
        _ragged([p.samples for p in parts]),
        profiles.concatenate([p.profiles for p in parts if p.profiles is not None])
        if first.profiles is not None
        else None,
        np.concatenate([p.vectors for p in parts if p.vectors is not None])
        if first.vectors is not None
        else None,
    )


def taken(prepared: Prepared, rows: I64) -> Prepared:
    """Some articles of a chunk, in the order asked for."""
    numbers = rows.tolist()
    if numbers == list(range(len(prepared.lengths))):
        return prepared
    facts = prepared.facts
    return replace(
        prepared,
        facts=RowFacts(
            [facts.languages[i] for i in numbers],
            facts.days[rows],
            {n: facts.titles[i] for n, i in enumerate(numbers) if i in facts.titles},
            {n: facts.credits[i] for n, i in enumerate(numbers) if i in facts.credits},
        ),
        outlets=[prepared.outlets[i] for i in numbers],
        spans=rows_of(prepared.spans, rows),
        digests=prepared.digests[rows],
        lengths=prepared.lengths[rows],
        keys=prepared.keys[rows],
        samples=rows_of(prepared.samples, rows),
        profiles=profiles.take(prepared.profiles, rows) if prepared.profiles else None,
        vectors=prepared.vectors[rows] if prepared.vectors is not None else None,
    )


def rows_of(ragged: tuple[npt.NDArray[Any], I64], rows: I64) -> tuple[npt.NDArray[Any], I64]:
    """The values of some articles, and their bounds."""
    values, bounds = ragged
    sizes = np.diff(bounds)[rows]
    new = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.repeat(bounds[rows] - new[:-1], sizes) + np.arange(int(new[-1]))
    return values[at], new


def _ragged(parts: Sequence[tuple[npt.NDArray[Any], I64]]) -> tuple[npt.NDArray[Any], I64]:
    sizes = np.concatenate([np.diff(bounds) for _, bounds in parts])
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.concatenate([values for values, _ in parts]), bounds


def _digests(articles: Sequence[Article], prepared: Prepared) -> I64:
    """As `exact_groups` compares them: with the headline where a body may be all furniture."""
    result = []
    for i, article in enumerate(articles):
        digest = int(prepared.digests[i])
        if 0 < prepared.lengths[i] < SHORT:
            title = fold(prepared.facts.titles.get(i, article.title))
            digest ^= zlib.crc32(title.encode("utf-8", "surrogatepass"))
        result.append(_signed(digest) if prepared.lengths[i] else 0)
    return np.array(result, np.int64)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= _SIGNED else value
