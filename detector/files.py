"""Files by name: their formats, what is wrong with them, and output that is whole or not there."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from detector import streams
from detector.errors import InputError, UsageError

#: What the ending of a file's name says about its content.
FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
}

#: Endings that may follow those of JSON lines and CSV.
COMPRESSIONS = (".gz", ".zst")

#: What reading a damaged or forbidden file can raise.
READ_ERRORS = (OSError, EOFError, zlib.error)

_READING = {
    errno.EACCES: "change its permissions or leave it out",
    errno.EPERM: "change its permissions or leave it out",
    errno.ENOENT: "check the path",
}
_WRITING = {
    errno.ENOSPC: "free some space or name another place",
    errno.EDQUOT: "free some space or name another place",
    errno.EACCES: "change its permissions or name another place",
    errno.EPERM: "change its permissions or name another place",
    errno.EROFS: "name a place that can be written to",
    errno.ENOENT: "make its folder first",
    errno.ENOTDIR: "make its folder first",
    errno.EISDIR: "name a file, not a folder",
}


def split_name(name: str) -> tuple[str, str]:
    """Format and compression that a file's name declares: ``("jsonl", ".gz")``.

    The format is empty where the ending is not known, or cannot be compressed.
    """
    path = Path(name.lower())
    if path.suffix not in COMPRESSIONS:
        return FORMATS.get(path.suffix, ""), ""
    inner = FORMATS.get(Path(path.stem).suffix, "")
    return (inner if inner in ("jsonl", "csv") else ""), path.suffix


def why(error: BaseException, writing: bool = False) -> str:
    """One of `READ_ERRORS`, or an error of writing, said with what to do about it."""
    if isinstance(error, OSError) and error.errno is not None:
        reason = error.strerror or os.strerror(error.errno)
        advice = (_WRITING if writing else _READING).get(error.errno)
        return f"{reason}; {advice}" if advice else reason
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return str(error)
    return "the compressed data breaks off or is damaged; fetch or compress the file again"


@contextmanager
def atomic_output(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name only when the block ends well.

    It is written beside its place, compressed if the name ends in .gz or .zst, and moved
    there in one step; after an error nothing is left. A device or pipe is written
    directly.

    Raises:
        InputError: where the file cannot be written; the message says why.
        BrokenPipeError: when the reader of a pipe has gone.
    """
    try:
        target = Path(path).resolve() if Path(path).is_symlink() else Path(path)
        if target.exists() and not target.is_file():
            with target.open("wb") as direct:
                yield direct
            return
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with (
                part.open("wb") as raw,
                streams.compressed(raw, split_name(target.name)[1]) as stream,
            ):
                yield stream
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(why(error, writing=True), str(path)) from error


@contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """Fill a new folder that appears under its name only when the block ends well.

    Raises:
        UsageError: if `path` is there and is no empty folder: nothing is overwritten.
        InputError: where it cannot be written; the message says why.
    """
    target = Path(path)
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise UsageError(f"{path}: is there already and not empty; name a new folder")
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.mkdir()
        try:
            yield part
            if target.exists():
                target.rmdir()
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise InputError(why(error, writing=True), str(path)) from error


def is_stream(path: Path) -> bool:
    """Whether the path is a pipe or device, which can be read only once."""
    mode = path.stat().st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
