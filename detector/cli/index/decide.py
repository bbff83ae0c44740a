"""``detector index decide``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from detector.cli.options import examples, quiet_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detector.records import Decision, Level


@click.command(epilog=examples("detector index decide news.index decisions.jsonl"))
@click.argument("folder", metavar="DIR")
@click.argument("decisions", metavar="DECISIONS")
@quiet_option
def decide(folder: str, decisions: str, quiet: bool) -> None:
    """Join or part articles as an editor decided.

    DECISIONS is .jsonl, .csv or .parquet, or - for JSON lines: rows with the ids a and b, and
    same, which is true or false, as the report exports them. With a column relation, what is
    decided is that relation: a copy that is none may still report the same event. A decision
    holds against every score, until it is decided otherwise.
    """
    from detector.pipeline import Detector

    rows = list(_decisions(decisions))
    with Detector.open(folder, create=False) as detector:
        detector.decide(rows)
    if not quiet:
        count = f"{len(rows):,} decision{'s' * (len(rows) != 1)}"
        click.echo(f"{count} stored in {folder}.", err=True)


def _decisions(path: str) -> Iterator[Decision]:
    from detector.cli.tablefiles import records
    from detector.errors import InputError
    from detector.records import Decision

    words = {"true": True, "false": False}  # of CSV
    for number, row in enumerate(records(path, ["a", "b", "same", "relation"]), 1):
        a, b, same = (row.get(name) for name in ("a", "b", "same"))
        same = words.get(same, same) if isinstance(same, str) else same
        if not (isinstance(a, str) and isinstance(b, str) and isinstance(same, bool)):
            raise InputError(
                "not a decision; write the ids a and b, and same as true or false",
                f"{path}:{number}",
            )
        yield Decision(a, b, same, _level(row.get("relation"), f"{path}:{number}"))


def _level(relation: object, where: str) -> Level:
    """The closest level that a relation joins; without one, the loosest."""
    from detector.errors import InputError
    from detector.records import COPIES, Level, Relation

    if relation is None or relation == "":
        return Level.EVENT
    try:
        known = Relation(relation)
    except ValueError:
        names = ", ".join(map(str, Relation))
        raise InputError(f"no relation {relation!r}; known are {names}", where) from None
    if known in COPIES:
        return Level.DUPLICATE
    return Level.SYNDICATION if known is Relation.TRANSLATION else Level.EVENT
