"""What a `Detector` does on a store that it has opened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timezone
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import detector
from detector.backends.base import Backend
from detector.config import Config
from detector.errors import StoreError, UnknownClusterError, UsageError
from detector.models import resolve
from detector.pipeline.index import changing
from detector.records import (
    Article,
    Cluster,
    ClusterEvent,
    Decision,
    Detection,
    IndexInfo,
    Level,
    Verdict,
)
from detector.store import Store, links
from detector.store.faults import faults
from detector.store.links import LEVELS, digest_of
from detector.text import VERSION

if TYPE_CHECKING:
    from detector.pipeline.index.index import Index

BATCH = 1000  # articles in one transaction

Progress = Callable[[str, int, int], None]
Self = TypeVar("Self", bound="Opened")


class Opened:
    """The half of `Detector` that asks and feeds a store."""

    config: Config
    _backend: Backend | None
    _index: Index | None = None

    @classmethod
    def open(
        cls: type[Self],
        path: str | Path,
        config: Config | None = None,
        *,
        text: bool = True,
        wait: float = 10.0,
        create: bool = True,
        read_only: bool = False,
    ) -> Self:
        """Open the store in a folder.

        Args:
            path: the folder; made on first use.
            config: options of every stage; those that the store was built with if not given.
            text: whether a new store keeps the texts of its articles.
            wait: seconds to wait while another process writes.
            create: False refuses where there is no store yet.
            read_only: open it for `check` and other questions alone.

        Raises:
            StoreError: if there is none, it is damaged, another program's, or was built with
                other options or another model.
            UsageError: if the options name a model for second opinions.
        """
        from detector.pipeline.index.index import Index

        if config is not None and config.verify.model:
            raise UsageError(
                "verify.model: an index asks nobody for a second opinion; leave it out"
            )
        making = create and not read_only
        if Store.exists(path) and not (making and not Store.begun(path)):
            store = Store.open(path, wait, read_only)
        elif making:
            store = Store.create(path, _described(config or Config(), text), wait)
        else:
            raise StoreError(f"{path}: no index there; name its folder, or build one")
        try:
            built = _fitting(store, config)
        except BaseException:
            store.close()
            raise
        opened = cls(built)  # type: ignore[call-arg]
        opened._index = Index(store, built, None, store.meta["text"] == "1")
        return opened

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __len__(self) -> int:
        with self._opened().store.reading() as view:
            return int(view.connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def __bool__(self) -> bool:
        return True  # also while its store is empty

    def __contains__(self, name: object) -> bool:
        from detector.store import bodies

        with self._opened().store.reading() as view:
            return isinstance(name, str) and bool(bodies.of_ids(view.connection, [name]))

    def close(self) -> None:
        """Close the store; without one, do nothing."""
        if self._index is not None:
            self._index.close()

    def check(self, article: Article, *, evidence: bool = True) -> Verdict:
        """Say what an article is to the stored ones; nothing is written.

        Args:
            article: any.
            evidence: whether to collect passages and facts, which takes longer.

        Raises:
            UsageError: if no store is opened.
            StoreError: if it cannot be read.
        """
        return self._opened().check(article, evidence)

    def add(
        self, articles: Article | Iterable[Article], *, progress: Progress | None = None
    ) -> list[Verdict]:
        """Store articles; they are durable when this returns.

        Args:
            articles: one or any number; a thousand at a time make one transaction.
            progress: told how many are stored.

        Returns:
            A verdict on each, in order, as of when it was added. An article whose id is
            stored with an equal text is left as it is.

        Raises:
            InputError: if an id is stored with another text, or comes twice.
            StoreLockedError: if another process keeps writing.
            StoreError: if it cannot be written.
        """
        several = [articles] if isinstance(articles, Article) else articles
        verdicts: list[Verdict] = []
        for part in self.add_in_batches(_batches(several)):
            verdicts += part
            (progress or _silent)("add", len(verdicts), 0)
        return verdicts

    def add_in_batches(self, batches: Iterable[Sequence[Article]]) -> Iterator[list[Verdict]]:
        """Store many articles: each batch is durable when its verdicts come.

        A batch is prepared while the one before it is stored, so this is quicker than to call
        `add` with each.

        Args:
            batches: asked for as they are needed; a transaction each.

        Raises:
            InputError, StoreLockedError, StoreError: as `add`, when the batch's turn comes; those
                before it are stored.
        """
        return self._opened().add(batches)

    def get(self, id: str) -> Article:  # noqa: A002 - as the field is called
        """A stored article; its text is empty where texts are not kept.

        Raises:
            UnknownArticleError: if it is not there.
        """
        return self._opened().get(id)

    def clusters(self, level: Level | None = None, least: int = 1) -> tuple[Cluster, ...]:
        """Clusters sorted by level and id.

        Args:
            level: of one kind alone.
            least: articles that they have at least.
        """
        index = self._opened()
        levels = range(len(LEVELS)) if level is None else [LEVELS.index(level)]
        with index.store.reading() as view:
            return tuple(index.telling(view).clusters(None, levels, least))

    def cluster(self, id: str) -> Cluster:  # noqa: A002 - as the field is called
        """A cluster by its id.

        Raises:
            UnknownClusterError: if there is none.
        """
        index, known = self._opened(), digest_of(id)
        with index.store.reading() as view:
            if known is not None:
                level, digest = known
                found = links.labelled(view.connection, level, [digest])
                for cluster in index.telling(view).clusters(found, [level], 1) if found else ():
                    if cluster.id == id:
                        return cluster
        raise UnknownClusterError(f'{index.store.folder}: no cluster has the id "{id}"')

    def cluster_events(self, since: datetime) -> tuple[ClusterEvent, ...]:
        """What befell clusters of two articles or more from a moment on, in order."""
        with self._opened().store.reading() as view:
            return tuple(links.events(view.connection, int(since.timestamp())))

    def detection(self) -> Detection:
        """All rows, pairs and clusters; rows come in order of arrival."""
        index = self._opened()
        with index.store.reading() as view:
            return index.telling(view).detection()

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions about pairs; they hold from now on, whatever the scores say."""
        index = self._opened()
        changing.decide(index.store, index.config, list(decisions))

    def decisions(self) -> tuple[Decision, ...]:
        """The decisions in force, sorted by their ids."""
        with self._opened().store.reading() as view:
            return tuple(links.decided(view.connection))

    def remove(self, id: str | Iterable[str]) -> int:  # noqa: A002 - as the field is called
        """Remove articles; returns how many.

        Raises:
            UnknownArticleError: if one is not there; then none is removed.
        """
        index, names = self._opened(), [id] if isinstance(id, str) else list(id)
        return changing.remove(index.store, index.config, names)

    def expire(self, before: date | datetime) -> int:
        """Remove articles published before a moment; without a time, added before it."""
        moment = (
            before
            if isinstance(before, datetime)
            else datetime(before.year, before.month, before.day, tzinfo=timezone.utc)
        )
        index = self._opened()
        return changing.expire(index.store, index.config, moment)

    def info(self) -> IndexInfo:
        """What the store is and holds."""
        return self._opened().info()

    def verify(self) -> tuple[str, ...]:
        """What is wrong with the store's files, as sentences that say what to do."""
        return faults(self._opened().store)

    def compact(self, progress: Progress | None = None) -> None:
        """Pack what is new, rebuild the FAISS files, and give room back; readers go on."""
        self._opened().compact(progress or _silent)

    def _opened(self) -> Index:
        if self._index is None:
            raise UsageError("no index is open; use Detector.open(path)")
        return self._index


def _described(config: Config, text: bool) -> dict[str, str]:
    name = config.semantic.model
    model = None if name == "none" else resolve(name)
    return {
        "config": json.dumps(asdict(config)),
        "fingerprint": config.fingerprint(),
        "model": model.name if model else "none",
        "model_digest": model.digest if model else "",
        "dimension": str(model.dimension if model else 0),
        "prefix": model.prefix if model else "",
        "words": str(VERSION),
        "text": str(int(text)),
        "program": detector.__version__,
        "began": str(int(time.time())),
    }


def _fitting(store: Store, config: Config | None) -> Config:
    """The options of a store, if they and its model are those that are here."""
    where = store.folder
    built = Config.from_plain(json.loads(store.meta["config"]), str(where))
    if config is not None and config.fingerprint() != store.meta["fingerprint"]:
        raise StoreError(
            f"{where}: built with other options ({built.difference(config)}); open it without "
            "a config, or build the index again with this one"
        )
    if int(store.meta["words"]) != VERSION:
        raise StoreError(
            f"{where}: built with another hashing of words ({store.meta['words']}, now {VERSION}); "
            "build the index again"
        )
    if built.semantic.model != "none":
        model = resolve(built.semantic.model)
        if model.digest != store.meta["model_digest"]:
            raise StoreError(
                f"{where}: built with another {model.name} (digest {store.meta['model_digest']}, "
                f"now {model.digest}); build the index again, or install that model"
            )
    if config is not None and config.jobs != built.jobs:
        from dataclasses import replace

        built = replace(built, jobs=config.jobs)
    return built


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    source = iter(articles)
    while part := list(islice(source, BATCH)):
        yield part


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
