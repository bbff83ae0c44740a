"""Facts of cleaned articles: language, title, dates, places, numbers, credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detector.enrich import anchors, dates, language, marks, places, provenance
from detector.enrich.marks import Marks
from detector.enrich.places import PlaceMention
from detector.records import Article, Facts, Role, Segment
from detector.text import Tokens, normalise, tokenise

__all__ = ["enrich"]

_LEAD = 400  # characters of body: two or three sentences
_SAMPLE = 300  # characters of body that show the language

_Spans = list[tuple[int, int]]


def enrich(
    articles: Sequence[Article],
    segments: Sequence[tuple[Segment, ...]],
    tokens: Tokens,
) -> list[Facts]:
    """Find the facts of a batch of articles.

    Args:
        articles: any number of articles.
        segments: of each article, as the clean stage gave them.
        tokens: the words of every `Article.text`, in order.

    Returns:
        The facts of each article, in order.
    """
    texts = [article.text for article in articles]
    bodies = [_spans(own, Role.BODY) for own in segments]
    datelines = [_spans(own, Role.DATELINE) for own in segments]
    languages = [
        language.identify(_beginning(article.text, body), article.language)
        for article, body in zip(articles, bodies, strict=True)
    ]
    in_body = marks.within(tokens, bodies)
    marked = marks.mark(texts, tokens, in_body, languages)
    wanted = in_body | marks.within(tokens, datelines) if any(datelines) else in_body
    named = places.find_places(texts, tokens, wanted, languages)
    rows = zip(articles, segments, bodies, datelines, languages, marked, named, strict=True)
    facts = [_facts(*row) for row in rows]
    return _with_headline_dates(articles, facts)


def _facts(
    article: Article,
    segments: tuple[Segment, ...],
    body: _Spans,
    dateline: _Spans,
    code: str,
    marked: Marks,
    named: Sequence[PlaceMention],
) -> Facts:
    text, published = article.text, article.published
    lead_end = _lead_end(body)
    found = dates.find_dates(text, body, published, code, marked)
    documents = anchors.find_documents(text, marked.figures)
    taken = [*((d.start, d.end) for d in found), *((start, end) for start, end, _ in documents)]
    above = [p for p in named if any(start <= p.start < end for start, end in dateline)]
    inside = [p for p in named if p not in above] if above else named
    lead = [p for p in inside if p.start < lead_end]
    return Facts(
        language=code,
        title=article.title or _title(text, segments),
        event_date=dates.event_date(text, found, lead_end, published, code),
        dateline=places.most_specific(above) or places.most_specific(lead),
        byline=provenance.byline(text, segments),
        credits=provenance.credits(text, segments),
        dates=found,
        places=tuple(p.id for p in inside),
        numbers=anchors.numbers(text, body, code, marked, taken),
        documents=tuple(dict.fromkeys(name for _, _, name in documents)),
    )


def _with_headline_dates(articles: Sequence[Article], facts: list[Facts]) -> list[Facts]:
    """Where the lead has no date, the headline's is the event's."""
    waiting = [i for i, f in enumerate(facts) if f.event_date is None and f.title]
    if not waiting:
        return facts
    titles = [normalise(facts[i].title) for i in waiting]
    codes = [facts[i].language for i in waiting]
    tokens = tokenise(titles)
    everywhere = np.ones(len(tokens.hashes), np.bool_)
    for i, title, marked in zip(
        waiting, titles, marks.mark(titles, tokens, everywhere, codes), strict=True
    ):
        if marked.figures or marked.words:
            code, published = facts[i].language, articles[i].published
            found = dates.find_dates(title, [(0, len(title))], published, code, marked)
            event = dates.event_date(title, found, len(title), published, code)
            facts[i] = replace(facts[i], event_date=event)
    return facts


def _spans(segments: Sequence[Segment], role: Role) -> _Spans:
    return [(s.start, s.end) for s in segments if s.role is role]


def _beginning(text: str, spans: _Spans) -> str:
    parts: list[str] = []
    size = 0
    for start, end in spans:
        parts.append(text[start : min(end, start + _SAMPLE - size)])
        size += len(parts[-1])
        if size >= _SAMPLE:
            break
    return " ".join(parts)


def _lead_end(spans: _Spans) -> int:
    """The offset behind the lead: so many characters of body, whatever lies between."""
    left = _LEAD
    for start, end in spans:
        if end - start >= left:
            return start + left
        left -= end - start
    return spans[-1][1] if spans else 0


def _title(text: str, segments: Sequence[Segment]) -> str:
    return next((text[s.start : s.end].strip() for s in segments if s.role is Role.TITLE), "")
