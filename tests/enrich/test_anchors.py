"""Numbers and document numbers: one value, however it is written."""

from __future__ import annotations

from datetime import date

import pytest

from detector.enrich.anchors import documents, find_documents, numbers
from detector.enrich.dates import find_dates
from detector.enrich.marks import mark_one


def found(text: str, language: str = "vi") -> list[str]:
    return list(numbers(text, [(0, len(text))], language))


@pytest.mark.parametrize(
    ("vietnamese", "english", "value"),
    [
        ("1.800 hộ", "1,800 households", "1800"),
        ("7,5 độ", "7.5 degrees", "7.5"),
        ("1.234.567,89 đồng", "1,234,567.89 dong", "1234567.89"),
        ("2 triệu đồng", "2 million dong", "2000000"),
        ("1,2 tỷ đồng", "1.2 billion dong", "1200000000"),
        ("1,2 tỉ đồng", "1.2bn dong", "1200000000"),
        ("3 nghìn tỷ đồng", "3 trillion dong", "3000000000000"),
        ("40 ngàn người", "40 thousand people", "40000"),
        ("12% số hộ", "12 percent of them", "12%"),
        ("12 phần trăm", "12 per cent", "12%"),
        ("34 %", "34%", "34%"),
        ("ba người", "three people", "3"),
        ("hai mươi người", "twenty people", "20"),
        ("hai triệu đồng", "two million dong", "2000000"),
        ("07 người", "7 people", "7"),
        ("năm 2024", "in 2024", "2024"),
        ("tháng 4/2024", "April 2024", "2024"),
        ("3,125 tỷ", "3.125 billion", "3125000000"),
        ("0,500 kg", "0.5 kg", "0.5"),
    ],
)
def test_both_languages_give_one_value(vietnamese: str, english: str, value: str) -> None:
    assert found(vietnamese) == [value]
    assert found(english, "en") == [value]


def test_a_range_shares_its_unit() -> None:
    assert found("15-20 triệu đồng") == ["15000000", "20000000"]
    assert found("15-20%", "en") == ["15%", "20%"]


def test_short_units_are_read_behind_a_sign_of_currency_only() -> None:
    assert found("$2.5m for a 100m track", "en") == ["2500000", "100"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sáng 7/8/2024, ngày 15 tháng 4", "vi"),
        ("lúc 7 giờ 30, từ 7h30, 20h, 19:30 và 8 giờ tối", "vi"),
        ("at 7:30, 7 p.m. and 10am", "en"),
        ("theo số 47/NQ-CP và 22/2024/TT-BYT", "vi"),
        ("https://bao.example/tin-12345.html?id=77", "vi"),
        ("COVID-19, mạng 5G, biển số 30A-123.45", "vi"),
        ("gọi 0912345678, tài khoản 71141234567890", "vi"),
        ("người thứ hai, Hai Bà Trưng, tháng ba", "vi"),
    ],
)
def test_dates_times_addresses_names_and_codes_are_no_numbers(text: str, language: str) -> None:
    spans = [(0, len(text))]
    marks = mark_one(text, spans, language)
    dates = find_dates(text, spans, date(2024, 8, 9), language, marks)
    taken = [(d.start, d.end) for d in dates]
    taken += [(start, end) for start, end, _ in find_documents(text, marks.figures)]
    assert numbers(text, spans, language, marks, taken) == ()


def test_a_share_stays_as_written() -> None:
    assert found("1/3 số hộ") == ["1/3"]


def test_numbers_stand_once_and_in_text_order() -> None:
    assert found("30 xe, 12 nhà, 30 cây, mười người") == ["30", "12", "10"]


def test_days_without_a_year_are_numbers_where_they_stand() -> None:
    text = "5 xe ngày 7/8, 9 nhà"
    assert numbers(text, [(0, len(text))], "vi", None, [(10, 13)], [(10, "7/8")]) == (
        "5",
        "7/8",
        "9",
    )


def test_only_the_spans_are_read() -> None:
    assert numbers("12 xe. 30 nhà.", [(7, 14)], "vi") == ("30",)


def test_a_language_without_a_table_reads_marks_by_their_shape() -> None:
    assert found("1.800 und 7,5 und 34%", "de") == ["1800", "7.5", "34%"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nghị quyết số 47/NQ-CP", "47/NQ-CP"),
        ("Kết luận số 57-KL/TW của", "57-KL/TW"),
        ("Quyết định 1079/QĐ-TTg", "1079/QD-TTG"),
        ("Quyết định số 1079/QĐ TTg", "1079/QD-TTG"),
        ("Thông tư 22/2024/TT-BYT", "22/2024/TT-BYT"),
        ("Hướng dẫn 111-HD/BTGTW", "111-HD/BTGTW"),
        ("Luật số 24/2018/QH14", "24/2018/QH14"),
        ("Conclusion No. 57-KL/TW of", "57-KL/TW"),
        ("công văn số 123/SYT-NVY", "123/SYT-NVY"),
        ("Nghị định 47/ NĐ-CP", "47/ND-CP"),
    ],
)
def test_document_numbers_have_one_spelling(text: str, name: str) -> None:
    assert documents(text) == (name,)


@pytest.mark.parametrize("text", ["thắng 3-MU", "1/HLV", "30A-123", "24/7", "từ 5-10", "2-A"])
def test_what_only_looks_like_a_document_is_none(text: str) -> None:
    assert documents(text) == ()


def test_documents_stand_once_and_in_text_order() -> None:
    text = "57-KL/TW, 47/NQ-CP và lại 57-KL/TW"
    assert documents(text) == ("57-KL/TW", "47/NQ-CP")
