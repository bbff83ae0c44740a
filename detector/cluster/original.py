"""Who had it first: credits, links, quoted headlines, interviews, times and containment.

Each sign adds log-odds for one direction. Where strong signs contradict each other, or
none speaks, there is no answer rather than a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone

from detector.lexicon.outlets import host_of, name_key
from detector.records import Credit, Relation
from detector.text import fold

# Log-odds of each sign; 4 is 98 in 100.
_LINKED = 5.0  # the credit links to the very article
_SLUG = 4.0  # the credited link spells the other's headline
_CREDITED = 4.0  # the credit names the other's outlet
_QUOTED = 3.0  # a translation that still shows the other's headline
_SPOKEN = 3.5  # it still says that the other's outlet was spoken to
_ASKED = 2.0  # one says so of its own outlet; the other took that out
_BORROWED = 1.5  # one credits somebody, the other nobody
_CONTAINED = 1.0  # an excerpt comes from the longer text more often than the reverse
_LATER_AT_MOST = 3.0  # a later publication time, by how much later
_STRONG = 2.5  # two signs from here on, against each other, leave no answer
_SURE = 0.7  # confidence below which there is no answer
_SLUG_WORDS = 4
_TRACKING = re.compile(r"utm|fbclid|gclid|ref=|source=")
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Side:
    """What is asked of one of the two articles.

    Attributes:
        id: of the article.
        title: its headline.
        url: where it was published.
        outlet: key of its outlet; empty where unknown.
        source: its outlet as written; empty where unknown.
        published: day or aware time, or None.
        credits: whom it credits.
        aside: its text outside the body, where portals leave the original's headline.
        confidants: keys of the outlets that its body says were spoken to.
        words: length of its body.
        language: its language code.
    """

    id: str
    title: str
    url: str
    outlet: str
    source: str
    published: date | datetime | None
    credits: tuple[Credit, ...]
    aside: str
    confidants: frozenset[str]
    words: int
    language: str


@dataclass(frozen=True, slots=True)
class Direction:
    """Which of two articles came first.

    Attributes:
        original: its id, or None.
        confidence: 0 to 1; 0 where `original` is None.
        odds: log-odds that the first side is the original; 0 where nothing speaks.
        reasons: sentences, the weightiest first.
    """

    original: str | None
    confidence: float
    odds: float
    reasons: tuple[str, ...]


def direction(a: Side, b: Side, relation: Relation) -> Direction:
    """Weigh the signs for `a` before `b` against those for `b` before `a`."""
    if relation is Relation.SAME_EVENT:
        return Direction(None, 0.0, 0.0, ())
    for_a, for_b = _signs(a, b, relation), _signs(b, a, relation)
    weight_a, weight_b = sum(for_a.values()), sum(for_b.values())
    reasons = tuple(
        sorted({**for_a, **for_b}, key=lambda r: (-max(for_a.get(r, 0), for_b.get(r, 0)), r))
    )
    odds = weight_a - weight_b
    confidence = 1 / (1 + math.exp(-abs(odds)))
    contradicted = min(max(for_a.values(), default=0), max(for_b.values(), default=0)) >= _STRONG
    if contradicted:
        return Direction(None, 0.0, 0.0, (*reasons, "These signs contradict each other."))
    if confidence < _SURE:
        return Direction(None, 0.0, 0.0, reasons)
    return Direction(a.id if odds > 0 else b.id, round(confidence, 3), odds, reasons)


def first_of(members: Sequence[str], directions: Mapping[tuple[str, str], Direction]) -> Direction:
    """The original of a cluster: what no member precedes, and most members follow.

    Args:
        members: article ids.
        directions: of pairs of members; pairs may be missing.

    Returns:
        The original, or None where no member qualifies or two do. A credit chain counts:
        what follows a follower follows the original.
    """
    after: dict[str, set[str]] = {m: set() for m in members}
    preceded: set[str] = set()
    odds: dict[str, list[float]] = {m: [] for m in members}
    for (a, b), found in sorted(directions.items()):
        if found.original is None or a not in after or b not in after:
            continue
        first, second = (a, b) if found.original == a else (b, a)
        after[first].add(second)
        preceded.add(second)
        odds[first].append(abs(found.odds))
    heads = [m for m in members if m not in preceded and after[m]]
    if len(heads) != 1:
        return Direction(None, 0.0, 0.0, ())
    reached = _reached(heads[0], after)
    share = (len(reached) - 1) / max(len(members) - 1, 1)
    mean = sum(odds[heads[0]]) / len(odds[heads[0]])
    confidence = share / (1 + math.exp(-mean))
    if confidence < 0.5:
        return Direction(None, 0.0, 0.0, ())
    return Direction(heads[0], round(confidence, 3), mean, ())


def _reached(start: str, after: Mapping[str, set[str]]) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for follower in after[waiting.pop()] - reached:
            reached.add(follower)
            waiting.append(follower)
    return reached


def _signs(first: Side, second: Side, relation: Relation) -> dict[str, float]:
    """Sentences that speak for `first` being the original, with their log-odds."""
    signs: dict[str, float] = {}
    for credit in second.credits:
        if credit.url and first.url and _bare(credit.url) == _bare(first.url):
            signs[f"{second.id} links to {first.id} as its source."] = _LINKED
        elif credit.url and _spells(credit.url, first.title):
            signs[f"{second.id} credits a link that spells the headline of {first.id}."] = _SLUG
        elif first.outlet != second.outlet and _names(credit, first):
            signs[f"{second.id} credits {credit.name}, where {first.id} appeared."] = _CREDITED
    foreign = first.language != second.language
    if foreign and len(first.title) >= 20 and first.title in second.aside:
        signs[f"{second.id} still shows the headline of {first.id}."] = _QUOTED
    if first.outlet != second.outlet:
        if _hears(second, first):
            name = first.source or first.outlet
            told = f"{second.id} says that {name}, where {first.id} appeared, was spoken to."
            signs[told] = _SPOKEN
        elif _hears(first, first):
            told = f"{first.id} says that its own outlet was spoken to; {second.id} does not."
            signs[told] = _ASKED
    if second.credits and not first.credits and first.outlet != second.outlet:
        signs[f"{second.id} credits {second.credits[0].name}; {first.id} credits nobody."] = (
            _BORROWED
        )
    if relation is Relation.EXCERPT and first.words > second.words:
        signs[f"{second.id} is contained in the longer {first.id}."] = _CONTAINED
    signs |= _times(first, second)
    return signs


def _hears(told: Side, side: Side) -> bool:
    """Whether a text says that the outlet of an article was spoken to."""
    source = name_key(side.source)
    return any(key == side.outlet or _one_name(key, source) for key in told.confidants)


def _one_name(one: str, other: str) -> bool:
    """Whether two folded names are of one outlet: "Báo Sông Hồng" and "Sông Hồng" are."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return bool(shorter) and (
        longer == shorter or (" " in shorter and longer.endswith(f" {shorter}"))
    )


def _names(credit: Credit, side: Side) -> bool:
    """Whether a credit names the outlet of an article, by key, host or written name."""
    if side.outlet and side.outlet in (credit.key, host_of(credit.url)):
        return True
    if host_of(side.url) and host_of(side.url) in (credit.key, host_of(credit.url)):
        return True
    return _one_name(name_key(credit.name), name_key(side.source))


def _times(first: Side, second: Side) -> dict[str, float]:
    if first.published is None or second.published is None:
        return {}
    a, b = first.published, second.published
    if isinstance(a, datetime) and isinstance(b, datetime):
        gap = (_aware(b) - _aware(a)).total_seconds() / _MINUTE
        if gap < 1:
            return {}
        weight = min(_LATER_AT_MOST, 0.9 + 0.7 * math.log10(gap))
        return {f"{first.id} was published {_span(gap)} before {second.id}.": weight}
    days = (_day(b) - _day(a)).days
    if days < 1:
        return {}
    weight = min(_LATER_AT_MOST, 1.5 + 0.5 * math.log2(days))
    return {f"{first.id} was published {days} day{'s' * (days > 1)} before {second.id}.": weight}


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def _day(published: date | datetime) -> date:
    return published.date() if isinstance(published, datetime) else published


def _span(minutes: float) -> str:
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = int(minutes // size)
            return f"{count} {name}{'s' * (count > 1)}"
    return "moments"


def _bare(url: str) -> str:
    """A link without scheme, www, tracking, fragment and final slash."""
    bare = re.sub(r"^https?://(www\.|m\.|amp\.)?|#.*$", "", url.strip().lower())
    path, _, query = bare.partition("?")
    kept = [part for part in query.split("&") if part and not _TRACKING.match(part)]
    return path.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def _spells(url: str, title: str) -> bool:
    """Whether a link's last part consists of the headline's words, as slugs do.

    Slugs break words at odd places, so letters are compared, not words.
    """
    slug = re.sub(r"\.\w+$", "", _bare(url).partition("?")[0].rsplit("/", 1)[-1])
    letters = re.sub(r"[^a-z]", "", slug)
    wanted = fold(title)
    if len(re.findall(r"[^\W\d_]+", wanted)) < _SLUG_WORDS:
        return False
    spelt = re.sub(r"[^a-z]", "", wanted)
    if min(len(spelt), len(letters)) < 12:
        return False
    return spelt[:60] in letters or letters[:60] in spelt
