"""`Detector`: the pass as a library call."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import overload

import numpy as np

from detector.backends.base import Backend
from detector.backends.local import LocalBackend
from detector.clean import LineCounter, Recurring
from detector.config import Config
from detector.errors import UsageError
from detector.models import Model, check, resolve
from detector.pipeline.copying import (
    SHORT,
    Judged,
    Shared,
    equal_pairs,
    exact_groups,
    judge_copies,
    lexical_pairs,
    members_of,
)
from detector.pipeline.corpus import Corpus, Shelf
from detector.pipeline.encoding import encoded
from detector.pipeline.explaining import Found, explained
from detector.pipeline.freeing import calm, give_back
from detector.pipeline.grouping import clusters, group, labels, link_copies
from detector.pipeline.opened import Opened
from detector.pipeline.opinions import SecondOpinion
from detector.pipeline.pairing import Pairing
from detector.pipeline.prepare import Prepared, count_lines, prepare, static_encoder
from detector.pipeline.routing import Routed, Router
from detector.records import Article, Detection, Explanation
from detector.text import I64, tokenise
from detector.verify.features import Weighed
from detector.verify.relation import Scorer, scorers

#: Called with the stage, how many articles or pairs are done, and of how many (0: unknown).
Progress = Callable[[str, int, int], None]

#: Chooses pairs, by their ids, of what was found.
Choosing = Callable[[Detection], Collection[tuple[str, str]]]


class Detector(Opened):
    """Finds copies, translations and reports of one event, and who had each first."""

    def __init__(self, config: Config | None = None, backend: Backend | None = None) -> None:
        """Store the options; nothing is loaded before it is needed.

        Args:
            config: options of every stage.
            backend: where stage functions run; by default `config.jobs` local processes.
        """
        self.config = config or Config()
        self._backend = backend

    def detect(
        self,
        articles: Iterable[Article],
        *,
        evidence: bool | Choosing = True,
        progress: Progress | None = None,
    ) -> Detection:
        """Compare all articles with each other.

        Args:
            articles: any number, read once; their order changes nothing but that of the rows.
            evidence: whether each pair carries passages and facts; without, it carries the
                features alone, which is faster. A function is asked, when all else is known,
                which pairs are to carry them.
            progress: told how far each stage is.

        Returns:
            Labels in input order, verified pairs, nested clusters.

        Raises:
            InputError: if two articles have one id.
            ModelError: if a model cannot be had or is damaged.
            UsageError: if a second opinion is asked for where there is no first.
        """
        with closing(Pass(self.config, self._backend, progress or _silent)) as run:
            return run.detect(articles, evidence)

    @overload
    def explain(self, a: str, b: str, /) -> Explanation: ...
    @overload
    def explain(self, articles: Iterable[Article], a: str, b: str) -> Explanation: ...
    def explain(
        self, articles: Iterable[Article] | str, a: str, b: str | None = None
    ) -> Explanation:
        """Say of two articles why they are related, or why they are not.

        Args:
            articles: the whole corpus: how rare a word is, and what else is near, counts.
                Left out for two articles of an opened store.
            a: id of one article.
            b: id of the other.

        Raises:
            UsageError: if no article has one of the ids.
            ModelError: if the model cannot be had or is damaged.
        """
        if isinstance(articles, str):
            return self._opened().explain(articles, a)
        if b is None:
            raise UsageError("name a corpus and two ids, or two ids of an opened store")
        with closing(Pass(self.config, self._backend, _silent)) as run:
            return run.explain(articles, a, b)


class Pass:
    """One pass: its clock, its notes and what the stages hand on."""

    def __init__(self, config: Config, backend: Backend | None, progress: Progress) -> None:
        self._config = config
        self._progress = progress
        self._backend: Backend = LocalBackend(config.jobs) if backend is None else backend
        self._owned = backend is None
        self._seconds: dict[str, float] = {}
        self._notes: list[str] = []

    def detect(self, articles: Iterable[Article], evidence: bool | Choosing) -> Detection:
        """Read, prepare, find, judge, group and explain."""
        found = self.found(articles)
        corpus, grouping = found.corpus, found.grouping
        with self._stage("explain"), calm():  # a dozen objects an article, and no cycle
            groups = members_of(found.equal)
            exact = equal_pairs(groups.values(), self._config.lexical.bucket)
            related = found.pairing.linked(found.related)
            judged = ((related, members_of(found.representative)), (found.copies, groups))
            pairs, directions = found.pairing.pairs(exact, judged, self._progress)
            if not evidence:
                corpus.give_up_texts()
            made = clusters(corpus, grouping, directions)
            by_ids = {(p.a, p.b): p for p in pairs}
            rows = labels(corpus, made, by_ids, self._config.cluster.keep)
            if evidence:
                told = Detection(rows, pairs, made.clusters)
                chosen = evidence(told) if callable(evidence) else None
                pairs = found.pairing.explained(pairs, chosen, self._progress, self._backend)
                self.close()
        return Detection(rows, pairs, made.clusters, tuple(self._notes), dict(self._seconds))

    def explain(self, articles: Iterable[Article], a: str, b: str) -> Explanation:
        """Run the pass and say of two of its articles why they are related, or are not."""
        return explained(self.found(articles), a, b, self._config)

    def found(self, articles: Iterable[Article]) -> Found:
        """Read, prepare, find, judge and group; nothing is explained."""
        name = self._config.semantic.model
        model = None if name == "none" else resolve(name)
        scoring = scorers(model.tier) if model is not None else scorers()
        router = Router(self._config, model)
        verifier = self._verifier(model)
        corpus, recurring = self.corpus(articles, model)
        with self._stage("copies"):
            equal = exact_groups(corpus)
            first = np.unique(equal)
            self.close()  # a process keeps what it once needed to prepare articles
            copies, shared = self._copies(corpus, first, scoring["copy"])
            duplicates = link_copies(corpus, equal, copies, self._config.cluster.component)
            corpus.give_up_candidates()
            self.close()
        relating = None
        related = Judged.none()
        if model is not None and len(corpus) > 1:
            with self._stage("encode"):
                telling = np.unique(duplicates.longest)
                telling = telling[corpus.lengths[telling] >= SHORT]
                self.encode(corpus, model, telling)
                foreign, notes = router.read(corpus, telling, self._progress)
                self._notes.extend(notes)
            with self._stage("relate"):
                second = self._second(corpus, verifier)
                assert corpus.profiles is not None
                weighed = Weighed(corpus.profiles)
                corpus.give_up_profiles()
                relating = Routed(corpus, model, telling, foreign, self._config, weighed, second)
                related = relating.judge(shared.between(duplicates.longest))
                give_back()
                self._notes.extend([second.note()] if second is not None else ())
        with self._stage("cluster"), calm():
            grouping = group(corpus, duplicates, related, self._config.cluster.component)
            give_back()
            if grouping.cut:
                self._notes.append(
                    f"{grouping.cut} components of more than {self._config.cluster.component} "
                    "articles were cut at their weakest links."
                )
        pairing = Pairing(corpus, grouping, recurring, relating, scoring)
        return Found(
            corpus, equal, duplicates.longest, copies, related, relating, scoring, grouping, pairing
        )

    def _verifier(self, model: Model | None) -> Model | None:
        """The model of the second opinion, found before anything is read."""
        if not self._config.verify.model:
            return None
        if model is None:
            raise UsageError("model none finds copies only, which need no second opinion")
        return resolve(self._config.verify.model)

    def _second(self, corpus: Corpus, model: Model | None) -> SecondOpinion | None:
        if model is None:
            return None
        return SecondOpinion(corpus, model, self._config.verify.threshold, self._progress)

    def corpus(self, articles: Iterable[Article], model: Model | None) -> tuple[Corpus, Recurring]:
        """Read and prepare articles; also the lines that recur in them."""
        static = str(model.folder) if model is not None and model.tier == "static" else ""
        tokenise([""])  # its tables, and the encoder's, before there are processes to share them
        if static and model is not None:
            check(model)
            static_encoder(static)
        with self._stage("read"):
            shelf, recurring = self._read(articles)
        with self._stage("prepare"):
            return self._prepare(shelf, recurring, static), recurring

    def close(self) -> None:
        """Stop the processes that this pass started."""
        if self._owned:
            self._backend.close()

    def _read(self, articles: Iterable[Article]) -> tuple[Shelf, Recurring]:
        shelf, lines = Shelf(), LineCounter(self._config.clean)
        function = partial(count_lines, config=self._config)
        for part in self._backend.map(function, shelf.filled(articles)):
            lines.merge(part)
            self._progress("read", len(shelf), 0)
        self._progress("read", len(shelf), len(shelf))
        return shelf, lines.recurring()

    def _prepare(self, shelf: Shelf, recurring: Recurring, static: str) -> Corpus:
        function = partial(prepare, recurring=recurring, config=self._config, static=static)
        return Corpus(shelf, self._told(self._backend.map(function, shelf.chunks()), shelf))

    def _told(self, parts: Iterable[Prepared], shelf: Shelf) -> Iterator[Prepared]:
        done = 0
        for part in parts:
            yield part
            done += len(part.lengths)
            self._progress("prepare", done, len(shelf))

    def _copies(self, corpus: Corpus, first: I64, scorer: Scorer) -> tuple[Judged, Shared]:
        lexical = self._config.lexical
        pairs, capped = lexical_pairs(corpus, first, lexical)
        if capped:
            self._notes.append(
                f"{capped} passages or bands are shared by more than {lexical.bucket} articles "
                "each; those articles were compared with their neighbours only."
            )
        threshold = self._config.verify.threshold
        return judge_copies(corpus, pairs, scorer, lexical, threshold, self._backend)

    def encode(self, corpus: Corpus, model: Model, first: I64) -> None:
        """Set the vectors of the articles `first`."""
        corpus.vectors = encoded(corpus, model, first, self._progress)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._seconds[name] = round(time.perf_counter() - begun, 3)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
