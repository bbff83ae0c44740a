"""Copies told without texts: from samples of shingles, lengths, names and numbers.

What shingles two bodies share is estimated from the sampled ones (Broder 1997, section 4),
with a standard error of some .06 for a usual article. What stands in the place of what cannot
be seen; names and numbers that only one of the two has, as many as only the other has, count
as exchanged.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.pipeline.copying import days_apart
from detector.pipeline.index.surroundings import Surroundings
from detector.text import I64
from detector.verify.profiles import Bag

F32 = npt.NDArray[np.float32]

_WORTH = 0.25  # containment below which nothing is said, as where texts are aligned
_FEW = 3  # exchanged and shared values below which a share says little


def estimated(around: Surroundings, pairs: I64, shared: I64) -> tuple[I64, dict[str, F32], I64]:
    """What `copy_features` would say, without reading the texts.

    Args:
        around: the corpus.
        pairs: shape (n, 2), article numbers.
        shared: shape (n,), sampled shingles that both have.
    """
    sizes = around.sampled[pairs]
    lengths = np.maximum(around.lengths[pairs], 1)
    containment = _ratio(shared, sizes.min(axis=1))
    # Runs of four words are broken a little less than shingles of five.
    features = {
        "resemblance": _ratio(shared, sizes.sum(axis=1) - shared),
        "containment": containment,
        "shorter": _ratio(lengths.min(axis=1), lengths.max(axis=1)),
        "kept": containment,
    }
    profiles = around.profiles
    for kind in ("numbers", "names"):
        bag = getattr(profiles, kind) if profiles is not None else None
        features[f"exchanged_{kind}"] = _exchanged(bag, pairs)
    near = containment >= _WORTH
    features = {name: values[near] for name, values in features.items()}
    apart = days_apart(around, pairs[near])
    features["day_exchanged"] = apart * (features["exchanged_numbers"] > 0)
    return pairs[near], features, pairs[~near]


def _exchanged(bag: Bag | None, pairs: I64) -> F32:
    if bag is None:
        return np.zeros(len(pairs), np.float32)
    result = []
    for i, j in pairs.tolist():
        a, b = (bag.values[bag.bounds[k] : bag.bounds[k + 1]] for k in (i, j))
        both = len(np.intersect1d(a, b, assume_unique=True))
        other = min(len(a), len(b)) - both
        result.append(other / max(both + other, _FEW))
    return np.array(result, np.float32)


def _ratio(part: npt.NDArray[np.generic], whole: npt.NDArray[np.generic]) -> F32:
    return np.asarray(np.minimum(part / np.maximum(whole, 1), 1), np.float32)
