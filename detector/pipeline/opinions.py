"""A second opinion on doubtful pairs in two languages, by an encoder that takes its time.

Only pairs whose probability is neither high nor low are looked at again, and only the
headlines and first sentences of their articles are encoded, each article once. Of two reports
in one language the words have said what their sentences say; the cosine of another encoder
adds nothing.

It may lower an answer and never raise it. The sentences of a report filled in
for another event are as near as those of a translation; only the facts tell them apart, and
those the first answer has weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from detector.models import Model
from detector.pipeline.copying import Judged
from detector.pipeline.corpus import Corpus
from detector.pipeline.encoding import transformer
from detector.pipeline.relating import sentence_bounds
from detector.records import Relation
from detector.semantic.centring import centred, means
from detector.text import I64
from detector.verify.features import in_parts
from detector.verify.relation import Scorer, log_odds
from detector.verify.second import FIRST, SAID, article_vectors, second_scorers

F32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
#: Gives the features of pairs, an array a name.
Measuring = Callable[[I64], Mapping[str, F32]]

#: Probabilities from and to which an answer is doubtful.
DOUBTFUL = (0.2, 0.8)
#: Names of a doubtful answer and of that of both encoders, among a pair's features, by what
#: was asked.
BEFORE = {"translation": "doubtful_translation", "event_crossing": "doubtful_event"}
AFTER = {"translation": "second_translation", "event_crossing": "second_event"}

_ASKED = {"translation": "a translation", "event_crossing": "of one event"}
_SENTENCES = 12  # of an article, beside its headline: news says first what it is about


class SecondOpinion:
    """Judges the doubtful pairs of one corpus again, and keeps what it has read."""

    def __init__(
        self,
        corpus: Corpus,
        model: Model,
        threshold: float,
        progress: Callable[[str, int, int], None],
    ) -> None:
        """Store; nothing is loaded or read before a pair is doubtful.

        Args:
            corpus: of the pass.
            model: which reads the sentences.
            threshold: probability from which a pair is kept.
            progress: told how far reading is.
        """
        self._corpus = corpus
        self._model = model
        self._threshold = threshold
        self._progress = progress
        self._raw: dict[int, F32] = {}  # vectors of the sentences of each article
        self._vectors: dict[int, F32] = {}
        self._asked = self._changed = 0

    def note(self) -> str:
        """What came of it, for the summary."""
        return (
            f"{self._model.name} was asked for a second opinion on {self._asked:,} doubtful "
            f"pair{'s' * (self._asked != 1)}, read {len(self._raw):,} articles for it, and changed "
            f"{self._changed:,} answer{'s' * (self._changed != 1)}."
        )

    def reasons(self, found: Mapping[str, float]) -> tuple[str, ...]:
        """Sentences on what was said, if the features of a pair hold it."""
        return tuple(
            f"Whether it is {_ASKED[kind]} was doubtful ({found[before]:.2f}), so "
            f"{self._model.name} was asked for a second opinion: {found[AFTER[kind]]:.2f} with it."
            for kind, before in BEFORE.items()
            if before in found
        )

    def revised(
        self, judged: Judged, measure: Measuring, crossing: Mask, scorers: Mapping[str, Scorer]
    ) -> Judged:
        """The pairs, those judged again that were doubtful.

        Args:
            judged: any pairs.
            measure: gives the features that some of them were judged by.
            crossing: shape (n,), whether a pair is in two languages.
            scorers: that judged them.

        Returns:
            The same pairs with features more, which are NaN where nothing was asked: each
            doubtful answer, and that of both encoders together.
        """
        across = np.flatnonzero(crossing)
        first = first_answers(judged.pairs[across], measure, scorers)
        doubts = {name: _doubtful(answer) for name, answer in first.items()}
        # Whether a sure translation is of one event is no question.
        doubts["event_crossing"] &= first["translation"] <= DOUBTFUL[1]
        rows = np.flatnonzero(np.logical_or.reduce(list(doubts.values())))
        second = self.features(judged.pairs[across[rows]])
        answers = {name: answer.copy() for name, answer in first.items()}
        columns = dict(judged.features)
        for name, mask in doubts.items():
            inner = np.flatnonzero(mask[rows])
            before = first[name][rows[inner]]
            asked = {FIRST: log_odds(before)} | {n: v[inner] for n, v in second.items()}
            after = np.minimum(second_scorers()[name].probability(asked), before)
            answers[name][rows[inner]] = after
            for column, values in ((BEFORE, before), (AFTER, after)):
                columns[column[name]] = np.full(len(judged.pairs), np.nan, np.float32)
                columns[column[name]][across[rows[inner]]] = values
        result = self._with(judged, across, answers, columns)
        asked_about = across[rows].tolist()
        self._asked += len(asked_about)
        self._changed += sum(
            self._answer(judged, row) is not self._answer(result, row) for row in asked_about
        )
        return result

    def _with(
        self, judged: Judged, across: I64, answers: Mapping[str, F32], columns: dict[str, F32]
    ) -> Judged:
        """The pairs, those in two languages with new answers."""
        scores, relations = judged.scores.copy(), list(judged.relations)
        translated = answers["translation"] >= self._threshold
        scores[across] = np.where(translated, answers["translation"], answers["event_crossing"])
        for row, yes in zip(across.tolist(), translated.tolist(), strict=True):
            relations[row] = Relation.TRANSLATION if yes else Relation.SAME_EVENT
        return Judged(judged.pairs, relations, scores, columns)

    def features(self, pairs: I64) -> dict[str, F32]:
        """What the second encoder says of some pairs of article numbers."""
        self._read(np.unique(pairs).tolist())
        cosines = [float(self._vectors[i] @ self._vectors[j]) for i, j in pairs.tolist()]
        return {SAID: np.array(cosines, np.float32)}

    def _answer(self, judged: Judged, row: int) -> Relation | None:
        return judged.relations[row] if judged.scores[row] >= self._threshold else None

    def _read(self, articles: list[int]) -> None:
        new = [i for i in articles if i not in self._raw]
        if not new:
            return
        texts: list[str] = []
        bounds = [0]
        for i in new:
            texts.extend(_headed(self._corpus, i))
            bounds.append(len(texts))
        done = 0

        def told(count: int) -> None:
            nonlocal done
            done += count
            self._progress("verify", done, len(texts))

        self._progress("verify", 0, len(texts))
        made = transformer(self._model.name).encode(texts, told)
        for i, (a, b) in zip(new, pairwise(bounds), strict=True):
            self._raw[i] = made[a:b]
        self._centre()

    def _centre(self) -> None:
        """Take out what all sentences of a language share, by all that was read."""
        spoken = self._corpus.facts.languages
        languages = [spoken[i] for i, vectors in self._raw.items() for _ in vectors]
        flat = centred(np.concatenate(list(self._raw.values())), languages, means(self._model))
        bounds = np.cumsum([0, *map(len, self._raw.values())])
        self._vectors = dict(zip(self._raw, article_vectors(flat, bounds), strict=True))


def first_answers(pairs: I64, measure: Measuring, scorers: Mapping[str, Scorer]) -> dict[str, F32]:
    """The probabilities of each question before a second opinion, 0 where it was not asked.

    Args:
        pairs: shape (n, 2), in two languages.
        measure: gives the features that some of them were judged by.
        scorers: that judged them.
    """

    def answered(part: I64) -> dict[str, F32]:
        features = measure(part)
        translation = np.zeros(len(part), np.float32)
        if "aligned_best" in features:
            rows = np.flatnonzero(features["aligned_best"] > 0)
            inner = {name: values[rows] for name, values in features.items()}
            translation[rows] = scorers["translation"].probability(inner)
        event = scorers["event_crossing"].probability(features)
        return {"event_crossing": event, "translation": translation}

    return in_parts(answered, pairs)


def _doubtful(answer: F32) -> Mask:
    return np.asarray((answer >= DOUBTFUL[0]) & (answer <= DOUBTFUL[1]))


def _headed(corpus: Corpus, i: int) -> Iterator[str]:
    """Headline and first sentences of an article."""
    if title := corpus.facts[i].title:
        yield title
    body, text = corpus.body(i), corpus.text(i)
    for a, b in list(pairwise(sentence_bounds(body).tolist()))[:_SENTENCES]:
        if a < b:
            yield text[int(body.starts[a]) : int(body.ends[b - 1])]
