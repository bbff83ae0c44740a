"""Labels every line of an article. Nothing is deleted."""

from __future__ import annotations

from collections import Counter

from detector.clean import credits, related
from detector.clean.furniture import Recurring, outlet_of
from detector.clean.marks import Mark, is_captioned, is_sourced, is_stamp, mark_of
from detector.clean.page import Page, ends_sentence, is_headline, is_paragraph
from detector.lexicon import outlets
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
_TITLE_LENGTH = 250
_HEAD_LINES = 8  # a headline stands among the first lines
_ASCII = 1.06  # bytes a character; below, a text has next to no letters with diacritics
_FOREIGN = 0.08  # letters with diacritics a character
_FOREIGN_WORDS = 4
_SAMPLE = 3  # lines that show whether a text has diacritics
_LEADS = 2  # paragraphs that a dateline may begin: the teaser and the first
_HEAD_SHARE, _FOOT_SHARE = 0.1, 0.75  # of the running text; between, a source is not the article's
_SIGNED = 2  # names alone on their lines below an article; more are a list


def clean(article: Article, recurring: Recurring | None = None) -> tuple[Segment, ...]:
    """Label what each stretch of an article's text is on the page.

    Args:
        article: as it was read.
        recurring: lines that recur in its outlet, from `LineCounter.recurring`.

    Returns:
        Segments in text order, without overlap; every character outside them is white space.
    """
    page = Page(article.text)
    title = _title_of_field(page, article.title)
    marks = _mark(page, article, recurring)
    if title is None and not article.title:
        title = _title_of_text(page, marks)
    _label_repeated(page)
    links = related.find_links(page)
    end = related.body_end(page, marks, links)
    related.label(page, marks, links, end)
    parts = _sign(page, marks, title is not None or bool(article.title), end)
    _label_captions(page, end)
    related.label_rest(page, marks, end)
    return _segments(page, parts)


def _mark(page: Page, article: Article, recurring: Recurring | None) -> dict[int, Mark]:
    """Label the lines that speak for themselves."""
    marks: dict[int, Mark] = {}
    outlet = outlet_of(article) if recurring else ""
    roles = page.roles
    for i, line in enumerate(page.lines):
        if len(line) > _SHORT or roles[i] is not None:
            continue
        mark = mark_of(line)
        if mark is not None:
            marks[i] = mark
            roles[i] = _role_of(line, mark)
        if roles[i] is None:
            if is_captioned(line):
                roles[i] = Role.CAPTION
            elif recurring and recurring.has(outlet, line) and not credits.sign_off(line):
                roles[i] = Role.FURNITURE
    return marks


def _role_of(line: str, mark: Mark) -> Role | None:
    if mark is Mark.CREDIT or mark is Mark.WEAK_CREDIT:
        return Role.CREDIT if credits.is_credit_line(line, weak=mark is Mark.WEAK_CREDIT) else None
    return _ROLES.get(mark)


def _title_of_field(page: Page, title: str) -> int | None:
    """Label the line that repeats the article's title field, and its repetitions."""
    if not title or len(page) < 2:
        return None
    key, size, found = _key(title), len(title), None
    for i, line in enumerate(page.lines):
        if abs(len(line) - size) > 3 or (line != title and _key(line) != key):
            continue
        if i < _HEAD_LINES and found is None and not any(map(ends_sentence, page.lines[:i])):
            page.roles[i], found = Role.TITLE, i
        elif is_headline(line):
            page.roles[i] = Role.CAPTION
    for i in range(found or 0):
        page.roles[i] = Role.DATELINE if is_stamp(page.lines[i]) else Role.FURNITURE
    return found


def _title_of_text(page: Page, marks: dict[int, Mark]) -> int | None:
    """Find the headline among the first lines of a text that came without one."""
    candidates = [
        i
        for i in range(min(len(page), _HEAD_LINES))
        if page.roles[i] is None and not is_stamp(page.lines[i])
    ]
    paragraphs = [i for i in candidates if is_paragraph(page.lines[i])]
    above = [i for i in candidates if not paragraphs or i < paragraphs[0]]
    above = [
        i for i in above if len(page.lines[i]) <= _TITLE_LENGTH and page.lines[i][-1] not in ".:;,…"
    ]
    if not above or not any(is_paragraph(line) for line in page.lines[above[0] + 1 :]):
        return None
    title = above[0]
    for i in above[:-1]:
        if not (_is_site(page.lines[i]) or marks.get(i) is Mark.SECTION):
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


def _is_site(line: str) -> bool:
    """Whether a line above the headline is the site's name and slogan, or where one is in it."""
    name = line.split(" - ", 1)[0].split(" | ", 1)[0].strip()
    if outlets.find(name) is not None or outlets.host_of(name):
        return True
    return sum(line.count(sign) for sign in (" > ", " » ", " / ", " › ")) > 1


def _sign(page: Page, marks: dict[int, Mark], titled: bool, end: int) -> dict[int, credits.Parts]:
    """Label bylines, credits, datelines and time stamps at the head and the foot.

    Returns:
        The lines that are of several parts.
    """
    roles, lines = page.roles, page.lines
    running = [i for i in range(end) if roles[i] is None and is_paragraph(lines[i])]
    if not running:
        running = [i for i in range(end) if roles[i] is None][:1]
    parts: dict[int, credits.Parts] = {}
    for i, mark in marks.items():
        if mark is Mark.BYLINE and roles[i] is None:
            _take(page, parts, i, credits.byline_parts(lines[i]))
    if not running:
        return parts
    first, last = running[0], running[-1]
    for i in range(first if titled else 0):
        if roles[i] is None:
            if marks.get(i) is Mark.SECTION or _is_site(lines[i]):
                roles[i] = Role.FURNITURE
            _sign_line(page, parts, i)
    foot = _foot(page, marks, last)
    names = [i for i in foot if credits.is_person(lines[i])]
    for i in foot:
        if i not in names[:-1] or len(names) <= _SIGNED:
            _sign_line(page, parts, i)
    _demote_sources(page, running)
    _sign_paragraphs(page, parts, end)
    return parts


def _foot(page: Page, marks: dict[int, Mark], last: int) -> list[int]:
    """Unclaimed lines between the last paragraph and what the site puts below."""
    endings = (i for i, mark in marks.items() if i > last and mark in related.ENDINGS)
    stop = min(endings, default=len(page))
    return [i for i in range(last + 1, stop) if page.roles[i] is None]


def _sign_line(page: Page, parts: dict[int, credits.Parts], i: int) -> None:
    if page.roles[i] is None:
        if is_stamp(page.lines[i]):
            page.roles[i] = Role.DATELINE
        else:
            _take(page, parts, i, credits.sign_off(page.lines[i]))


def _take(page: Page, parts: dict[int, credits.Parts], i: int, found: credits.Parts) -> None:
    if found:
        page.roles[i] = found[0][0]
        if len(found) > 1:
            parts[i] = found


def _demote_sources(page: Page, running: list[int]) -> None:
    """A source between paragraphs is that of a picture, a chart or one item of several."""
    if Role.CREDIT in page.roles:
        total = sum(len(page.lines[i]) for i in running)
        for i, role in enumerate(page.roles):
            before = sum(len(page.lines[j]) for j in running if j < i)
            if role is Role.CREDIT and _HEAD_SHARE * total < before < _FOOT_SHARE * total:
                page.roles[i] = Role.CAPTION


def _sign_paragraphs(page: Page, parts: dict[int, credits.Parts], end: int) -> None:
    """Split datelines off the first paragraphs, and credits off the last."""
    body = [i for i in range(end) if page.roles[i] is None]
    for i in body[:_LEADS]:
        cut = credits.dateline_end(page.lines[i])
        if cut:
            parts[i] = ((Role.DATELINE, 0, cut),)
            break
    if body:
        parts[body[-1]] = parts.get(body[-1], ()) + credits.tail_parts(page.lines[body[-1]])


def _label_repeated(page: Page) -> None:
    """Label lines that stand above one picture and stand elsewhere, too: its alternative text."""
    lines, roles = page.lines, page.roles
    if len(set(lines)) == len(lines):
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


def _label_captions(page: Page, end: int) -> None:
    """Label pictures' sources between paragraphs, and headlines in another language."""
    roles, lines = page.roles, page.lines
    body = [i for i in range(end) if roles[i] is None]
    for i in body[:-1]:
        if is_sourced(lines[i]):
            roles[i] = Role.CAPTION
    if Role.CAPTION in roles:
        _tell_by_pictures(page, body, end)
    sample = "".join(lines[i][:_SHORT] for i in body[:: len(body) // _SAMPLE + 1])
    if sample and len(sample.encode("utf-8", "replace")) < _ASCII * len(sample):
        for i in body:
            if _is_foreign(lines[i]):
                roles[i] = Role.CAPTION


def _tell_by_pictures(page: Page, body: list[int], end: int) -> None:
    """Take captions for the body where they are most of an article: a series of pictures."""
    told = [i for i in range(end) if page.roles[i] is Role.CAPTION and is_paragraph(page.lines[i])]
    if sum(len(page.lines[i]) for i in told) > sum(len(page.lines[i]) for i in body):
        for i in told:
            page.roles[i] = None


def _is_foreign(line: str) -> bool:
    """Whether a line of an article without diacritics is a headline full of them."""
    if line.isascii() or line.count(" ") < _FOREIGN_WORDS or not is_headline(line):
        return False
    return sum(c.isalpha() and not c.isascii() for c in line) > _FOREIGN * len(line)


def _segments(page: Page, parts: dict[int, credits.Parts]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for i, (line, start, role) in enumerate(zip(page.lines, page.starts, page.roles, strict=True)):
        split = parts.get(i)
        if not split:
            segments.append(Segment(role or Role.BODY, start, start + len(line)))
            continue
        done = 0
        for part, a, b in (*split, (role or Role.BODY, len(line), len(line))):
            between = line[done:a]
            if between.strip():
                inner = done + len(between) - len(between.lstrip())
                segments.append(
                    Segment(role or Role.BODY, start + inner, start + done + len(between.rstrip()))
                )
            if b > a:
                segments.append(Segment(part, start + a, start + b))
            done = b
    return tuple(segments)


def body_spans(segments: tuple[Segment, ...]) -> list[tuple[int, int]]:
    """Offsets of the body, paragraphs that follow one another merged."""
    spans: list[tuple[int, int]] = []
    open_ = False
    for segment in segments:
        if segment.role is not Role.BODY:
            open_ = False
        elif open_:
            spans[-1] = (spans[-1][0], segment.end)
        else:
            spans.append((segment.start, segment.end))
            open_ = True
    return spans


def title_of(article: Article, segments: tuple[Segment, ...]) -> str:
    """The headline: from the article's own field, else from its text; empty if neither has one."""
    if article.title:
        return article.title
    found = (article.text[s.start : s.end] for s in segments if s.role is Role.TITLE)
    return next(found, "")


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
