"""CSV: the first line names the columns; fields may hold line breaks in quotes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from detector.errors import InputError
from detector.readers.ids import place
from detector.readers.jsonl import LINE_LIMIT, lines, not_utf8
from detector.readers.source import Found, Record, Source

_DELIMITERS = ",;\t"  # the one that is most often in the first line is taken


def records(source: Source) -> Iterator[Found]:
    """Each row of a file or stream under its header; blank lines are skipped."""
    feed = _Feed(source)
    header: list[str] = []
    for row in _rows(feed):
        if isinstance(row, InputError):
            yield row
            if not header:
                return
        elif not header:
            header = row
            if problem := _wrong_header(header):
                yield InputError(problem, place(source.name, feed.first))
                return
        elif len(row) == len(header):
            yield Record(feed.first, dict(zip(header, row, strict=True)), b"".join(feed.taken))
        else:
            yield InputError(
                f"{_columns(len(row))}, but the header names {len(header)};"
                " put quotes round fields with commas, quotes or line breaks",
                place(source.name, feed.first),
            )
    if not header:
        yield InputError("empty; its first line must name the columns", source.name)


def head(source: Source) -> bytes:
    """The header as it stands in the file.

    Raises:
        InputError: if there is none.
    """
    feed = _Feed(source)
    for row in _rows(feed):
        if isinstance(row, InputError):
            raise row
        return b"".join(feed.taken)
    raise InputError("empty; its first line must name the columns", source.name)


class _Feed:
    """Hands lines to `csv.reader`, and remembers which of them the current row took.

    Not a generator, which would be over after the first error.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.taken: list[bytes] = []
        self.first = 0
        self.delimiter = ","
        self._size = 0
        read = lines(source, "CSV")
        start = next(read, None)
        if start is None:
            self._lines = read
            return
        self._lines = chain([start], read)
        if isinstance(start[1], bytes):
            text = start[1].decode("utf-8", "replace")
            self.delimiter = max(_DELIMITERS, key=text.count)

    def begin(self) -> None:
        """The next line begins a row."""
        self.taken.clear()
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        if isinstance(line, InputError):
            raise line
        if not self.taken:
            self.first = number
        self.taken.append(line)
        self._size += len(line)
        where = place(self.name, number)
        if self._size > LINE_LIMIT:
            raise _UnclosedError(place(self.name, self.first))
        if b"\0" in line:
            raise InputError("contains a NUL byte, which no text has; remove it", where)
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(not_utf8(error), where) from error


class _UnclosedError(InputError):
    """The rest of the file is inside a quote."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "a quote is opened in this row and never closed, so nothing after it can be read;"
            " close it, or double it if it is part of the text",
            where,
        )


def _rows(feed: _Feed) -> Iterator[list[str] | InputError]:
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    # Strict: else a quote without its partner would swallow the rest in silence.
    reader = csv.reader(feed, delimiter=feed.delimiter, strict=True)
    while True:
        feed.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            where = place(feed.name, feed.first)
            if str(error) == "unexpected end of data":
                yield _UnclosedError(where)
            else:
                yield InputError(f"not CSV: {error}", where)
        except _UnclosedError as error:
            yield error
            return
        except InputError as error:
            yield error
        else:
            if row:
                yield row


def _wrong_header(header: list[str]) -> str:
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    return f"column {twice[0]} occurs twice; rename one" if twice else ""


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"
