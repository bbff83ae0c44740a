"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from detector import files
from detector.errors import InputError
from detector.readers.ids import place
from detector.readers.source import Found, Record, Source

LINE_LIMIT = 1 << 26  # bytes; no article is so long, and a line must fit into memory
_BOM = b"\xef\xbb\xbf"
_MAGIC = {
    b"PK\x03\x04": "a ZIP or Office file",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file; name it .parquet",
    b"SQLite": "an SQLite database",
    b"\xff\xfe": "UTF-16 text; convert it to UTF-8",
    b"\xfe\xff": "UTF-16 text; convert it to UTF-8",
}


def records(source: Source) -> Iterator[Found]:
    """Each line of a stream or file; blank lines are skipped."""
    for number, line in lines(source, "JSON lines"):
        if isinstance(line, InputError):
            yield line
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            if not line.strip():
                continue
            try:
                value = _second_reading(line, place(source.name, number))
            except InputError as error:
                yield error
                continue
        if isinstance(value, dict):
            yield Record(number, value, line)
        else:
            yield InputError(
                f"not an object but {kind(value)}; JSON lines hold one object a line",
                place(source.name, number),
            )


def loads(data: bytes, where: str = "") -> Any:
    """One JSON value, read as a line is.

    Raises:
        InputError: if it is none.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _second_reading(data, where)


def lines(source: Source, wanted: str) -> Iterator[tuple[int, bytes | InputError]]:
    """Lines with their numbers, from 1; an error where one cannot be had."""
    number = source.before
    try:
        with source.open() as stream:
            if not source.live and (problem := binary(stream, wanted)):
                yield 0, InputError(problem, source.name)
                return
            while line := stream.readline(LINE_LIMIT):
                number += 1
                if number == 1 and line.startswith(_BOM):
                    line = line[len(_BOM) :]
                if len(line) < LINE_LIMIT:
                    yield number, line
                    continue
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LINE_LIMIT)
                reason = f"the line is longer than {LINE_LIMIT >> 20} MiB; break it up"
                yield number, InputError(reason, place(source.name, number))
    except files.READ_ERRORS as error:
        where = place(source.name, number + 1 if number else 0)
        yield number + 1, InputError(files.why(error), where)


def binary(stream: BinaryIO, wanted: str) -> str:
    """What a stream that is no text looks like; empty if it is text."""
    start: bytes = stream.peek(1 << 13) if hasattr(stream, "peek") else b""
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return f"not {wanted} but {kind}"
    return f"not {wanted} but binary data; leave the file out" if b"\0" in start else ""


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of a line or file in another encoding."""
    byte = error.object[error.start]
    return f"not UTF-8: byte 0x{byte:02x} at offset {error.start}; convert the file to UTF-8"


def _second_reading(line: bytes, where: str) -> object:
    """What the strict, fast parser refused: lone surrogates, NaN, or truly broken JSON."""
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        reason = not_utf8(error)
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
    except RecursionError:
        reason = "not JSON: nested too deeply"
    except ValueError as error:
        reason = f"not JSON: {error}"
    raise InputError(reason, where)


def kind(value: object) -> str:
    """What a JSON value that is no object is called."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (list, str)):
        return "a list" if isinstance(value, list) else "text"
    return "a number"
