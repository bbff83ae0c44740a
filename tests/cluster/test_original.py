import dataclasses
import itertools
import math
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.cluster.original import Direction, Side, direction, first_of
from detector.records import Credit, Relation

COPY, EXCERPT = Relation.NEAR_COPY, Relation.EXCERPT
TRANSLATION, SAME_EVENT = Relation.TRANSLATION, Relation.SAME_EVENT

HEADLINE = "Khai mạc hội nghị giao ban báo chí"
HANOI = timezone(timedelta(hours=7))
NOON = datetime(2024, 8, 7, 12, tzinfo=HANOI)
NOTHING = Direction(None, 0.0, 0.0, ())

A = Side(
    id="A",
    title=HEADLINE,
    url="https://www.songhong.vn/tin/khai-mac-1234.html",
    outlet="songhong.vn",
    source="Báo Sông Hồng",
    published=None,
    credits=(),
    aside="",
    confidants=frozenset(),
    words=300,
    language="vi",
)
B = dataclasses.replace(
    A,
    id="B",
    title="Khai mạc hội nghị",
    url="https://bienxanh.vn/b.html",
    outlet="bienxanh.vn",
    source="Biển Xanh",
)


def judged(relation=COPY, a=None, b=None):
    """Who came first, with the attributes given in place of those of A and B."""
    return direction(
        dataclasses.replace(A, **(a or {})), dataclasses.replace(B, **(b or {})), relation
    )


def credit(name="Xa Lạ", url="", key="xa-la"):
    return (Credit(name, url, key),)


# What speaks by itself. The first article credits somebody too where the credit of the second
# is not to count for being one.

ELSEWHERE = {"credits": credit()}


def test_where_nothing_speaks_there_is_no_answer():
    assert judged() == NOTHING


def test_a_link_to_the_very_article():
    url = "http://songhong.vn/tin/khai-mac-1234.html?utm=x"

    found = judged(a=ELSEWHERE, b={"credits": credit(url=url)})

    assert found.original == "A"
    assert found.odds == 5
    assert found.confidence == round(1 / (1 + math.exp(-5)), 3)
    assert found.reasons == ("B links to A as its source.",)


def test_a_link_that_spells_the_headline():
    slug = "https://portal.vn/khai-mac-hoi-nghi-giao-ban-bao-chi-post99.html"

    found = judged(a=ELSEWHERE, b={"credits": credit(url=slug)})

    assert (found.original, found.odds) == ("A", 4)
    assert found.reasons == ("B credits a link that spells the headline of A.",)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        (
            "Nước dâng nhanh quá",
            "nuoc-dang-nhanh-qua-gay-lu-1",
        ),  # four words, and the slug says more
        (f"{HEADLINE} toàn quốc lần thứ bảy tại thành phố biển", "khai-mac-hoi-nghi-giao-ban"),
        (f"{HEADLINE} " * 3 + "một hai", "khai-mac-hoi-nghi-giao-ban-bao-chi-" * 3 + "ba-bon"),
    ],
)
def test_a_link_may_spell_more_or_less_than_the_headline(title, slug):
    url = f"https://portal.vn/{slug}.html"

    assert judged(a={**ELSEWHERE, "title": title}, b={"credits": credit(url=url)}).odds == 4


@pytest.mark.parametrize(
    ("title", "url"),
    [
        (HEADLINE, "https://portal.vn/khai-mac-hoi-thao-ve-bao-chi-dia-phuong.html"),
        ("Khai mạc hội", "https://portal.vn/khai-mac-hoi.html"),  # three words are no headline
        (HEADLINE, "https://portal.vn/"),
        ("", "https://portal.vn/khai-mac-hoi-nghi-giao-ban-bao-chi.html"),
    ],
)
def test_a_link_that_spells_something_else_says_nothing(title, url):
    assert judged(a={**ELSEWHERE, "title": title}, b={"credits": credit(url=url)}) == NOTHING


@pytest.mark.parametrize(
    "named",
    [
        Credit("Sông Hồng", "", "songhong.vn"),
        Credit("xem tại đây", "https://songhong.vn/khac", ""),
        Credit("BÁO SÔNG HỒNG"),
        Credit("Sông Hồng"),
    ],
    ids=["key", "host", "name", "short name"],
)
def test_a_credit_that_names_the_outlet(named):
    found = judged(a=ELSEWHERE, b={"credits": (named,)})

    assert (found.original, found.odds) == ("A", 4)
    assert found.reasons == (f"B credits {named.name}, where A appeared.",)


@pytest.mark.parametrize("key", ["songhong.vn", "song hong", "bao song hong"])
def test_a_copy_still_says_that_the_outlet_of_the_original_was_spoken_to(key):
    found = judged(b={"confidants": frozenset({"reuters", key})})

    assert (found.original, found.odds) == ("A", 3.5)
    assert found.reasons == ("B says that Báo Sông Hồng, where A appeared, was spoken to.",)


def test_an_article_whose_own_outlet_was_spoken_to_is_likelier_the_original():
    found = judged(a={"confidants": frozenset({"song hong"})})

    assert (found.original, found.odds) == ("A", 2)
    assert found.reasons == ("A says that its own outlet was spoken to; B does not.",)


def test_two_articles_whose_own_outlets_were_spoken_to_are_both_originals():
    own = {"confidants": frozenset({"song hong"})}

    assert judged(a=own, b={"confidants": frozenset({"bien xanh"})}).original is None


def test_the_outlet_of_both_was_spoken_to_and_that_says_nothing():
    both = {"confidants": frozenset({"song hong"})}

    assert judged(a=both, b={**both, "outlet": "songhong.vn"}) == NOTHING


def test_a_credit_to_another_outlet_is_not_a_credit_to_this_one():
    assert judged(a=ELSEWHERE, b={"credits": credit("Hồng")}) == NOTHING


def test_a_credit_to_the_outlet_of_both_says_nothing():
    own = {"outlet": "songhong.vn", "source": "Báo Sông Hồng"}

    assert judged(b={**own, "credits": credit("Báo Sông Hồng", key="songhong.vn")}) == NOTHING


def test_the_headline_of_the_original_beside_a_translation():
    shown = {"language": "en", "aside": f"Source link\n{HEADLINE}\nShare"}

    found = judged(TRANSLATION, b=shown)

    assert (found.original, found.odds) == ("A", 3)
    assert found.reasons == ("B still shows the headline of A.",)


def test_the_headline_beside_an_article_of_the_same_language_says_nothing():
    assert judged(b={"aside": f"Đọc thêm\n{HEADLINE}"}) == NOTHING


def test_a_headline_of_less_than_twenty_letters_may_stand_beside_anything():
    for title, odds in (("Dự báo thời tiết Huế", 3), ("Dự báo thời tiết Hè", 0)):
        shown = {"language": "en", "aside": title}
        assert judged(TRANSLATION, a={"title": title}, b=shown).odds == odds


def test_one_that_credits_somebody_beside_one_that_credits_nobody():
    found = judged(b={"credits": credit("Thông tấn Xa Lạ")})

    assert (found.original, found.odds) == ("A", 1.5)
    assert found.reasons == ("B credits Thông tấn Xa Lạ; A credits nobody.",)


def test_an_excerpt_comes_from_the_longer():
    found = judged(EXCERPT, b={"words": 80})

    assert (found.original, found.odds) == ("A", 1)
    assert found.reasons == ("B is contained in the longer A.",)
    assert judged(COPY, b={"words": 80}) == NOTHING


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=30), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_a_later_publication(later, said):
    found = judged(a={"published": NOON}, b={"published": NOON + later})

    assert found.original == "A"
    assert found.reasons == (f"A was published {said} before B.",)
    assert 0.85 < found.odds <= 3


def test_each_doubling_of_days_adds_half_up_to_a_bound():
    def odds(days):
        first = date(2024, 1, 1)
        return judged(a={"published": first}, b={"published": first + timedelta(days)}).odds

    assert [odds(days) for days in (1, 2, 4, 8, 300)] == [1.5, 2, 2.5, 3, 3]


def test_the_later_the_surer():
    gaps = [timedelta(minutes=m) for m in (1, 10, 100, 1000)]

    odds = [judged(a={"published": NOON}, b={"published": NOON + g}).odds for g in gaps]

    assert odds == sorted(set(odds))


def test_times_of_two_zones_are_compared_as_instants():
    half_an_hour_later = datetime(2024, 8, 7, 5, 30, tzinfo=timezone.utc)

    found = judged(a={"published": NOON}, b={"published": half_an_hour_later})

    assert found.reasons == ("A was published 30 minutes before B.",)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (date(2024, 8, 7), date(2024, 8, 8), "1 day"),
        (date(2024, 8, 7), NOON + timedelta(days=3), "3 days"),
    ],
)
def test_where_a_time_of_day_is_missing_days_count(a, b, said):
    found = judged(a={"published": a}, b={"published": b})

    assert (found.original, found.reasons) == ("A", (f"A was published {said} before B.",))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (NOON, NOON),
        (NOON, NOON + timedelta(seconds=59)),
        (NOON, date(2024, 8, 7)),
        (date(2024, 8, 7), date(2024, 8, 7)),
        (NOON, None),
    ],
)
def test_times_that_are_equal_or_unknown_say_nothing(a, b):
    assert judged(a={"published": a}, b={"published": b}) == NOTHING


# Signs together


def test_signs_add_up_and_the_weightiest_reason_comes_first():
    found = judged(
        EXCERPT,
        a={"published": NOON},
        b={"published": NOON + timedelta(hours=1), "words": 80, "credits": credit("Sông Hồng")},
    )

    assert found.original == "A"
    assert found.odds > 8
    assert found.reasons == (
        "B credits Sông Hồng, where A appeared.",
        "A was published 1 hour before B.",
        "B credits Sông Hồng; A credits nobody.",
        "B is contained in the longer A.",
    )


def test_strong_signs_against_each_other_leave_no_answer():
    found = judged(
        a={"published": NOON},
        b={"published": NOON - timedelta(days=2), "credits": credit(url=A.url)},
    )

    assert (found.original, found.confidence, found.odds) == (None, 0, 0)
    assert found.reasons[0] == "B links to A as its source."
    assert "B was published 2 days before A." in found.reasons
    assert found.reasons[-1] == "These signs contradict each other."


def test_two_that_credit_each_other_leave_no_answer():
    found = judged(a={"credits": credit(url=B.url)}, b={"credits": credit(url=A.url)})

    assert found.original is None
    assert found.reasons[-1] == "These signs contradict each other."


def test_a_weak_sign_against_a_strong_one_lowers_the_confidence():
    link = {"credits": credit(url=A.url)}

    clear = judged(a=ELSEWHERE, b=link)
    found = judged(
        a={**ELSEWHERE, "published": NOON}, b={**link, "published": NOON - timedelta(minutes=9)}
    )

    assert found.original == clear.original == "A"
    assert 0.7 < found.confidence < clear.confidence


def test_weak_signs_of_equal_weight_leave_no_answer_but_their_reasons():
    found = judged(
        a={"published": NOON},
        b={"published": NOON - timedelta(minutes=8), "credits": credit("Xa Lạ")},
    )

    assert found.original is None
    assert found.confidence == found.odds == 0
    assert sorted(found.reasons) == [
        "B credits Xa Lạ; A credits nobody.",
        "B was published 8 minutes before A.",
    ]


def test_reports_of_one_event_have_no_original():
    assert judged(SAME_EVENT, b={"credits": credit(url=A.url)}) == NOTHING


sides = st.builds(
    dataclasses.replace,
    st.just(A),
    url=st.sampled_from([A.url, B.url, ""]),
    outlet=st.sampled_from([A.outlet, B.outlet, ""]),
    title=st.sampled_from([HEADLINE, "Ngắn", ""]),
    published=st.sampled_from(
        [None, NOON, NOON + timedelta(hours=5), date(2024, 8, 6), date(2024, 8, 9)]
    ),
    credits=st.sampled_from([(), credit(), credit(url=A.url), credit("Biển Xanh", key=B.outlet)]),
    aside=st.sampled_from(["", HEADLINE]),
    words=st.integers(0, 3),
    language=st.sampled_from(["vi", "en"]),
)


@settings(deadline=None)
@given(sides, sides, st.sampled_from(list(Relation)))
def test_the_answer_does_not_depend_on_which_is_asked_first(a, b, relation):
    a, b = dataclasses.replace(a, id="A"), dataclasses.replace(b, id="B")

    there, back = direction(a, b, relation), direction(b, a, relation)

    assert there == dataclasses.replace(back, odds=there.odds)
    assert there.odds == -back.odds
    assert (there.original is None) == (there.confidence == 0) == (there.odds == 0)
    assert there.confidence == 0 or 0.7 <= there.confidence <= 1


# Clusters


def before(*chains, odds=4.0):
    """Directions of pairs, written "AB" for A before B, and "A?B" for a pair without any."""
    found = {}
    for chain in chains:
        a, b = chain[0], chain[-1]
        key = (min(a, b), max(a, b))
        original = None if "?" in chain else a
        found[key] = Direction(original, 0.98 if original else 0.0, odds if original else 0.0, ())
    return found


def original(members, *chains, **options):
    return first_of(tuple(members), before(*chains, **options)).original


def test_the_original_of_two():
    assert first_of(("A", "B"), before("BA")) == Direction("B", 0.982, 4.0, ())


def test_the_original_is_what_all_others_follow():
    assert original("ABCD", "CA", "CB", "CD", "AB") == "C"


def test_what_follows_a_follower_follows_the_original():
    chain = first_of(("A", "B", "C", "D"), before("CB", "BD", "DA"))

    assert chain.original == "C"
    assert chain.confidence == 0.982


def test_two_that_nothing_precedes_leave_no_answer():
    assert original("ABC", "AC", "BC") is None
    assert original("ABCD", "AC", "BD", "A?B") is None


def test_a_circle_has_no_original():
    assert original("ABC", "AB", "BC", "CA") is None


def test_where_no_pair_has_a_direction_there_is_none():
    assert original("ABC", "A?B", "B?C") is None
    assert first_of(("A", "B"), {}) == NOTHING
    assert first_of(("A",), {}) == NOTHING


def test_most_members_must_follow():
    assert original("ABCD", "AB", "AC") == "A"
    assert original("ABCD", "AB") is None


def test_the_confidence_is_of_the_share_that_follows():
    found = first_of(tuple("ABCD"), before("AB", "AC"))

    assert found.confidence == pytest.approx(2 / 3 * 0.982, abs=0.001)


def test_pairs_with_others_do_not_count():
    assert original("AB", "AB", "CA") == "A"


def test_the_order_of_members_and_pairs_does_not_matter():
    chains = ("CA", "CB", "AB")
    found = {
        first_of(members, dict(pairs))
        for members in itertools.permutations("ABC")
        for pairs in itertools.permutations(before(*chains).items())
    }

    assert len(found) == 1
