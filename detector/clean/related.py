"""Links to other articles: headlines printed twice, their teasers, and where the body ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

from detector.clean.marks import Mark
from detector.clean.page import Page, ends_sentence, is_headline, is_paragraph
from detector.records import Role

_BREAKS = ("...", "…")
_MIN_DOUBLE, _MAX_DOUBLE = 15, 250  # characters of a headline that is printed twice on one line
_MIN_TWIN, _MIN_SPACES = 20, 3  # characters and spaces of one printed on two lines
_MIN_PREFIX = 30  # characters; a headline cut at a quotation mark, then printed whole
_TEASER_WORDS = 0.6  # of a headline's words that its teaser repeats
_BLOCK = 12  # links under a heading within the body
_REST = 0.15  # of the body; less running text than this behind a heading is teasers
_OPEN = (None, Role.FURNITURE)  # a headline may recur on many pages, and its teaser still vary
#: Marks of lines that an article does not outlast.
ENDINGS = (Mark.HEADING, Mark.COMMENTS, Mark.FOOTER)


@dataclass(frozen=True, slots=True)
class Link:
    """A headline printed twice, and what may be its teaser.

    Attributes:
        first: index of its first line.
        last: index of its last line; the same if both stand on one.
        teaser: index of the line below if that may belong to it.
        sure: that line belongs to it wherever it stands, not only behind the body.
    """

    first: int
    last: int
    teaser: int | None
    sure: bool


def find_links(page: Page) -> list[Link]:
    """Every headline that is printed twice, on one line or on two."""
    lines, roles = page.lines, page.roles
    spans: list[tuple[int, int]] = []
    i, count, told = 0, len(lines), False
    while i < count:
        line, last = lines[i], i
        if roles[i] in _OPEN:
            if line[0] == line[-(len(line) // 2)] and _is_doubled(line):
                spans.append((i, i))
            elif (
                i + 1 < count
                and line[0] == lines[i + 1][0]
                and roles[i + 1] in _OPEN
                and _are_twins(line, lines[i + 1])
                and (told or not ends_sentence(line))  # else a question that opens the article
            ):
                last = i + 1
                spans.append((i, last))
            else:
                told = told or is_paragraph(line)
        i = last + 1
    spaced = bool(spans) and _is_spaced(page)
    firsts = {first for first, _ in spans}
    links: list[Link] = []
    for first, last in spans:
        below = last + 1
        sure = chained = False
        if below < count and roles[below] is None and below not in firsts:
            sure = below + 1 in firsts or _teases(page, first, last, spaced)
            chained = bool(links) and first - 1 in (links[-1].last, links[-1].teaser)
        links.append(Link(first, last, below if sure or chained else None, sure))
    return links


def _is_doubled(line: str) -> bool:
    half, odd = divmod(len(line), 2)
    if not _MIN_DOUBLE <= half <= _MAX_DOUBLE or (odd and line[half] not in " \xa0"):
        return False
    return line.startswith(line[half + odd :]) and is_headline(line[:half])


def _are_twins(line: str, below: str) -> bool:
    if line[:12] != below[:12] or len(line) < _MIN_TWIN or line[0] in "-*•+–":
        return False
    if not is_headline(line) or line.count(" ") < _MIN_SPACES:
        return False
    return line == below or (
        _MIN_PREFIX <= len(line) < len(below) and is_headline(below) and below.startswith(line)
    )


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
    # A line that breaks off is a teaser wherever a heading stands above it.
    whole = [
        0 if line.endswith(_BREAKS) else n for line, n in zip(page.lines, running, strict=True)
    ]
    left = [0, *accumulate(whole)]
    # Teasers stand apart, each below its headline; paragraphs follow one another.
    told = max((i for i, (a, b) in enumerate(pairwise(whole)) if a and b), default=-1)
    for i in sorted(endings):
        mark = marks.get(i)
        before, after = sums[i], sums[-1] - sums[i]
        if mark in ENDINGS:
            after = left[-1] - left[i]
        if before and _ends(mark, before, after, goes_on=i <= told):
            return i
    return len(page)


def _ends(mark: Mark | None, before: int, after: int, *, goes_on: bool) -> bool:
    """Whether the article is over at a line, by the running text on both sides of it.

    Args:
        mark: of the line.
        before: characters of running text above it.
        after: characters of running text below it.
        goes_on: paragraphs follow one another below it.
    """
    if not after:
        return True
    if mark not in ENDINGS:
        return False
    if mark is Mark.COMMENTS and 2 * before >= after:
        return True
    return after <= _REST * before or (not goes_on and after <= before)


def label(page: Page, marks: dict[int, Mark], links: list[Link], end: int) -> None:
    """Label links and their teasers, and the blocks of links within the body."""
    for link in links:
        page.roles[link.first] = page.roles[link.last] = Role.RELATED
        if link.teaser is not None and (link.sure or link.first >= end):
            page.roles[link.teaser] = Role.RELATED
    for i in sorted(i for i, mark in marks.items() if mark is Mark.HEADING and i < end):
        _label_block(page, i + 1, end)


def _is_spaced(page: Page) -> bool:
    """Whether the page puts blank lines between its paragraphs."""
    gaps = [g for g, line in zip(page.gaps[1:], page.lines[1:], strict=True) if is_paragraph(line)]
    return len(gaps) > 1 and sum(gaps) > len(gaps) / 2


def _teases(page: Page, first: int, last: int, spaced: bool) -> bool:
    """Whether the line below a link looks as if it belonged to it."""
    headline, teaser = page.lines[last], page.lines[last + 1]
    if teaser.endswith(_BREAKS) or (spaced and not page.gaps[last + 1]):
        return True
    words = set((headline[: len(headline) // 2] if first == last else headline).lower().split())
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
