"""What a line says about itself: phrases of the lexicon at its beginning or end."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from detector.clean.names import listed
from detector.clean.page import OPENING, Page, ends_sentence


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


_Entries = tuple[tuple[str, Mark, str], ...]
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
_BULLETS = "([<>»•*-–—:.|►▶+…“=👉 \t\xa0"
_ARROWS = (">>", "»", "►", "▶", "=>", "👉")
_TAIL = 80  # characters in which a line ends with the note of a picture
_HINT = re.compile("[:(–—]")  # without one of these there is no such note
_COUNTS = " :.…()[]0123456789+-–>»|*\xa0"
_WORDS = re.compile(r"([^\s:(\[>»|,/]+)[\s:(\[>»|,/]*([^\s:(\[>»|,/]*)")
#: Characters of a headline and its teaser; no phrase makes anything of a longer line.
LONGEST = 200
_FIRM_LENGTH = 120  # a longer line that ends as a sentence is one
_CAPTION_LENGTH = 300
_OPENING_LENGTH = 100
_SENTENCE_LENGTH = 60  # a longer line that ends as a sentence is one
_DATE = re.compile(
    r"\b(?:\d{1,2}\s?[:h]\s?\d{2}(?:\s?:\s?\d{2})?|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?)(?!\d)"
)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")


def opening_marks(page: Page) -> dict[int, Mark]:
    """What the phrases at the beginnings of lines make of them, by number of the line."""
    marks: dict[int, Mark] = {}
    for i, may in enumerate(map(_may_open, page.openings)):
        if may and len(page.lines[i]) <= LONGEST:
            mark = _mark_of(page.lines[i])
            if mark is not None:
                marks[i] = mark
    return marks


@lru_cache(maxsize=8192)  # most lines begin with one of a few thousand words
def _may_open(start: str) -> bool:
    """Whether a line that starts so may begin with a phrase."""
    if start.startswith(_ARROWS):
        return True
    begun, short = _starts()
    first = start.lstrip(_BULLETS).lower().replace("\xa0", " ")[:OPENING]
    return first in begun or first.startswith(short)


def _mark_of(line: str) -> Mark | None:
    start = 0
    if line[0] in _BULLETS:
        if line.startswith(_ARROWS) and len(line) <= LONGEST:
            return Mark.LINK
        start = len(line) - len(line.lstrip(_BULLETS))
    words = _WORDS.match(line, start)
    if words is None:
        return None
    by_one, by_two = _phrases()
    first = words[1].lower()
    entries = by_two.get((first, words[2].lower()), ()) + by_one.get(first, ())
    if entries:
        head = line[start : start + _HEAD].lower().replace("\xa0", " ")
        for phrase, mark, whole in entries:
            if head.startswith(phrase) and _fits(line, head[len(phrase) :], phrase, mark, whole):
                return mark
    return None


def _fits(line: str, rest: str, phrase: str, mark: Mark, whole: str) -> bool:
    if whole:
        rest = rest.strip(_COUNTS)
        return len(line) < _HEAD and (rest == "" if whole == _ALONE else rest.endswith(whole))
    if rest and rest[0].isalnum() and phrase[-1].isalpha():
        return False
    if mark is Mark.CAPTION:
        if phrase[-1] == ":":
            return True
        return len(line) <= (_SENTENCE_LENGTH if ends_sentence(line) else _OPENING_LENGTH)
    if mark in (Mark.FURNITURE, Mark.FOOTER):
        firm = mark is Mark.FOOTER or phrase[-1] == ":"
        return len(line) <= (_FIRM_LENGTH if firm else _SENTENCE_LENGTH) or not ends_sentence(line)
    return len(line) <= LONGEST


def captioned(page: Page) -> list[int]:
    """Numbers of the lines that end with the note of who took a picture."""
    return [i for i in page.holding(":(–—") if _is_captioned(page.lines[i])]


def sourced(page: Page) -> list[int]:
    """Numbers of the lines that end with the note of where a picture or a chart is from."""
    return [i for i in page.holding(")]") if _is_sourced(page.lines[i])]


def _is_captioned(line: str) -> bool:
    if len(line) > _CAPTION_LENGTH:
        return False
    tail = line[-_TAIL:]
    if _HINT.search(tail) is None:
        return False
    whole, behind, bracketed = _caption_ends()
    if (":" in tail or "/" in tail) and (whole.match(tail) or behind.search(tail)):
        return True
    return bracketed.search(tail) is not None


def _is_sourced(line: str) -> bool:
    if not line.endswith((")", ").", "]")) or len(line) > _CAPTION_LENGTH:
        return False
    return _source_end().search(line[-_TAIL:].lower()) is not None


def is_stamp(line: str) -> bool:
    """Whether a line holds a date or a time of day and nothing else."""
    if not line or len(line) > _HEAD or line[-1] == "." or _DIGIT.search(line) is None:
        return False
    words = _LETTERS.findall(line.lower())
    return (len(words) > 1 or _DATE.search(line) is not None) and _stamps().issuperset(words)


@lru_cache(maxsize=1)
def _phrases() -> tuple[dict[str, _Entries], dict[tuple[str, str], _Entries]]:
    """Phrases of one word, by it, and those of more, by the first two; the longest first."""
    by_one: dict[str, _Entries] = {}
    by_two: dict[tuple[str, str], _Entries] = {}
    for concept, name, mark, whole in _LISTS:
        for written in listed(concept, name):
            phrase, _, after = written.lstrip(_BULLETS).partition("…")
            words = _WORDS.match(phrase)
            if words is None or (name == "marks" and phrase[-1] != ":"):
                continue
            entry = ((phrase, mark, after.strip() or (_ALONE if whole else "")),)
            # "© 20" begins "© 2024": its second word is not a whole one.
            if words[2] and not words[2].isdigit() and not after:
                key = (words[1], words[2])
                by_two[key] = by_two.get(key, ()) + entry
            else:
                by_one[words[1]] = by_one.get(words[1], ()) + entry
    return by_one, by_two


@lru_cache(maxsize=1)
def _starts() -> tuple[frozenset[str], tuple[str, ...]]:
    """What phrases start with, to a few characters; and the phrases that are no longer."""
    by_one, by_two = _phrases()
    phrases = {entry[0] for found in (*by_one.values(), *by_two.values()) for entry in found}
    begun = frozenset(phrase[:n] for phrase in phrases for n in range(OPENING + 1))
    return begun, tuple(sorted(phrase for phrase in phrases if len(phrase) <= OPENING))


@lru_cache(maxsize=1)
def _caption_ends() -> tuple[re.Pattern[str], ...]:
    """Notes with a colon: all there is, or behind something; and those behind a bracket or dash."""
    # Within a line a mark may be part of a word ("điển hình: …"), unless a bracket or a
    # sentence's end stands before it or it is capitalised; one without a colon is a word of
    # ordinary sentences, and must be nearly the last thing on the line.
    marks = listed("captions", "marks")
    firm = [re.escape(m) for m in marks if m[-1] in ":/"]
    loose = "|".join(re.escape(m) for m in marks if m[-1] not in ":/")
    capitals = "|".join(re.escape(m[0].upper() + m[1:]) for m in marks if m[-1] in ":/")
    letters = re.escape("".join(sorted({m[0].upper() for m in marks})))
    note = rf"(?i:{'|'.join(firm)})"
    rest, end = r"[^()]{0,60}", r"[)\]]?[.\s]*$"
    # Each begins with a class of characters, which a search skips to.
    return (
        re.compile(rf"{note}{rest}{end}"),
        re.compile(
            rf"[(\[.!?…–—\s-](?:(?<=\s)(?=[{letters}])(?:{capitals})|(?<!\s)\s*{note}){rest}{end}"
        ),
        re.compile(
            rf"[(\[–—](?:(?<=[(\[])\s*(?i:{loose}){rest}"
            rf"|(?<=[–—])\s*(?i:{loose})(?:\s\S+){{0,3}}){end}"
        ),
    )


@lru_cache(maxsize=1)
def _source_end() -> re.Pattern[str]:
    marks = "|".join(map(re.escape, listed("captions", "sources")))
    return re.compile(rf"[(\[](?:{marks})[^()]{{1,60}}[)\]][.\s]*$")


@lru_cache(maxsize=1)
def _stamps() -> frozenset[str]:
    return frozenset(w for stamp in listed("furniture", "stamps") for w in _LETTERS.findall(stamp))
