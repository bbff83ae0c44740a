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

#: Bags of `Profiles` whose values are weighed, in the order in which `keyed` numbers them.
COMPARED = ("words", "title", "names", "numbers", "places", "dates", "documents")

#: Bags that have a prior.
KINDS = ("words", "names", "numbers", "places")

_KIND = 32  # bits of a value, above which a key says of what kind it is
_BITS = 18  # upper bits of a value that say where to look: tables that the cache holds
_SHIFT = np.uint32(32 - _BITS)


def keyed(kind: str, values: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """Values of a bag as numbers that no value of another kind has, in the same order."""
    return np.asarray(values | np.uint64(COMPARED.index(kind) << _KIND), np.uint64)


def expected(kind: str, values: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
    """In how many of the imagined articles each value occurs.

    Args:
        kind: bag of `Profiles`; one without a prior expects none.
        values: shape (n,), hashed values.
    """
    number = _numbers()[COMPARED.index(kind)]
    if number < 0:
        return np.zeros(len(values))
    return _shares(values, values >> _SHIFT | np.uint32(number << _BITS))


def expected_of(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """The same for values of several kinds, `keyed`."""
    number = _numbers()[(keys >> np.uint64(_KIND)).astype(np.int64)]
    values = keys.astype(np.uint32)
    result = np.zeros(len(keys))
    some = np.flatnonzero(number >= 0)
    slots = values[some] >> _SHIFT | number[some].astype(np.uint32) << np.uint32(_BITS)
    result[some] = _shares(values[some], slots)
    return result


def _shares(
    values: npt.NDArray[np.uint32], slot: npt.NDArray[np.uint32]
) -> npt.NDArray[np.float64]:
    """In how many articles each value occurs that would be listed in a slot."""
    known, shares, taken, slots, depth = _tables()
    result = np.zeros(len(values))
    some = np.flatnonzero(taken.take(slot))
    wanted = values.take(some)
    at = slots.take(slot.take(some))
    for step in range(depth):
        same = known.take(at) == wanted
        hit = np.flatnonzero(same)
        result[some.take(hit)] = CROWD * shares.take(at.take(hit))
        if step + 1 < depth:  # most are found at the first place
            left = np.flatnonzero(~same)
            some, wanted = some.take(left), wanted.take(left)
            at = np.minimum(at.take(left) + 1, len(known) - 1)
    return result


@lru_cache(maxsize=1)
def _numbers() -> npt.NDArray[np.int64]:
    """Which prior each of `COMPARED` has; -1 where it has none."""
    kinds = ("words" if kind == "title" else kind for kind in COMPARED)
    return np.array([KINDS.index(kind) if kind in KINDS else -1 for kind in kinds])


@lru_cache(maxsize=1)
def _tables() -> tuple[
    npt.NDArray[np.uint32], npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.int32],
    int,
]:  # fmt: skip
    """All listed values, shares, which upper bits have any, where those begin, how many at most.

    A sorted search takes several times as long: its steps miss the cache.
    """
    priors = [_prior()[kind] for kind in KINDS]
    edges = np.arange((1 << _BITS) + 1, dtype=np.uint64) << np.uint64(_SHIFT)
    before, slots, sizes = 0, [], []
    for known, _ in priors:
        at = np.searchsorted(known.astype(np.uint64), edges).astype(np.int32)
        slots.append(at[:-1] + np.int32(before))
        sizes.append(np.diff(at))
        before += len(known)
    held = np.concatenate(sizes)
    listed, shares = (np.concatenate([prior[k] for prior in priors]) for k in range(2))
    return listed, shares, held > 0, np.concatenate(slots), int(held.max(initial=0))


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
