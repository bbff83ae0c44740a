"""Places, and the words and people that are called so too."""

from __future__ import annotations

import numpy as np
import pytest

from detector import lexicon
from detector.enrich.gazetteer import gazetteer
from detector.enrich.places import compatible, contains, find_places, most_specific
from detector.text import tokenise


def ids(text: str, language: str = "vi") -> list[str]:
    (mentions,) = find_places([text], tokenise([text]), None, [language])
    return [m.id for m in mentions]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tại Hòa Bình", "vn/hoa-binh"),
        ("tại Hoà Bình", "vn/hoa-binh"),
        ("HÀ NỘI, sáng nay", "vn/ha-noi"),
        ("ở TP.HCM", "vn/ho-chi-minh-city"),
        ("ở thành phố Hồ Chí Minh", "vn/ho-chi-minh-city"),
        ("tỉnh Bà Rịa - Vũng Tàu", "vn/ba-ria-vung-tau"),
        ("Thành ủy Đà Nẵng họp", "vn/da-nang"),
        ("UBND Nam Định họp", "vn/nam-dinh"),
        ("thành phố Huế", "vn/hue"),
        ("TP Vinh", "vn/vinh"),
        ("quân đội Mỹ", "us"),
        ("tổng thống Hoa Kỳ", "us"),
        ("In-đô-nê-xi-a dự họp", "id"),
        ("sang Các Tiểu vương quốc Ả Rập thống nhất", "ae"),
        ("đến Bắc Kinh", "cn/beijing"),
    ],
)
def test_vietnamese_names(text: str, place: str) -> None:
    assert ids(text) == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("in Hoa Binh province", "vn/hoa-binh"),
        ("the Hòa Bình authorities", "vn/hoa-binh"),
        ("HANOI, August 7", "vn/ha-noi"),
        ("in Ho Chi Minh City", "vn/ho-chi-minh-city"),
        ("the U.S. army", "us"),
        ("the US army", "us"),
        ("the UK government", "gb"),
        ("a Vietnamese ship", "vn"),
        ("in North Korea", "kp"),
        ("in Washington, officials", "us/washington"),
        ("in Beijing", "cn/beijing"),
    ],
)
def test_english_names(text: str, place: str) -> None:
    assert ids(text, "en") == [place]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("sống trong hòa bình", "vi"),
        ("ông Nguyễn Thái Bình phát biểu", "vi"),
        ("ông Thái Bình phát biểu", "vi"),
        ("bà Trần Thị Nga kể lại. Nga khóc. Con của Nga cũng khóc", "vi"),
        ("Anh đi làm. Anh về nhà", "vi"),
        ("học tiếng Anh mỗi ngày", "vi"),
        ("Pháp luật quy định", "vi"),
        ("ca sĩ Nguyễn Mỹ Linh hát", "vi"),
        ("khu vực Thái Bình Dương", "vi"),
        ("đường Điện Biên Phủ kẹt xe", "vi"),
        ("lăng Chủ tịch Hồ Chí Minh", "vi"),
        ("nhà thơ Thanh Hoa", "vi"),
        ("giá 5 triệu đô la Mỹ", "vi"),
        ("told us to go", "en"),
        ("the player Michael Jordan scored", "en"),
        ("the Washington Post said", "en"),
        ("Mr. Tuan Anh said", "en"),
        ("around US$ 69", "en"),
    ],
)
def test_words_people_streets_and_longer_names_are_no_places(text: str, language: str) -> None:
    assert ids(text, language) == []


def test_a_title_tells_a_country_from_the_name_behind_it() -> None:
    assert ids("Tổng thống Mỹ Donald Trump gặp Thủ tướng Đức Angela Merkel") == ["us", "de"]


def test_a_doubtful_name_counts_where_the_text_names_the_place_elsewhere() -> None:
    assert ids("Nga tuyên bố rút quân.") == []
    assert ids("Nga tuyên bố rút quân. Quân đội Nga nói vậy.") == ["ru", "ru"]


def test_a_name_means_what_it_means_in_the_texts_language() -> None:
    assert ids("the Lao government", "en") == ["la"]
    assert ids("Lao động và việc làm", "vi") == []


def test_an_unknown_language_is_read_with_all_names_but_the_short_ones() -> None:
    assert ids("Hoa Binh, Seoul, Beijing, Bắc Kinh, My, Anh", "und") == [
        "vn/hoa-binh",
        "kr/seoul",
        "cn/beijing",
        "cn/beijing",
    ]


def test_texts_of_a_batch_do_not_run_into_each_other() -> None:
    texts = ["ở Hà", "Nội thành", "tại Hà Nội", ""]
    found = find_places(texts, tokenise(texts), None, ["vi"] * 4)
    assert [[m.id for m in own] for own in found] == [[], [], ["vn/ha-noi"], []]
    assert (found[2][0].start, found[2][0].end) == (4, 10)


def test_only_the_words_that_are_kept_begin_a_name() -> None:
    text = "Hà Nội và Đà Nẵng"
    tokens = tokenise([text])
    keep = np.array([False, False, True, True, True])
    (found,) = find_places([text], tokens, keep, ["vi"])
    assert [m.id for m in found] == ["vn/da-nang"]


def test_a_merged_province_holds_its_parts() -> None:
    assert compatible("vn/hoa-binh", "vn/phu-tho")
    assert compatible("vn/phu-tho", "vn/hoa-binh")
    assert not compatible("vn/hoa-binh", "vn/vinh-phuc")
    assert contains("vn/da-nang", "vn/hoi-an")
    assert not contains("vn/hoi-an", "vn/da-nang")


def test_a_country_and_a_place_in_it_are_no_conflict() -> None:
    assert compatible("vn", "vn/da-lat")
    assert compatible("vn/lam-dong", "vn/da-lat")
    assert compatible("us/los-angeles", "us/california")
    assert compatible("jp", "jp")
    assert not compatible("jp", "vn/da-lat")
    assert not contains("vn", "vn")


def test_the_most_specific_place_is_the_first_below_a_country() -> None:
    (found,) = find_places(["Mỹ gặp"], tokenise(["Mỹ gặp"]), None, ["vi"])
    assert most_specific(found) == "us"
    text = "Việt Nam họp tại Huế và Hà Nội"
    (found,) = find_places([text], tokenise([text]), None, ["vi"])
    assert most_specific(found) == "vn/hue"
    assert most_specific(()) == ""


def test_the_gazetteer_has_all_provinces_before_and_after_the_merger() -> None:
    table = lexicon.table("places")
    islands = {"hoang-sa", "truong-sa"}
    before = set(table["within"]["vn"]) - islands
    parts = {part for parts in table["merged"].values() for part in parts}
    assert len(before) == 63
    assert len(before) - len(parts) == 34
    assert all(f"vn/{key}" in parts or f"vn/{key}" not in parts for key in before)
    known = {f"vn/{key}" for key in before}
    assert parts <= known
    assert set(table["merged"]) <= known


def test_every_place_can_be_found_by_a_name() -> None:
    _, names = gazetteer()
    reached = {place for name in names for place in name.ids.values()}
    table = lexicon.table("places")
    listed = set(table["countries"])
    for outer, inner in table["within"].items():
        listed |= {f"{outer.partition('/')[0]}/{key}" for key in inner}
    assert listed <= reached
