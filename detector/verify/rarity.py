"""How common words, names and numbers are in news at large: a prior for small corpora.

Five articles cannot tell a common word from a telling one. Every corpus is therefore
weighed as if `CROWD` other articles stood beside it, in which each value is as frequent as
in ``models/rarity.safetensors``; in a corpus of some thousands these hardly count. The file
is written by ``scripts/train_rarity.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError
from detector.models import shipped

#: Imagined other articles.
CROWD = 1000

#: Bags that have a prior.
KINDS = ("words", "names", "numbers", "places")

_BITS = 18  # upper bits of a value that say where to look: tables that the cache holds
_SHIFT = np.uint32(32 - _BITS)


def expected(kind: str, values: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """In how many of the imagined articles each value occurs.

    Args:
        kind: bag of `Profiles`; one without a prior expects none.
        values: shape (n,), hashed values.
    """
    result = np.zeros(len(values))
    kind = "words" if kind == "title" else kind
    if kind in KINDS:
        known, shares = _prior()[kind]
        taken, slots, depth = _slots(kind)
        some = np.flatnonzero(taken[values >> _SHIFT])
        wanted = values[some]
        at = slots[wanted >> _SHIFT]
        for _ in range(depth):
            hit = np.flatnonzero(known[at] == wanted)
            result[some[hit]] = CROWD * shares[at[hit]]
            at = np.minimum(at + 1, len(known) - 1)
    return result


@lru_cache(maxsize=len(KINDS))
def _slots(kind: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32], int]:
    """Which upper bits listed values have, where those of each begin, and how many at most.

    A sorted search takes several times as long: its steps miss the cache.
    """
    known = _prior()[kind][0]
    edges = np.arange((1 << _BITS) + 1, dtype=np.uint64) << np.uint64(_SHIFT)
    slots = np.searchsorted(known.astype(np.uint64), edges).astype(np.int32)
    sizes = np.diff(slots)
    return sizes > 0, slots, int(sizes.max(initial=0))


@lru_cache(maxsize=1)
def _prior() -> Mapping[str, tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]]:
    from safetensors.numpy import load_file

    path = shipped("rarity.safetensors")
    try:
        content = load_file(path)
        return {
            kind: (content[f"{kind}.values"], content[f"{kind}.shares"].astype(np.float64))
            for kind in KINDS
        }
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path}: truncated or corrupt; install the package again") from error
    except Exception as error:  # safetensors' own error derives from Exception alone
        raise ModelError(f"{path}: {error}; install the package again") from error
