"""An opened store behind `Detector`: check, add, and what else is asked of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

import numpy as np

from detector.backends.base import Backend
from detector.backends.local import LocalBackend
from detector.clean import Recurring
from detector.config import Config
from detector.errors import InputError
from detector.models import Model, check, resolve
from detector.pipeline.corpus import Corpus
from detector.pipeline.encoding import encoded, static_centred
from detector.pipeline.index import changing, linking
from detector.pipeline.index.ahead import CHUNK, Ahead, Mapped, Ready, chunks, one_ahead
from detector.pipeline.index.batch import Batch, joined, told_from
from detector.pipeline.index.detection import Telling
from detector.pipeline.index.explaining import explain
from detector.pipeline.index.judging import Asked, Judging
from detector.pipeline.index.looking import Looked
from detector.pipeline.index.rows import (
    Coded,
    joined_coded,
    new_articles,
    new_bodies,
    prepared_and_coded,
)
from detector.pipeline.index.surroundings import ANEW
from detector.pipeline.index.verdicts import Outcome, Verdicts
from detector.pipeline.prepare import Prepared, prepare, static_encoder
from detector.pipeline.shelf import Shelf, pack
from detector.records import Article, Explanation, IndexInfo, Verdict
from detector.store import bodies, lines, links, packing, schema
from detector.store.links import Links
from detector.store.store import Store, View, codes, count, set_next
from detector.text import I64
from detector.verify.relation import Scorer, scorers

Progress = Callable[[str, int, int], None]


class Index:
    """Articles compared with a store, and put into it."""

    def __init__(self, store: Store, config: Config, backend: Backend | None, text: bool) -> None:
        """Store what is used; models are loaded when the first article comes."""
        self.store = store
        self.config = config
        self.text = text
        self._backend = backend
        self._own: LocalBackend | None = None
        self._guard = threading.Lock()
        self._asked: Asked | None = None
        self._recurring: tuple[int, Recurring] = (-1, Recurring())

    def close(self) -> None:
        """Close the store, and stop the processes that were started."""
        self.store.close()
        if self._own is not None:
            self._own.close()

    def asked(self) -> Asked:
        """Options and models, loaded once."""
        with self._guard:
            if self._asked is None:
                model = self._model()
                if model is not None and model.tier == "static":
                    check(model)
                    static_encoder(str(model.folder))
                self._asked = Asked(self.config, model, _scoring(model), None, self.text)
            return self._asked

    def _model(self) -> Model | None:
        name = self.config.semantic.model
        return None if name == "none" else resolve(name)

    def check(self, article: Article, evidence: bool) -> Verdict:
        """What an article is to the stored ones; nothing is written."""
        asked = self.asked()
        with self.store.reading() as view:
            recurring = self._lines(view)
            made = partial(prepare, recurring=recurring, config=self.config, static=asked.static)
            prepared = self._encoded([article], [made([pack(article)])], asked.model)
            batch = told_from(view, [article], prepared, view.told["next"])
            if batch.known[0] and not batch.same[0]:
                batch = replace(batch, articles=[replace(article, id=ANEW + article.id)])
            known = {name: code for code, name in view.names.items()}
            for name in prepared.facts.languages:
                known.setdefault(name, max(known.values(), default=0) + 1)
            outcome, _ = self._outcome(view, batch, known, asked, passing=True)
            return Verdicts(view, batch, outcome, asked, recurring).of(
                0, evidence=evidence, added=False
            )

    def add(self, batches: Iterable[Sequence[Article]]) -> Iterator[list[Verdict]]:
        """Compare articles with the stored ones and with each other, and store them.

        Args:
            batches: a transaction each.

        Yields:
            The verdicts on each batch, which is durable then.
        """
        asked = self.asked()
        with self.store.reading() as view:
            recurring, window = self._lines(view), lines.counted(view.connection)
        prepare = partial(self._prepared, asked=asked)
        ahead = Ahead(self.config, recurring, window, prepare, self._mapped, self._looked)
        with closing(one_ahead(ahead, batches)) as prepared:
            for ready in prepared:
                verdicts = self._stored(ready, asked)
                with self.store.reading() as view:
                    waiting, all_ = len(view.tail), view.frequencies.articles
                if packing.due(waiting, all_ - waiting):
                    packing.pack(self.store, whole=False, progress=_silent)
                yield verdicts

    def _stored(self, ready: Ready, asked: Asked) -> list[Verdict]:
        articles, prepared = ready.articles, ready.prepared
        with self.store.writing() as view:
            known = codes(view.connection, prepared.facts.languages)
            view = replace(view, names={code: name for name, code in known.items()})
            batch = told_from(view, articles, prepared, view.told["next"])
            _refuse_changed(batch)
            if ready.looked is not None:
                stale = ready.looked.packing != view.told["packing"]
                looked = self._asked_of(view, prepared) if stale else ready.looked
                batch = replace(batch, looked=looked)
            outcome, regrouped = self._outcome(view, batch, known, asked, passing=False)
            self._write(view, batch, ready.coded, outcome, regrouped, known)
            lines.count(view.connection, len(articles), ready.latest)
            if ready.found:
                lines.learn(view.connection, ready.found)
            telling = Verdicts(view, batch, outcome, asked, ready.recurring)
            verdicts = [telling.of(i, evidence=False, added=True) for i in range(len(batch))]
            links.ran(view.connection, "add", len(batch), time.perf_counter() - ready.began)
        return verdicts

    def _write(
        self, view: View, batch: Batch, coded: Coded, outcome: Outcome,
        regrouped: linking.Regrouped, known: Mapping[str, int],
    ) -> None:  # fmt: skip
        now = int(time.time())
        bodies.insert(
            view.connection,
            new_articles(batch, coded, now),
            new_bodies(batch, coded, outcome),
            known,
        )
        links.insert(view.connection, kept(outcome.judged, outcome.labels))
        new = set(batch.bodies[batch.founders].tolist())
        old = regrouped.changed - new
        links.label(view.connection, {n: regrouped.labels[n] for n in old})
        links.log(view.connection, now, regrouped.happened)
        set_next(view.connection, batch.start + len(batch))

    def _outcome(
        self, view: View, batch: Batch, known: Mapping[str, int], asked: Asked,
        *, passing: bool,
    ) -> tuple[Outcome, linking.Regrouped]:  # fmt: skip
        """Judge the new bodies of a batch and link what they touch."""
        judging = Judging(view, batch, known, asked) if len(batch.founders) else None
        new = judging.links if judging is not None else Links.none()
        arrived = _arrived(batch, passing)
        if judging is not None:
            arrived.telling.update(batch.bodies[judging.telling].tolist())
        waiting = [int(b) for b in dict.fromkeys(batch.bodies[~batch.same].tolist())]
        changed = linking.Changed(decisions=changing.decisions_of(view))
        judge = judging.rest if judging is not None else _nothing
        part, fresh = linking.component(
            view.connection, view.names, waiting, new, arrived, judge, changed
        )
        grouped = linking.regrouped(view.connection, part, arrived, changed, self.config)
        labels = dict(grouped.labels)
        languages = dict(zip(part.numbers.tolist(), part.members.languages, strict=True))
        rest = bodies.standing(view.connection, sorted(set(batch.bodies.tolist()) - labels.keys()))
        for n, (_, code, _, own) in rest.items():
            labels[n], languages[n] = own, view.names[code]
        judged = Links.joined([new, fresh])
        every = Links.joined([part.inner, judged])
        return Outcome(judging, judged, every, labels, languages), grouped

    def _prepared(
        self, articles: Sequence[Article], recurring: Recurring, mapped: Mapped, asked: Asked
    ) -> tuple[Prepared, Coded]:
        function = partial(
            prepared_and_coded,
            recurring=recurring,
            config=self.config,
            static=asked.static,
            text=self.text,
        )
        parts = list(mapped(function, chunks(articles)))
        prepared = self._encoded(articles, [part for part, _ in parts], asked.model)
        return prepared, joined_coded([coded for _, coded in parts])

    def _looked(self, prepared: Prepared) -> Looked:
        """Ask what is packed about a batch, in a thread that asks nothing else."""
        try:
            with self.store.reading() as view:
                return self._asked_of(view, prepared)
        finally:
            self.store.connections.leave()

    def _asked_of(self, view: View, prepared: Prepared) -> Looked:
        return Looked.up(view, prepared, self.config.semantic.neighbours)

    def _encoded(
        self, articles: Sequence[Article], parts: Sequence[Prepared], model: Model | None
    ) -> Prepared:
        """Prepared chunks as one, with centred vectors."""
        prepared = joined(parts)
        if model is None:
            return prepared
        if prepared.vectors is not None:
            own = static_centred(prepared.vectors, prepared.facts.languages, model)
            return replace(prepared, vectors=own)
        shelf = Shelf()
        for article in articles:
            shelf.put(article)
        corpus = Corpus(shelf, parts)
        vectors = encoded(corpus, model, np.arange(len(corpus)), _silent)
        return replace(prepared, vectors=vectors[corpus.position])

    def _lines(self, view: View) -> Recurring:
        version, recurring = self._recurring
        if version != view.told["lines"]:
            hashes = lines.recurring(view.connection)
            recurring = Recurring(self.config.clean.recurring_length if hashes else 0, hashes)
            self._recurring = view.told["lines"], recurring
        return recurring

    def _mapped(self, count: int) -> Mapped:
        """The map of a backend where there is enough to share out."""
        if self._backend is not None:
            return self._backend.map
        if count <= CHUNK:
            return map
        if self._own is None:
            self._own = LocalBackend(self.config.jobs)
        return self._own.map

    def get(self, name: str) -> Article:
        """A stored article, without its text where texts are not kept."""
        with self.store.reading() as view:
            found = changing.numbers_of(view, self.store, [name])
            stored = bodies.articles(view.connection, found)[0]
        text = "" if stored.content is None else bodies.text_of(stored)
        return replace(stored.head, text=text)

    def explain(self, a: str, b: str) -> Explanation:
        """Why two stored articles are related, or are not."""
        with self.store.reading() as view:
            numbers = changing.numbers_of(view, self.store, [a, b])
            found = {s.number: s for s in bodies.articles(view.connection, numbers)}
            one, other = (found[n] for n in numbers)
            return explain(view, self.asked(), self._lines(view), one, other)

    def telling(self, view: View) -> Telling:
        """What makes records of stored rows, for which no model is loaded."""
        return Telling(view, self.config, _scoring(self._model()))

    def info(self) -> IndexInfo:
        """See `Detector.info`."""
        with self.store.reading() as view:
            meta = dict(view.connection.execute("SELECT key, value FROM meta"))
            return IndexInfo(
                path=str(self.store.folder),
                articles=count(view.connection, "articles"),
                bodies=count(view.connection, "bodies"),
                pending=count(view.connection, "tail"),
                clusters=links.shared(view.connection),
                files={p.name: p.stat().st_size for p in sorted(self.store.folder.iterdir())},
                text=self.text,
                model=meta["model"],
                model_digest=meta["model_digest"],
                fingerprint=meta["fingerprint"],
                versions={
                    "schema": str(schema.version_of(view.connection)),
                    "words": meta["words"],
                    "detector": meta["program"],
                },
                created=datetime.fromtimestamp(int(meta["created"]), timezone.utc),
                changed=datetime.fromtimestamp(int(meta["changed"]), timezone.utc),
            )

    def compact(self, progress: Progress) -> None:
        """See `Detector.compact`."""
        packing.pack(self.store, whole=True, progress=progress)


def _scoring(model: Model | None) -> Mapping[str, Scorer]:
    return scorers(model.tier) if model is not None else scorers()


def kept(found: Links, labels: Mapping[int, tuple[int, int, int]]) -> Links:
    """Pairs that may join clusters, and all of two bodies that share one."""
    events = {body: digests[2] for body, digests in labels.items()}
    together = [a in events and events[a] == events.get(b) for a, b in found.pairs.tolist()]
    return found.of((found.scores >= linking.STRONG) | np.array(together, np.bool_))


def _arrived(batch: Batch, passing: bool) -> linking.Arrived:
    found = linking.Arrived(passing=passing)
    facts, prepared = batch.prepared.facts, batch.prepared
    for i in batch.founders.tolist():
        body = int(batch.bodies[i])
        found.languages[body] = facts.languages[i]
        found.words[body] = int(prepared.lengths[i])
        found.names[body] = batch.articles[i].id
    for body in batch.bodies[~batch.same].tolist():
        found.copies[body] = found.copies.get(body, 0) + 1
    return found


def _refuse_changed(batch: Batch) -> None:
    for i in np.flatnonzero((batch.known > 0) & ~batch.same).tolist():
        name = batch.articles[i].id
        raise InputError(
            f'"{name}" is stored already with another text; remove it first, or give the '
            "new version an id of its own"
        )


def _nothing(_pairs: I64) -> Links:
    return Links.none()


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
