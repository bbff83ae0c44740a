"""Values as the cells of a table hold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import Enum
from typing import Any

from detector.writers.jsonl import dumps

Cell = str | int | float | bool | None


def cell(value: Any) -> Cell:
    """A scalar as it is, a date as ISO 8601 text, anything nested as JSON text."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (date, time)):
        return value.isoformat()
    return dumps(value).decode()


def cells(row: Any, columns: Sequence[str]) -> list[Cell]:
    """The cells of a row in the order of `columns`; None where it has no value.

    Raises:
        ValueError: if the row has a key that is no column, which would be lost.
    """
    if not row.keys() <= set(columns):
        extra = ", ".join(key for key in row if key not in columns)
        raise ValueError(f"a row has keys that the first had not: {extra}")
    return [cell(row.get(column)) for column in columns]
