"""Which encoder reads which article, and which articles are then compared.

Vectors of two encoders lie in different spaces and are never held against one another. So
an article in a language that the model of the pass does not serve, a foreign one here, is
read by another, a transformer; and for its sake that transformer also reads those other
articles that share most names, numbers, days and places with it, among which its
translations and the other reports of its event are. A pair with a foreign article is judged
in the transformer's space, every other pair in that of the model of the pass.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.config import Config
from detector.enrich.language import UNKNOWN
from detector.errors import ModelError
from detector.models import Model, resolve
from detector.pipeline.copying import Judged, Shared, both_judged
from detector.pipeline.corpus import Corpus
from detector.pipeline.encoding import Sentences, encoded, strangers_of
from detector.pipeline.opinions import SecondOpinion
from detector.pipeline.relating import Relating
from detector.text import I64
from detector.verify.align import SentenceAlignment
from detector.verify.anchors import sharing_most
from detector.verify.features import Weighed
from detector.verify.relation import Scorer, scorers

F32 = npt.NDArray[np.float32]

_BESIDE = 20  # articles read for the sake of a foreign one: its translation is among them (.98)
_USUAL = "transformer"  # tried where nothing else is asked for, and done without if need be


@dataclass(frozen=True, slots=True)
class Foreign:
    """The articles that another encoder reads.

    Attributes:
        model: that encoder.
        rows: numbers of the foreign articles.
        beside: numbers of the articles that it reads for their sake.
        vectors: shape (articles, d), zero for all others.
    """

    model: Model
    rows: I64
    beside: I64
    vectors: F32


class Router:
    """Finds the encoder of foreign articles, has them read, and says what came of it."""

    def __init__(self, config: Config, model: Model | None) -> None:
        """Find the other encoder at once, before anything is read.

        Raises:
            ModelError: if the configuration names one that cannot be had.
        """
        self._config = config
        self._model = model
        self._why = ""
        self.other: Model | None = None
        name = config.semantic.other_languages
        if model is None or model.languages is None or name == "none":
            return
        try:
            self.other = resolve(name)
        except ModelError as error:
            if name != _USUAL:
                raise
            self._why = str(error)
        if self.other is not None and self.other.tier != "transformer":
            raise ModelError(
                f"semantic.other_languages: {name} is no transformer; name a sentence-transformers "
                "folder or hub id, or none"
            )

    def read(
        self, corpus: Corpus, rows: I64, progress: Callable[[str, int, int], None]
    ) -> tuple[Foreign | None, list[str]]:
        """Have the foreign articles among `rows` read, with those beside them.

        Returns:
            What was read, if anything, and notes on it for the summary.
        """
        served = None if self._model is None else self._model.languages
        if served is None:
            return None, []
        spoken = corpus.facts.languages
        unknown = np.array([code not in served for code in spoken], np.bool_)
        foreign = rows[[unknown[i] and spoken[i] != UNKNOWN for i in rows.tolist()]]
        read = None
        notes = []
        if self.other is not None and len(foreign) and corpus.profiles is not None:
            beside = sharing_most(corpus.profiles, foreign, rows[~unknown[rows]], _BESIDE)
            begun = time.perf_counter()
            try:
                both = np.sort(np.concatenate([foreign, beside]))
                vectors = encoded(corpus, self.other, both, progress)
            except ModelError as error:
                if self._config.semantic.other_languages != _USUAL:
                    raise
                self._why = str(error)
            else:
                took = time.perf_counter() - begun
                read = Foreign(self.other, foreign, beside, vectors)
                notes.append(
                    f"{self.other.name} read {_articles(len(foreign))} in other languages "
                    f"({_counted(spoken[i] for i in foreign.tolist())}) and {len(beside):,} that "
                    f"share names or numbers with them, in {took:.0f} s."
                )
                unknown[foreign] = False
        return read, [*notes, *self._without(corpus, np.flatnonzero(unknown))]

    def _without(self, corpus: Corpus, rows: I64) -> list[str]:
        """What is said of articles that no encoder has read."""
        assert self._model is not None
        spoken = corpus.facts.languages
        if not len(rows):
            return []
        told = (
            f"{self._model.name} does not know the language of some articles "
            f"({_counted(spoken[i] for i in rows.tolist())}); they were compared by their words "
            "alone."
        )
        return [f"{told} To have more found: {self._why}." if self._why else told]


class Routed:
    """Judges each pair in the space of the encoder that both its articles were read by."""

    def __init__(
        self,
        corpus: Corpus,
        model: Model,
        rows: I64,
        foreign: Foreign | None,
        config: Config,
        weighed: Weighed,
        second: SecondOpinion | None = None,
    ) -> None:
        """Search the neighbours of the articles `rows` in each space.

        Args:
            corpus: with the vectors of `model`.
            model: of the pass.
            rows: article numbers; the others are copies of those.
            foreign: what another encoder read.
            config: of the whole pass.
            weighed: the profiles of the corpus.
            second: asked about doubtful pairs.
        """
        self._second = second
        self._foreign = np.zeros(len(corpus), np.bool_)
        if foreign is not None:
            self._foreign[foreign.rows] = True
        self._scorers = scorers(model.tier)
        self._own = Relating(
            corpus, Sentences(corpus, model), rows[~self._foreign[rows]], self._scorers, config,
            strangers_of(corpus, model), weighed,
        )  # fmt: skip
        self._other: Relating | None = None
        if foreign is not None:
            self._other_scorers = scorers(foreign.model.tier)
            self._other = Relating(
                corpus, Sentences(corpus, foreign.model, model),
                np.sort(np.concatenate([foreign.rows, foreign.beside])), self._other_scorers,
                config, strangers_of(corpus, foreign.model, foreign.vectors), weighed,
                foreign.vectors,
            )  # fmt: skip

    def judge(self, also: Shared) -> Judged:
        """Judge every article with its neighbours, and the pairs `also`."""
        if self._other is None:
            return self._revised(self._own, self._own.judge(also))
        foreign = self._is_foreign(also.pairs)
        own = self._own.judge(Shared(also.pairs[~foreign], also.refilled[~foreign]))
        other = self._other.judge(Shared(also.pairs[foreign], also.refilled[foreign]))
        other = other.of(np.flatnonzero(self._is_foreign(other.pairs)))
        return both_judged(self._revised(self._own, own), self._revised(self._other, other))

    def judge_pairs(self, pairs: I64) -> Judged:
        """Judge any pairs against the neighbourhoods that `judge` found."""
        foreign = self._is_foreign(pairs)
        if self._other is None or not foreign.any():
            return self._revised(self._own, self._own.judge_pairs(pairs))
        other = self._revised(self._other, self._other.judge_pairs(pairs[foreign]))
        if foreign.all():
            return other
        own = self._revised(self._own, self._own.judge_pairs(pairs[~foreign]))
        return both_judged(own, other)

    def features(self, pairs: I64) -> dict[str, F32]:
        """What any pairs are judged by, measured again."""
        foreign = self._is_foreign(pairs)
        if self._other is None or not foreign.any():
            return self._own.features(pairs)
        found: dict[str, F32] = {}
        for relating, rows in ((self._own, ~foreign), (self._other, foreign)):
            for name, values in relating.features(pairs[rows]).items():
                found.setdefault(name, np.zeros(len(pairs), np.float32))[rows] = values
        return found

    def alignment(self, i: int, j: int) -> SentenceAlignment:
        """The sentences of two articles side by side."""
        return self._of(i, j).alignment(i, j)

    def scorers_of(self, i: int, j: int) -> Mapping[str, Scorer]:
        """What judges a pair."""
        return self._scorers if self._of(i, j) is self._own else self._other_scorers

    def reasons(self, features: Mapping[str, float]) -> tuple[str, ...]:
        """What is to be said of a pair beside who was first."""
        return self._second.reasons(features) if self._second is not None else ()

    def _revised(self, relating: Relating, judged: Judged) -> Judged:
        if self._second is None:
            return judged
        asked = self._scorers if relating is self._own else self._other_scorers
        crossing = relating.crossing(judged.pairs)
        return self._second.revised(judged, relating.features, crossing, asked)

    def _of(self, i: int, j: int) -> Relating:
        if self._other is not None and (self._foreign[i] or self._foreign[j]):
            return self._other
        return self._own

    def _is_foreign(self, pairs: I64) -> npt.NDArray[np.bool_]:
        return np.asarray(self._foreign[pairs].any(axis=1))


def _counted(languages: Iterable[str]) -> str:
    counts = Counter(languages)
    return ", ".join(f"{n:,} {code}" for code, n in sorted(counts.items()))


def _articles(count: int) -> str:
    return f"{count:,} article{'s' * (count != 1)}"
