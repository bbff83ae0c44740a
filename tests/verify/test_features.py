import dataclasses
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest

from detector.records import Article, DateMention, Facts
from detector.text import tokenise
from detector.verify.features import Rivals, compare, in_parts
from detector.verify.profiles import profile

BLANK = Facts("vi")
NOON = datetime(2024, 8, 7, 12, tzinfo=timezone.utc)


@dataclasses.dataclass(frozen=True)
class Made:
    text: str = "mưa to ở khắp nơi"
    title: str = ""
    facts: Facts = BLANK
    outlet: str = ""
    around: tuple[str, ...] = ()
    published: object = None


def compared(*made, pairs=((0, 1),)):
    articles = [Article(str(i), m.text, m.title, published=m.published) for i, m in enumerate(made)]
    profiles = profile(
        articles,
        [m.facts for m in made],
        tokenise([m.text for m in made]),
        tokenise([m.title for m in made]),
        [m.outlet for m in made],
        [m.around for m in made],
    )
    return compare(profiles, np.array(pairs, np.int64).reshape(-1, 2))


def said(a, b, *others):
    """The features of two articles by name."""
    return {name: float(values[0]) for name, values in compared(a, b, *others).items()}


def stating(*days, **facts):
    dates = tuple(DateMention(date(2024, 8, d), 0, 1) for d in days)
    return Made(facts=Facts("vi", dates=dates, **facts))


# Similarities


def test_the_same_article_is_the_same_in_everything_it_has():
    facts = Facts("vi", places=("vn",), numbers=("5",), documents=("1/QĐ",))
    one = Made("Ông Bảy gặp Năm ở Huế", "Bảy gặp Năm", facts)

    found = said(one, one)

    for name in ("words", "title", "names", "numbers", "places", "documents"):
        assert found[name] == pytest.approx(1, abs=1e-6)
    assert found["length_ratio"] == 0


def test_articles_that_share_nothing_have_nothing_in_common():
    found = said(Made("Ông Bảy gặp Năm", "Bảy"), Made("the minister met Nobody", "Else"))

    for name in ("words", "title", "names", "numbers", "places", "dates", "documents"):
        assert found[name] == 0


def test_an_opening_counts_wherever_the_other_says_it():
    event, filler = "lũ cuốn trôi cầu Bến Lúa", "từ " * 80
    one, later = Made(f"{event}. {filler}"), Made(f"{filler}. {event}")

    assert said(one, later)["opening"] > said(one, Made(filler))["opening"]


def test_names_of_a_headline_that_the_other_never_mentions_are_missed():
    one = Made("Hôm qua Lúa gặp Hoa ở chợ", "Lúa gặp Hoa")
    other = Made("Hôm qua Rơm gặp Rạ ở chợ", "Rơm gặp Rạ")

    assert said(one, one)["headline_names_missing"] == 0
    assert said(one, other)["headline_names_missing"] == pytest.approx(0.5)


def test_names_that_come_three_times_are_main_ones():
    one, other = Made("bà Hoa và bà Hoa và bà Hoa"), Made("ông Lúa")

    assert said(one, other)["main_names_missing"] == pytest.approx(1 / 3 / 2)


def test_a_rare_number_says_more_than_a_frequent_one():
    rare, frequent = Facts("vi", numbers=("7", "x")), Facts("vi", numbers=("5", "y"))
    crowd = [Made(facts=Facts("vi", numbers=("5",)))] * 2000
    pairs = ((0, 1), (2, 3))

    found = compared(
        Made(facts=rare),
        Made(facts=Facts("vi", numbers=("7", "u"))),
        Made(facts=frequent),
        Made(facts=Facts("vi", numbers=("5", "v"))),
        *crowd,
        pairs=pairs,
    )["numbers"]

    assert found[0] > 2 * found[1] > 0


def test_words_that_nobody_else_has_say_more_than_those_of_a_topic():
    crowd = [Made(f"vụ Khashoggi ngày {n}") for n in range(40)]
    pairs = ((0, 1), (2, 3))

    found = compared(
        Made("vụ Khashoggi ở lãnh sự"),
        Made("vụ Khashoggi trong quốc hội"),
        Made("cầu Vạn Yên ở lãnh sự"),
        Made("cầu Vạn Yên trong quốc hội"),
        *crowd,
        pairs=pairs,
    )["words_few"]

    assert found[1] > 5 * found[0] > 0


def test_days_of_no_known_year_exclude_each_other_unless_one_is_in_both():
    one, other = (Made(facts=Facts("vi", numbers=n)) for n in (("7/8", "3"), ("9/8", "3")))
    both = Made(facts=Facts("vi", numbers=("7/8", "9/8")))

    assert said(one, other)["yearless_apart"] == 1
    assert said(one, both)["yearless_apart"] == 0
    assert said(one, Made(facts=Facts("vi", numbers=("3",))))["yearless_apart"] == 0


def test_few_articles_suffice():
    """What two articles share looks alike in a corpus of two and in one of a hundred."""
    a, b = Made("mưa to gây lũ ở Sơn Hà hôm qua"), Made("lũ lớn ở Sơn Hà do mưa to kéo dài")
    crowd = [Made(f"chuyện khác số {i} nói về việc {i * 7}") for i in range(98)]

    alone, among = said(a, b)["words"], said(a, b, *crowd)["words"]

    assert 0.1 < alone < 0.9
    assert alone == pytest.approx(among, abs=0.05)


def test_a_word_of_every_article_still_counts():
    assert said(Made("mưa to"), Made("mưa nhỏ"))["words"] > 0.05


def test_the_cosine_is_that_of_rows_weighted_by_rarity():
    # Numbers that news at large does not know: only the corpus says how rare they are.
    facts = [
        Facts("vi", numbers=n) for n in (("90001", "90002"), ("90001", "90003"), ("90001",), ())
    ]
    weight = {n: np.log((4 + 1000) / (c + 1)) for n, c in (("1", 3), ("2", 1), ("3", 1))}

    found = compared(*(Made(facts=f) for f in facts), pairs=((0, 1), (0, 2), (0, 3), (3, 3)))

    a = np.hypot(weight["1"], weight["2"])
    b = np.hypot(weight["1"], weight["3"])
    expected = [weight["1"] ** 2 / (a * b), weight["1"] / a, 0, 0]
    assert found["numbers"].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_repeated_word_weighs_more_and_a_repeated_number_does_not():
    made = [Made("xumu xumu xumu xumu"), Made("xumu")]
    weight = {"xumu": np.log(1002 / 3), "xumu xumu": np.log(1002 / 2)}  # in both, in one

    found = said(*made)["words"]

    row = np.array([weight["xumu"] * (1 + np.log(4)), weight["xumu xumu"] * (1 + np.log(3))])
    assert found == pytest.approx(row[0] / np.linalg.norm(row), abs=1e-3)
    twice, once = (Made(facts=Facts("vi", numbers=n)) for n in (("1", "2", "1"), ("1", "2")))
    assert said(twice, once)["numbers"] == pytest.approx(1)


# Conflicts


def test_two_event_days_agree_or_exclude_each_other():
    seventh, ninth = (stating(event_date=date(2024, 8, d)) for d in (7, 9))

    same, other, unknown = said(seventh, seventh), said(seventh, ninth), said(seventh, Made())

    assert (same["event_day_same"], same["event_day_apart"]) == (1, 0)
    assert (other["event_day_same"], other["event_day_apart"]) == (0, 1)
    assert (unknown["event_day_same"], unknown["event_day_apart"]) == (0, 0)


def test_two_datelines_agree_or_exclude_each_other():
    hue, vinh = (Made(facts=Facts("vi", dateline=place)) for place in ("vn/hue", "vn/vinh"))

    same, other, unknown = said(hue, hue), said(hue, vinh), said(hue, Made())

    assert (same["dateline_same"], same["dateline_apart"]) == (1, 0)
    assert (other["dateline_same"], other["dateline_apart"]) == (0, 1)
    assert (unknown["dateline_same"], unknown["dateline_apart"]) == (0, 0)


def test_a_dateline_does_not_exclude_what_it_lies_in():
    town = Made(facts=Facts("vi", dateline="vn/hue/a-luoi"), around=("vn", "vn/hue"))
    country = Made(facts=Facts("vi", dateline="vn"))
    neighbour = Made(facts=Facts("vi", dateline="vn/da-nang"), around=("vn",))

    for a, b in ((town, country), (country, town), (country, neighbour)):
        found = said(a, b)
        assert (found["dateline_same"], found["dateline_apart"]) == (1, 0)
    # Both lie in one country, and neither in the other.
    assert said(town, neighbour)["dateline_apart"] == 1


def test_event_days_are_the_further_apart_the_more():
    days = [stating(event_date=date(2024, 8, d)) for d in (7, 8, 17)]

    gaps = [said(days[0], day)["event_day_gap"] for day in days]

    assert gaps == pytest.approx([0, np.log(2), np.log(11)])
    assert said(days[0], Made())["event_day_gap"] == 0


def test_another_day_at_another_place_is_a_conflict_of_its_own():
    def event(day, place):
        return Made(facts=Facts("vi", event_date=date(2024, 8, day), dateline=place))

    assert said(event(7, "vn/hue"), event(9, "vn/vinh"))["both_apart"] == 1
    assert said(event(7, "vn/hue"), event(7, "vn/vinh"))["both_apart"] == 0
    assert said(event(7, "vn/hue"), event(9, "vn/hue"))["both_apart"] == 0
    assert said(event(7, "vn/hue"), Made())["both_apart"] == 0


@pytest.mark.parametrize("kind", ["numbers", "names"])
def test_what_is_missing_is_a_share_of_what_the_poorer_states(kind):
    def made(*values):
        if kind == "names":
            return Made(" ".join(["gặp", *(f"Ông{v}" for v in values)]))
        return Made(facts=Facts("vi", numbers=values))

    few, many, other = made("1", "2", "3"), made("1", "2", "3", "4", "5"), made("7", "8", "9")

    assert said(few, many)[f"{kind}_missing"] == pytest.approx(0, abs=1e-6)
    assert said(few, other)[f"{kind}_missing"] == pytest.approx(0.5)  # three of three, shrunk
    assert 0 < said(few, made("1", "2", "9"))[f"{kind}_missing"] < 0.5
    assert said(made("1"), other)[f"{kind}_missing"] == pytest.approx(0.25)
    assert said(made(), other)[f"{kind}_missing"] == 0


def test_dates_are_apart_where_both_state_some_and_share_none():
    assert said(stating(7), stating(9))["dates_apart"] == 1
    assert said(stating(7), stating(7, 9))["dates_apart"] == 0
    assert said(stating(7), stating())["dates_apart"] == 0


# Circumstances


def test_the_gap_between_publications_is_in_days_on_a_logarithmic_scale():
    first = Made(published=NOON)

    found = said(first, Made(published=NOON + timedelta(days=3)))

    assert found["published_gap"] == pytest.approx(np.log(4))
    assert found["published_known"] == 1
    assert said(first, first)["published_gap"] == 0
    assert said(first, Made(published=NOON.date()))["published_gap"] == 0


def test_an_unknown_publication_has_no_gap():
    found = said(Made(published=NOON), Made())

    assert (found["published_gap"], found["published_known"]) == (0, 0)


def test_the_source_is_the_same_only_where_it_is_known():
    assert said(Made(outlet="a.vn"), Made(outlet="a.vn"))["same_source"] == 1
    assert said(Made(outlet="a.vn"), Made(outlet="b.vn"))["same_source"] == 0
    assert said(Made(), Made())["same_source"] == 0


def test_the_ratio_of_lengths_does_not_depend_on_which_is_longer():
    short, long = Made("mưa to"), Made("mưa to " * 4)

    assert said(short, long)["length_ratio"] == pytest.approx(np.log(4))
    assert said(long, short)["length_ratio"] == pytest.approx(np.log(4))
    assert said(Made(""), short)["length_ratio"] == pytest.approx(np.log(2))


# Shapes


def test_every_feature_does_not_depend_on_the_order_of_a_pair():
    made = [
        Made("Ông Bảy gặp Năm ở Huế", "Gặp", stating(7, dateline="vn").facts, "a.vn", (), NOON),
        Made("Bảy gặp Tám ở Vinh", "Gặp Tám", stating(7, 9).facts, "b.vn"),
        Made(""),
    ]
    pairs = np.array([(0, 1), (0, 2), (1, 2)])

    there, back = compared(*made, pairs=pairs), compared(*made, pairs=pairs[:, ::-1])

    assert there.keys() == back.keys()
    for name, values in there.items():
        assert values.dtype == np.float32
        assert values.shape == (3,)
        assert np.isfinite(values).all()
        np.testing.assert_allclose(values, back[name], atol=1e-6)


def test_no_pairs_have_no_features():
    assert {len(values) for values in compared(Made(), pairs=()).values()} == {0}


def test_many_pairs_are_compared_in_parts(monkeypatch):
    made = [Made(f"mưa to số {i} ở nơi {i % 3}") for i in range(8)]
    pairs = [(i, j) for i in range(8) for j in range(i)]
    whole = compared(*made, pairs=pairs)

    monkeypatch.setattr("detector.verify.features._CHUNK", 5)
    parts = compared(*made, pairs=pairs)

    for name, values in whole.items():
        np.testing.assert_array_equal(values, parts[name])


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr("detector.verify.features._CHUNK", 3)
    pairs = np.array([(i, i + 1) for i in range(20)])

    def doubled(some):
        return {"left": some[:, 0].astype(np.float32) * 2}

    assert in_parts(doubled, pairs, 3)["left"].tolist() == list(range(0, 40, 2))
    assert in_parts(doubled, pairs[:0], 3)["left"].tolist() == []


def test_what_else_is_known_of_pairs_goes_with_them(monkeypatch):
    monkeypatch.setattr("detector.verify.features._CHUNK", 4)
    pairs = np.array([(i, i + 1) for i in range(10)])

    def summed(some, beside):
        return {"sum": some.sum(axis=1) + beside["more"]}

    found = in_parts(summed, pairs, 2, {"more": np.arange(10) * 100})

    assert found["sum"].tolist() == [2 * i + 1 + 100 * i for i in range(10)]


# What stands out of the neighbourhood

PAIRS = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (0, 4)])
VALUES = np.array([0.8, 0.4, 0.2, 0.6, 0.1], np.float32)


def rivals_of(values, pairs, articles):
    return Rivals.of({"alike": values}, pairs, articles)["alike"]


def test_a_pair_is_held_against_the_two_best_others_of_both():
    found = rivals_of(VALUES, PAIRS, 5).relative(VALUES, PAIRS, least=0.01)

    # 0 has .8 .4 .2 .1; 1 has .8 .6; 2 has .6 .4; 3 has .2; 4 has .1; what is missing is 0.
    levels = [
        ((0.4 + 0.2) / 2 + 0.6 / 2) / 2,
        ((0.8 + 0.2) / 2 + 0.6 / 2) / 2,
        ((0.8 + 0.4) / 2 + 0) / 2,
        (0.8 / 2 + 0.4 / 2) / 2,
        ((0.8 + 0.4) / 2 + 0) / 2,
    ]
    assert found.tolist() == pytest.approx(np.log(VALUES / levels), abs=1e-5)


def test_candidates_are_sorted_a_range_of_articles_at_a_time(monkeypatch):
    rng = np.random.default_rng(6)
    pairs = np.unique(np.sort(rng.integers(0, 30, (120, 2)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    values = (rng.integers(0, 6, len(pairs)) / 6).astype(np.float32)  # with ties
    whole = rivals_of(values, pairs, 30).relative(values, pairs, 0.1)

    monkeypatch.setattr("detector.verify.features._SORTED", 7)

    np.testing.assert_array_equal(rivals_of(values, pairs, 30).relative(values, pairs, 0.1), whole)


def test_a_pair_that_was_no_candidate_is_held_against_the_candidates():
    rivals = rivals_of(VALUES, PAIRS, 5)

    found = rivals.relative(np.array([0.3], np.float32), np.array([(1, 3)]), least=0.01)

    assert found.tolist() == pytest.approx([np.log(0.3 / (((0.8 + 0.6) / 2 + 0.2 / 2) / 2))])


def test_an_empty_neighbourhood_is_worth_the_least():
    rivals = Rivals(3)

    found = rivals.relative(np.array([0.2], np.float32), np.array([(0, 1)]), least=0.1)

    assert found.tolist() == pytest.approx([np.log(2)])


def test_what_stands_out_is_bounded():
    rivals = rivals_of(VALUES, PAIRS, 5)

    found = rivals.relative(np.array([0, 1], np.float32), np.array([(0, 1), (3, 4)]), least=1e-4)

    assert found.tolist() == [-3, pytest.approx(np.log(1 / 0.075), abs=1e-4)]


def test_the_order_of_candidates_does_not_matter():
    order = [2, 0, 4, 3, 1]

    plain = rivals_of(VALUES, PAIRS, 5).relative(VALUES, PAIRS, 0.01)
    other = rivals_of(VALUES[order], PAIRS[order][:, ::-1], 5).relative(VALUES, PAIRS, 0.01)

    np.testing.assert_allclose(plain, other)


def test_what_all_news_says_weighs_less_than_what_few_articles_say():
    """In a corpus of two, only the prior knows that "the" is common."""
    both = said(Made("the xumu"), Made("the xumu"), Made("of"))["words"]
    common = said(Made("the xumu"), Made("the yamo"), Made("of"))["words"]
    rare = said(Made("the xumu"), Made("of xumu"), Made("a"))["words"]

    assert both == pytest.approx(1)
    assert common < 0.1 < rare
