"""``detector dedup``: the whole pass over files."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from detector.cli.console import Console
from detector.cli.options import configured, percent

if TYPE_CHECKING:
    from detector.config import Config
    from detector.records import Detection


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", metavar="FILE", help="One row an article; - or none: stdout.")
@click.option("--pairs", metavar="FILE", help="One row for each related pair, with evidence.")
@click.option("--show", is_flag=True, help="Print the clusters for reading, to stdout.")
@click.option("--apply", "reduced", metavar="FILE", help="Write the corpus without its duplicates.")
@click.option(
    "--keep",
    type=click.Choice(["duplicates", "syndication", "events"]),
    help="Of which clusters one article stays. [default: duplicates]",
)
@click.option(
    "--model", metavar="NAME", help="static, transformer, none, a folder or a hub id. [static]"
)
@click.option("--config", "toml", metavar="TOML", help="Options of every stage.")
@click.option("--fields", metavar="text=body,…", help="Which of your keys is which field.")
@click.option("--on-error", type=click.Choice(["fail", "skip"]), help="What a bad record does.")
@click.option("--jobs", type=click.IntRange(0), help="Processes. [default: one a core]")
@click.option(
    "--fail-over", type=percent, metavar="5%", help="Exit with 1 over this duplicate rate."
)
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def dedup(inputs: tuple[str, ...], **options: Any) -> None:
    """Mark copies, translations and reports of one event in INPUT.

    INPUT is a file (.jsonl, .csv, .parquet, .txt, .html; .gz and .zst), a folder, or - for
    JSON lines on standard input. Nothing is deleted: only --apply writes a smaller corpus.
    """
    console = Console(quiet=options["quiet"])
    config = configured(options)
    rate = _run(inputs, config, options, console)
    limit = options["fail_over"]
    if limit is not None and rate > limit:
        click.echo(f"Error: {rate:.1%} duplicates, over the limit of {limit:.1%}.", err=True)
        raise click.exceptions.Exit(1)


def _run(
    inputs: tuple[str, ...], config: Config, options: dict[str, Any], console: Console
) -> float:
    from detector.pipeline import Detector
    from detector.readers import read, spool, write_reduced
    from detector.writers import write

    with ExitStack() as stack:
        # Standard input is kept in a file, since --apply reads it again.
        sources = [stack.enter_context(spool()) if name == "-" else name for name in inputs]
        progress = stack.enter_context(console.progress())
        articles = read(sources, config.read, console.skipped, console.noted)
        with_evidence = bool(options["pairs"])
        detection = Detector(config).detect(articles, evidence=with_evidence, progress=progress)
        if options["show"]:
            _print(detection)
        if options["output"] or not options["show"]:
            write(detection.rows(), options["output"])
        if options["pairs"]:
            write((pair.row() for pair in detection.pairs), options["pairs"])
        if options["reduced"]:
            kept = {label.id for label in detection.labels if label.canonical}
            write_reduced(sources, kept, options["reduced"], config.read)
    console.summary(detection)
    return _duplicate_rate(detection)


def _print(detection: Detection) -> None:
    from detector.cli.show import show

    for line in show(detection):
        click.echo(line)


def _duplicate_rate(detection: Detection) -> float:
    """Articles that are not the canonical one of their cluster, over all."""
    dropped = sum(not label.canonical for label in detection.labels)
    return dropped / max(len(detection.labels), 1)
