"""Whole-article translations in a pool of strangers, as they are, condensed and refilled."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import material
from corpus import Corpus, Entry, chance, joined, opaque, pair, rows_of
from material import Document
from refill import FEW, Names, changed_share, refill

from detector.records import Article, Relation

#: An essay may state so few facts that hardly anything of it changes.
_REFILLED = ("refilled", "refilled, few facts")

_Edit: TypeAlias = Callable[[Document, random.Random], Document]


def translations(
    seed: int = 1,
    part: material.Part = "test",
    data: Path | None = None,
    strangers: int = 9000,
) -> Corpus:
    """Translations, half of the articles without their partner, among strangers.

    Args:
        seed: of all chance.
        part: which half of the sets.
        data: folder of the public sets.
        strangers: Vietnamese background articles; English ones stand beside them.
    """
    return _pool("translations", seed, part, data, strangers, None)


def condensed(
    seed: int = 1,
    part: material.Part = "test",
    data: Path | None = None,
    strangers: int = 9000,
) -> Corpus:
    """The same with a third of the sentences of one side left, in order."""
    return _pool("condensed", seed, part, data, strangers, lambda _: _condensed)


def changed(
    seed: int = 1,
    part: material.Part = "test",
    data: Path | None = None,
    strangers: int = 9000,
) -> Corpus:
    """The same, every other pair with all names, dates and numbers of one side changed.

    Those are no translations any more: they are `Corpus.forbidden`.
    """
    return _pool("changed", seed, part, data, strangers, _refilling)


def _pool(
    name: str,
    seed: int,
    part: material.Part,
    data: Path | None,
    strangers: int,
    edit: Callable[[Sequence[Document]], _Edit] | None,
) -> Corpus:
    place = material.folder(data)
    couples = material.translations(part, place)
    chance("couples", seed).shuffle(couples)
    alter = edit([document for couple in couples for document in couple]) if edit else None
    entries: list[Entry] = []
    pairs, kinds, forbidden = [], {}, set()
    for n, couple in enumerate(couples):
        if n % 2:  # every other article has no partner: its Vietnamese or its English side
            entries.append(_entry(seed, couple[n // 2 % 2]))
            continue
        draw = chance(name, seed, couple[0].id)
        sides, kind = list(couple), "whole" if name == "changed" else name
        side = draw.randrange(2)
        if alter and (name != "changed" or n % 4 == 0):
            sides[side] = alter(sides[side], draw)
        if name == "changed" and sides[side] != couple[side]:
            share = changed_share(couple[side].text, sides[side].text)
            kind = _REFILLED[share < FEW]
        refilled = kind in _REFILLED
        a, b = (opaque(seed, document.id) for document in sides)
        label = "" if refilled else opaque(seed, "pair", couple[0].id)
        entries += [replace(_entry(seed, document), syndication=label) for document in sides]
        kinds[joined(a, b)] = kind
        if refilled:
            forbidden.add(joined(a, b))
        else:
            pairs.append(pair(a, b, Relation.TRANSLATION))
    pool = list(material.strangers(part, place))
    others = chance("strangers", seed).sample(pool, min(strangers, len(pool)))
    others += material.english_events(part, place)
    entries += [_entry(seed, document) for document in others]
    chance("order", seed).shuffle(entries)
    return Corpus(
        name=name,
        part=part,
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("syndication",)),
        pairs=tuple(sorted(pairs, key=lambda p: (p.a, p.b))),
        kinds=kinds,
        forbidden=frozenset(forbidden),
    )


def _entry(seed: int, document: Document) -> Entry:
    article = Article(opaque(seed, document.id), document.text, document.title)
    return Entry(article, document.language)


def _condensed(document: Document, draw: random.Random) -> Document:
    """A third of the sentences, in order: the first ones, or the first and some others."""
    lines = [line for line in document.text.splitlines() if line.strip()]
    left = max(3, round(len(lines) / 3))
    style = draw.randrange(3)
    if style == 0 or left >= len(lines):
        kept = lines[:left]
    else:
        first = [0] if style == 1 else []
        rest = draw.sample(range(len(first), len(lines)), left - len(first))
        kept = [lines[i] for i in sorted([*first, *rest])]
    title = document.title if draw.random() < 0.6 else ""
    return replace(document, title=title, text="\n".join(kept))


def _refilling(documents: Sequence[Document]) -> _Edit:
    names = {
        language: Names(f"{d.title}\n{d.text}" for d in documents if d.language == language)
        for language in ("en", "vi")
    }
    return partial(_refilled, names)


def _refilled(names: dict[str, Names], document: Document, draw: random.Random) -> Document:
    title, text = refill(document.title, document.text, names[document.language], draw)
    return replace(document, title=title, text=text)
