"""New bodies judged beside stored ones, by the functions that judge a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detector.backends.base import Backend
from detector.config import Config
from detector.models import Model
from detector.pairkeys import distinct as distinct_keys
from detector.pipeline.copying import (
    Judged,
    Shared,
    both_judged,
    both_shared,
    judge_copies,
    told_apart,
)
from detector.pipeline.encoding import Sentences, strangers_of
from detector.pipeline.index.batch import Batch, taken
from detector.pipeline.index.candidates import Edges, Sharing, among, lexical, neighbours
from detector.pipeline.index.estimating import estimated
from detector.pipeline.index.recalling import (
    Counted,
    Recalled,
    Recalling,
    RivalEdges,
    distinct,
    remembered,
)
from detector.pipeline.index.surroundings import Surroundings
from detector.semantic.candidates import Strangers
from detector.store import bodies
from detector.store.bodies import Bodies
from detector.store.links import RELATIONS, Links
from detector.store.store import View
from detector.text import I64
from detector.verify.relation import Scorer


@dataclass(frozen=True, slots=True)
class Asked:
    """What judging needs beside the articles.

    Attributes:
        config: of the store.
        model: the encoder, or None.
        scoring: scorers of its tier.
        backend: where texts are compared.
        text: whether the store keeps texts.
    """

    config: Config
    model: Model | None
    scoring: Mapping[str, Scorer]
    backend: Backend | None
    text: bool

    @property
    def static(self) -> str:
        """Folder of a static encoder; empty where another, or none, is used."""
        return str(self.model.folder) if self.model and self.model.tier == "static" else ""


class Judging:
    """New bodies of one batch and what they are to stored ones."""

    def __init__(self, view: View, batch: Batch, codes: Mapping[str, int], asked: Asked) -> None:
        """Find candidates and judge them.

        Args:
            view: of the store.
            batch: prepared articles.
            codes: of languages.
            asked: options and models.
        """
        self._view, self._batch, self._codes, self._asked = view, batch, codes, asked
        rows = batch.founders
        self.new = batch.bodies[rows]
        sharing = lexical(view, batch, rows, asked.config)
        self.copies, shared = Judged.none(), Shared.none()
        found, also = [Links.none()], np.zeros((0, 2), np.int64)
        # Without a candidate for a copy, the neighbours alone are gathered.
        whole = len(sharing.pairs) > 0
        if whole or asked.model is None:
            self._met = self.around = self._gathered(distinct_keys(sharing.pairs.ravel()))
        if whole:
            self.copies, shared = self._copies(sharing)
            found = [links_of(self.around, self.copies)]
            also = self.around.numbers[shared.pairs]
        spoken_for = self._spoken_for()
        #: New bodies that no longer copy speaks for: only they are looked at for their events.
        self.telling = rows[~among(self.new, spoken_for)]
        self.near = Edges.none()
        self.relating: Recalling | None = None
        self.related = Judged.none()
        self._best: RivalEdges | None = None
        self._commonness = Counted(view.frequencies, taken(batch.prepared, rows).profiles)
        if asked.model is not None and len(self.telling):
            new = batch.bodies[self.telling]
            count = asked.config.semantic.neighbours
            self.near = neighbours(view, batch, self.telling, codes, count)
            kept = among(also, new).any(axis=1) & ~among(also, spoken_for).any(axis=1)
            wanted = distinct_keys(np.concatenate([also[kept].ravel(), self.near.others, new]))
            self._met = self._gathered(wanted)
            self.around = self.around if whole else self._met
            pairs = np.sort(self._met.ranks(also[kept].ravel()).reshape(-1, 2), axis=1)
            self.relating = self._recalling(self._met)
            self.related = self.relating.judge(Shared(pairs, shared.refilled[kept]))
            self._best = self.relating.best
            found.insert(0, links_of(self._met, self.related))
        self.links = Links.joined(found)

    def _spoken_for(self) -> I64:
        """New bodies that are copies of a longer body, or of an equally long earlier one."""
        pairs = self.copies.pairs
        if not len(pairs):
            return np.zeros(0, np.int64)
        numbers, words = self.around.numbers[pairs], self.around.lengths[pairs]
        shorter = np.where(words[:, 0] == words[:, 1], numbers.argmax(axis=1), words.argmin(axis=1))
        return np.unique(np.take_along_axis(numbers, shorter[:, None], axis=1))

    def _copies(self, sharing: Sharing) -> tuple[Judged, Shared]:
        """Tell copies by the texts, or without them where one is not kept."""
        around, asked = self.around, self._asked
        ranks = around.ranks(sharing.pairs.ravel()).reshape(-1, 2)
        here = (ranks >= 0).all(axis=1)
        pairs, shared = ranks[here], sharing.shared[here]
        read = around.readable[pairs].all(axis=1)
        lexical, threshold = asked.config.lexical, asked.config.verify.threshold
        scorer = asked.scoring["copy"]
        aligned = around.by_id(pairs[read])
        found = judge_copies(around, aligned, scorer, lexical, threshold, asked.backend)
        if read.all():
            return found
        guessed = told_apart(*estimated(around, pairs[~read], shared[~read]), scorer, threshold)
        return both_judged(found[0], guessed[0]), both_shared(found[1], guessed[1])

    def rest(self, pairs: I64) -> Links:
        """Judge pairs of any bodies, by numbers, as reports of one event or translations."""
        if self._asked.model is None or not len(pairs):
            return Links.none()
        around, relating = self._met, self.relating
        ranks = around.ranks(pairs)
        if relating is None or (ranks < 0).any():
            around = self._gathered(distinct_keys(pairs.ravel()))
            relating = self._recalling(around)
            relating.recall()
            ranks = around.ranks(pairs)
        ranks = np.sort(ranks, axis=1)
        return links_of(around, relating.judge_pairs(ranks[(ranks >= 0).all(axis=1)]))

    def features_of(self, a: int, b: int) -> dict[str, float]:
        """What a pair of bodies was judged by; empty where it was judged in another round."""
        for around, judged in ((self.around, self.copies), (self._met, self.related)):
            pair = np.sort(around.ranks(np.array([a, b])))
            at = np.flatnonzero((np.sort(judged.pairs, axis=1) == pair).all(axis=1))
            if len(at) and judged is self.copies:
                return dict(judged.features_of(int(at[0])))
            if len(at) and self.relating is not None:
                found = self.relating.features(pair[None])
                return {name: float(values[0]) for name, values in found.items()}
        return {}

    def beside(self, a: int, b: int) -> tuple[Surroundings, Recalling | None]:
        """A corpus that holds two bodies, and what judged them there."""
        apart = self.around is not self._met
        if apart and (self.around.ranks(np.array([a, b])) >= 0).all():
            return self.around, None
        return self._met, self.relating

    def edges_of(self) -> tuple[Edges, RivalEdges | None]:
        """The neighbours and the best values of the new bodies, to be remembered."""
        return self.near, self._best

    def _gathered(self, wanted: I64) -> Surroundings:
        """A corpus of stored bodies and new ones."""
        view, rows = self._view, self._batch.founders
        rows = rows[among(self.new, wanted)]
        old = wanted[wanted < self._batch.start]
        self._stored = bodies.fetch_bodies(view.connection, old.tolist(), view.names)
        return Surroundings(view.connection, self._batch, rows, self._stored, self._asked.text)

    def _recalling(self, around: Surroundings) -> Recalling:
        return recalling(
            around, self._stored, self._asked, self._codes, self.near, self._best, self._commonness
        )


def recalling(
    around: Surroundings,
    stored: Bodies,
    asked: Asked,
    codes: Mapping[str, int],
    near: Edges | None,
    best: RivalEdges | None,
    commonness: Counted,
) -> Recalling:
    """What judges the bodies of a corpus by their neighbourhoods.

    Args:
        around: the corpus.
        stored: its stored bodies.
        asked: options and models.
        codes: of languages.
        near: the neighbours of its new bodies.
        best: what is known of new and stored bodies since.
        commonness: of words and names.
    """
    assert asked.model is not None
    strangers = strangers_of(around, asked.model) if asked.model.recorded else Strangers()
    known, rivals = remembered(stored, around.numbers)
    edges = distinct(_both_ways(Edges.joined(near or Edges.none(), known), around, codes))
    return Recalling(
        around, Sentences(around, asked.model), asked.scoring, asked.config, strangers,
        Recalled(around, edges, codes, asked.config, strangers),
        rivals if best is None else best.before(rivals), commonness,
    )  # fmt: skip


def _both_ways(near: Edges, around: Surroundings, codes: Mapping[str, int]) -> Edges:
    """Neighbours, and those whose neighbours they are, as far as they are at hand."""
    ranks = around.ranks(near.owners)
    back = (ranks >= 0) & (around.ranks(near.others) >= 0)
    spoken = around.facts.languages
    languages = np.array([codes[spoken[r]] for r in ranks[back].tolist()], np.int64)
    return Edges.joined(
        near, Edges(near.others[back], near.owners[back], near.values[back], languages)
    )


def links_of(around: Surroundings, judged: Judged) -> Links:
    """Judged pairs by the numbers of their bodies."""
    pairs = np.sort(around.numbers[judged.pairs], axis=1)
    relations = np.array([RELATIONS.index(r) for r in judged.relations], np.int64)
    return Links(pairs, relations, judged.scores)
