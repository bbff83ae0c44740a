"""Whom an article credits and who wrote it, from the segments that say so.

Only credits, bylines and datelines are read: "theo Reuters, ông …" within a paragraph says
where a sentence is from, not where the article is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from detector import lexicon
from detector.lexicon import outlets
from detector.records import Credit, Role, Segment

_BRACKETS = re.compile(r"\(([^()]+)\)")
_DATE_BEHIND = re.compile(r"[\s,]*\d[\d\s./-]*$")
# Where a name may end and an outlet begin: "Thu HiềnVOV", "Thu Hiền VOV".
_BEHIND = re.compile(r"(?<=[^\W\d_A-ZĐ])(?=[A-ZĐÀ-ÝẠ-Ỹ])|\s+")
_CAPITALS = re.compile(r"\b[A-ZĐ]{3,}\b")
_FIRM_JOINERS = re.compile(r"\s*[,;/|]\s*")
_SLASHES = ("/", "-", "–", "—", "|")
_TRIM = " \t\xa0.,;:–—-([)]/•"


def credits(  # noqa: A001 - the record's own word
    text: str, segments: Iterable[Segment]
) -> tuple[Credit, ...]:
    """Whom an article credits, in text order, each once.

    Args:
        text: `Article.text`.
        segments: of that text, as the clean stage gave them.

    Returns:
        Outlets and agencies in their usual spelling where they are known, as written else.
    """
    found: dict[str, Credit] = {}
    named, datelined = Role.CREDIT, Role.DATELINE
    for segment in [s for s in segments if s[0] is named or s[0] is datelined]:
        if segment.role is Role.CREDIT:
            read = _read_credit(text[segment.start : segment.end])
        else:
            read = _read_dateline(text[segment.start : segment.end])
        for credit, start, end in read:
            known = found.get(credit.key)
            if known is None:
                start, end = segment.start + start, segment.start + end
                found[credit.key] = replace(credit, start=start, end=end)
            elif credit.url and not known.url:
                found[credit.key] = replace(known, url=credit.url)
    return tuple(found.values())


def byline(text: str, segments: Iterable[Segment]) -> str:
    """The reporter as written; empty if the article names none."""
    beside_outlet = ""
    for segment in segments:
        if segment.role is Role.BYLINE:
            written = text[segment.start : segment.end]
            opening = _openings().match(written, len(written) - len(written.lstrip("([")))
            return written[opening.end() if opening else 0 :].partition(";")[0].strip(_TRIM)
        if segment.role is Role.CREDIT and not beside_outlet:
            beside_outlet = _person_of(text[segment.start : segment.end])
    return beside_outlet


def _read_credit(written: str) -> Iterator[tuple[Credit, int, int]]:
    """Credits of one segment, with offsets in it."""
    header = outlets.HEADER.match(written)
    if header:
        if outlets.find(header[1]) or outlets.has_media_word(header[1]):
            yield _credit(header[1]), 0, len(header[1])
        return
    rest = _behind_phrase(written)
    url = outlets.LINK.search(written, rest)
    if url:
        if outlets.is_carrier(url[0]):
            return
        yield _credit(url[0].rstrip(".,;")), url.start(), url.end()
        return
    yield from _read_names(written, rest)


def _read_names(written: str, rest: int) -> Iterator[tuple[Credit, int, int]]:
    end = len(written.rstrip(_TRIM))
    name = written[rest:end]
    if _is_known(name):
        yield _credit(name), rest, end
        return
    parts = list(_parts(written, rest, end, _joiners()))
    known = {part for part in parts if _is_known(written[part[0] : part[1]])}
    if not known:  # "Sở Tài nguyên và Môi trường" is one
        parts = list(_parts(written, rest, end, _FIRM_JOINERS))
    for start, stop, slashed in parts:
        part = written[start:stop]
        if (start, stop, slashed) in known:
            yield _credit(part), start, stop
        elif behind := _outlet_behind(part):
            yield _credit(part[behind[0] : behind[1]]), start + behind[0], start + behind[1]
        elif rest and not (known and slashed) and part.lower() not in _all("credits", "roundups"):
            yield _credit(part), start, stop


def _read_dateline(written: str) -> Iterator[tuple[Credit, int, int]]:
    bracket = _BRACKETS.search(written)
    start = bracket.start(1) if bracket else 0
    name = _DATE_BEHIND.sub("", bracket[1] if bracket else written.rstrip(_TRIM))
    if _is_known(name):
        yield _credit(name), start, start + len(name)
        return
    for first, last, _ in _parts(written, start, start + len(name), _joiners()):
        if bracket and _is_known(written[first:last]):
            yield _credit(written[first:last]), first, last


def _credit(written: str) -> Credit:
    outlet = outlets.find(written)
    host = outlets.host_of(written)
    url = written if host else ""
    if outlet is not None:
        return Credit(outlet.name, url, outlet.id)
    return Credit(host or written, url, host or outlets.name_key(written))


def _behind_phrase(written: str) -> int:
    """Offset behind opening brackets and a crediting phrase; 0 if there is no phrase."""
    first = len(written) - len(written.lstrip(_TRIM + ">»*"))
    end = outlets.credit_phrase(written, first)
    if not end:
        match = _openings().match(written, first) or _employers().match(written, first)
        return match.end() if match else 0
    return end


def _parts(
    written: str, start: int, end: int, joiners: re.Pattern[str]
) -> Iterator[tuple[int, int, bool]]:
    """Names between commas, slashes and "and", and whether a slash parts them."""
    position, slashed = start, False
    for match in [*joiners.finditer(written, start, end), None]:
        stop = match.start() if match else end
        behind = match is not None and match[0].strip() in _SLASHES
        part = written[position:stop]
        inner = position + len(part) - len(part.lstrip(_TRIM))
        stop = position + len(part.rstrip(_TRIM))
        if stop > inner:
            yield inner, stop, slashed or behind
        position, slashed = (match.end() if match else end), behind


def _is_known(name: str) -> bool:
    return outlets.find(name) is not None or bool(outlets.host_of(name))


def _outlet_behind(part: str) -> tuple[int, int] | None:
    """Offsets of an outlet that stands behind a person's name, or among other words."""
    for match in _BEHIND.finditer(part):
        name = part[match.end() :]
        if (match[0] == "" or name.isupper()) and outlets.find(name):
            return match.end(), len(part)
    for match in _CAPITALS.finditer(part):  # "P/v TTXVN tại Washington"
        if outlets.find(match[0]):
            return match.span()
    return None


def _person_of(written: str) -> str:
    """The name before the slash of "T.Lan/dangcongsan.vn"."""
    rest = _behind_phrase(written)
    if outlets.LINK.search(written, rest):
        return ""
    end = len(written.rstrip(_TRIM))
    parts = [(written[a:b], slashed) for a, b, slashed in _parts(written, rest, end, _joiners())]
    if not any(_is_known(part) for part, _ in parts):
        return ""
    people = (p for p, slashed in parts if (slashed or not rest) and not _is_known(p))
    return next((p for p in people if p[:1].isupper()), "")


@lru_cache(maxsize=8)
def _all(concept: str, name: str) -> tuple[str, ...]:
    phrases = {p for table in lexicon.concept(concept).values() for p in table[name]}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@lru_cache(maxsize=1)
def _openings() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, _all('bylines', 'openings')))})\s*", re.I)


@lru_cache(maxsize=1)
def _employers() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, _all('bylines', 'employers')))})\s+", re.I)


@lru_cache(maxsize=1)
def _joiners() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _all("credits", "joiners")))
    return re.compile(rf"\s*[,;/|]\s*|\s+[-–—]\s+|\s+(?:{words})\s+")
