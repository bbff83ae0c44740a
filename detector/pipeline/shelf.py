"""The articles of one pass, packed: one run of bytes each instead of a dozen objects."""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import accumulate, pairwise

from detector.records import Article

#: An article without its id, as bytes: small to keep and quick to hand to another process.
Packed = bytes

#: Articles handed on at once: enough to vectorise, few enough to share out.
RUN = 256

_DAY = len("2024-08-07")


def pack(article: Article) -> Packed:
    """An article as bytes, which `unpack` of the same Python reads."""
    published = article.published.isoformat() if article.published is not None else ""
    text = article.text.encode("utf-8", "surrogatepass")
    head = (article.title, article.url, article.source, published, article.language)
    return marshal.dumps((*head, article.origin, text))


def unpack(packed: Packed, name: str = "", *, whole: bool = True) -> Article:
    """The article that `pack` was given.

    Args:
        packed: its bytes.
        name: its id.
        whole: False leaves the text out.
    """
    title, url, source, stamp, language, origin, text = marshal.loads(packed)  # noqa: S302 - ours
    return Article(
        id=name,
        text=text.decode("utf-8", "surrogatepass") if whole else "",
        title=title,
        url=url,
        source=source,
        published=_time(stamp),
        language=language,
        origin=origin,
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

    def packed(self, i: int) -> Packed:
        """An article as it is kept."""
        run, at = divmod(i, RUN)
        if run == len(self._runs):
            return self._last[at]
        bounds = self._bounds[run]
        return self._runs[run][bounds[at] : bounds[at + 1]]

    def title(self, i: int) -> str:
        """What an article's title field says."""
        title: str = marshal.loads(self.packed(i))[0]  # noqa: S302 - packed by this class
        return title

    def head(self, i: int) -> Article:
        """An article without its text."""
        return unpack(self.packed(i), self.ids[i], whole=False)

    def text(self, i: int) -> str:
        """An article's text."""
        text: bytes = marshal.loads(self.packed(i))[-1]  # noqa: S302 - packed by this class
        return text.decode("utf-8", "surrogatepass")

    def get(self, i: int) -> Article:
        """A whole article."""
        return unpack(self.packed(i), self.ids[i])

    def chunks(self) -> Iterator[Sequence[Packed]]:
        """The articles in input order, a run at a time."""
        yield from map(self._run, range(len(self._runs)))
        if self._last:
            yield self._last

    def _run(self, number: int) -> list[Packed]:
        run, bounds = self._runs[number], self._bounds[number]
        return [run[a:b] for a, b in pairwise(bounds)]
