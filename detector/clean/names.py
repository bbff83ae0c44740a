"""Names of people, and of outlets and agencies: what bylines and credits are made of."""

from __future__ import annotations

import re
from functools import lru_cache

from detector import lexicon
from detector.lexicon import outlets

_NAME_LENGTH = 70
_NO_NAME = re.compile(r"[\d!?:;…%()]")
_SIGNS = re.compile("[,&/–—-]")  # that stand between people
#: What may stand round a name.
TRIM = " \t\xa0.,;:–—-([)]/"


def is_person(text: str) -> bool:
    """Whether a text is the name of one or more people, or what stands for one."""
    if not 2 <= len(text) <= 60 or _NO_NAME.search(text):
        return False
    words = text.split()
    if _is_one(words) or text.lower() in _words():
        return True
    if _SIGNS.search(text) is None and _people_joiners().isdisjoint(words):
        return False
    people = _people_split().split(text)
    return len(people) <= 4 and all(_is_one(person.split()) for person in people)


def _is_one(words: list[str]) -> bool:
    if words and words[0].lower().rstrip(".") in _words():
        words = words[1:]
    if len(words) == 1:
        return "." in words[0] and _is_name(words[0])
    # Five capitalised words without a diacritic are a headline in title case.
    most = 4 if all(map(str.isascii, words)) else 5
    return 2 <= len(words) <= most and all(_is_name(word) for word in words)


def _is_name(word: str) -> bool:
    """A capitalised word, capitals alone, or initials: "Lan", "LAN", "T.Lan", "Jean-Luc"."""
    if not word[0].isupper():
        return False
    if "." in word:
        *initials, last = word.split(".")
        return all(1 <= len(i) <= 3 for i in initials) and (not last or _is_name(last))
    letters = word.replace("-", "").replace("'", "").replace("’", "")
    if not letters.isalpha():
        return False
    return letters is not word or letters.isupper() or letters[1:].islower()


def is_credited(text: str, *, known: bool = False) -> bool:
    """Whether a text is nothing but the names of outlets, agencies or their people.

    Args:
        text: what follows a crediting phrase or stands in brackets.
        known: demand that one of them is in `outlets.toml`.
    """
    text = text.strip(TRIM)
    if not 2 <= len(text) <= _NAME_LENGTH:
        return bool(outlets.LINK.fullmatch(text))
    if outlets.find(text) is not None or outlets.host_of(text):
        return True
    parts = [p for p in _names_split().split(text) if p]
    if any(outlets.find(p) is not None for p in parts):
        return all(outlets.find(p) is not None or is_title_case(p) for p in parts)
    return not known and len(parts) <= 4 and all(is_title_case(p) for p in parts)


def is_title_case(text: str) -> bool:
    """Whether every word is capitalised, words such as "báo" in front left out."""
    words = text.split()
    while words and outlets.has_media_word(words[0]):
        words = words[1:]
    return 0 < len(words) <= 7 and all(
        w[0].isupper() or w[0].isdigit() or w in "&+-" or outlets.host_of(w) for w in words
    )


def names_outlet(text: str) -> bool:
    """Whether a bracket's text has a known name among its words: "P/v TTXVN tại Washington"."""
    if ":" in text:  # whose picture it is
        return False
    if is_credited(text, known=True):
        return True
    words = re.split(r"[\s/,]+", text)
    return len(words) <= 8 and any(len(w) > 2 and w.isupper() and outlets.find(w) for w in words)


def is_roundup(text: str) -> bool:
    """Whether a text says that an article was put together from others."""
    return text.strip(TRIM).lower() in _roundups()


def listed(concept: str, name: str) -> list[str]:
    """One list of a concept in all languages, the longest phrases first."""
    phrases = {p for table in lexicon.concept(concept).values() for p in table[name]}
    return sorted(phrases, key=lambda phrase: (-len(phrase), phrase))


@lru_cache(maxsize=1)
def _roundups() -> frozenset[str]:
    return frozenset(listed("credits", "roundups"))


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(listed("bylines", "words"))


@lru_cache(maxsize=1)
def _people_joiners() -> frozenset[str]:
    return frozenset(word for words in listed("bylines", "joiners") for word in words.split())


@lru_cache(maxsize=1)
def _people_split() -> re.Pattern[str]:
    joiners = "|".join(map(re.escape, listed("bylines", "joiners")))
    return re.compile(rf"\s*[,&/]\s*|\s+[-–—]\s+|\s+(?:{joiners})\s+")


@lru_cache(maxsize=1)
def _names_split() -> re.Pattern[str]:
    joiners = "|".join(map(re.escape, listed("credits", "joiners")))
    return re.compile(rf"\s*[,;/|]\s*|\s+[-–—]\s+|\s+(?:{joiners})\s+")
