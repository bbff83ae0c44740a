"""What is read: a file or stream, and its records as they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from detector import streams
from detector.errors import InputError


@dataclass(frozen=True, slots=True)
class Source:
    """One file or stream.

    Attributes:
        name: how messages call it.
        format: "jsonl", "csv", "parquet", "text" or "html".
        path: where it is; None for a stream.
        stream: open for reading bytes; None for a file.
        relative: its path below the folder that was named, with ``/``; else its name.
        key: the id of the article that a text or HTML file is.
        before: lines of the file that stand before those that `stream` gives.
        live: someone waits for an answer to each line, so a bad one condemns no other.
    """

    name: str
    format: str
    path: Path | None = None
    stream: BinaryIO | None = None
    relative: str = ""
    key: str = ""
    before: int = 0
    live: bool = False

    def open(self) -> BinaryIO:
        """Its bytes, decompressed.

        Raises:
            OSError: if the file cannot be opened.
            MissingExtraError: if it is Zstandard and `zstandard` is not installed.
        """
        if self.stream is not None:
            return streams.decompressed(streams.borrowed(self.stream))
        assert self.path is not None
        return streams.decompressed(self.path.open("rb", buffering=1 << 20))


class Record(NamedTuple):
    """One record as its file holds it.

    Attributes:
        line: its line, or its row in a Parquet file, from 1; 0 where the file is the record.
        fields: its keys and values, not mapped.
        raw: its bytes, or its row in a Parquet file, for copying it untouched.
    """

    line: int
    fields: Mapping[str, Any]
    raw: bytes | int = b""


#: What a format yields: a record, or what is wrong in its place. It never raises.
Found = Record | InputError

#: What may be read: a path, ``-`` for standard input, an open binary stream of JSON lines.
Input = str | Path | BinaryIO | Source
