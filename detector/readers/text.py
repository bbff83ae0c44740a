"""Plain text: one article a file."""

from __future__ import annotations

from collections.abc import Iterator

from detector import files
from detector.errors import InputError
from detector.readers.jsonl import binary, not_utf8
from detector.readers.source import Found, Record, Source

SIZE_LIMIT = 1 << 26  # bytes, as for a line of JSON


def records(source: Source) -> Iterator[Found]:
    """The file's content as ``text``, and its name as ``id``."""
    content = read_bytes(source, "text")
    if isinstance(content, InputError):
        yield content
        return
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        yield InputError(not_utf8(error), source.name)
        return
    yield Record(0, {"id": source.key, "text": text})


def read_bytes(source: Source, wanted: str) -> bytes | InputError:
    """All bytes of a file that is one article, or why they cannot be had."""
    try:
        with source.open() as stream:
            if problem := binary(stream, wanted):
                return InputError(problem, source.name)
            content = stream.read(SIZE_LIMIT + 1)
    except files.READ_ERRORS as error:
        return InputError(files.why(error), source.name)
    if len(content) > SIZE_LIMIT:
        reason = f"longer than {SIZE_LIMIT >> 20} MiB; one article a file is expected"
        return InputError(reason, source.name)
    return content
