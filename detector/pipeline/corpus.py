"""The articles of one pass, packed: text as UTF-8, facts, and arrays by article.

Articles are numbered in the order of their ids, not of the input, so that nothing
downstream can depend on how a corpus happened to be shuffled.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import InputError
from detector.pipeline.prepare import Prepared, within
from detector.records import Article, Facts
from detector.text import I64, U64, Tokens, tokenise
from detector.verify import profiles

F32 = npt.NDArray[np.float32]
U32 = npt.NDArray[np.uint32]
_CACHED = 4096  # articles whose words are kept at hand while pairs are judged


class Shelf:
    """Articles in input order, their text packed as UTF-8 bytes."""

    def __init__(self) -> None:
        """Begin without articles."""
        self._articles: list[Article] = []
        self._texts: list[bytes] = []

    def __len__(self) -> int:
        return len(self._articles)

    def put(self, article: Article) -> None:
        """Add an article."""
        self._texts.append(article.text.encode("utf-8", "surrogatepass"))
        self._articles.append(
            dataclasses.replace(article, text="", source=sys.intern(article.source))
        )

    def head(self, i: int) -> Article:
        """An article without its text."""
        return self._articles[i]

    def text(self, i: int) -> str:
        """An article's text."""
        return self._texts[i].decode("utf-8", "surrogatepass")

    def get(self, i: int) -> Article:
        """A whole article."""
        return dataclasses.replace(self._articles[i], text=self.text(i))

    def chunks(self, size: int) -> Iterator[list[Article]]:
        """The articles in input order, `size` at a time."""
        for start in range(0, len(self), size):
            yield [self.get(i) for i in range(start, min(start + size, len(self)))]


class Corpus:
    """Prepared articles by rank of their ids.

    Attributes:
        ids: ascending.
        facts: of each article.
        outlets: key of each article's outlet.
        digests: of each body; 0 where it has no words.
        lengths: words of each body.
        signatures: shape (n, permutations).
        samples: sampled shingles and bounds.
        profiles: or None where the pass has no vectors.
        vectors: shape (n, d), or None; set later by an encoder that is not static.
        position: rank of each article of the input.
    """

    def __init__(self, shelf: Shelf, parts: Iterable[Prepared]) -> None:
        """Join prepared chunks, which come in input order.

        Raises:
            InputError: if two articles have one id.
        """
        self._shelf = shelf
        names = [shelf.head(i).id for i in range(len(shelf))]
        order = sorted(range(len(names)), key=names.__getitem__)
        self.ids = [names[i] for i in order]
        self._input = np.array(order, np.int64)
        self.position = np.argsort(self._input)
        for before, after in zip(self.ids, self.ids[1:], strict=False):
            if before == after:
                raise InputError(f'two articles have the id "{after}"; ids must be unique')
        made = list(parts)
        facts = [f for part in made for f in part.facts]
        outlets = [o for part in made for o in part.outlets]
        self.facts: list[Facts] = [facts[i] for i in order]
        self.outlets: list[str] = [outlets[i] for i in order]
        self.digests: U64 = _stacked([p.digests for p in made], self._input)
        self.lengths = _stacked([p.lengths for p in made], self._input)
        self.signatures: U32 = _stacked([p.signatures for p in made], self._input)
        self._spans = _rows([p.spans for p in made], self._input)
        self.samples = _rows([p.samples for p in made], self._input)
        packed = [p.profiles for p in made if p.profiles is not None]
        self.profiles = profiles.take(profiles.concatenate(packed), self._input) if packed else None
        summed = [p.vectors for p in made if p.vectors is not None]
        self.vectors: F32 | None = _stacked(summed, self._input) if summed else None
        self._words = lru_cache(maxsize=_CACHED)(self._read)

    def __len__(self) -> int:
        return len(self.ids)

    def head(self, i: int) -> Article:
        """An article without its text."""
        return self._shelf.head(int(self._input[i]))

    def article(self, i: int) -> Article:
        """A whole article."""
        return self._shelf.get(int(self._input[i]))

    def spans(self, i: int) -> list[tuple[int, int]]:
        """Offsets of the body's stretches."""
        flat, bounds = self._spans
        return [(int(a), int(b)) for a, b in flat[bounds[i] : bounds[i + 1]]]

    def body(self, i: int) -> Tokens:
        """The words of one body, with offsets in the article's text."""
        return self._words(int(i))

    def bodies(self, rows: Sequence[int]) -> Iterator[Tokens]:
        """The words of several bodies, read together."""
        for start in range(0, len(rows), 256):
            part = rows[start : start + 256]
            tokens = self._tokens(part)
            yield from (tokens.of(i) for i in range(len(part)))

    def text(self, i: int) -> str:
        """An article's text."""
        return self._shelf.text(int(self._input[i]))

    def _read(self, i: int) -> Tokens:
        return self._tokens([i])

    def _tokens(self, rows: Sequence[int]) -> Tokens:
        return within(tokenise([self.text(i) for i in rows]), [self.spans(i) for i in rows])


def _stacked(parts: Sequence[npt.NDArray[Any]], order: I64) -> npt.NDArray[Any]:
    return np.concatenate(parts)[order] if parts else np.zeros(0, np.uint64)


def _rows(
    parts: Sequence[tuple[npt.NDArray[Any], I64]], order: I64
) -> tuple[npt.NDArray[Any], I64]:
    """Ragged rows joined and put in another order."""
    if not parts:
        return np.zeros((0, 2), np.uint64), np.zeros(1, np.int64)
    values = np.concatenate([v for v, _ in parts])
    sizes = np.concatenate([np.diff(b) for _, b in parts])
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1][order]
    sizes = sizes[order]
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.repeat(starts - bounds[:-1], sizes) + np.arange(int(bounds[-1]))
    return values[at], bounds
