"""How each language writes dates, from its table in the lexicon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from detector import lexicon

_WORDS = re.compile(r"[^\W\d]+")


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's dates; the defaults are for a language without a table.

    Attributes:
        orders: of day, month and year in figures, the usual one first.
        bare: `7/8` is a date without a word that says so.
        month_first: a month's name may stand before the day.
        cues: words that lead to a day in figures.
        soft_cues: words that lead to one only where it has a slash.
        counted: words before a cue that make what follows a count.
        not_after: words before figures that are a street, a house or a share.
        never: figures that are a date only behind a cue.
        year_words: words before a year.
        not_event: words before a date that is not the event's own.
        other_week: words beside a weekday that is not the last one.
        lunar: words behind a date of the lunar calendar.
        joined: a first day and a join, before a date: "ngày 7 và ".
        day_before: one or two days, before a month's name.
        day_after: one or two days, behind a month's name.
        year_after: a year, behind day and month.
    """

    orders: tuple[str, ...] = ("dmy",)
    bare: bool = False
    month_first: bool = False
    cues: frozenset[str] = frozenset()
    soft_cues: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    year_words: frozenset[str] = frozenset()
    not_event: frozenset[str] = frozenset()
    other_week: frozenset[str] = frozenset()
    lunar: tuple[str, ...] = ()
    joined: re.Pattern[str] | None = None
    day_before: re.Pattern[str] | None = None
    day_after: re.Pattern[str] | None = None
    year_after: re.Pattern[str] | None = None

    def is_lunar(self, text: str, end: int) -> bool:
        """Whether a date that ends there is of the lunar calendar."""
        return bool(self.lunar) and text[end : end + 12].lstrip(" (").startswith(self.lunar)


def last_words(text: str, count: int) -> frozenset[str]:
    """The last words of a text, in lower case."""
    return frozenset(w.lower() for w in _WORDS.findall(text)[-count:])


@lru_cache(maxsize=64)
def grammar_of(language: str) -> Grammar:
    """The grammar of a language; of an unknown one only what needs no word is read."""
    table: Mapping[str, Any] | None = lexicon.concept("dates").get(language)
    if table is None:
        return Grammar()

    def words(key: str) -> frozenset[str]:
        return frozenset(table.get(key, ()))

    return Grammar(
        orders=tuple(table["order"]),
        bare=table["bare"],
        month_first=table["month_first"],
        cues=words("cues"),
        soft_cues=words("soft_cues"),
        counted=words("counted"),
        not_after=words("not_after"),
        never=words("never"),
        year_words=words("year_words"),
        not_event=words("not_event"),
        other_week=words("other_week"),
        lunar=tuple(table.get("lunar", ())),
        **_patterns(table),
    )


def _patterns(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    cues = choice(table["cues"])
    day = rf"(\d{{1,2}})(?:{choice(table.get('ordinals', ()))})?"
    then = rf"\s*(?:{choice(table['joins'])})\s*(?:(?:{cues})\s+)?"
    of = rf"(?:(?:{choice(table.get('of', ()))})\s+)?"
    link = choice(table.get("year_links", ()))
    return {
        "joined": re.compile(rf"(?i)\b(?:{cues})\s+(\d{{1,2}}){then}\Z"),
        "day_before": re.compile(rf"(?i)(?<![\d.,:/–-])(?:{day}{then})?{day}\s+{of}\Z"),
        "day_after": re.compile(rf"\.?\s+{day}(?:{then}{day})?(?![\d%]|[.,:/]\d)"),
        "year_after": re.compile(
            rf"(?i)(?:,?\s*(?:{link})?\s*|\s?[/-]\s?)((?:19|20)\d\d)(?!\d|[.,]\d)"
        ),
    }


def choice(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
