"""English taken for a language that the static encoder does not know."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from foreign import foreign, unknown_to_static

from detector.errors import InputError
from detector.pipeline import detector as passing


def test_the_static_encoder_serves_english_again_afterwards() -> None:
    before = passing.resolve
    with unknown_to_static():
        assert passing.resolve("static").languages == {"vi"}

    assert passing.resolve is before
    assert passing.resolve("static").languages == {"en", "vi"}


def test_so_many_foreign_articles_have_a_translation_and_others_have_none() -> None:
    try:
        corpus = foreign()
    except InputError as error:
        pytest.skip(str(error))

    english = {i for i, language in corpus.languages.items() if language == "en"}
    assert len(english) == 120
    assert len(corpus.pairs) == 80
    assert {pair.a in english or pair.b in english for pair in corpus.pairs} == {True}
    assert {a.id for a in corpus.articles} == set(corpus.languages)
