"""``detector explain``: one pair, in full."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import configured

if TYPE_CHECKING:
    from detector.records import Article, Explanation

_WIDTH = 100
_PASSAGES = 6
_FEATURES = 12


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--json", "as_json", is_flag=True, help="The whole explanation as one JSON object.")
@click.option(
    "--model", metavar="NAME", help="static, transformer, none, a folder or a hub id. [static]"
)
@click.option("--config", "toml", metavar="TOML", help="Options of every stage.")
@click.option("--fields", metavar="text=body,…", help="Which of your keys is which field.")
@click.option("--on-error", type=click.Choice(["fail", "skip"]), help="What a bad record does.")
@click.option("--jobs", type=click.IntRange(0), help="Processes. [default: one a core]")
def explain(a: str, b: str, inputs: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say why the articles with the ids A and B of INPUT are, or are not, related."""
    from detector.pipeline import Detector
    from detector.readers import read, spool

    config = configured(options)
    kept: dict[str, Article] = {}

    def watched(articles: Iterator[Article]) -> Iterator[Article]:
        for article in articles:
            if article.id in (a, b):
                kept[article.id] = article
            yield article

    with ExitStack() as stack:
        sources = [stack.enter_context(spool()) if name == "-" else name for name in inputs]
        articles = watched(read(sources, config.read))
        explanation = Detector(config).explain(articles, a, b)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(explanation), ensure_ascii=False))
        return
    for line in _told(explanation, kept[explanation.a], kept[explanation.b]):
        click.echo(line)


def _told(found: Explanation, a: Article, b: Article) -> Iterator[str]:
    relation = str(found.relation) if found.relation else "not related"
    yield click.style(f"{found.a} and {found.b}: {relation}, {found.probability:.2f}", bold=True)
    yield found.decided_by
    if found.original:
        yield f"Original: {found.original} ({found.original_confidence:.2f})"
    yield from (f"  {reason}" for reason in found.evidence.reasons)
    yield ""
    for title, values in (("Agree on", found.evidence.agreeing),):
        for kind, shared in values.items():
            yield f"{title} {kind}: {', '.join(shared[:12])}"
    for kind, (left, right) in found.evidence.conflicting.items():
        yield click.style(
            f"Conflict in {kind}: {', '.join(left[:8])}  /  {', '.join(right[:8])}", fg="yellow"
        )
    yield ""
    yield f"{'feature':<20}{'value':>10}{'log-odds':>10}   ({found.question})"
    for row in found.contributions[:_FEATURES]:
        colour = "green" if row.log_odds > 0 else "red"
        yield f"{row.feature:<20}{row.value:>10.3f}" + click.style(
            f"{row.log_odds:>+10.2f}", fg=colour
        )
    passages = sorted(found.evidence.passages, key=lambda p: -p.score * (p.a[1] - p.a[0]))
    for passage in sorted(passages[:_PASSAGES], key=lambda p: p.a):
        yield ""
        yield _quoted(found.a, a.text, passage.a)
        yield _quoted(found.b, b.text, passage.b)
    if len(passages) > _PASSAGES:
        yield f"\n… and {len(passages) - _PASSAGES} more passages (--json has all)."


def _quoted(name: str, text: str, span: tuple[int, int]) -> str:
    said = " ".join(text[span[0] : span[1]].split())
    said = said if len(said) <= _WIDTH * 2 else said[: _WIDTH * 2 - 1] + "…"
    return f"  {name} [{span[0]}:{span[1]}]  “{said}”"
