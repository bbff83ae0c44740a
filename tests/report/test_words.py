"""Article data as it is put on the page."""

import json

import pytest

from detector.report.reasons import phrases
from detector.report.words import cut, embedded, place, plain, stamp, web


def test_characters_that_are_unfit_for_a_page_are_replaced_one_for_one():
    hostile = "a\x00b\x1bc\u202ed\u2066e\ud800f\x7f"

    assert plain(hostile) == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffd"
    assert len(plain(hostile)) == len(hostile)
    assert plain("Đà Nẵng\n\t👩\u200d🌾") == "Đà Nẵng\n\t👩\u200d🌾"


@pytest.mark.parametrize(
    "value",
    ["</script>", "<!--<script>", "]]>", "&lt;", "\u2028\u2029", "\x00", "\ud800", 'a"b\\c', "Đà"],
)
def test_embedded_json_means_the_same_and_closes_nothing(value):
    text = embedded({value: [value]})

    assert json.loads(text) == {value: [value]}
    assert not set("<>&\u2028\u2029") & set(text)
    text.encode("utf-8")


def test_a_long_text_is_cut_at_a_word_if_there_is_one_near():
    assert cut("một hai ba bốn", 12) == "một hai ba…"
    assert cut("x" * 20, 10) == "x" * 9 + "…"
    assert cut("ngắn", 4) == "ngắn"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bao.example/a?b=c", True),
        ("HTTP://bao.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        (" https://bao.example", False),
        ("https://bao.example/" + "x" * 600, False),
        ("", False),
    ],
)
def test_only_links_to_pages_are_kept(url, kept):
    assert bool(web(url)) is kept


def test_times_and_places_are_told_as_people_write_them():
    assert stamp("2025-03-01T12:30:59+07:00") == "2025-03-01 12:30"
    assert stamp("2025-03-01") == "2025-03-01"
    assert stamp(None) == ""
    assert [place(key) for key in ("vn/da-lat", "vn")] == ["Da Lat", "VN"]


def test_a_reason_that_is_not_known_is_told_as_it_is():
    assert phrases(["Someone said so."], "a", "b") == ("Someone said so",)
