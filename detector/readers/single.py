"""Articles one at a time, for whoever waits for the answer to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from detector import files
from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import jsonl, raw
from detector.readers.expand import expand
from detector.readers.fields import Mapper
from detector.readers.ids import Ids, RepeatedIds
from detector.readers.source import Input, Source
from detector.records import Article

Report = Callable[[InputError], None]


def each(
    inputs: Sequence[Input], config: ReadConfig | None = None, on_note: Report | None = None
) -> Iterator[Article | InputError]:
    """Every record in order: an article, or what is wrong in its place.

    As `detector.readers.read`, but nothing is left out and nothing ends the reading: each
    record has its answer. An id may come again. A line of a stream is given as soon as it is
    complete.

    Raises:
        InputError: for a path that does not exist.
        UsageError: for options or file endings that are not known.
    """
    config = config or ReadConfig()
    sources = [_live(source) for source in expand(inputs, on_note)]
    for found in raw.each(sources, config, RepeatedIds(), on_note):
        yield found if isinstance(found, InputError) else found[0]


class Single:
    """Makes articles of single records, as `detector.readers.read` makes them of files."""

    def __init__(self, config: ReadConfig | None = None, on_note: Report | None = None) -> None:
        """Store the mapping.

        Args:
            config: mapping and time zone.
            on_note: called where a record is kept but not all of it was understood.

        Raises:
            UsageError: if the mapping or time zone cannot be used.
        """
        self._config = config or ReadConfig()
        self._note = on_note
        self._mapper = Mapper(self._config, RepeatedIds(), on_note)

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """For each field of an article, the keys that can be it."""
        return self._mapper.keys

    def article(self, record: Any, where: str = "") -> Article:
        """The article that a record is.

        Args:
            record: keys and values.
            where: how a message calls its place.

        Raises:
            InputError: if it is no object, has no text, two texts or a value of a wrong type.
        """
        return _article(self._mapper, record, where)

    def articles(self, records: Sequence[Any], where: str) -> list[Article]:
        """The articles that records are; no two may state one id.

        Args:
            records: objects.
            where: how a message calls their places, with ``:1``, ``:2``… behind it.

        Raises:
            InputError: at the first bad record.
        """
        mapper = Mapper(self._config, Ids(), self._note)
        return [_article(mapper, record, where, n) for n, record in enumerate(records, 1)]


def _article(mapper: Mapper, record: Any, where: str, number: int = 0) -> Article:
    if not isinstance(record, Mapping):
        what = jsonl.kind(record)
        place = f"{where}:{number}" if number else where
        raise InputError(f"not an object but {what}; an article is an object", place)
    return mapper.article(record, where, number)


def _live(source: Source | InputError) -> Source | InputError:
    if isinstance(source, InputError):
        return source
    streamed = source.path is None or files.is_stream(source.path)
    return replace(source, live=True) if streamed else source
