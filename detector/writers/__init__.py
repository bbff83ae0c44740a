"""Rows to files: JSON lines, CSV, Parquet, or JSON lines on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detector import files
from detector.errors import InputError, UsageError
from detector.writers import csv, jsonl, parquet

__all__ = ["Row", "check_path", "open_rows", "write"]

Row = Mapping[str, Any]

_STDOUT = "<stdout>"
_FORMATS = {"csv": csv.opened, "jsonl": jsonl.opened, "parquet": parquet.opened}


def write(rows: Iterable[Row], path: str | Path | None, columns: Sequence[str] = ()) -> int:
    """Write all rows, as `open_rows` does, and say how many there were.

    Raises:
        InputError: if the file cannot be written; then none is left.
        UsageError: if the ending of `path` is not known.
    """
    count = 0
    with open_rows(path, columns) as write_row:
        for row in rows:
            write_row(row)
            count += 1
    return count


@contextmanager
def open_rows(
    path: str | Path | None, columns: Sequence[str] = ()
) -> Iterator[Callable[[Row], None]]:
    """Open a file for rows; it appears under its name only when the block ends well.

    The ending says the format: ``.jsonl .ndjson .json`` and ``.csv .tsv``, each also with
    ``.gz`` or ``.zst``, or ``.parquet``. JSON keeps the order of the keys and letters as they
    are. In CSV and Parquet a list or mapping is JSON text and a date is ISO 8601 text; in
    CSV a truth value is ``true`` or ``false`` and None is empty.

    Args:
        path: the file; None or ``-`` is standard output, as JSON lines.
        columns: the keys of every row, so that a table without rows has its header too; by
            default those of the first row. JSON lines need none.

    Yields:
        A function that writes one row.

    Raises:
        InputError: if the file cannot be written; then none is left.
        UsageError: if the ending of `path` is not known.
        MissingExtraError: if the package that writes the format is not installed.
        BrokenPipeError: when the reader of standard output has gone. That is no error for
            a command: end quietly, with standard output pointed at `os.devnull`, or Python
            complains when it flushes at exit.
    """
    if path is None or str(path) == "-":
        try:
            with jsonl.opened(sys.stdout.buffer, columns) as write_row:
                yield write_row
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(files.why(error, writing=True), _STDOUT) from error
        return
    opened = _FORMATS[check_path(path)]
    with files.atomic_output(path) as stream, opened(stream, columns) as write_row:
        yield write_row


def check_path(path: str | Path) -> str:
    """The format that the ending of `path` says; for looking before the work begins.

    A pipe or device without an ending, such as ``/dev/stdout``, gets JSON lines.

    Raises:
        UsageError: if it is none that can be written.
    """
    kind = files.split_name(Path(path).name)[0]
    if not kind and Path(path).exists() and files.is_stream(Path(path)):
        return "jsonl"
    if kind not in _FORMATS:
        raise UsageError(
            f"{path}: unknown ending; known are .jsonl, .csv (each also with .gz or .zst)"
            " and .parquet"
        )
    return kind
