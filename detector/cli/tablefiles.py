"""Tables that commands read beside articles: rows of JSON lines, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def records(path: str, columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Every row of a table.

    Args:
        path: a file, or ``-`` for JSON lines on standard input.
        columns: those that are wanted; a Parquet file gives no others.

    Raises:
        InputError: if it cannot be read, or is no table.
    """
    from detector.errors import InputError
    from detector.readers import csv, jsonl, parquet
    from detector.readers.expand import expand
    from detector.readers.source import Source

    for source in expand([path]):
        if not isinstance(source, Source):
            raise source
        if source.format == "parquet":
            found = parquet.records(source, list(columns))
        elif source.format in ("jsonl", "csv"):
            found = (jsonl if source.format == "jsonl" else csv).records(source)
        else:
            raise InputError("not a table; give JSON lines, CSV or Parquet", source.name)
        for record in found:
            if isinstance(record, InputError):
                raise record
            yield record.fields
