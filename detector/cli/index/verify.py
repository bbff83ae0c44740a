"""``detector index verify``."""

from __future__ import annotations

import click

from detector.cli.options import examples


@click.command(epilog=examples("detector index verify news.index"))
@click.argument("folder", metavar="DIR")
def verify(folder: str) -> None:
    """Look for damage, and say what to do about it.

    The exit code is 4 if something is damaged.
    """
    from detector.errors import StoreError
    from detector.pipeline import Detector

    with Detector.open(folder, create=False, read_only=True) as detector:
        faults = detector.verify()
        count = len(detector)
    if faults:
        raise StoreError("\n".join(faults))
    click.echo(f"{folder}: {count:,} article{'s' * (count != 1)}, whole")
