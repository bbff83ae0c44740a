"""``detector index add``."""

from __future__ import annotations

from typing import Any

import click

from detector.cli.console import Console
from detector.cli.options import examples, quiet_option, reading, reading_options


@click.command(epilog=examples("detector index add news.index today.jsonl -o verdicts.jsonl"))
@click.argument("folder", metavar="DIR")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", metavar="FILE", help="One row an article: what `check` says of it.")
@reading_options
@quiet_option
def add(
    folder: str, inputs: tuple[str, ...], output: str | None, quiet: bool, **options: Any
) -> None:
    """Add the articles of INPUT to an index.

    INPUT is as for `dedup`. What was added stays added when the command is stopped half-way,
    and an article that is stored already is not stored again: begin again with the same INPUT.
    """
    from detector.cli.index.filling import fill, told
    from detector.cli.outputs import check_outputs
    from detector.pipeline import Detector

    check_outputs(inputs, {"-o": output}, None)
    console = Console(quiet=quiet)
    with Detector.open(folder, create=False) as detector:
        counts = fill(detector, inputs, reading(detector.config.read, options), console, output)
    console.say_notes()
    console.say_left_out()
    if not quiet:
        told(counts, f"added to {folder}")
