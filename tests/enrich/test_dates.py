"""Dates as newsrooms write them, and what only looks like one."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from detector.enrich.dates import event_date, find_dates, page_date, read_dates
from detector.enrich.marks import mark_one

FRIDAY = date(2024, 8, 9)


def days(text: str, language: str = "vi", published: date | None = FRIDAY) -> list[str]:
    mentions = find_dates(text, [(0, len(text))], published, language)
    return [m.date.isoformat() for m in mentions]


def event(text: str, language: str = "vi", published: date | None = FRIDAY) -> date | None:
    mentions = find_dates(text, [(0, len(text))], published, language)
    return event_date(text, mentions, len(text), published, language)


@pytest.mark.parametrize(
    "text",
    [
        "Sáng 7/8, hội nghị",
        "Ngày 07/08/2024",
        "sáng 7.8.2024",
        "Ngày 7-8, hội nghị",
        "Ngày 7.8, hội nghị",
        "tối 7-8-2024",
        "ngày 7 tháng 8 năm 2024",
        "ngày 7 tháng 8",
        "ngày 07 tháng 08/2024",
        "ngày 7 tháng Tám",
        "rạng sáng 7/8",
        "vào hôm 7/8",
        "tại Huế (7/8)",
        "2024-08-07",
        "chiều 7/8Bà con",  # paragraphs that a crawl ran together
    ],
)
def test_vietnamese_forms_of_one_day(text: str) -> None:
    assert days(text) == ["2024-08-07"]


@pytest.mark.parametrize(
    "text",
    [
        "On August 7, the fair",
        "on Aug. 7, 2024",
        "7 August 2024",
        "the 7th of August",
        "August 7th",
        "on 8/7/2024",
        "2024-08-07",
        "Wednesday, August 7",
        "on Wednesday",
    ],
)
def test_english_forms_of_one_day(text: str) -> None:
    assert days(text, "en") == ["2024-08-07"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("từ 7-9/8", "vi"),
        ("từ ngày 7/8-9/8/2024", "vi"),
        ("trong hai ngày 7 và 9/8", "vi"),
        ("từ ngày 7 đến 9/8", "vi"),
        ("ngày 7 và 9 tháng 8", "vi"),
        ("August 7-9", "en"),
        ("7-9 August 2024", "en"),
        ("between August 7 and 9", "en"),
    ],
)
def test_a_range_is_its_first_and_its_last_day(text: str, language: str) -> None:
    assert days(text, language) == ["2024-08-07", "2024-08-09"]


@pytest.mark.parametrize(
    "text",
    [
        "thắng với tỷ số 3-1 và 2-0",
        "khoảng 1/3 dân số, 2/5 số hộ",
        "trực 24/7",
        "giai đoạn 2023-2025",
        "từ 5-10 triệu đồng",
        "mỗi ngày 2-3 lần",
        "Nghị quyết 47/NQ-CP",
        "gọi số 0912.345.678",
        "nhà số 12/5 đường 30/4",
        "bản 10.0.3, tăng 7.8 điểm",
        "trong 6 tháng. 2 người",
        "rằm 15/7 âm lịch",
        "ngày 31/2 và 45/8",
        "https://bao.example/2016/08/07/tin-1-2.html",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert days(text) == []


def test_english_figures_without_a_year_need_a_word_that_says_date() -> None:
    assert days("won 3/4 of the vote, 7/8 of it early", "en") == []
    assert days("on 8/7", "en") == ["2024-08-07"]


def test_of_two_readings_the_one_nearer_to_publication_is_taken() -> None:
    assert days("on 8/7/2024", "en", date(2024, 7, 10)) == ["2024-07-08"]
    assert days("on 8/7/2024", "en", date(2024, 8, 10)) == ["2024-08-07"]


def test_words_count_from_the_publication() -> None:
    assert days("Sáng nay mưa, tối qua gió, ngày mai nắng.") == [
        "2024-08-09",
        "2024-08-08",
        "2024-08-10",
    ]
    assert days("Rain today, wind last night, sun tomorrow.", "en") == [
        "2024-08-09",
        "2024-08-08",
        "2024-08-10",
    ]


def test_words_that_count_are_no_dates_without_a_publication() -> None:
    assert days("Sáng nay mưa, thứ Hai nắng.", published=None) == []


def test_a_word_beside_the_date_that_says_the_same_adds_nothing() -> None:
    assert days("Sáng nay (9/8) mưa. Thứ Hai, 5/8 nắng.") == ["2024-08-09", "2024-08-05"]


@pytest.mark.parametrize("text", ["thứ Hai tuần tới", "người thứ hai", "mỗi chủ nhật"])
def test_a_weekday_that_is_not_the_last_one_is_left_out(text: str) -> None:
    assert days(text) == []


def test_todays_in_the_possessive_is_no_day() -> None:
    assert days("in today's world", "en") == []


def test_the_year_is_the_one_nearest_to_publication() -> None:
    assert days("Ngày 28/12", published=date(2025, 1, 3)) == ["2024-12-28"]
    assert days("Ngày 3/1", published=date(2024, 12, 28)) == ["2025-01-03"]


def test_publication_with_a_time_counts_as_its_day() -> None:
    noon = datetime(2024, 8, 9, 23, 30, tzinfo=timezone(timedelta(hours=7)))
    text = "Sáng nay, tại Huế"
    assert [m.date for m in find_dates(text, [(0, 9)], noon, "vi")] == [FRIDAY]


def test_without_publication_the_lead_must_say_the_year_and_the_text_repeat_it() -> None:
    lead = "Sáng 7/8, hội nghị năm 2024 khai mạc."
    assert days(lead, published=None) == []
    assert days(lead + " Kế hoạch ban hành ngày 15/4/2024.", published=None) == [
        "2024-08-07",
        "2024-04-15",
    ]


def test_a_date_that_nothing_gives_a_year_is_kept_apart() -> None:
    text = "Ngày 7/8, hội nghị"
    found = read_dates(text, [(0, len(text))], None, "vi")
    assert found.mentions == ()
    assert [(s.day, s.month) for s in found.yearless] == [(7, 8)]


def test_mentions_say_where_they_stand_and_what_was_added() -> None:
    text = "Hôm qua. Ngày 7/8. Ngày 5/8/2024."
    found = find_dates(text, [(0, len(text))], FRIDAY, "vi")
    assert [text[m.start : m.end] for m in found] == ["Hôm qua", "7/8", "5/8/2024"]
    assert [m.relative for m in found] == [True, False, False]
    assert [m.year_given for m in found] == [False, False, True]


def test_only_the_spans_are_read() -> None:
    text = "Tin cũ 1/8/2024. Ngày 7/8/2024."
    assert [m.date.day for m in find_dates(text, [(16, len(text))], None, "vi")] == [7]


def test_a_language_without_a_table_has_dates_with_a_year() -> None:
    assert days("le 7/8/2024, puis le 9/8", "fr") == ["2024-08-07"]


def test_the_event_is_on_the_first_day_of_the_lead() -> None:
    assert event("Sáng 7/8, hội nghị khai mạc và kéo dài đến 9/8.") == date(2024, 8, 7)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Theo Nghị quyết số 47/NQ-CP ngày 15/4/2024 của Chính phủ, ngày 7/8 tỉnh họp.", "vi"),
        ("Under Resolution No. 47/NQ-CP dated April 15, 2024, the province met on Aug. 7.", "en"),
        ("Ông A, sinh ngày 3/2/2024, đến dự ngày 7/8.", "vi"),
        ("Hạn nộp trước ngày 30/9, theo thông báo ngày 7/8.", "vi"),
        ("Kỷ niệm 30/4/1975, ngày 7/8 tỉnh họp.", "vi"),
    ],
)
def test_the_date_of_a_document_a_birth_a_deadline_or_history_is_not_the_events(
    text: str, language: str
) -> None:
    assert event(text, language) == date(2024, 8, 7)


def test_history_is_known_by_later_dates_where_the_publication_is_not() -> None:
    text = "Kỷ niệm 75 năm ngày 27/7/1947, sáng 27/7/2022 tỉnh họp."
    assert event(text, published=None) == date(2022, 7, 27)


def test_a_lead_without_a_date_has_no_event_date() -> None:
    assert event("Hội nghị khai mạc.") is None


def test_a_page_says_its_day_beside_the_headline() -> None:
    text = "Báo Mẫu 13:22 | 30/11/2022 GMT+7\nNâng cấp cầu\nCầu đóng từ 5/12."
    marks = mark_one(text, [(0, len(text))], "vi")
    assert page_date(text, [(0, 32)], "vi", marks) == date(2022, 11, 30)
    assert page_date(text, [], "vi", marks) is None
