from datetime import date

import numpy as np
import pytest

from detector.records import Article, DateMention, Facts
from detector.text import tokenise
from detector.verify.align import SentenceAlignment
from detector.verify.explain import Exhibit, evidence, names

SHARED = "ban tổ chức khai mạc giải chạy lần thứ mười hai với nhiều người tham dự"
REPORT = f"Sáng nay tại Sơn Hà, {SHARED}. Bà Lê Thị Mận dự."
EDITED = f"Tin mới. Ở tỉnh Hải Giang hôm qua, {SHARED}! Ông Năm vắng mặt."


def exhibit(text, **facts):
    return Exhibit(Article("x", text), Facts("vi", **facts), tokenise([text]))


def explained(a, b, features=None, reasons=()):
    return evidence(a, b, features or {}, reasons)


def stated(days):
    return tuple(DateMention(date(2024, 8, day), 0, 1) for day in days)


# Passages


def test_a_shared_passage_is_shown_where_it_stands_in_both():
    found = explained(exhibit(REPORT), exhibit(EDITED)).passages

    assert [(REPORT[slice(*p.a)], EDITED[slice(*p.b)]) for p in found] == [(SHARED, SHARED)]
    assert found[0].score == 1


def test_a_run_of_eight_words_is_shown_and_a_shorter_one_is_not():
    eight = "một hai ba bốn năm sáu bảy tám"

    def passages(shared):
        return explained(exhibit(f"x y {shared} z"), exhibit(f"u {shared} v w t")).passages

    assert len(passages(eight)) == 1
    assert len(passages(eight.removesuffix(" tám"))) == 0


def test_the_longest_forty_passages_are_shown_in_text_order():
    runs = [" ".join(f"t{n}x{i}" for i in range(8 + n % 2)) for n in range(60)]
    a = " ".join(f"{run} a{n}" for n, run in enumerate(runs))
    b = " ".join(f"{run} b{n}" for n, run in enumerate(runs))

    found = explained(exhibit(a), exhibit(b)).passages

    assert len(found) == 40
    assert list(found) == sorted(found, key=lambda p: p.a)
    lengths = [len(a[slice(*p.a)].split()) for p in found]
    assert lengths.count(9) == 30  # all the longer ones


def test_aligned_sentences_are_shown_whole_with_their_cosine():
    a, b = exhibit("Mưa to lắm. Gió lớn quá!"), exhibit("Strong wind blew. Then came heavy rain.")
    sentences = SentenceAlignment(np.array([[0, 1], [1, 0]]), np.array([0.81234, 0.34]), {})

    found = evidence(a, b, {}, (), sentences, (np.array([0, 3, 6]), np.array([0, 3, 7]))).passages

    # The second pair is not near enough to be shown.
    assert [(a.article.text[slice(*p.a)], b.article.text[slice(*p.b)]) for p in found] == [
        ("Mưa to lắm", "Then came heavy rain")
    ]
    assert found[0].score == 0.812


# What agrees


def test_what_both_state_is_listed_once_in_the_order_of_the_first():
    a = exhibit(
        "x",
        dates=stated([9, 7, 7]),
        places=("vn/hue", "vn", "vn/hue"),
        numbers=("12", "300", "5"),
        documents=("47/NQ-CP",),
    )
    b = exhibit(
        "y",
        dates=stated([7, 9]),
        places=("vn", "vn/hue"),
        numbers=("300", "12", "40"),
        documents=("47/NQ-CP", "1/QĐ"),
    )

    assert explained(a, b).agreeing == {
        "dates": ("2024-08-09", "2024-08-07"),
        "places": ("vn/hue", "vn"),
        "numbers": ("12", "300"),
        "documents": ("47/NQ-CP",),
    }


def test_names_agree_with_and_without_diacritics():
    a, b = exhibit("gặp Lê Thị Mận ở Huế"), exhibit("met Le Thi Man in Vinh")

    assert explained(a, b).agreeing == {"names": ("Lê Thị Mận",)}


def test_where_nothing_agrees_nothing_is_listed():
    assert explained(exhibit("mưa", numbers=("1",)), exhibit("nắng")).agreeing == {}


def test_at_most_forty_values_of_a_kind_are_listed():
    numbers = tuple(str(n) for n in range(100))

    found = explained(exhibit("x", numbers=numbers), exhibit("y", numbers=numbers)).agreeing

    assert found["numbers"] == numbers[:40]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bà Lê Thị Mận gặp ông Trần Văn Năm.", ["Lê Thị Mận", "Trần Văn Năm"]),
        ("hãng TTXVN và Bảy", ["TTXVN"]),  # one word is a name if it is all capitals
        ("gặp Bảy Lúa, Năm Sen", ["Bảy Lúa", "Năm Sen"]),
        ("ở Hải Giang và Hải Giang", ["Hải Giang"]),
        ("gặp BẢY LÚA rồi Bảy Lúa", ["BẢY LÚA"]),
        ("mưa to", []),
        ("", []),
    ],
)
def test_names_are_runs_of_capitalised_words_inside_a_sentence(text, expected):
    found = list(names(exhibit(text)).values())

    assert found == expected


# What conflicts


def test_two_event_days_conflict():
    a, b = exhibit("x", event_date=date(2024, 8, 7)), exhibit("y", event_date=date(2024, 8, 9))

    assert explained(a, b).conflicting == {"dates": (("2024-08-07",), ("2024-08-09",))}
    assert explained(a, a).conflicting == {}
    assert explained(a, exhibit("y")).conflicting == {}


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("vn/hue", "vn/vinh", True),
        ("vn", "us", True),
        ("vn/hue", "vn/hue-2", True),
        ("vn/hue", "vn/hue", False),
        ("vn/hue", "vn", False),
        ("vn", "vn/hue", False),
        ("vn/hue", "", False),
    ],
)
def test_two_places_conflict_where_neither_holds_the_other(a, b, apart):
    found = explained(exhibit("x", dateline=a), exhibit("y", dateline=b)).conflicting

    assert found == ({"places": ((a,), (b,))} if apart else {})


def test_exchanged_names_and_numbers_conflict_where_the_rest_was_kept():
    a = exhibit(f"tại Sơn Hà ngày 7 {SHARED}")
    b = exhibit(f"tại Hải Giang ngày 9 {SHARED}")

    found = explained(a, b, {"kept": 0.9}).conflicting

    assert found == {"exchanged": (("Sơn Hà", "7"), ("Hải Giang", "9"))}
    assert explained(a, b, {"kept": 0.4}).conflicting == {}
    assert explained(a, b, {}).conflicting == {}


# The rest


def test_features_are_rounded_and_reasons_kept():
    found = explained(
        exhibit("x"), exhibit("y"), {"words": np.float32(1 / 3)}, ["A links to B.", "Late."]
    )

    assert found.features == {"words": 0.3333}
    assert type(found.features["words"]) is float
    assert found.reasons == ("A links to B.", "Late.")


def test_articles_without_words_have_no_passages():
    found = explained(exhibit(""), exhibit("…"))

    assert (found.passages, found.agreeing, found.conflicting) == ((), {}, {})
