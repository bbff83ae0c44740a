"""What is sent: articles as JSON, read by the readers and described for OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.readers import Single
from detector.readers.jsonl import loads
from detector.readers.preset import PRESET
from detector.records import Article
from detector.serve.problems import RefusedError
from detector.serve.schemas import ARTICLE

_JSON = "application/json"
# A text needs one character that is seen; so the readers have it.
_SEEN = (
    r"[^\s\x00-\x1f\x7f-\xa0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_STRING = {"type": ["string", "null"]}
_TYPES: dict[str, dict[str, Any]] = {
    # A larger whole number is read as a float, and two of them may be read as one.
    "id": {"type": ["string", "integer", "null"], "minimum": -(1 << 63), "maximum": (1 << 64) - 1},
    "published": {"type": ["string", "number", "null"]},
}
_SAID = {
    "text": "The article as it was crawled.",
    "title": "The headline, where it is not in the text.",
    "published": "A day or a time as sites write them; a time without a zone is local.",
    "url": "Where it was published.",
    "source": "The outlet.",
    "id": "Unique in the index; without one, the digest of title and text.",
    "language": "ISO 639-1; otherwise identified.",
}


async def sent(request: Any) -> object:
    """The JSON value that a request holds.

    Raises:
        RefusedError: if it does not say that it is JSON.
        InputError: if it is not JSON.
    """
    # A page of another site can send a form or plain text without asking, but no JSON.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise RefusedError(415, f"send JSON, with the header Content-Type: {_JSON}")
    return loads(await request.body())


def articles(single: Single, value: object) -> list[Article]:
    """The articles of a body that is one, or a list of them.

    Raises:
        InputError: at the first that is none.
    """
    if isinstance(value, list):
        return single.articles(value, "article")
    return [single.article(value)]


def described(single: Single, many: bool) -> Mapping[str, Any]:
    """The body of a request in OpenAPI: an article, or one or many."""
    article = _article(single)
    schema: dict[str, Any] = article
    if many:
        schema = {"anyOf": [article, {"type": "array", "items": article}]}
    content = {"schema": schema, "example": _example(single)}
    return {"requestBody": {"required": True, "content": {_JSON: content}}}


def _article(single: Single) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for field, keys in single.keys.items():
        if keys:
            kind = _TYPES.get(field, _STRING)
            properties[keys[0]] = {**kind, "description": _described(field, keys)}
    text = single.keys["text"][0]
    properties[text] |= {"type": "string", "pattern": _SEEN}
    return {"type": "object", "required": [text], "properties": properties}


def _described(field: str, keys: tuple[str, ...]) -> str:
    others = keys[1:]
    return _SAID[field] + (f" Also known as {', '.join(others)}." if others else "")


def _example(single: Single) -> dict[str, Any]:
    return {single.keys[field][0]: ARTICLE[field] for field in PRESET if single.keys[field]}
