"""Credits, bylines and datelines: lines of their own, and those written into a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detector import lexicon
from detector.lexicon import outlets
from detector.records import Role

#: Parts of one line: role, first and last offset in the line.
Parts = tuple[tuple[Role, int, int], ...]

_NAME_LENGTH = 70
_HEAD = 100
_TAIL = 110
_ANY_DASH = re.compile("[-–—]")
_DASH = r"\s*[-–—]+\s*"
# "HÀ NỘI, 7/8 (Reuters) - …", "(Dân trí) - …", "(SGGP).- …"
_BRACKET = re.compile(
    rf"(?P<place>[^()]{{2,70}}?)?\s*\((?P<source>[^():]{{2,40}})\)\s*[.:]?{_DASH}"
)
_LOOSE_BRACKET = re.compile(
    r"(?P<place>[^()]{2,70}?)?\s*\((?P<source>[^():]{2,40})\)[\s.:–—-]*(?P<next>\w)"
)
# "VTV.vn - …", "TTO - …"
_TAG = re.compile(rf"(?P<tag>[^\s()].{{0,23}}?)\.?{_DASH}(?=\S)")
# "HANOI, Aug. 7 — …": a dash as long as this stands in no name.
_PLACE = re.compile(r"(?P<place>[^\W\d_][^()–—]{2,60}?)\s*(?:[–—]|--)\s+")
_DATE_BEHIND = re.compile(r"[\s,]*\d[\d\s./-]*$")
_SENTENCE_END = re.compile(r"[.!?…”\"»/](?=\s*[(\[\w–—-])")
_SPLIT = re.compile(r"\s*[/|]\s*|\s+[-–—]\s+")
_HEADER = re.compile(
    r"(?P<name>\S.{1,38}?\S)\s*[•|-]?\s*(?P=name)\s*[•|-]?\s*\d{1,2}/\d{1,2}/\d{4}$"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_TRIM = " \t\xa0.,;:–—-([)]/"


def is_person(text: str) -> bool:
    """Whether a text is the name of one or more people, or what stands for one."""
    if not 2 <= len(text) <= 60 or any(c in "0123456789!?:;…%" for c in text):
        return False
    if text.lower() in _words() or _is_one(text.split()):
        return True
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
    text = text.strip(_TRIM)
    if not 2 <= len(text) <= _NAME_LENGTH:
        return bool(outlets.LINK.fullmatch(text))
    if outlets.find(text) is not None or outlets.host_of(text):
        return True
    parts = [p for p in _names_split().split(text) if p]
    if any(outlets.find(p) is not None for p in parts):
        return all(outlets.find(p) is not None or _is_title_case(p) for p in parts)
    return not known and len(parts) <= 4 and all(_is_title_case(p) for p in parts)


def _is_title_case(text: str) -> bool:
    words = text.split()
    while words and outlets.name_key(words[0]) in _media():
        words = words[1:]
    return 0 < len(words) <= 7 and all(
        w[0].isupper() or w[0].isdigit() or w in "&+-" or outlets.host_of(w) for w in words
    )


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
    rest = inner[end:].strip(_TRIM)
    colon = ":" in inner[:end]
    if not rest:
        return colon
    if outlets.LINK.fullmatch(rest) or is_credited(rest, known=weak):
        return True
    return colon and not weak and len(rest) <= _HEAD and ". " not in rest


def sign_off(line: str) -> Parts:
    """What a line at the head or the foot of an article says of who made it.

    Returns:
        Its byline and credit; nothing if the line says anything else.
    """
    if len(line) > _HEAD:
        return ()
    if outlets.LINK.fullmatch(line) or _HEADER.match(line):
        return ((Role.CREDIT, 0, len(line)),)
    text = line.rstrip(" .)\xa0")
    if is_person(text):
        known = outlets.find(text) is not None
        return ((Role.CREDIT if known else Role.BYLINE, 0, len(line)),)
    for start in _phrase_starts(text):
        before = text[:start].rstrip(_TRIM)
        rest = text[start + outlets.credit_phrase(text[start:]) :]
        if (not before or is_person(before)) and is_credited(rest):
            return _split(line, before, start)
    bracket = text.rfind("(")
    if bracket >= 0:
        before, inner = text[:bracket].rstrip(_TRIM), text[bracket + 1 :]
        if (not before or is_person(before)) and (_is_roundup(inner) or _names_known(inner)):
            return _split(line, before, bracket)
        return ()
    parts = _SPLIT.split(text)
    if len(parts) > 1 and is_credited(text, known=True):
        return ((Role.CREDIT, 0, len(line)),)
    if _is_roundup(text) or (outlets.find(text) is not None and _is_title_case(text)):
        return ((Role.CREDIT, 0, len(line)),)
    return ()


def _phrase_starts(text: str) -> Iterator[int]:
    """Where a crediting phrase begins, be it glued to a name: "Minh PhươngTheo NBC"."""
    firsts = outlets.credit_words()
    for match in _LETTERS.finditer(text):
        word = match[0]
        cut = 0
        if word.lower() not in firsts:
            cut = next((k for k in range(1, len(word)) if word[k].isupper()), 0)
            if not cut or word[cut:].lower() not in firsts:
                continue
        if outlets.credit_phrase(text[match.start() + cut :]):
            yield match.start() + cut


def byline_parts(line: str) -> Parts:
    """A line that begins with words such as "By", split where it names an outlet.

    Returns:
        Byline and credit; nothing if the line is something else.
    """
    opening = _openings().match(line)
    start = opening.end() if opening else 0
    rest = line[start:].rstrip(" .")
    found = sign_off(rest)
    if found and outlets.find(rest) is None:
        return tuple((r, a + start if i else 0, b + start) for i, (r, a, b) in enumerate(found))
    if found:
        return ((Role.CREDIT, 0, len(line)),)
    for match in _employer().finditer(rest):
        if is_person(rest[: match.start()]) and is_credited(rest[match.end() :], known=True):
            cut = start + match.start()
            return ((Role.BYLINE, 0, cut), (Role.CREDIT, cut, len(line)))
    return ()


def dateline_end(line: str) -> int:
    """Offset behind the dateline that a paragraph begins with; 0 if there is none."""
    head = line[:_HEAD]
    if "(" in head:
        match = _BRACKET.match(head)
        if match and _is_dateline(match["place"] or "", match["source"], strict=False):
            return match.end()
        match = _LOOSE_BRACKET.match(head)
        if match and match["next"].isupper():
            if _is_dateline(match["place"] or "", match["source"], strict=True):
                return match.start("next")
    if _ANY_DASH.search(head):
        match = _TAG.match(head)
        if match and (match["tag"] in outlets.tags() or outlets.host_of(match["tag"])):
            return match.end()
        match = _PLACE.match(head)
        if match and _is_capitals(match["place"]):
            return match.end()
    for tag in outlets.bare_tags():
        if head.startswith(tag) and head[len(tag) : len(tag) + 2].strip()[:1].isupper():
            return len(tag)
    return 0


def _is_dateline(place: str, source: str, *, strict: bool) -> bool:
    source = _DATE_BEHIND.sub("", source).strip()
    known = bool(source) and (outlets.find(source) is not None or bool(outlets.host_of(source)))
    if place:
        words = place.split()
        return known and words[0][:1].isupper() and len(words) <= 9 and ". " not in place[4:]
    if strict:
        return known and len(source) > 1
    return known or (len(source) <= 25 and source[0].isupper() and source.count(" ") <= 3)


def _is_capitals(place: str) -> bool:
    name, _, rest = place.partition(",")
    letters = sum(map(str.isalpha, name))
    return name.isupper() and letters >= 4 and name.count(" ") < 3 and len(rest) <= 25


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
            return tuple((r, a + start + skipped, b + start + skipped) for r, a, b in parts)
    return ()


def _split(line: str, before: str, start: int) -> Parts:
    if not before:
        return ((Role.CREDIT, 0, len(line)),)
    return ((Role.BYLINE, 0, len(before)), (Role.CREDIT, start, len(line)))


def _names_known(text: str) -> bool:
    """A known name among the words of a bracket: "P/v TTXVN tại Washington"."""
    if is_credited(text, known=True):
        return True
    words = re.split(r"[\s/,]+", text)
    return len(words) <= 8 and any(len(w) > 2 and w.isupper() and outlets.find(w) for w in words)


def _is_roundup(text: str) -> bool:
    return text.strip(_TRIM).lower() in _roundups()


def _all(concept: str, name: str) -> list[str]:
    return sorted({p for table in lexicon.concept(concept).values() for p in table[name]})


@lru_cache(maxsize=1)
def _roundups() -> frozenset[str]:
    return frozenset(_all("credits", "roundups"))


@lru_cache(maxsize=1)
def _media() -> frozenset[str]:
    return frozenset(w for p in _all("credits", "media") for w in outlets.name_key(p).split())


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(_all("bylines", "words"))


@lru_cache(maxsize=1)
def _people_split() -> re.Pattern[str]:
    joiners = "|".join(map(re.escape, _all("bylines", "joiners")))
    return re.compile(rf"\s*[,&/]\s*|\s+[-–—]\s+|\s+(?:{joiners})\s+")


@lru_cache(maxsize=1)
def _names_split() -> re.Pattern[str]:
    joiners = "|".join(map(re.escape, _all("credits", "joiners")))
    return re.compile(rf"\s*[,;/|]\s*|\s+[-–—]\s+|\s+(?:{joiners})\s+")


@lru_cache(maxsize=1)
def _openings() -> re.Pattern[str]:
    longest_first = sorted(_all("bylines", "openings"), key=lambda p: (-len(p), p))
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})\s*", re.I)


@lru_cache(maxsize=1)
def _employer() -> re.Pattern[str]:
    """What stands between a reporter and the outlet: "By … for …"."""
    words = "|".join(map(re.escape, _all("bylines", "employers")))
    return re.compile(rf",\s*|\s*[|/]\s*|\s+[-–—]\s+|\s+(?:{words})\s+")
