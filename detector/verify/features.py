"""Pairs of profiles to numbers: what two articles share, and what excludes the other.

Every similarity is a cosine of sparse rows weighted by rarity (TF-IDF, Salton & Buckley
1988), learnt from the corpus at hand and smoothed so that five articles suffice. Conflicts
are features of their own: two places or days that exclude each other say more than shared
paragraphs do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from detector.verify.profiles import Bag, Profiles
from detector.verify.rarity import CROWD, expected

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_RIVALS = 2  # best other candidates that make a neighbourhood
_CHUNK = 20_000  # pairs compared at once: bounds memory
_DAY = 24 * 60
_FEW = 3  # names or numbers from which on their absence says something
_UNKNOWN = 0


class Commonness(Protocol):
    """How common values are in a corpus of which only a part is at hand."""

    @property
    def articles(self) -> int:
        """How many articles the corpus has."""
        ...

    def of(self, kind: str, values: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """In how many of them each of some ascending values of a bag occurs."""
        ...


def compare(profiles: Profiles, pairs: I64, commonness: Commonness | None = None) -> dict[str, F32]:
    """Features of each pair of articles, without vectors.

    Args:
        profiles: of the whole corpus, which decides how rare a word is.
        pairs: shape (n, 2), article indices.
        commonness: decides that where the profiles are of a part only.

    Returns:
        Feature name to shape (n,). Similarities are 0 to 1; conflicts 0 or 1.
    """
    left, right = pairs[:, 0], pairs[:, 1]
    result: dict[str, F32] = {}
    for name in ("words", "title", "names", "numbers", "places", "dates", "documents"):
        rows = _weighted(getattr(profiles, name), name, commonness)
        result[name] = _cosines(rows, left, right)
    for name in ("names", "numbers"):
        result[f"{name}_missing"] = _missing(getattr(profiles, name), name, left, right, commonness)
    known = (np.diff(profiles.dates.bounds) > 0)[left] & (np.diff(profiles.dates.bounds) > 0)[right]
    result["dates_apart"] = (known & (result["dates"] == 0)).astype(np.float32)
    result |= _differences("event_day", profiles.event_day, left, right)
    result |= _places_apart(profiles.dateline, left, right)
    apart = np.abs(profiles.event_day[left] - profiles.event_day[right])
    result["event_day_gap"] = (np.log1p(apart) * result["event_day_apart"]).astype(np.float32)
    # Another day at another place: another event, however much of the report is the same.
    result["both_apart"] = result["event_day_apart"] * result["dateline_apart"]
    days = np.abs(profiles.published[left] - profiles.published[right]) / _DAY
    timed = np.isfinite(days)
    result["published_gap"] = np.where(timed, np.log1p(days), 0).astype(np.float32)
    result["published_known"] = timed.astype(np.float32)
    # A day is sure where both say when they were published: "today" is then known, and years.
    result["day_surely_apart"] = result["event_day_apart"] * timed
    sources = profiles.source[left], profiles.source[right]
    same_source = (sources[0] == sources[1]) & (sources[0] != _UNKNOWN)
    result["same_source"] = same_source.astype(np.float32)
    lengths = np.maximum(profiles.length, 1)
    result["length_ratio"] = np.abs(np.log(lengths[left] / lengths[right])).astype(np.float32)
    return result


class Rivals:
    """The best values that each article has in its candidate pairs, to hold a pair against."""

    def __init__(self, values: F32, pairs: I64, articles: int) -> None:
        """Keep the three best of each article.

        Args:
            values: shape (n,), a similarity of each candidate pair.
            pairs: shape (n, 2), article indices.
            articles: how many articles there are.
        """
        owner = np.concatenate([pairs[:, 0], pairs[:, 1]])
        other = np.concatenate([pairs[:, 1], pairs[:, 0]])
        self.note(owner, other, np.concatenate([values, values]), articles)

    def note(self, owner: I64, other: I64, both: F32, articles: int) -> None:
        """Keep the three best of each article.

        Args:
            owner: shape (n,), articles.
            other: shape (n,), an article that each is held against, each once.
            both: shape (n,), how alike the two are.
            articles: how many there are.
        """
        order = np.lexsort((other, -both, owner))
        owner, other, both = owner[order], other[order], both[order]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        top = place < _RIVALS + 1
        self._values = np.zeros((articles, _RIVALS + 1), np.float32)
        self._others = np.full((articles, _RIVALS + 1), -1, np.int64)
        self._values[owner[top], place[top]] = both[top]
        self._others[owner[top], place[top]] = other[top]

    def relative(self, values: F32, pairs: I64, least: float) -> F32:
        """Each pair's value over the mean of what its articles have with their best others.

        A topic everybody writes about makes all its pairs look alike; only what stands out
        of the neighbourhood says something. The logarithm of the ratio, -3 to 3.

        Args:
            values: shape (m,), of any pairs.
            pairs: shape (m, 2).
            least: what a neighbourhood is worth at the least.
        """
        level = (self._level(pairs[:, 0], pairs[:, 1]) + self._level(pairs[:, 1], pairs[:, 0])) / 2
        ratio = np.maximum(values, 1e-3) / np.maximum(level, least)
        return np.asarray(np.clip(np.log(ratio), -3, 3), np.float32)

    def _level(self, rows: I64, others: I64) -> F32:
        """Mean of the best values of `rows` with any article but `others`."""
        own = self._others[rows] == others[:, None]
        rest = np.where(own, np.float32(0), self._values[rows])
        rest[~own.any(axis=1), -1] = 0
        return np.asarray(rest.sum(axis=1) / _RIVALS, np.float32)


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


def _missing(bag: Bag, kind: str, left: I64, right: I64, commonness: Commonness | None) -> F32:
    """Part of what the poorer article states that the other does not, by rarity.

    Shrunk towards 0 where it states little: an essay without names contradicts nobody.
    """
    weight, column = _rarity(bag, kind, commonness)
    stated = np.bincount(_owner(bag), weight, minlength=len(bag.bounds) - 1)
    counts = np.diff(bag.bounds)
    poorer = np.where(stated[left] <= stated[right], left, right)
    shared = _cosines(_rows(bag, np.sqrt(weight), column), left, right)
    kept = np.minimum(shared / np.maximum(stated[poorer], 1e-9), 1)
    sure = counts[poorer] / (counts[poorer] + _FEW)
    return np.asarray((1 - kept) * sure, np.float32)


def _weighted(bag: Bag, kind: str, commonness: Commonness | None) -> Any:
    """Unit rows of term weights, as a SciPy CSR matrix."""
    weight, column = _rarity(bag, kind, commonness)
    if kind == "words":
        weight = weight * (1 + np.log(np.maximum(bag.counts, 1).astype(np.float64)))
    owner = _owner(bag)
    norm = np.sqrt(np.bincount(owner, weight**2, minlength=len(bag.bounds) - 1))
    return _rows(bag, weight / np.maximum(norm[owner], 1e-9), column)


def _owner(bag: Bag) -> I64:
    return np.repeat(np.arange(len(bag.bounds) - 1), np.diff(bag.bounds))


def _rarity(
    bag: Bag, kind: str, commonness: Commonness | None
) -> tuple[npt.NDArray[np.float64], I64]:
    """Logarithm of how few articles have each value, and the value's column."""
    articles = len(bag.bounds) - 1
    values, column, frequency = np.unique(bag.values, return_inverse=True, return_counts=True)
    if commonness is not None:
        articles, frequency = commonness.articles, commonness.of(kind, values)
    everywhere = frequency + expected(kind, values) + 1.0
    rarity = np.log((articles + CROWD) / np.minimum(everywhere, articles + CROWD - 1))
    return rarity[column], column


def _rows(bag: Bag, weight: npt.NDArray[np.float64], column: I64) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix(
        (weight.astype(np.float32), column.astype(np.int32), bag.bounds),
        shape=(len(bag.bounds) - 1, int(column.max(initial=0)) + 1),
    )


def _cosines(rows: Any, left: I64, right: I64) -> F32:
    parts = [
        np.asarray(
            rows[left[start : start + _CHUNK]]
            .multiply(rows[right[start : start + _CHUNK]])
            .sum(axis=1),
            np.float32,
        ).ravel()
        for start in range(0, len(left), _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
