"""Where the marks of the charts lie; the templates draw them as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from detector.report.index import Index, moment
from detector.report.words import stamp

_WIDTH, _HEIGHT = 720.0, 150.0
_LABEL = 60  # width of a date
_DIGIT = 7  # of one digit
_MOST_BARS = 92  # days; beyond, weeks, then months, then years
_TAIL = 0.02  # of the articles, at either end
_STACK = ("first", "copy", "translation")
_STEPS = (1, 2, 5)
_DOT = 12.0  # width that a mark of a timeline needs
_ROWS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One period: where its column stands, and what is in it."""

    x: float
    width: float
    name: str
    count: int
    parts: tuple[tuple[str, float, float, int], ...]  # kind, y, height, articles


@dataclass(frozen=True, slots=True)
class Columns:
    """A column chart of periods; `ticks` are (y, label), `names` (x, label)."""

    unit: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    names: tuple[tuple[float, str], ...]
    dated: int
    undated: int
    outside: int
    width: float = _WIDTH
    height: float = _HEIGHT

    @property
    def margin(self) -> int:
        """Room that the longest label of a line needs."""
        return 10 + _DIGIT * max((len(label) for _, label in self.ticks), default=0)


def by_day(index: Index) -> Columns:
    """Articles by day of publication: first-hand, copied, translated."""
    days: dict[date, Counter[str]] = {}
    undated = 0
    for name, label in index.labels.items():
        if not label.published:
            undated += 1
            continue
        kind = index.kind(name)
        kind = kind if kind in _STACK else "first"
        days.setdefault(date.fromisoformat(label.published[:10]), Counter())[kind] += 1
    days, outside = _central(days)
    unit, periods = _periods(days)
    highest = max((sum(c.values()) for _, c in periods), default=0)
    top, ticks = _scale(highest)
    step = _WIDTH / max(len(periods), 1)
    width = min(step * 0.8, 40.0)
    bars = []
    for n, (name, counts) in enumerate(periods):
        y, parts = _HEIGHT, []
        for kind in _STACK:
            high = counts[kind] / top * _HEIGHT
            y -= high
            if counts[kind]:
                parts.append((kind, round(y, 2), round(high, 2), counts[kind]))
        x = n * step + (step - width) / 2
        bars.append(Bar(round(x, 2), round(width, 2), name, sum(counts.values()), tuple(parts)))
    every = max(1, -(-len(bars) * _LABEL * 4 // int(3 * _WIDTH)))
    centres = [(round(b.x + b.width / 2, 2), b.name) for b in bars[::every]]
    names = tuple((x, name) for x, name in centres if x < _WIDTH - _LABEL / 2 or len(bars) < 3)
    dated = len(index.labels) - undated
    return Columns(unit, tuple(bars), ticks, names, dated, undated, outside)


def _central(days: dict[date, Counter[str]]) -> tuple[dict[date, Counter[str]], int]:
    """The days that nearly all articles are of, and how many are outside.

    One wrong date would otherwise draw years of nothing.
    """
    whole = sum(sum(counts.values()) for counts in days.values())
    ordered, passed, kept = sorted(days), 0, []
    for day in ordered:
        count = sum(days[day].values())
        if passed + count > whole * _TAIL and passed < whole * (1 - _TAIL):
            kept.append(day)
        passed += count
    if not kept or (kept[-1] - kept[0]).days * 2 > (ordered[-1] - ordered[0]).days:
        return days, 0
    chosen = {day: c for day, c in days.items() if kept[0] <= day <= kept[-1]}
    return chosen, whole - sum(sum(counts.values()) for counts in chosen.values())


def _periods(days: dict[date, Counter[str]]) -> tuple[str, list[tuple[str, Counter[str]]]]:
    """Days, weeks, months or years without gaps, with their counts."""
    if not days:
        return "day", []
    first, last = min(days), max(days)
    length = (last - first).days + 1
    if length <= _MOST_BARS:
        span = (first + timedelta(n) for n in range(length))
        return "day", [(day.isoformat(), days.get(day, Counter())) for day in span]
    if length <= _MOST_BARS * 7:
        unit = "week"
        start = first.toordinal() - first.weekday()
        keys = [date.fromordinal(n).isoformat() for n in range(start, last.toordinal() + 1, 7)]
    elif length <= _MOST_BARS * 30:
        unit = "month"
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        keys = [f"{m // 12:04}-{m % 12 + 1:02}" for m in months]
    else:
        unit = "year"
        keys = [f"{year:04}" for year in range(first.year, last.year + 1)]
    counts: dict[str, Counter[str]] = {key: Counter() for key in keys}
    for day, found in days.items():
        monday = date.fromordinal(max(1, day.toordinal() - day.weekday()))
        key = {"week": monday.isoformat(), "month": f"{day.year:04}-{day.month:02}"}
        counts.setdefault(key.get(unit, f"{day.year:04}"), Counter()).update(found)
    # Years may be few and far apart: a wrong date must not draw ten centuries of nothing.
    filled = sorted(counts.items())
    return unit, filled if len(filled) <= _MOST_BARS * 2 else [x for x in filled if x[1]]


def _scale(highest: int) -> tuple[float, tuple[tuple[float, str], ...]]:
    """The value at the top of a chart, and its lines at round values."""
    if not highest:
        return 1.0, ()
    size = 1
    while True:
        for step in (factor * size for factor in _STEPS):
            if highest / step <= 4:
                lines = range(step, highest + 1, step)
                top = float(max(highest, 1))
                return top, tuple((round(_HEIGHT * (1 - n / top), 2), f"{n:,}") for n in lines)
        size *= 10


@dataclass(frozen=True, slots=True)
class Dot:
    """One article on a timeline."""

    x: float
    y: float
    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles of one cluster by time of publication."""

    dots: tuple[Dot, ...]
    start: str
    end: str
    height: float
    width: float = _WIDTH


def timeline(index: Index, members: Sequence[str], told: dict[str, str]) -> Timeline | None:
    """Marks from the first publication to the last; None where no two times differ.

    Args:
        index: of the detection.
        members: article ids.
        told: what is said of each beside its mark.
    """
    timed = [m for m in index.in_time(members) if index.labels[m].published]
    moments = [datetime.fromisoformat(moment(index.labels[m])[1]) for m in timed]
    if len(timed) < 2 or moments[0] == moments[-1]:
        return None
    whole = (moments[-1] - moments[0]).total_seconds()
    inner = _WIDTH - 2 * _DOT
    ends: list[float] = []
    dots = []
    for name, when in zip(timed, moments, strict=True):
        x = _DOT + inner * (when - moments[0]).total_seconds() / whole
        row = next((n for n, end in enumerate(ends) if x - end >= _DOT), len(ends))
        if row >= _ROWS:
            row = _ROWS - 1
        if row == len(ends):
            ends.append(x)
        ends[row] = x
        dots.append((x, row, index.kind(name), told.get(name, "")))
    height = len(ends) * _DOT + 10
    made = tuple(Dot(round(x, 1), height - 10 - row * _DOT, kind, t) for x, row, kind, t in dots)
    first, last = (stamp(index.labels[m].published) for m in (timed[0], timed[-1]))
    return Timeline(made, first, last, height)
