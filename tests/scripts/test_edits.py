"""Planted edits do what their names say, the same way every time."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import edits
import forms
import furniture
from copying import Surroundings, between, drawn, rendered
from copying import base as whole
from edits import Draft

from detector.records import Relation
from detector.text import normalise, tokenise

TEXT = "\n".join(
    f"Đoạn {n} kể về ngôi làng Hòa An ở ven sông. Người dân nơi đây trồng {n + 3} loại cây. "
    f'Ông Bảy nói: "Năm nay được mùa." Thuyền chở {n * 7 + 2} tấn quả về chợ xã Thủy Tân.'
    for n in range(1, 9)
)
BASE = Draft.of("Làng Hòa An được mùa", TEXT)
AROUND = Surroundings.of(
    [Draft.of(f"Tin khác số {n}", TEXT.replace("làng", "phố")) for n in range(20)]
)


def words(text: str) -> list[int]:
    return tokenise([normalise(text)]).hashes.tolist()


def test_a_sentence_ends_before_a_capital_and_takes_its_closing_quote_along():
    draft = Draft.of("", 'Ông A nói: "Tôi đi." Bà B về. TS. X đến lúc 3.5 giờ.\nHết.')
    assert [s.text for s in draft.sentences] == [
        'Ông A nói: "Tôi đi."', "Bà B về.", "TS. X đến lúc 3.5 giờ.", "Hết.",
    ]  # fmt: skip
    assert [s.place for s in draft.sentences] == [0, 1, 2, 3]


@pytest.mark.parametrize("form", sorted(forms.FORMS))
@pytest.mark.parametrize("seed", range(4))
def test_another_form_of_a_text_has_the_same_words(form: str, seed: int):
    changed = forms.FORMS[form](TEXT, random.Random(seed))
    assert changed != TEXT
    assert words(changed) == words(TEXT)


def test_tones_move_only_where_two_schools_differ():
    before = "hòa khỏe thủy THÚY tòa mùa quả quý ngoài hoàn chúa"
    after = "hoà khoẻ thuỷ THUÝ toà mùa quả quý ngoài hoàn chúa"
    assert forms.tones(before, random.Random(0)) == after
    assert forms.tones(after, random.Random(0)) == before
    assert unicodedata.is_normalized("NFC", after)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1, 0.15])
def test_rewording_touches_about_the_share_it_is_told(rate: float):
    long = Draft.of("", "\n".join([TEXT] * 10))
    changed = edits.reworded(long, random.Random(1), rate, ["mới"])
    before, after = Counter(long.body().split()), Counter(changed.body().split())
    touched = max((before - after).total(), (after - before).total()) / long.words
    assert 0.3 * rate < touched < 1.4 * rate


def test_shortening_keeps_the_order_and_leaves_two_sentences():
    short = edits.shortened(BASE, random.Random(2), 0.3)
    places = [s.place for s in short.sentences]
    assert places == sorted(places)
    assert len(places) == len(BASE.sentences) - round(0.3 * len(BASE.sentences))
    assert (
        len(edits.shortened(Draft.of("", "A b. C d. E f."), random.Random(2), 0.9).sentences) == 2
    )


@pytest.mark.parametrize("leading", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_an_excerpt_is_one_run_of_at_least_sixty_words(leading: bool, seed: int):
    draw = random.Random(seed)
    part = edits.excerpt(BASE, draw, 0.2, leading)
    places = [s.place for s in part.sentences]
    assert places == list(range(places[0], places[0] + len(places)))
    assert part.words >= 60
    assert part.words < BASE.words / 2
    assert places[0] == 0 or not leading


def test_added_sentences_are_from_elsewhere():
    longer = edits.lengthened(BASE, random.Random(3), 0.2, AROUND.sentences[0], together=False)
    assert sum(s.place is None for s in longer.sentences) == round(0.2 * len(BASE.sentences))
    assert edits.shared_words(BASE, longer) == BASE.words


def test_reordering_moves_paragraphs_and_loses_none():
    moved = edits.reordered(BASE, random.Random(4))
    assert moved.body() != BASE.body()
    assert sorted(moved.body().splitlines()) == sorted(BASE.body().splitlines())


def test_two_excerpts_of_different_halves_are_no_pair():
    one = edits.excerpt(BASE, random.Random(0), 0.25, leading=True)
    rest = BASE.keeping(set(range(len(one.sentences) + 2, len(BASE.sentences))))
    from copying import Copy

    first = Copy(one, "excerpt leading", Relation.EXCERPT)
    assert between(first, Copy(rest, "excerpt inner", Relation.EXCERPT)) is None
    assert between(first, Copy(BASE, "furniture", Relation.NEAR_COPY)) is Relation.EXCERPT
    assert between(whole(BASE), first) is Relation.EXCERPT


def test_a_drawn_copy_is_the_same_for_the_same_seed_and_all_kinds_occur():
    kinds: Counter[str] = Counter()
    for seed in range(300):
        copies = []
        for _ in range(2):
            draw = random.Random(f"copy {seed}")
            copy = drawn(BASE, draw, AROUND)
            copies.append(rendered("x", copy, draw))
        assert copies[0] == copies[1]
        kinds[copy.kind] += 1
    assert {"identical", "nfd", "words 15 %", "excerpt inner", "furniture"} <= kinds.keys()
    assert len(kinds) == 19


def test_a_crawled_page_has_its_headline_between_menu_and_body():
    for seed in range(200):
        draw = random.Random(seed)
        copy = drawn(BASE, draw, AROUND)
        article = rendered("x", copy, draw)
        if copy.kind == "furniture" and not article.title:
            lines = article.text.splitlines()
            place = next(i for i, line in enumerate(lines) if line.startswith("Đoạn 1"))
            assert place > 1
            assert unicodedata.normalize("NFC", lines[0]) not in copy.draft.title
            return
    pytest.fail("no such page was drawn")


def test_related_links_name_other_headlines():
    lines = furniture.related(random.Random(5), ["Một hai ba bốn", "Năm sáu bảy tám"])
    assert set(lines[1:]) & {"Một hai ba bốn", "Năm sáu bảy tám"}
