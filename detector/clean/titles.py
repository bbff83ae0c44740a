"""The headline: where it stands in the text, and what stands above it."""

from __future__ import annotations

from detector.clean.marks import Mark, is_stamp
from detector.clean.names import is_person
from detector.clean.page import Page, ends_sentence, is_headline, is_paragraph
from detector.lexicon import outlets
from detector.records import Role

_LENGTH = 250
_LINES = 8  # a headline stands among the first lines
_CRUMBS = (" | ", " > ", " » ", " / ", " › ")


def label_given(page: Page, title: str) -> int | None:
    """Label the line that repeats the article's title field, and its repetitions."""
    if not title or len(page) < 2:
        return None
    least, most = len(title) - 3, len(title) + 3
    first = title.lstrip().casefold()[:1]
    alike = [
        i
        for i, line in enumerate(page.lines)
        if least <= len(line) <= most and line[0].casefold()[:1] == first
    ]
    key, found = _key(title) if alike else "", None
    for i in alike:
        line = page.lines[i]
        if line != title and _key(line) != key:
            continue
        if i < _LINES and found is None and not any(map(ends_sentence, page.lines[:i])):
            page.roles[i], found = Role.TITLE, i
        elif is_headline(line):
            page.roles[i] = Role.CAPTION
    for i in range(found or 0):
        if not is_person(page.lines[i]):
            page.roles[i] = Role.DATELINE if is_stamp(page.lines[i]) else Role.FURNITURE
    return found


def label_found(page: Page, marks: dict[int, Mark]) -> int | None:
    """Find the headline among the first lines of a text that came without one."""
    candidates = [
        i
        for i in range(min(len(page), _LINES))
        if page.roles[i] is None and not is_stamp(page.lines[i])
    ]
    paragraphs = [i for i in candidates if is_paragraph(page.lines[i])]
    above = [i for i in candidates if not paragraphs or i < paragraphs[0]]
    above = [i for i in above if len(page.lines[i]) <= _LENGTH and page.lines[i][-1] not in ".:;,…"]
    if not above or not any(is_paragraph(line) for line in page.lines[above[0] + 1 :]):
        return None
    title = above[0]
    for i in above[:-1]:
        if not (is_site(page.lines[i], page.source) or marks.get(i) is Mark.SECTION):
            break
        title = above[above.index(i) + 1]
    for i in range(title):
        if page.roles[i] is None:
            page.roles[i] = Role.DATELINE if is_stamp(page.lines[i]) else Role.FURNITURE
    line = page.lines[title]
    for i in range(title + 1, len(page)):
        if page.lines[i] == line:
            page.roles[i] = Role.CAPTION
    page.roles[title] = Role.TITLE
    return title


def is_site(line: str, source: str) -> bool:
    """Whether a line above the headline is the site's name and slogan, or where one is in it.

    Args:
        line: a whole line.
        source: name of the outlet, if it is known.
    """
    name = line.split(" - ", 1)[0].split(" | ", 1)[0].strip()
    if outlets.find(name) is not None or outlets.host_of(name):
        return True
    if source and name.casefold() == source.casefold():
        return True
    if len(name) < len(line) and outlets.has_media_word(name):
        return True
    return sum(line.count(sign) for sign in _CRUMBS) > 1


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
