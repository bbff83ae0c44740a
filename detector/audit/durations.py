"""Spans of time as people write them: ``90m``, ``24h``, ``7d``, ``2w``."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from detector.errors import ConfigError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def parse(text: str, name: str = "") -> timedelta:
    """The span that `text` says.

    Args:
        text: a number and one of s, m, h, d, w.
        name: the option that holds it, for the message.

    Raises:
        ConfigError: if it says none.
    """
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        where = f"{name}: " if name else ""
        raise ConfigError(f"{where}{text!r} is no span of time; write 90m, 24h, 7d or 2w")
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def moment(text: str, now: datetime, name: str = "") -> datetime:
    """The moment that `text` says: a day or time in ISO 8601, or a span before `now`.

    A time without a zone is in the zone of `now`.

    Raises:
        ConfigError: if it says none.
    """
    try:
        if len(text) == len("2026-11-02"):
            found = datetime.combine(date.fromisoformat(text), time())
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        if _SPAN.fullmatch(text.strip().lower()) is None:
            where = f"{name}: " if name else ""
            raise ConfigError(
                f"{where}{text!r} is neither a day nor a span of time; write 2026-11-02 or 7d"
            ) from None
        return now - parse(text)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def told(span: timedelta) -> str:
    """A span in its two largest units: ``1 d 3 h``, ``12 min``, ``40 s``."""
    seconds = max(0, round(span.total_seconds()))
    parts = []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and not seconds):
            break
    return " ".join(parts) or "0 s"
