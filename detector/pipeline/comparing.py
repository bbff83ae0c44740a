"""Pairs of one language, word by word: what they share, and what was put in its place.

A pure function over a portion of pairs and the texts they need, so that a backend may run
it anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.lexical.lsh import overlaps
from detector.lexical.signatures import distinct
from detector.pipeline.prepare import within
from detector.pipeline.shelf import Packed, unpack
from detector.text import I64, shingles, tokenise
from detector.verify.copies import align, alignment_features

F32 = npt.NDArray[np.float32]

_WORTH = 0.25  # containment below which two texts are not aligned word by word
_ALIGNED = ("kept", "exchanged_numbers", "exchanged_names")


@dataclass(frozen=True, slots=True)
class Portion:
    """Some pairs and the articles they are of.

    Attributes:
        articles: m articles.
        spans: offsets of their bodies' stretches.
        pairs: shape (n, 2), numbers of those articles.
    """

    articles: Sequence[Packed]
    spans: Sequence[Sequence[tuple[int, int]]]
    pairs: I64


def compared(portion: Portion, shingle: int) -> dict[str, F32]:
    """Features of each pair of a portion.

    Resemblance and containment are exact (Broder 1997); ``containment`` is of the smaller
    shingle set in the larger; ``shorter`` is the length of the shorter body as a part of
    the longer's. The features of the word alignment are NaN for a pair that shares too
    little to be aligned.

    Args:
        portion: pairs and their articles.
        shingle: words of a shingle.
    """
    words = tokenise([unpack(packed).text for packed in portion.articles])
    words = within(words, portion.spans)
    sets, bounds = distinct(*shingles(words.hashes, words.bounds, shingle))
    shared = overlaps(portion.pairs, sets, bounds)
    sizes = np.diff(bounds)[portion.pairs]
    lengths = np.maximum(np.diff(words.bounds)[portion.pairs], 1)
    features = {
        "resemblance": _ratio(shared, sizes.sum(axis=1) - shared),
        "containment": _ratio(shared, sizes.min(axis=1)),
        "shorter": _ratio(lengths.min(axis=1), lengths.max(axis=1)),
    }
    aligned = np.full((len(_ALIGNED), len(portion.pairs)), np.nan, np.float32)
    for row in np.flatnonzero(features["containment"] >= _WORTH).tolist():
        a, b = (words.of(i) for i in portion.pairs[row].tolist())
        found = alignment_features(a, b, align(a.hashes, b.hashes))
        aligned[:, row] = [found[name] for name in _ALIGNED]
    return features | dict(zip(_ALIGNED, aligned, strict=True))


def _ratio(part: npt.NDArray[np.generic], whole: npt.NDArray[np.generic]) -> F32:
    return np.asarray(part / np.maximum(whole, 1), np.float32)
