"""What is new or changed in the sources, against what the index holds."""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol

from detector import files
from detector.audit import delta, seen
from detector.audit.seen import Portion, Seen
from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import Source, raw
from detector.readers.expand import expand
from detector.records import Article

_TOLD = 1000  # records between two words on how far reading is
_LISTED = 20  # records that could not be read and are named; the rest are counted


class Stored(Protocol):
    """What reading asks of an index."""

    def __contains__(self, name: object) -> bool:
        """Whether an article has this id."""

    def get(self, name: str, /) -> Article:
        """The article of this id."""


@dataclass
class Count:
    """What reading came to.

    Attributes:
        files: all of the sources.
        untouched: of them, those that were read before and are as they were.
        read: records that were read.
        new: articles that the index did not hold.
        changed: articles that it holds otherwise.
        known: articles that it holds already.
        older: articles published before the day from which on they count.
        unread: records and files that could not be read, of every source.
        problems: the first of them that were met now, as sentences.
    """

    files: int = 0
    untouched: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    older: int = 0
    unread: int = 0
    problems: list[str] = field(default_factory=list)


class _Held(NamedTuple):
    """An article that the index holds, or will: digest of its content, and its file."""

    content: bytes
    file: str


class Reading:
    """Reads sources once, and writes down what the index lacks."""

    def __init__(
        self, config: ReadConfig, stored: Stored, before: dict[str, Seen], since: datetime | None
    ) -> None:
        """Begin with nothing read.

        Args:
            config: of records.
            stored: the index.
            before: the files that were read into it, by name.
            since: articles published before are passed over.
        """
        self.count = Count()
        self.seen: dict[str, Seen] = {}
        self._config = config
        self._stored = stored
        self._before = before
        self._since = since
        self._held: dict[str, _Held | None] = {}
        self._order: dict[str, int] = {}
        self._again: Counter[bytes] = Counter()  # of the contents in one file

    def read(
        self, sources: Sequence[Source | InputError], put: Callable[[Article], None],
        progress: Callable[[str, int, int], None],
    ) -> None:  # fmt: skip
        """Read sources, each as far as it was not read before.

        Args:
            sources: in order; of one id in two files the last one counts.
            put: is given each article that is new or changed.
            progress: told how many records are read.

        Raises:
            InputError: at the first bad record or file, unless ``on_error`` is "skip".
        """
        self._order = {s.name: i for i, s in enumerate(sources) if isinstance(s, Source)}
        for source in sources:
            self.count.files += 1
            self._again.clear()
            for article in self._articles(source):
                self._sort(article, put)
                self.count.read += 1
                if self.count.read % _TOLD == 0:
                    progress("read", self.count.read, 0)
        progress("read", self.count.read, self.count.read)

    def _articles(self, source: Source | InputError) -> Iterator[Article]:
        if isinstance(source, InputError) or source.path is None or files.is_stream(source.path):
            return self._scan(source)  # what can be read once, and holds something else each time
        since = "" if self._since is None else self._since.astimezone(timezone.utc).isoformat()
        try:
            part = seen.portion(source, self._before.get(source.name), since)
        except InputError as error:
            return self._scan(error)
        self.count.untouched += part.source is None
        self.count.unread += part.seen.unread
        self.seen[source.name] = part.seen
        return self._portion(part)

    def _portion(self, part: Portion) -> Iterator[Article]:
        read, unread = self.count.read, self.count.unread
        with part.opened() as source:
            if source is not None:
                yield from self._scan(source)
        self.seen[part.seen.name] = replace(
            part.seen,
            articles=part.seen.articles + self.count.read - read,
            unread=part.seen.unread + self.count.unread - unread,
        )

    def _scan(self, source: Source | InputError) -> Iterator[Article]:
        try:
            for article, _, _ in raw.scan([source], self._config, self._problem):
                yield article
        except InputError as error:
            raise _advised(error) from error

    def _problem(self, error: InputError) -> None:
        self.count.unread += 1
        if len(self.count.problems) < _LISTED:
            self.count.problems.append(str(_advised(error)))

    def _sort(self, article: Article, put: Callable[[Article], None]) -> None:
        """Say what an article is, and hand it on if the index lacks it."""
        if self._since is not None and _published_before(article, self._since):
            self.count.older += 1
            return
        content = delta.fingerprint(article)
        article = self._named(article, content)
        held = self._holds(article.id)
        if held is None:
            self.count.new += 1
        elif held.content == content or self._stands_later(held, article):
            self.count.known += 1
            return
        else:
            self.count.changed += 1
        self._held[article.id] = _Held(content, _file(article.origin))
        put(article)

    def _named(self, article: Article, content: bytes) -> Article:
        """The article; without an id of its own, under one that no other content has.

        What is equal in everything is the same article, unless one file holds it twice.
        """
        stem = delta.named_by_content(article)
        if not stem:
            return article
        self._again[content] += 1
        equal = 0
        for number in count(1):
            name = stem if number == 1 else f"{stem}-{number}"
            held = self._holds(name)
            equal += held is not None and held.content == content
            if held is None or equal == self._again[content]:
                break
        return replace(article, id=name)

    def _holds(self, name: str) -> _Held | None:
        if name not in self._held:
            found = self._stored.get(name) if name in self._stored else None
            held = _Held(delta.fingerprint(found), _file(found.origin)) if found else None
            self._held[name] = held
        return self._held[name]

    def _stands_later(self, held: _Held, article: Article) -> bool:
        """Whether what is held comes from a source behind that of the article."""
        of = self._order
        return of.get(held.file, -1) > of.get(_file(article.origin), -1)


def expanded(patterns: Sequence[str]) -> list[Source | InputError]:
    """The files behind names, folders and patterns, in sorted order within each.

    Raises:
        InputError: if something that is named is missing, or no file fits a pattern.
        UsageError: if a file has an unknown ending, or is named twice.
    """
    names: list[str | Path] = []
    for pattern in patterns:
        if pattern == "-" or Path(pattern).exists() or not glob.has_magic(pattern):
            names.append(pattern)
            continue
        fitting = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - absolute patterns
        if not fitting:
            raise InputError("no file fits this pattern; check it", pattern)
        names += fitting
    return expand(list(dict.fromkeys(names)))


def _advised(error: InputError) -> InputError:
    """The same, where it advises an option of the command line, with that of ``audit.toml``."""
    option = 'fields = { \\1 = "\\2" } under [detector.read]'
    reason = re.sub(r"--fields (\w+)=(\S+)", option, error.reason)
    return error if reason == error.reason else InputError(reason, error.where)


def _published_before(article: Article, moment: datetime) -> bool:
    published = article.published
    if published is None:
        return False
    if isinstance(published, datetime):
        return published < moment
    return published < moment.date()


def _file(origin: str) -> str:
    name, _, line = origin.rpartition(":")
    return name if name and line.isdigit() else origin
