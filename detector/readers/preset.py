"""The keys under which the fields of an article are known, and how others are mapped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from detector.errors import UsageError

#: Keys that are known without ``--fields``: exact, case-sensitive.
PRESET: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content"),
    "title": ("title", "headline"),
    "published": ("published", "published_at", "date", "datetime", "time"),
    "url": ("url", "link"),
    "source": ("source", "outlet"),
    "id": ("id",),
    "language": ("language", "lang"),
}


def parse_fields(option: str) -> dict[str, str]:
    """Read ``text=body,title=headline``; ``title=`` says that no key is the title.

    Raises:
        UsageError: if it is not of that form, or names a field that articles do not have.
    """
    fields: dict[str, str] = {}
    for part in option.split(","):
        field, equals, key = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise UsageError(f"--fields {option}: {part!r} is not FIELD=KEY, as in text=body")
        if field in fields:
            raise UsageError(f"--fields {option}: {field} is mapped twice; map it once")
        fields[field] = key
    check(fields)
    return fields


def check(fields: Mapping[str, str]) -> None:
    """Look at a mapping of article fields to keys.

    Raises:
        UsageError: if it names a field that articles do not have, or no key for the text.
    """
    for field, key in fields.items():
        if field not in PRESET:
            near = difflib.get_close_matches(field, PRESET, n=1)
            hint = f"did you mean {near[0]}={key}?" if near else f"known are {', '.join(PRESET)}"
            if key in PRESET:
                hint = f"did you mean {key}={field}?"
            raise UsageError(f"--fields {field}={key}: articles have no field {field}; {hint}")
    if fields.get("text") == "":
        raise UsageError("--fields text=: every article needs a text; name its key")
