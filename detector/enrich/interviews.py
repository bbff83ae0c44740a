"""To whom the people in an article spoke: "trao đổi với Tuổi Trẻ", "told Reuters".

A newsroom names itself where its reporter was spoken to, and a copy seldom takes that out.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from detector import lexicon
from detector.lexicon import outlets
from detector.text import U64, Tokens, tokenise

_LONGEST = 6  # words of an outlet's name
_NAME = re.compile(r"[^\W_]+(?:[.&+'’-][^\W_]+)*\+?")
_GAP = re.compile(r"[ \t\xa0]+(?:&[ \t\xa0]+)?")


def confidants(text: str, body: Tokens) -> frozenset[str]:
    """Keys of the outlets that a body says were spoken to, or whose reporter it names.

    Args:
        text: `Article.text`.
        body: words of the body, with offsets in the text.

    Returns:
        Ids of known outlets. Of an unknown one its name, folded; where small words follow,
        with each of them, too, since only who knows the outlet can tell where its name ends.
    """
    found: set[str] = set()
    for start in body.starts[np.isin(body.hashes, _beginnings())].tolist():
        match = _phrases().match(text, start)
        if match:
            found.update(_named(text, match.end(), len(text)))
    return frozenset(found)


def _named(text: str, start: int, end: int) -> set[str]:
    """Keys of what the capitalised words from `start` on may name."""
    if not text[start : start + 1].isupper():
        return set()
    keys: set[str] = set()
    word = _NAME.match(text, start, end)
    for _ in range(_LONGEST):
        if word is None:
            break
        written = text[start : word.end()]
        gap = _GAP.match(text, word.end(), end)
        word = _NAME.match(text, gap.end(), end) if gap else None
        known = outlets.find(written)
        if known is not None:
            keys.add(known.id)
        elif word is None or not word[0][0].isupper():
            keys.add(outlets.name_key(written))
    return keys


@lru_cache(maxsize=1)
def _phrases() -> re.Pattern[str]:
    """What stands before the name: a phrase, then any "phóng viên", "báo" or "the"."""
    spoken, between = ("|".join(map(re.escape, _all(name))) for name in ("phrases", "between"))
    return re.compile(rf"(?:{spoken})[ \xa0]+(?:(?:{between})[ \xa0]+)*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _beginnings() -> U64:
    """Hashes of the words that phrases begin with."""
    words = tokenise(list(_all("phrases")))
    return np.unique(words.hashes[words.bounds[:-1]])


@lru_cache(maxsize=2)
def _all(name: str) -> tuple[str, ...]:
    """Phrases of every language, the longest first."""
    phrases = {p for table in lexicon.concept("interviews").values() for p in table[name]}
    return tuple(sorted(phrases, key=lambda p: (-len(p), p)))
