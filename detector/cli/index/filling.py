"""Articles from files into an index, with progress and a count of what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING

import click

from detector.cli.console import Console

if TYPE_CHECKING:
    from detector.config import ReadConfig
    from detector.pipeline import Detector
    from detector.records import Article, Verdict

_BATCH = 1_000  # articles that become durable together


def fill(
    detector: Detector,
    inputs: Iterable[str],
    config: ReadConfig,
    console: Console,
    output: str | None = None,
) -> Counter[str]:
    """Add every article of `inputs`.

    Args:
        detector: an open index.
        inputs: as for `detector.readers.read`.
        config: how they are read.
        console: told of progress and of what is left out.
        output: file for one row a verdict, or None.

    Returns:
        How many articles were new, and how many had each relation to a stored one.
    """
    from detector.readers import read
    from detector.writers import open_rows

    counts: Counter[str] = Counter()
    articles = read(list(inputs), config, console.skipped, console.noted)
    rows = nullcontext(_nowhere) if output is None else open_rows(output)
    with console.progress() as progress, rows as write_row:
        for verdicts in _stored(detector, articles, config.on_error == "skip", console):
            for verdict in verdicts:
                counts["new" if verdict.is_new else str(verdict.relation)] += 1
                write_row(verdict.row())
            progress("add", sum(counts.values()), 0)
    return counts


def told(counts: Counter[str], what: str) -> None:
    """Say on standard error what was added."""
    from detector.records import Relation

    total = sum(counts.values())
    kinds = [f"{counts[kind]:,} {kind}" for kind in ("new", *map(str, Relation)) if counts[kind]]
    click.echo(
        f"{total:,} article{'s' * (total != 1)} {what}{': ' * bool(kinds)}{', '.join(kinds)}.",
        err=True,
    )


def _stored(
    detector: Detector, articles: Iterator[Article], skip: bool, console: Console
) -> Iterator[Iterable[Verdict]]:
    """Add articles batch by batch; where some may be left out, each batch for itself."""
    batches = _batches(articles)
    if not skip:
        return detector.add_in_batches(batches)
    return (_added(detector, batch, console) for batch in batches)


def _added(detector: Detector, batch: list[Article], console: Console) -> Iterator[Verdict]:
    """Add articles; one that cannot be beside those stored is found by halving, and left out."""
    from detector.errors import InputError

    try:
        yield from detector.add(batch)
    except InputError as error:
        if len(batch) == 1:
            console.skipped(InputError(error.reason, batch[0].origin))
            return
        middle = len(batch) // 2
        yield from _added(detector, batch[:middle], console)
        yield from _added(detector, batch[middle:], console)


def _batches(articles: Iterator[Article]) -> Iterator[list[Article]]:
    while batch := list(islice(articles, _BATCH)):
        yield batch


def _nowhere(_row: object) -> None:
    """No file is wanted."""
