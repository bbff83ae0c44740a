"""Pairs side by side, as plain data for the page: texts once, marks for each pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from detector.records import COPIES, Article, Evidence, Label, Pair, Relation
from detector.report.edits import Mark, edits
from detector.report.index import Index
from detector.report.reasons import phrases
from detector.report.words import cut, place, plain, stamp, web

_AROUND = 400  # characters shown before the first mark
_VALUES = 12  # agreeing values of a kind
_TITLE = 200
_DIGITS = 16
_LEAST = 2000  # characters of an article that are shown, however few are marked

Asked = Callable[[str], Article | None]


class Sides:
    """Collects pairs and the articles that they need."""

    def __init__(self, index: Index, article: Asked, text: int) -> None:
        """Collect nothing yet.

        Args:
            index: of the detection.
            article: gives an article by its id, or None.
            text: characters shown of one article at most.
        """
        self._index = index
        self._article = article
        self._limit = text
        self._numbers: dict[str, int] = {}
        self._texts: list[str | None] = []
        self._heads: list[dict[str, Any]] = []
        self._spans: list[list[int]] = []
        self._pairs: list[dict[str, Any]] = []

    def add(self, pair: Pair, evidence: Evidence) -> int:
        """Take in a pair; gives its number."""
        first, second = (pair.a, pair.b) if pair.original != pair.b else (pair.b, pair.a)
        swapped = first != pair.a
        left, right = self._number(first), self._number(second)
        how, marks = self._marks(pair, evidence, swapped, (left, right))
        for number, side in zip((left, right), marks, strict=True):
            told = [m for m in side if m.kind != "rest"] or side
            if told:
                self._spans[number].append(min(m.start for m in told))
        reasons = [cut(plain(x), _TITLE) for x in phrases(evidence.reasons, first, second)]
        apart = {
            kind: values[::-1] if swapped else values
            for kind, values in evidence.conflicting.items()
        }
        self._pairs.append(
            {
                "a": pair.a,
                "b": pair.b,
                "l": left,
                "r": right,
                "relation": str(pair.relation),
                "score": round(pair.score, 4),
                "first": pair.original is not None,
                "confidence": round(pair.original_confidence, 2),
                "own": pair.same_source,
                "why": reasons,
                "agree": [[k, _values(k, v)] for k, v in sorted(evidence.agreeing.items())],
                "apart": [
                    [k, *(_values(k, v) for v in sides)] for k, sides in sorted(apart.items())
                ],
                "how": how,
                "marks": [[[m.start, m.end, m.kind, m.link] for m in side] for side in marks],
            }
        )
        return len(self._pairs) - 1

    def data(self) -> dict[str, Any]:
        """The texts that are needed, and the pairs with their marks clipped to them."""
        windows = []
        for head, text, starts in zip(self._heads, self._texts, self._spans, strict=True):
            start, end = self._window(text, starts)
            windows.append((start, end))
            if text is not None:
                head |= {"text": plain(text[start:end]), "before": start, "after": len(text) - end}
        pairs = []
        for pair in self._pairs:
            sides = zip((pair["l"], pair["r"]), pair["marks"], strict=True)
            marks = [_clipped(found, *windows[number]) for number, found in sides]
            pairs.append(pair | {"marks": marks})
        return {"articles": self._heads, "pairs": pairs}

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._heads)
            article = self._article(name)
            self._texts.append(article.text if article else None)
            self._heads.append(_head(self._index.labels[name], article))
            self._spans.append([])
        return self._numbers[name]

    def _marks(
        self, pair: Pair, evidence: Evidence, swapped: bool, sides: tuple[int, int]
    ) -> tuple[str, tuple[list[Mark], list[Mark]]]:
        """How the two texts are compared, and the marks of the left and of the right one."""
        a, b = (self._texts[number] for number in sides)
        if a is None or b is None:
            return "", ([], [])
        if pair.relation in COPIES:
            return "edits", edits(a, b)
        found: tuple[list[Mark], list[Mark]] = ([], [])
        for number, passage in enumerate(evidence.passages):
            spans = (passage.b, passage.a) if swapped else (passage.a, passage.b)
            if all(0 <= s < e <= len(t) for (s, e), t in zip(spans, (a, b), strict=True)):
                for side, (start, end) in zip(found, spans, strict=True):
                    side.append(Mark(start, end, "same", number))
        if not found[0]:
            return "", found
        how = "sentences" if _crossing(self._index, pair) else "passages"
        return how, (_apart(found[0]), _apart(found[1]))

    def _window(self, text: str | None, starts: list[int]) -> tuple[int, int]:
        """The part of a text that is shown: from a little before the first mark on."""
        if text is None:
            return 0, 0
        first = min(starts, default=0)
        start = 0 if first <= _AROUND * 2 else text.find(" ", first - _AROUND) + 1
        start = min(start, max(0, len(text) - _LEAST))
        return start, min(len(text), start + self._limit)


def _crossing(index: Index, pair: Pair) -> bool:
    languages = [index.labels[name].language for name in (pair.a, pair.b)]
    return pair.relation is Relation.TRANSLATION or languages[0] != languages[1]


def _head(label: Label, article: Article | None) -> dict[str, Any]:
    return {
        "id": cut(plain(label.id), 120),
        "title": cut(plain(label.title or (article.title if article else "")), _TITLE),
        "source": cut(plain(label.source), 60),
        "when": stamp(label.published),
        "lang": label.language,
        "url": web(article.url) if article else "",
    }


def _values(kind: str, values: Iterable[str]) -> list[str]:
    told = [_value(kind, value) for value in values]
    more = len(told) - _VALUES
    return [cut(value, 80) for value in told[:_VALUES]] + ([f"{more} more"] if more > 0 else [])


def _value(kind: str, value: str) -> str:
    if kind == "places":
        return place(value)
    if kind == "numbers" and value.isdecimal() and 4 < len(value) < _DIGITS:
        return f"{int(value):,}"
    return plain(value)


def _apart(marks: list[Mark]) -> list[Mark]:
    """Marks in text order without overlaps: of two, the earlier one stays."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _clipped(marks: list[list[Any]], start: int, end: int) -> list[list[Any]]:
    """Marks inside a window, counted from its start."""
    return [
        [max(s, start) - start, min(e, end) - start, kind, link]
        for s, e, kind, link in marks
        if max(s, start) < min(e, end)
    ]
