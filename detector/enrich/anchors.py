"""Numbers and document numbers: what survives translation and rewording unchanged.

A number is written as its value, so that `1.800` in Vietnamese, `1,800` in English and "1800"
are one, and `2 triệu` is "2 million". Figures of dates, times, addresses and document numbers
are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from detector import lexicon
from detector.enrich.dategrammar import choice
from detector.enrich.documents import documents, find_documents
from detector.enrich.marks import Cover, Marks, Spans, mark_one

__all__ = ["documents", "find_documents", "numbers"]

_MONTH_YEAR = re.compile(r"\d{1,2}/(\d{4})")
_SHARE = re.compile(r"\d{1,3}/\d{1,4}")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_LONGEST = 9  # digits in a row; more are a telephone's or an account's
_CURRENCY = frozenset("$€£¥")
_GLUE = frozenset("/_=@#&")  # a figure behind one is part of an address or a tag


@dataclass(frozen=True, slots=True)
class _Style:
    """How one language writes amounts; the defaults are for a language without a table.

    Attributes:
        decimal: the mark before a fraction.
        unit: what may stand behind a figure, in one look: a percent sign or word, a power
            of ten, a clock's word, a word for hours with minutes behind it.
        short: powers of ten read only behind a sign of currency.
        powers: word to power of ten.
        not_after: words before a spelled number that make it something else.
    """

    decimal: str = ""
    unit: re.Pattern[str] = re.compile(r"\s?(?P<percent>%)")
    short: re.Pattern[str] | None = None
    powers: Mapping[str, int] = field(default_factory=dict)
    not_after: frozenset[str] = frozenset()


def numbers(
    text: str,
    spans: Spans,
    language: str,
    marks: Marks | None = None,
    taken: Spans = (),
    days: Sequence[tuple[int, str]] = (),
) -> tuple[str, ...]:
    """The numbers that the spans of a text state, each once, in text order.

    Args:
        text: the article's text.
        spans: the stretches to read, in order.
        language: ISO 639-1 code; decides what a comma is.
        marks: the text's marks inside the spans, if they are known already.
        taken: stretches that are dates or document numbers.
        days: days of no known year ("15/7") and where they are: numbers as good as any.

    Returns:
        Values without leading or trailing zeros; a share keeps its sign: "1800", "7.5",
        "12%". A fraction or score that is no date stays as written: "1/3".
    """
    marks = mark_one(text, spans, language) if marks is None else marks
    style = _style(language)
    closed = Cover(taken) if taken else ()
    found = [*_from_figures(text, marks, style, closed)]
    found += [*_from_words(text, marks, style, closed), *days]
    found.sort()
    return tuple(dict.fromkeys([value for _, value in found]))


def _from_figures(
    text: str, marks: Marks, style: _Style, closed: Cover | Spans
) -> Iterator[tuple[int, str]]:
    named = [(start, end) for start, end, kind, _ in marks.words if kind == "month"]
    months = Cover(named) if named else ()
    minutes = -1
    for start, end, figure in marks.figures:
        if start == minutes or start in closed or _is_name(text, start, end):
            continue
        if start in months:  # "tháng 4" is a month's name
            if month := _MONTH_YEAR.fullmatch(figure):
                yield start, month[1]
            continue
        unit, power, behind = _unit(text, start, end, style)
        if unit == "hours":
            minutes = behind
        if unit in ("hours", "clock"):
            continue
        sign = "%" if unit == "percent" else ""
        if figure.isdigit():  # as most are
            if (value := _value(figure, power, style.decimal)) is not None:
                yield start, value + sign
            continue
        if "/" in figure:
            yield from ((start, share) for share in _fraction(figure))
        if "/" in figure or ":" in figure:  # with a colon it is a time of day
            continue
        for part in re.split("[–-]", figure):
            if (value := _value(part, power, style.decimal)) is not None:
                yield start, value + sign


def _from_words(
    text: str, marks: Marks, style: _Style, closed: Cover | Spans
) -> Iterator[tuple[int, str]]:
    last = -2
    for start, end, kind, value in marks.words:
        beside, last = start - last <= 1, end
        if kind != "number" or beside or start in closed:
            continue
        before = text[max(0, start - 8) : start - 1].rpartition(" ")[2].lower()
        if before in style.not_after:
            continue
        unit, power, _ = _unit(text, start, end, style)
        found = _value(str(value), power, style.decimal)
        if found is not None and unit not in ("hours", "clock"):
            yield start, found + ("%" if unit == "percent" else "")


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a figure is part of a name, an address or a tag: COVID-19, /news-123, 5G."""
    before = text[start - 1] if start else " "
    if before in _GLUE or before.isalpha():
        return True
    if before in "-." and start > 1 and text[start - 2].isalnum():
        return True
    return text[end : end + 1].isupper() and before not in _CURRENCY


def _unit(text: str, start: int, end: int, style: _Style) -> tuple[str | None, int, int]:
    """What stands behind a number: its kind, its power of ten, and the offset behind it."""
    match = style.unit.match(text, end)
    if match is None:
        if style.short is None or start == 0 or text[start - 1] not in _CURRENCY:
            return None, 0, end
        match = style.short.match(text, end)
        if match is None:
            return None, 0, end
    power = 0
    if match.lastgroup == "power":
        power = sum(style.powers[word] for word in match["power"].lower().split())
    return match.lastgroup, power, match.end()


def _value(figure: str, power: int, decimal: str) -> str | None:
    """A figure times a power of ten, without needless zeros; None for a code or nothing."""
    if figure.isdigit():
        if (figure[0] == "0" and len(figure) > 2) or len(figure) > _LONGEST:
            return None
        return figure.lstrip("0") + "0" * power if figure.strip("0") else None
    whole, fraction = _split(figure, decimal)
    if not whole.isdigit() or (fraction and not fraction.isdigit()):
        return None
    if power:
        fraction = fraction.ljust(power, "0")
        whole, fraction = whole + fraction[:power], fraction[power:]
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _split(figure: str, decimal: str) -> tuple[str, str]:
    """Whole part and fraction of a figure with marks."""
    marks = {mark for mark in figure if mark in ".,"}
    last = max(figure.rfind("."), figure.rfind(","))
    if len(marks) == 2:
        return re.sub("[.,]", "", figure[:last]), figure[last + 1 :]
    grouped = _GROUPED.fullmatch(figure) is not None
    # One mark and three digits behind it: the language decides, unless the last digit is 0,
    # which nobody writes at the end of a decimal fraction.
    single = figure.count(figure[last]) == 1
    if grouped and not (single and figure[last] == decimal and figure[-1] != "0"):
        return re.sub("[.,]", "", figure), ""
    if single:
        return figure[:last], figure[last + 1 :]
    return "", ""


def _fraction(figure: str) -> Sequence[str]:
    """A month keeps its year, a share stays as written; an address is nothing."""
    if month := _MONTH_YEAR.fullmatch(figure):
        return (month[1],)
    return (figure,) if _SHARE.fullmatch(figure) else ()


@lru_cache(maxsize=64)
def _style(language: str) -> _Style:
    table: Mapping[str, Any] | None = lexicon.concept("numbers").get(language)
    if table is None:
        return _Style()
    powers = {word: int(key) for key, words in table["powers"].items() for word in words}
    short = {w: int(key) for key, words in table.get("short_powers", {}).items() for w in words}
    power = choice(powers)
    units = [
        rf"(?P<percent>{choice(table['percent'])})(?!\w)",
        rf"(?P<power>(?:{power})(?:\s(?:{power}))?)(?![^\W\d_])",
        rf"(?P<clock>{choice(table['clock'])})(?![^\W\d_])",
    ]
    if "hours" in table:
        units.append(rf"(?P<hours>{choice(table['hours'])})\s(?=\d)")
    words = [*powers, *table["percent"], *table["clock"], *table.get("hours", ())]
    first = re.escape("".join(sorted({word[0] for word in words})))
    return _Style(
        decimal=table["decimal"],
        # Most figures have something else behind them, which its first letter tells.
        unit=re.compile(rf"(?i)[\s\u00a0]?(?=[{first}])(?:{'|'.join(units)})"),
        short=re.compile(rf"(?P<power>{choice(short)})(?!\w)") if short else None,
        powers={word.lower(): key for word, key in {**short, **powers}.items()},
        not_after=frozenset(table.get("not_after", ())),
    )
