"""``detector explain``: one pair, in full."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import configured, examples, pass_options

if TYPE_CHECKING:
    from detector.records import Article, Evidence, Explanation


@click.command(epilog=examples("detector explain songhong-f20e kinhte-7563 articles.jsonl"))
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@pass_options
def explain(a: str, b: str, inputs: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say why the articles A and B of INPUT are, or are not, related.

    A and B are ids; an article without one has that which `dedup -o` gives it. INPUT is the
    whole corpus, as for `dedup`: how rare a word is, and what else is near, counts.
    """
    from detector.pipeline import Detector
    from detector.readers import read

    config = configured(options)
    kept: dict[str, Article] = {}

    def watched(articles: Iterator[Article]) -> Iterator[Article]:
        for article in articles:
            if article.id in (a, b):
                kept[article.id] = article
            yield article

    skipped: list[str] = []
    articles = watched(read(inputs, config.read, lambda error: skipped.append(str(error))))
    explanation = _in_order(Detector(config).explain(articles, a, b), a)
    if skipped:
        count = f"{len(skipped):,} record{'s' * (len(skipped) > 1)}"
        click.echo(f"{count} left out, the first: {skipped[0]}", err=True)
    if as_json:
        click.echo(json.dumps(_object(explanation), ensure_ascii=False))
        return
    from detector.cli.sides import told

    for line in told(explanation, kept[a], kept[b]):
        click.echo(line)


def _in_order(found: Explanation, a: str) -> Explanation:
    """The explanation with the articles in the order in which they were named."""
    if found.a == a:
        return found
    evidence = dataclasses.replace(
        found.evidence,
        passages=tuple(
            sorted(
                (dataclasses.replace(p, a=p.b, b=p.a) for p in found.evidence.passages),
                key=lambda p: (p.a, p.b),
            )
        ),
        conflicting={kind: (b, a) for kind, (a, b) in found.evidence.conflicting.items()},
    )
    return dataclasses.replace(found, a=found.b, b=found.a, evidence=evidence)


def _object(found: Explanation) -> dict[str, Any]:
    """The explanation as plain JSON values."""
    return {
        "a": found.a,
        "b": found.b,
        "relation": str(found.relation) if found.relation else None,
        "score": found.probability,
        "question": found.question,
        "original": found.original,
        "original_confidence": found.original_confidence,
        "together": [str(level) for level in found.together],
        "decided_by": found.decided_by,
        "contributions": [dataclasses.asdict(row) for row in found.contributions],
        "evidence": _evidence(found.evidence),
    }


def _evidence(found: Evidence) -> dict[str, Any]:
    from detector.records import Pair, Relation

    # As in the rows of `dedup --pairs`.
    evidence: dict[str, Any] = Pair("", "", Relation.SAME_EVENT, 0, evidence=found).row()[
        "evidence"
    ]
    return evidence
