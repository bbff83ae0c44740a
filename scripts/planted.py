"""Corpora for training and evaluation, built from the public sets, the same every time.

Each builder takes a seed and a part: fit on ``train``, measure on ``test``; the two share
no event, no article and no stranger.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import copying
import material
from bilingual import changed, condensed, translations
from copying import Copy, Surroundings
from corpus import Corpus, Entry, Key, chance, joined, opaque, pair, rows_of
from edits import Draft
from gathered import crowded, dated, events, newsroom, seeds
from origins import origins
from templates import templates

from detector.records import Article, Pair, Relation

__all__ = [
    "Corpus", "changed", "condensed", "copies", "crowded", "dated", "events", "newsroom", "origins",
    "seeds", "templates", "translations",
]  # fmt: skip

_LEAST = 120  # words of a base: an excerpt of it has at least 60


def copies(
    seed: int = 1,
    part: material.Part = "test",
    data: Path | None = None,
    bases: int = 600,
    strangers: int = 3000,
) -> Corpus:
    """Copies planted in Vietnamese news, among other reports of the same events.

    Three bases in four have other reports of their event beside them. Copies that the
    sets themselves hold are not planted, so nothing is known of them: `Corpus.natural`.

    Args:
        seed: of all chance.
        part: which half of the sets.
        data: folder of the public sets.
        bases: how many articles are copied, one to three times each; fewer if the part
            has fewer.
        strangers: how many background articles stand beside.
    """
    place = material.folder(data)
    told = material.vietnamese_events(part, place)
    pool = list(material.strangers(part, place))
    beside = chance("beside", seed).sample(pool, min(strangers, len(pool)))
    documents = [*told, *beside]
    drafts = [Draft.of(d.title, d.text) for d in documents]
    around = Surroundings.of(drafts[len(told) : len(told) + 400])
    chosen = _chosen(seed, drafts, len(told), bases)
    kin = {(i, j) for i, j, _, _ in material.shared_text([d.text for d in documents], 0.5)}
    families = _families(len(documents), kin)
    entries: list[Entry] = []
    made: dict[int, list[tuple[str, Copy]]] = {}
    for i, document in enumerate(documents):
        name = opaque(seed, document.id)
        made[i] = [(name, copying.base(drafts[i]))]
        label = opaque(seed, "family", families[i])
        article = Article(name, document.text, document.title)
        entries.append(Entry(article, "vi", label))
        draw = chance("copies", seed, document.id)
        for n in range(draw.choice((1, 1, 2, 2, 3)) if i in chosen else 0):
            name, copy = opaque(seed, document.id, n), copying.drawn(drafts[i], draw, around)
            made[i].append((name, copy))
            entries.append(Entry(copying.rendered(name, copy, draw), "vi", label))
    entries.sort(key=lambda entry: entry.article.id)
    chance("order", seed).shuffle(entries)
    return Corpus(
        name="copies",
        part=part,
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("duplicate",)),
        planted=frozenset(name for family in made.values() for name, _ in family[1:]),
        complete=False,
        **_gold(made, families),
    )


def _chosen(seed: int, drafts: Sequence[Draft], told: int, bases: int) -> set[int]:
    long = [i for i, draft in enumerate(drafts) if draft.words >= _LEAST]
    near, far = [i for i in long if i < told], [i for i in long if i >= told]
    draw = chance("chosen", seed)
    picked = draw.sample(near, min(len(near), bases * 3 // 4))
    return {*picked, *draw.sample(far, min(len(far), bases - len(picked), len(picked) // 2))}


def _families(n: int, kin: set[tuple[int, int]]) -> list[int]:
    """Least member of each document's family, natural copies joined."""
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, j in sorted(kin):
        one, other = sorted((root(i), root(j)))
        parent[other] = one
    return [root(i) for i in range(n)]


def _gold(made: dict[int, list[tuple[str, Copy]]], families: list[int]) -> dict[str, Any]:
    pairs: list[Pair] = []
    kinds: dict[Key, str] = {}
    doubtful: set[Key] = set()
    alike: set[Key] = set()
    for siblings in made.values():
        for (a, one), (b, other) in combinations(siblings, 2):
            key, relation = joined(a, b), copying.between(one, other)
            if relation is None:
                doubtful.add(key)
                continue
            pairs.append(pair(a, b, relation))
            kinds[key] = other.kind if one.kind == "base" else "two copies"
            if relation is Relation.NEAR_COPY and one.draft.body() == other.draft.body():
                alike.add(key)
    # Of natural copies, and of copies made of them, nothing is said.
    joint: dict[int, list[int]] = {}
    for i, family in enumerate(families):
        joint.setdefault(family, []).append(i)
    for members in joint.values():
        for i, j in combinations(members, 2):
            doubtful |= {joined(a, b) for a, _ in made[i] for b, _ in made[j]}
    return {
        "pairs": tuple(sorted(pairs, key=lambda p: (p.a, p.b))),
        "kinds": kinds,
        "doubtful": frozenset(doubtful),
        "alike": frozenset(alike),
    }
