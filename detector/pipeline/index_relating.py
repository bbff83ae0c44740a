"""Neighbourhoods as they are remembered: judging without searching a whole corpus again.

Each stored body keeps the neighbours and the best values that it had when it came. What came
later is added where it turns up beside a new body, whose own neighbours are searched.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from detector.config import Config
from detector.pairkeys import distinct as distinct_keys
from detector.pairkeys import packed, packed_pairs, unpacked
from detector.pipeline.copying import Judged, Shared
from detector.pipeline.index_candidates import Edges
from detector.pipeline.index_corpus import Surroundings
from detector.pipeline.relating import Relating, SentenceEncoder, least_of
from detector.semantic.candidates import Neighbourhood, Strangers
from detector.store.bodies import Bodies
from detector.store.coding import FINE
from detector.store.frequencies import Frequencies
from detector.text import I64
from detector.verify.features import Rivals, Weighed
from detector.verify.profiles import Bag, Profiles
from detector.verify.relation import Scorer

F32 = npt.NDArray[np.float32]
U32 = npt.NDArray[np.uint32]

_SURE = 0.9  # probability by vectors and facts from which no sentence need be looked at
#: Features of which the best values are remembered, in the order in which they are stored.
KINDS = tuple(least_of(Strangers()))


class Recalled(Neighbourhood):
    """Neighbours from a store and from a search, instead of one among all vectors."""

    def __init__(
        self, around: Surroundings, near: Edges, codes: Mapping[str, int], config: Config,
        strangers: Strangers,
    ) -> None:  # fmt: skip
        """Put the nearest of each article in order."""
        corpus, k = around.corpus, config.semantic.neighbours
        assert corpus.vectors is not None
        self._usual = np.array([strangers.within, strangers.crossing], np.float32)
        self._vectors = corpus.vectors
        self._config = config.semantic
        ordinal = {code: i for i, code in enumerate(sorted(codes.values()))}
        self._code = np.array([ordinal[codes[x]] for x in corpus.facts.languages], np.int64)
        shape = (max(len(ordinal), 1), len(corpus), k)
        self._place = np.arange(shape[0])
        self._scores = np.full(shape, -np.inf, np.float32)
        self._found = np.full(shape, -1, np.int64)
        owner = around.ranks(near.owners)
        language = np.array([ordinal.get(c, 0) for c in near.languages.tolist()], np.int64)
        order = np.lexsort((near.others, -near.values, language, owner))
        order = order[owner[order] >= 0]
        owner, language = owner[order], language[order]
        group = owner * shape[0] + language
        place = np.arange(len(order)) - np.searchsorted(group, group)
        top = place < k
        at = language[top], owner[top], place[top]
        self._scores[at] = near.values[order][top]
        self._found[at] = around.ranks(near.others[order][top])


class Counted:
    """How common values are in a store and a few articles more."""

    def __init__(self, stored: Frequencies, new: Profiles | None) -> None:
        """Count the values of new articles beside the stored ones."""
        self._stored = stored
        self._new = new
        self.articles = stored.articles + (len(new) if new is not None else 0)
        self._sorted: dict[str, U32] = {}

    def of(self, kind: str, values: U32) -> npt.NDArray[np.float64]:
        """See `verify.features.Commonness`."""
        result = self._stored.of(kind, values)
        if self._new is None:
            return result
        if kind not in self._sorted:
            bag: Bag = getattr(self._new, kind)
            self._sorted[kind] = np.sort(bag.values)
        new = self._sorted[kind]
        return result + np.searchsorted(new, values, "right") - np.searchsorted(new, values, "left")


class Recalling(Relating):
    """Judges new bodies with stored ones as `Relating` judges the articles of a corpus."""

    def __init__(
        self,
        around: Surroundings,
        sentences: SentenceEncoder,
        scorers: Mapping[str, Scorer],
        config: Config,
        strangers: Strangers,
        near: Recalled,
        rivals: Mapping[str, Edges],
        commonness: Counted,
    ) -> None:
        """Store what is known of the neighbourhoods; nothing is searched.

        Args:
            around: new bodies and stored ones.
            sentences: asked about pairs in two languages.
            scorers: of the tier that the vectors are of.
            config: of the store.
            strangers: how near strangers are by these vectors.
            near: the neighbours of each.
            rivals: feature to the best that stored bodies had when they came.
            commonness: of words and names in the store.
        """
        assert around.corpus.profiles is not None
        self._around = around
        self._known = rivals
        self.best: dict[str, Edges] = {}
        weighed = Weighed(around.corpus.profiles, commonness)
        self._keep(around.corpus, sentences, scorers, config, strangers, weighed, near, threads=1)

    def judge(self, also: Shared) -> Judged:
        """Judge every new body with its neighbours, and the pairs `also`."""
        return self._decide(*self._surveyed(also, self._begin))

    def recall(self) -> None:
        """Hold pairs against what is known alone."""
        nothing = np.zeros(0, np.float32)
        self._rivals = self._rivals_of(
            dict.fromkeys(self._least, nothing), np.zeros((0, 2), np.int64)
        )

    def _candidates(self, also: Shared) -> I64:
        """See `Relating`; pairs of two stored bodies were judged when the later one came."""
        near = self._near.pairs()
        near = near[self._around.new[near].any(axis=1)]
        return unpacked(distinct_keys(packed_pairs(np.concatenate([near, also.pairs]))))

    def _translations(self, pairs: I64, first: F32, crossing: npt.NDArray[np.bool_]) -> F32:
        """See `Relating`; where a text is not kept, vectors and facts alone decide."""
        read = self._around.readable[pairs].all(axis=1)
        result = super()._translations(pairs, first, crossing & read)
        blind = crossing & ~read & (first >= _SURE)
        result[blind] = first[blind]
        return result

    def _rivals_of(self, similarities: Mapping[str, F32], pairs: I64) -> Mapping[str, Rivals]:
        return {name: self._noted(name, values, pairs) for name, values in similarities.items()}

    def _noted(self, name: str, values: F32, pairs: I64) -> Rivals:
        """The best values of each: those that are known, and those of the pairs at hand."""
        numbers = self._around.numbers
        both = np.concatenate([pairs, pairs[:, ::-1]])
        here = Edges(
            numbers[both[:, 0]], numbers[both[:, 1]], np.concatenate([values, values]),
            np.zeros(len(both), np.int64),
        )  # fmt: skip
        edges = distinct(Edges.joined(here, self._known[name]))
        self.best[name] = edges
        rivals = Rivals(len(self._corpus))
        owner = self._around.ranks(edges.owners)
        kept = owner >= 0
        other = self._around.ranks(edges.others[kept])
        # Bodies that are not at hand are told apart by their numbers, beyond all ranks.
        other = np.where(other >= 0, other, len(self._corpus) + edges.others[kept])
        rivals.note(owner[kept], other, edges.values[kept])
        return rivals


def remembered(stored: Bodies, present: I64) -> tuple[Edges, dict[str, Edges]]:
    """The neighbours and the rivals that stored bodies had, and have among one another.

    Args:
        stored: bodies.
        present: their numbers and those of others: what is near one of these is known to be
            near from the other side, too.
    """
    owners = np.repeat(stored.numbers, np.diff(stored.near_bounds))
    near = Edges(
        owners,
        stored.near["number"].astype(np.int64),
        (stored.near["cosine"] / FINE).astype(np.float32),
        stored.near["language"].astype(np.int64),
    )
    rivals: dict[str, Edges] = {}
    for column, name in enumerate(KINDS):
        entries = stored.rivals[:, column].ravel()
        owners = np.repeat(stored.numbers, stored.rivals.shape[2])
        edges = Edges(
            owners, entries["number"].astype(np.int64),
            (entries["value"] / FINE).astype(np.float32), np.zeros(len(owners), np.int64),
        )  # fmt: skip
        rivals[name] = _some(edges, edges.others > 0)
    return near, {name: distinct(mirrored(edges, present)) for name, edges in rivals.items()}


def mirrored(edges: Edges, present: I64) -> Edges:
    """Edges, and those back from others that are present."""
    back = _some(edges, np.isin(edges.others, present))
    return Edges.joined(edges, Edges(back.others, back.owners, back.values, back.languages))


def distinct(edges: Edges) -> Edges:
    """Each edge once; of two that differ, the first."""
    key = packed(edges.owners, edges.others)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = key[1:] != key[:-1]
    return _some(edges, order[first])


def _some(edges: Edges, rows: npt.NDArray[np.generic]) -> Edges:
    return Edges(edges.owners[rows], edges.others[rows], edges.values[rows], edges.languages[rows])
