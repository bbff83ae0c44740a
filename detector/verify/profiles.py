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
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.pairkeys import lower, packed, upper
from detector.records import Article, Facts
from detector.text import CAPITAL, I64, NUMBER, SENTENCE, U64, Tokens, mix
from detector.verify.rarity import CROWD, expected

U32 = npt.NDArray[np.uint32]
F32 = npt.NDArray[np.float32]

_TERMS = 160  # most telling words and word pairs kept of an article
_DOUBLE = 0.65  # what a pair of words tells, over a word as rare: nearly every pair is rare
_FIRST = 60  # words within which a report says what happened

# A word or pair while it is sorted: its article, its value, and two bits.
_OWNER = np.uint64(34)
_PAIR = np.uint8(2)  # of neighbours; the lower bit is set behind the first words

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
    words, title = _terms(body, titles)
    return Profiles(
        words=words,
        title=title,
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


def gathered(parts: list[Profiles], rows: I64) -> Profiles:
    """What `take` of `concatenate` gives, a field at a time, so that little is held twice.

    Args:
        parts: runs of articles; the list is emptied.
        rows: articles in the order asked for.
    """
    columns = {field.name: [getattr(p, field.name) for p in parts] for field in fields(Profiles)}
    parts.clear()
    made: dict[str, Any] = {}
    for name in list(columns):
        values = columns.pop(name)
        if isinstance(values[0], Bag):
            whole = _joined(values)
            del values
            made[name] = _rows(whole, rows)
        else:
            made[name] = np.concatenate(values)[rows]
    return Profiles(**made)


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


def hashed(values: Iterable[str]) -> U32:
    """What stands for each of some values."""
    return np.array([zlib.crc32(value.encode()) for value in values], np.uint32)


def _hashed(rows: Iterable[Sequence[str]]) -> Bag:
    kept = list(rows)
    sizes = np.fromiter(map(len, kept), np.int64, len(kept))
    owners = np.repeat(np.arange(len(kept)), sizes)
    return _bag(owners, hashed(value for row in kept for value in row), len(kept))


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
    headline = np.sort(packed(_owners(titles), _short(titles.folded)))
    keys = packed(_owner_of(names), names.values)
    told = np.searchsorted(headline, keys, "right") > np.searchsorted(headline, keys)
    return replace(names, counts=names.counts | np.where(told, HEADLINE, 0).astype(np.uint8))


def _terms(body: Tokens, titles: Tokens) -> tuple[Bag, Bag]:
    """Words and pairs of neighbours of bodies and of headlines; of a long text the most telling.

    What tells most occurs often here and seldom in news at large.
    """
    several, end = len(body), len(body.hashes)
    hashes = np.concatenate([body.hashes, titles.hashes])
    both = _telling(hashes, np.concatenate([body.bounds, titles.bounds[1:] + end]))
    at = both.bounds[several]
    return (
        Bag(both.values[:at], both.counts[:at], both.bounds[: several + 1]),
        Bag(both.values[at:], both.counts[at:], both.bounds[several:] - at),
    )


def _telling(hashes: U64, begins: I64) -> Bag:
    """The same of any texts, by the hashes of their words and where each begins."""
    sizes = np.diff(begins)
    texts = np.arange(len(sizes) + 1, dtype=np.uint64) << _OWNER
    owner = np.repeat(texts[:-1], sizes)
    beside = owner[1:] == owner[:-1]  # before the place is set
    # Owner, value, kind and place as one number: the first of a value is the earliest.
    begin = np.repeat(begins[:-1] + _FIRST, sizes)
    owner |= (np.arange(len(owner)) >= begin).view(np.uint8)
    double = mix(hashes[1:] * np.uint64(3) + hashes[:-1])
    single = owner | _shifted(hashes)
    pairs = (owner[:-1] | _shifted(double) | np.uint64(_PAIR))[beside]
    keys = np.concatenate([single, pairs])
    keys.sort()
    terms = keys >> np.uint64(2)
    fresh = np.ones(len(keys), np.bool_)
    np.not_equal(terms[1:], terms[:-1], out=fresh[1:])
    at = np.flatnonzero(fresh)
    counts = np.diff(at, append=len(keys))
    kept = keys[at]
    values, kind = terms[at].astype(np.uint32), kept.astype(np.uint8)
    often = 1 + np.log(np.arange(1, int(counts.max(initial=1)) + 1))
    worth = often[counts - 1] * _rarity(values)
    worth *= np.where(kind & _PAIR, _DOUBLE, 1.0)
    keep, bounds = _most(worth, np.searchsorted(kept, texts))
    opening = np.where(kind[keep] & np.uint8(1), np.uint8(0), np.uint8(OPENING))
    return Bag(values[keep], np.minimum(counts[keep], COUNT).astype(np.uint8) | opening, bounds)


def _shifted(hashes: U64) -> U64:
    """The upper half of each hash, above the two bits of kind and place."""
    return np.asarray(hashes >> np.uint64(32) << np.uint64(2))


def _rarity(values: U32) -> npt.NDArray[np.float64]:
    """How rare each word or pair is in news at large, as a logarithm."""
    shared = expected("words", values)
    known = np.flatnonzero(shared)  # few: most pairs are in no other article
    rarity = np.full(len(values), np.log(np.float64(CROWD + 1)))
    rarity[known] = np.log((CROWD + 1) / (shared[known] + 1))
    return rarity


def _most(worth: npt.NDArray[np.float64], bounds: I64) -> tuple[I64, I64]:
    """Where the values of each article are that are worth most; of equals, the first.

    Args:
        worth: shape (n,), of each value, those of an article together.
        bounds: shape (articles + 1,).

    Returns:
        Positions, ascending, and their bounds.
    """
    sizes = np.diff(bounds)
    # What an article's last kept value is worth; a selection, not a sort (Hoare 1961).
    least = np.full(len(sizes), -np.inf)
    for i in np.flatnonzero(sizes > _TERMS).tolist():
        own = worth[bounds[i] : bounds[i + 1]].copy()
        own.partition(len(own) - _TERMS)
        least[i] = own[-_TERMS]
    limit = np.repeat(least, sizes)
    more = np.concatenate([[0], np.cumsum(worth > limit)])[bounds]
    equal = np.flatnonzero(worth == limit)
    begin = np.searchsorted(equal, bounds)
    room = _TERMS - np.diff(more)
    late = np.arange(len(equal)) - np.repeat(begin[:-1], np.diff(begin)) >= np.repeat(
        room, np.diff(begin)
    )
    keep = worth >= limit
    keep[equal[late]] = False
    return np.flatnonzero(keep), np.concatenate([[0], np.cumsum(np.minimum(sizes, _TERMS))])


def _owners(tokens: Tokens) -> I64:
    return np.repeat(np.arange(len(tokens)), np.diff(tokens.bounds))


def _owner_of(bag: Bag) -> I64:
    return np.repeat(np.arange(len(bag.bounds) - 1), np.diff(bag.bounds))


def _short(hashes: U64) -> U32:
    return np.asarray(hashes >> np.uint64(32), np.uint32)


def _bag(owner: I64, values: U32, rows: int) -> Bag:
    keys, counts = np.unique(packed(owner, values), return_counts=True)
    sizes = np.bincount(upper(keys), minlength=rows)
    return Bag(
        lower(keys).astype(np.uint32),
        np.minimum(counts, COUNT).astype(np.uint8),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )


def _joined(bags: Sequence[Bag]) -> Bag:
    offsets = [0, *accumulate(len(bag.values) for bag in bags)]
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
