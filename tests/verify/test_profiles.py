import dataclasses
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pytest

from detector.records import Article, DateMention, Facts
from detector.text import tokenise
from detector.verify.profiles import (
    COUNT,
    HEADLINE,
    OPENING,
    Bag,
    Profiles,
    _most,
    concatenate,
    gathered,
    minutes,
    profile,
    take,
)

HANOI = timezone(timedelta(hours=7))
ARTICLES = (
    Article("a", "Ông Bảy Lúa gặp ông Năm ở Huế. Bảy Lúa nói 12 lần về gạo.", title="Giá gạo"),
    Article("b", "", title=""),
    Article("c", "gạo gạo gạo", title="Gạo", published=date(2024, 8, 7)),
    Article("d", "The minister met Năm.", published=datetime(2024, 8, 7, 9, tzinfo=HANOI)),
)
FACTS = (
    Facts(
        "vi",
        event_date=date(2024, 8, 7),
        dateline="vn/hue",
        dates=(DateMention(date(2024, 8, 7), 0, 3), DateMention(date(2024, 8, 7), 5, 8)),
        places=("vn/hue", "vn/vinh-long", "vn/hue"),
        numbers=("12", "5", "12"),
        documents=("47/NQ-CP",),
    ),
    Facts("vi"),
    Facts("vi", numbers=("12",)),
    Facts("en", dateline="vn/hue"),
)
OUTLETS = ("songhong.vn", "", "songhong.vn", "bienxanh.vn")
AROUND = (("vn",), (), (), ("vn",))


def profiled(first=0, last=None):
    articles = ARTICLES[first:last]
    return profile(
        articles,
        FACTS[first:last],
        tokenise([a.text for a in articles]),
        tokenise([a.title for a in articles]),
        OUTLETS[first:last],
        AROUND[first:last],
    )


def row(bag, i):
    a, b = bag.bounds[i], bag.bounds[i + 1]
    counts = (bag.counts[a:b] & COUNT).tolist()
    return dict(zip(bag.values[a:b].tolist(), counts, strict=True))


def assert_same(left, right):
    for field in dataclasses.fields(Profiles):
        one, other = getattr(left, field.name), getattr(right, field.name)
        if isinstance(one, Bag):
            for inner in ("values", "counts", "bounds"):
                assert getattr(one, inner).tolist() == getattr(other, inner).tolist(), field.name
        else:
            np.testing.assert_array_equal(one, other)


def test_a_value_is_kept_once_with_its_count():
    made = profiled()

    assert sorted(row(made.numbers, 0).values()) == [1, 2]
    assert sorted(row(made.places, 0).values()) == [1, 2]
    assert list(row(made.dates, 0).values()) == [2]
    assert set(row(made.numbers, 2)) < set(row(made.numbers, 0))
    assert row(made.numbers, 1) == row(made.documents, 3) == {}


def test_words_and_pairs_of_neighbours_are_counted():
    made = profiled()

    # gạo three times, gạo gạo twice
    assert sorted(row(made.words, 2).values()) == [2, 3]
    assert row(made.words, 1) == {}
    assert set(row(made.title, 2)) & set(row(made.words, 2))
    # Pairs do not reach from one article into the next.
    alone = profiled(2, 3)
    assert row(alone.words, 0) == row(made.words, 2)


def test_counts_end_at_what_fits():
    many = Article("m", "gạo " * 1000)

    made = profile([many], [Facts("vi")], tokenise([many.text]), tokenise([""]), [""], [()])

    assert set(row(made.words, 0).values()) == {COUNT}


def test_names_are_capitalised_words_inside_sentences():
    made = profiled()
    names = profile(
        [Article("n", "x Bảy Lúa Năm Huế")],
        [Facts("vi")],
        tokenise(["x Bảy Lúa Năm Huế"]),
        tokenise([""]),
        [""],
        [()],
    ).names

    # "Bảy" opens the second sentence of a, but stands inside the first as well.
    assert set(row(made.names, 0)) == set(row(names, 0))
    assert len(row(made.names, 0)) == 4


def test_names_agree_across_languages_without_diacritics():
    texts = ["gặp ông Năm", "met Nam"]

    made = profile(
        [Article(str(i), t) for i, t in enumerate(texts)],
        [Facts("vi"), Facts("en")],
        tokenise(texts),
        tokenise(["", ""]),
        ["", ""],
        [(), ()],
    )

    assert row(made.names, 0) == row(made.names, 1) != {}


def packed(*facts, around=(), published=None):
    count = len(facts)
    return profile(
        [Article(str(i), "", published=published) for i in range(count)],
        facts,
        tokenise([""] * count),
        tokenise([""] * count),
        [""] * count,
        [around] * count,
    )


def test_years_are_no_numbers_of_an_event():
    made = packed(Facts("vi", numbers=("2024", "1999", "7")), Facts("vi", numbers=("7",)))

    assert row(made.numbers, 0) == row(made.numbers, 1)
    assert len(row(packed(Facts("vi", numbers=("20240", "1800", "202"))).numbers, 0)) == 3


def test_dates_far_from_the_event_are_background():
    day = date(2024, 8, 7)
    far = [day + timedelta(days=d) for d in (-31, -30, 0, 30, 31)]
    stated = tuple(DateMention(d, 0, 1) for d in far)

    made = packed(Facts("vi", event_date=day, dates=stated))
    published = packed(Facts("vi", dates=stated), published=day)
    unknown = packed(Facts("vi", dates=stated))

    near = {d.toordinal() for d in far[1:4]}
    assert set(row(made.dates, 0)) == set(row(published.dates, 0)) == near
    assert len(row(unknown.dates, 0)) == 5


def test_a_dateline_is_kept_with_what_it_lies_in():
    outer = ("vn", "vn/hue")

    town = packed(Facts("vi", dateline="vn/hue/a-luoi"), around=outer).dateline[0]
    inner, country = packed(Facts("vi", dateline="vn/hue"), Facts("vi", dateline="vn")).dateline

    assert {inner[0], country[0]} < set(town.tolist())
    assert town[3] == 0
    assert packed(Facts("vi"), around=outer).dateline.tolist() == [[0, 0, 0, 0]]


def test_what_is_unknown_is_zero_or_no_number():
    made = profiled()

    assert made.length.tolist() == [15, 0, 3, 4]
    assert made.event_day.tolist() == [date(2024, 8, 7).toordinal(), 0, 0, 0]
    assert (made.dateline[:, 0] == 0).tolist() == [False, True, True, False]
    assert made.dateline[0].tolist() == made.dateline[3].tolist()
    assert (made.source == 0).tolist() == [False, True, False, False]
    assert made.source[0] == made.source[2] != made.source[3]
    assert np.isnan(made.published).tolist() == [True, True, False, False]


def test_a_publication_is_minutes_in_utc():
    assert minutes(datetime(1970, 1, 1, 7, 30, tzinfo=HANOI)) == 30
    assert minutes(datetime(1970, 1, 1, 0, 30)) == 30  # a time without a zone is taken as UTC
    assert minutes(date(1970, 1, 2)) == (24 + 12) * 60  # noon
    assert np.isnan(minutes(None))


@pytest.mark.parametrize("cuts", [(0, 4), (0, 1, 4), (0, 2, 2, 4), (0, 1, 2, 3, 4)])
def test_runs_put_together_are_the_whole(cuts):
    parts = [profiled(a, b) for a, b in pairwise(cuts)]

    assert_same(concatenate(parts), profiled())


@pytest.mark.parametrize("rows", [[], [2], [3, 0], [1, 1, 2], [0, 1, 2, 3]])
def test_rows_are_taken_in_the_order_asked_for(rows):
    taken = take(profiled(), np.array(rows, np.int64))

    assert len(taken) == len(rows)
    if rows:
        assert_same(taken, concatenate([profiled(i, i + 1) for i in rows]))


def test_no_articles_have_no_profiles():
    assert len(profiled(0, 0)) == 0
    assert profiled(0, 0).words.bounds.tolist() == [0]


def alone(text, title=""):
    words = tokenise([text]), tokenise([title])
    return profile([Article("m", text)], [Facts("vi")], *words, [""], [()])


def test_a_long_text_keeps_its_most_telling_terms_and_says_which_open_it():
    text = "Lúa " + " ".join(f"từ{n}" for n in range(400)) + " rơm rơm rơm rơm"

    made = profile(
        [Article("m", text)], [Facts("vi")], tokenise([text]), tokenise([""]), [""], [()]
    )

    assert len(made.words.values) == 160
    assert (made.words.counts & COUNT).max() == 4
    assert 0 < ((made.words.counts & OPENING) != 0).sum() < 160


def test_a_name_of_the_headline_is_marked():
    text, title = "Ông Lúa gặp bà Hoa.", "Bà Hoa và gạo"

    made = profile(
        [Article("m", text)], [Facts("vi")], tokenise([text]), tokenise([title]), [""], [()]
    )

    marked = made.names.values[(made.names.counts & HEADLINE) != 0]
    assert marked.tolist() == (tokenise(["Hoa"]).folded >> np.uint64(32)).tolist()


def test_of_terms_worth_the_same_those_of_the_smallest_value_stay():
    rng = np.random.default_rng(7)
    sizes = [0, 3, 160, 161, 700, 0, 400]
    bounds = np.cumsum([0, *sizes])
    worth = rng.integers(0, 4, int(bounds[-1])).astype(np.float64)
    kept, kept_bounds = _most(worth, bounds)
    for i, (a, b) in enumerate(pairwise(bounds.tolist())):
        best = sorted(range(a, b), key=lambda at: (-worth[at], at))[:160]
        assert kept[kept_bounds[i] : kept_bounds[i + 1]].tolist() == sorted(best)


def test_gathered_are_the_rows_of_all_runs_in_order():
    parts = [profiled(0, 1), profiled(1, len(profiled()))]
    rows = np.arange(len(profiled()))[::-1]

    found = gathered(parts, rows)

    assert_same(found, take(profiled(), rows))
    assert parts == []
