"""The corpus without what is left out, in its own format, every kept record untouched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

from detector import files
from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import csv, parquet
from detector.readers.expand import expand
from detector.readers.raw import scan
from detector.readers.source import Input, Record, Source

_ROW_GROUP = 20_000  # rows of a Parquet row group, held in memory while it is filled
_Kept = Iterator[tuple[Source, Record]]


def write_reduced(
    inputs: Sequence[Input],
    keep: Callable[[str], bool] | Container[str],
    output: str | Path,
    config: ReadConfig,
) -> int:
    """Read `inputs` a second time and write the records to keep, as they stand.

    A line of JSON or CSV is copied byte for byte, a Parquet row with its schema, a text or
    HTML file whole. If `output` has the ending of a data file, all records go there, in the
    order of the input; the input must then be of that one format. Otherwise it is a new
    folder, with a file for each file of the input of which something is kept. The output
    appears whole or not at all.

    Args:
        inputs: what `read` was given; standard input must have been spooled.
        keep: the ids to keep, or a function that says whether an id is kept.
        output: a data file or a folder.
        config: what `read` was given, so that the records get the ids they had.

    Returns:
        How many records were written.

    Raises:
        UsageError: if `output` cannot hold what `inputs` are, or is no empty folder.
        InputError: if something cannot be read or written.
    """
    found = expand(inputs)
    sources = [source for source in found if isinstance(source, Source)]
    if any(s.path is None or files.is_stream(s.path) for s in sources):
        raise UsageError(
            "a reduced corpus needs a second reading, which a stream does not give;"
            " put it in a file first"
        )
    for source in sources:
        if source.path is not None and source.path.resolve() == Path(output).resolve():
            raise UsageError(f"{output}: is the input, which stays as it is; name another file")
    wanted = keep if callable(keep) else keep.__contains__
    kept = ((s, r) for a, s, r in scan(found, config) if wanted(a.id))
    kind = _file_format(output, sources)
    return _one_file(kept, sources, kind, output) if kind else _folder(kept, sources, output)


def _file_format(output: str | Path, sources: Iterable[Source]) -> str:
    """The format of a single output file; empty if the output is a folder.

    Raises:
        UsageError: if the inputs cannot go there.
    """
    kind = files.split_name(Path(output).name)[0]
    if not kind or Path(output).is_dir():
        if Path(output).suffix in files.COMPRESSIONS or Path(output).is_file():
            raise UsageError(f"{output}: unknown ending; name a data file or a new folder")
        return ""
    for source in sources:
        if kind in ("text", "html"):
            raise UsageError(f"{output}: articles in files of their own need a folder; name one")
        if source.format != kind:
            raise UsageError(
                f"{output}: {source.name} is of another format, which a reduced corpus keeps;"
                " name a file with its ending, or a folder"
            )
    return kind


def _one_file(kept: _Kept, sources: Sequence[Source], kind: str, output: str | Path) -> int:
    with files.atomic_output(output) as stream:
        if kind == "parquet":
            return _parquet(kept, sources, stream)
        if kind == "csv" and sources:
            stream.write(_one_header(sources))
        return _lines((record for _, record in kept), stream)


def _folder(kept: _Kept, sources: Sequence[Source], output: str | Path) -> int:
    relatives: set[str] = set()
    for source in sources:
        if source.relative in relatives:
            raise UsageError(
                f"{output}: two inputs would be written to {source.relative};"
                " reduce them one at a time"
            )
        relatives.add(source.relative)
    written = 0
    with files.atomic_folder(output) as folder:
        for source, group in groupby(kept, key=lambda item: item[0]):
            target = folder / source.relative
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.format in ("text", "html"):
                assert source.path is not None
                written += sum(1 for _ in group)
                shutil.copy2(source.path, target)
            else:
                written += _one_file(group, [source], source.format, target)
    return written


def _lines(records: Iterable[Record], stream: BinaryIO) -> int:
    written = 0
    for record in records:
        assert isinstance(record.raw, bytes)
        # The last line of a file may have no end, and be the last no more.
        stream.write(record.raw if record.raw.endswith(b"\n") else record.raw + b"\n")
        written += 1
    return written


def _one_header(sources: Sequence[Source]) -> bytes:
    heads = [csv.head(source) for source in sources]
    for source, head in zip(sources, heads, strict=True):
        if head.rstrip(b"\r\n") != heads[0].rstrip(b"\r\n"):
            raise _other_columns(source, sources[0])
    return heads[0] if heads[0].endswith(b"\n") else heads[0] + b"\n"


def _parquet(kept: _Kept, sources: Sequence[Source], stream: BinaryIO) -> int:
    from pyarrow import Table
    from pyarrow.parquet import ParquetWriter

    schema = _one_schema(sources)
    written = 0
    with ParquetWriter(stream, schema, compression="zstd") as writer:
        for source, group in groupby(kept, key=lambda item: item[0]):
            batches = _batches(source, (record.raw for _, record in group))
            while some := list(islice(batches, _ROW_GROUP // parquet.BATCH)):
                table = Table.from_batches(some)
                writer.write_table(table)
                written += table.num_rows
    return written


def _one_schema(sources: Sequence[Source]) -> Any:
    schemas = []
    for source in sources:
        file = parquet.opened(source)
        if isinstance(file, InputError):
            raise file
        with file:
            schemas.append(file.schema_arrow)
        if not schemas[-1].equals(schemas[0]):
            raise _other_columns(source, sources[0])
    return schemas[0]


def _batches(source: Source, rows: Iterator[Any]) -> Iterator[Any]:
    """The rows to keep, which ascend from 1, with all their columns."""
    row = next(rows, None)
    start = 1
    with parquet.opened(source) as file:
        for batch in file.iter_batches(batch_size=parquet.BATCH):
            indices: list[int] = []
            while row is not None and row < start + batch.num_rows:
                indices.append(row - start)
                row = next(rows, None)
            if indices:
                yield batch.take(indices)
            start += batch.num_rows


def _other_columns(source: Source, first: Source) -> UsageError:
    return UsageError(f"{source.name} has other columns than {first.name}; name a folder instead")
