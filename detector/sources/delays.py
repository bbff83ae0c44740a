"""How long it took from one publication to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timezone

_MINUTES_A_DAY = 24 * 60
_DAY = len("2024-08-07")


def delay(first: str | None, second: str | None) -> float | None:
    """Minutes from one publication to another, as `Label.published` writes them.

    Whole days where one of the two has no time of day; None where one is missing.
    """
    if not first or not second:
        return None
    if len(first) <= _DAY or len(second) <= _DAY:
        days = date.fromisoformat(second[:_DAY]) - date.fromisoformat(first[:_DAY])
        return float(days.days * _MINUTES_A_DAY)
    gap = _moment(second) - _moment(first)
    return gap.total_seconds() / 60


def _moment(stamp: str) -> datetime:
    moment = datetime.fromisoformat(stamp)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def middle(values: Sequence[float]) -> float | None:
    """The median, to a tenth; None of nothing."""
    if not values:
        return None
    ranked, half = sorted(values), len(values) // 2
    return round((ranked[half] + ranked[~half]) / 2, 1)


def span(minutes: float) -> str:
    """A delay as a person says it: "40 min", "3 h", "2 days"; with a minus if negative."""
    size = abs(minutes)
    if size < 1:
        return "same time"
    sign = "−" if minutes < 0 else ""
    if size < 100:
        return f"{sign}{size:.0f} min"
    if size < 2 * _MINUTES_A_DAY:
        return f"{sign}{size / 60:.0f} h"
    return f"{sign}{size / _MINUTES_A_DAY:.0f} days"
