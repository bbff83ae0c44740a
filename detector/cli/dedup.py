"""``detector dedup``: the whole pass over files."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from detector.cli import stdout
from detector.cli.console import Console
from detector.cli.options import KEEP, configured, examples, pass_options, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detector.config import Config
    from detector.readers import Input
    from detector.records import Detection

# Columns of a table that has no rows.
ROWS = (
    *("id", "duplicate_cluster", "syndication_cluster", "event_cluster", "canonical", "original"),
    *("original_confidence", "relation", "score", "language", "published", "event_date"),
    "credits",
)
PAIRS = (
    *("a", "b", "relation", "score", "original", "original_confidence", "same_source"),
    "evidence",
)


@click.command(
    epilog=examples(
        "detector dedup articles.jsonl --show",
        "detector dedup news/ -o rows.csv --pairs pairs.jsonl",
        "detector dedup articles.jsonl -o rows.jsonl --apply unique.jsonl",
    )
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", metavar="FILE", help="One row an article. [default: stdout]")
@click.option("--pairs", metavar="FILE", help="One row a related pair, with its evidence.")
@click.option("--show", is_flag=True, help="Print the clusters to stdout, for reading.")
@click.option("--apply", "reduced", metavar="FILE", help="Write the canonical articles alone.")
@click.option(
    "--keep",
    type=click.Choice(KEEP),
    help="Kind of cluster that has one canonical article. [default: duplicates]",
)
@pass_options
@click.option(
    "--fail-over",
    type=percent,
    metavar="5%",
    help="Exit with 1 if a larger share of the articles is not canonical.",
)
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def dedup(inputs: tuple[str, ...], **options: Any) -> None:
    """Mark copies, translations and reports of one event in INPUT.

    INPUT is a file (.jsonl, .csv, .parquet, .txt, .html; .jsonl and .csv also .gz or .zst),
    a folder of such files, or - for JSON lines on standard input. FILE is .jsonl, .csv or
    .parquet. Nothing is deleted: --apply writes the smaller corpus to another file or folder,
    in the format of the input.
    """
    console = Console(quiet=options["quiet"])
    config = configured(options)
    detection = _run(inputs, config, options, console)
    console.summary(detection, config.cluster.keep)
    rate = _share_not_canonical(detection)
    limit = options["fail_over"]
    if limit is not None and rate > limit:
        click.echo(
            f"Error: {rate:.1%} of the articles are not canonical, over the limit of {limit:.1%}.",
            err=True,
        )
        raise click.exceptions.Exit(1)


def _run(
    inputs: Sequence[str], config: Config, options: dict[str, Any], console: Console
) -> Detection:
    from detector.cli.outputs import check_outputs
    from detector.models import resolve
    from detector.pipeline import Detector
    from detector.readers import read, spool, write_reduced

    output, reduced = options["output"], options["reduced"]
    if output is None and not options["show"] and options["pairs"] != "-":
        output = "-"
    tables = {"--show": "-" if options["show"] else None, "-o": output, "--pairs": options["pairs"]}
    check_outputs(inputs, tables, reduced)
    with ExitStack() as stack:
        sources: list[Input] = list(inputs)
        if reduced and "-" in inputs:  # it is read again
            # Before somebody types, or a pipe is emptied.
            for name in (config.semantic.model, config.verify.model):
                if name not in ("", "none"):
                    resolve(name)
            sources[inputs.index("-")] = stack.enter_context(spool())
        with console.progress() as progress:
            articles = read(sources, config.read, console.skipped, console.noted)
            detection = Detector(config).detect(
                articles, evidence=bool(options["pairs"]), progress=progress
            )
        if reduced:
            kept = {label.id for label in detection.labels if label.canonical}
            write_reduced(sources, kept, reduced, config.read)
    _write(detection, {"-o": output, "--pairs": options["pairs"]}, options["show"])
    return detection


def _write(detection: Detection, tables: dict[str, str | None], shown: bool) -> None:
    """Files first: what reads standard output may leave early."""
    from detector.cli.show import show
    from detector.writers import write

    columns = {"-o": ROWS, "--pairs": PAIRS}
    for option, path in sorted(tables.items(), key=lambda item: item[1] == "-"):
        if path is None:
            continue
        rows = detection.rows() if option == "-o" else (p.row() for p in detection.pairs)
        with stdout.reader_may_leave():
            write(rows, path, columns[option])
    if shown:
        with stdout.reader_may_leave():
            for line in show(detection):
                click.echo(line)


def _share_not_canonical(detection: Detection) -> float:
    spare = sum(not label.canonical for label in detection.labels)
    return spare / max(len(detection.labels), 1)
