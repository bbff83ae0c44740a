"""Rows as JSON lines: UTF-8, keys in the order given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import orjson

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


@contextmanager
def opened(
    stream: BinaryIO, columns: Sequence[str] = ()
) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that writes one row to `stream`; `columns` is for tables, and not used."""
    del columns

    def write_row(row: Mapping[str, Any]) -> None:
        stream.write(dumps(row) + b"\n")

    yield write_row


def dumps(value: Any) -> bytes:
    """A value as JSON; dates are ISO 8601, a number that is not finite is null."""
    try:
        return orjson.dumps(value, _mapping, _OPTIONS)
    except TypeError:  # a lone surrogate, perhaps from the name of a file
        return orjson.dumps(_writable(value), _mapping, _OPTIONS)


def _mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_writable(key): _writable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(inner) for inner in value]
    return value
