"""The semantic half of the pass: translations, and other reports of one event."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detector.backends.local import cores
from detector.config import Config
from detector.pipeline.copying import Judged, Shared, both_judged
from detector.pipeline.corpus import Corpus
from detector.records import Relation
from detector.semantic.candidates import Neighbourhood, Strangers, distinct
from detector.text import I64, SENTENCE, Tokens
from detector.verify.align import SentenceAlignment, align_sentences
from detector.verify.features import Rivals, Weighed, in_parts
from detector.verify.relation import Scorer

F32 = npt.NDArray[np.float32]

#: Probability of a translation by vectors and facts from which sentences decide.
DOUBTFUL = 0.02
_LOOSE = 0.25  # probability of one event at which a component's other pairs are looked at
_WHOLE = 60  # articles of a component whose every pair is looked at
# What a neighbourhood's words are worth at the least, as `Strangers.best` of its vectors.
_WORDS = 0.12
_OPENING = 0.2


class SentenceEncoder(Protocol):
    """Vectors of the sentences of two bodies, each (sentences, d), in the bodies' order."""

    def __call__(self, i: int, j: int) -> tuple[F32, F32]:
        """Encode the sentences of two articles, by their numbers."""
        ...


class Judging(Protocol):
    """Who has judged the pairs of a corpus, and can be asked again."""

    def judge_pairs(self, pairs: I64) -> Judged:
        """Judge any pairs."""
        ...

    def alignment(self, i: int, j: int) -> SentenceAlignment:
        """The sentences of two articles side by side."""
        ...

    def scorers_of(self, i: int, j: int) -> Mapping[str, Scorer]:
        """The scorers that a pair is judged by."""
        ...

    def reasons(self, features: Mapping[str, float]) -> tuple[str, ...]:
        """What is to be said of a pair beside who was first."""
        ...


class Relating:
    """Measures and judges pairs of one corpus, whose vectors are set."""

    def __init__(
        self,
        corpus: Corpus,
        sentences: SentenceEncoder,
        rows: I64,
        scorers: Mapping[str, Scorer],
        config: Config,
        strangers: Strangers,
        vectors: F32 | None = None,
        weighed: Weighed | None = None,
    ) -> None:
        """Search the neighbours of the articles `rows`; the others are copies of those.

        Args:
            corpus: with vectors and profiles.
            sentences: asked about pairs in two languages.
            rows: article numbers.
            scorers: of the tier that the vectors are of.
            config: of the whole pass.
            strangers: how near strangers are by these vectors.
            vectors: of another encoder than that of the corpus, shape (articles, d).
            weighed: the profiles of the corpus, if somebody has weighed them already.
        """
        own = corpus.vectors if vectors is None else vectors
        assert own is not None
        assert corpus.profiles is not None
        self._corpus = corpus
        threads = config.jobs or cores()
        self.weighed = weighed or Weighed(corpus.profiles)
        self._threads = threads
        self._scorers = scorers
        self._threshold = config.verify.threshold
        self._sentences = sentences
        self._least = least_of(strangers)
        kept = np.zeros_like(own)
        kept[rows] = own[rows]
        languages = corpus.facts.languages
        self._near = Neighbourhood(kept, languages, config.semantic, strangers, threads)
        self._rivals: dict[str, Rivals] = {}
        self._shared = Shared.none()

    def judge(self, also: Shared) -> Judged:
        """Judge every article with its neighbours, and the pairs `also`."""
        pairs, features = self.candidates(also)
        judged = self._decide(pairs, features)
        missing = _completed(judged, len(self._corpus), pairs)
        if not len(missing):
            return judged
        return both_judged(judged, self.judge_pairs(missing))

    def candidates(self, also: Shared) -> tuple[I64, dict[str, F32]]:
        """Every article with its neighbours, and the pairs `also`, with their features."""
        self._shared = also
        pairs = distinct(_packed(np.concatenate([self._near.pairs(), also.pairs])))
        features = self._measured(pairs)
        for name in self._least:
            self._rivals[name] = Rivals(features[name], pairs, len(self._corpus))
        return pairs, self._held_against(features, pairs)

    def crossing(self, pairs: I64) -> npt.NDArray[np.bool_]:
        """Whether the two articles of each pair are in different languages."""
        return self._near.crossing(pairs)

    def judge_pairs(self, pairs: I64) -> Judged:
        """Judge any pairs against the neighbourhoods that `judge` found."""
        return self._decide(pairs, self._held_against(self._measured(pairs), pairs))

    def alignment(self, i: int, j: int) -> SentenceAlignment:
        """The sentences of two articles side by side."""
        lengths = [np.diff(sentence_bounds(self._corpus.body(k))) for k in (i, j)]
        return align_sentences(*self._sentences(i, j), *lengths)

    def scorers_of(self, _i: int, _j: int) -> Mapping[str, Scorer]:
        """The scorers that every pair is judged by."""
        return self._scorers

    def reasons(self, _features: Mapping[str, float]) -> tuple[str, ...]:
        """Nothing: who was first, and the features, say all."""
        return ()

    def _measured(self, pairs: I64) -> dict[str, F32]:
        measured = in_parts(
            lambda part: self.weighed.compare(part) | self._near.measure(part),
            pairs,
            self._threads,
        )
        measured["refilled"] = np.zeros(len(pairs), np.float32)
        if len(self._shared.pairs):
            known = _packed(self._shared.pairs)
            order = np.argsort(known)
            at = np.searchsorted(known[order], _packed(pairs))
            at = order[np.minimum(at, len(known) - 1)]
            hit = known[at] == _packed(pairs)
            measured["refilled"][hit] = self._shared.refilled[at[hit]]
        return measured

    def _held_against(self, features: dict[str, F32], pairs: I64) -> dict[str, F32]:
        for name, least in self._least.items():
            rivals = self._rivals[name]
            features[f"{name}_relative"] = rivals.relative(features[name], pairs, least)
        return features

    def _decide(self, pairs: I64, features: dict[str, F32]) -> Judged:
        crossing = self._near.crossing(pairs)
        event = np.where(
            crossing,
            self._scorers["event_crossing"].probability(features),
            self._scorers["event"].probability(features),
        )
        translation, aligned = self._translations(pairs, features, crossing)
        is_translation = translation >= self._threshold
        scores = np.where(is_translation, translation, event).astype(np.float32)
        relations = [
            Relation.TRANSLATION if yes else Relation.SAME_EVENT for yes in is_translation.tolist()
        ]
        return Judged(pairs, relations, scores, features | aligned)

    def _translations(
        self, pairs: I64, features: dict[str, F32], crossing: npt.NDArray[np.bool_]
    ) -> tuple[F32, dict[str, F32]]:
        """Probability of a translation, by sentences where vectors and facts allow it."""
        first = self._scorers["translation_first"].probability(features)
        worth = np.flatnonzero(crossing & (first >= DOUBTFUL))
        result = np.zeros(len(pairs), np.float32)
        spread: dict[str, F32] = {}
        if not len(worth):
            return result, spread
        aligned = self.sentence_features(pairs[worth])
        inner = {name: values[worth] for name, values in features.items()} | aligned
        result[worth] = self._scorers["translation"].probability(inner)
        for name, values in aligned.items():
            spread[name] = np.zeros(len(pairs), np.float32)
            spread[name][worth] = values
        return result, spread

    def sentence_features(self, pairs: I64) -> dict[str, F32]:
        """What the sentence alignment of each pair says."""
        rows = [self.alignment(i, j).features for i, j in pairs.tolist()]
        return {name: np.array([row[name] for row in rows], np.float32) for name in rows[0]}


def least_of(strangers: Strangers) -> dict[str, float]:
    """What a neighbourhood is worth at the least, for each feature held against it."""
    return {"words": _WORDS, "opening": _OPENING, "cosine": strangers.best}


def sentence_bounds(body: Tokens) -> I64:
    """Where the sentences of one body begin, as bounds over its words."""
    first = np.flatnonzero((body.flags & SENTENCE) != 0)
    if not len(first) or first[0] != 0:
        first = np.concatenate([[0], first])
    return np.concatenate([first, [len(body.hashes)]]).astype(np.int64)


def by_sentence(body: Tokens) -> Tokens:
    """The words of one body as a batch of its sentences."""
    return dataclasses.replace(body, bounds=sentence_bounds(body))


def _completed(judged: Judged, articles: int, known: I64) -> I64:
    """Pairs not yet looked at inside components that are small enough for all of them."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    loose = judged.pairs[judged.scores >= _LOOSE]
    graph = coo_matrix(
        (np.ones(len(loose), np.int8), (loose[:, 0], loose[:, 1])), shape=(articles, articles)
    )
    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component)
    wanted = np.flatnonzero((sizes > 2) & (sizes <= _WHOLE))
    order = np.argsort(component, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    found = [np.zeros((0, 2), np.int64)]
    for c in wanted.tolist():
        members = np.sort(order[bounds[c] : bounds[c + 1]])
        i, j = np.triu_indices(len(members), 1)
        found.append(np.stack([members[i], members[j]], axis=1))
    every = np.concatenate(found)
    return every[~np.isin(_packed(every), _packed(known))]


def _packed(pairs: I64) -> npt.NDArray[np.uint64]:
    low = pairs.min(axis=1).astype(np.uint64)
    return np.asarray((low << np.uint64(32)) | pairs.max(axis=1).astype(np.uint64))
