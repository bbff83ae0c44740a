"""Places that a text names, as ids of the gazetteer in `lexicon/places.toml`.

Names are found by the hashes of their words in a whole batch at once. Many are words or
people's names as well (Hòa Bình is peace, Đức and Jordan are given names), so each hit is
judged by the words beside it and, where those say nothing, by the rest of its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detector import lexicon
from detector.enrich.gazetteer import UNKNOWN, Name, compatible, contains, gazetteer
from detector.text import SENTENCE, Tokens

__all__ = ["PlaceMention", "compatible", "contains", "find_places", "most_specific"]

_BEFORE = 24  # characters looked at before a name: two words
_ABBREVIATION = 4  # characters; "TP." goes on, "tỉnh." has ended a sentence
_QUOTES = "\"“”‘’'(["
_OPENERS = frozenset(".!?:;\"“”‘’'(-–…*•\n")  # a word behind one has its capital from its place


class PlaceMention(NamedTuple):
    """A place that a text names.

    Attributes:
        id: its id: "us", "vn/hoa-binh", "us/washington".
        start: offset of the name.
        end: offset behind it.
    """

    id: str
    start: int
    end: int


class _Verdict(Enum):
    """What the words beside a name say of it."""

    LED = 1  # a type or title leads to it: a place, whatever else the text says
    PLACE = 2
    DOUBTFUL = 3  # a place if the text names it elsewhere
    PERSON = 4  # part of a person's name, and so may be other mentions of it
    OTHER = 5


@dataclass(frozen=True, slots=True)
class _Context:
    """The words before a name that say what it is."""

    types: frozenset[str]
    leads: frozenset[str]
    titles: frozenset[str]
    honorifics: frozenset[str]
    things: frozenset[str]


#: One possible mention: start, end, number of its name, whether it begins a sentence.
_Hit = tuple[int, int, int, bool]


def find_places(
    texts: Sequence[str],
    tokens: Tokens,
    keep: npt.NDArray[np.bool_] | None = None,
    languages: Sequence[str] | None = None,
) -> list[tuple[PlaceMention, ...]]:
    """The places that each text of a batch names.

    Args:
        texts: the texts.
        tokens: their words.
        keep: shape (words,), the words at which a name may begin; all if None.
        languages: the language of each text, which decides what a name means; unknown
            ones are read with the names of all languages.

    Returns:
        For each text its mentions, in order and without overlap.
    """
    phrases, names = gazetteer()
    at, lengths, numbers = phrases.find(tokens, keep)
    hits: list[_Hit] = list(
        zip(
            tokens.starts[at].tolist(),
            tokens.ends[at + lengths - 1].tolist(),
            numbers.tolist(),
            ((tokens.flags[at] & SENTENCE) != 0).tolist(),
            strict=True,
        )
    )
    bounds = np.searchsorted(at, tokens.bounds).tolist()
    known = lexicon.languages()
    found: list[tuple[PlaceMention, ...]] = []
    for i, text in enumerate(texts):
        language = languages[i] if languages and languages[i] in known else UNKNOWN
        found.append(tuple(_judge(text, hits[bounds[i] : bounds[i + 1]], names, language)))
    return found


def most_specific(mentions: Sequence[PlaceMention]) -> str:
    """The first place below a country, or else the first country; empty if there is none."""
    ids = [m.id for m in mentions]
    return next((i for i in ids if "/" in i), ids[0] if ids else "")


def _judge(
    text: str, hits: Sequence[_Hit], names: Sequence[Name], language: str
) -> Iterator[PlaceMention]:
    """The hits that are places: certain ones, and doubtful ones of the same place."""
    context = _context(language)
    sure = _Verdict.PLACE
    judged: list[tuple[PlaceMention, int, _Verdict]] = []
    persons: set[int] = set()
    taken = -1
    for start, end, number, first in hits:
        if start < taken:
            continue
        name = names[number]
        place = name.ids.get(language)
        if place is None:
            taken = taken if name.ids else end
            continue
        taken = end
        if name.sure and not name.never_first and not text.startswith("$", end):
            judged.append((PlaceMention(place, start, end), number, sure))
            continue
        verdict = _verdict(text, start, end, first, name, context)
        if verdict is _Verdict.PERSON:
            if name.short:
                persons.add(number)
        elif verdict is not _Verdict.OTHER:
            judged.append((PlaceMention(place, start, end), number, verdict))
    led = _Verdict.LED
    certain = {
        mention.id
        for mention, number, verdict in judged
        if verdict is led or (verdict is sure and number not in persons)
    }
    for mention, number, verdict in judged:
        if verdict is led or (mention.id in certain and number not in persons):
            yield mention


def _verdict(
    text: str, start: int, end: int, first: bool, name: Name, context: _Context
) -> _Verdict:
    """What the words beside a name say of it, where the name alone does not tell."""
    if text.startswith("$", end):
        return _Verdict.OTHER
    before = text[max(0, start - _BEFORE) : start]
    words = before.split()
    last = words[-1].lstrip(_QUOTES) if words and before[-1] in " ." else ""
    if not last[-1:].isalnum() and not (last[-1:] == "." and len(last) <= _ABBREVIATION):
        last = ""
    lower = last.rstrip(".").lower()
    if lower in context.types:
        return _Verdict.LED
    if name.typed or lower in context.things:
        return _Verdict.OTHER
    opens = first or before.rstrip(" ")[-1:] in _OPENERS
    if not name.sure:
        if lower in context.honorifics:
            return _Verdict.PERSON
        if last[:1].isupper() and not opens and lower not in context.leads:
            body = last.isupper() and len(last) > 1 and not text[start:end].isupper()
            if not body:
                return _after_capital(before, words)
        if name.short and lower in context.titles:
            return _Verdict.LED
        followed = text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()
        if followed and (name.short or name.people):
            return _Verdict.DOUBTFUL
    return _Verdict.DOUBTFUL if opens and name.never_first else _Verdict.PLACE


def _after_capital(before: str, words: Sequence[str]) -> _Verdict:
    """A person, unless the capital before is a sentence's first ("Riêng Hòa Bình …")."""
    ahead = before.rstrip()[: -len(words[-1])].rstrip(" ")
    whole = len(before) < _BEFORE or len(words) > 1
    return _Verdict.DOUBTFUL if whole and (not ahead or ahead[-1] in _OPENERS) else _Verdict.PERSON


@lru_cache(maxsize=16)
def _context(language: str) -> _Context:
    """The words of one language, or of all for an unknown one."""

    def words(concept: str, key: str) -> frozenset[str]:
        tables = lexicon.concept(concept)
        chosen = [tables[language]] if language in tables else list(tables.values())
        return frozenset(word for table in chosen for word in table.get(key, ()))

    return _Context(
        types=words("places", "types"),
        leads=words("places", "leads"),
        titles=words("places", "titles"),
        honorifics=words("names", "honorifics"),
        things=words("names", "things"),
    )
