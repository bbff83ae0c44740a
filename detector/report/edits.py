"""Two texts of one language word by word: what only one of them has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from detector.text import normalise

_WORD = re.compile(r"\w+")
_ANCHOR = 5  # equal words in a row that belong to the shared article, not to chance
_CRUMB = 3  # equal words between two longer changes: they say nothing
_LONG = 30  # words of a change from which it is no edit but text of its own
_LENGTH = 20_000  # characters compared of each text; beyond, nobody reads on


_Block = tuple[bool, int, int, int, int]  # equal; first word and word behind, in both texts


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that is set off.

    Attributes:
        start: offset in the article's text.
        end: offset behind it.
        kind: "edit" for words that the other text has not, "only" for longer ones, "rest"
            for text around the shared article, "same" for a passage that both have.
        link: number of a passage, the same in both texts; -1 without.
    """

    start: int
    end: int
    kind: str
    link: int = -1


def edits(a: str, b: str) -> tuple[list[Mark], list[Mark]]:
    """What each of two texts has that the other has not, by a longest common subsequence."""
    from rapidfuzz.distance import Indel

    left = [m.span() for m in _WORD.finditer(a, 0, _LENGTH)]
    right = [m.span() for m in _WORD.finditer(b, 0, _LENGTH)]
    words_a = [normalise(a[s:e]).lower() for s, e in left]
    words_b = [normalise(b[s:e]).lower() for s, e in right]
    blocks = [
        (op.tag == "equal", op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Indel.opcodes(words_a, words_b)
    ]
    blocks = _joined(_without_crumbs(_joined(blocks)))
    first, last = _shared(blocks)
    marks: tuple[list[Mark], list[Mark]] = ([], [])
    for number, (equal, a0, a1, b0, b1) in enumerate(blocks):
        outside = not first <= number <= last
        if equal and not outside:
            continue
        for side, spans, start, end in ((0, left, a0, a1), (1, right, b0, b1)):
            if start < end:
                kind = "rest" if outside else "only" if end - start >= _LONG else "edit"
                marks[side].append(Mark(spans[start][0], spans[end - 1][1], kind))
    return marks


def _shared(blocks: Sequence[_Block]) -> tuple[int, int]:
    """The first and last block of the shared article; all, where it cannot be told.

    From its surest part it goes on over small changes that equal words follow.
    """
    anchors = [n for n, block in enumerate(blocks) if block[0] and block[2] - block[1] >= _ANCHOR]
    if not anchors:
        return 0, len(blocks)
    first, last = anchors[0], anchors[-1]
    while first >= 2 and _size(blocks[first - 1]) < _CRUMB:
        first -= 2
    while last + 2 < len(blocks) and _size(blocks[last + 1]) < _CRUMB:
        last += 2
    return first, last


def _size(block: _Block) -> int:
    return max(block[2] - block[1], block[4] - block[3])


def _joined(blocks: Sequence[_Block]) -> list[_Block]:
    """Neighbouring deletions and insertions as one change."""
    result: list[_Block] = []
    for block in blocks:
        if result and result[-1][0] == block[0]:
            kept = result.pop()
            block = (block[0], kept[1], block[2], kept[3], block[4])
        result.append(block)
    return result


def _without_crumbs(blocks: Sequence[_Block]) -> list[_Block]:
    """A few equal words between two changes that are longer belong to the change."""
    result = []
    for n, block in enumerate(blocks):
        equal, a0, a1, _, _ = block
        inner = 0 < n < len(blocks) - 1
        if equal and inner and a1 - a0 < _CRUMB:
            equal = min(_size(blocks[n - 1]), _size(blocks[n + 1])) < _CRUMB
        result.append((equal, *block[1:]))
    return result
