"""Compressed streams: read without trusting a name, and loud when one breaks off."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from detector.errors import MissingExtraError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 20
_ZSTD_CHUNK = 1 << 12  # a hostile frame grows up to 30,000-fold: take little at a time


def decompressed(stream: BinaryIO) -> BinaryIO:
    """The stream, or what it holds if its first bytes say gzip or Zstandard.

    The bytes decide, not a name: crawlers and browsers decompress files and keep the name.
    Data that breaks off raises OSError, EOFError or zlib.error behind what could be read.

    Raises:
        MissingExtraError: if it is Zstandard and `zstandard` is not installed.
    """
    below = stream if isinstance(stream, io.BufferedReader) else borrowed(stream)
    start = below.peek(4)
    if start.startswith(_GZIP):
        unzipped = gzip.GzipFile(fileobj=below, mode="rb")
        return _Layer(_Readable(cast(BinaryIO, unzipped)), below)
    if start.startswith(_ZSTD):
        return _Layer(_ZstdFrames(below), below)
    return below


def borrowed(stream: BinaryIO) -> io.BufferedReader:
    """A buffered view of any object with `read`; closing it leaves the object open."""
    return io.BufferedReader(_Readable(stream), _CHUNK)


class _Layer(io.BufferedReader):
    """What a compressed stream holds; closing it closes the stream below as well."""

    def __init__(self, raw: io.RawIOBase, below: io.BufferedReader) -> None:
        super().__init__(raw, _CHUNK)
        self._below = below

    def close(self) -> None:
        super().close()
        self._below.close()


class _Readable(io.RawIOBase):
    """Any object with `read`, as the raw stream that `io.BufferedReader` wants."""

    def __init__(self, stream: BinaryIO) -> None:
        # `read1` gives what a slow pipe, or a gzip file that breaks off, has so far; `read`
        # waits for all that was asked.
        self._read = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _ZstdFrames(io.RawIOBase):
    """Zstandard frames, one behind the other; unlike `stream_reader`, loud when one breaks off."""

    def __init__(self, stream: BinaryIO) -> None:
        self._library = zstandard("reading .zst")
        self._stream = stream
        self._frame: Any = None
        self._ready = memoryview(b"")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._rest or self._stream.read(_ZSTD_CHUNK)
            if not data:
                if self._frame is not None:
                    raise EOFError
                return 0
            if self._frame is None:
                self._frame = self._library.ZstdDecompressor().decompressobj()
            try:
                self._ready = memoryview(self._frame.decompress(data))
            except self._library.ZstdError as error:
                raise EOFError from error
            self._rest = b""
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def zstandard(purpose: str) -> Any:
    """The `zstandard` module.

    Raises:
        MissingExtraError: if it is not installed; `purpose` begins the message.
    """
    try:
        import zstandard as library
    except ImportError:
        raise MissingExtraError(purpose, "zstandard", "zstd") from None
    return library


@contextmanager
def compressed(raw: BinaryIO, compression: str) -> Iterator[BinaryIO]:
    """A stream that compresses into `raw` as the ending ".gz" or ".zst" says, or `raw`."""
    stream: Any
    if compression == ".gz":
        # No name and no time in the header: the same rows give the same bytes.
        stream = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
    elif compression == ".zst":
        stream = zstandard("writing .zst").ZstdCompressor().stream_writer(raw, closefd=False)
    else:
        yield raw
        return
    with stream:
        yield cast(BinaryIO, stream)
