"""Which language an article is in."""

from __future__ import annotations

import pytest

from detector.enrich.language import identify

ENGLISH = "The committee said the bridge was closed after the flood, and that repairs have begun."
VIETNAMESE = "Cây cầu bị đóng sau trận lũ, ủy ban cho biết việc sửa chữa đã bắt đầu từ hôm qua."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (VIETNAMESE, "vi"),
        ("Le pont a été fermé après la crue et les réparations ont commencé hier.", "fr"),
        ("ຂົວຖືກປິດຫຼັງຈາກນ້ຳຖ້ວມ ແລະການສ້ອມແປງໄດ້ເລີ່ມຂຶ້ນແລ້ວ", "lo"),
        ("สะพานถูกปิดหลังน้ำท่วม และการซ่อมแซมได้เริ่มขึ้นแล้ว", "th"),
        ("桥梁在洪水后关闭，维修工作已经开始。", "zh"),
    ],
)
def test_a_sentence_is_enough(text: str, language: str) -> None:
    assert identify(text) == language


def test_capitals_throughout_change_nothing() -> None:
    assert identify(ENGLISH.upper()) == "en"
    assert identify(VIETNAMESE.upper()) == "vi"


def test_vietnamese_names_do_not_make_english_vietnamese() -> None:
    text = "Mr. Lê Văn Đạt, Ms. Trần Thị Ngọc Bích and Mr. Đỗ Hữu Phước opened the exhibition."
    assert identify(text) == "en"


def test_vietnamese_without_diacritics_is_not_taken_for_vietnamese_or_english() -> None:
    assert identify("Hoi nghi tap huan cong tac thong tin nam nay da duoc to chuc") == "und"


@pytest.mark.parametrize("text", ["", "   \n", "12.345 // 7", "a", "\ud800"])
def test_what_says_nothing_is_undetermined(text: str) -> None:
    assert identify(text) == "und"


@pytest.mark.parametrize("hint", ["vi", "VI", "vi-VN", "vie", "Vietnamese"])
def test_the_record_is_believed_where_the_text_says_nothing(hint: str) -> None:
    assert identify("12.345", hint) == "vi"


def test_the_text_is_believed_where_it_clearly_contradicts_the_record() -> None:
    assert identify(ENGLISH, "vi") == "en"
    assert identify(VIETNAMESE, "en") == "vi"


def test_a_hint_that_is_no_code_is_ignored() -> None:
    assert identify(ENGLISH, "unknown") == "en"
    assert identify("", "???") == "und"


def test_lone_surrogates_are_survived() -> None:
    assert identify("\ud800 " + ENGLISH) == "en"
