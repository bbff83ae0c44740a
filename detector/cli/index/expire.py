"""``detector index expire``."""

from __future__ import annotations

import click

from detector.cli.options import examples, quiet_option


@click.command(epilog=examples("detector index expire news.index --before 2024-01-01"))
@click.argument("folder", metavar="DIR")
@click.option(
    "--before", metavar="DATE", required=True, help="A day, or a time such as in ISO 8601."
)
@quiet_option
def expire(folder: str, before: str, quiet: bool) -> None:
    """Take out what was published before DATE.

    An article without a publication date counts as of when it was added.
    """
    from detector.errors import UsageError
    from detector.pipeline import Detector
    from detector.readers import dates

    with Detector.open(folder, create=False) as detector:
        moment = dates.parse(before, dates.zone(detector.config.read.timezone))
        if moment is None:
            raise UsageError(f"--before {before}: not understood as a date; write 2024-01-31")
        count = detector.expire(moment)
    if not quiet:
        click.echo(f"{count:,} article{'s' * (count != 1)} removed from {folder}.", err=True)
