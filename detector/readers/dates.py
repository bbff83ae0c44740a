"""When an article was published, from what feeds, sites and databases write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from detector import lexicon
from detector.errors import UsageError

# 30/11/2022 is a day first: so the first users write. 11/30/2022 can only be a month first.
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)()(\d\d)(\d\d)(?!\d)")
# "30 tháng 11, 2022", "ngày 30 tháng 11 năm 2022": a word, the month's number, the year.
_SPELLED = re.compile(r"(?<!\d)(\d{1,2})\s+([^\W\d]+)\s+(\d{1,2})[,\s]\s*(?:[^\W\d]+\s+)?(\d{4})")
_STAMP = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)(?!\d)")
# As addresses name the day: /2022/11/30/, 2022-11-30, -20221130132205123.htm.
_PATH = re.compile(r"(?<!\d)((?:19[89]|20[0-4])\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)")
_NUMBER = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)()(\d\d)(\d\d)(?:(?:[01]\d|2[0-3])[0-5]\d\d{0,7})?(?!\d)"
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?!\d)")
_HALF = re.compile(r"\s*([AaPp]\.[Mm]|[^\W\d]+)")
_OFFSET = re.compile(r"(?:GMT|UTC|(?<=\d)|(?<=\s))\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
# RFC 2822 and Indochina; other abbreviations mean different zones in different countries.
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"ICT": 7, "UTC": 0, "GMT": 0, "Z": 0}
_ZONE = re.compile(rf"(?:(?<=\d)|\b)({'|'.join(_ZONES)})\b")
_LONGEST = 100  # characters; what is longer is no date
_EARLIEST = 1800  # databases write the year 1 for "unknown"
_EPOCHS = ((1e8, 1e11, 1), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))


def zone(name: str) -> tzinfo:
    """The zone that `ReadConfig.timezone` names.

    Args:
        name: an offset such as ``+07:00``, or a name such as ``Asia/Ho_Chi_Minh``.

    Raises:
        UsageError: if it is neither.
    """
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", name)
    if offset and int(offset[2]) < 24:
        return _offset(offset)
    if name in ("UTC", "Z"):
        return timezone.utc
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise UsageError(
            f"read.timezone: {name!r} is neither an offset such as +07:00"
            " nor a known zone such as Asia/Ho_Chi_Minh"
        ) from None


def in_url(url: str) -> date | None:
    """The day that an address names; None if it names none, or several."""
    path = url.partition("?")[0]
    named = {(y, m, d) for found in (_PATH, _NUMBER) for y, _, m, d in found.findall(path)}
    days = {day for each in named if (day := _day(*map(int, each))) is not None}
    return days.pop() if len(days) == 1 else None


def parse(value: str | float | date, local: tzinfo) -> date | datetime | None:
    """A publication date as one was written.

    Understood are ISO 8601, RFC 2822, seconds to nanoseconds since 1970, ``20221130``,
    ``30/11/2022 13:22``, ``13:22 | 30/11/2022 GMT+7``, ``Thứ tư, 30/11/2022, 13:22 (GMT+7)``,
    ``30 tháng 11, 2022`` and what dateutil knows, day before month where both could be.

    Args:
        value: text, a number, or a value that a Parquet file gave.
        local: the zone of a time that has none.

    Returns:
        A `date` where no time of day is given; midnight sharp without a zone is how
        databases write that. Else an aware `datetime`. None if it is not understood.
    """
    if isinstance(value, str):
        return _text(value.strip(), local)
    if isinstance(value, date):
        return _checked(value, local)
    return _number(value, local)


def _text(value: str, local: tzinfo) -> date | datetime | None:
    if len(value) > _LONGEST:
        return None
    if value[4:5] == "-" and value[7:8] == "-":
        try:
            if len(value) == 10:
                return _checked(date.fromisoformat(value), local)
            iso = value[:-1] + "+00:00" if value.endswith("Z") else value
            return _checked(datetime.fromisoformat(iso.replace(", ", "T", 1)), local)
        except ValueError:
            pass
    if re.fullmatch(r"\d{10}|\d{13}", value):
        return _number(int(value), local)
    try:
        return _checked(_numeric(value) or _worded(value), local)
    except (ValueError, OverflowError):
        return None


def _number(value: float, local: tzinfo) -> date | datetime | None:
    if isinstance(value, int) and 18000101 <= value <= 21001231:
        return _text(str(value), local)
    for low, high, scale in _EPOCHS:
        if low <= value < high:
            start = datetime(1970, 1, 1, tzinfo=timezone.utc)
            return (start + timedelta(seconds=value / scale)).astimezone(local)
    return None


def _checked(value: date | None, local: tzinfo) -> date | datetime | None:
    """Without a zone: midnight is a date, any other time is local."""
    if value is None or value.year < _EARLIEST:
        return None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date() if value.time() == time() else value.replace(tzinfo=local)
    return value


def _numeric(value: str) -> date | None:
    """A date in figures anywhere in the text, and the time and zone beside it."""
    value = _STAMP.sub(r"\1-\2-\3 \4:\5:\6 ", value)
    for day, match in _days(value):
        rest = f"{value[: match.start()]} {value[match.end() :]}"
        clock = _CLOCK.search(rest)
        if clock is None:
            return day
        hour = _hour(int(clock[1]), _HALF.match(rest, clock.end()))
        moment = datetime.combine(day, time(hour, int(clock[2]), int(clock[3] or 0)))
        if offset := _OFFSET.search(rest, clock.end()):
            return moment.replace(tzinfo=_offset(offset))
        if named := _ZONE.search(rest, clock.end()):
            return moment.replace(tzinfo=timezone(timedelta(hours=_ZONES[named[1]])))
        return moment
    return None


def _days(value: str) -> Iterator[tuple[date, re.Match[str]]]:
    for pattern, (year, month, day) in (
        (_YEAR_FIRST, (1, 3, 4)),
        (_DAY_FIRST, (4, 3, 1)),
        (_DAY_FIRST, (4, 1, 3)),
        (_COMPACT, (1, 3, 4)),
        (_SPELLED, (4, 3, 1)),
    ):
        match = pattern.search(value)
        if match:
            named = _day(int(match[year]), int(match[month]), int(match[day]))
            if named is not None:
                yield named, match


def _day(year: int, month: int, day: int) -> date | None:
    """A day, if there is one so numbered."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(hour: int, mark: re.Match[str] | None) -> int:
    """The hour of the day, where the word behind a clock may say which half of it."""
    if mark is None or not 1 <= hour <= 12:
        return hour
    word = mark[1].replace(".", "").casefold()
    halves = {"am": 0, "pm": 12}
    for table in lexicon.concept("half_days").values():
        for half, start in (("am", 0), ("pm", 12)):
            halves |= {name.casefold(): start for name in table.get(half, ())}
    return hour % 12 + halves[word] if word in halves else hour


def _worded(value: str) -> date | None:
    """What dateutil understands, if it says a whole day and its zone is known."""
    from dateutil import parser

    read: list[datetime] = []
    for default in (datetime(2000, 1, 1), datetime(2001, 2, 2, 2)):
        try:
            moment = parser.parse(value, default=default, dayfirst=True, tzinfos=_zone_of)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None
        read.append(moment)
    if read[0].date() != read[1].date():
        return None  # it took the year, month or day from the default
    return read[0].date() if read[0].time() != read[1].time() else read[0]


def _zone_of(name: str | None, seconds: int | None) -> timezone | None:
    """The zone dateutil asks for; left alone it asks the machine, and guesses in silence."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    return None if name is None else timezone(timedelta(hours=_ZONES[name]))


def _offset(match: re.Match[str]) -> timezone:
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
