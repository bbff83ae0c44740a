"""What the caller is asked for, and what is made of it once: texts, evidence and marks."""

from __future__ import annotations

from collections.abc import Callable

from detector.records import COPIES, Article, Evidence, Pair, Relation
from detector.report.edits import Mark, edits
from detector.report.index import Index

Asked = Callable[[str], Article | None]
Marks = tuple[list[Mark], list[Mark]]


class Material:
    """Texts and comparisons of the pairs that are shown; each is asked for once."""

    def __init__(
        self, index: Index, article: Asked, evidence: Callable[[Pair], Evidence] | None
    ) -> None:
        """Ask for nothing yet.

        Args:
            index: of the detection.
            article: gives an article by its id, or None.
            evidence: gives the evidence of a pair that carries no passages of its own.
        """
        self._index = index
        self._article = article
        self._evidence = evidence
        self._articles: dict[str, Article | None] = {}
        self._found: dict[tuple[str, str], Evidence] = {}
        self._marked: dict[tuple[str, str], tuple[str, Marks]] = {}

    def article(self, name: str) -> Article | None:
        """The article, or None where it is not to be had."""
        if name not in self._articles:
            self._articles[name] = self._article(name)
        return self._articles[name]

    def evidence(self, pair: Pair) -> Evidence:
        """Why the two are related."""
        if pair.evidence.passages or self._evidence is None:
            return pair.evidence
        key = (pair.a, pair.b)
        if key not in self._found:
            self._found[key] = self._evidence(pair)
        return self._found[key]

    def marks(self, pair: Pair) -> tuple[str, Marks]:
        """How the two texts are compared, and the marks of `pair.a` and of `pair.b`.

        Copies are compared word by word ("edits"); of others, the evidence names sentences
        that say the same ("sentences") or passages that both have ("passages"). Empty where
        there is nothing to mark.
        """
        key = (pair.a, pair.b)
        if key not in self._marked:
            self._marked[key] = self._compared(pair)
        return self._marked[key]

    def _compared(self, pair: Pair) -> tuple[str, Marks]:
        a, b = self.article(pair.a), self.article(pair.b)
        if a is None or b is None:
            return "", ([], [])
        if pair.relation in COPIES:
            return "edits", edits(a.text, b.text)
        found: Marks = ([], [])
        for number, passage in enumerate(self.evidence(pair).passages):
            sides = (passage.a, a.text), (passage.b, b.text)
            if all(0 <= start < end <= len(text) for (start, end), text in sides):
                for marks, ((start, end), _) in zip(found, sides, strict=True):
                    marks.append(Mark(start, end, "same", number))
        if not found[0]:
            return "", found
        how = "sentences" if self._crossing(pair) else "passages"
        return how, (_apart(found[0]), _apart(found[1]))

    def _crossing(self, pair: Pair) -> bool:
        languages = {self._index.labels[name].language for name in (pair.a, pair.b)}
        return pair.relation is Relation.TRANSLATION or len(languages) > 1


def _apart(marks: list[Mark]) -> list[Mark]:
    """Marks in text order without overlaps: of two, the earlier one stays."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept
