"""Agencies and outlets: who a name, a link or a mark before the lead stands for.

What is known is in `outlets.toml`; the phrases that credit someone are in the `[credits]`
table of each language. A name is found in any case, with or without diacritics, and with
or without a word such as "báo" or "the" before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from detector import lexicon
from detector.errors import ConfigError
from detector.text import fold

_SHORT = 4  # letters; a shorter name is a word of many texts unless it is written just so
_KINDS = ("agency", "outlet", "aggregator")
_LONGEST = 80  # characters; no phrase is longer
_LETTERS = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"[\s:–-]*")
_WORDS = re.compile(r"\w+(?:[.+]\w+)*\+?")
# "T.Lan" is a person: one letter before the dot, and no country or trade after it.
_TLD = "[a-z]{2}|com|net|org|info|news|asia|online|media|press|example|gov|edu|int|biz|network"
_DOMAIN = rf"(?:[\w-]+\.)*[\w-]{{2,}}\.(?:{_TLD})"
_HOST = re.compile(
    rf"(?:https?://(?:www\.|m\.|amp\.)?([\w-]+(?:\.[\w-]+)+)|(?:www\.|m\.|amp\.)?({_DOMAIN}))(?=[/:?#]|$)",
    re.I,
)
#: A link in a text, with its scheme or with a path.
LINK = re.compile(rf"https?://[^\s()\[\]<>\"“”]+|{_DOMAIN}/[\w/.?=&%#~+-]*", re.I)
#: A portal's header: the outlet twice, as its logo's text and as its name, and the day.
HEADER = re.compile(r"(\S.{1,38}?\S)\s*[•|-]?\s*\1\s*[•|-]?\s*\d{1,2}/\d{1,2}/\d{4}$")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One entry of `outlets.toml`.

    Attributes:
        id: what two spellings share.
        name: its usual spelling.
        kind: "agency", "outlet" or "aggregator".
    """

    id: str
    name: str
    kind: str


@lru_cache(maxsize=4096)
def find(text: str) -> Outlet | None:
    """The outlet that a name, domain or URL stands for; None if it is not known."""
    names, domains = _index()
    host = host_of(text)
    if host:
        labels = host.split(".")
        for first in range(len(labels) - 1):
            known = domains.get(".".join(labels[first:]))
            if known is not None:
                return known
    key = name_key(text)
    while key:
        known = names.get(key) or names.get(key.replace(" ", ""))
        if known is not None:
            return known if len(key) >= _SHORT or text.strip() in _spellings() else None
        first_word, _, key = key.partition(" ")
        if first_word not in _media_words():
            return None
    return None


def host_of(text: str) -> str:
    """The bare domain of a URL or domain, without ``www.``; empty if `text` is neither."""
    match = _HOST.match(text.strip())
    return (match[1] or match[2]).lower() if match else ""


def is_carrier(text: str) -> bool:
    """Whether a link or domain is of a site that carries anybody's text."""
    host = host_of(text)
    return any(host == c or host.endswith("." + c) for c in lexicon.table("outlets")["carriers"])


def name_key(text: str) -> str:
    """What spellings of one name share that differ in case, diacritics or punctuation."""
    return " ".join(_WORDS.findall(fold(text)))


def key_of(source: str, url: str = "") -> str:
    """What articles of one outlet share: its id, else its domain, else its folded name."""
    return _key_of(source, (host_of(url) or url) if url else "")


@lru_cache(maxsize=4096)
def _key_of(source: str, host: str) -> str:
    for text in (source, host):
        known = find(text) if text else None
        if known is not None:
            return known.id
    return host_of(host) or host_of(source) or name_key(source)


def credit_phrase(text: str, start: int = 0) -> int:
    """Offset behind the crediting phrase that stands at `start`, colon and all; 0 if none does."""
    first = _LETTERS.match(text, start)
    entries = credit_phrases().get(first[0].lower()) if first else None
    if entries:
        lower = text[start : start + _LONGEST].lower()
        for phrase in entries:
            end = len(phrase)
            if lower.startswith(phrase) and not lower[end : end + 1].isalnum():
                gap = _GAP.match(text, start + end)
                return gap.end() if gap else start + end
    return 0


@lru_cache(maxsize=1)
def credit_phrases() -> Mapping[str, tuple[str, ...]]:
    """Crediting phrases by their first word, the longest first, in lower case."""
    tables = lexicon.concept("credits").values()
    phrases = {p for t in tables for p in (*t["phrases"], *t["weak"])}
    found: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=lambda p: (-len(p), p)):
        found.setdefault(_LETTERS.findall(phrase)[0], []).append(phrase)
    return {first: tuple(group) for first, group in found.items()}


def has_media_word(name: str) -> bool:
    """Whether a name begins with a word such as "báo" or "the"."""
    return name_key(name).partition(" ")[0] in _media_words()


@lru_cache(maxsize=1)
def tags() -> frozenset[str]:
    """The marks that outlets put before a dash and the lead, as written."""
    return frozenset(tag for entry in _entries() for tag in entry.get("tags", ()))


@lru_cache(maxsize=1)
def bare_tags() -> tuple[str, ...]:
    """Those marks that stand before the lead without a dash."""
    return tuple(tag for entry in _entries() if entry.get("bare") for tag in entry["tags"])


def _entries() -> list[Mapping[str, Any]]:
    return list(lexicon.table("outlets")["outlet"])


@lru_cache(maxsize=1)
def _media_words() -> frozenset[str]:
    tables = lexicon.concept("credits").values()
    return frozenset(w for t in tables for phrase in t["media"] for w in fold(phrase).split())


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, Outlet], dict[str, Outlet]]:
    names: dict[str, Outlet] = {}
    domains: dict[str, Outlet] = {}
    squeezed: dict[str, Outlet] = {}
    for entry in _entries():
        outlet = Outlet(entry["id"], entry["name"], entry["kind"])
        if outlet.kind not in _KINDS:
            raise ConfigError(f"lexicon/outlets.toml: {outlet.id}: kind must be one of {_KINDS}")
        for spelling in (outlet.name, *entry.get("spellings", ()), *entry.get("tags", ())):
            _add(names, name_key(spelling), outlet)
            squeezed.setdefault(name_key(spelling).replace(" ", ""), outlet)
        for domain in entry.get("domains", ()):
            _add(domains, domain, outlet)
    return squeezed | names, domains


@lru_cache(maxsize=1)
def _spellings() -> frozenset[str]:
    return frozenset(
        spelling
        for entry in _entries()
        for spelling in (entry["name"], *entry.get("spellings", ()), *entry.get("tags", ()))
    )


def _add(index: dict[str, Outlet], key: str, outlet: Outlet) -> None:
    other = index.setdefault(key, outlet)
    if other != outlet:
        raise ConfigError(f"lexicon/outlets.toml: {key!r} is both {other.id} and {outlet.id}")
