"""Facts of cleaned articles: language, title, dates, places, numbers, credits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt

from detector.enrich import anchors, dates, language, marks, places, provenance
from detector.enrich.marks import Cover, Marks
from detector.enrich.places import PlaceMention
from detector.records import Article, DateMention, Facts, Role, Segment
from detector.text import Tokens, normalise, tokenise

__all__ = ["enrich"]

_LEAD = 400  # characters of body: two or three sentences
_BEHIND = 100  # characters behind the lead that say how its last date is meant
_SAMPLE = 300  # characters of body that show the language
_STAMP = 60  # characters; a first line so short may be a date of publication
_PAGE = frozenset((Role.FURNITURE, Role.BYLINE, Role.CREDIT, Role.DATELINE))
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

_Spans = list[tuple[int, int]]


def enrich(
    articles: Sequence[Article],
    segments: Sequence[tuple[Segment, ...]],
    tokens: Tokens,
    *,
    brief: bool = False,
) -> list[Facts]:
    """Find the facts of a batch of articles.

    Args:
        articles: any number of articles.
        segments: of each article, as the clean stage gave them.
        tokens: the words of every `Article.text`, in order.
        brief: find only the language, the title, the event date and the credits, which are
            the same as without; the other facts are left empty.

    Returns:
        The facts of each article, in order.
    """
    texts = [article.text for article in articles]
    bodies = [_spans(own, Role.BODY) for own in segments]
    heads = [_head(*row) for row in zip(articles, segments, bodies, strict=True)]
    datelines = [_spans(own, Role.DATELINE) for own in segments]
    languages = [
        language.identify(_beginning(article.text, body), article.language)
        for article, body in zip(articles, bodies, strict=True)
    ]
    read = marks.within(tokens, _dated(articles, bodies) if brief else bodies)
    marked = marks.mark(texts, tokens, _also(read, tokens, heads), languages)
    named: Sequence[Sequence[PlaceMention]] = [()] * len(texts)
    if not brief:
        named = places.find_places(texts, tokens, _also(read, tokens, datelines), languages)
    days = [
        article.published or dates.page_date(article.text, head, code, own)
        for article, head, code, own in zip(articles, heads, languages, marked, strict=True)
    ]
    facts = [
        _facts(article, own, page, day, code, marks_of, places_of, brief)
        for article, own, *page, day, code, marks_of, places_of in zip(
            articles,
            segments,
            bodies,
            heads,
            datelines,
            days,
            languages,
            marked,
            named,
            strict=True,
        )
    ]
    return _with_headline_dates(facts, days)


def _facts(
    article: Article,
    segments: tuple[Segment, ...],
    page: Sequence[_Spans],
    published: date | None,
    code: str,
    marked: Marks,
    named: Sequence[PlaceMention],
    brief: bool,
) -> Facts:
    body, head, dateline = page
    text = article.text
    lead_end = _lead_end(body)
    marked = marked.inside(body) if head else marked
    found, yearless = dates.read_dates(text, body, published, code, marked)
    own: Sequence[DateMention] = found
    if head:
        stamps = Cover(head)
        own = [d for d in found if d.start not in stamps]
    title = article.title or _title(text, segments)
    event = dates.event_date(text, own, lead_end, published, code)
    credited = provenance.credits(text, segments)
    if brief:
        return Facts(language=code, title=title, event_date=event, credits=credited)
    documents = anchors.find_documents(text, marked.figures)
    taken = [(d.start, d.end) for d in found] + [(d.start, d.end) for d in yearless]
    taken += [(start, end) for start, end, _ in documents]
    days = [(d.start, f"{d.day}/{d.month}") for d in yearless]
    above, inside = _split(named, dateline) if dateline else ([], named)
    lead = [p for p in inside if p.start < lead_end]
    return Facts(
        language=code,
        title=title,
        event_date=event,
        credits=credited,
        dateline=places.most_specific(above) or places.most_specific(lead),
        byline=provenance.byline(text, segments),
        dates=found,
        places=tuple(p.id for p in inside),
        numbers=anchors.numbers(text, body, code, marked, taken, days),
        documents=tuple(dict.fromkeys(name for _, _, name in documents)),
    )


def _with_headline_dates(facts: list[Facts], days: Sequence[date | None]) -> list[Facts]:
    """Where the lead has no date, the headline's is the event's."""
    waiting = [i for i, f in enumerate(facts) if f.event_date is None and f.title]
    titles = [normalise(facts[i].title) for i in waiting]
    codes = [facts[i].language for i in waiting]
    tokens = tokenise(titles)
    everywhere = np.ones(len(tokens.hashes), np.bool_)
    marked = marks.mark(titles, tokens, everywhere, codes)
    for i, title, code, own in zip(waiting, titles, codes, marked, strict=True):
        if own.figures or own.words:
            found = dates.find_dates(title, [(0, len(title))], days[i], code, own)
            event = dates.event_date(title, found, len(title), days[i], code)
            if event is not None:
                facts[i] = replace(facts[i], event_date=event)
    return facts


def _dated(articles: Sequence[Article], bodies: Sequence[_Spans]) -> list[_Spans]:
    """Where the event's date is: the lead, and all where nothing else says the year."""
    return [
        body if article.published is None else _until(body, _lead_end(body) + _BEHIND)
        for article, body in zip(articles, bodies, strict=True)
    ]


def _until(spans: _Spans, end: int) -> _Spans:
    return [(a, min(b, end)) for a, b in spans if a < end]


def _also(
    mask: npt.NDArray[np.bool_], tokens: Tokens, spans: Sequence[_Spans]
) -> npt.NDArray[np.bool_]:
    return mask | marks.within(tokens, spans) if any(spans) else mask


def _split(
    named: Sequence[PlaceMention], spans: _Spans
) -> tuple[Sequence[PlaceMention], Sequence[PlaceMention]]:
    """The places inside the spans, and the others."""
    cover = Cover(spans)
    return [p for p in named if p.start in cover], [p for p in named if p.start not in cover]


def _head(article: Article, segments: Sequence[Segment], body: _Spans) -> _Spans:
    """Where a page without a publication date may say one: round its headline.

    That is what is labelled as no article above the lead's end, and a first line of the
    body that is short, has a year and is no sentence.
    """
    if article.published is not None or not body:
        return []
    lead_end = _lead_end(body)
    spans = [(s.start, s.end) for s in segments if s.role in _PAGE and s.start < lead_end]
    start, end = body[0]
    first = article.text[start : min(end, start + _STAMP + 1)].partition("\n")[0]
    if len(first) <= _STAMP and first[-1:] not in ".!?…" and _YEAR.search(first):
        spans.append((start, start + len(first)))
    return sorted(spans)


def _spans(segments: Sequence[Segment], role: Role) -> _Spans:
    return [(start, end) for own, start, end in segments if own is role]


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
