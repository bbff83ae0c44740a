"""Pairs of articles that may say the same: ratio margin and mutual nearest neighbours.

An absolute cosine says little: a close pair in a dense topic is a stranger, a distant one
in a sparse topic a translation. The ratio margin divides the cosine by the mean cosine of
both articles to their own neighbours (Artetxe & Schwenk 2019, "Margin-based parallel
corpus mining with multilingual sentence embeddings").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.config import SemanticConfig
from detector.pairkeys import distinct, packed, unpacked
from detector.semantic.index import F32, I64, nearest

_LANGUAGES = 8  # told apart; rarer ones share the last place
_KIN = 2  # nearest articles of one that may well be of its event, and are no strangers
_NEAREST = 4  # strangers whose mean is taken, as the margin does
_BEST = 3  # ... and as a pair is held against its articles' other pairs
_ENOUGH = 500  # articles of a language among which nearest strangers are as near as they get
_ASKED = 1000  # articles of a language whose strangers are looked at
_LEAST = 0.05  # a ratio to less would say nothing


@dataclass(frozen=True, slots=True)
class Strangers:
    """How near an article's nearest strangers are, by a model's vectors.

    In a small corpus the nearest stranger is far, and everything nearer would stand out;
    so no neighbourhood counts for less than it would in a corpus of some thousands.

    Attributes:
        within: mean cosine to the four nearest of the same language.
        crossing: the same to those of another language.
        best: mean cosine to the three nearest.
    """

    within: float = 0.58  # of our static encoder, as the others
    crossing: float = 0.45
    best: float = 0.60

    @classmethod
    def of_model(cls, thresholds: Mapping[str, float]) -> Strangers:
        """As calibrated for a model: ``stranger_within``, ``…_crossing``, ``…_best``."""
        names = ("within", "crossing", "best")
        return cls(**{n: v for n in names if (v := thresholds.get(f"stranger_{n}")) is not None})

    def of_corpus(self, vectors: F32, languages: Sequence[str]) -> Strangers:
        """As measured in a corpus, where it has a language with enough articles.

        The median over articles, so that a few large events do not count; what cannot be
        measured stays in proportion to what can.

        Args:
            vectors: shape (n, d), unit rows; rows of zeros do not count.
            languages: language code of each row.
        """
        names = np.asarray(languages, dtype=object)
        used = vectors.any(axis=1)
        groups = {n: np.flatnonzero((names == n) & used) for n in sorted(set(languages))}
        inside: list[F32] = []
        across: list[F32] = []
        for base in groups.values():
            if len(base) < _ENOUGH:
                continue
            for rows in groups.values():
                own = rows is base
                asked = rows[:: max(1, len(rows) // _ASKED)]
                skipped = _KIN + own  # the article itself comes first
                most = skipped + _NEAREST
                scores, _ = nearest(vectors, vectors, most, asked=asked, among=base)
                (inside if own else across).append(scores[:, skipped:])
        if not inside:
            return self
        cosines = np.concatenate(inside)
        within = float(np.median(cosines.mean(axis=1)))
        best = float(np.median(cosines[:, :_BEST].mean(axis=1)))
        crossing = self.crossing * within / self.within
        if across:
            crossing = float(np.median(np.concatenate(across).mean(axis=1)))
        return Strangers(*(max(value, _LEAST) for value in (within, crossing, best)))


class Neighbourhood:
    """Each article's nearest articles in each language, and what follows for a pair."""

    def __init__(
        self,
        vectors: F32,
        languages: Sequence[str],
        config: SemanticConfig,
        strangers: Strangers | None = None,
        threads: int = 1,
        rows: I64 | None = None,
    ) -> None:
        """Search the neighbours of every article.

        Args:
            vectors: shape (n, d), unit rows; an article with a zero row has no neighbours.
            languages: language code of each row.
            config: how many neighbours, and the margin's k.
            strangers: what a neighbourhood counts for at the least.
            threads: that search; they change no result.
            rows: ascending, the articles that are looked at; all if None.
        """
        usual = strangers or Strangers()
        self._usual = np.array([usual.within, usual.crossing], np.float32)
        self._vectors = vectors
        self._config = config
        self._code = _codes(languages)
        usable = np.arange(len(vectors)) if rows is None else rows
        usable = usable[np.einsum("ij,ij->i", vectors, vectors)[usable] > 0]
        spoken = np.unique(self._code[usable])
        # Where the neighbours in each language stand; those that nobody can be near have no place.
        self._place = np.full(_LANGUAGES, -1, np.int64)
        self._place[spoken] = np.arange(len(spoken))
        shape = (max(len(spoken), 1), len(vectors), config.neighbours)
        self._scores = np.full(shape, -np.inf, np.float32)
        self._found = np.full(shape, -1, np.int32)
        for place, code in enumerate(spoken.tolist()):
            scores, found = self._search(usable, usable[self._code[usable] == code], threads)
            self._scores[place, usable] = scores
            self._found[place, usable] = found

    def pairs(self) -> I64:
        """Every article with each of its neighbours: shape (n, 2), sorted and distinct."""
        parts = [np.zeros(0, np.uint64)]
        for found in self._found:
            there = found >= 0
            i = np.repeat(np.arange(len(found), dtype=np.int32), there.sum(axis=1))
            j = found[there]
            parts.append(distinct(packed(np.minimum(i, j), np.maximum(i, j))))
        return unpacked(distinct(np.concatenate(parts)))

    def measure(self, pairs: I64) -> dict[str, F32]:
        """What the vectors say of any pairs.

        Args:
            pairs: shape (n, 2), article indices.

        Returns:
            ``cosine``; ``margin``, the ratio margin less 1, at most 4; ``mutual``, 1 where
            each is the other's nearest in its language; ``rank``, the logarithm of the
            better of both ranks; ``gap``, by how much the cosine exceeds that of the
            nearest other article, of the article where it exceeds it least.
        """
        i, j = pairs[:, 0], pairs[:, 1]
        cosine = np.einsum("ij,ij->i", self._vectors[i], self._vectors[j])
        rank_i, level_i, other_i = self._seen_from(i, j)
        rank_j, level_j, other_j = self._seen_from(j, i)
        ratio = 2 * cosine / (level_i + level_j)
        measured = {
            "cosine": cosine,
            "margin": np.clip(ratio - 1, -1, 4),
            "mutual": (rank_i == 1) & (rank_j == 1),
            "rank": np.log(np.minimum(rank_i, rank_j)),
            "gap": np.minimum(cosine - other_i, cosine - other_j),
        }
        return {name: np.asarray(value, np.float32) for name, value in measured.items()}

    def crossing(self, pairs: I64) -> npt.NDArray[np.bool_]:
        """Whether the two articles of each pair are in different languages."""
        return np.asarray(self._code[pairs[:, 0]] != self._code[pairs[:, 1]])

    def _search(self, queries: I64, base: I64, threads: int) -> tuple[F32, I64]:
        k = self._config.neighbours
        vectors = self._vectors
        scores, found = nearest(vectors, vectors, k + 1, threads, queries, base)
        drop = found == queries[:, None]
        drop[~drop.any(axis=1), -1] = True  # equal vectors may crowd out the article itself
        return scores[~drop].reshape(-1, k), found[~drop].reshape(-1, k)

    def _seen_from(self, rows: I64, others: I64) -> tuple[I64, F32, F32]:
        """Rank of each other, mean cosine to the nearest strangers, and the best of them."""
        place = self._place[self._code[others]]
        scores = self._scores[place, rows]
        scores[place < 0] = -np.inf
        hit = self._found[place, rows] == others[:, None]
        rank = np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, hit.shape[1] + 1)
        strangers = np.where(hit | ~np.isfinite(scores), -np.inf, scores)
        strangers = -np.sort(-strangers, axis=1)[:, : self._config.margin_neighbours]
        crossing = (self._code[rows] != self._code[others]).astype(np.int64)
        strangers = np.maximum(strangers, self._usual[crossing][:, None])
        return rank, strangers.mean(axis=1), strangers[:, 0]


def _codes(languages: Sequence[str]) -> I64:
    """A number for each language, the most frequent first."""
    counts = Counter(languages)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    number = {name: min(i, _LANGUAGES - 1) for i, name in enumerate(ranked)}
    return np.array([number[name] for name in languages], np.int64)
