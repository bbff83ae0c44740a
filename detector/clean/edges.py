"""What stands at the head and the foot of an article: bylines, credits, datelines, times."""

from __future__ import annotations

from itertools import accumulate

from detector.clean.datelines import dateline_end
from detector.clean.marks import Mark, is_stamp
from detector.clean.names import is_person
from detector.clean.page import Page, is_paragraph
from detector.clean.related import ENDINGS
from detector.clean.signoffs import Parts, byline_parts, sign_off, tail_parts
from detector.clean.titles import is_site
from detector.records import Role

_LEADS = 2  # paragraphs that a dateline may begin: the teaser and the first
_HEAD_SHARE, _FOOT_SHARE = 0.1, 0.75  # of the running text; between, a source is not the article's
_LABEL = 60  # characters of a site's name; a longer line is a lead behind its mark
_NAME = 40  # characters
_SIGNED = 2  # names alone on their lines below an article; more are a list


def label(page: Page, marks: dict[int, Mark], titled: bool, end: int) -> dict[int, Parts]:
    """Label bylines, credits, datelines and time stamps at the head and the foot.

    Returns:
        The lines that are of several parts.
    """
    roles, lines = page.roles, page.lines
    parts: dict[int, Parts] = {}
    for i, mark in marks.items():
        if mark is Mark.BYLINE and roles[i] is None:
            _take(page, parts, i, byline_parts(lines[i]))
    body = page.unclaimed(end)
    if not body:
        return parts
    first = next((i for i in body if is_paragraph(lines[i])), body[0])
    last = next((i for i in reversed(body) if is_paragraph(lines[i])), body[0])
    for i in range(first if titled else 0):
        if roles[i] is None:
            site = len(lines[i]) <= _LABEL and is_site(lines[i], page.source)
            if site or marks.get(i) is Mark.SECTION:
                roles[i] = Role.FURNITURE
            _sign_line(page, parts, i)
    foot = _foot(page, marks, last)
    names = [i for i in foot if is_person(lines[i])] if len(foot) > _SIGNED else []
    listed = set(names[:-1]) if len(names) > _SIGNED else set()
    for i in foot:
        if i not in listed:
            _sign_line(page, parts, i)
    _sign_update(page, body, first)
    if Role.CREDIT in roles:
        _demote_sources(page, body)
    _sign_paragraphs(page, parts, end)
    return parts


def _foot(page: Page, marks: dict[int, Mark], last: int) -> list[int]:
    """Unclaimed lines between the last paragraph and what the site puts below."""
    endings = (i for i, mark in marks.items() if i > last and mark in ENDINGS)
    stop = min(endings, default=len(page))
    return [i for i in range(last + 1, stop) if page.roles[i] is None]


def _sign_line(page: Page, parts: dict[int, Parts], i: int) -> None:
    if page.roles[i] is None:
        line = page.lines[i]
        if is_stamp(line.replace(page.source, "") if page.source else line):
            page.roles[i] = Role.DATELINE
        else:
            _take(page, parts, i, sign_off(line))


def _take(page: Page, parts: dict[int, Parts], i: int, found: Parts) -> None:
    if found:
        page.roles[i] = found[0][0]
        if len(found) > 1:
            parts[i] = found


def _sign_update(page: Page, body: list[int], first: int) -> None:
    """A name alone between the last paragraphs: the article was signed, then continued.

    One without diacritics is left alone: English subheadings are in title case, too.
    """
    lines, roles = page.lines, page.roles
    lower = [i for i in body[len(body) // 2 :] if i > first and len(lines[i]) <= _NAME]
    names = [
        i for i in lower if roles[i] is None and not lines[i].isascii() and is_person(lines[i])
    ]
    if len(names) == 1:
        page.roles[names[0]] = Role.BYLINE


def _demote_sources(page: Page, body: list[int]) -> None:
    """A source between paragraphs is that of a picture, a chart or one item of several."""
    lengths = [0] * len(page)
    for i in body:
        lengths[i] = len(page.lines[i]) if is_paragraph(page.lines[i]) else 0
    total = sum(lengths)
    for i, before in enumerate(accumulate(lengths)):
        if page.roles[i] is Role.CREDIT and _HEAD_SHARE * total < before < _FOOT_SHARE * total:
            page.roles[i] = Role.CAPTION


def _sign_paragraphs(page: Page, parts: dict[int, Parts], end: int) -> None:
    """Split datelines off the first paragraphs, and credits off the last."""
    body = page.unclaimed(end)
    for i in body[:_LEADS]:
        cut = dateline_end(page.lines[i])
        if cut:
            parts[i] = ((Role.DATELINE, 0, len(page.lines[i][:cut].rstrip())),)
            break
    if body:
        parts[body[-1]] = parts.get(body[-1], ()) + tail_parts(page.lines[body[-1]])
