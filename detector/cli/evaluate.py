"""``detector evaluate``: how well a result agrees with gold labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from detector.cli.options import examples

if TYPE_CHECKING:
    from detector.metrics import Side


@click.command(epilog=examples("detector evaluate rows.jsonl gold.jsonl --pairs pairs.jsonl"))
@click.argument("predicted")
@click.argument("gold")
@click.option("--pairs", metavar="FILE", help="Pairs that belong to the rows of PREDICTED.")
@click.option("--gold-pairs", metavar="FILE", help="Pairs that belong to the rows of GOLD.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
def evaluate(
    predicted: str, gold: str, pairs: str | None, gold_pairs: str | None, as_json: bool
) -> None:
    """Score PREDICTED against GOLD: pairs, clusters, originals and probabilities.

    Each is a file of rows (id, duplicate_cluster, syndication_cluster, event_cluster,
    original, language), as `dedup -o` writes them, or of pairs (a, b, relation, score,
    original), as `dedup --pairs` writes them: .jsonl, .csv or .parquet.
    """
    from detector.cli.scores import print_evaluation
    from detector.metrics import evaluate as judge

    found = judge(_side(predicted, pairs, "--pairs"), _side(gold, gold_pairs, "--gold-pairs"))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        print_evaluation(found)


def _side(path: str, pairs: str | None, option: str) -> Side:
    """What one side of the command line says.

    Raises:
        InputError: if a file cannot be read or holds something else.
        UsageError: if pairs are given twice.
    """
    from detector.errors import UsageError
    from detector.metrics import Side

    main = _table(path)
    if main.pairs is None and pairs is not None:
        beside = _table(pairs)
        if beside.pairs is None:
            raise UsageError(
                f"{option} {pairs}: holds rows of articles, not pairs (a, b, relation)"
            )
        return Side(main.rows, beside.pairs)
    if pairs is not None:
        raise UsageError(f"{path}: holds pairs itself; leave out {option}, or give rows first")
    return main


def _table(path: str) -> Side:
    from detector.cli.tablefiles import records
    from detector.errors import InputError
    from detector.metrics import COLUMNS, Side, links

    rows = list(records(path, list(COLUMNS)))
    columns = dict.fromkeys(key for row in rows for key in row)
    joined = {"a", "b"} <= columns.keys()
    if rows and not joined and "id" not in columns:
        raise InputError(
            "neither rows of articles (id, event_cluster…) nor pairs (a, b, relation); "
            f"its columns are {', '.join(columns)}",
            path,
        )
    try:
        if joined or not rows:
            links(rows)
            return Side(pairs=rows)
        side = Side(rows=rows)
        side.by_id()
    except InputError as error:
        raise InputError(error.reason, path) from error
    return side
