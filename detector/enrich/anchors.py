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
from detector.enrich.marks import Figure, Marks, Spans, mark_one
from detector.text import fold

_CODE = re.compile(
    r"\d{1,5}(?:/\d{4})?\s?[/-]\s?"
    r"(?P<code>[A-ZĐƯ][A-Za-zĐđƯư]{0,9}(?:[/-][A-ZĐƯ][A-Za-zĐđƯư]{0,9}){0,3}\d{0,2})(?![^\W_])"
)
_BODY = re.compile(r" (?P<body>[A-ZĐ][A-Za-zĐđ]{1,9})(?![^\W_])")
_MONTH_YEAR = re.compile(r"\d{1,2}/(\d{4})")
_SHARE = re.compile(r"\d{1,3}/\d{1,4}")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
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
) -> tuple[str, ...]:
    """The numbers that the spans of a text state, each once, in text order.

    Args:
        text: the article's text.
        spans: the stretches to read, in order.
        language: ISO 639-1 code; decides what a comma is.
        marks: the text's marks inside the spans, if they are known already.
        taken: stretches that are dates or document numbers.

    Returns:
        Values without leading or trailing zeros; a share keeps its sign: "1800", "7.5",
        "12%". A fraction or score that is no date stays as written: "1/3".
    """
    marks = mark_one(text, spans, language) if marks is None else marks
    style = _style(language)
    months = [(start, end) for start, end, kind, _ in marks.words if kind == "month"]
    closed = sorted([*taken, *months])
    found = [*_from_figures(text, marks.figures, style, closed)]
    found += _from_words(text, marks, style, closed)
    return tuple(dict.fromkeys(value for _, value in sorted(found)))


def documents(text: str, figures: Sequence[Figure] | None = None) -> tuple[str, ...]:
    """The document numbers of a text, each once, in text order.

    Args:
        text: the article's text.
        figures: where to look; everywhere if None.

    Returns:
        Upper case, hyphens for spaces, no diacritics: "47/NQ-CP", "1079/QD-TTG".
    """
    if figures is None:
        figures = mark_one(text, [(0, len(text))], "").figures
    return tuple(dict.fromkeys(name for _, _, name in find_documents(text, figures)))


def find_documents(text: str, figures: Sequence[Figure]) -> list[tuple[int, int, str]]:
    """The document numbers that begin at some figure, as ``(start, end, name)``."""
    kinds, bodies, cues = _codes()
    found: list[tuple[int, int, str]] = []
    for start, end, _ in figures:
        if "/" not in text[end : end + 2] and "-" not in text[end : end + 2]:
            continue
        match = _CODE.match(text, start)
        if match is None or match.start("code") < end:
            continue
        pieces = re.split("[/-]", match["code"].rstrip("0123456789"))
        before = text[max(0, start - 8) : start].rstrip(" .:").lower()
        known = any(p in kinds or p in bodies for p in pieces)
        led = before.endswith(cues) and (len(pieces) > 1 or pieces[0].isupper())
        if not known and not led:
            continue
        stop = match.end()
        name = match.group()
        if len(pieces) == 1 and (more := _BODY.match(text, stop)) and more["body"] in bodies:
            stop, name = more.end(), f"{name}-{more['body']}"
        found.append((start, stop, fold(re.sub(r"\s", "", name)).upper()))
    return found


def _from_figures(
    text: str, figures: Sequence[Figure], style: _Style, closed: Spans
) -> Iterator[tuple[int, str]]:
    end_of_text = (len(text), len(text))
    waiting = iter(closed)
    low, high = next(waiting, end_of_text)
    minutes = -1
    for start, end, figure in figures:
        while start >= high:
            low, high = next(waiting, end_of_text)
        if start >= low or start == minutes or _is_name(text, start, end):
            continue
        unit, power, behind = _unit(text, start, end, style)
        if unit == "hours":
            minutes = behind
        if unit in ("hours", "clock"):
            continue
        sign = "%" if unit == "percent" else ""
        if "/" in figure:
            yield from ((start, share) for share in _fraction(figure))
        if "/" in figure or ":" in figure:  # with a colon it is a time of day
            continue
        parts = (figure,) if figure.isdigit() else re.split("[–-]", figure)
        for part in parts:
            if (value := _value(part, power, style.decimal)) is not None:
                yield start, value + sign


def _from_words(text: str, marks: Marks, style: _Style, closed: Spans) -> Iterator[tuple[int, str]]:
    last = -1
    for start, end, kind, value in marks.words:
        beside, last = start - last <= 1, end
        if kind != "number" or beside or any(low <= start < high for low, high in closed):
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
    """A figure times a power of ten, without needless zeros; None if it is a code."""
    if figure.isdigit():
        if figure[0] == "0" and len(figure) > 2:
            return None
        return (figure.lstrip("0") or "0") + "0" * power if figure.strip("0") else "0"
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


@lru_cache(maxsize=1)
def _codes() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    tables = lexicon.concept("documents").values()
    kinds = frozenset(code for table in tables for code in table.get("kinds", ()))
    bodies = frozenset(code for table in tables for code in table.get("bodies", ()))
    return kinds, bodies, tuple(cue for table in tables for cue in table["cues"])


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
    return _Style(
        decimal=table["decimal"],
        unit=re.compile(rf"(?i)[\s\u00a0]?(?:{'|'.join(units)})"),
        short=re.compile(rf"(?P<power>{choice(short)})(?!\w)") if short else None,
        powers={word.lower(): key for word, key in {**short, **powers}.items()},
        not_after=frozenset(table.get("not_after", ())),
    )
