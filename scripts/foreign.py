"""Translations into a language that the static encoder does not know.

No set at hand has a third language, so English is taken for one: the static encoder serves
Vietnamese alone, and what is English is routed as French would be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import bilingual
import material
from corpus import Corpus

from detector.models import Model, resolve
from detector.pipeline import detector as passing

_LANGUAGE = "en"
_STRANGERS = 3000
_PAIRED, _ALONE = 80, 40  # foreign articles with and without their translation


def foreign(seed: int = 1, part: material.Part = "test", data: Path | None = None) -> Corpus:
    """Translations, and foreign articles without one, among Vietnamese strangers.

    Args:
        seed: of all chance.
        part: which half of the sets.
        data: folder of the public sets.
    """
    whole = bilingual.translations(seed, part, data, _STRANGERS)
    spoken = whole.languages
    paired = {i for pair in whole.pairs for i in (pair.a, pair.b)}
    english = sorted(i for i, language in spoken.items() if language == _LANGUAGE)
    draw = random.Random(seed)
    kept = set(draw.sample([i for i in english if i in paired], _PAIRED))
    kept |= set(draw.sample([i for i in english if i not in paired], _ALONE))
    return replace(
        whole,
        name="foreign",
        articles=tuple(a for a in whole.articles if spoken[a.id] != _LANGUAGE or a.id in kept),
        rows=tuple(r for r in whole.rows if r["language"] != _LANGUAGE or r["id"] in kept),
        pairs=tuple(p for p in whole.pairs if p.a in kept or p.b in kept),
        kinds={key: kind for key, kind in whole.kinds.items() if kept.intersection(key)},
    )


@contextmanager
def unknown_to_static() -> Iterator[None]:
    """Have every pass believe that the static encoder serves no English."""

    def narrowed(name: str) -> Model:
        model = resolve(name)
        served = model.languages
        return model if served is None else replace(model, languages=served - {_LANGUAGE})

    before, passing.resolve = passing.resolve, narrowed  # type: ignore[attr-defined]
    try:
        yield
    finally:
        passing.resolve = before  # type: ignore[attr-defined]
