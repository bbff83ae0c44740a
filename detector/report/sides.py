"""Pairs side by side, as plain data for the page: texts once, marks for each pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from detector.records import Article, Label, Pair
from detector.report.edits import Mark
from detector.report.index import Index
from detector.report.material import Material
from detector.report.reasons import SAME_OUTLET, phrases
from detector.report.words import brief, cut, place, plain, stamp, web

_AROUND = 400  # characters shown before the first mark
_VALUES = 12  # agreeing values of a kind
_TITLE = 200
_DIGITS = 16
_LEAST = 2000  # characters of an article that are shown, however few are marked


class Sides:
    """Collects pairs and the articles that they need."""

    def __init__(self, index: Index, material: Material, text: int) -> None:
        """Collect nothing yet.

        Args:
            index: of the detection.
            material: texts and comparisons.
            text: characters shown of one article at most.
        """
        self._index = index
        self._material = material
        self._limit = text
        self._numbers: dict[str, int] = {}
        self._texts: list[str | None] = []
        self._heads: list[dict[str, Any]] = []
        self._spans: list[list[int]] = []
        self._pairs: list[dict[str, Any]] = []

    def add(self, pair: Pair) -> int:
        """Take in a pair; gives its number."""
        evidence = self._material.evidence(pair)
        first, second = self._index.sides(pair)
        swapped = first != pair.a
        left, right = self._number(first), self._number(second)
        how, marks = self._material.marks(pair)
        marks = (marks[1], marks[0]) if swapped else marks
        for number, side in zip((left, right), marks, strict=True):
            self._spans[number].append(_begins(side, self._texts[number] or ""))
        told = phrases(evidence.reasons, first, second)  # of whose outlet "own" speaks
        reasons = [brief(reason, _TITLE) for reason in told if reason != SAME_OUTLET]
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
            article = self._material.article(name)
            self._texts.append(article.text if article else None)
            self._heads.append(_head(self._index.labels[name], article))
            self._spans.append([])
        return self._numbers[name]

    def _window(self, text: str | None, starts: list[int]) -> tuple[int, int]:
        """The part of a text that is shown: from a little before the first mark on."""
        if text is None:
            return 0, 0
        first = min(starts, default=0)
        start = 0 if first <= _AROUND * 2 else text.find(" ", first - _AROUND) + 1
        start = min(start, max(0, len(text) - _LEAST))
        return start, min(len(text), start + self._limit)


def _begins(marks: list[Mark], text: str) -> int:
    """Where in a text the part begins that is worth showing."""
    if not marks:
        return 0
    first = marks[0]
    if first.kind == "rest":  # before the shared article, or behind it
        return 0 if text[: first.start].strip() else first.end
    return first.start


def _head(label: Label, article: Article | None) -> dict[str, Any]:
    return {
        "id": brief(label.id, 120),
        "title": brief(label.title or (article.title if article else ""), _TITLE),
        "source": brief(label.source, 60),
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


def _clipped(marks: list[list[Any]], start: int, end: int) -> list[list[Any]]:
    """Marks inside a window, counted from its start."""
    return [
        [max(s, start) - start, min(e, end) - start, kind, link]
        for s, e, kind, link in marks
        if max(s, start) < min(e, end)
    ]
