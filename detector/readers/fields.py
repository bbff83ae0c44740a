"""Which key of a record is which field of an article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from detector import lexicon
from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import dates, repair
from detector.readers.ids import Ids, place
from detector.readers.preset import PRESET, check
from detector.records import Article

_CALLED = {"published": "the publication date", "url": "the URL"}
_SHAPES = 1000  # shapes of records remembered; a crawl with random keys must not fill memory
_SHOWN = 12  # keys named in a message
_SKIP = "--on-error skip"


class Mapper:
    """Makes articles of records.

    A field is the key that `ReadConfig.fields` maps to it, else the one key of its preset
    that the record has. Null and, but for the text, empty values are as good as absent.

    Attributes:
        keys: for each field of an article, the keys that can be it.
    """

    def __init__(
        self, config: ReadConfig, ids: Ids, note: Callable[[InputError], None] | None = None
    ) -> None:
        check(config.fields)
        self._ids = ids
        self._note = note
        self._zone = dates.zone(config.timezone)
        self.keys = {
            field: tuple(filter(None, [config.fields[field]])) if field in config.fields else keys
            for field, keys in PRESET.items()
        }
        self._shapes: dict[tuple[str, ...], list[tuple[str, ...]]] = {}

    def article(self, record: Mapping[str, Any], source: str, line: int) -> Article:
        """The article that a record is.

        Raises:
            InputError: if it has no text, two texts, a value of a wrong type or a used id.
        """
        try:
            text_keys, title, published, url, outlet, name, language = self._shape(record)
            text = self._text(record, text_keys)
            headline = _line("title", record, title)
            given = _id(record, name)
            origin = place(source, line)
            address = _line("url", record, url)
            rest = (
                address,
                _line("source", record, outlet),
                self._published(record, published, origin) or self._in(address),
                _language(_line("language", record, language)),
                origin,
            )
        except InputError as error:
            raise InputError(error.reason, place(source, line)) from None
        unique = (
            self._ids.given(given, source, line)
            if given
            else self._ids.made(headline, text, source, line)
        )
        return Article(unique, text, headline, *rest)

    def _shape(self, record: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """For each field, the keys of this record that could be it."""
        shape = tuple(record)
        found = self._shapes.get(shape)
        if found is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            found = [tuple(k for k in keys if k in record) for keys in self.keys.values()]
            self._shapes[shape] = found
        return found

    def _text(self, record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
        key, value = _pick("text", record, keys)
        if not key:
            raise _no_text(record)
        if not isinstance(value, str):
            raise _wrong_type("text", key, value)
        text = repair.text(value)
        if _blank(text):
            raise InputError(f"{key} is empty; fill it, or leave such records out with {_SKIP}")
        return text

    def _published(
        self, record: Mapping[str, Any], keys: tuple[str, ...], origin: str
    ) -> date | None:
        key, value = _pick("published", record, keys)
        if not key:
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int, float, date)):
            raise _wrong_type("published", key, value, "a date")
        parsed = dates.parse(value, self._zone)
        if parsed is None and self._note is not None and str(value).strip():
            reason = f"{key} is {str(value)[:60]!r}, which is not understood as a date; left empty"
            self._note(InputError(reason, origin))
        return parsed

    def _in(self, address: str) -> date | None:
        """The day that an address names, unless `published` was mapped to nothing."""
        return dates.in_url(address) if address and self.keys["published"] else None


def _pick(field: str, record: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[str, Any]:
    """The key of a field and its value; an empty key where there is none."""
    if not keys:
        return "", None
    if len(keys) == 1:
        value = record[keys[0]]
        return ("" if value is None else keys[0]), value
    present = [key for key in keys if record[key] is not None]
    filled = [key for key in present if not _blank(record[key])] or present[:1]
    if not filled:
        return "", None
    first = record[filled[0]]
    rivals = [key for key in filled if record[key] != first]
    if rivals:
        either = "both" if len(rivals) == 1 else "each of"
        names = " and ".join([filled[0], *rivals])
        raise InputError(
            f"{either} {names} could be {_CALLED.get(field, f'the {field}')};"
            f" choose one with --fields {field}={rivals[-1]}"
        )
    return filled[0], first


def _blank(value: Any) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


def _line(field: str, record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    key, value = _pick(field, record, keys)
    if not key:
        return ""
    if not isinstance(value, str):
        raise _wrong_type(field, key, value)
    return repair.line(value)


def _id(record: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    key, value = _pick("id", record, keys)
    if isinstance(value, str):
        return repair.printable(value) if value.strip() else ""
    if not key:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _wrong_type("id", key, value, "text or a whole number")


def _language(value: str) -> str:
    """``vi``, ``vi-VN``, ``VI`` and ``Vietnamese`` are "vi"; what is no such code is empty."""
    code = value.replace("_", "-").partition("-")[0].lower()
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code
    for known in lexicon.languages():
        if lexicon.table(known).get("name", "").lower() == value.lower() != "":
            return known
    return ""


def _no_text(record: Mapping[str, Any]) -> InputError:
    if not record:
        return InputError(f"no text. The record is empty; leave such records out with {_SKIP}")
    keys = [repair.line(str(key)) for key in record]
    names = ", ".join(keys[:_SHOWN])
    if len(keys) > _SHOWN:
        names += f" and {len(keys) - _SHOWN} more"
    lengths = [len(v) if isinstance(v, str) else 0 for v in record.values()]
    likely = keys[lengths.index(max(lengths))] if max(lengths) else "KEY"
    return InputError(f"no text. Its keys are {names}; map one with --fields text={likely}")


def _wrong_type(field: str, key: str, value: Any, wanted: str = "text") -> InputError:
    kinds = {bool: "true or false", list: "a list", dict: "an object", bytes: "bytes"}
    kind = kinds.get(type(value), "a number" if isinstance(value, (int, float)) else "")
    kind = kind or f"a {type(value).__name__}"
    return InputError(f"{key} is {kind}, not {wanted}; map another key with --fields {field}=KEY")
