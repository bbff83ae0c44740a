"""Reading dates as they are written: round names of months, and in figures alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from detector.enrich.dategrammar import Grammar
from detector.enrich.marks import Figure, Marks

#: What four figures may be as a year.
YEARS = range(1900, 2101)

_CENTURY = 70  # 7/8/69 is 2069, 7/8/70 is 1970, as in POSIX
_SHARES = frozenset((2, 3, 4, 5, 10))  # what things are divided by: 3/5 is a share, 3/9 a day

_ISO = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})")
_SLASHED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:(?P<s>[/.])(?P<month>\d{1,2})(?:(?P=s)(?P<y>\d{4}))?)?[–-])?"
    r"(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?:(?P=sep)(?P<year>\d{4}|\d{2}))?"
)
# The same groups, so that both are read alike; a dash joins no two days here.
_DASHED = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>-)(?P<b>\d{1,2})(?:-(?P<year>\d{4}))?(?P<day>)(?P<month>)(?P<y>)"
)
_WORDS = re.compile(r"[^\W\d]+")


class Stated(NamedTuple):
    """A date as written; no year if the text gave none."""

    start: int
    end: int
    day: int
    month: int
    year: int | None


def stated_dates(text: str, marks: Marks, grammar: Grammar, published: date | None) -> list[Stated]:
    """Every date that a text writes out, in text order, as far as it is written."""
    found = [*_named(text, marks, grammar), *_numeric(text, marks.figures, grammar, published)]
    return sorted(found, key=lambda s: s.start)


def complete(stated: Stated, year: int | None, published: date | None) -> date | None:
    """The day that is meant, or None where there is no such day or no year to take.

    Args:
        stated: the date as written.
        year: the year of a date without one, if nothing was published.
        published: the day of publication; a date without a year is the nearest to it.
    """
    if stated.year is not None:
        return _day(stated.year, stated)
    if published is None:
        return None if year is None else _day(year, stated)
    near = (published.year, published.year - 1, published.year + 1)
    days = [d for y in near if (d := _day(y, stated)) is not None]
    return min(days, key=lambda d: abs((d - published).days), default=None)


def _day(year: int, stated: Stated) -> date | None:
    try:
        return date(year, stated.month, stated.day)
    except ValueError:
        return None


def _named(text: str, marks: Marks, grammar: Grammar) -> Iterator[Stated]:
    """Dates with a month's name: a day before it or behind it, a year behind both."""
    if grammar.day_before is None or grammar.day_after is None or grammar.year_after is None:
        return
    for start, end, kind, month in marks.words:
        if kind != "month" or "." in text[start:end]:  # "6 tháng. 2 người"
            continue
        floor = max(0, start - 32)
        if before := grammar.day_before.search(text[floor:start]):
            begin, days = floor + before.start(), before.groups()
        elif grammar.month_first and (after := grammar.day_after.match(text, end)):
            begin, days, end = start, after.groups(), after.end()
        else:
            continue
        year = grammar.year_after.match(text, end)
        end = year.end() if year else end
        if grammar.is_lunar(text, end):
            continue
        for number in days:
            if number and 1 <= int(number) <= 31:
                yield Stated(begin, end, int(number), month, int(year[1]) if year else None)


def _numeric(
    text: str, figures: Sequence[Figure], grammar: Grammar, published: date | None
) -> Iterator[Stated]:
    """Dates in figures alone."""
    for start, end, figure in figures:
        if figure.isdigit() or "," in figure or ":" in figure:
            continue
        match = _SLASHED.fullmatch(figure) or _DASHED.fullmatch(figure)
        iso = None if match else _ISO.fullmatch(figure)
        if not (match or iso) or text[end : end + 1].islower():
            continue
        if start and (text[start - 1] in "/.,-_=#@" or text[start - 1].isalpha()):
            continue
        if grammar.is_lunar(text, end):
            continue
        if iso:
            year, month, day = int(iso[1]), int(iso[3]), int(iso[4])
            if 1 <= month <= 12 and 1 <= day <= 31 and year in YEARS:
                yield Stated(start, end, day, month, year)
        elif match and _is_date(text, start, end, match, grammar):
            yield from _read(text, start, end, match, grammar, published)


def _is_date(text: str, start: int, end: int, match: re.Match[str], grammar: Grammar) -> bool:
    """Whether the words before allow a date, for forms that scores and shares have too."""
    year = match["year"]
    slash = match["sep"] == "/"
    if year is not None and (len(year) == 4 or slash):
        return len(year) == 2 or int(year) in YEARS
    before = text[max(0, start - 24) : start]
    bare = before.rstrip(" \n\t(,:")
    words = _WORDS.findall(bare)
    last = words[-1].lower() if words and bare[-1].isalpha() else ""
    if last in grammar.cues:
        counts = len(words) > 1 and words[-2].lower() in grammar.counted
        return slash or not counts
    if not slash or text[end : end + 1].isalpha():
        return False
    if last in grammar.soft_cues or before[-1:] == "(":
        return True
    a, b = int(match["a"]), int(match["b"])
    share = a < b and b in _SHARES
    allowed = last not in grammar.not_after and match.group() not in grammar.never
    return grammar.bare and allowed and not share


def _read(
    text: str,
    start: int,
    end: int,
    match: re.Match[str],
    grammar: Grammar,
    published: date | None,
) -> Iterator[Stated]:
    """The one or two dates of a form in figures, in the order that fits."""
    year = int(match["year"]) if match["year"] else None
    if year is not None and year < 100:
        year += 2000 if year < _CENTURY else 1900
    last = _ordered(start, end, int(match["a"]), int(match["b"]), year, grammar, published)
    if last is None:
        return
    first_day, first_month, first_year = match["day"], match["month"], match["y"]
    if not first_day and grammar.joined:
        other = grammar.joined.search(text[max(0, start - 28) : start])
        first_day = other[1] if other else None
    if first_day:
        month = int(first_month) if first_month else last.month
        if 1 <= int(first_day) <= 31 and 1 <= month <= 12:
            given = int(first_year) if first_year else year
            yield Stated(start, end, int(first_day), month, given)
    yield last


def _ordered(
    start: int,
    end: int,
    a: int,
    b: int,
    year: int | None,
    grammar: Grammar,
    published: date | None,
) -> Stated | None:
    """Which of two figures is the day; the nearer reading where a language has two orders."""
    orders = list(grammar.orders)
    if year is not None and len(orders) == 1:
        orders.append("mdy" if orders[0] == "dmy" else "dmy")  # 12/25/2016 can only be the other
    readings = [
        Stated(start, end, day, month, year)
        for day, month in ((a, b) if order == "dmy" else (b, a) for order in orders)
        if 1 <= day <= 31 and 1 <= month <= 12
    ]
    if published is not None and len(grammar.orders) > 1 and len(readings) > 1:

        def distance(reading: Stated) -> int:
            found = complete(reading, None, published)
            return 10**6 if found is None else abs((found - published).days)

        readings.sort(key=distance)
    return readings[0] if readings else None
