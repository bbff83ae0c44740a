"""Print how fast the pass is and what memory it takes, beside other tools, in one run.

    python scripts/benchmark.py parts
    python scripts/benchmark.py dedup --articles news.jsonl
    python scripts/benchmark.py all --json

Absolute figures are of the machine; the ratios are what can be compared. Where a tool
beside ours is not installed, its row says so.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import audits
import click
import encoders
import footprint
import material
import stages
import throng
from rich.console import Console
from rich.table import Table

from detector.errors import InputError

SECTIONS = ("parts", "dedup", "whole", "scale", "memory", "encode", "store", "audit")
_STORED = str(Path(__file__).with_name("stored.py"))
_ALSO = 1000  # articles behind those that are stored, to ask about
_RIVALS = str(Path(__file__).with_name("rivals.py"))
_WIDE = 200  # columns where nobody looks on
_FEW = 600  # articles whose pass is Python, its imports and tables, in every process

Row = dict[str, Any]


@dataclass
class Bench:
    """One run: what it measures on, and files made so far.

    Attributes:
        data: folder of the public sets, or a file of JSON lines.
        sizes: numbers of articles for `scale`.
        articles: how many for `dedup`, `whole` and `encode`.
        repeats: runs of which the median is told.
        folder: where files are made.
        audited: articles for `audit`.
    """

    data: Path
    sizes: Sequence[int]
    articles: int
    repeats: int
    folder: Path
    audited: int = 50_000
    _bytes: dict[int, int] = field(default_factory=dict)

    def file(self, count: int) -> Path:
        """A file of so many articles."""
        path = self.folder / f"{count}.jsonl"
        if count not in self._bytes:
            self._bytes[count] = throng.write(count, self.data, path)
        return path

    def text_bytes(self, count: int) -> int:
        """The size of their texts as UTF-8."""
        self.file(count)
        return self._bytes[count]

    def script(
        self, name: str, count: int, *options: str, watched: bool = True
    ) -> footprint.Footprint:
        """Run one of the scripts over so many articles."""
        output = str(self.folder / f"{name}.out.jsonl")
        command = [_RIVALS, name, str(self.file(count)), output, *options]
        return footprint.measured(command, watched=watched)

    def in_turn(
        self, count: int, scripts: Sequence[tuple[str, ...]]
    ) -> dict[tuple[str, ...], list[footprint.Footprint]]:
        """Several scripts, one after the other and all of them again; none if one is absent.

        The last run of each is watched for its memory, those before it are timed.
        """
        found: dict[tuple[str, ...], list[footprint.Footprint]] = {s: [] for s in scripts}
        for turn in range(self.repeats + 1):
            for script in scripts:
                found[script] += self._if_installed(script, count, watched=turn == self.repeats)
        return found

    def _if_installed(
        self, script: tuple[str, ...], count: int, *, watched: bool
    ) -> list[footprint.Footprint]:
        try:
            return [self.script(script[0], count, *script[1:], watched=watched)]
        except RuntimeError as error:
            if "No module named" not in str(error):
                raise
            return []


def parts(bench: Bench) -> Iterator[Row]:
    """Articles a second of each stage in one process, beside the same step of others."""
    with bench.file(min(bench.articles, 2000)).open("rb") as stream:
        lines = list(islice(stream, 2000))
    yield from stages.compared(lines, bench.repeats)


def dedup(bench: Bench) -> Iterator[Row]:
    """From a file to labels in another, without vectors, beside others' whole scripts."""
    yield from _scripts(bench, [("detector", "none"), ("rensa",), ("datasketch",)])


def whole(bench: Bench) -> Iterator[Row]:
    """The whole pass, verified and clustered, beside SemHash and beside encoding alone."""
    rows = list(_scripts(bench, [("detector", "static"), ("semhash",)]))
    yield from rows
    with bench.file(bench.articles).open("rb") as stream:
        texts = [json.loads(line)["text"] for line in islice(stream, 2000)]
    for row in encoders.beside(texts, bench.repeats, bench.folder, rows[0]["articles/s"]):
        yield {"what": f"{row.pop('encoder')}: encoding alone", **row}


def _scripts(bench: Bench, scripts: Sequence[tuple[str, ...]]) -> Iterator[Row]:
    """Whole scripts from a file to labels in another, the first of them ours."""
    found = bench.in_turn(bench.articles, scripts)
    own = statistics.median(run.seconds for run in found[scripts[0]][:-1])
    for script, (*runs, last) in ((s, r or [None]) for s, r in found.items()):
        row: Row = {"what": " ".join(script), "articles": bench.articles}
        if last is not None:
            seconds = statistics.median(run.seconds for run in runs)
            row |= _speed(bench.articles, seconds) | {"its time over ours": seconds / own}
            row["cpu s"] = statistics.median(run.cpu for run in runs)
            row["peak MB"] = last.memory / 1e6
        else:
            row["note"] = f"not installed: pip install {script[0]}"
        yield row


def scale(bench: Bench) -> Iterator[Row]:
    """The whole pass at several sizes: what an article costs, and each stage's speed and memory."""
    for model in ("none", "static"):
        costs: dict[int, float] = {}
        for count in bench.sizes:
            run = bench.script("detector", count, model)
            costs[count] = run.seconds / count
            seconds = {name: value for name, value in run.told.items() if name != "begun"}
            memory = run.memory_by(run.told["begun"], seconds)
            before = [costs[size] for size in costs if size * 10 == count]
            yield {
                "model": model,
                "articles": count,
                **_speed(count, run.seconds),
                "µs an article": 1e6 * costs[count],
                "over a tenth as many": costs[count] / before[0] if before else None,
                "peak MB": run.memory / 1e6,
            }
            for name, value in seconds.items():
                row: Row = {"model": model, "articles": count, "stage": name}
                row |= _speed(count, max(value, 1e-3))
                yield row | {"peak MB": memory[name] / 1e6 if name in memory else None}


def memory(bench: Bench) -> Iterator[Row]:
    """Bytes an article beside its text: peak of all processes less that of a small pass."""
    count = max(bench.sizes)
    for model in ("none", "static"):
        for jobs in ("1", "0"):
            bare = bench.script("detector", _FEW, model, jobs)
            run = bench.script("detector", count, model, jobs)
            texts = bench.text_bytes(count) - bench.text_bytes(_FEW)
            beside = (run.memory - bare.memory - texts) / (count - _FEW)
            yield {
                "model": model,
                "jobs": jobs if jobs != "0" else "one a core",
                "articles": count,
                "peak MB": run.memory / 1e6,
                "Python and imports MB": bare.memory / 1e6,
                "texts MB": bench.text_bytes(count) / 1e6,
                "bytes an article beside": beside,
            }


def encode(bench: Bench) -> Iterator[Row]:
    """Encoding alone, tokenising included, beside other encoders on the same texts."""
    with bench.file(min(bench.articles, 10_000)).open("rb") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    yield from encoders.compared(texts, bench.repeats, bench.folder)


def audit(bench: Bench) -> Iterator[Row]:
    """An audit, and those that follow it with little new; no more than a tenth is the aim."""
    yield from audits.compared(bench.file(bench.audited), bench.audited, bench.folder)


def _speed(articles: int, seconds: float) -> Row:
    return {"s": seconds, "articles/s": articles / seconds}


def store(bench: Bench) -> Iterator[Row]:
    """A store of several sizes, warm, beside datasketch in memory and beside the pass."""
    asked: dict[int, float] = {}
    for count in bench.sizes:
        index = str(bench.folder / f"index-{count}")
        file = str(bench.file(count + _ALSO))

        def part(name: str, count: int = count, index: str = index, file: str = file) -> Row:
            command = [_STORED, name, index, file, str(count)]
            return dict(footprint.measured(command, watched=False).told)

        built, passed = part("build"), part("whole")
        yield {
            "what": "add, by the thousand", "stored": count,
            "articles/s": count / built["seconds"], "beside": "the pass",
            "over it": passed["seconds"] / built["seconds"], "wanted": "at least 0.5",
        }  # fmt: skip
        size = built["bytes an article"]
        yield {"what": "size", "stored": count, "bytes an article": size, "wanted": "<= 2,500"}
        found = part("opened")
        yield {
            "what": "open", "stored": count, "ms": 1000 * found["seconds"],
            "resident MB": found["resident MB"], "wanted": "under 1,000 ms and 300 MB",
        }  # fmt: skip
        # In turn, since other work on the machine slows either.
        runs = [(part("check"), part("datasketch")) for _ in range(bench.repeats)]
        middle, high, other = (
            statistics.median(values)
            for values in zip(
                *((a["p50 ms"], a["p99 ms"], b["p50 ms"]) for a, b in runs), strict=True
            )
        )
        asked[count] = middle
        before = [asked[size] for size in asked if size * 10 == count]
        yield {
            "what": "check", "stored": count, "ms": middle, "p99 ms": high,
            "resident MB": runs[0][0]["resident MB"], "beside": f"datasketch, {other:.2f} ms",
            "over it": middle / other, "p99 over p50": high / middle,
            "over a tenth as many": middle / before[0] if before else None,
            "wanted": "<= 10, 5, 1.5",
        }  # fmt: skip
        yield {"what": "nearest 10 found", "stored": count, **part("recall"), "wanted": ">= .98"}


_SECTIONS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "parts": parts,
    "dedup": dedup,
    "whole": whole,
    "scale": scale,
    "memory": memory,
    "encode": encode,
    "store": store,
    "audit": audit,
}


@click.command()
@click.argument("sections", nargs=-1, type=click.Choice([*SECTIONS, "all"]))
@click.option(
    "--articles", "file", type=click.Path(path_type=Path, exists=True), help="JSON lines to use."
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option("--count", default=20_000, show_default=True, help="Articles for dedup and whole.")
@click.option("--sizes", default="1000,10000,100000", show_default=True, help="For scale.")
@click.option("--audited", default=50_000, show_default=True, help="Articles for audit.")
@click.option("--repeats", default=3, show_default=True, help="Runs in turn; their median counts.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines instead of tables.")
def main(
    sections: tuple[str, ...],
    file: Path | None,
    data: Path | None,
    count: int,
    sizes: str,
    audited: int,
    repeats: int,
    as_json: bool,
) -> None:
    """Measure SECTIONS: parts, dedup, whole, scale, memory, encode, store, audit, or all."""
    try:
        place = file or material.folder(data)
    except InputError as error:
        raise click.ClickException(str(error)) from None
    names = SECTIONS if not sections or "all" in sections else sections
    with tempfile.TemporaryDirectory() as folder:
        numbers = [int(size) for size in sizes.split(",")]
        bench = Bench(place, numbers, count, repeats, Path(folder), audited)
        for name in names:
            rows = []
            for row in _SECTIONS[name](bench):
                rows.append(row)
                if as_json:
                    click.echo(json.dumps({"section": name, **row}, ensure_ascii=False))
            if not as_json:
                _show(name, rows)


def _show(name: str, rows: Sequence[Row]) -> None:
    shown = Table(title=f"{name}: {_SECTIONS[name].__doc__}", title_justify="left")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        words = any(isinstance(row.get(column), str) for row in rows)
        shown.add_column(column, justify="left" if words else "right")
    for row in rows:
        shown.add_row(*(_cell(row.get(column)) for column in columns))
    console = Console()
    (console if console.is_terminal else Console(width=_WIDE)).print(shown)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
