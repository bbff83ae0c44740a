"""``detector index changes``."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

import click

from detector.cli import stdout
from detector.cli.options import examples


@click.command(epilog=examples("detector index changes news.index --since 2024-08-01"))
@click.argument("folder", metavar="DIR")
@click.option(
    "--since", metavar="DATE", required=True, help="A day, or a time such as in ISO 8601."
)
def changes(folder: str, since: str) -> None:
    """List what became of clusters since DATE.

    They are born, grow, merge, split and go. One JSON object a line, the oldest change first.
    """
    from detector.errors import UsageError
    from detector.pipeline import Detector
    from detector.readers import dates
    from detector.writers import write

    with Detector.open(folder, create=False, read_only=True) as detector:
        zone = dates.zone(detector.config.read.timezone)
        moment = dates.parse(since, zone)
        if moment is None:
            raise UsageError(f"--since {since}: not understood as a date; write 2024-01-31")
        events = detector.cluster_events(_time(moment, zone))
    with stdout.reader_may_leave():
        write((event.row() for event in events), None)


def _time(moment: date, zone: tzinfo) -> datetime:
    """The moment, or where it is a day, its first."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), zone)
