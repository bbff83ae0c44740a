"""How other outlets, and crawlers, make a copy of an article: one drawn way at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import edits
import furniture
from edits import Draft
from forms import FORMS

from detector.records import Article, Relation

_NEAR = (
    "furniture", "related links", "words 1 %", "words 5 %", "words 10 %", "words 15 %",
    "synonyms", "dropped", "added", "reordered", "several edits", "several edits",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy in the making: what it became, how, and what it is to its base."""

    draft: Draft
    kind: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What edits draw on: words, sentences and headlines of other articles."""

    words: Sequence[str]
    sentences: Sequence[Sequence[str]]
    headlines: Sequence[str]

    @classmethod
    def of(cls, drafts: Sequence[Draft]) -> Surroundings:
        """Those of some articles."""
        return cls(
            words=[word for draft in drafts for word in draft.body().split() if word.isalpha()],
            sentences=[[s.text for s in draft.sentences] for draft in drafts],
            headlines=[draft.title for draft in drafts],
        )

    def some_headlines(self, draw: random.Random) -> list[str]:
        """A dozen of the headlines."""
        return draw.sample(list(self.headlines), min(12, len(self.headlines)))


def base(draft: Draft) -> Copy:
    """The article itself."""
    return Copy(draft, "base", Relation.EXACT_COPY)


def drawn(draft: Draft, draw: random.Random, around: Surroundings) -> Copy:
    """A copy: one in four exact, one in four an excerpt, the others edited."""
    turn = draw.random()
    if turn < 0.25:
        kind = draw.choice(["identical", *FORMS, "several forms"])
        return Copy(draft, kind, Relation.EXACT_COPY)
    return _near(draft, draw, around) if turn < 0.75 else _excerpt(draft, draw, around)


def rendered(name: str, copy: Copy, draw: random.Random) -> Article:
    """The copy as it is crawled."""
    draft, edited = copy.draft, copy.relation is not Relation.EXACT_COPY
    flat = edited and draw.random() < 0.3
    if flat:  # without a field of its own, the headline stands above the body
        draft = replace(draft, before=(*draft.before, draft.title))
    forms = [copy.kind] if copy.kind in FORMS else []
    if copy.kind == "several forms":
        forms = draw.sample(sorted(FORMS), draw.randint(2, 3))
    elif edited and draw.random() < 0.2:
        forms = [draw.choice(("nfd", "tones", "punctuation"))]
    title, text = draft.title, draft.text()
    for form in sorted(forms, key=lambda name: name == "nfd"):  # others would compose again
        text = FORMS[form](text, draw)
        title = title if form == "spacing" else FORMS[form](title, draw)
    return Article(name, text) if flat else Article(name, text, title)


def between(one: Copy, other: Copy) -> Relation | None:
    """What two articles of one family are to each other; None where they share too little."""
    if "base" in (one.kind, other.kind):
        return (other if one.kind == "base" else one).relation
    if one.relation is other.relation is Relation.EXACT_COPY:
        return Relation.EXACT_COPY
    short, long = sorted((one.draft.words, other.draft.words))
    if edits.shared_words(one.draft, other.draft) < short / 2:
        return None
    return Relation.EXCERPT if short < 0.6 * long else Relation.NEAR_COPY


def _excerpt(draft: Draft, draw: random.Random, around: Surroundings) -> Copy:
    leading = draw.random() < 0.5
    part = edits.excerpt(draft, draw, draw.uniform(0.2, 0.45), leading)
    if draw.random() < 0.5:
        part = edits.retitled(part, draw)
    if draw.random() < 0.3:
        part = edits.reworded(part, draw, 0.01, around.words)
    if draw.random() < 0.5:
        part = replace(part, after=(furniture.credit(draw),))
    return Copy(part, f"excerpt {'leading' if leading else 'inner'}", Relation.EXCERPT)


def _near(draft: Draft, draw: random.Random, around: Surroundings) -> Copy:
    kind = draw.choice(_NEAR)
    draft = _around(draft, kind, draw, around)
    if kind.startswith("words"):
        draft = edits.reworded(draft, draw, int(kind.split()[1]) / 100, around.words)
    elif kind == "synonyms":
        draft = edits.polished(draft, draw, 0.5)
    elif kind == "dropped":
        draft = edits.shortened(draft, draw, draw.uniform(0.05, 0.3))
    elif kind == "added":
        others = draw.choice(around.sentences)
        draft = edits.lengthened(draft, draw, draw.uniform(0.05, 0.3), others, draw.random() < 0.5)
    elif kind == "reordered":
        draft = edits.reordered(draft, draw)
    elif kind == "several edits":
        draft = edits.shortened(draft, draw, draw.uniform(0, 0.15))
        draft = edits.reworded(draft, draw, 0.02, around.words)
        draft = edits.polished(draft, draw, 0.2)
    if draw.random() < 0.5:
        draft = edits.retitled(draft, draw)
    return Copy(draft, kind, Relation.NEAR_COPY)


def _around(draft: Draft, kind: str, draw: random.Random, around: Surroundings) -> Draft:
    """The same with what its kind puts round it; most copies at least credit someone."""
    headlines = around.some_headlines(draw)
    if kind in ("furniture", "several edits"):
        tail = (furniture.credit(draw), *furniture.tail(draw, headlines))
        return replace(draft, before=furniture.head(draw), after=tail)
    if kind == "related links":
        return replace(draft, after=tuple(furniture.related(draw, headlines)))
    return replace(draft, after=(furniture.credit(draw),)) if draw.random() < 0.4 else draft
