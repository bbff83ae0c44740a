"""``detector index compact``."""

from __future__ import annotations

import click

from detector.cli.console import Console
from detector.cli.options import examples, quiet_option


@click.command(epilog=examples("detector index compact news.index"))
@click.argument("folder", metavar="DIR")
@quiet_option
def compact(folder: str, quiet: bool) -> None:
    """Make an index small and fast again.

    Worth doing when many articles were added or taken out. Others go on reading meanwhile.
    """
    from detector.pipeline import Detector

    console = Console(quiet=quiet)
    with Detector.open(folder, create=False) as detector:
        before = sum(detector.info().files.values())
        with console.progress() as progress:
            detector.compact(progress)
        after = sum(detector.info().files.values())
    if not quiet:
        click.echo(f"{folder}: {before / 1e6:.1f} MB, now {after / 1e6:.1f} MB.", err=True)
