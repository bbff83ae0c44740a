"""Facts of cleaned articles: language, title, dates, places, numbers, credits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from detector.enrich import anchors, dates, events, language, marks, places, provenance
from detector.enrich.dates import Dates
from detector.enrich.layout import Layout, layout_of
from detector.enrich.marks import Cover, Marks, Spans
from detector.enrich.places import PlaceMention
from detector.records import Article, Facts, Role, Segment
from detector.text import Tokens, inside

__all__ = ["enrich"]

_Mask = npt.NDArray[np.bool_]


def enrich(
    articles: Sequence[Article],
    segments: Sequence[tuple[Segment, ...]],
    tokens: Tokens,
    body: _Mask | None = None,
    *,
    brief: bool = False,
) -> list[Facts]:
    """Find the facts of a batch of articles.

    Args:
        articles: any number of articles.
        segments: of each article, as the clean stage gave them.
        tokens: the words of every `Article.text`, in order.
        body: shape (words,), which words are of the body, if that is known already.
        brief: find only the language, the title, the event date and the credits, which are
            the same as without; the other facts are left empty.

    Returns:
        The facts of each article, in order.
    """
    pages = [layout_of(*row) for row in zip(articles, segments, strict=True)]
    languages = [
        language.identify(page.beginning(article.text), article.language)
        for article, page in zip(articles, pages, strict=True)
    ]
    titles = [a.title or page.title(a.text) for a, page in zip(articles, pages, strict=True)]
    if brief:
        days, happened = events.of_leads(articles, pages, tokens, languages)
        events.of_headlines(happened, titles, days, languages)
        return [
            Facts(code, title, day, credits=provenance.credits(article.text, page.aside))
            for article, page, code, title, day in zip(
                articles, pages, languages, titles, happened, strict=True
            )
        ]
    return _all_facts(articles, pages, tokens, body, languages, titles)


def _all_facts(
    articles: Sequence[Article],
    pages: Sequence[Layout],
    tokens: Tokens,
    body: _Mask | None,
    languages: Sequence[str],
    titles: Sequence[str],
) -> list[Facts]:
    texts = [article.text for article in articles]
    bodies = [page.of(Role.BODY) for page in pages]
    heads = [page.head for page in pages]
    datelines = [page.of(Role.DATELINE) for page in pages]
    if body is None:
        body = inside(tokens, bodies)
    marked = marks.mark(texts, tokens, _also(body, tokens, heads), languages)
    named = places.find_places(texts, tokens, _also(body, tokens, datelines), languages)
    days = events.published(articles, pages, languages, marked)
    marked = [
        own.inside(spans) if head else own
        for own, spans, head in zip(marked, bodies, heads, strict=True)
    ]
    found = [
        dates.read_dates(*row) for row in zip(texts, bodies, days, languages, marked, strict=True)
    ]
    happened = [
        events.of_body(text, page, own.mentions, day, code)
        for text, page, own, day, code in zip(texts, pages, found, days, languages, strict=True)
    ]
    events.of_headlines(happened, titles, days, languages)
    rows = zip(
        *(texts, pages, languages, titles, happened),
        *(bodies, datelines, marked, found, named),
        strict=True,
    )
    return [_facts(*row) for row in rows]


def _facts(
    text: str,
    page: Layout,
    code: str,
    title: str,
    event: date | None,
    body: Spans,
    dateline: Spans,
    marked: Marks,
    found: Dates,
    named: Sequence[PlaceMention],
) -> Facts:
    documents = anchors.find_documents(text, marked.figures)
    taken = [(d.start, d.end) for d in found.mentions]
    taken += [(d.start, d.end) for d in found.yearless]
    taken += [(start, end) for start, end, _ in documents]
    days = [(d.start, f"{d.day}/{d.month}") for d in found.yearless]
    above, below = _split(named, dateline) if dateline else ([], named)
    lead = [p for p in below if p.start < page.lead_end]
    return Facts(
        language=code,
        title=title,
        event_date=event,
        credits=provenance.credits(text, page.aside),
        dateline=places.most_specific(above) or places.most_specific(lead),
        byline=provenance.byline(text, page.aside),
        dates=found.mentions,
        places=tuple(p.id for p in below),
        numbers=anchors.numbers(text, body, code, marked, taken, days),
        documents=tuple(dict.fromkeys(name for _, _, name in documents)),
    )


def _also(mask: _Mask, tokens: Tokens, spans: Sequence[Spans]) -> _Mask:
    return mask | inside(tokens, spans) if any(spans) else mask


def _split(
    named: Sequence[PlaceMention], spans: Spans
) -> tuple[Sequence[PlaceMention], Sequence[PlaceMention]]:
    """The places inside the spans, and the others."""
    cover = Cover(spans)
    return [p for p in named if p.start in cover], [p for p in named if p.start not in cover]
