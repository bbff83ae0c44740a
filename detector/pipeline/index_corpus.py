"""A corpus of new articles and the few stored ones that they are to be compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detector.pipeline.corpus import Corpus
from detector.pipeline.index_batch import Batch, joined, taken
from detector.pipeline.prepare import Prepared
from detector.pipeline.rowfacts import RowFacts
from detector.pipeline.shelf import Head, Packed, Shelf, pack
from detector.records import Article
from detector.store import coding
from detector.store.bodies import Bodies, StoredArticle
from detector.text import I64

F32 = npt.NDArray[np.float32]

#: Put before the id of an article whose id is stored with another text.
ANEW = "\N{NO-BREAK SPACE}"


class Gathered(Shelf):
    """Articles at hand and stored ones, whose texts are unpacked when they are asked for."""

    def __init__(self, articles: Sequence[Article], stored: Sequence[StoredArticle]) -> None:
        """Hold both, the articles at hand first."""
        super().__init__()
        self._articles = list(articles)
        self._stored = stored
        self.ids = [*(a.id for a in articles), *(s.head.id for s in stored)]

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
        here = len(self._articles)
        return self._articles[i] if i < here else self._stored[i - here].head

    def text(self, i: int) -> str:
        """See `Shelf`; empty where texts are not kept."""
        here = len(self._articles)
        if i < here:
            return self._articles[i].text
        content = self._stored[i - here].content
        return "" if content is None else coding.decoded_text(content)

    def get(self, i: int) -> Article:
        """See `Shelf`."""
        return replace(self.head(i), text=self.text(i))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A corpus, and which of its articles is which body.

    Attributes:
        numbers: body of each article of the corpus, by rank.
        new: whether it is new, by rank.
        readable: whether its text is at hand, by rank.
        sampled: shingles in its sample, by rank.
        by_number: ranks in ascending order of their bodies, and these.
    """

    corpus: Corpus
    numbers: I64
    new: npt.NDArray[np.bool_]
    readable: npt.NDArray[np.bool_]
    sampled: I64
    by_number: tuple[I64, I64]

    def ranks(self, numbers: I64) -> I64:
        """The rank of each body, or -1."""
        order, ascending = self.by_number
        at = np.minimum(np.searchsorted(ascending, numbers), len(order) - 1)
        return np.where(ascending[at] == numbers, order[at], -1)


def surroundings(
    batch: Batch | None,
    rows: I64,
    stored: Bodies,
    articles: Mapping[int, StoredArticle] | Sequence[StoredArticle],
) -> Surroundings:
    """Gather new bodies and stored ones.

    Args:
        batch: that the new ones are of; None where there are none.
        rows: positions of their articles in the batch.
        stored: bodies.
        articles: an article of each, in order or by number.
    """
    if isinstance(articles, Mapping):
        articles = [articles[number] for number in stored.numbers.tolist()]
    parts = [restored(stored, articles)] if len(stored) else []
    here: list[Article] = []
    numbers, sampled = stored.numbers, stored.sampled
    if batch is not None and len(rows):
        new = taken(batch.prepared, rows)
        numbers = np.concatenate([batch.bodies[rows], numbers])
        sampled = np.concatenate([np.diff(new.samples[1]), sampled])
        nothing = np.zeros(0, np.uint32), np.zeros(len(rows) + 1, np.int64)
        new = replace(new, keys=np.zeros((len(rows), 1), np.uint32), samples=nothing)
        parts.insert(0, new)
        here = [batch.articles[i] for i in rows.tolist()]
    corpus = Corpus(Gathered(here, articles), [joined(parts)] if parts else [])
    readable = [True] * len(here) + [article.content is not None for article in articles]
    by_rank = np.argsort(corpus.position)
    ranked = numbers[by_rank].astype(np.int64)
    order = np.argsort(ranked)
    return Surroundings(
        corpus,
        ranked,
        by_rank < len(here),
        np.array(readable, np.bool_)[by_rank],
        sampled[by_rank].astype(np.int64),
        (order, ranked[order]),
    )


def restored(stored: Bodies, articles: Sequence[StoredArticle]) -> Prepared:
    """What `prepare` would say of stored articles, as far as comparing them needs it."""
    count = len(stored)
    spans = [article.spans for article in articles]
    flat = np.concatenate([np.zeros((0, 2), np.int32), *spans])
    nothing = np.zeros(count + 1, np.int64)
    return Prepared(
        RowFacts(
            stored.languages,
            stored.days.astype(np.int32),
            {i: a.title for i, a in enumerate(articles) if a.title != a.head.title},
            {i: a.credits for i, a in enumerate(articles) if a.credits},
        ),
        [article.outlet for article in articles],
        (flat, np.cumsum([0] + [len(s) for s in spans]).astype(np.int64)),
        stored.digests.view(np.uint64),
        stored.words.astype(np.int32),
        np.zeros((count, 1), np.uint32),
        (np.zeros(0, np.uint32), nothing),
        stored.profiles,
        stored.vectors,
    )
