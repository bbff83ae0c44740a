"""Where on a page enrichment reads: the body and its lead, and what stands round a headline."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from detector.records import Article, Role, Segment

_LEAD = 400  # characters of body: two or three sentences
_SAMPLE = 300  # characters of body that show the language; no more than the lead
_STAMP = 60  # characters; a first line so short may be a date of publication
_PAGE = (Role.FURNITURE, Role.BYLINE, Role.CREDIT, Role.DATELINE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class Layout(NamedTuple):
    """What stands where in one article; of most articles no more than the lead is asked for.

    Attributes:
        segments: all of them, in text order.
        aside: those that are not of the body: of most articles a few.
        lead: the body's stretches as far as the lead goes; the last may go farther.
        lead_end: the offset behind the lead: so many characters of body, whatever lies
            between.
        head: where a page without a publication date may say one: round its headline.
    """

    segments: Sequence[Segment]
    aside: list[Segment]
    lead: list[tuple[int, int]]
    lead_end: int
    head: list[tuple[int, int]]

    def of(self, role: Role) -> list[tuple[int, int]]:
        """Where the segments of a role are."""
        among = self.segments if role is Role.BODY else self.aside
        return [(start, end) for own, start, end in among if own is role]

    def until(self, offset: int) -> list[tuple[int, int]]:
        """The stretches of the body before an offset."""
        spans = self.of(Role.BODY)
        del spans[bisect_left(spans, (offset,)) :]
        if spans and spans[-1][1] > offset:
            spans[-1] = (spans[-1][0], offset)
        return spans

    def beginning(self, text: str) -> str:
        """As much of the body as shows the language."""
        parts: list[str] = []
        left = _SAMPLE
        for start, end in self.lead:
            if end - start >= left:
                parts.append(text[start : start + left])
                break
            parts.append(text[start:end])
            left -= end - start
        return " ".join(parts)

    def title(self, text: str) -> str:
        """The headline in the article's text; empty if there is none."""
        titles = self.of(Role.TITLE)
        return text[slice(*titles[0])].strip() if titles else ""


def layout_of(article: Article, segments: Sequence[Segment]) -> Layout:
    """The layout of an article whose segments are these, in text order."""
    body = Role.BODY
    lead: list[tuple[int, int]] = []
    left = _LEAD
    for role, start, end in segments:
        if role is body:
            lead.append((start, end))
            left -= end - start
            if left <= 0:
                break
    lead_end = lead[-1][1] + min(left, 0) if lead else 0
    head = _head(article.text, segments, lead, lead_end) if article.published is None else []
    aside = [segment for segment in segments if segment[0] is not body]
    return Layout(segments, aside, lead, lead_end, head)


def _head(
    text: str, segments: Sequence[Segment], lead: Sequence[tuple[int, int]], lead_end: int
) -> list[tuple[int, int]]:
    """What is no article above the lead's end, and a first line that is a stamp.

    A stamp is short, has a year and is no sentence.
    """
    spans: list[tuple[int, int]] = []
    for role, start, end in segments:
        if start >= lead_end:
            break
        if role in _PAGE:
            spans.append((start, end))
    if lead:
        start, end = lead[0]
        first = text[start : min(end, start + _STAMP + 1)].partition("\n")[0]
        if len(first) <= _STAMP and first[-1:] not in ".!?…" and _YEAR.search(first):
            spans.append((start, start + len(first)))
    return sorted(spans)
