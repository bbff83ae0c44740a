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
        counterpart), ``in_order`` (how far counterparts keep their order, 0 to 1).
    """
    a, b, words_a, words_b = a[:_MOST], b[:_MOST], words_a[:_MOST], words_b[:_MOST]
    if not len(a) or not len(b):
        return SentenceAlignment(np.zeros((0, 2), np.int64), np.zeros(0, np.float32), _nothing())
    cosine = a @ b.T
    there, back = cosine.argmax(axis=1), cosine.argmax(axis=0)
    best_a, best_b = cosine.max(axis=1), cosine.max(axis=0)
    mutual = np.flatnonzero(back[there] == np.arange(len(a)))
    pairs = np.stack([mutual, there[mutual]], axis=1)
    means = [_weighted(best_a, words_a), _weighted(best_b, words_b)]
    covered = [_weighted(best_a >= _MATCH, words_a), _weighted(best_b >= _MATCH, words_b)]
    features = {
        "aligned_best": max(means),
        "aligned_least": min(means),
        "covered_best": max(covered),
        "covered_least": min(covered),
        "in_order": _in_order(pairs[best_a[mutual] >= _MATCH]),
    }
    return SentenceAlignment(pairs, best_a[mutual].astype(np.float32), features)


def _nothing() -> dict[str, float]:
    names = ("aligned_best", "aligned_least", "covered_best", "covered_least", "in_order")
    return dict.fromkeys(names, 0.0)


def _weighted(values: npt.NDArray[np.generic], words: npt.NDArray[np.integer]) -> float:
    weights = np.minimum(words, 60).astype(np.float64)
    return float((values * weights).sum() / max(float(weights.sum()), 1.0))


def _in_order(pairs: I64) -> float:
    """Longest increasing run of counterparts over all counterparts; 0 below three."""
    if len(pairs) < 3:
        return 0.0
    tails: list[int] = []
    for value in pairs[:, 1].tolist():
        at = int(np.searchsorted(tails, value)) if tails else 0
        tails[at : at + 1] = [value]
    return len(tails) / len(pairs)
