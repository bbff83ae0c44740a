"""Print how good a detection is on the newsroom and on the public sets beside the project.

Only the halves that training never sees are measured. Run it from anywhere:

    python scripts/evaluate.py newsroom
    python scripts/evaluate.py copies translations --model static --faults 20
    python scripts/evaluate.py ablation
    python scripts/evaluate.py events --folds 5
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click
import planted
from corpus import Corpus
from floors import Floors
from foreign import foreign, unknown_to_static
from judging import judge, weighted
from material import PROJECT, Part, folder
from ordinary import SETS, ordinary, scores_before_linking
from reports import Report

from detector.cli.scores import console, print_evaluation, shares, table
from detector.config import Config
from detector.errors import DetectorError, InputError

FLOORS = PROJECT / "tests" / "quality" / "floors.json"

_SETS: dict[str, tuple[str, ...]] = {
    "newsroom": ("newsroom",),
    "seeds": ("seeds",),
    "copies": ("copies",),
    "translations": ("translations",),
    "condensed": ("condensed",),
    "changed": ("changed",),
    "foreign": ("foreign",),
    "templates": ("templates",),
    "events": ("abmusu", "abmusu_dated", "ecbplus"),
    "ordinary": tuple(SETS),
    "origins": ("origins",),
}


def build(name: str, seed: int = 1, part: Part = "test", data: Path | None = None) -> Corpus:
    """The corpus of one name.

    Raises:
        InputError: if what it is made of is not there.
    """
    if name == "newsroom":
        return planted.newsroom()
    if name == "seeds":
        return planted.seeds(data)
    builders: dict[str, Callable[..., Corpus]] = {
        "copies": planted.copies,
        "translations": planted.translations,
        "condensed": planted.condensed,
        "changed": planted.changed,
        "foreign": foreign,
        "templates": planted.templates,
        "origins": planted.origins,
        "abmusu": partial(planted.events, "abmusu"),
        "abmusu_dated": planted.dated,
        "ecbplus": partial(planted.events, "ecbplus"),
        **{each: partial(ordinary, each) for each in SETS},
    }
    return builders[name](seed=seed, part=part, data=data)


def measure(corpus: Corpus, config: Config) -> Report:
    """Run the pass over a corpus, as a reader hands it over, and judge it."""
    from detector import Detector

    began = time.perf_counter()
    with unknown_to_static() if corpus.name == "foreign" else nullcontext():
        detection = Detector(config).detect(corpus.read(), evidence=False)
    seconds = time.perf_counter() - began
    report = judge(corpus, detection)
    if corpus.judged:
        scores = scores_before_linking(corpus, config)
        called = {key for key, score in scores.items() if score >= config.verify.threshold}
        report.tables.append(
            ("The same before linking", ("precision", "recall"), [weighted(corpus, called)])
        )
    report.faults += [f"note: {note}" for note in detection.notes]
    report.timing = f"{len(corpus.articles)} articles in {seconds:.1f} s"
    return report


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*_SETS, "all", "ablation"]))
@click.option("--model", default="static", show_default=True, help="As of `detector dedup`.")
@click.option("--verify-model", default="", help="As of `detector dedup`.")
@click.option("--config", type=click.Path(path_type=Path), help="TOML file of options.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option("--seed", default=1, show_default=True, help="Of what is planted.")
@click.option(
    "--part", type=click.Choice(["test", "train", "all"]), default="test", show_default=True,
    help="Half of the public sets; only test is a measurement.",
)  # fmt: skip
@click.option("--faults", default=0, show_default=True, help="Name so many faults of each corpus.")
@click.option("--folds", default=0, help="Fit events anew so often, on all but a part of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each corpus.")
@click.option("--floors", is_flag=True, help="Raise the floors to what was measured.")
@click.option("--lower", metavar="REASON", default="", help="Let floors fall, and say why.")
def main(
    names: Sequence[str], model: str, verify_model: str, config: Path | None, data: Path | None,
    seed: int, part: Part, faults: int, folds: int, as_json: bool, floors: bool, lower: str,
) -> None:  # fmt: skip
    """Measure the corpora NAMES; by default all. ablation: what each feature is worth.

    With --folds, only events are measured, all of both collections.
    """
    import dataclasses

    if "ablation" in names:
        _ablated(data, as_json)
        names = [name for name in names if name != "ablation"]
        if not names:
            return
    if folds:
        _folded(data, folds, as_json)
        return
    options = Config.from_toml(config) if config else Config()
    semantic = dataclasses.replace(options.semantic, model=model)
    verify = dataclasses.replace(options.verify, model=verify_model or options.verify.model)
    options = dataclasses.replace(options, semantic=semantic, verify=verify)
    wanted = list(_SETS) if not names or "all" in names else list(dict.fromkeys(names))
    for name in (inner for outer in wanted for inner in _SETS[outer]):
        try:
            report = measure(build(name, seed, part, data), options)
        except InputError as error:
            if names and "all" not in names:
                raise
            click.echo(f"{name}: left out. {error}", err=True)
            continue
        show(report, as_json, faults)
        if floors or lower:
            measured = Floors.from_file(FLOORS)
            measured.raised(name, report.digest, report.figures, lower).write()


def _ablated(data: Path | None, as_json: bool) -> None:
    import ablation

    heads = ("question", "without", "features", "precision", "recall", "F1", "F1 lost")
    _tabulated("Refitted without", heads, list(ablation.rows(folder(data))), as_json)


def _folded(data: Path | None, count: int, as_json: bool) -> None:
    import folds

    heads = ("events", "articles", "B-cubed P", "R", "F1", "sisters merged")
    _tabulated(f"Fitted anew {count} times", heads, list(folds.rows(folder(data), count)), as_json)


def _tabulated(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], as_json: bool
) -> None:
    if as_json:
        for row in rows:
            click.echo(json.dumps(dict(zip(heads, row, strict=True)), ensure_ascii=False))
        return
    console().print(table(title, heads, [list(map(_cell, row)) for row in rows]))


def show(report: Report, as_json: bool, faults: int) -> None:
    """Print a report."""
    if as_json:
        content: dict[str, Any] = {
            "corpus": report.name,
            "digest": report.digest,
            "figures": {name: round(value, 6) for name, value in report.figures.items()},
            "tables": [
                {"title": title, "rows": [dict(zip(heads, row, strict=True)) for row in rows]}
                for title, heads, rows in report.tables
            ],
            "faults": report.faults,
        }
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    out = console()
    out.print(f"\n{report.name}: {report.timing}", style="bold")
    if report.evaluation:
        print_evaluation(report.evaluation)
    for title, heads, rows in report.tables:
        out.print(table(title, heads, [list(map(_cell, row)) for row in rows]))
    for line in report.faults[:faults]:
        click.echo(f"  {line}")
    if len(report.faults) > faults:
        click.echo(f"  {len(report.faults) - faults} faults not listed; --faults names them")


def _cell(value: object) -> str:
    return shares(value)[0] if isinstance(value, float) else str(value)


if __name__ == "__main__":
    try:
        main()
    except DetectorError as error:
        click.echo(f"evaluate.py: {error}", err=True)
        sys.exit(error.exit_code)
