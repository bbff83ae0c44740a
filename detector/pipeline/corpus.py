"""The articles of one pass, packed: text as UTF-8, facts, and arrays by article.

Articles are numbered in the order of their ids, not of the input, so that nothing
downstream can depend on how a corpus happened to be shuffled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from detector.errors import InputError
from detector.pipeline.columns import Columns, Ragged
from detector.pipeline.comparing import Portion
from detector.pipeline.freeing import give_back
from detector.pipeline.prepare import Prepared, within
from detector.pipeline.rowfacts import CorpusFacts
from detector.pipeline.shelf import Head, Shelf
from detector.records import Article
from detector.text import I64, U64, Tokens, tokenise
from detector.verify import profiles

__all__ = ["Corpus", "Shelf"]

F32 = npt.NDArray[np.float32]
U32 = npt.NDArray[np.uint32]
_MANY = 4096  # articles from which on much was freed while they were prepared
_CACHED = 4096  # articles whose words are kept at hand while pairs are judged


class Corpus:
    """Prepared articles by rank of their ids.

    Attributes:
        ids: ascending.
        facts: of each article, as far as a row needs them.
        outlets: key of each article's outlet.
        digests: of each body; 0 where it has no words.
        lengths: words of each body.
        signatures: shape (n, bands), the keys under which MinHash signatures meet.
        samples: upper halves of the sampled shingles, and bounds.
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
        names = shelf.ids
        order = sorted(range(len(names)), key=names.__getitem__)
        self.ids = [names[i] for i in order]
        self._input = np.array(order, np.int64)
        del order  # an object a number
        self.position = np.argsort(self._input)
        for before, after in zip(self.ids, self.ids[1:], strict=False):
            if before == after:
                raise InputError(f'two articles have the id "{after}"; ids must be unique')
        self.facts = CorpusFacts(shelf, self._input)
        self.outlets = [""] * len(names)
        columns = Columns(len(names))
        spans, samples, packed = Ragged(), Ragged(), []
        done = 0
        for part in parts:
            rows = self.position[done : done + len(part.lengths)]
            done += len(rows)
            self.facts.put(rows, part.facts)
            for row, outlet in zip(rows.tolist(), part.outlets, strict=True):
                self.outlets[row] = sys.intern(outlet)
            for name in ("digests", "lengths", "keys", "vectors"):
                columns.put(name, rows, getattr(part, name))
            spans.put(rows, *part.spans)
            samples.put(rows, *part.samples)
            if part.profiles is not None:
                packed.append(part.profiles)
        self.digests: U64 = columns.get("digests", np.uint64)
        self.lengths = columns.get("lengths", np.int32)
        self.signatures: U32 = columns.get("keys", np.uint32, 1)
        self._spans = spans.joined(len(names), np.zeros((0, 2), np.int32))
        self.samples = samples.joined(len(names), np.zeros(0, np.uint32))
        self.profiles = profiles.gathered(packed, self._input) if packed else None
        self.vectors: F32 | None = columns.find("vectors")
        self._words = lru_cache(maxsize=_CACHED)(self._read)
        if len(names) >= _MANY:
            give_back()

    def __len__(self) -> int:
        return len(self.ids)

    def give_up_candidates(self) -> None:
        """Free what only the search for copies needs."""
        self.signatures = np.zeros((0, 1), np.uint32)
        self.samples = np.zeros(0, np.uint32), np.zeros(1, np.int64)
        give_back()

    def give_up_profiles(self) -> None:
        """Free what has been weighed."""
        self.profiles = None

    def give_up_texts(self) -> None:
        """Free the texts, where nothing is to be shown of them any more."""
        self._shelf.give_up_texts()
        self._words.cache_clear()
        give_back()

    def fields(self, i: int) -> Head:
        """What an article is besides its id and text."""
        return self._shelf.fields(int(self._input[i]))

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

    def portion(self, pairs: I64) -> Portion:
        """Pairs with what they need to be compared elsewhere."""
        rows, numbers = np.unique(pairs, return_inverse=True)
        packed = [self._shelf.packed(int(self._input[i])) for i in rows]
        return Portion(packed, [self.spans(i) for i in rows.tolist()], numbers.reshape(-1, 2))

    def text(self, i: int) -> str:
        """An article's text."""
        return self._shelf.text(int(self._input[i]))

    def _read(self, i: int) -> Tokens:
        return self._tokens([i])

    def _tokens(self, rows: Sequence[int]) -> Tokens:
        return within(tokenise([self.text(i) for i in rows]), [self.spans(i) for i in rows])
