"""The rows and pairs of a run, as far as audits look at them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from detector import files, streams
from detector.config import LEVELS
from detector.errors import InputError, MissingExtraError
from detector.records import Detection, Label, Level, Pair

#: Columns of a run's rows: those of ``dedup -o``, the headline and the outlet.
ROWS = (
    *("id", "duplicate_cluster", "syndication_cluster", "event_cluster", "canonical", "original"),
    *("original_confidence", "relation", "score", "language", "published", "event_date"),
    *("credits", "title", "source"),
)

#: Columns of a run's pairs: those of ``dedup --pairs``.
PAIRS = (
    *("a", "b", "relation", "score", "original", "original_confidence", "same_source"),
    "evidence",
)

T = TypeVar("T")

_NESTED = ("credits", "evidence")  # JSON text in a table; nothing here looks at it
_SHORT = ("features", "passages")  # of the evidence: what a report shows it reads from the index


class Row(NamedTuple):
    """One article of a run.

    Attributes:
        clusters: ids by level, in the order of `Level`.
        published: ISO 8601, or empty.
    """

    id: str
    clusters: tuple[str, str, str]
    canonical: bool
    original: str | None
    relation: str | None
    language: str
    published: str
    title: str
    source: str

    def cluster(self, level: Level) -> str:
        """The id of its cluster of a level."""
        return self.clusters[_LEVELS[level]]


class Link(NamedTuple):
    """One related pair of a run; `a` sorts before `b`."""

    a: str
    b: str
    relation: str
    score: float


_LEVELS = {level: number for number, level in enumerate(Level)}


def of_detection(found: Detection) -> tuple[list[Row], list[Link]]:
    """Rows and links of a pass, as a run would hold them."""
    rows = [
        Row(
            id=label.id,
            clusters=(label.duplicate_cluster, label.syndication_cluster, label.event_cluster),
            canonical=label.canonical,
            original=label.original,
            relation=str(label.relation) if label.relation else None,
            language=label.language,
            published=label.published or "",
            title=label.title,
            source=label.source,
        )
        for label in found.labels
    ]
    return rows, [Link(p.a, p.b, str(p.relation), p.score) for p in found.pairs]


def kept(found: Detection, keep: str) -> Detection:
    """A pass of which one article a cluster of another level is canonical.

    It is the original; else the one that was canonical, the first published, the first by id.

    Args:
        found: of the pass.
        keep: one of `LEVELS`.
    """
    level = dict(zip(LEVELS, Level, strict=True))[keep]
    clusters = found.clusters_of(level)
    of = {label.id: label for label in found.labels}
    stays = {cluster.original or min(cluster.members, key=lambda m: _rank(of[m]))
             for cluster in clusters}  # fmt: skip
    if all(label.canonical == (label.id in stays) for label in found.labels):
        return found
    labels = tuple(replace(label, canonical=label.id in stays) for label in found.labels)
    return replace(found, labels=labels)


def _rank(label: Label) -> tuple[bool, bool, str, str]:
    return not label.canonical, label.published is None, label.published or "", label.id


def row_values(label: Label) -> dict[str, Any]:
    """A row as it is written."""
    return {**label.row(), "title": label.title, "source": label.source}


def pair_values(pair: Pair) -> dict[str, Any]:
    """A pair as it is written: its evidence without numbers and offsets."""
    values = pair.row()
    for name in _SHORT:
        del values["evidence"][name]
    return values


def row(values: Mapping[str, Any]) -> Row:
    """A row as it was written."""
    return Row(
        id=values["id"],
        clusters=(
            values["duplicate_cluster"],
            values["syndication_cluster"],
            values["event_cluster"],
        ),
        canonical=bool(values["canonical"]),
        original=values["original"],
        relation=values["relation"],
        language=sys.intern(values["language"] or ""),
        published=values["published"] or "",
        title=values["title"] or "",
        source=sys.intern(values["source"] or ""),
    )


def link(values: Mapping[str, Any]) -> Link:
    """A pair as it was written."""
    return Link(values["a"], values["b"], sys.intern(values["relation"]), float(values["score"]))


def read_rows(path: Path) -> list[Row]:
    """The rows of a run, in the order of arrival.

    Raises:
        InputError: if the file is missing or damaged.
    """
    return read_table(path, row, _plain(ROWS))


def read_links(path: Path) -> list[Link]:
    """The pairs of a run, sorted by their ids.

    Raises:
        InputError: if the file is missing or damaged.
    """
    return read_table(path, link, _plain(PAIRS))


def read_table(
    path: Path, made: Callable[[Mapping[str, Any]], T], columns: Sequence[str]
) -> list[T]:
    """A table of a run.

    Args:
        path: JSON lines or Parquet, in which what is nested is JSON text.
        made: makes something of a row.
        columns: that it looks at; there may be more in a row.

    Raises:
        InputError: if the file is missing or damaged.
    """
    found = _parquet if path.suffix == ".parquet" else _lines
    try:
        return [made(values) for values in found(path, columns)]
    except files.READ_ERRORS as error:
        raise InputError(files.why(error), str(path)) from error
    except (ValueError, KeyError, TypeError) as error:  # also what Arrow and JSON raise
        raise InputError(
            f"is damaged ({error}); remove the folder of this run to go on without it", str(path)
        ) from error


def _lines(path: Path, _columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    with streams.decompressed(path.open("rb", buffering=1 << 20)) as stream:
        yield from map(orjson.loads, stream)


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingExtraError("reading Parquet", "pyarrow", "parquet") from None
    yield from parquet.read_table(path, columns=list(columns)).to_pylist()


def _plain(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name not in _NESTED]
