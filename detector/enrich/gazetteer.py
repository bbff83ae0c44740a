"""The places that `lexicon/places.toml` knows: their spellings, and what lies in what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from detector import lexicon
from detector.enrich.phrases import Phrases
from detector.errors import ConfigError
from detector.text import fold

#: Stands for every language that has no file.
UNKNOWN = "und"


@dataclass(slots=True)
class Name:
    """What is known of one spelling.

    Attributes:
        ids: language to place id; empty for a longer name that only contains a place.
        sure: no person and no word is spelled so.
        people: people are called so as well.
        short: one syllable, and a word or a given name as well.
        typed: a place only behind a type ("TP Vinh").
        never_first: another word where it begins a sentence.
    """

    ids: dict[str, str] = field(default_factory=dict)
    sure: bool = True
    people: bool = False
    short: bool = False
    typed: bool = False
    never_first: bool = False


def contains(outer: str, inner: str) -> bool:
    """Whether one place lies in another: in a country, a province, or one merged since."""
    return outer != inner and outer in _around().get(inner, ())


def compatible(a: str, b: str) -> bool:
    """Whether two mentions can mean one place: equal, or one inside the other."""
    return a == b or contains(a, b) or contains(b, a)


def around(place: str) -> tuple[str, ...]:
    """What a place lies in, sorted: its province, what that was merged into, its country."""
    return tuple(sorted(_around().get(place, ())))


@lru_cache(maxsize=1)
def gazetteer() -> tuple[Phrases, list[Name]]:
    """Every spelling, to be found and judged."""
    table = lexicon.table("places")
    ambiguous = table["ambiguous"]
    shared = tuple(f"{country}/" for country in ambiguous["shared_in"])
    names: dict[str, Name] = {}
    for place, languages, spelling in _spellings(table):
        name = names.setdefault(spelling, Name())
        for language in (*languages, UNKNOWN):
            name.ids.setdefault(language, place)
        name.sure &= not place.startswith(shared)
    for key in ("sure", "people", "short", "typed", "never_first"):
        for spelling in ambiguous[key]:
            for name in {id(n): n for n in _written(names, spelling)}.values():
                setattr(name, key, True)
                name.sure &= key in ("sure", "never_first")
    for spelling in ambiguous["short"]:
        names[spelling].ids.pop(UNKNOWN, None)
    for phrase in table["not_places"]["phrases"]:
        names[phrase] = Name()
    return Phrases(list(names)), list(names.values())


def _written(names: Mapping[str, Name], spelling: str) -> Iterator[Name]:
    """What is known of a spelling, with and without its diacritics."""
    if spelling not in names:
        raise ConfigError(f"lexicon/places.toml: ambiguous: {spelling!r} is the name of no place")
    yield names[spelling]
    if _plain(spelling) in names:
        yield names[_plain(spelling)]


def _spellings(table: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str], str]]:
    """Every ``(place, languages that use it, spelling)``."""
    everywhere = lexicon.languages()
    # A language with letters of its own writes names with them: Thanh Hoa is no Thanh Hóa.
    lettered = {code for code, t in lexicon.concept("language").items() if "own" in t}
    plain = [code for code in everywhere if code not in lettered]
    entries = list(table["countries"].items())
    for outer, inner in table["within"].items():
        country = outer.partition("/")[0]
        entries += [(f"{country}/{key}", spellings) for key, spellings in inner.items()]
    for place, spellings in entries:
        by_language = {"all": spellings} if isinstance(spellings, list) else spellings
        for language, own in by_language.items():
            for spelling in own:
                yield place, everywhere if language == "all" else (language,), spelling
                if language == "all" and " " in spelling and not spelling.isascii():
                    yield place, plain, _plain(spelling)


def _plain(spelling: str) -> str:
    """The spelling without diacritics; case is kept."""
    return "".join(c.upper() if s.isupper() else c for s in spelling for c in fold(s))


@lru_cache(maxsize=1)
def _around() -> dict[str, frozenset[str]]:
    """For each place what it lies in, provinces merged since among it."""
    table = lexicon.table("places")
    merged = {part: whole for whole, parts in table["merged"].items() for part in parts}
    around: dict[str, frozenset[str]] = {}

    def outward(place: str) -> frozenset[str]:
        country = place.partition("/")[0]
        return frozenset({country, place, merged.get(place, country)})

    for outer, inner in table["within"].items():
        country = outer.partition("/")[0]
        for key in inner:
            place = f"{country}/{key}"
            around[place] = (outward(outer) | outward(place)) - {place}
    return around
