"""The articles of one pass, packed: one run of bytes each instead of a dozen objects."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import accumulate, pairwise
from typing import NamedTuple

from detector.records import Article

#: An article without its id, as bytes: small to keep and quick to hand to another process.
Packed = bytes

#: Articles handed on at once: enough to vectorise, few enough to share out.
RUN = 256

_DAY = len("2024-08-07")
_SIZE = 4  # bytes that say how long a head is


class Head(NamedTuple):
    """What an article is besides its id and text; `published` as ISO 8601 text."""

    title: str
    url: str
    source: str
    published: str
    language: str
    origin: str


def pack(article: Article) -> Packed:
    """An article as bytes, which `unpack` of the same Python reads: size of the head, head, text.

    The head can be read without the text, which is most of it.
    """
    published = article.published.isoformat() if article.published is not None else ""
    head = marshal.dumps(
        (
            article.title,
            article.url,
            article.source,
            published,
            article.language,
            article.origin,
        )
    )
    text = article.text.encode("utf-8", "surrogatepass")
    return b"".join((len(head).to_bytes(_SIZE, "little"), head, text))


def unpack(packed: Packed, name: str = "") -> Article:
    """The article that `pack` was given.

    Args:
        packed: its bytes.
        name: its id.
    """
    head, text = opened(packed)
    return _article(head, name, text)


def opened(packed: Packed) -> tuple[Head, str]:
    """The head and the text of an article that `pack` was given."""
    head, end = _head(packed, 0)
    return head, packed[end:].decode("utf-8", "surrogatepass")


def _head(packed: bytes, start: int) -> tuple[Head, int]:
    """The head of the article that begins there, and where its text begins."""
    begin = start + _SIZE
    end = begin + int.from_bytes(packed[start:begin], "little")
    return Head._make(marshal.loads(packed[begin:end])), end  # noqa: S302 - packed by this module


def _article(head: Head, name: str, text: str) -> Article:
    return Article(
        name,
        text,
        head.title,
        head.url,
        head.source,
        _time(head.published),
        head.language,
        head.origin,
    )


def _time(stamp: str) -> date | datetime | None:
    if len(stamp) <= _DAY:
        return date.fromisoformat(stamp) if stamp else None
    return datetime.fromisoformat(stamp)


class Shelf:
    """Articles in input order, packed.

    Some hundreds are joined to one run of bytes: as many small ones, between what reading
    allocates and frees, would take half as much memory again.
    """

    def __init__(self) -> None:
        """Begin without articles."""
        self.ids: list[str] = []
        self._runs: list[bytes] = []
        self._bounds: list[array[int]] = []
        self._last: list[Packed] = []

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, article: Article) -> None:
        """Add an article."""
        self.ids.append(article.id)
        self._last.append(pack(article))
        if len(self._last) == RUN:
            self._bounds.append(array("I", accumulate(map(len, self._last), initial=0)))
            self._runs.append(b"".join(self._last))
            self._last = []

    def filled(self, articles: Iterable[Article]) -> Iterator[Sequence[Packed]]:
        """Add articles, and hand them on a run at a time while more are read."""
        for article in articles:
            self.put(article)
            if not self._last:
                yield self._run(len(self._runs) - 1)
        if self._last:
            yield self._last

    def give_up_texts(self) -> None:
        """Free the texts; what else the articles are stays."""
        for number, run in enumerate(self._runs):
            heads = [run[a : _head(run, a)[1]] for a in self._bounds[number][:-1]]
            self._bounds[number] = array("I", accumulate(map(len, heads), initial=0))
            self._runs[number] = b"".join(heads)
        self._last = [packed[: _head(packed, 0)[1]] for packed in self._last]

    def packed(self, i: int) -> Packed:
        """An article as it is kept."""
        run, start, end = self._place(i)
        return run[start:end]

    def fields(self, i: int) -> Head:
        """What an article is besides its id and text."""
        run, start, _ = self._place(i)
        return _head(run, start)[0]

    def head(self, i: int) -> Article:
        """An article without its text."""
        return _article(self.fields(i), self.ids[i], "")

    def text(self, i: int) -> str:
        """An article's text."""
        run, start, end = self._place(i)
        return run[_head(run, start)[1] : end].decode("utf-8", "surrogatepass")

    def get(self, i: int) -> Article:
        """A whole article."""
        return unpack(self.packed(i), self.ids[i])

    def _place(self, i: int) -> tuple[bytes, int, int]:
        """The run of bytes that an article is in, and its offsets there."""
        run, at = divmod(i, RUN)
        if run == len(self._runs):
            return self._last[at], 0, len(self._last[at])
        bounds = self._bounds[run]
        return self._runs[run], bounds[at], bounds[at + 1]

    def chunks(self) -> Iterator[Sequence[Packed]]:
        """The articles in input order, a run at a time."""
        yield from map(self._run, range(len(self._runs)))
        if self._last:
            yield self._last

    def _run(self, number: int) -> list[Packed]:
        run, bounds = self._runs[number], self._bounds[number]
        return [run[a:b] for a, b in pairwise(bounds)]
