"""Numbers of documents: the same in every language and on every page that cites them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from detector import lexicon
from detector.enrich.marks import Figure, mark_one
from detector.text import fold

_CODE = re.compile(
    r"\d{1,5}(?:/\d{4})?\s?[/-]\s?"
    r"(?P<code>[A-ZĐƯ][A-Za-zĐđƯư]{0,9}(?:[/-][A-ZĐƯ][A-Za-zĐđƯư]{0,9}){0,3}\d{0,2})(?![^\W_])"
)
_BODY = re.compile(r" (?P<body>[A-ZĐ][A-Za-zĐđ]{1,9})(?![^\W_])")


def documents(text: str, figures: Sequence[Figure] | None = None) -> tuple[str, ...]:
    """The document numbers of a text, each once, in text order.

    Args:
        text: the article's text.
        figures: where to look; everywhere if None.

    Returns:
        Upper case, hyphens for spaces, no diacritics: "47/NQ-CP", "1079/QD-TTG".
    """
    if figures is None:
        figures = mark_one(text, [(0, len(text))], "").figures
    return tuple(dict.fromkeys(name for _, _, name in find_documents(text, figures)))


def find_documents(text: str, figures: Sequence[Figure]) -> list[tuple[int, int, str]]:
    """The document numbers that begin at some figure, as ``(start, end, name)``."""
    kinds, bodies, cues = _codes()
    found: list[tuple[int, int, str]] = []
    for start, end, _ in figures:
        behind = text[end : end + 2]
        if "/" not in behind and "-" not in behind:
            continue
        match = _CODE.match(text, start)
        if match is None or match.start("code") < end:
            continue
        pieces = re.split("[/-]", match["code"].rstrip("0123456789"))
        before = text[max(0, start - 8) : start].rstrip(" .:").lower()
        known = any(p in kinds or p in bodies for p in pieces)
        led = before.endswith(cues) and len(match["code"]) > 1 and pieces[0].isupper()
        if not known and not led:
            continue
        stop = match.end()
        name = match.group()
        if len(pieces) == 1 and (more := _BODY.match(text, stop)) and more["body"] in bodies:
            stop, name = more.end(), f"{name}-{more['body']}"
        found.append((start, stop, fold(re.sub(r"\s", "", name)).upper()))
    return found


@lru_cache(maxsize=1)
def _codes() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    tables = lexicon.concept("documents").values()
    kinds = frozenset(code for table in tables for code in table.get("kinds", ()))
    bodies = frozenset(code for table in tables for code in table.get("bodies", ()))
    return kinds, bodies, tuple(cue for table in tables for cue in table["cues"])
