"""Files that were read before: unchanged ones are left alone, of grown ones the end is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from detector import files
from detector.errors import InputError
from detector.readers import Source

_CHUNK = 1 << 20
_MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # of gzip and Zstandard


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was read.

    Attributes:
        name: its path.
        size: bytes.
        modified: nanoseconds, as the file system says.
        digest: of its bytes.
        lines: line ends in it.
        whole: whether it ends with one, so that what is appended begins a line.
        articles: read from it.
        unread: records of it that could not be read.
        since: articles published before this were passed over; empty where none were.
    """

    name: str
    size: int
    modified: int
    digest: str
    lines: int
    whole: bool
    articles: int = 0
    unread: int = 0
    since: str = ""

    def values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Portion:
    """What is to be read of a file.

    Attributes:
        source: the file; None where nothing of it has to be read.
        seen: the file as it is now, with the counts of what was read of it before.
        start: offset of the first byte that was not read before.
    """

    source: Source | None
    seen: Seen
    start: int = 0

    @contextmanager
    def opened(self) -> Iterator[Source | None]:
        """The source, which gives its new end alone where the rest was read before."""
        if self.source is None or self.source.path is None or not self.start:
            yield self.source
            return
        with self.source.path.open("rb") as stream:
            stream.seek(self.start)
            yield replace(self.source, stream=stream)


def portion(source: Source, before: Seen | None, since: str) -> Portion:
    """What has to be read of a file.

    Args:
        source: the file.
        before: as it was read before, or None.
        since: articles published before this are passed over, ISO 8601 in UTC; or empty.

    Raises:
        InputError: if it cannot be read.
    """
    assert source.path is not None
    if before is not None and before.since > since:  # more is wanted than was read then
        before = None
    try:
        state = source.path.stat()
        if before is not None and (state.st_size, state.st_mtime_ns) == (
            before.size,
            before.modified,
        ):
            return Portion(None, replace(before, since=since))
        with source.path.open("rb", buffering=0) as stream:
            head = _measured(stream, before.size if before is not None else 0)
            rest = _measured(stream, None, head)
    except OSError as error:
        raise InputError(files.why(error), source.name) from error
    now = Seen(source.name, rest.size, state.st_mtime_ns, rest.digest, rest.lines, rest.whole,
               since=since)  # fmt: skip
    if before is None or head.digest != before.digest:
        return Portion(source, now)
    now = replace(now, articles=before.articles, unread=before.unread)
    if rest.size == head.size:  # only touched
        return Portion(None, now)
    try:
        appended = source.format == "jsonl" and before.whole and not _packed(source.path)
    except OSError as error:
        raise InputError(files.why(error), source.name) from error
    if not appended:
        return Portion(source, replace(now, articles=0, unread=0))
    return Portion(replace(source, before=head.lines), now, head.size)


def read(path: Path) -> dict[str, Seen]:
    """The files that a run has seen, by name; none where it did not say."""
    try:
        lines = path.read_bytes().splitlines()
        return {seen.name: seen for seen in (Seen(**orjson.loads(line)) for line in lines)}
    except (OSError, ValueError, TypeError):
        return {}


def write(path: Path, found: Iterable[Seen]) -> None:
    """Write down the files that a run has seen.

    Raises:
        InputError: if that cannot be written.
    """
    with files.atomic_output(path) as stream:
        stream.writelines(orjson.dumps(seen.values()) + b"\n" for seen in found)


def digest(found: Mapping[str, Seen]) -> str:
    """Digest of the contents of all files, wherever they lie and whenever they were written."""
    contents = "\n".join(sorted(file.digest for file in found.values()))
    return hashlib.blake2b(contents.encode(), digest_size=16).hexdigest()


@dataclass
class _Measure:
    size: int
    digest: str
    lines: int
    whole: bool
    hashing: Any


def _measured(stream: BinaryIO, size: int | None, head: _Measure | None = None) -> _Measure:
    """Size, digest and line ends of so many bytes more, behind those of `head`."""
    hashing = head.hashing.copy() if head else hashlib.blake2b(digest_size=16)
    done, lines, last = (head.size, head.lines, head.whole) if head else (0, 0, True)
    for chunk in _chunks(stream, size):
        hashing.update(chunk)
        done += len(chunk)
        lines += chunk.count(b"\n")
        last = chunk.endswith(b"\n")
    return _Measure(done, hashing.hexdigest(), lines, last, hashing)


def _chunks(stream: BinaryIO, size: int | None) -> Iterator[bytes]:
    left = size
    while left is None or left > 0:
        chunk = stream.read(_CHUNK if left is None else min(left, _CHUNK))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _packed(path: Path) -> bool:
    """Whether a file is compressed, whatever it is called."""
    with path.open("rb", buffering=0) as stream:
        return stream.read(4).startswith(_MAGIC)
