"""Links to other articles: headlines printed twice, their teasers, and where the body ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from detector.clean.marks import Mark
from detector.clean.page import Page, is_headline, is_paragraph
from detector.records import Role

_MIN_DOUBLE = 15  # characters of a headline that is printed twice on one line
_MIN_TWIN, _MIN_SPACES = 20, 3  # characters and spaces of one printed on two lines
_MIN_PREFIX = 30  # characters; a headline cut at a quotation mark, then printed whole
_TEASER_WORDS = 0.6  # of a headline's words that its teaser repeats
_BLOCK = 12  # links under a heading within the body
_REST = 0.15  # of the body; less running text than this behind a heading is teasers
#: Marks of lines that an article does not outlast.
ENDINGS = (Mark.HEADING, Mark.COMMENTS, Mark.FOOTER)


@dataclass(frozen=True, slots=True)
class Link:
    """A headline printed twice: its first and last line, and the line below it."""

    first: int
    last: int
    teaser: int | None


def find_links(page: Page) -> list[Link]:
    """Every headline that is printed twice, on one line or on two."""
    lines, roles = page.lines, page.roles
    spans: list[tuple[int, int]] = []
    i, count = 0, len(lines)
    while i < count:
        line, last = lines[i], i
        if roles[i] is None:
            if line[0] == line[-(len(line) // 2)] and _is_doubled(line):
                spans.append((i, i))
            elif i + 1 < count and line[0] == lines[i + 1][0] and roles[i + 1] is None:
                if _are_twins(line, lines[i + 1]):
                    last = i + 1
                    spans.append((i, last))
        i = last + 1
    firsts = {first for first, _ in spans}
    return [
        Link(first, last, last + 1 if _may_tease(page, last + 1, firsts) else None)
        for first, last in spans
    ]


def _is_doubled(line: str) -> bool:
    half, odd = divmod(len(line), 2)
    if half < _MIN_DOUBLE or (odd and line[half] not in " \xa0"):
        return False
    return line.startswith(line[half + odd :]) and " " in line[:half]


def _are_twins(line: str, below: str) -> bool:
    if line[:12] != below[:12] or len(line) < _MIN_TWIN or line[0] in "-*•+–":
        return False
    if not is_headline(line) or line.count(" ") < _MIN_SPACES:
        return False
    return line == below or (
        _MIN_PREFIX <= len(line) < len(below) and is_headline(below) and below.startswith(line)
    )


def _may_tease(page: Page, i: int, firsts: set[int]) -> bool:
    return i < len(page) and page.roles[i] is None and i not in firsts


def body_end(page: Page, marks: dict[int, Mark], links: list[Link]) -> int:
    """Index of the first line behind the article; the number of lines if it is the last.

    Args:
        page: lines, those that a phrase decides already labelled.
        marks: what the phrases said.
        links: as `find_links` gave them.
    """
    endings = {i for i, mark in marks.items() if mark in ENDINGS or page.roles[i] is Role.CREDIT}
    endings.update(link.first for link in links)
    if not endings:
        return len(page)
    apart = {i for link in links for i in (link.first, link.last, link.teaser) if i is not None}
    running = [
        len(line) if role is None and i not in apart and is_paragraph(line) else 0
        for i, (line, role) in enumerate(zip(page.lines, page.roles, strict=True))
    ]
    sums = [0, *accumulate(running)]
    for i in sorted(endings):
        before, after = sums[i], sums[-1] - sums[i]
        if before and _ends(marks.get(i), before, after, running[i:]):
            return i
    return len(page)


def _ends(mark: Mark | None, before: int, after: int, running: list[int]) -> bool:
    """Whether the article is over at a line, by the running text on both sides of it."""
    if not after:
        return True
    if mark not in ENDINGS:
        return False
    if mark is Mark.COMMENTS and 2 * before >= after:
        return True
    # Teasers stand apart, each below its headline; paragraphs follow one another.
    neighbours = any(a and b for a, b in zip(running, running[1:], strict=False))
    return after <= _REST * before or (not neighbours and after <= before)


def label(page: Page, marks: dict[int, Mark], links: list[Link], end: int) -> None:
    """Label links, teasers and whatever else stands behind the body."""
    spaced = bool(links) and _is_spaced(page)
    for link in links:
        page.roles[link.first] = page.roles[link.last] = Role.RELATED
        if link.teaser is not None and (link.first >= end or _teases(page, link, spaced)):
            page.roles[link.teaser] = Role.RELATED
    for i in sorted(i for i, mark in marks.items() if mark is Mark.HEADING and i < end):
        _label_block(page, i + 1, end)


def _is_spaced(page: Page) -> bool:
    """Whether the page puts blank lines between its paragraphs."""
    gaps = [g for g, line in zip(page.gaps[1:], page.lines[1:], strict=True) if is_paragraph(line)]
    return len(gaps) > 1 and sum(gaps) > len(gaps) / 2


def _teases(page: Page, link: Link, spaced: bool) -> bool:
    """Whether the line below a link within the body belongs to the link."""
    assert link.teaser is not None
    teaser = page.lines[link.teaser]
    if teaser.endswith(("...", "…")) or (spaced and not page.gaps[link.teaser]):
        return True
    headline = page.lines[link.last]
    words = set(
        (headline[: len(headline) // 2] if link.first == link.last else headline).lower().split()
    )
    return len(words & set(teaser.lower().split())) >= _TEASER_WORDS * len(words)


def _label_block(page: Page, first: int, end: int) -> None:
    """Label the headlines below a heading within the body, up to the next paragraph."""
    for i in range(first, min(first + _BLOCK, end)):
        if page.roles[i] is None:
            if is_paragraph(page.lines[i]) or not is_headline(page.lines[i]):
                return
            page.roles[i] = Role.RELATED


def label_rest(page: Page, marks: dict[int, Mark], end: int) -> None:
    """Label the lines behind the body that nothing else has claimed."""
    current = Role.RELATED
    for i in range(end, len(page)):
        mark = marks.get(i)
        if mark is Mark.COMMENTS:
            current = Role.COMMENT
        elif mark is Mark.HEADING:
            current = Role.RELATED
        elif mark is Mark.FOOTER:
            current = Role.FURNITURE
        if page.roles[i] is None:
            few = page.lines[i].count(" ") < 3 and current is Role.RELATED
            page.roles[i] = Role.FURNITURE if few else current
