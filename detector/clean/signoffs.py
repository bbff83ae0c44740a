"""Credits and bylines: lines of their own, and those behind an article's last sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detector.clean.names import (
    TRIM,
    is_credited,
    is_person,
    is_roundup,
    is_title_case,
    listed,
    names_outlet,
)
from detector.lexicon import outlets
from detector.records import Role

#: Parts of one line: role, first and last offset in the line.
Parts = tuple[tuple[Role, int, int], ...]

_LOWER_WORDS = 5  # "Theo Báo điện tử Đảng Cộng sản Việt Nam" has three; a sentence more
_HEAD = 100
_TAIL = 110
_SENTENCE_END = re.compile(r"[.!?…”\"»](?:/\.?)?(?=\s*[(\[\w–—-])")
_BULLETS = "–—-•* \xa0"
_SPLIT = re.compile(r"\s*[,/|]\s*|\s+[-–—]\s+")
# Where the crawler glued a word to a name: "PhươngTheo".
_GLUED = re.compile(r"[^\W\d_A-ZĐ](?=[A-ZĐ])")
_LETTERS = re.compile(r"[^\W\d_]+")


def is_credit_line(line: str, *, weak: bool) -> bool:
    """Whether a line that begins with a crediting phrase says nothing else.

    Args:
        line: a whole line.
        weak: the phrase begins other lines as well, so the name must be known.
    """
    inner = line.strip(" ([])\xa0*•–—-")
    end = outlets.credit_phrase(inner)
    if not end:
        return False
    rest = inner[end:].strip(TRIM)
    if rest and line[-1] == ":":  # "According to the ministry:" opens a list
        return False
    colon = ":" in inner[:end]
    if not rest:
        return colon
    if outlets.LINK.fullmatch(rest) or is_credited(rest, known=weak):
        return True
    return colon and not weak and len(rest) <= _HEAD and ". " not in rest and rest[0].isupper()


@lru_cache(maxsize=8192)  # an outlet's articles are signed by a few people and agencies
def sign_off(line: str) -> Parts:
    """What a line at the head or the foot of an article says of who made it.

    Returns:
        Its byline and credit; nothing if the line says anything else.
    """
    if not line or len(line) > _HEAD:
        return ()
    if _is_link(line) or (line[-1].isdigit() and outlets.HEADER.match(line)):
        return _whole(Role.CREDIT, line)
    first = len(line) - len(line.lstrip(_BULLETS))
    text = line[first:].rstrip(" .)\xa0")
    if sum(word[0].islower() for word in text.split()) > _LOWER_WORDS:
        return ()
    if _is_credit(text):
        return _whole(Role.CREDIT, line)
    if is_person(text) and not outlets.credit_phrase(text):
        return _whole(Role.BYLINE, line)
    cut = _credit_start(text)
    if cut is None:
        return ()
    before = text[:cut].rstrip(TRIM)
    if not before:
        return _whole(Role.CREDIT, line)
    return ((Role.BYLINE, 0, first + len(before)), (Role.CREDIT, first + cut, len(line)))


def _is_link(line: str) -> bool:
    """Whether a line is a link and nothing else, to something that may be an outlet."""
    if not outlets.LINK.fullmatch(line):
        return False
    return outlets.find(line) is not None or line.startswith(("http", "www."))


def _whole(role: Role, line: str) -> Parts:
    return ((role, 0, len(line)),)


def _is_credit(text: str) -> bool:
    """Outlets alone, or a person and an outlet: "TTXVN", "Minh Anh/VOV", "John Smith, CNN"."""
    if is_roundup(text) or (outlets.find(text) is not None and is_title_case(text)):
        return True
    return "(" not in text and len(_SPLIT.split(text)) > 1 and is_credited(text, known=True)


def _credit_start(text: str) -> int | None:
    """Where a credit begins of which nothing or a person's name stands in front."""
    for start in _phrase_starts(text):
        if is_credited(text[outlets.credit_phrase(text, start) :]) and _follows(text, start):
            return len(text[:start].rstrip("([ \xa0")) if text[:start].endswith("(") else start
    bracket = text.rfind("(")
    inner = text[bracket + 1 :]
    if bracket >= 0 and (is_roundup(inner) or names_outlet(inner)) and _follows(text, bracket):
        return bracket
    return None


def _follows(text: str, start: int) -> bool:
    before = text[:start].rstrip(TRIM)
    return not before or is_person(before)


def _phrase_starts(text: str) -> Iterator[int]:
    """Where a crediting phrase begins, be it glued to a name: "Minh PhươngTheo NBC"."""
    firsts = outlets.credit_phrases()
    for match in _LETTERS.finditer(text):
        start = match.start()
        if match[0].lower() not in firsts:
            glued = _GLUED.search(text, start, match.end())
            if glued is None or text[glued.end() : match.end()].lower() not in firsts:
                continue
            start = glued.end()
        if outlets.credit_phrase(text, start):
            yield start


def byline_parts(line: str) -> Parts:
    """A line that begins with words such as "By", split where it names an outlet.

    Returns:
        Byline and credit; nothing if the line is something else.
    """
    opening = _openings().match(line, len(line) - len(line.lstrip("([")))
    start = opening.end() if opening else 0
    rest = line[start:].partition(";")[0].rstrip(" .)]")
    if outlets.find(rest) is not None:
        return _whole(Role.CREDIT, line)
    for match in _employer().finditer(rest):
        if is_person(rest[: match.start()]) and is_credited(rest[match.end() :], known=True):
            cut = start + match.start()
            credit = len(line) - len(line[cut:].lstrip(" ,\xa0"))
            return ((Role.BYLINE, 0, cut), (Role.CREDIT, credit, len(line)))
    if ";" in line:
        return _whole(Role.BYLINE, line) if is_person(rest) else ()
    return tuple(
        (r, a + start if i else 0, b + start) for i, (r, a, b) in enumerate(sign_off(rest))
    )


def tail_parts(line: str) -> Parts:
    """The byline and the credit behind the last sentence of an article's last paragraph."""
    if line[-1] in '.!?…”"' and line[-2:-1] != ")":
        return ()
    base = max(0, len(line) - _TAIL)
    for match in _SENTENCE_END.finditer(line, base):
        start = match.end()
        rest = line[start:]
        skipped = len(rest) - len(rest.lstrip(" \xa0–—-"))
        parts = sign_off(rest[skipped:])
        # A name behind a blank may belong to the last sentence; one that the crawler glued on
        # cannot.
        if parts and (skipped == 0 or any(role is Role.CREDIT for role, _, _ in parts)):
            (role, _, end), *more = parts
            shift = start + skipped
            return ((role, start, end + shift), *((r, a + shift, b + shift) for r, a, b in more))
    return ()


@lru_cache(maxsize=1)
def _openings() -> re.Pattern[str]:
    openings = "|".join(map(re.escape, listed("bylines", "openings")))
    return re.compile(rf"(?:{openings})\s*", re.I)


@lru_cache(maxsize=1)
def _employer() -> re.Pattern[str]:
    """What stands between a reporter and the outlet: "By … for …"."""
    words = "|".join(map(re.escape, listed("bylines", "employers")))
    return re.compile(rf",\s*|\s*[|/]\s*|\s+[-–—]\s+|\s+(?:{words})\s+")
