"""One side of an evaluation: what a detection, or a gold file, says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from detector.errors import InputError
from detector.metrics.pairs import JOINS, Key, PairLike, links
from detector.records import Level

#: The columns that are looked at, in rows and in pairs; others may stand beside them.
COLUMNS = (
    "id",
    *(f"{level}_cluster" for level in Level),
    "original",
    "language",
    "lang",
    "sister_group",
    "a",
    "b",
    "relation",
    "score",
)

#: One article's row, as ``dedup -o`` writes it.
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an evaluation: rows of articles, verified pairs, or both."""

    rows: Sequence[Row] | None = None
    pairs: Sequence[PairLike] | None = None

    def labels(self, level: Level) -> dict[str, str] | None:
        """Cluster of each article, or None where the rows do not say."""
        column = f"{level}_cluster"
        if not self.rows or not any(column in row for row in self.rows):
            return None
        # An empty cell is an article that stands alone.
        return {
            i: str(row[column]) if row.get(column) not in (None, "") else f"({i})"
            for i, row in self.by_id().items()
        }

    def by_id(self) -> dict[str, Row]:
        """The rows by article id.

        Raises:
            InputError: if a row has no id, or two have the same.
        """
        found: dict[str, Row] = {}
        for row in self.rows or ():
            if row.get("id") in (None, ""):
                raise InputError(f"a row has no id; its columns are {', '.join(map(str, row))}")
            i = str(row["id"])
            if i in found:
                raise InputError(f"two rows have the id {i}")
            found[i] = row
        return found

    def joining(self, level: Level) -> list[Key]:
        """The pairs whose relation joins clusters of a level."""
        found = links(self.pairs or ())
        return [key for key, link in found.items() if link.relation in JOINS[level]]

    def originals(self) -> dict[str, str | None] | None:
        """Original named for each article, or None where the rows have no such column."""
        rows = self.by_id()
        if not any("original" in row for row in rows.values()):
            return None
        return {i: str(row["original"]) if row.get("original") else None for i, row in rows.items()}


def languages(*sides: Side) -> dict[str, str]:
    """Language of each article whose row states one; a later side overrides."""
    found: dict[str, str] = {}
    for side in sides:
        for i, row in side.by_id().items():
            if spoken := row.get("language") or row.get("lang"):
                found[i] = str(spoken)
    return found
