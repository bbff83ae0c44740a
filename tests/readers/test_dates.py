from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from detector import lexicon
from detector.errors import UsageError
from detector.readers import dates

VN = timezone(timedelta(hours=7))
AFTERNOON = datetime(2022, 11, 30, 13, 22, tzinfo=VN)


@pytest.mark.parametrize(
    "written",
    [
        "2022-11-30T13:22:00+07:00",
        "2022-11-30T13:22",
        "2022-11-30 13:22:00",
        "2022-11-30, 13:22:00+07:00",
        "2022-11-30T06:22:00Z",
        "2022-11-30T06:22:00.0000000Z",
        "20221130T062200Z",
        "20221130132200",
        "30/11/2022 13:22",
        "30-11-2022 13h22",
        "13:22 | 30/11/2022 GMT+7",
        "Thứ tư, 30/11/2022, 13:22 (GMT+7)",
        "Thứ 4, 30/11/2022 | 13:22:00",
        "13:22 - 30/11/2022",
        "ngày 30 tháng 11 năm 2022, 13h22",
        "30/11/2022 1:22:00 PM",
        "11/30/2022 1:22 p.m.",
        "Wed, 30 Nov 2022 13:22:00 +0700",
        "Wed, 30 Nov 2022 06:22:00 GMT",
        "Wed, 30 Nov 2022 01:22:00 EST",
        "30/11/2022 01:22 EST",
        "November 30, 2022 1:22 PM",
        "1669789320",
        1669789320,
        1669789320.0,
        1669789320000,
        "1669789320000",
        datetime(2022, 11, 30, 13, 22),
    ],
)
def test_a_moment_is_understood_in_many_forms(written):
    assert dates.parse(written, VN) == AFTERNOON


@pytest.mark.parametrize(
    "written",
    [
        "2022-11-30",
        "2022/11/30",
        "20221130",
        20221130,
        "30/11/2022",
        "30.11.2022",
        "30 tháng 11, 2022",
        "Nov 30, 2022",
        "2022-11-30 00:00:00",
        "2022-11-30T00:00:00",
        date(2022, 11, 30),
        datetime(2022, 11, 30),
    ],
)
def test_without_a_time_of_day_it_is_a_date(written):
    parsed = dates.parse(written, VN)
    assert type(parsed) is date
    assert parsed == date(2022, 11, 30)


def test_midnight_with_a_zone_is_a_moment():
    parsed = dates.parse("2022-11-30T00:00:00+07:00", VN)
    assert parsed == datetime(2022, 11, 30, tzinfo=VN)


def test_the_day_comes_before_the_month_and_behind_the_year():
    assert dates.parse("05/11/2022", VN) == date(2022, 11, 5)
    assert dates.parse("2022/11/05", VN) == date(2022, 11, 5)


@pytest.mark.parametrize(
    "written",
    [
        *("", "hôm qua", "2 giờ trước", "13:22", "Mon", "12", "2022", "Nov 2022", "31/02/2022"),
        *("0001-01-01T00:00:00", "Wed, 30 Nov 2022 13:22:00 XYZ", "2022-11-30T25:00", "9" * 30),
        *("x" * 500, "1e400", float("nan"), float("inf"), -5, 0, 7, 10**30),
    ],
)
def test_what_says_no_whole_day_is_no_date(written):
    assert dates.parse(written, VN) is None


def test_words_for_the_half_of_the_day_are_data(monkeypatch):
    table = {"vi": {"am": ["SA", "sáng"], "pm": ["CH", "chiều"]}}
    monkeypatch.setattr(lexicon, "concept", lambda name: table if name == "half_days" else {})
    assert dates.parse("30/11/2022 1:22:00 CH", VN) == AFTERNOON
    assert dates.parse("30/11/2022 1:22 chiều", VN) == AFTERNOON
    assert dates.parse("30/11/2022 12:05 SA", VN).hour == 0


def test_the_zone_is_an_offset_or_a_name():
    assert dates.zone("+07:00") == VN
    assert dates.zone("-0530").utcoffset(None) == -timedelta(hours=5, minutes=30)
    assert dates.zone("UTC") == timezone.utc


@pytest.mark.parametrize("name", ["", "Hanoi", "+7", "../etc/passwd", "+99:00"])
def test_a_zone_that_is_neither_is_refused(name):
    with pytest.raises(UsageError) as caught:
        dates.zone(name)
    assert str(caught.value) == (
        f"read.timezone: {name!r} is neither an offset such as +07:00"
        " nor a known zone such as Asia/Ho_Chi_Minh"
    )


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.vn/2022/11/30/cau-moi.html", date(2022, 11, 30)),
        ("https://a.vn/tin/cau-moi-2022-11-30", date(2022, 11, 30)),
        ("https://a.vn/cau-moi-20221130.htm", date(2022, 11, 30)),
        ("https://a.vn/cau-moi-20221130132205123.htm", date(2022, 11, 30)),
        ("https://a.vn/2022/11/30/cau-moi-20221130132205.html", date(2022, 11, 30)),
        ("https://a.vn/2022/11/30/cau-moi-20221201070000.html", None),
        ("https://a.vn/cau-moi-20221330.htm", None),
        ("https://a.vn/cau-moi-2022113013.htm", None),
        ("https://a.vn/cau-moi-120221130.htm", None),
        ("https://a.vn/cau-moi?on=2022-11-30", None),
        ("https://a.vn/cau-moi-2022-11.html", None),
        ("", None),
    ],
)
def test_an_address_may_name_the_day(url, day):
    assert dates.in_url(url) == day
