"""The day of each article's event: of the lead's dates, or else of the headline's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from detector.enrich import dates, marks
from detector.enrich.layout import Layout
from detector.enrich.marks import Cover, Marks
from detector.records import Article, DateMention, Role
from detector.text import Tokens, inside, normalise, tokenise


def published(
    articles: Sequence[Article],
    pages: Sequence[Layout],
    languages: Sequence[str],
    marked: Sequence[Marks],
) -> list[date | None]:
    """When each article appeared, as its record or else its page says."""
    return [
        article.published
        or (dates.page_date(article.text, page.head, code, own) if page.head else None)
        for article, page, code, own in zip(articles, pages, languages, marked, strict=True)
    ]


def of_body(
    text: str,
    page: Layout,
    found: Sequence[DateMention],
    day: date | None,
    language: str,
) -> date | None:
    """The day of the event, from the dates of the body; a page's stamps are none."""
    if page.head and found:
        stamps = Cover(page.head)
        found = [d for d in found if d.start not in stamps]
    return dates.event_date(text, found, page.lead_end, day, language)


def of_leads(
    articles: Sequence[Article], pages: Sequence[Layout], tokens: Tokens, languages: Sequence[str]
) -> tuple[list[date | None], list[date | None]]:
    """When each article appeared, and the day of its event, with as little reading as will do.

    Where the record says when an article appeared, the lead alone tells. Else the years of
    the whole text say what year a date in the lead means, and how old it is.
    """
    texts = [article.text for article in articles]
    spans = [_telling(article, page) for article, page in zip(articles, pages, strict=True)]
    marked = marks.mark(texts, tokens, inside(tokens, spans), languages)
    days = published(articles, pages, languages, marked)
    happened: list[date | None] = []
    for text, page, day, code, own in zip(texts, pages, days, languages, marked, strict=True):
        found: Sequence[DateMention] = ()
        if day is not None or own.may_date(page.lead_end):
            own = own.inside(page.of(Role.BODY)) if page.head else own
            found = dates.find_dates(text, page.lead, day, code, own)
        happened.append(of_body(text, page, found, day, code) if found else None)
    return days, happened


def _telling(article: Article, page: Layout) -> list[tuple[int, int]]:
    """What must be read of an article to date its event."""
    if article.published is not None:
        return page.until(page.lead_end + dates.BEHIND)
    if page.head or dates.may_be_dated(article.text, page.lead, page.lead_end):
        return page.of(Role.BODY) + page.head
    return []


def of_headlines(
    events: list[date | None],
    titles: Sequence[str],
    days: Sequence[date | None],
    languages: Sequence[str],
) -> None:
    """Set the days of events of which the lead says none and the headline one.

    Args:
        events: of each article; changed in place.
        titles: headlines.
        days: when the articles appeared.
        languages: of the articles.
    """
    waiting = [
        i
        for i, (event, title, day) in enumerate(zip(events, titles, days, strict=True))
        if event is None
        and title
        and (day is not None or dates.may_be_dated(title, [(0, len(title))], len(title)))
    ]
    if not waiting:
        return
    headlines = [normalise(titles[i]) for i in waiting]
    codes = [languages[i] for i in waiting]
    tokens = tokenise(headlines, folded=False)
    marked = marks.mark(headlines, tokens, np.ones(len(tokens.hashes), np.bool_), codes)
    for i, title, code, own in zip(waiting, headlines, codes, marked, strict=True):
        if own.figures or own.words:
            found = dates.find_dates(title, [(0, len(title))], days[i], code, own)
            events[i] = dates.event_date(title, found, len(title), days[i], code)
