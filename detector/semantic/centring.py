"""What all texts of a language share, taken out of their vectors.

It says nothing about content, but makes strangers look alike and keeps a text nearer to
its own language than to its translation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from detector.models import Model
from detector.semantic.base import F32, unit
from detector.semantic.static import load_tensors

_ANY = "any"  # name of the mean vector of languages that have none of their own
_ENOUGH = 50  # articles whose mean vector is worth subtracting


def means(model: Model) -> Mapping[str, F32]:
    """The mean vectors shipped for a model, by language; empty for a model that is not ours.

    Raises:
        ModelError: if they are missing or damaged.
    """
    return _loaded(model.means) if model.means is not None else {}


def centred(vectors: F32, languages: Sequence[str], known: Mapping[str, F32]) -> F32:
    """Unit vectors less the mean of their language.

    Args:
        vectors: shape (n, d); rows of zeros stay as they are.
        languages: n codes.
        known: mean vector of each language, and of ``any`` other. If empty, the means are
            those of `vectors`: a language's own, the nearer to the mean of all the fewer
            it has. The mean of very few is what those tell, and nothing is subtracted.
    """
    used = vectors.any(axis=1)
    if not known and used.sum() < _ENOUGH:
        return unit(vectors)
    codes = np.asarray(languages, dtype=object)
    general = known[_ANY] if known else vectors[used].mean(axis=0)
    result = vectors.copy()
    for name in sorted(set(languages)):
        rows = np.flatnonzero((codes == name) & used)
        own = known.get(name, general) if known else _shrunk(vectors[rows], general)
        result[rows] -= own
    return unit(result)


def _shrunk(vectors: F32, general: F32) -> F32:
    total = vectors.sum(axis=0) + np.float32(_ENOUGH) * general
    return np.asarray(total / np.float32(len(vectors) + _ENOUGH), np.float32)


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Mapping[str, F32]:
    return load_tensors(path, (_ANY,))
