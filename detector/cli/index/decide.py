"""``detector index decide``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from detector.cli.options import examples, quiet_option

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(epilog=examples("detector index decide news.index decisions.jsonl"))
@click.argument("folder", metavar="DIR")
@click.argument("decisions", metavar="DECISIONS")
@quiet_option
def decide(folder: str, decisions: str, quiet: bool) -> None:
    """Join or part articles of the index in DIR as an editor decided.

    DECISIONS is .jsonl, .csv or .parquet, or - for JSON lines: rows with the ids a and b, and
    same, which is true or false. What is decided holds against every score, until it is decided
    otherwise.
    """
    from detector.pipeline import Detector

    rows = list(_decisions(decisions))
    with Detector.open(folder, create=False) as detector:
        detector.decide(rows)
    if not quiet:
        click.echo(f"{len(rows):,} decisions stored in {folder}.", err=True)


def _decisions(path: str) -> Iterator[tuple[str, str, bool]]:
    from detector.cli.tablefiles import records
    from detector.errors import InputError

    words = {"true": True, "false": False}  # of CSV
    for number, row in enumerate(records(path, ["a", "b", "same"]), 1):
        a, b, same = (row.get(name) for name in ("a", "b", "same"))
        same = words.get(same, same) if isinstance(same, str) else same
        if not (isinstance(a, str) and isinstance(b, str) and isinstance(same, bool)):
            raise InputError(
                "not a decision; write the ids a and b, and same as true or false",
                f"{path}:{number}",
            )
        yield a, b, same
