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
        "detector dedup articles.jsonl -o rows.jsonl --report report.html",
    )
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", metavar="FILE", help="One row an article. [default: stdout]")
@click.option("--pairs", metavar="FILE", help="One row a related pair, with its evidence.")
@click.option("--show", is_flag=True, help="Print the clusters to stdout, for reading.")
@click.option("--report", metavar="HTML", help="A page for editors, in one file.")
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
    rate, limit = _share_not_canonical(detection), options["fail_over"]
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

    output, reduced, page = options["output"], options["reduced"], options["report"]
    if output is None and not options["show"] and options["pairs"] != "-":
        output = "-"
    tables = {"--show": "-" if options["show"] else None, "-o": output, "--pairs": options["pairs"]}
    check_outputs(inputs, tables, reduced, page)
    with ExitStack() as stack:
        sources: list[Input] = list(inputs)
        if (reduced or page) and "-" in inputs:  # it is read again
            # Before somebody types, or a pipe is emptied.
            for name in (config.semantic.model, config.verify.model):
                if name not in ("", "none"):
                    resolve(name)
            sources[inputs.index("-")] = stack.enter_context(spool())
        with console.progress() as progress:
            articles = read(sources, config.read, console.skipped, console.noted)
            detection = Detector(config).detect(
                articles, evidence=_evidence(options), progress=progress
            )
        if reduced:
            kept = {label.id for label in detection.labels if label.canonical}
            write_reduced(sources, kept, reduced, config.read)
        if page:
            _report(detection, sources, config, options, console)
    _write(detection, {"-o": output, "--pairs": options["pairs"]}, options["show"])
    return detection


def _evidence(options: dict[str, Any]) -> Any:
    """Of all pairs, of those that the report shows, or of none."""
    if options["pairs"] or not options["report"]:
        return bool(options["pairs"])
    from detector.report import shown_pairs

    return shown_pairs


def _report(
    detection: Detection,
    sources: Sequence[Input],
    config: Config,
    options: dict[str, Any],
    console: Console,
) -> None:
    """Write the page; the texts that it shows are read again."""
    from detector.readers import read
    from detector.report import Context, Gate, shown_pairs, write

    gates: tuple[Gate, ...] = ()
    if options["fail_over"] is not None:
        rate, limit = _share_not_canonical(detection), options["fail_over"]
        told = f"{rate:.1%} of the articles are not canonical, over the limit of {limit:.1%}."
        gates = (Gate("--fail-over", f"{limit:.1%}", f"{rate:.1%}", rate > limit, (told,)),)
    lines, skips = console.left_out()
    context = Context(gates=gates, skipped=lines, skips=skips, notes=console.notes())
    wanted = {name for pair in shown_pairs(detection, context) for name in pair}
    again = read(sources, config.read, lambda _: None, lambda _: None)
    texts = {article.id: article for article in again if article.id in wanted}
    write(options["report"], detection, texts.get, context=context)


def _write(detection: Detection, tables: dict[str, str | None], shown: bool) -> None:
    """Files first: what reads standard output may leave early."""
    from detector.writers import write

    columns = {"-o": ROWS, "--pairs": PAIRS}
    for option, path in sorted(tables.items(), key=lambda item: item[1] == "-"):
        if path is None:
            continue
        rows = detection.rows() if option == "-o" else (p.row() for p in detection.pairs)
        with stdout.reader_may_leave():
            write(rows, path, columns[option])
    if shown:
        from detector.cli.show import show

        with stdout.reader_may_leave():
            for line in show(detection):
                click.echo(line)


def _share_not_canonical(detection: Detection) -> float:
    spare = sum(not label.canonical for label in detection.labels)
    return spare / max(len(detection.labels), 1)
