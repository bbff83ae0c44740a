"""Two articles beside each other: what was decided, from what, and where it stands."""

from __future__ import annotations

import math
import shutil
import sys
import textwrap
from collections.abc import Iterator
from itertools import zip_longest

import click

from detector.records import Article, Contribution, Explanation, Level, Passage

_NARROW, _WIDE = 80, 104  # columns: the width without a terminal; from here on two columns
_PASSAGES = 8
_FEATURES = 14
_VALUES = 14  # agreeing values of a kind
_QUOTE = 500  # characters of a passage; its offsets say where it goes on
_LEAST = 0.005  # log-odds below which a feature is not shown
_BAR = 24  # columns of the longest bar
_QUESTIONS = {
    "exact": "are the bodies the same",
    "copy": "is one a copy of the other",
    "translation": "is one a translation of the other",
    "event": "do both report the same event",
    "event_crossing": "do both report the same event, in two languages",
}


def told(found: Explanation, a: Article, b: Article) -> Iterator[str]:
    """Lines for a terminal.

    Args:
        found: why the two are related, or are not.
        a: the first article of the explanation.
        b: the second.
    """
    width = shutil.get_terminal_size((_NARROW, 24)).columns if sys.stdout.isatty() else _NARROW
    width = max(width, _NARROW)
    relation = str(found.relation) if found.relation else "not related"
    yield click.style(f"{relation}, score {found.probability:.2f}", bold=True)
    yield from _heading("A", a, width)
    yield from _heading("B", b, width)
    yield ""
    yield from _clusters(found, width)
    yield from _original(found, width)
    yield ""
    yield from _sum(found)
    yield from _facts(found, width)
    yield from _passages(found, a, b, width)


def _heading(side: str, article: Article, width: int) -> Iterator[str]:
    published = article.published.isoformat()[:16].replace("T", " ") if article.published else ""
    parts = [f"[{article.id}]", ", ".join(filter(None, (article.source, published)))]
    yield _cut(f"  {side}  {' '.join(filter(None, parts))}", width)
    if article.title:
        yield _cut(f"     {article.title}", width)


def _clusters(found: Explanation, width: int) -> Iterator[str]:
    if found.together:
        *most, last = map(str, found.together)
        names = f"{', '.join(most)} and {last}" if most else last
        told = f"In the same {names} cluster{'s' * bool(most)}. {found.decided_by}"
    else:
        told = f"In no cluster together. {found.decided_by}"
    yield from textwrap.wrap(told, width)


def _original(found: Explanation, width: int) -> Iterator[str]:
    if found.original:
        side = "A" if found.original == found.a else "B"
        yield f"Original: {side} [{found.original}], confidence {found.original_confidence:.2f}."
    elif found.relation and Level.SYNDICATION in found.together:
        yield "Original: unknown."
    for reason in found.evidence.reasons:
        # Ids and paths are to be copied whole.
        yield from textwrap.wrap(
            f"- {reason}", width, subsequent_indent="  ", break_on_hyphens=False
        )


def _sum(found: Explanation) -> Iterator[str]:
    """The features with what each adds to the log-odds, as a column of bars."""
    yield click.style(
        f"What the score is made of ({_QUESTIONS.get(found.question, found.question)}?)", bold=True
    )
    if not found.contributions:
        same = found.question == "exact"
        yield "  nothing to weigh: " + ("the bodies are equal" if same else "too little is shared")
        return
    rows = [row for row in found.contributions if abs(row.log_odds) >= _LEAST]
    shown, hidden = rows[:_FEATURES], rows[_FEATURES:]
    rest = sum(row.log_odds for row in hidden)
    largest = max((abs(row.log_odds) for row in shown), default=1)
    yield f"  {'feature':<20}{'value':>9}{'log-odds':>10}"
    for row in shown:
        yield _weighed(row, largest)
    if hidden:
        yield f"  {f'{len(hidden)} smaller ones':<29}{rest:>+10.2f}"
    if 0 < found.probability < 1:
        odds = math.log(found.probability / (1 - found.probability))
        start = odds - sum(row.log_odds for row in found.contributions)
        yield f"  {'before any evidence':<29}{start:>+10.2f}"
        yield f"  {'together':<29}{odds:>+10.2f}   a score of {found.probability:.4f}"


def _weighed(row: Contribution, largest: float) -> str:
    colour = "green" if row.log_odds > 0 else "red"
    bar = "█" * max(1, round(_BAR * abs(row.log_odds) / largest))
    return (
        f"  {row.feature:<20}{row.value:>9.3f}"
        + click.style(f"{row.log_odds:>+10.2f}", fg=colour)
        + f"   {click.style(bar, fg=colour)}"
    )


def _facts(found: Explanation, width: int) -> Iterator[str]:
    agreeing, conflicting = found.evidence.agreeing, found.evidence.conflicting
    if agreeing:
        yield ""
        yield click.style("Both state", bold=True)
    for kind, values in agreeing.items():
        more = f" and {len(values) - _VALUES} more" if len(values) > _VALUES else ""
        yield from _labelled(kind, ", ".join(values[:_VALUES]) + more, width)
    if conflicting:
        yield ""
        yield click.style("They exclude each other in", bold=True, fg="red")
    for kind, (left, right) in conflicting.items():
        yield from _labelled(kind, f"A: {', '.join(left[:_VALUES])}", width)
        yield from _labelled("", f"B: {', '.join(right[:_VALUES])}", width)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text, width, initial_indent=f"  {label:<11}", subsequent_indent=" " * 13
    )


def _passages(found: Explanation, a: Article, b: Article, width: int) -> Iterator[str]:
    passages = found.evidence.passages
    if not passages:
        return
    aligned = any(p.score < 1 for p in passages)
    shown = sorted(passages, key=lambda p: (-p.score * (p.a[1] - p.a[0]), p.a))[:_PASSAGES]
    what = "Sentences that say the same" if aligned else "Shared passages"
    count = (
        f" ({len(shown)} of {len(passages)}; --json has all)" if len(shown) < len(passages) else ""
    )
    yield ""
    yield click.style(what + count, bold=True)
    for passage in sorted(shown, key=lambda p: p.a):
        yield ""
        yield from _quoted(passage, a, b, width, aligned)


def _quoted(passage: Passage, a: Article, b: Article, width: int, aligned: bool) -> Iterator[str]:
    heads = [f"{side} {start}–{end}" for side, (start, end) in (("A", passage.a), ("B", passage.b))]
    heads[0] += f", cosine {passage.score:.2f}" if aligned else ""
    texts = [
        _cut(" ".join(article.text[start:end].split()), _QUOTE)
        for article, (start, end) in ((a, passage.a), (b, passage.b))
    ]
    if width >= _WIDE:
        column = (width - 7) // 2
        left, right = (textwrap.wrap(text, column) for text in texts)
        yield click.style(f"  {heads[0]:<{column}} │ {heads[1]}", dim=True)
        for one, other in zip_longest(left, right, fillvalue=""):
            yield f"  {one:<{column}} │ {other}"
        return
    for head, text in zip(heads, texts, strict=True):
        yield click.style(f"  {head}", dim=True)
        yield from textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
