"""The facts that rows of the output need, by column: a few bytes an article."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

import numpy as np
import numpy.typing as npt

from detector.pipeline.shelf import Shelf
from detector.records import Credit, Facts
from detector.text import I64


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What a row of the output needs of the facts, by column; the rest is in the profiles.

    Attributes:
        languages: of each article.
        days: shape (articles,), ordinal of the event's day; 0 where unknown.
        titles: the headlines that are in no field of their own, by article.
        credits: whom articles credit, by article; those that credit nobody are left out.
    """

    languages: list[str]
    days: npt.NDArray[np.int32]
    titles: dict[int, str] = field(default_factory=dict)
    credits: dict[int, tuple[Credit, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Sequence[Facts], given: Sequence[str]) -> RowFacts:
        """Pack the facts of articles whose title fields are `given`."""
        days = [f.event_date.toordinal() if f.event_date else 0 for f in facts]
        return cls(
            [f.language for f in facts],
            np.array(days, np.int32),
            {i: f.title for i, f in enumerate(facts) if f.title != given[i]},
            {i: f.credits for i, f in enumerate(facts) if f.credits},
        )


class CorpusFacts(Sequence[Facts]):
    """The facts of a corpus as its rows need them, made when they are asked for.

    Attributes:
        languages: of each article.
        days: shape (articles,), ordinal of the event's day; 0 where unknown.
    """

    def __init__(self, shelf: Shelf, order: Sequence[int] | I64) -> None:
        """Begin with no facts of articles that have this order of input numbers."""
        self._shelf = shelf
        self._order = order
        self._titles: dict[int, str] = {}
        self._credits: dict[int, tuple[Credit, ...]] = {}
        self.languages = [""] * len(order)
        self.days = np.zeros(len(order), np.int32)

    def put(self, rows: I64, part: RowFacts) -> None:
        """Set the facts of some articles."""
        numbers = rows.tolist()
        self.days[rows] = part.days
        for row, code in zip(numbers, part.languages, strict=True):
            self.languages[row] = sys.intern(code)
        self._titles |= {numbers[i]: title for i, title in part.titles.items()}
        self._credits |= {numbers[i]: found for i, found in part.credits.items()}

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, i: int) -> Facts: ...
    @overload
    def __getitem__(self, i: slice) -> list[Facts]: ...
    def __getitem__(self, i: int | slice) -> Facts | list[Facts]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        day = int(self.days[i])
        return Facts(
            language=self.languages[i],
            title=self.title(i, self._shelf.fields(int(self._order[i])).title),
            event_date=date.fromordinal(day) if day else None,
            credits=self.credits(i),
        )

    def title(self, i: int, given: str) -> str:
        """The headline of an article whose title field is `given`."""
        return self._titles.get(i, given)

    def credits(self, i: int) -> tuple[Credit, ...]:
        """Whom an article credits."""
        return self._credits.get(i, ())
