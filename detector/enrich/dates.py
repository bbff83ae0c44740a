"""The calendar dates that a text states, and which of them is the day of its event.

Dates are read round figures with marks inside (`7/8`, `7.8.2024`, `9-8`, `28/7-3/8`), round
names of months (`ngày 15 tháng 4 năm 2024`, `August 7`) and from words that count from the
publication (`sáng nay`, `on Monday`). What looks like a date and is a score, a share or a
document number is told apart by the words before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from detector.enrich.dategrammar import Grammar, grammar_of, last_words
from detector.enrich.datereader import YEARS, Stated, complete, stated_dates
from detector.enrich.marks import Marks, Spans, mark_one
from detector.records import DateMention

_NEAR = 12  # characters between "sáng nay" or "Monday" and the date that says the same
_BESIDE = 3  # characters between a date and the "(Monday)" behind it
_HISTORY = 400  # days; a date farther from the publication is not its event's
_LEAD = 600  # characters of the body whose years stand for dates without one

_DOCUMENT = re.compile(r"[/-][A-ZĐ][A-Za-zĐđ/-]*,?(?:\s+[^\W\d]+){0,3}[\s,(]*\Z")


def find_dates(
    text: str,
    spans: Spans,
    published: date | datetime | None,
    language: str,
    marks: Marks | None = None,
) -> tuple[DateMention, ...]:
    """The dates that the spans of a text state, resolved.

    Args:
        text: the article's text.
        spans: the stretches to read, in order.
        published: when the article appeared; words such as "today" need it, and dates
            without a year take the year that brings them nearest to it.
        language: ISO 639-1 code; decides order, words and names.
        marks: the text's marks inside the spans, if they are known already.

    Returns:
        The dates in text order. A date without a year is left out where neither the
        publication date nor a year in the text says which it is.
    """
    marks = mark_one(text, spans, language) if marks is None else marks
    day = published.date() if isinstance(published, datetime) else published
    grammar = grammar_of(language)
    stated = stated_dates(text, marks, grammar, day)
    yearless = day is None and any(s.year is None for s in stated)
    usual = _usual_year(text, spans, marks, stated, grammar) if yearless else None
    found = [
        DateMention(resolved, s.start, s.end, False, s.year is not None)
        for s in stated
        if (resolved := complete(s, usual, day)) is not None
    ]
    if day is not None and marks.words:
        relative = list(_relative(text, marks, found, grammar, day))
        found = sorted([*found, *relative], key=lambda m: m.start)
    return tuple(found)


def event_date(
    text: str,
    mentions: Sequence[DateMention],
    lead_end: int,
    published: date | datetime | None,
    language: str,
) -> date | None:
    """The day of the main happening: the first date of the lead that can be one.

    A date that belongs to a document ("Nghị quyết số 47/NQ-CP ngày 15/4/2024"), a birth or
    a deadline is passed over, and so is one more than a year from the publication.

    Args:
        text: the text the mentions were found in.
        mentions: its dates, in order.
        lead_end: offset at which the lead ends.
        published: when the article appeared, if that is known.
        language: ISO 639-1 code.
    """
    day = published.date() if isinstance(published, datetime) else published
    grammar = grammar_of(language)
    for mention in mentions:
        if mention.start >= lead_end:
            break
        before = text[max(0, mention.start - 48) : mention.start]
        if _DOCUMENT.search(before) or last_words(before, 3) & grammar.not_event:
            continue
        if day is not None and abs((mention.date - day).days) > _HISTORY:
            continue
        return mention.date
    return None


def _usual_year(
    text: str, spans: Spans, marks: Marks, stated: Sequence[Stated], grammar: Grammar
) -> int | None:
    """The year that the lead states most often, the first of equals.

    A lead without one leaves it to the whole text, if most of its years are one: a single
    year there is as often that of a birth or of another story.
    """
    years = [(s.start, s.year) for s in stated if s.year is not None]
    months = {end for _, end, kind, _ in marks.words if kind == "month"}
    for start, _, figure in marks.figures:
        if len(figure) == 4 and figure.isdigit() and int(figure) in YEARS:
            before = last_words(text[max(0, start - 12) : start], 1)
            if (before & grammar.year_words or start - 1 in months) and not (
                last_words(text[max(0, start - 16) : start], 2) & grammar.not_event
            ):
                years.append((start, int(figure)))
    years.sort()
    lead = (spans[0][0] if spans else 0) + _LEAD
    leading = Counter(year for at, year in years if at < lead)
    if leading:
        return leading.most_common(1)[0][0]
    year, count = Counter(year for _, year in years).most_common(1)[0] if years else (None, 0)
    return year if count > 1 and 2 * count > len(years) else None


def _relative(
    text: str, marks: Marks, stated: Sequence[DateMention], grammar: Grammar, day: date
) -> Iterator[DateMention]:
    """Days named from the publication, except beside the date that says the same."""
    for start, end, kind, value in marks.words:
        if kind not in ("day", "weekday"):
            continue
        if any(0 <= s.start - end <= _NEAR or 0 <= start - s.end <= _BESIDE for s in stated):
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
