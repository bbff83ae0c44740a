"""Neighbourhoods as they are remembered: judging without searching a whole corpus again.

Each stored body keeps the neighbours and the best values that it had when it came. What came
later is added where it turns up beside a new body, whose own neighbours are searched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from detector.backends.local import cores
from detector.config import Config
from detector.pairkeys import distinct as distinct_keys
from detector.pairkeys import packed_pairs, unpacked
from detector.pipeline.copying import Judged, Shared
from detector.pipeline.index.candidates import NUMBER, Edges, among
from detector.pipeline.index.surroundings import Surroundings
from detector.pipeline.relating import DOUBTFUL, Relating, SentenceEncoder, held, least_of
from detector.semantic.candidates import Neighbourhood, Strangers
from detector.store.bodies import Bodies
from detector.store.coding import FINE, numbers_of
from detector.store.frequencies import Frequencies
from detector.text import I64, U64
from detector.verify.align import SentenceAlignment
from detector.verify.features import Rivals, Weighed, in_parts, relative_to
from detector.verify.profiles import Profiles
from detector.verify.rarity import COMPARED, keyed
from detector.verify.relation import UNREAD, Scorer

F32 = npt.NDArray[np.float32]

_SURE = 0.9  # probability of a translation from which it is told without its sentences
#: Features of which the best values are remembered, in the order in which they are stored.
KINDS = tuple(least_of(Strangers()))


class Recalled(Neighbourhood):
    """Neighbours from a store and from a search, instead of one among all vectors."""

    def __init__(
        self, around: Surroundings, near: Edges, codes: Mapping[str, int], config: Config,
        strangers: Strangers,
    ) -> None:  # fmt: skip
        """Put the nearest of each article in order."""
        k = config.semantic.neighbours
        assert around.vectors is not None
        self._usual = np.array([strangers.within, strangers.crossing], np.float32)
        self._vectors = around.vectors
        self._config = config.semantic
        ordinal = {code: i for i, code in enumerate(sorted(codes.values()))}
        self._code = np.array([ordinal[codes[x]] for x in around.facts.languages], np.int64)
        shape = (max(len(ordinal), 1), len(around), k)
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
        self.articles = stored.articles + (len(new) if new is not None else 0)
        self._sorted = np.zeros(0, np.uint64)
        if new is not None:
            parts = [keyed(kind, getattr(new, kind).values) for kind in COMPARED]
            self._sorted = np.sort(np.concatenate(parts))

    def of(self, keys: U64) -> npt.NDArray[np.float64]:
        """See `verify.weighing.Commonness`."""
        new = self._sorted
        beside = new.searchsorted(keys, "right") - new.searchsorted(keys, "left")
        return self._stored.of(keys) + beside


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
        rivals: RivalEdges,
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
            rivals: the best that stored bodies had when they came.
            commonness: of words and names in the store.
        """
        assert around.profiles is not None
        self._around = around
        #: The best values of each body: those that are known, and those of the pairs at hand.
        self.best = rivals
        weighed = Weighed(around.profiles, commonness)
        threads = config.jobs or cores()
        self._keep(around, sentences, scorers, config, strangers, weighed, near, threads)

    def judge(self, also: Shared) -> Judged:
        """Judge every new body with its neighbours, and the pairs `also`."""
        return self._decide(*self._surveyed(also, self._begin))

    def recall(self) -> None:
        """Hold pairs against what is known, and nothing else."""
        best, count = self.best, len(self._corpus)
        owner = self._around.ranks(best.owners)
        kept = owner >= 0
        owner, other = owner[kept], self._around.ranks(best.others[kept])
        # Bodies that are not at hand are told apart by their numbers, beyond all ranks.
        other = np.where(other >= 0, other, count + best.others[kept])
        self._best_of = Rivals(count * len(KINDS))
        self._best_of.note(owner + best.kinds[kept] * count, other, best.values[kept])

    def alignment(self, i: int, j: int) -> SentenceAlignment:
        """See `Relating`; in the order of the ids, as in a corpus."""
        return super().alignment(*self._around.by_id(np.array([[i, j]]))[0].tolist())

    def _candidates(self, also: Shared) -> I64:
        """See `Relating`; pairs of two stored bodies were judged when the later one came."""
        near = self._near.pairs()
        near = near[self._around.new[near].any(axis=1)]
        return unpacked(distinct_keys(packed_pairs(np.concatenate([near, also.pairs]))))

    def _rivals_of(self, similarities: Mapping[str, F32], pairs: I64) -> Mapping[str, Rivals]:
        """See `Relating`; the rivals of all kinds are kept as one."""
        numbers = self._around.numbers
        here = RivalEdges.of_pairs(numbers[pairs], [similarities[name] for name in self._least])
        self.best = here.before(self.best)
        self.recall()
        return {}

    def _relative(self, features: Mapping[str, F32], pairs: I64) -> dict[str, F32]:
        """See `Relating`; all kinds at once."""
        kind = np.repeat(np.arange(len(self._least)), len(pairs))
        values = np.concatenate([features[name] for name in self._least])
        least = np.array(list(self._least.values()), np.float32)
        rows = np.tile(pairs, (len(self._least), 1))
        level = self._best_of.level(rows, kind * len(self._corpus))
        relative = relative_to(values, level, least[kind]).reshape(len(self._least), len(pairs))
        return {held(name): relative[k] for k, name in enumerate(self._least)}

    def _translations(self, pairs: I64, first: F32, crossing: npt.NDArray[np.bool_]) -> F32:
        """See `Relating`; where a text is not kept, vectors and facts alone decide, if they can."""
        read = self._around.readable[pairs].all(axis=1)
        result = super()._translations(pairs, first, crossing & read)
        blind = np.flatnonzero(crossing & ~read & (first >= DOUBTFUL))
        if UNREAD in self._scorers and len(blind):
            features = in_parts(self.measured, pairs[blind])
            unread = self._scorers[UNREAD].probability(features)
            sure = unread >= _SURE
            result[blind[sure]] = unread[sure]
        return result


@dataclass(frozen=True, slots=True)
class RivalEdges:
    """How alike bodies are by each of `KINDS`, as parallel arrays; each is one way.

    Attributes:
        kinds: places in `KINDS`.
        owners, others: numbers of bodies.
        values: how alike they are.
    """

    kinds: I64
    owners: I64
    others: I64
    values: F32

    @classmethod
    def of_pairs(cls, pairs: I64, values: Sequence[F32]) -> RivalEdges:
        """Pairs of bodies, both ways, with a value of each kind."""
        kinds, ways = len(values), 2 * len(pairs)
        return cls(
            np.repeat(np.arange(kinds), ways),
            np.tile(pairs.T.ravel(), kinds),
            np.tile(pairs[:, ::-1].T.ravel(), kinds),
            np.concatenate([part for column in values for part in (column, column)]),
        )

    def before(self, other: RivalEdges) -> RivalEdges:
        """These and others, each once; of two that differ, these."""
        both = RivalEdges(*(
            np.concatenate([getattr(self, field.name), getattr(other, field.name)])
            for field in fields(self)
        ))  # fmt: skip
        return both.distinct()

    def distinct(self) -> RivalEdges:
        """Each edge once; of two that differ, the first."""
        key = (self.kinds << 2 * NUMBER) | (self.owners << NUMBER) | self.others
        return self.some(_first_of_each(key))

    def some(self, rows: npt.NDArray[np.generic]) -> RivalEdges:
        """Some of them."""
        return RivalEdges(*(getattr(self, field.name)[rows] for field in fields(self)))


def remembered(stored: Bodies, present: I64) -> tuple[Edges, RivalEdges]:
    """The neighbours and the rivals that stored bodies had, and have among one another.

    Args:
        stored: bodies.
        present: their numbers and those of others: what is near one of these is known to be
            near from the other side, too.
    """
    near = Edges(
        np.repeat(stored.numbers, np.diff(stored.near_bounds)),
        numbers_of(stored.near),
        (stored.near["cosine"] / FINE).astype(np.float32),
        stored.near["language"].astype(np.int64),
    )
    count, kinds, several = stored.rivals.shape
    others = numbers_of(stored.rivals).transpose(1, 0, 2).ravel()
    values = (stored.rivals["value"].transpose(1, 0, 2).ravel() / FINE).astype(np.float32)
    edges = RivalEdges(
        np.repeat(np.arange(kinds), count * several),
        np.tile(np.repeat(stored.numbers, several), kinds),
        others,
        values,
    ).some(others > 0)
    back = edges.some(among(edges.others, np.sort(present)))
    return near, edges.before(RivalEdges(back.kinds, back.others, back.owners, back.values))


def distinct(edges: Edges) -> Edges:
    """Each edge once; of two that differ, the first."""
    rows = _first_of_each((edges.owners << NUMBER) | edges.others)
    return Edges(edges.owners[rows], edges.others[rows], edges.values[rows], edges.languages[rows])


def _first_of_each(key: I64) -> I64:
    """Where each key comes first, in the order of the keys."""
    order = key.argsort(kind="stable")
    key = key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = key[1:] != key[:-1]
    return order[first]
