"""Articles that state the same rare things: names, numbers, days, documents, places.

It needs no vectors and knows no language: a name is written alike in all that use the Latin
alphabet once diacritics are folded, a number nearly everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from detector.verify.profiles import Profiles
from detector.verify.weighing import I64, Rows

#: What each kind of agreement is worth beside a shared name.
_WORTH: Mapping[str, float] = {
    "names": 1.0,
    "numbers": 0.7,
    "dates": 0.7,
    "documents": 0.7,
    "places": 0.5,  # a country says little, and is mostly among the names
}
_AT_ONCE = 512  # rows multiplied at once: bounds memory


def sharing_most(profiles: Profiles, asked: I64, among: I64, most: int) -> I64:
    """The articles that share most with each of some others.

    Args:
        profiles: of the whole corpus, which decides how rare a name is.
        asked: shape (n,), article numbers.
        among: shape (m,), ascending article numbers, none of them in `asked`.
        most: how many for each; those that share nothing are not counted among them,
            unless there are no more than `most` articles to choose from.

    Returns:
        Ascending numbers of the articles that at least one of `asked` chose.
    """
    if not len(asked) or len(among) <= most:
        return among if len(asked) else among[:0]
    rows = _anchors(profiles)
    columns = rows[among].T.tocsr()
    chosen = np.zeros(len(among), np.bool_)
    for start in range(0, len(asked), _AT_ONCE):
        shared = (rows[asked[start : start + _AT_ONCE]] @ columns).tocsr()
        for a, b in zip(shared.indptr[:-1].tolist(), shared.indptr[1:].tolist(), strict=True):
            # The lowest number first among equals, whatever order the product came in.
            order = np.lexsort((shared.indices[a:b], -shared.data[a:b]))
            chosen[shared.indices[a:b][order[:most]]] = True
    return among[chosen]


def _anchors(profiles: Profiles) -> Any:
    """One sparse row an article, all kinds side by side."""
    from scipy.sparse import hstack

    rows = []
    for kind, worth in _WORTH.items():
        found = Rows.of(getattr(profiles, kind), kind)
        scale = worth / np.maximum(found.length, 1e-9)
        rows.append(found.weights().multiply(scale[:, None].astype(np.float32)))
    return hstack(rows).tocsr()
