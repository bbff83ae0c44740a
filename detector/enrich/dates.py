"""The calendar dates that a text states, and which of them is the day of its event.

Dates are read round figures with marks inside (`7/8`, `7.8.2024`, `9-8`, `28/7-3/8`), round
names of months (`ngày 15 tháng 4 năm 2024`, `August 7`) and from words that count from the
publication (`sáng nay`, `on Monday`). What looks like a date and is a score, a share or a
document number is told apart by the words before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from detector.enrich.dategrammar import Grammar, grammar_of, last_words
from detector.enrich.datereader import YEARS, Stated, complete, stated_dates
from detector.enrich.marks import Marks, Spans, mark_one
from detector.records import DateMention

_NEAR = 12  # characters between "sáng nay" or "Monday" and the date that says the same
_BESIDE = 3  # characters between a date and the "(Monday)" behind it
_HISTORY = 400  # days; a date farther from the publication is not its event's
#: Characters behind a stretch that say how its last date is meant.
BEHIND = 100

_LEAD = 600  # characters of the body in which a text says the year it is about

# Four digits, or two behind a day and a month. Each digit is listed since `\d` is slow to find.
_DIGITS = "".join(c for c in map(chr, range(1 << 16)) if c.isdecimal())
_YEAR = re.compile(rf"[{_DIGITS}](?:\d{{3}}|[/.]\d\d?[/.]\d)")
_STOP = re.compile(r"[.!?;\n]")
_DOCUMENT = re.compile(r"[/-][A-ZĐ][A-Za-zĐđ/-]*,?(?:\s+[^\W\d]+){0,3}[\s,(]*\Z")


class Dates(NamedTuple):
    """What a text states: its dates, and those that nothing gives a year."""

    mentions: tuple[DateMention, ...]
    yearless: tuple[Stated, ...]


def find_dates(
    text: str,
    spans: Spans,
    published: date | datetime | None,
    language: str,
    marks: Marks | None = None,
) -> tuple[DateMention, ...]:
    """The mentions of `read_dates`."""
    return read_dates(text, spans, published, language, marks).mentions


def read_dates(
    text: str,
    spans: Spans,
    published: date | datetime | None,
    language: str,
    marks: Marks | None = None,
) -> Dates:
    """The dates that the spans of a text state, resolved.

    Args:
        text: the article's text.
        spans: the stretches to read, in order.
        published: when the article appeared; words such as "today" need it, and dates
            without a year take the year that brings them nearest to it.
        language: ISO 639-1 code; decides order, words and names.
        marks: the text's marks inside the spans, if they are known already; of the spans
            then only the beginning counts.

    Returns:
        The dates in text order. A date without a year is no mention where neither the
        publication date nor the text says which it is.
    """
    marks = mark_one(text, spans, language) if marks is None else marks
    day = published.date() if isinstance(published, datetime) else published
    grammar = grammar_of(language)
    stated = stated_dates(text, marks, grammar, day)
    asked = day is None and any(s.year is None for s in stated)
    current = _current_year(text, spans, marks, stated, grammar) if asked else None
    found: list[DateMention] = []
    yearless: list[Stated] = []
    for s in stated:
        resolved = complete(s, current, day)
        if resolved is not None:
            found.append(DateMention(resolved, s.start, s.end, False, s.year is not None))
        elif s.year is None:
            yearless.append(s)
    if day is not None and marks.words:
        relative = list(_relative(text, marks, found, grammar, day))
        found = sorted([*found, *relative], key=lambda m: m.start)
    return Dates(tuple(found), tuple(yearless))


def page_date(text: str, spans: Spans, language: str, marks: Marks) -> date | None:
    """The day that a page says it was published, from the lines round its headline.

    Args:
        text: the article's text.
        spans: lines that are no article, in order; the last of their dates is the nearest
            to the text.
        language: ISO 639-1 code.
        marks: the text's marks.
    """
    if not spans or not (own := marks.inside(spans)).figures:
        return None
    stated = stated_dates(text, own, grammar_of(language), None)
    days = [d for s in stated if s.year is not None and (d := complete(s, None, None)) is not None]
    return days[-1] if days else None


def may_be_dated(text: str, spans: Spans, lead_end: int) -> bool:
    """Whether a text, of which nothing says when it appeared, can have an event date.

    A date in the lead then counts only with a year: its own, or one that the first lines
    state. Most texts have neither, and need not be read for dates.

    Args:
        text: the article's text.
        spans: stretches of the body, in order.
        lead_end: offset at which the lead ends.
    """
    if not spans:
        return False
    start = spans[0][0]
    return _YEAR.search(text, start, max(lead_end, start + _LEAD) + BEHIND) is not None


def event_date(
    text: str,
    mentions: Sequence[DateMention],
    lead_end: int,
    published: date | datetime | None,
    language: str,
) -> date | None:
    """The day of the main happening: the first date of the lead that can be one.

    A date that belongs to a document ("Nghị quyết số 47/NQ-CP ngày 15/4/2024"), a birth or
    a deadline is passed over, and so is one more than a year from the publication or, where
    that is unknown, a year before the latest date of the text.

    Args:
        text: the text the mentions were found in.
        mentions: its dates, in order.
        lead_end: offset at which the lead ends.
        published: when the article appeared, if that is known.
        language: ISO 639-1 code.
    """
    day = published.date() if isinstance(published, datetime) else published
    grammar = grammar_of(language)
    latest = max((m.date.year for m in mentions), default=0)
    for mention in mentions:
        if mention.start >= lead_end:
            break
        before = text[max(0, mention.start - 48) : mention.start]
        if _DOCUMENT.search(before) or last_words(before, 2) & grammar.not_event:
            continue
        if day is None and mention.date.year < latest - 1:
            continue
        if day is not None and abs((mention.date - day).days) > _HISTORY:
            continue
        return mention.date
    return None


def _current_year(
    text: str, spans: Spans, marks: Marks, stated: Sequence[Stated], grammar: Grammar
) -> int | None:
    """The year that a text without a publication date is about, if it is clear.

    It must be the latest that the text states, more than once and in the lead. On news whose
    year is known that holds of nine years in ten; the most frequent year does of only half.
    """
    years = [(s.start, s.year) for s in stated if s.year is not None]
    months = {end for _, end, kind, _ in marks.words if kind == "month"}
    for start, _, figure in marks.figures:
        if len(figure) == 4 and figure.isdigit() and int(figure) in YEARS:
            before = text[max(0, start - 16) : start]
            led = start - 1 in months or last_words(before, 1) & grammar.year_words
            if led and not last_words(before, 2) & grammar.not_event:
                years.append((start, int(figure)))
    latest = max((year for _, year in years), default=None)
    at = [start for start, year in years if year == latest]
    lead = (spans[0][0] if spans else 0) + _LEAD
    return latest if len(at) > 1 and min(at) < lead else None


def _relative(
    text: str, marks: Marks, stated: Sequence[DateMention], grammar: Grammar, day: date
) -> Iterator[DateMention]:
    """Days named from the publication, except beside the date that says the same."""
    starts = [s.start for s in stated]
    for start, end, kind, value in marks.words:
        if kind not in ("day", "weekday"):
            continue
        at = bisect_right(starts, start)
        after = stated[at].start if at < len(stated) else len(text) + 2 * _NEAR
        if after - end <= _NEAR and not _STOP.search(text, end, after):
            continue
        if at and start - stated[at - 1].end <= _BESIDE:
            continue
        if kind == "day":
            if text[end : end + 2] not in ("'s", "’s"):  # "today's China" is no day
                yield DateMention(day + timedelta(days=value), start, end, True, False)
            continue
        around = last_words(text[max(0, start - 10) : start], 1)
        around |= last_words(text[end : end + 8].partition(" ")[2].partition(" ")[0], 1)
        if not around & grammar.other_week:
            back = (day.weekday() - value) % 7
            yield DateMention(day - timedelta(days=back), start, end, True, False)
