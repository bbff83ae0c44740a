"""``detector index export``."""

from __future__ import annotations

import click

from detector.cli import stdout
from detector.cli.options import examples


@click.command(
    epilog=examples("detector index export news.index -o rows.parquet --pairs pairs.jsonl")
)
@click.argument("folder", metavar="DIR")
@click.option("-o", "--output", metavar="FILE", help="One row an article. [default: stdout]")
@click.option("--pairs", metavar="FILE", help="One row a related pair.")
def export(folder: str, output: str | None, pairs: str | None) -> None:
    """Write what is known of all articles.

    Rows and pairs are those of `dedup`, in the order in which the articles were added; the
    evidence of a pair is short. FILE is .jsonl, .csv or .parquet.
    """
    from detector.cli.dedup import PAIRS, ROWS
    from detector.cli.outputs import check_outputs
    from detector.pipeline import Detector
    from detector.writers import write

    if output is None and pairs != "-":
        output = "-"
    check_outputs((), {"-o": output, "--pairs": pairs}, None)
    with Detector.open(folder, create=False, read_only=True) as detector:
        detection = detector.detection()
    with stdout.reader_may_leave():
        if output is not None:
            write(detection.rows(), output, ROWS)
    with stdout.reader_may_leave():
        if pairs is not None:
            write((pair.row() for pair in detection.pairs), pairs, PAIRS)
