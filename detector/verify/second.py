"""What a second encoder says of a pair whose first judgement is doubtful.

How near the sentences of both articles are as a whole is weighed together with the log-odds of
the first judgement, by one logistic regression a question. How well the sentences of one are
covered by those of the other, one by one, added nothing on the training halves. The coefficients
stand in ``models/second_opinion.json``, written by ``scripts/train_second.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.verify.relation import Scorer, read_scorers

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

#: Questions on which a second opinion is asked.
QUESTIONS = ("event_crossing", "translation")
#: What it says: the cosine of two articles by their sentences.
SAID = "second_cosine"
#: The log-odds of the first judgement, as a feature beside it.
FIRST = "first_log_odds"


def article_vectors(sentences: F32, bounds: I64) -> F32:
    """One unit vector an article, the sum of those of its sentences.

    Args:
        sentences: shape (n, d), unit vectors of the sentences of all articles, in order.
        bounds: shape (articles + 1,), where the sentences of each begin.

    Returns:
        Shape (articles, d); zeros for an article without sentences.
    """
    sums = np.concatenate([np.zeros((1, sentences.shape[1])), np.cumsum(sentences, 0, np.float64)])
    made = sums[bounds[1:]] - sums[bounds[:-1]]
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made / np.maximum(lengths, 1e-9), np.float32)


@lru_cache(maxsize=4)
def second_scorers(path: str = "") -> Mapping[str, Scorer]:
    """The shipped scorers of the second opinion, by question, or those of another file.

    Raises:
        ModelError: if the file is missing or is no such model.
    """
    from detector.models import shipped

    file = Path(path) if path else shipped("second_opinion.json")
    return read_scorers(file, QUESTIONS, "scripts/train_second.py")
