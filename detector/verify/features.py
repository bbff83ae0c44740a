"""Pairs of profiles to numbers: what two articles share, and what excludes the other.

Every similarity is a cosine of rows weighted by rarity. Conflicts are features of their own:
two places or days that exclude each other say more than shared paragraphs do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.pairkeys import lower, packed, upper
from detector.verify.few import MOST, DenseRows, weighed
from detector.verify.profiles import Profiles
from detector.verify.rarity import COMPARED
from detector.verify.weighing import Commonness, Rows

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_STATED = ("names", "numbers")  # bags of which it counts, too, what one article lacks
_RIVALS = 2  # best other candidates that make a neighbourhood
_CHUNK = 2000  # pairs compared at once: their rows stay in the cache
_SORTED = 1 << 18  # pairs sorted at once: bounds memory
_DAY = 24 * 60
_FEW = 3  # names or numbers from which on their absence says something
_HALF = 2  # names of a headline, or main ones, whose absence counts for half
_UNTOLD = 0.3  # what an article without a telling opening is taken to share of one
_SEASON = 90  # days
_UNKNOWN = 0


class Weighed:
    """The profiles of a corpus, weighed once, so that any of its pairs can be compared."""

    def __init__(self, profiles: Profiles, commonness: Commonness | None = None) -> None:
        """Weigh the profiles.

        Args:
            profiles: of the whole corpus, which decides how rare a word is.
            commonness: decides that where the profiles are of a part only.
        """
        self._rows: Mapping[str, Rows | DenseRows]
        if commonness is not None and len(profiles) <= MOST:
            self._rows = weighed(profiles, commonness)
        else:
            self._rows = {k: Rows.of(getattr(profiles, k), k, commonness) for k in COMPARED}
        self._facts = _Facts(*(getattr(profiles, field.name) for field in fields(_Facts)))
        self._dated = self._rows["dates"].counts > 0

    def compare(self, pairs: I64) -> dict[str, F32]:
        """Features of each pair of articles, without vectors.

        Args:
            pairs: shape (n, 2), article indices: some hundreds, see `in_parts`.

        Returns:
            Feature name to shape (n,). Similarities are 0 to 1; conflicts 0 or 1.
        """
        left, right = pairs[:, 0], pairs[:, 1]
        result: dict[str, F32] = {}
        parts: dict[str, F32] = {}
        for kind, rows in self._rows.items():
            found = rows.between(left, right, stated=kind in _STATED)
            result[kind] = found.cosine
            if found.shared is not None:
                result[f"{kind}_missing"] = _missing(rows, found.shared, left, right)
            if found.few is not None:
                result[f"{kind}_few"] = np.log1p(found.few)
            for part, kept in found.kept.items():
                counts = rows.parts[part].counts
                sides = counts[left], counts[right]
                if part == "opening":
                    parts["opening"] = _opening(kept, sides)
                elif part == "days":
                    parts["yearless_apart"] = _apart(kept, sides)
                else:
                    parts[f"{part}_names_missing"] = _lacking(kept, sides)
        result |= parts
        known = self._dated[left] & self._dated[right]
        result["dates_apart"] = (known & (result["dates"] == 0)).astype(np.float32)
        return result | self._facts.compared(left, right)


def compare(profiles: Profiles, pairs: I64) -> dict[str, F32]:
    """Features of some pairs of a corpus that is compared but once; see `Weighed`."""
    return in_parts(Weighed(profiles).compare, pairs)


def in_parts(
    function: Callable[..., Mapping[str, Column]],
    pairs: I64,
    threads: int = 1,
    *beside: Mapping[str, Column],
) -> dict[str, Column]:
    """What a function says of pairs, asked of so many at a time that the cache holds them.

    Args:
        function: gives an array for each name, with a value for each pair.
        pairs: shape (n, 2).
        threads: in which it runs; they change no result.
        beside: what else it is given, with a value for each pair.
    """
    if len(pairs) <= _CHUNK:
        return dict(function(pairs, *beside))
    whole: dict[str, Column] = {}

    def fill(start: int) -> None:
        part = slice(start, start + _CHUNK)
        own = ({name: values[part] for name, values in columns.items()} for columns in beside)
        for name, values in function(pairs[part], *own).items():
            if start == 0:
                whole[name] = np.empty(len(pairs), values.dtype)
            whole[name][part] = values

    fill(0)
    starts = range(_CHUNK, len(pairs), _CHUNK)
    if threads == 1 or len(starts) < 2:
        deque(map(fill, starts), maxlen=0)
        return whole
    with ThreadPoolExecutor(threads) as pool:
        deque(pool.map(fill, starts), maxlen=0)
    return whole


@dataclass(frozen=True, slots=True)
class _Facts:
    """What profiles say in one figure each; see `Profiles`."""

    length: npt.NDArray[np.int32]
    event_day: npt.NDArray[np.int32]
    dateline: npt.NDArray[np.uint32]
    published: npt.NDArray[np.float64]
    source: npt.NDArray[np.uint32]

    def compared(self, left: I64, right: I64) -> dict[str, F32]:
        result = dict(_differences("event_day", self.event_day, left, right))
        result |= _places_apart(self.dateline, left, right)
        apart = np.abs(self.event_day[left] - self.event_day[right])
        result["event_day_gap"] = (np.log1p(apart) * result["event_day_apart"]).astype(np.float32)
        # Even a guess at the day is seldom wrong by a season.
        result["event_day_far"] = (apart > _SEASON) * result["event_day_apart"]
        # Another day at another place: another event, however much of the report is the same.
        result["both_apart"] = result["event_day_apart"] * result["dateline_apart"]
        days = np.abs(self.published[left] - self.published[right]) / _DAY
        timed = np.isfinite(days)
        result["published_gap"] = np.where(timed, np.log1p(days), 0).astype(np.float32)
        result["published_known"] = timed.astype(np.float32)
        # A day is sure where both say when they were published: "today" is then known, and years.
        result["day_surely_apart"] = (result["event_day_apart"] * timed).astype(np.float32)
        result["day_surely_gap"] = (result["event_day_gap"] * timed).astype(np.float32)
        sources = self.source[left], self.source[right]
        same_source = (sources[0] == sources[1]) & (sources[0] != _UNKNOWN)
        result["same_source"] = same_source.astype(np.float32)
        lengths = np.maximum(self.length, 1)
        result["length_ratio"] = np.abs(np.log(lengths[left] / lengths[right])).astype(np.float32)
        return result


class Rivals:
    """The best values that each article has in its candidate pairs, to hold a pair against."""

    def __init__(self, articles: int) -> None:
        """Begin without candidates of so many articles."""
        self._values = np.zeros((articles, _RIVALS + 1), np.float32)
        self._others = np.full((articles, _RIVALS + 1), -1, np.int32)

    @classmethod
    def of(cls, similarities: Mapping[str, F32], pairs: I64, articles: int) -> dict[str, Rivals]:
        """Keep the three best of each article, for each similarity.

        Args:
            similarities: each of shape (n,), for each candidate pair.
            pairs: shape (n, 2), article indices, each pair once.
            articles: how many articles there are.
        """
        found = {name: cls(articles) for name in similarities}
        ranges = max(1, -(-len(pairs) // _SORTED))
        edges = np.linspace(0, articles, ranges + 1).astype(np.int64).tolist()
        for low, high in pairwise(edges):
            owner, other, row = _by_owner(pairs, low, high)
            for name, values in similarities.items():
                found[name]._keep(owner, other, values[row])
        return found

    def note(self, owner: I64, other: I64, both: F32) -> None:
        """Keep the three best of each article.

        Args:
            owner: shape (n,), articles.
            other: shape (n,), an article that each is held against, each once.
            both: shape (n,), how alike the two are.
        """
        order = np.lexsort((other, -both, owner))
        owner = owner[order]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        top = place <= _RIVALS
        at = owner[top], place[top]
        self._others = self._others.astype(np.int64)  # numbers of a store
        self._values[at] = both[order][top]
        self._others[at] = other[order][top]

    def _keep(self, owner: I64, other: I64, both: F32) -> None:
        for place in range(_RIVALS + 1):
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            if not len(first):
                break
            best = np.maximum.reduceat(both, first)
            at = np.flatnonzero(both == np.repeat(best, np.diff(first, append=len(owner))))
            at = at[np.flatnonzero(np.diff(owner[at], prepend=-1))]  # of equals, the lowest
            self._values[owner[at], place] = both[at]
            self._others[owner[at], place] = other[at]
            rest = np.ones(len(owner), np.bool_)
            rest[at] = False
            owner, other, both = owner[rest], other[rest], both[rest]

    def relative(self, values: F32, pairs: I64, least: float) -> F32:
        """Each pair's value over the mean of what its articles have with their best others.

        A topic everybody writes about makes all its pairs look alike; only what stands out
        of the neighbourhood says something. The logarithm of the ratio, -3 to 3.

        Args:
            values: shape (m,), of any pairs.
            pairs: shape (m, 2).
            least: what a neighbourhood is worth at the least.
        """
        return relative_to(values, self.level(pairs), least)

    def level(self, pairs: I64, start: I64 | int = 0) -> F32:
        """What the articles of each pair have with their best others, the mean of both.

        Args:
            pairs: shape (m, 2).
            start: shape (m,), where the articles of a pair begin, if several sets are kept.
        """
        left, right = pairs[:, 0], pairs[:, 1]
        sides = self._level(left + start, right), self._level(right + start, left)
        return np.asarray((sides[0] + sides[1]) / 2, np.float32)

    def _level(self, rows: I64, others: I64) -> F32:
        """Mean of the best values of `rows` with any article but `others`."""
        own = self._others[rows] == others[:, None]
        rest = np.where(own, np.float32(0), self._values[rows])
        rest[~own.any(axis=1), -1] = 0
        return np.asarray(rest.sum(axis=1) / _RIVALS, np.float32)


def relative_to(values: F32, level: F32, least: F32 | float) -> F32:
    """Each value over its neighbourhood's, see `Rivals.relative`."""
    ratio = np.maximum(values, 1e-3) / np.maximum(level, least)
    return np.asarray(np.clip(np.log(ratio), -3, 3), np.float32)


def _by_owner(pairs: I64, low: int, high: int) -> tuple[I64, I64, I64]:
    """The pairs that some articles are in, once for each: sorted by it, then by the other.

    Returns:
        The one, the other, and the row of the pair.
    """
    sides = []
    for own, other in ((0, 1), (1, 0)):
        row = np.flatnonzero((pairs[:, own] >= low) & (pairs[:, own] < high))
        sides.append((packed(pairs[row, own], pairs[row, other]), row))
    keys, rows = (np.concatenate(column) for column in zip(*sides, strict=True))
    order = np.argsort(keys)
    return upper(keys[order]), lower(keys[order]), rows[order]


def _differences(name: str, values: npt.NDArray[Any], left: I64, right: I64) -> Mapping[str, F32]:
    known = (values[left] != _UNKNOWN) & (values[right] != _UNKNOWN)
    same = values[left] == values[right]
    return {
        f"{name}_same": (known & same).astype(np.float32),
        f"{name}_apart": (known & ~same).astype(np.float32),
    }


def _places_apart(nested: npt.NDArray[Any], left: I64, right: I64) -> Mapping[str, F32]:
    """Whether two datelines are one place, or exclude each other: neither lies in the other."""
    a, b = nested[left], nested[right]
    known = (a[:, 0] != _UNKNOWN) & (b[:, 0] != _UNKNOWN)
    inside = (a == b[:, :1]).any(axis=1) | (b == a[:, :1]).any(axis=1)
    return {
        "dateline_same": (known & inside).astype(np.float32),
        "dateline_apart": (known & ~inside).astype(np.float32),
    }


def _missing(rows: Rows | DenseRows, shared: F32, left: I64, right: I64) -> F32:
    """Part of what the poorer article states that the other does not, by rarity.

    Shrunk towards 0 where it states little: an essay without names contradicts nobody.
    """
    poorer = np.where(rows.worth[left] <= rows.worth[right], left, right)
    kept = np.minimum(shared / np.maximum(rows.worth[poorer], 1e-9), 1)
    sure = rows.counts[poorer] / (rows.counts[poorer] + _FEW)
    return np.asarray((1 - kept) * sure, np.float32)


def _opening(kept: tuple[F32, F32], counts: tuple[I32, I32]) -> F32:
    """Part of what each opens with that the other says anywhere, by rarity; the mean of both.

    The opening tells what happened; what follows may be background, or furniture of a house.
    """
    sides = [np.where(n > 0, own, _UNTOLD) for own, n in zip(kept, counts, strict=True)]
    return np.asarray((sides[0] + sides[1]) / 2, np.float32)


def _apart(kept: tuple[F32, F32], counts: tuple[I32, I32]) -> F32:
    """Whether both state such values, and none in common."""
    both = (counts[0] > 0) & (counts[1] > 0)
    return np.asarray(both & (kept[0] == 0), np.float32)


def _lacking(kept: tuple[F32, F32], counts: tuple[I32, I32]) -> F32:
    """Part of the names that matter to each that the other never mentions; the mean of both."""
    sides = [(1 - own) * n / (n + _HALF) for own, n in zip(kept, counts, strict=True)]
    return np.asarray((sides[0] + sides[1]) / 2, np.float32)
