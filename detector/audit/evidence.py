"""Evidence of the pairs that a report shows, kept from run to run: it costs more than the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from detector import __version__, files
from detector.audit.delta import fingerprint
from detector.audit.runs import Runs
from detector.records import Article, Evidence, Pair, Passage
from detector.writers.jsonl import dumps

EVIDENCE = "evidence.jsonl"  #: of a run: what it has shown

_REMEMBERED = 8  # runs whose evidence is at hand: a week of nights, which one report may cover

#: Gives a whole article by its id, or None where it is not to be had.
Asked = Callable[[str], Article | None]


class Exhibits:
    """Evidence that was collected before, where neither article nor relation has changed."""

    def __init__(
        self, before: Iterable[Path], article: Asked, collect: Callable[[Pair], Evidence]
    ) -> None:
        """Take over what earlier runs have written.

        Args:
            before: their files, of which the later ones count first.
            article: gives articles of this run.
            collect: gives evidence that was not collected before.
        """
        self._article = article
        self._collect = collect
        self._before = {key: told for path in before for key, told in _read(path)}
        self._given: dict[tuple[str, str], tuple[str, Evidence]] = {}

    def of(self, pair: Pair) -> Evidence:
        """The evidence of a pair, collected once."""
        key = pair.a, pair.b
        if key not in self._given:
            state = self._state(pair)
            told, kept = self._before.get(key, ("", Evidence()))
            self._given[key] = state, kept if told == state else self._collect(pair)
        return self._given[key][1]

    def write(self, path: Path) -> None:
        """Write down what this run has shown.

        Raises:
            InputError: if that cannot be written.
        """
        with files.atomic_output(path) as stream:
            for (a, b), (state, given) in sorted(self._given.items()):
                row = {"a": a, "b": b, "of": state, "evidence": given.row()}
                stream.write(dumps(row) + b"\n")

    def _state(self, pair: Pair) -> str:
        """What the evidence depends on: program, relation and both articles."""
        contents = [
            fingerprint(article).hex() if (article := self._article(name)) is not None else ""
            for name in (pair.a, pair.b)
        ]
        return " ".join((__version__, str(pair.relation), *contents))


def remembered(runs: Runs) -> list[Path]:
    """The evidence that the latest runs have shown, the oldest first."""
    return [run.path / EVIDENCE for run in runs.complete()[-_REMEMBERED:]]


def _read(path: Path) -> Iterator[tuple[tuple[str, str], tuple[str, Evidence]]]:
    try:
        with path.open("rb") as stream:
            for row in map(orjson.loads, stream):
                yield (row["a"], row["b"]), (row["of"], evidence(row["evidence"]))
    except (OSError, ValueError, KeyError, TypeError):
        return  # what is lost is collected again


def evidence(row: Mapping[str, Any]) -> Evidence:
    """Evidence as it was written, with or without its numbers and passages."""
    return Evidence(
        features=row.get("features", {}),
        passages=tuple(
            Passage((p["a"][0], p["a"][1]), (p["b"][0], p["b"][1]), p["score"])
            for p in row.get("passages", ())
        ),
        agreeing={kind: tuple(values) for kind, values in row["agreeing"].items()},
        conflicting={kind: (tuple(a), tuple(b)) for kind, (a, b) in row["conflicting"].items()},
        reasons=tuple(row["reasons"]),
    )
