"""``detector check``: what an index knows of each article, an answer a line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from detector.cli import stdout
from detector.cli.console import Console
from detector.cli.options import examples, index_option, reading, reading_options

if TYPE_CHECKING:
    from detector.errors import InputError
    from detector.pipeline import Detector
    from detector.records import Article, Verdict


@click.command(
    epilog=examples(
        "detector check --index news.index today.jsonl",
        "crawl | detector check --index news.index --add --on-error skip -",
    )
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@index_option
@click.option("--add", is_flag=True, help="Add each article behind its answer.")
@click.option("--no-evidence", is_flag=True, help="Leave the evidence out, which is faster.")
@reading_options
@click.option("--quiet", is_flag=True, help="Say nothing of dates that are not understood.")
def check(
    inputs: tuple[str, ...],
    index: str,
    add: bool,
    no_evidence: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Say of each article of INPUT whether the index in DIR holds it.

    INPUT is as for `dedup`. The answer is one JSON object a line, in the order of INPUT and
    written out at once, so another program can send a line to - and wait for its answer.
    Nothing is written to the index without --add; with it, an answer comes when the article
    is stored for good.

    A record that cannot be read ends the command with 3. With --on-error skip its answer is
    {"error": …} instead, so that answers stay in step with lines. Empty lines have no answer.
    """
    from detector.pipeline import Detector
    from detector.readers import each

    console = Console(quiet=quiet)
    with Detector.open(index, create=False, read_only=not add) as detector:
        config = reading(detector.config.read, options)
        with stdout.reader_may_leave():
            for found in each(inputs, config, console.noted):
                _write(_answer(detector, found, add, not no_evidence, config.on_error == "skip"))
    console.say_notes()


def _answer(
    detector: Detector, found: Article | InputError, add: bool, evidence: bool, skip: bool
) -> Mapping[str, Any]:
    from detector.errors import InputError

    try:
        if isinstance(found, InputError):
            raise found
        return _verdict(detector, found, add, evidence).row()
    except InputError as error:
        if not skip:
            raise
        return {"error": str(error)}


def _verdict(detector: Detector, article: Article, add: bool, evidence: bool) -> Verdict:
    from detector.errors import InputError

    if not add:
        return detector.check(article, evidence=evidence)
    found = detector.check(article).evidence if evidence else None
    try:
        (verdict,) = detector.add(article)
    except InputError as error:
        raise InputError(error.reason, article.origin) from error
    return replace(verdict, evidence=found) if found is not None else verdict


def _write(row: Mapping[str, Any]) -> None:
    from detector.writers.jsonl import dumps

    sys.stdout.buffer.write(dumps(row) + b"\n")
    sys.stdout.buffer.flush()
