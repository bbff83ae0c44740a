"""Rows as CSV: UTF-8, a header, quotes only where they are needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from detector.writers.cells import Cell, cells


@contextmanager
def opened(
    stream: BinaryIO, columns: Sequence[str] = ()
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that writes one row to `stream`; the header comes first."""
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
    table = csv.writer(text, lineterminator="\n")
    header = list(columns)
    if header:
        table.writerow(header)

    def write_row(row: Mapping[str, Any]) -> None:
        if not header:
            header.extend(row)
            table.writerow(header)
        table.writerow([_text(value) for value in cells(row, header)])

    try:
        yield write_row
    finally:
        text.detach()  # so that the stream is closed by whoever opened it


def _text(value: Cell) -> Cell:
    return ("true" if value else "false") if isinstance(value, bool) else value
