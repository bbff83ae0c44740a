"""Labels every line of an article. Nothing is deleted."""

from __future__ import annotations

from functools import partial
from operator import add

from detector.clean import captions, edges, related, titles
from detector.clean.furniture import Recurring, outlet_of
from detector.clean.marks import Mark, captioned, opening_marks
from detector.clean.page import Page
from detector.clean.signoffs import Parts, is_credit_line, sign_off
from detector.records import Article, Role, Segment

_ROLES = {
    Mark.HEADING: Role.RELATED,
    Mark.LINK: Role.RELATED,
    Mark.COMMENTS: Role.COMMENT,
    Mark.FURNITURE: Role.FURNITURE,
    Mark.FOOTER: Role.FURNITURE,
    Mark.CAPTION: Role.CAPTION,
}
_SHORT = 300  # characters; a longer line is a paragraph
_segment = partial(tuple.__new__, Segment)  # of a tuple, without a call of Python's


def clean(article: Article, recurring: Recurring | None = None) -> tuple[Segment, ...]:
    """Label what each stretch of an article's text is on the page.

    Args:
        article: as it was read.
        recurring: lines that recur in its outlet, from `LineCounter.recurring`.

    Returns:
        Segments in text order, without overlap; every character outside them is white space.
    """
    page = Page(article.text, article.source)
    title = titles.label_given(page, article.title)
    marks = _mark(page, article, recurring)
    if title is None and not article.title:
        title = titles.label_found(page, marks)
    captions.label_repeated(page)
    links = related.find_links(page)
    end = related.body_end(page, marks, links)
    related.label(page, marks, links, end)
    parts = edges.label(page, marks, title is not None or bool(article.title), end)
    captions.label(page, end)
    related.label_rest(page, marks, end)
    return _segments(page, parts)


def _mark(page: Page, article: Article, recurring: Recurring | None) -> dict[int, Mark]:
    """Label the lines that speak for themselves."""
    lines, roles = page.lines, page.roles
    marks = {i: mark for i, mark in opening_marks(page).items() if roles[i] is None}
    for i, mark in marks.items():
        roles[i] = _role_of(lines[i], mark)
    for i in captioned(page):
        roles[i] = roles[i] or Role.CAPTION
    if recurring:
        for i in recurring.among(outlet_of(article), lines):
            if roles[i] is None and len(lines[i]) <= _SHORT and not sign_off(lines[i]):
                roles[i] = Role.FURNITURE
    return marks


def _role_of(line: str, mark: Mark) -> Role | None:
    if mark is Mark.CREDIT or mark is Mark.WEAK_CREDIT:
        return Role.CREDIT if is_credit_line(line, weak=mark is Mark.WEAK_CREDIT) else None
    return _ROLES.get(mark)


def _segments(page: Page, parts: dict[int, Parts]) -> tuple[Segment, ...]:
    body = Role.BODY
    ends = map(add, page.starts, map(len, page.lines))
    whole = [*map(_segment, zip([r or body for r in page.roles], page.starts, ends, strict=True))]
    for i in sorted((i for i, found in parts.items() if found), reverse=True):
        role, start, _ = whole[i]
        pieces = _fill(page.lines[i], role, parts[i])
        whole[i : i + 1] = [Segment(part, start + a, start + b) for part, a, b in pieces]
    return tuple(whole)


def _fill(line: str, role: Role, parts: Parts) -> list[tuple[Role, int, int]]:
    """Parts of a line and what stands between them, each without white space round it."""
    pieces: list[tuple[Role, int, int]] = []
    done = 0
    for part, start, end in (*parts, (role, len(line), len(line))):
        between = line[done:start]
        if any(map(str.isalnum, between)):
            pieces.append((role, done, start))
            done = start
        if end > done and start < end:  # punctuation in front goes with the part
            pieces.append((part, done, end))
            done = end
    if done < len(line):
        pieces[-1] = (*pieces[-1][:2], len(line))
    return [(r, *_trimmed(line, a, b)) for r, a, b in pieces]


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    text = line[start:end]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def body_spans(segments: tuple[Segment, ...]) -> list[tuple[int, int]]:
    """Offsets of the body, paragraphs that follow one another merged."""
    body = Role.BODY
    spans: list[tuple[int, int]] = []
    first = last = -1
    for role, start, end in segments:
        if role is body:
            first, last = (start if first < 0 else first), end
        elif first >= 0:
            spans.append((first, last))
            first = -1
    if first >= 0:
        spans.append((first, last))
    return spans


def title_of(article: Article, segments: tuple[Segment, ...]) -> str:
    """The headline: from the article's own field, else from its text; empty if neither has one."""
    if article.title:
        return article.title
    found = (article.text[s.start : s.end] for s in segments if s.role is Role.TITLE)
    return next(found, "")
