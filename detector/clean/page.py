"""The lines of an article while they are being labelled."""

from __future__ import annotations

from detector.records import Role

# A sentence ends so; a closing quote or bracket may follow.
_STOPS = ".!?…"
_CLOSERS = "\"”’»)]'"


class Page:
    """The non-blank lines of a text, and what each was found to be.

    Attributes:
        lines: each line without the white space round it.
        starts: offset of each in the text.
        gaps: True where a blank line stands before it.
        source: name of the outlet; empty when unknown.
        roles: None until a rule speaks; what stays None is body.
    """

    __slots__ = ("gaps", "lines", "roles", "source", "starts")

    def __init__(self, text: str, source: str = "") -> None:
        self.source = source
        self.lines: list[str] = []
        self.starts: list[int] = []
        self.gaps: list[bool] = []
        position, gap = 0, False
        for raw in text.split("\n"):
            line = raw.strip()
            if line:
                inner = 0 if raw[0] == line[0] else raw.index(line)
                self.lines.append(line)
                self.starts.append(position + inner)
                self.gaps.append(gap)
                gap = False
            else:
                gap = True
            position += len(raw) + 1
        self.roles: list[Role | None] = [None] * len(self.lines)

    def __len__(self) -> int:
        return len(self.lines)


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
