"""Parquet: one article a row, read in batches."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from detector import files
from detector.errors import InputError, MissingExtraError
from detector.readers.ids import place
from detector.readers.source import Found, Record, Source

BATCH = 1000  # rows; some megabytes of articles


def records(source: Source, wanted: Container[str], needed: Iterable[str] = ()) -> Iterator[Found]:
    """Each row of a file.

    Args:
        source: the file.
        wanted: the columns to read; others may be large. All are if there is none of these.
        needed: columns of which there must be one; else all are read, for a message that
            names them.

    Raises:
        MissingExtraError: if pyarrow is not installed.
    """
    file = opened(source)
    if isinstance(file, InputError):
        yield file
        return
    row = 0
    with file:
        names = file.schema_arrow.names
        columns = [name for name in names if name in wanted]
        if not columns or (needed and not any(name in names for name in needed)):
            columns = names
        if len(set(columns)) < len(columns):
            yield InputError("two columns have one name; rename one", source.name)
            return
        try:
            for batch in file.iter_batches(batch_size=BATCH, columns=columns):
                for fields in _plain(batch):
                    row += 1
                    if isinstance(fields, InputError):
                        yield InputError(fields.reason, place(source.name, row))
                    else:
                        yield Record(row, fields, row)
        except Exception as error:
            yield InputError(f"broken behind row {row}: {_short(error)}", source.name)


def opened(source: Source) -> Any:
    """The file as a `pyarrow.parquet.ParquetFile`, or the `InputError` that prevents it.

    Raises:
        MissingExtraError: if pyarrow is not installed.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("reading Parquet", "pyarrow", "parquet") from None
    try:
        return parquet.ParquetFile(source.path)
    except Exception as error:
        # Damage raises Arrow's errors, their bases, and what decoding names raises.
        if isinstance(error, OSError) and error.errno is not None:
            return InputError(files.why(error), source.name)
        return InputError(f"not Parquet that can be read: {_short(error)}", source.name)


def _plain(batch: Any) -> Iterator[dict[str, Any] | InputError]:
    """Rows as dictionaries of Python values; times to the microsecond."""
    import pyarrow

    columns = []
    for column in batch.columns:
        if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(pyarrow.timestamp("us", tz=column.type.tz), safe=False)
        columns.append(column)
    batch = pyarrow.RecordBatch.from_arrays(columns, names=batch.schema.names)
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):  # text that is not UTF-8, a year past 9999
        yield from (_row(batch.slice(index, 1)) for index in range(batch.num_rows))


def _row(batch: Any) -> dict[str, Any] | InputError:
    try:
        row: dict[str, Any] = batch.to_pylist()[0]
    except (ValueError, OverflowError) as error:
        return InputError(f"holds a value that cannot be read: {_short(error)}")
    return row


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
