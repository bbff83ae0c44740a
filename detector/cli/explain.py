"""``detector explain``: one pair, in full."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import configured, examples, pass_options

if TYPE_CHECKING:
    from detector.config import Config
    from detector.records import Article, Explanation


@click.command(
    epilog=examples(
        "detector explain songhong-f20e kinhte-7563 articles.jsonl",
        "detector explain songhong-f20e kinhte-7563 --index news.index",
    )
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option("--index", metavar="DIR", help="Take them from this index, in place of INPUT.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@pass_options
def explain(
    a: str, b: str, inputs: tuple[str, ...], index: str | None, as_json: bool, **options: Any
) -> None:
    """Say why the articles A and B of INPUT are, or are not, related.

    A and B are ids; an article without one has that which `dedup -o` gives it. INPUT is the
    whole corpus, as for `dedup`: how rare a word is, and what else is near, counts. An index
    keeps that, and the options that it was made with.
    """
    if bool(inputs) == bool(index):
        raise click.UsageError("Name the corpus: INPUT..., or --index DIR.")
    if index:
        given = [name for name, value in options.items() if value is not None]
        if given:
            option = {"toml": "config", "on_error": "on-error"}.get(given[0], given[0])
            raise click.UsageError(f"--{option} is for INPUT; an index keeps its options.")
        explanation, articles = _indexed(index, a, b)
    else:
        explanation, articles = _read(inputs, configured(options), a, b)
    if as_json:
        click.echo(json.dumps(explanation.row(), ensure_ascii=False))
        return
    from detector.cli.sides import told

    for line in told(explanation, *articles):
        click.echo(line)


def _indexed(index: str, a: str, b: str) -> tuple[Explanation, tuple[Article, Article]]:
    from detector.pipeline import Detector

    with Detector.open(index, create=False, read_only=True) as detector:
        return detector.explain(a, b).seen_from(a), (detector.get(a), detector.get(b))


def _read(
    inputs: Sequence[str], config: Config, a: str, b: str
) -> tuple[Explanation, tuple[Article, Article]]:
    from detector.pipeline import Detector
    from detector.readers import read

    kept: dict[str, Article] = {}

    def watched(articles: Iterator[Article]) -> Iterator[Article]:
        for article in articles:
            if article.id in (a, b):
                kept[article.id] = article
            yield article

    skipped: list[str] = []
    articles = watched(read(inputs, config.read, lambda error: skipped.append(str(error))))
    found = Detector(config).explain(articles, a, b).seen_from(a)
    if skipped:
        count = f"{len(skipped):,} record{'s' * (len(skipped) > 1)}"
        click.echo(f"{count} left out, the first: {skipped[0]}", err=True)
    return found, (kept[a], kept[b])
