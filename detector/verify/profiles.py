"""What verification needs of every article, packed into arrays: under 1.5 KB each.

Names, numbers, places, dates and the most telling words are kept as 32-bit hashes. Pairs are then
compared by sparse rows, thousands at a time; the words themselves are read again from the
text only where a person is to see them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.records import Article, Facts
from detector.text import CAPITAL, I64, NUMBER, SENTENCE, U64, Tokens, mix
from detector.verify.rarity import CROWD, expected

U32 = npt.NDArray[np.uint32]
F32 = npt.NDArray[np.float32]

_TERMS = 160  # most telling words and word pairs kept of an article
_DOUBLE = 0.65  # what a pair of words tells, over a word as rare: nearly every pair is rare
_FIRST = 60  # words within which a report says what happened

# Above the count of a value stands where it occurs.
COUNT = 0x3F
HEADLINE = 0x40  # a name that is in the headline, too
OPENING = 0x80  # among the first words
_UNKNOWN_DAY = 0
_DEPTH = 4  # a town, its province, what that was merged into, the country
_NEAR = 30  # days from the event within which a date is about it
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Bag:
    """A set of hashed values for each article, as compressed rows.

    Attributes:
        values: shape (n,), distinct and ascending within an article.
        counts: shape (n,), how often each occurs, at most `COUNT`; with it the bits
            `HEADLINE` (names) and `OPENING` (words).
        bounds: shape (articles + 1,).
    """

    values: U32
    counts: npt.NDArray[np.uint8]
    bounds: I64


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of a run of articles, one row each.

    Attributes:
        words: the most telling words and word pairs of the body.
        title: those of the headline.
        names: capitalised words inside sentences, folded.
        numbers: canonical numbers but years, which a whole season of news shares.
        places: gazetteer ids.
        dates: days near the event as proleptic ordinals.
        documents: document numbers.
        length: shape (n,), words in the body.
        event_day: shape (n,), ordinal of the event's day; 0 where unknown.
        dateline: shape (n, 4), hashed place of the dateline and what it lies in; 0 where
            unknown or nothing.
        published: shape (n,), minutes since 1970 in UTC; NaN where unknown.
        source: shape (n,), hashed outlet; 0 where unknown.
    """

    words: Bag
    title: Bag
    names: Bag
    numbers: Bag
    places: Bag
    dates: Bag
    documents: Bag
    length: npt.NDArray[np.int32]
    event_day: npt.NDArray[np.int32]
    dateline: U32
    published: npt.NDArray[np.float64]
    source: U32

    def __len__(self) -> int:
        return len(self.length)


def profile(
    articles: Sequence[Article],
    facts: Sequence[Facts],
    body: Tokens,
    titles: Tokens,
    outlets: Sequence[str],
    around: Sequence[Sequence[str]],
) -> Profiles:
    """Pack what enrichment found of a run of articles.

    Args:
        articles: n articles.
        facts: their facts.
        body: words of their bodies.
        titles: words of their headlines.
        outlets: key of each article's outlet; empty where unknown.
        around: the places that each article's dateline lies in, the outermost too.
    """
    return Profiles(
        words=_terms(body),
        title=_terms(titles),
        names=_names(body, titles),
        numbers=_hashed([n for n in f.numbers if not _YEAR.fullmatch(n)] for f in facts),
        places=_hashed(f.places for f in facts),
        dates=_days(articles, facts),
        documents=_hashed(f.documents for f in facts),
        length=np.diff(body.bounds).astype(np.int32),
        event_day=np.array(
            [f.event_date.toordinal() if f.event_date else _UNKNOWN_DAY for f in facts], np.int32
        ),
        dateline=_nested([f.dateline for f in facts], around),
        published=np.array([minutes(a.published) for a in articles], np.float64),
        source=np.array([_crc(o) for o in outlets], np.uint32),
    )


def concatenate(parts: Sequence[Profiles]) -> Profiles:
    """The profiles of several runs of articles, in order."""
    merged: dict[str, Any] = {}
    for field in fields(Profiles):
        values = [getattr(part, field.name) for part in parts]
        merged[field.name] = (
            _joined(values) if isinstance(values[0], Bag) else np.concatenate(values)
        )
    return Profiles(**merged)


def take(profiles: Profiles, rows: I64) -> Profiles:
    """The profiles of some articles, in the order asked for."""
    taken: dict[str, Any] = {}
    for field in fields(Profiles):
        value = getattr(profiles, field.name)
        taken[field.name] = _rows(value, rows) if isinstance(value, Bag) else value[rows]
    return Profiles(**taken)


def minutes(published: date | datetime | None) -> float:
    """A publication time as minutes since 1970; noon where only the day is known."""
    if published is None:
        return float("nan")
    if not isinstance(published, datetime):
        noon = datetime(published.year, published.month, published.day, 12, tzinfo=timezone.utc)
        return noon.timestamp() / 60
    if published.tzinfo is None:
        published = published.replace(tzinfo=timezone.utc)
    return published.timestamp() / 60


def _nested(places: Sequence[str], around: Sequence[Sequence[str]]) -> U32:
    nested = np.zeros((len(places), _DEPTH), np.uint32)
    for i, (place, outer) in enumerate(zip(places, around, strict=True)):
        chain = [place, *outer][:_DEPTH] if place else []
        nested[i, : len(chain)] = [_crc(p) for p in chain]
    return nested


def _crc(text: str) -> int:
    return zlib.crc32(text.encode()) if text else 0


def _hashed(rows: Iterable[Sequence[str]]) -> Bag:
    owners: list[int] = []
    values: list[int] = []
    count = 0
    for row in rows:
        for value in row:
            owners.append(count)
            values.append(zlib.crc32(value.encode()))
        count += 1
    return _bag(np.array(owners, np.int64), np.array(values, np.uint32), count)


def _days(articles: Sequence[Article], facts: Sequence[Facts]) -> Bag:
    """Days within a month of the event, or of publication: the others are background."""
    owners: list[int] = []
    values: list[int] = []
    for i, (article, fact) in enumerate(zip(articles, facts, strict=True)):
        anchor = fact.event_date or article.published
        about = anchor.toordinal() if anchor is not None else None
        for mention in fact.dates:
            day = mention.date.toordinal()
            if about is None or abs(day - about) <= _NEAR:
                owners.append(i)
                values.append(day)
    return _bag(np.array(owners, np.int64), np.array(values, np.uint32), len(facts))


def _names(body: Tokens, titles: Tokens) -> Bag:
    inside = ((body.flags & CAPITAL) != 0) & ((body.flags & SENTENCE) == 0)
    chosen = inside & ((body.flags & NUMBER) == 0)
    names = _bag(_owners(body)[chosen], _short(body.folded[chosen]), len(body))
    headline = _packed(_owners(titles), _short(titles.folded))
    told = np.isin(_packed(_owner_of(names), names.values), headline)
    return replace(names, counts=names.counts | np.where(told, HEADLINE, 0).astype(np.uint8))


def _terms(tokens: Tokens) -> Bag:
    """Words and pairs of neighbours; of a long text the most telling.

    What tells most occurs often here and seldom in news at large.
    """
    owner = _owners(tokens)
    late = (np.arange(len(owner)) - tokens.bounds[owner] >= _FIRST).astype(np.uint64)
    beside = np.flatnonzero(owner[1:] == owner[:-1])
    double = mix(tokens.hashes[1:] * np.uint64(3) + tokens.hashes[:-1])[beside]
    two = np.uint64(2)
    single = _packed(owner, _short(tokens.hashes)) << two | late
    pairs = _packed(owner[beside], _short(double)) << two | two | late[beside]
    # Owner, value, kind and place as one number: the first of a value is the earliest.
    keys = np.sort(np.concatenate([single, pairs]))
    fresh = np.flatnonzero(np.diff(keys >> two, prepend=~np.uint64(0)))
    counts = np.diff(fresh, append=len(keys))
    terms, kind = keys[fresh] >> two, keys[fresh] & np.uint64(3)
    opening = np.where(kind & np.uint64(1), 0, OPENING)
    values = (terms & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    rarity = np.log((CROWD + 1) / (expected("words", values) + 1))
    worth = (1 + np.log(counts)) * rarity * np.where(kind & two, _DOUBLE, 1)
    owner = (terms >> np.uint64(32)).astype(np.int64)
    keep = _most(owner, values, worth)
    sizes = np.bincount(owner[keep], minlength=len(tokens))
    return Bag(
        values[keep],
        (np.minimum(counts, COUNT) | opening).astype(np.uint8)[keep],
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )


def _most(owner: I64, values: U32, worth: npt.NDArray[np.float64]) -> I64:
    """Where the values of each article are that are worth most; of equals, the smallest."""
    order = np.lexsort((values, -worth, owner))
    place = np.arange(len(owner)) - np.searchsorted(owner, owner)
    return np.sort(order[place < _TERMS])


def _owners(tokens: Tokens) -> I64:
    return np.repeat(np.arange(len(tokens)), np.diff(tokens.bounds))


def _owner_of(bag: Bag) -> I64:
    return np.repeat(np.arange(len(bag.bounds) - 1), np.diff(bag.bounds))


def _packed(owner: I64, values: U32) -> U64:
    return np.asarray((owner.astype(np.uint64) << np.uint64(32)) | values)


def _short(hashes: U64) -> U32:
    return np.asarray(hashes >> np.uint64(32), np.uint32)


def _bag(owner: I64, values: U32, rows: int) -> Bag:
    keys, counts = np.unique(_packed(owner, values), return_counts=True)
    sizes = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=rows)
    return Bag(
        (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        np.minimum(counts, COUNT).astype(np.uint8),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )


def _joined(bags: Sequence[Bag]) -> Bag:
    offsets = np.cumsum([0] + [len(bag.values) for bag in bags])
    bounds = [bag.bounds[:-1] + o for bag, o in zip(bags, offsets, strict=False)]
    return Bag(
        np.concatenate([bag.values for bag in bags]),
        np.concatenate([bag.counts for bag in bags]),
        np.concatenate([*bounds, offsets[-1:]]),
    )


def _rows(bag: Bag, rows: I64) -> Bag:
    sizes = np.diff(bag.bounds)[rows]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    at = np.repeat(bag.bounds[rows] - bounds[:-1], sizes) + np.arange(int(bounds[-1]))
    return Bag(bag.values[at], bag.counts[at], bounds)
