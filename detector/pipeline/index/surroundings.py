"""A corpus of new bodies and the few stored ones that they are to be compared with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from detector.pipeline.comparing import Portion
from detector.pipeline.corpus import Corpus
from detector.pipeline.index.batch import Batch, rows_of, taken
from detector.pipeline.rowfacts import CorpusFacts
from detector.pipeline.shelf import Head, Packed, Shelf, pack
from detector.records import Article, Credit
from detector.store import bodies, coding
from detector.store.bodies import Bodies, StoredArticle
from detector.text import I64
from detector.verify import profiles

F32 = npt.NDArray[np.float32]

#: Put before the id of an article whose id is stored with another text.
ANEW = "\N{NO-BREAK SPACE}"


class Gathered(Shelf):
    """Articles at hand and stored ones, which are read when they are asked for."""

    def __init__(
        self, articles: Sequence[Article], connection: sqlite3.Connection, numbers: Sequence[int]
    ) -> None:
        """Hold both, the articles at hand first.

        Args:
            articles: at hand.
            connection: in a transaction, for as long as this is used.
            numbers: of the stored bodies, whose first articles are held.
        """
        super().__init__()
        self._articles = articles
        self._connection = connection
        self._numbers = numbers
        self._read: dict[int, StoredArticle] = {}

    def read(self, rows: Iterable[int], articles: Sequence[StoredArticle] = ()) -> None:
        """Read some articles at once; those that are given need not be read."""
        here = len(self._articles)
        self._read |= {here + n: article for n, article in enumerate(articles)}
        missing = {self._numbers[i - here]: i for i in rows if i >= here and i not in self._read}
        found = bodies.founders(self._connection, list(missing)) if missing else {}
        self._read |= {i: found[number] for number, i in missing.items()}

    def stored(self, i: int) -> StoredArticle | None:
        """An article as it is stored; None for one that is at hand."""
        if i < len(self._articles):
            return None
        if i not in self._read:
            self.read([i])
        return self._read[i]

    def packed(self, i: int) -> Packed:
        """See `Shelf`."""
        return pack(self.get(i))

    def fields(self, i: int) -> Head:
        """See `Shelf`."""
        head = self.head(i)
        published = head.published.isoformat() if head.published is not None else ""
        return Head(head.title, head.url, head.source, published, head.language, head.origin)

    def head(self, i: int) -> Article:
        """See `Shelf`; with its text where that is at hand."""
        stored = self.stored(i)
        return self._articles[i] if stored is None else stored.head

    def text(self, i: int) -> str:
        """See `Shelf`; empty where texts are not kept."""
        stored = self.stored(i)
        if stored is None:
            return self._articles[i].text
        return "" if stored.content is None else coding.decoded_text(stored.content)

    def get(self, i: int) -> Article:
        """See `Shelf`."""
        return replace(self.head(i), text=self.text(i))


class GatheredFacts(CorpusFacts):
    """What rows say of articles at hand, and of stored ones when they are asked for."""

    def __init__(self, shelf: Gathered, languages: list[str], days: npt.NDArray[np.int32]) -> None:
        """Store the facts that need no article."""
        super().__init__(shelf, range(len(languages)))
        self._gathered = shelf
        self.languages, self.days = languages, days

    def title(self, i: int, given: str) -> str:
        """See `CorpusFacts`."""
        stored = self._gathered.stored(i)
        return super().title(i, given) if stored is None else stored.title

    def credits(self, i: int) -> tuple[Credit, ...]:
        """See `CorpusFacts`."""
        stored = self._gathered.stored(i)
        return super().credits(i) if stored is None else stored.credits


class Surroundings(Corpus):
    """New bodies and stored ones: in that order, not in that of their ids.

    Attributes:
        numbers: body of each article, by rank.
        new: whether it is new.
        readable: whether its text is at hand, or stored.
        sampled: shingles in its sample.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        batch: Batch | None,
        rows: I64,
        stored: Bodies,
        text: bool,
    ) -> None:
        """Gather new bodies and stored ones.

        Args:
            connection: in a transaction, for as long as this is used.
            batch: that the new ones are of; None where there are none.
            rows: positions of their articles in the batch.
            stored: bodies.
            text: whether the store keeps texts.
        """
        here = [] if batch is None else [batch.articles[i] for i in rows.tolist()]
        self._gathered = self._shelf = Gathered(here, connection, stored.numbers.tolist())
        self._here = None if batch is None or not here else taken(batch.prepared, rows)
        count = len(here) + len(stored)
        self._input = self.position = np.arange(count)
        self.numbers, self.sampled, self.lengths = stored.numbers, stored.sampled, stored.words
        self.profiles, self.vectors = stored.profiles, stored.vectors
        languages, days = stored.languages, stored.days
        if self._here is not None and batch is not None:
            new = self._here
            self.numbers = np.concatenate([batch.bodies[rows], stored.numbers])
            self.sampled = np.concatenate([np.diff(new.samples[1]), stored.sampled])
            self.lengths = np.concatenate([new.lengths, stored.words])
            languages = [*new.facts.languages, *stored.languages]
            days = np.concatenate([new.facts.days, stored.days])
            self.profiles, self.vectors = new.profiles, new.vectors
            if stored.profiles is not None and new.profiles is not None:
                self.profiles = profiles.concatenate([new.profiles, stored.profiles])
            if stored.vectors is not None and new.vectors is not None:
                self.vectors = np.concatenate([new.vectors, stored.vectors])
        self.facts = GatheredFacts(self._gathered, languages, days.astype(np.int32))
        if self._here is not None:
            self.facts.put(np.arange(len(here)), self._here.facts)
        self.new = np.arange(count) < len(here)
        self.readable = self.new | text
        self._order = self.numbers.argsort()
        self._ascending = self.numbers[self._order]
        self._words = lru_cache(maxsize=len(self))(self._read)

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def ids(self) -> list[str]:  # type: ignore[override]
        """Of each; not ascending."""
        self._gathered.read(range(len(self)))
        return [self._shelf.head(i).id for i in range(len(self))]

    @cached_property
    def outlets(self) -> list[str]:  # type: ignore[override]
        """See `Corpus`."""
        here = [] if self._here is None else list(self._here.outlets)
        found = [self._gathered.stored(i) for i in range(len(here), len(self))]
        return here + [article.outlet for article in found if article is not None]

    def ranks(self, numbers: I64) -> I64:
        """The rank of each body, or -1."""
        at = np.minimum(self._ascending.searchsorted(numbers), len(self._order) - 1)
        return np.where(self._ascending[at] == numbers, self._order[at], -1)

    def know(self, articles: Sequence[StoredArticle]) -> None:
        """Take these for the stored articles, in order."""
        self._gathered.read((), articles)

    def by_id(self, pairs: I64) -> I64:
        """Pairs of ranks, the article whose id comes first in front."""
        self._gathered.read(np.unique(pairs).tolist())
        names = [[self._shelf.head(i).id for i in pair] for pair in pairs.tolist()]
        swapped = np.array([b < a for a, b in names], np.bool_)
        return np.where(swapped[:, None], pairs[:, ::-1], pairs)

    def portion(self, pairs: I64) -> Portion:
        """See `Corpus`."""
        self._gathered.read(np.unique(pairs).tolist())
        return super().portion(pairs)

    def spans(self, i: int) -> list[tuple[int, int]]:
        """See `Corpus`; none where the text is not kept."""
        stored = self._gathered.stored(i)
        if stored is not None:
            return [(int(a), int(b)) for a, b in stored.spans]
        assert self._here is not None
        flat, _ = rows_of(self._here.spans, np.array([i]))
        return [(int(a), int(b)) for a, b in flat]
