"""What a line says about itself: phrases of the lexicon at its beginning or end."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from detector import lexicon
from detector.clean.page import ends_sentence


class Mark(Enum):
    """What a phrase makes of the line that it begins."""

    HEADING = "heading"  # opens a block of links
    LINK = "link"
    COMMENTS = "comments"  # opens what readers wrote
    FURNITURE = "furniture"
    FOOTER = "footer"  # furniture below an article
    SECTION = "section"  # furniture above a headline
    CAPTION = "caption"
    CREDIT = "credit"
    WEAK_CREDIT = "weak credit"  # begins other lines as well
    BYLINE = "byline"


# (concept, list, mark, the phrase is the whole line)
_LISTS = (
    ("related", "headings", Mark.HEADING, True),
    ("related", "links", Mark.LINK, False),
    ("comments", "headings", Mark.COMMENTS, True),
    ("furniture", "lines", Mark.FURNITURE, True),
    ("furniture", "framed", Mark.FURNITURE, True),
    ("furniture", "openings", Mark.FURNITURE, False),
    ("furniture", "footers", Mark.FOOTER, False),
    ("furniture", "sections", Mark.SECTION, True),
    ("captions", "marks", Mark.CAPTION, False),  # those with a colon
    ("captions", "openings", Mark.CAPTION, False),
    ("credits", "phrases", Mark.CREDIT, False),
    ("credits", "weak", Mark.WEAK_CREDIT, False),
    ("bylines", "openings", Mark.BYLINE, False),
)
_ALONE = "\0"  # in place of what a line must end with: nothing may follow the phrase
_HEAD = 90  # characters; no phrase is longer
_BULLETS = "([<>»•*-–—:.|►▶+…“ \t\xa0"
_ARROWS = (">>", "»", "►", "▶", "=>", "👉")
_COUNTS = " :.…()[]0123456789+-–>»|*\xa0"
_FIRST = re.compile(r"[^\s:(\[>»|,/]+")
_LINK_LENGTH = 200  # characters of a headline and its teaser
_FIRM_LENGTH = 120  # a longer line that ends as a sentence is one
_CAPTION_LENGTH = 300
_OPENING_LENGTH = 100
_SENTENCE_LENGTH = 60  # a longer line that ends as a sentence is one
_DATE = re.compile(
    r"\b(?:\d{1,2}\s?[:h]\s?\d{2}(?:\s?:\s?\d{2})?|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?)(?!\d)"
)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")


def mark_of(line: str) -> Mark | None:
    """What the phrase at the beginning of a line makes of it."""
    start = 0
    if line[0] in _BULLETS:
        if line.startswith(_ARROWS) and len(line) <= _LINK_LENGTH:
            return Mark.LINK
        start = len(line) - len(line.lstrip(_BULLETS))
    first = _FIRST.match(line, start)
    entries = _phrases().get(first[0].lower()) if first else None
    if entries is None:
        return None
    head = line[start : start + _HEAD].lower().replace("\xa0", " ")
    for phrase, mark, whole in entries:
        if head.startswith(phrase) and _fits(line, head[len(phrase) :], phrase, mark, whole):
            return mark
    return None


def _fits(line: str, rest: str, phrase: str, mark: Mark, whole: str) -> bool:
    if whole:
        rest = rest.strip(_COUNTS)
        return len(line) < _HEAD and (rest == "" if whole == _ALONE else rest.endswith(whole))
    if rest and rest[0].isalnum() and phrase[-1].isalnum():
        return False
    if mark is Mark.CAPTION:
        if phrase[-1] == ":":
            return len(line) <= _CAPTION_LENGTH
        return len(line) <= (_SENTENCE_LENGTH if ends_sentence(line) else _OPENING_LENGTH)
    if mark in (Mark.FURNITURE, Mark.FOOTER):
        firm = mark is Mark.FOOTER or phrase[-1] == ":"
        return len(line) <= (_FIRM_LENGTH if firm else _SENTENCE_LENGTH) or not ends_sentence(line)
    return len(line) <= _LINK_LENGTH


def is_captioned(line: str) -> bool:
    """Whether a line ends with the note of who took a picture."""
    if len(line) > _CAPTION_LENGTH:
        return False
    tail = line[-80:]
    if ":" not in tail and "(" not in tail and "—" not in tail and "–" not in tail:
        return False
    return _caption_end().search(tail) is not None


def is_sourced(line: str) -> bool:
    """Whether a line ends with the note of where a picture or a chart is from."""
    if not line.endswith((")", ").", "]")) or len(line) > _CAPTION_LENGTH:
        return False
    return _source_end().search(line[-80:].lower()) is not None


def is_stamp(line: str) -> bool:
    """Whether a line holds a date or a time of day and nothing else."""
    if len(line) > _HEAD or line[-1] == "." or _DIGIT.search(line) is None:
        return False
    words = _LETTERS.findall(line.lower())
    return (len(words) > 1 or _DATE.search(line) is not None) and _stamps().issuperset(words)


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[tuple[str, Mark, str], ...]]:
    """Phrases by their first word, the longest first."""
    found: dict[str, dict[tuple[str, str], Mark]] = {}
    for concept, name, mark, whole in _LISTS:
        for written in _all(concept, name):
            phrase, _, after = written.partition("…")
            first = _FIRST.match(phrase)
            if first and (name != "marks" or phrase[-1] == ":"):
                behind = after.strip() or (_ALONE if whole else "")
                found.setdefault(first[0], {}).setdefault((phrase, behind), mark)
    return {
        first: tuple(
            (phrase, mark, behind)
            for (phrase, behind), mark in sorted(
                entries.items(), key=lambda entry: (-len(entry[0][0]), entry[0])
            )
        )
        for first, entries in found.items()
    }


def _all(concept: str, name: str) -> list[str]:
    return sorted({p for table in lexicon.concept(concept).values() for p in table[name]})


@lru_cache(maxsize=1)
def _caption_marks() -> tuple[str, ...]:
    return tuple(_all("captions", "marks"))


@lru_cache(maxsize=1)
def _caption_end() -> re.Pattern[str]:
    # Within a line a mark may be part of a word ("điển hình: …"), unless a bracket or a
    # sentence's end stands before it or it is capitalised; one without a colon is a word of
    # ordinary sentences, and must be nearly the last thing on the line.
    marks = _caption_marks()
    firm = [re.escape(m) for m in marks if m[-1] in ":/"]
    loose = "|".join(re.escape(m) for m in marks if m[-1] not in ":/")
    capitals = "|".join(re.escape(m[0].upper() + m[1:]) for m in marks if m[-1] in ":/")
    return re.compile(
        rf"(?:(?:^|[(\[.!?…–—-]\s*)(?i:{'|'.join(firm)})[^()]{{0,60}}"
        rf"|\s(?:{capitals})[^()]{{0,60}}"
        rf"|[(\[]\s*(?i:{loose})[^()]{{0,60}}"
        rf"|[–—]\s*(?i:{loose})(?:\s\S+){{0,3}})[)\]]?[.\s]*$"
    )


@lru_cache(maxsize=1)
def _source_end() -> re.Pattern[str]:
    marks = "|".join(map(re.escape, _all("captions", "sources")))
    return re.compile(rf"[(\[](?:{marks})[^()]{{1,60}}[)\]][.\s]*$")


@lru_cache(maxsize=1)
def _stamps() -> frozenset[str]:
    return frozenset(w for stamp in _all("furniture", "stamps") for w in _LETTERS.findall(stamp))
