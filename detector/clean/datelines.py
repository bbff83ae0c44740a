"""Datelines: the place, day and agency before the first sentence of an article."""

from __future__ import annotations

import re

from detector.lexicon import outlets

_HEAD = 100  # characters; a dateline is shorter
_DASH = r"\s*[-–—]+\s*"
# "HÀ NỘI, 7/8 (Reuters) - …", "(Dân trí) - …", "(SGGP).- …"
_BRACKET = re.compile(
    rf"(?P<place>[^()]{{2,70}}?)?\s*\((?P<source>[^():]{{2,40}})\)\s*[.:]?{_DASH}"
)
_LOOSE_BRACKET = re.compile(
    r"(?P<place>[^()]{2,70}?)?\s*\((?P<source>[^():]{2,40})\)[\s.:–—-]*(?P<next>\w)"
)
# "VTV.vn - …", "TTO - …"
_TAG = re.compile(rf"(?P<tag>[^\s()].{{0,23}}?)\.?{_DASH}(?=\S)")
# "HANOI, Aug. 7 — …": a dash as long as this stands in no name.
_PLACE = re.compile(r"(?P<place>[^\W\d_][^()–—]{2,60}?)\s*(?:[–—]|--)\s+")
_SENTENCE = re.compile(r"[.!?]\s+[^\W\d]")  # "Aug. 7" goes on
_DATE_BEHIND = re.compile(r"[\s,]*\d[\d\s./-]*$")


def dateline_end(line: str) -> int:
    """Offset behind the dateline that a paragraph begins with; 0 if there is none."""
    head = line[:_HEAD]
    dashed = "-" in head or "–" in head or "—" in head
    if "(" in head and ")" in head:
        match = _BRACKET.match(head) if dashed else None
        if match and _is_dateline(match["place"] or "", match["source"], strict=False):
            return match.end()
        match = _LOOSE_BRACKET.match(head)
        capital = match is not None and match["next"].isupper()
        if match and capital and _is_dateline(match["place"] or "", match["source"], strict=True):
            return match.start("next")
    if dashed:
        match = _TAG.match(head)
        if match and (match["tag"] in outlets.tags() or outlets.host_of(match["tag"])):
            return match.end()
        match = None if head[1:2].islower() else _PLACE.match(head)  # it must be in capitals
        if match and _is_capitals(match["place"]):
            return match.end()
    if not head.startswith(outlets.bare_tags()):
        return 0
    for tag in outlets.bare_tags():
        if head.startswith(tag) and head[len(tag) : len(tag) + 2].strip()[:1].isupper():
            return len(tag)
    return 0


def _is_dateline(place: str, source: str, *, strict: bool) -> bool:
    source = _DATE_BEHIND.sub("", source).strip()
    known = bool(source) and (outlets.find(source) is not None or bool(outlets.host_of(source)))
    if place:
        words = place.split()
        return (
            known and words[0][:1].isupper() and len(words) <= 9 and not _SENTENCE.search(place, 4)
        )
    if strict:
        return known and len(source) > 1
    return known or (len(source) <= 25 and source[0].isupper() and source.count(" ") <= 3)


def _is_capitals(place: str) -> bool:
    name, _, rest = place.partition(",")
    letters = sum(map(str.isalpha, name))
    return name.isupper() and letters >= 4 and name.count(" ") < 3 and len(rest) <= 25
