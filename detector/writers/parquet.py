"""Rows as a Parquet table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from detector.errors import MissingExtraError
from detector.writers.cells import Cell, cells

_BATCH = 10_000  # rows kept as Python objects before they become compact columns


@contextmanager
def opened(
    stream: BinaryIO, columns: Sequence[str] = ()
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that takes one row; the table is written when the block ends well.

    A column's type is known only when all rows are: None in the first ten thousand says
    nothing. Until then the rows are held as Arrow columns.

    Raises:
        MissingExtraError: if pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("writing Parquet", "pyarrow", "parquet") from None
    header = list(columns)
    rows: list[list[Cell]] = []
    tables: list[Any] = []

    def flush() -> None:
        values = zip(*rows, strict=True) if rows else ([] for _ in header)
        arrays = [pyarrow.array(list(column)) for column in values]
        tables.append(pyarrow.Table.from_arrays(arrays, names=header))
        rows.clear()

    def write_row(row: Mapping[str, Any]) -> None:
        if not header:
            header.extend(row)
        rows.append(cells(row, header))
        if len(rows) >= _BATCH:
            flush()

    yield write_row
    flush()
    table = pyarrow.concat_tables(tables, promote_options="permissive")
    for index, field in enumerate(table.schema):
        if pyarrow.types.is_null(field.type):  # no reader can do much with such a column
            table = table.set_column(index, field.name, table[index].cast(pyarrow.string()))
    parquet.write_table(table, stream, compression="zstd")
