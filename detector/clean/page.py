"""The lines of an article while they are being labelled."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import add

from detector.records import Role

# A sentence ends so; a closing quote or bracket may follow.
_STOPS = ".!?…"
#: Characters by which most lines are told from one another.
OPENING = 4
_CLOSERS = "\"”’»)]'"


class Page:
    """The non-blank lines of a text, and what each was found to be.

    Attributes:
        lines: each line without the white space round it.
        starts: offset of each in the text.
        openings: the first characters of each, `OPENING` of them.
        gaps: True where a blank line stands before it.
        source: name of the outlet; empty when unknown.
        roles: None until a rule speaks; what stays None is body.
    """

    __slots__ = ("_text", "gaps", "lines", "openings", "roles", "source", "starts")

    def __init__(self, text: str, source: str = "") -> None:
        self.source = source
        self._text = text
        raws = text.split("\n")
        self.lines = [*map(str.strip, raws)]
        if self.lines == raws and all(raws):  # no white space but what ends the lines
            ends = accumulate(map(len, raws), initial=0)
            self.starts = [*map(add, ends, range(len(raws)))]
            self.gaps = [False] * len(raws)
        else:
            self._place(raws)
        self.openings = [line[:OPENING] for line in self.lines]
        self.roles: list[Role | None] = [None] * len(self.lines)

    def _place(self, raws: list[str]) -> None:
        """Leave out the blank lines, and note where the others begin."""
        stripped, self.lines, self.starts, self.gaps = self.lines, [], [], []
        position, gap = 0, False
        for raw, line in zip(raws, stripped, strict=True):
            if line:
                same = len(line) == len(raw)
                self.lines.append(line)
                self.starts.append(position if same else position + raw.index(line))
                self.gaps.append(gap)
            gap = not line
            position += len(raw) + 1

    def __len__(self) -> int:
        return len(self.lines)

    def holding(self, signs: str) -> list[int]:
        """Numbers of the lines that hold one of some characters, which few lines do."""
        found: set[int] = set()
        for sign in signs:
            at = self._text.find(sign)
            while at >= 0:
                i = bisect_right(self.starts, at) - 1
                found.add(i)
                at = self._text.find(sign, self.starts[i] + len(self.lines[i]))
        return sorted(found)

    def unclaimed(self, end: int) -> list[int]:
        """Numbers of the lines above one of which no rule has spoken."""
        return [i for i, role in enumerate(self.roles[:end]) if role is None]


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    if line[-1] in _STOPS:
        return True
    return line[-1] in _CLOSERS and line.rstrip(_CLOSERS)[-1:] in _STOPS and len(line) > 1


def is_paragraph(line: str) -> bool:
    """Whether a line is running text rather than a headline, a label or a name."""
    return len(line) >= 200 or (len(line) >= 40 and ends_sentence(line))


def is_headline(line: str) -> bool:
    """Whether a line can be a headline or a link: some words, and no full stop."""
    return (
        12 <= len(line) <= 250
        and line[-1] not in ".…:;,"
        and line.count(" ") >= 2
        and (line[-1] in _STOPS or not ends_sentence(line))
    )
