"""What packed bodies have in common with a batch, looked up before its turn comes.

What is packed stays as it is while many batches come, so that it can be asked in a thread while
the batch before is judged. If it was packed again meanwhile, it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.pipeline.prepare import Prepared
from detector.store.runs import Found
from detector.store.store import View
from detector.text import I64

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found for all articles of a batch.

    Attributes:
        packing: the state of the packed bodies.
        bands: where the keys of the articles stand: position among them, and body.
        samples: where their samples stand.
        near: the nearest bodies of each language, by its code.
    """

    packing: int
    bands: Found
    samples: Found
    near: Mapping[int, tuple[F32, I64]]

    @classmethod
    def up(cls, view: View, prepared: Prepared, k: int) -> Looked:
        """Look up the articles of a batch.

        Args:
            view: of the store.
            prepared: articles.
            k: how many of the nearest bodies.
        """
        vectors = prepared.vectors
        return cls(
            view.told["packing"],
            view.packed_bands(prepared.keys.ravel()),
            view.packed_samples(prepared.samples[0]),
            {} if vectors is None else view.packed_nearest(vectors, k),
        )

    def of(self, prepared: Prepared, rows: I64) -> Looked:
        """The same of some articles: positions are those among their keys and samples.

        Args:
            prepared: all articles.
            rows: positions of some of them, ascending.
        """
        width, bounds = prepared.keys.shape[1], prepared.samples[1]
        every = np.arange(len(prepared.keys) + 1) * width
        return Looked(
            self.packing,
            _of(self.bands, every, rows),
            _of(self.samples, bounds, rows),
            {code: (scores[rows], found[rows]) for code, (scores, found) in self.near.items()},
        )


def _of(found: Found, bounds: I64, rows: I64) -> Found:
    at, numbers = found
    sizes = np.diff(bounds)
    start = np.full(len(sizes), -1)
    start[rows] = sizes[rows].cumsum() - sizes[rows]
    row = bounds.searchsorted(at, "right") - 1
    kept = start[row] >= 0
    return (start[row] + at - bounds[row])[kept], numbers[kept]
