"""A batch on its way into a store, prepared while the one before it is judged and stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from detector.clean import LineCounter, Recurring
from detector.config import Config
from detector.errors import InputError
from detector.pipeline.index.looking import Looked
from detector.pipeline.index.rows import Coded
from detector.pipeline.prepare import Prepared, count_lines
from detector.pipeline.shelf import pack
from detector.records import Article
from detector.store import lines

CHUNK = 128  # articles prepared at once

Mapped = Callable[..., Iterator[Any]]  # of a function over chunks


@dataclass(frozen=True, slots=True)
class Ready:
    """A prepared batch.

    Attributes:
        articles: with distinct ids.
        prepared: theirs.
        coded: what is stored of them.
        recurring: lines that are furniture.
        found: hashes of those that were not known to be.
        latest: what was counted of the lines of these articles.
        looked: what packed bodies have in common with a batch of some size.
        began: when this batch was begun, by `time.perf_counter`.
    """

    articles: Sequence[Article]
    prepared: Prepared
    coded: Coded
    recurring: Recurring
    found: frozenset[int]
    latest: bytes
    looked: Looked | None
    began: float


@dataclass(slots=True)
class Ahead:
    """Prepares batches in a thread, one after the other.

    Attributes:
        config: of the store.
        recurring: lines that the store knows to recur.
        window: what it counted of its latest articles, the oldest first: how many, and what.
        prepare: a batch, with the lines that recur.
        mapped: the map for so many articles.
        look: asks the store about prepared articles.
    """

    config: Config
    recurring: Recurring
    window: Sequence[tuple[int, bytes]]
    prepare: Callable[[Sequence[Article], Recurring, Mapped], tuple[Prepared, Coded]]
    mapped: Callable[[int], Mapped]
    look: Callable[[Prepared], Looked]
    _thread: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))

    def begin(self, articles: Sequence[Article]) -> Future[Ready]:
        """Begin with a batch, as if all that were begun before it were stored.

        Raises:
            InputError: if two articles have one id.
        """
        names: set[str] = set()
        for article in articles:
            if article.id in names:
                raise InputError(f'two articles have the id "{article.id}"; ids must be unique')
            names.add(article.id)
        return self._thread.submit(self._ready, articles, time.perf_counter())

    def close(self) -> None:
        """Give up what has not begun yet."""
        self._thread.shutdown(cancel_futures=True)

    def _ready(self, articles: Sequence[Article], began: float) -> Ready:
        mapped = self.mapped(len(articles))
        counter = LineCounter(self.config.clean)
        for part in mapped(partial(count_lines, config=self.config), chunks(articles)):
            counter.merge(part)
        latest = counter.to_bytes()
        for _, data in self.window:
            counter.add_bytes(data)
        found = counter.recurring().hashes - self.recurring.hashes
        if found:
            known = self.recurring.hashes | found
            self.recurring = Recurring(self.config.clean.recurring_length, known)
        self.window = lines.kept([*self.window, (len(articles), latest)])
        prepared, coded = self.prepare(articles, self.recurring, mapped)
        looked = self.look(prepared) if len(articles) > CHUNK else None
        return Ready(articles, prepared, coded, self.recurring, found, latest, looked, began)


def one_ahead(ahead: Ahead, batches: Iterable[Sequence[Article]]) -> Generator[Ready, None, None]:
    """Batches in order, each to be stored by the caller while the next is prepared.

    No batch is asked for before the last but one is stored. What is wrong with a batch is told
    when all before it are stored.
    """
    source = iter(batches)
    waiting: Future[Ready] | None = None
    try:
        while True:
            begun: Future[Ready] | None = None
            wrong: Exception | None = None
            batch: Sequence[Article] | None = None
            try:
                batch = next(source, None)
                begun = ahead.begin(batch) if batch else None
            except Exception as error:
                wrong = error
            if waiting is not None:
                yield waiting.result()
            if wrong is not None:
                raise wrong
            if batch is None:
                return
            waiting = begun
    finally:
        ahead.close()


def chunks(articles: Sequence[Article]) -> Iterator[list[bytes]]:
    """Articles as they are handed to other processes, so many at a time."""
    for start in range(0, len(articles), CHUNK):
        yield [pack(article) for article in articles[start : start + CHUNK]]
