"""The semantic half of the pass: translations, and other reports of one event."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detector.backends.local import cores
from detector.config import Config
from detector.pairkeys import U64, distinct, packed_pairs, unpacked
from detector.pipeline.copying import Judged, Shared, both_judged
from detector.pipeline.corpus import Corpus
from detector.records import Relation
from detector.semantic.candidates import Neighbourhood, Strangers
from detector.text import I64, SENTENCE, Tokens
from detector.verify.align import SentenceAlignment, align_sentences
from detector.verify.features import Column, Rivals, Weighed, in_parts
from detector.verify.relation import Scorer, event_of, languages_of, probability_of

F32 = npt.NDArray[np.float32]

#: Probability of a translation by vectors and facts from which sentences decide.
DOUBTFUL = 0.02
_LOOSE = 0.25  # probability of one event at which a component's other pairs are looked at
_WHOLE = 60  # articles of a component whose every pair is looked at
# What a neighbourhood's words are worth at the least, as `Strangers.best` of its vectors.
_WORDS = 0.12
_OPENING = 0.2
_EVENT, _FIRST = "log_odds_event", "log_odds_translation"


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

    def features(self, pairs: I64) -> dict[str, F32]:
        """What any pairs are judged by, measured again."""
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
    """Measures and judges pairs of one corpus, whose vectors are set.

    There are a dozen candidates an article, and most come to nothing. So of each only what
    judging needs is kept until its neighbourhood is known, and its features are measured again
    where somebody is to see them.
    """

    def __init__(
        self,
        corpus: Corpus,
        sentences: SentenceEncoder,
        rows: I64,
        scorers: Mapping[str, Scorer],
        config: Config,
        strangers: Strangers,
        weighed: Weighed,
        vectors: F32 | None = None,
    ) -> None:
        """Search the neighbours of the articles `rows`; the others are copies of those.

        Args:
            corpus: with vectors.
            sentences: asked about pairs in two languages.
            rows: article numbers.
            scorers: of the tier that the vectors are of.
            config: of the whole pass.
            strangers: how near strangers are by these vectors.
            weighed: the profiles of the corpus.
            vectors: of another encoder than that of the corpus, shape (articles, d).
        """
        own = corpus.vectors if vectors is None else vectors
        assert own is not None
        threads = config.jobs or cores()
        languages = corpus.facts.languages
        near = Neighbourhood(own, languages, config.semantic, strangers, threads, rows)
        self._keep(corpus, sentences, scorers, config, strangers, weighed, near, threads)

    def _keep(
        self,
        corpus: Corpus,
        sentences: SentenceEncoder,
        scorers: Mapping[str, Scorer],
        config: Config,
        strangers: Strangers,
        weighed: Weighed,
        near: Neighbourhood,
        threads: int,
    ) -> None:
        self._corpus = corpus
        self._sentences = sentences
        self._scorers = scorers
        self._threshold = config.verify.threshold
        self._least = least_of(strangers)
        self._weighed = weighed
        self._near = near
        spoken = corpus.facts.languages
        # The articles in each language that has a scorer of its own.
        self._own = {
            event_of(code): np.fromiter((s == code for s in spoken), np.bool_, len(spoken))
            for code in languages_of(scorers)
        }
        names = tuple(held(name) for name in self._least)
        begun = ("event", "event_crossing", "translation_first", *self._own)
        # Whoever only measures pairs, to train on them, has no scorers.
        self._parted = {name: scorers[name].parted(names) for name in begun if name in scorers}
        self._threads = threads
        self._rivals: Mapping[str, Rivals] = {}
        self._set_shared(Shared.none())
        self._aligned = np.zeros(0, np.uint64), dict[str, F32]()  # packed pairs, ascending

    def judge(self, also: Shared) -> Judged:
        """Judge every article with its neighbours, and the pairs `also`."""
        pairs, begun = self._surveyed(also, self._begin)
        judged = self._decide(pairs, begun)
        del begun
        missing = _completed(judged, len(self._corpus), pairs)
        if not len(missing):
            return judged
        return both_judged(judged, self.judge_pairs(missing))

    def candidates(self, also: Shared) -> I64:
        """Every article with its neighbours, and the pairs `also`: sorted and distinct."""
        return self._surveyed(also, self._measured)[0]

    def crossing(self, pairs: I64) -> npt.NDArray[np.bool_]:
        """Whether the two articles of each pair are in different languages."""
        return self._near.crossing(pairs)

    def judge_pairs(self, pairs: I64) -> Judged:
        """Judge any pairs against the neighbourhoods that `judge` found."""
        return self._decide(pairs, in_parts(self._begin, pairs, self._threads))

    def features(self, pairs: I64) -> dict[str, F32]:
        """What any pairs are judged by; what the sentences say only where they were asked."""
        found = in_parts(self.measured, pairs, self._threads)
        known, aligned = self._aligned
        at, hit = _found_in(known, packed_pairs(pairs))
        for name, values in aligned.items() if hit.any() else ():
            found[name] = np.where(hit, values[at], np.float32(0))
        return found

    def measured(self, pairs: I64) -> dict[str, F32]:
        """What vectors and facts say of any pairs, some hundreds."""
        found = self._measured(pairs)
        return found | self._relative(found, pairs)

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

    def sentence_features(self, pairs: I64) -> dict[str, F32]:
        """What the sentence alignment of each pair says."""
        rows = [self.alignment(i, j).features for i, j in pairs.tolist()]
        found = {name: np.array([row[name] for row in rows], np.float32) for name in rows[0]}
        known, aligned = self._aligned
        known, first = np.unique(np.concatenate([known, packed_pairs(pairs)]), return_index=True)
        none = np.zeros(0, np.float32)
        self._aligned = (
            known,
            {
                name: np.concatenate([aligned.get(name, none), values])[first]
                for name, values in found.items()
            },
        )
        return found

    def _surveyed(
        self, also: Shared, begin: Callable[[I64], dict[str, Column]]
    ) -> tuple[I64, dict[str, Column]]:
        """The candidates, with what is said of them; their neighbourhoods are now known."""
        self._set_shared(also)
        pairs = self._candidates(also)
        begun = in_parts(begin, pairs, self._threads)
        self._rivals = self._rivals_of({name: begun[name] for name in self._least}, pairs)
        return pairs, begun

    def _candidates(self, also: Shared) -> I64:
        keys = [packed_pairs(some) for some in (self._near.pairs(), also.pairs)]
        return unpacked(distinct(np.concatenate(keys)))

    def _rivals_of(self, similarities: Mapping[str, F32], pairs: I64) -> Mapping[str, Rivals]:
        return Rivals.of(similarities, pairs, len(self._corpus))

    def _set_shared(self, also: Shared) -> None:
        keys = packed_pairs(also.pairs)
        order = np.argsort(keys)
        self._shared = Shared(also.pairs[order], also.refilled[order])
        self._shared_keys = keys[order]

    def _measured(self, pairs: I64) -> dict[str, F32]:
        measured = self._weighed.compare(pairs) | self._near.measure(pairs)
        measured["refilled"] = np.zeros(len(pairs), np.float32)
        at, hit = _found_in(self._shared_keys, packed_pairs(pairs))
        measured["refilled"][hit] = self._shared.refilled[at[hit]]
        return measured

    def _relative(self, features: Mapping[str, F32], pairs: I64) -> dict[str, F32]:
        return {
            held(name): self._rivals[name].relative(features[name], pairs, least)
            for name, least in self._least.items()
        }

    def _begin(self, pairs: I64) -> dict[str, Column]:
        """The log-odds that need no neighbourhood, and what is to be held against one."""
        features = self._measured(pairs)
        begun = {name: features[name] for name in self._least}
        return begun | self._odds(features, pairs, 0)

    def _finish(self, pairs: I64, begun: Mapping[str, Column]) -> dict[str, F32]:
        """Probabilities of one event and, of pairs in two languages, of a translation."""
        late = self._odds(self._relative(begun, pairs), pairs, 1)
        return {name: probability_of(begun[name] + odds) for name, odds in late.items()}

    def _odds(self, features: Mapping[str, F32], pairs: I64, part: int) -> dict[str, Column]:
        crossing = self._near.crossing(pairs)
        asked = {"event_crossing": crossing}
        for question, spoken in self._own.items():
            asked[question] = np.asarray(spoken[pairs].all(axis=1), np.bool_)
        asked["event"] = ~np.logical_or.reduce(list(asked.values()))
        event, first = np.zeros((2, len(pairs)))
        for question, of in asked.items():
            if of.any():  # most often a run of pairs is of one language
                event = np.where(of, self._parted[question][part].odds(features), event)
        if crossing.any():
            first = self._parted["translation_first"][part].odds(features)
        return {_EVENT: event, _FIRST: first}

    def _decide(self, pairs: I64, begun: Mapping[str, Column]) -> Judged:
        found = in_parts(self._finish, pairs, self._threads, begun)
        translation = self._translations(pairs, found[_FIRST], self._near.crossing(pairs))
        is_translation = translation >= self._threshold
        scores = np.where(is_translation, translation, found[_EVENT]).astype(np.float32)
        relations = [
            Relation.TRANSLATION if yes else Relation.SAME_EVENT for yes in is_translation.tolist()
        ]
        return Judged(pairs, relations, scores, {})

    def _translations(self, pairs: I64, first: F32, crossing: npt.NDArray[np.bool_]) -> F32:
        """Probability of a translation, by sentences where vectors and facts allow it."""
        worth = np.flatnonzero(crossing & (first >= DOUBTFUL))
        result = np.zeros(len(pairs), np.float32)
        if len(worth):
            inner = pairs[worth]
            aligned = self.sentence_features(inner)
            features = in_parts(self.measured, inner, self._threads) | aligned
            result[worth] = self._scorers["translation"].probability(features)
        return result


def held(name: str) -> str:
    """What a feature is called that is held against its neighbourhood."""
    return f"{name}_relative"


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
    _, hit = _found_in(packed_pairs(known), packed_pairs(every))
    return every[~hit]


def _found_in(known: U64, keys: U64) -> tuple[I64, npt.NDArray[np.bool_]]:
    """Where each key would stand among ascending ones, and whether it is there."""
    if not len(known):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return at, known[at] == keys
