"""What a second encoder says of a pair whose first judgement is doubtful.

It reads the sentences of both articles. How near their contents are as a whole, and how well
the sentences of one are covered by those of the other, is weighed together with the log-odds
of the first judgement by one logistic regression a question. The coefficients stand in
``models/second_opinion.json``, written by ``scripts/train_second.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.verify.align import F32, align_sentences
from detector.verify.relation import Scorer, read_scorers

#: Questions on which a second opinion is asked.
QUESTIONS = ("event", "event_crossing", "translation")
#: What it is made of, the first judgement apart.
FEATURES = ("second_cosine", "second_best", "second_least")
#: The log-odds of the first judgement, as a feature.
FIRST = "first_log_odds"


def features(
    a: F32, b: F32, words_a: npt.NDArray[np.integer], words_b: npt.NDArray[np.integer]
) -> dict[str, float]:
    """What the sentence vectors of two articles say.

    Args:
        a: shape (n, d), unit vectors of one article's headline and sentences.
        b: shape (m, d), of the other's.
        words_a: shape (n,), words in each.
        words_b: shape (m,).

    Returns:
        ``second_cosine`` of the sums of both, and the mean best cosine of a sentence of the
        better and of the worse covered article; zeros for an article without sentences.
    """
    if not len(a) or not len(b):
        return dict.fromkeys(FEATURES, 0.0)
    aligned = align_sentences(a, b, words_a, words_b).features
    sums = a.sum(axis=0), b.sum(axis=0)
    length = float(np.linalg.norm(sums[0]) * np.linalg.norm(sums[1]))
    cosine = float(sums[0] @ sums[1]) / max(length, 1e-9)
    return dict(
        zip(FEATURES, (cosine, aligned["aligned_best"], aligned["aligned_least"]), strict=True)
    )


@lru_cache(maxsize=4)
def second_scorers(path: str = "") -> Mapping[str, Scorer]:
    """The shipped scorers of the second opinion, by question, or those of another file.

    Raises:
        ModelError: if the file is missing or is no such model.
    """
    from detector.models import shipped

    file = Path(path) if path else shipped("second_opinion.json")
    return read_scorers(file, QUESTIONS, "scripts/train_second.py")
