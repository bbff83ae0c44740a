"""``detector index build``."""

from __future__ import annotations

from typing import Any

import click

from detector.cli.console import Console
from detector.cli.options import building_options, configured, examples, quiet_option


@click.command(
    epilog=examples(
        "detector index build news.index articles.jsonl",
        "detector index build news.index --no-text --model none",
    )
)
@click.argument("folder", metavar="DIR")
@click.argument("inputs", nargs=-1, metavar="[INPUT...]")
@click.option("--no-text", is_flag=True, help="Store digests, signatures and vectors, no article.")
@building_options
@quiet_option
def build(folder: str, inputs: tuple[str, ...], no_text: bool, quiet: bool, **options: Any) -> None:
    """Make an index of the articles of INPUT.

    INPUT is as for `dedup`; without it the index is empty. DIR is a new folder. The index keeps
    the options that it is made with. DIR appears when all is in it, and not at all after an error.
    """
    from detector import files
    from detector.cli.index.filling import fill, told
    from detector.pipeline import Detector

    config = configured(options)
    console = Console(quiet=quiet)
    with (
        files.atomic_folder(folder) as part,
        Detector.open(part, config, text=not no_text) as detector,
    ):
        counts = fill(detector, inputs, config.read, console)
    console.say_notes()
    console.say_left_out()
    if not quiet:
        told(counts, f"in {folder}")
