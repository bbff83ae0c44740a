"""Article data as it is put on the page: as text, of a bounded length, whatever it holds."""

from __future__ import annotations

import json
import re
from typing import Any

from markupsafe import Markup

# Control characters, halves of surrogate pairs, and marks that turn the reading direction of
# whatever follows: none of them belongs on a page.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MINUTE = len("2024-08-07T12:00")
_URL = 500


def plain(text: str) -> str:
    """The text with each character that is unfit for a page replaced by one that is not."""
    return _UNFIT.sub("\ufffd", text)


def cut(text: str, most: int) -> str:
    """At most so many characters, at the end of a word if there is one near."""
    if len(text) <= most:
        return text
    start = text[: most - 1]
    whole = start.rpartition(" ")[0]
    return f"{whole if len(whole) > most * 2 // 3 else start}…"


def brief(text: str, most: int) -> str:
    """A text as it is put on the page, at most so many characters of it."""
    return cut(plain(text[: most + 1]), most)


def stamp(published: str | None) -> str:
    """A publication time without seconds and zone: "2024-08-07 12:00"."""
    return (published or "")[:_MINUTE].replace("T", " ")


def place(key: str) -> str:
    """A gazetteer id as a name: "vn/da-lat" is "Da Lat", and "vn" is "VN"."""
    if len(key) == len("vn"):
        return plain(key).upper()
    return plain(key).rpartition("/")[2].replace("-", " ").title()


def web(url: str) -> str:
    """A link that can be followed, or nothing."""
    fit = re.match(r"https?://", url, re.IGNORECASE) and len(url) <= _URL
    return plain(url) if fit else ""


def embedded(value: Any) -> Markup:
    """A value as JSON that can stand inside a script element, and means the same there.

    No character that could end the element or open a comment is left in it.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_IN_SCRIPT)
    escaped = _SURROGATE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
    return Markup(escaped)  # noqa: S704 - nothing in it can open or close an element
