"""Where dates and numbers are read from: figures, and the words that stand for them.

One look at the words of a batch finds every figure ("7/8", "1.800") and every known word or
phrase ("sáng nay", "August", "three") in the body; dates and numbers then look only there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from detector import lexicon
from detector.enrich.phrases import Phrases
from detector.text import CAPITAL, NUMBER, SENTENCE, Tokens, inside, tokenise

#: Stretches of a text, as ``(start, end)``.
Spans = Sequence[tuple[int, int]]

#: A run of digits and the marks inside it: ``(start, end, text)``.
Figure = tuple[int, int, str]

#: A word or phrase: ``(start, end, kind, value)``. The kinds and their values are ``day``
#: (days from publication), ``weekday`` (0 is Monday), ``month`` (1 to 12), ``number``.
Word = tuple[int, int, str, int]

_LONGEST_DAY = 32  # characters of a date before its month
_FIGURE = re.compile(r"\d+(?:[.,:/–-]\d+)*")


@dataclass(frozen=True, slots=True)
class Marks:
    """What one text has, in text order."""

    figures: Sequence[Figure]
    words: Sequence[Word]

    def inside(self, spans: Spans) -> Marks:
        """The marks that begin in one of the spans."""
        cover = Cover(spans)
        return Marks(
            [f for f in self.figures if f[0] in cover], [w for w in self.words if w[0] in cover]
        )

    def may_date(self, end: int) -> bool:
        """Whether a date may begin before an offset, as far as its words and figures tell."""
        end += _LONGEST_DAY
        return any(start < end and not text.isdigit() for start, _, text in self.figures) or any(
            start < end and kind == "month" for start, _, kind, _ in self.words
        )


_NONE = Marks((), ())


class Cover:
    """Spans to ask whether an offset is in one of them, however many there are."""

    def __init__(self, spans: Spans) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def __contains__(self, offset: int) -> bool:
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and offset < self._ends[at]


def mark(
    texts: Sequence[str],
    tokens: Tokens,
    keep: npt.NDArray[np.bool_],
    languages: Sequence[str],
) -> list[Marks]:
    """Find the figures and words of a batch.

    Args:
        texts: the texts.
        tokens: their words.
        keep: shape (words,), the words to look at.
        languages: the language of each text: words of other languages are not known in it.
    """
    vocabulary, meanings = _vocabulary()
    figures = np.flatnonzero(((tokens.flags & NUMBER) != 0) & keep)
    at, lengths, numbers = vocabulary.find(tokens, keep)
    figure_starts = tokens.starts[figures].tolist()
    figure_bounds = np.searchsorted(figures, tokens.bounds).tolist()
    named = (tokens.flags[at] & (CAPITAL | SENTENCE)) == CAPITAL
    words = list(
        zip(
            tokens.starts[at].tolist(),
            tokens.ends[at + lengths - 1].tolist(),
            numbers.tolist(),
            named.tolist(),
            strict=True,
        )
    )
    word_bounds = np.searchsorted(at, tokens.bounds).tolist()
    found: list[Marks] = []
    for i, text in enumerate(texts):
        if figure_bounds[i] == figure_bounds[i + 1] and word_bounds[i] == word_bounds[i + 1]:
            found.append(_NONE)
            continue
        starts = figure_starts[figure_bounds[i] : figure_bounds[i + 1]]
        own = words[word_bounds[i] : word_bounds[i + 1]]
        found.append(Marks(_figures(text, starts), _words(own, meanings, languages[i])))
    return found


def mark_one(text: str, spans: Spans, language: str) -> Marks:
    """The marks of a single text."""
    tokens = tokenise([text])
    return mark([text], tokens, inside(tokens, [spans]), [language])[0]


def _figures(text: str, starts: Sequence[int]) -> list[Figure]:
    found: list[Figure] = []
    taken = 0
    for start in starts:
        if start >= taken and (match := _FIGURE.match(text, start)):
            taken = match.end()
            found.append((start, taken, match.group()))
    return found


def _words(
    own: Sequence[tuple[int, int, int, bool]],
    meanings: Sequence[Mapping[str, tuple[str, int]]],
    language: str,
) -> list[Word]:
    found: list[Word] = []
    taken = 0
    for start, end, number, named in own:
        meaning = meanings[number].get(language)
        if meaning is None or start < taken:
            continue
        # "Hai Bà Trưng": a number written as a name inside a sentence is one.
        if named and meaning[0] == "number":
            continue
        found.append((start, end, *meaning))
        taken = end
    return found


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[Phrases, list[dict[str, tuple[str, int]]]]:
    meanings: dict[str, dict[str, tuple[str, int]]] = {}
    for language, table in lexicon.concept("dates").items():
        for kind, values in _values(table):
            for value, phrases in values:
                for phrase in phrases:
                    meanings.setdefault(phrase, {})[language] = (kind, value)
    for language, table in lexicon.concept("numbers").items():
        for key, phrases in table["words"].items():
            for phrase in phrases:
                meanings.setdefault(phrase, {}).setdefault(language, ("number", int(key)))
    return Phrases(list(meanings)), list(meanings.values())


def _values(
    table: Mapping[str, Any],
) -> list[tuple[str, list[tuple[int, Sequence[str]]]]]:
    relative = [(int(key), phrases) for key, phrases in table["relative"].items()]
    return [
        ("day", relative),
        ("weekday", list(enumerate(table["weekdays"]))),
        ("month", list(enumerate(table["months"], start=1))),
    ]
