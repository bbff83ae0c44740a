"""Pictures within an article: their captions, sources and alternative texts."""

from __future__ import annotations

from collections import Counter

from detector.clean.marks import sourced
from detector.clean.page import Page, is_headline
from detector.records import Role

_ASCII = 1.06  # bytes a character; below, a text has next to no letters with diacritics
_FOREIGN = 0.08  # letters with diacritics a character
_FOREIGN_WORDS = 4
_TELLING = 120  # characters of a caption that tells the story
_SAMPLE, _SAMPLED = 3, 300  # lines, and characters of each, that show whether a text has any


def label_repeated(page: Page) -> None:
    """Label lines that stand above one picture and stand elsewhere, too: its alternative text."""
    lines, roles = page.lines, page.roles
    if Role.CAPTION not in roles or len(set(lines)) == len(lines):
        return
    counts = Counter(line for line in lines if is_headline(line))
    above = {
        line
        for line, role, below in zip(lines, roles, roles[1:], strict=False)
        if role is None and below is Role.CAPTION and counts[line] > 1
    }
    for i, line in enumerate(lines):
        if roles[i] is None and line in above:
            roles[i] = Role.CAPTION


def label(page: Page, end: int) -> None:
    """Label pictures' sources between paragraphs, and headlines in another language."""
    roles, lines = page.roles, page.lines
    body = page.unclaimed(end)
    for i in sourced(page):
        if roles[i] is None and body and i < body[-1]:
            roles[i] = Role.CAPTION
    if Role.CAPTION in roles:
        _tell_by_pictures(page, body, end)
    sample = "".join(lines[i][:_SAMPLED] for i in body[:: len(body) // _SAMPLE + 1])
    if sample and len(sample.encode("utf-8", "replace")) < _ASCII * len(sample):
        for i in body:
            if _is_foreign(lines[i]):
                roles[i] = Role.CAPTION


def _tell_by_pictures(page: Page, body: list[int], end: int) -> None:
    """Take captions for the body where they are most of an article: a series of pictures."""
    told = [
        i for i in range(end) if page.roles[i] is Role.CAPTION and len(page.lines[i]) >= _TELLING
    ]
    if sum(len(page.lines[i]) for i in told) > sum(len(page.lines[i]) for i in body):
        for i in told:
            page.roles[i] = None


def _is_foreign(line: str) -> bool:
    """Whether a line of an article without diacritics is a headline full of them."""
    if line.isascii() or line.count(" ") < _FOREIGN_WORDS or not is_headline(line):
        return False
    return sum(c.isalpha() and not c.isascii() for c in line) > _FOREIGN * len(line)
