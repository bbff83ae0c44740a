"""Sentences of two languages side by side: who says what, in which order, and how much.

Each sentence of one article is held against every sentence of the other by the cosine of
their vectors. A translation keeps its sentences' order and covers most of the shorter
article; two reports of one event share a few sentences in any order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_MATCH = 0.45  # cosine of centred static vectors from which two sentences say the same
_LONG = 60  # words from which a longer sentence weighs no more
_MOST = 400  # sentences of one article: the matrix is quadratic


@dataclass(frozen=True, slots=True)
class SentenceAlignment:
    """The best counterparts of the sentences of two articles.

    Attributes:
        pairs: shape (n, 2), sentence of a and sentence of b that are each other's best.
        scores: shape (n,), their cosines.
        features: coverage and order, by name.
    """

    pairs: I64
    scores: F32
    features: dict[str, float]


def align_sentences(
    a: F32, b: F32, words_a: npt.NDArray[np.integer], words_b: npt.NDArray[np.integer]
) -> SentenceAlignment:
    """Align the sentences of two articles by their vectors.

    Args:
        a: shape (n, d), unit vectors of one article's sentences, in order; zero where none.
        b: shape (m, d), of the other's.
        words_a: shape (n,), words in each sentence: its weight.
        words_b: shape (m,).

    Returns:
        Pairs of mutual best sentences and the features ``aligned_best`` and
        ``aligned_least`` (mean best cosine of the better and the worse covered article),
        ``covered_best`` and ``covered_least`` (share of words in sentences with a
        counterpart), ``in_order`` (share of words in sentences whose counterparts come in the
        same order, of the better covered article).
    """
    a, b, words_a, words_b = a[:_MOST], b[:_MOST], words_a[:_MOST], words_b[:_MOST]
    if not len(a) or not len(b):
        return SentenceAlignment(np.zeros((0, 2), np.int64), np.zeros(0, np.float32), _nothing())
    cosine = a @ b.T
    there, back = cosine.argmax(axis=1), cosine.argmax(axis=0)
    best_a, best_b = cosine.max(axis=1), cosine.max(axis=0)
    mutual = np.flatnonzero(back[there] == np.arange(len(a)))
    pairs = np.stack([mutual, there[mutual]], axis=1)
    matched = pairs[best_a[mutual] >= _MATCH]
    means = [_weighted(best_a, words_a), _weighted(best_b, words_b)]
    covered = [_weighted(best_a >= _MATCH, words_a), _weighted(best_b >= _MATCH, words_b)]
    features = {
        "aligned_best": max(means),
        "aligned_least": min(means),
        "covered_best": max(covered),
        "covered_least": min(covered),
        "in_order": max(
            _in_order(matched, words_a, 0), _in_order(matched[matched[:, 1].argsort()], words_b, 1)
        ),
    }
    return SentenceAlignment(pairs, best_a[mutual].astype(np.float32), features)


def _nothing() -> dict[str, float]:
    names = ("aligned_best", "aligned_least", "covered_best", "covered_least", "in_order")
    return dict.fromkeys(names, 0.0)


def _weighted(values: npt.NDArray[np.generic], words: npt.NDArray[np.integer]) -> float:
    weights = np.minimum(words, _LONG).astype(np.float64)
    return float((values * weights).sum() / max(float(weights.sum()), 1.0))


def _in_order(pairs: I64, words: npt.NDArray[np.integer], side: int) -> float:
    """Share of words in the heaviest chain of sentences whose counterparts ascend, too."""
    weights = np.minimum(words, _LONG).astype(np.float64)
    mine, other = pairs[:, side].tolist(), pairs[:, 1 - side].tolist()
    best: list[float] = []
    for i in range(len(mine)):
        before = [best[k] for k in range(i) if other[k] < other[i]]
        best.append(float(weights[mine[i]]) + max(before, default=0.0))
    return max(best, default=0.0) / max(float(weights.sum()), 1.0)
