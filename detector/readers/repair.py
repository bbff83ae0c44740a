"""Text as crawlers leave it to text that can be compared.

Repaired are: Unicode form (NFC), text decoded with the wrong code page, HTML entities left
over, line ends, exotic spaces, and characters that are not seen (control, bidirectional,
zero-width). Nothing that a reader sees is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.entities import html5

from detector.text import normalise

# Text of other characters than these needs nothing: none of them can be part of a repair,
# and any sequence of them is in NFC (a test tries each). Vietnamese and English mostly are.
_UNUSUAL = re.compile(
    "[^ -%'-~\n\xc0-\xc2\xc7-\xcf\xd2-\u024f\u1ea0-\u1eff"
    "\u2013\u2014\u2018\u2019\u201c\u201d\u2026]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENTITY = re.compile("&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
# Pairs that UTF-8 makes when it is read as Latin-1 or Windows-1252. "Ã" before a closing
# quote or dots is left out: it may end a Vietnamese word in capitals.
_MOJIBAKE = re.compile(
    "[\x80-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ‘“˜š›œžŸ¼](?<=[ÂÃÄÅÆÐÑ].|á[º»]|â[€‚„\x80\x82\x84]|ï[»¿¼]|ð[\x9fŸ])"
)
_SPACES = frozenset(
    "\t\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
)
_LINE_ENDS = frozenset("\r\x0b\x0c\x85\u2028\u2029")
_UNSEEN = frozenset(
    map(
        chr,
        (
            *range(0x09),
            *range(0x0E, 0x20),
            *range(0x7F, 0x85),
            *range(0x86, 0xA0),
            *(0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, 0xFFFE, 0xFFFF),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            *range(0xFFF9, 0xFFFC),
        ),
    )
)
# A joiner belongs to Arabic, Indic and emoji sequences, and is noise beside other letters.
_JOINER = re.compile(
    "(?<![\u0600-\u1dff\u2190-\U0010ffff])[\u200c\u200d]+"
    "|[\u200c\u200d]+(?![\u0600-\u1dff\u2190-\U0010ffff])"
)
_MARKS = re.compile("[^\\w\\s\x00-\u02ff]{31,}")
_STREAM_SAFE = 30  # marks on one letter (Unicode Annex 15); more take quadratic time


def text(raw: str) -> str:
    r"""Repair a text; its lines are kept.

    Args:
        raw: any string, lone surrogates included.

    Returns:
        NFC text without control, bidirectional or zero-width characters. Lines end in
        ``\n`` and other white space is a plain space.
    """
    return raw if _UNUSUAL.search(raw) is None else _repaired(raw)


def line(raw: str) -> str:
    """Repair a text that is one line, such as a title: a run of white space is one space."""
    return " ".join(text(raw).split())


def printable(raw: str) -> str:
    """The string with lone surrogates replaced, so that it can be written."""
    if raw.isascii() or _SURROGATE.search(raw) is None:
        return raw
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _repaired(raw: str) -> str:
    raw = printable(raw)
    for _ in range(2):  # "&amp;nbsp;" was escaped twice
        if "&" in raw:
            raw = _ENTITY.sub(_unescaped, raw)
    if _MOJIBAKE.search(raw) is not None:
        raw = "\n".join(_decoded(part) for part in raw.split("\n"))
    raw = raw.replace("\r\n", "\n")
    unusual = set(_UNUSUAL.findall(raw))
    for chars, instead in ((_LINE_ENDS, "\n"), (_SPACES, " "), (_UNSEEN, "")):
        for char in unusual & chars:
            raw = raw.replace(char, instead)
    if "\u200c" in unusual or "\u200d" in unusual:
        raw = _JOINER.sub("", raw)
    if any(map(unicodedata.combining, unusual)):
        raw = _MARKS.sub(_fewer_marks, raw)
    return normalise(raw)


def _unescaped(match: re.Match[str]) -> str:
    entity = match[0]
    return unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def _decoded(part: str) -> str:
    """One line, in the code page it was written in."""
    if _MOJIBAKE.search(part) is None:
        return part
    import ftfy

    return str(ftfy.fix_encoding(part))


def _fewer_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for char in match[0]:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _STREAM_SAFE:
            kept.append(char)
    return "".join(kept)
