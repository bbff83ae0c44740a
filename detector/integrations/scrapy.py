"""A Scrapy item pipeline: every item is checked against an index, and dropped or marked.

In the settings of a project::

    ITEM_PIPELINES = {"detector.integrations.scrapy.DetectorPipeline": 300}
    DETECTOR_INDEX = "news.index"

===================== =====================================================================
`DETECTOR_INDEX`      folder of the index, made on first use; without it the pipeline is off
`DETECTOR_ACTION`     "drop" (default) leaves out what was seen before; "mark" leaves nothing
                      out and writes the verdict into the item
`DETECTOR_RELATIONS`  relations that count as seen before; by default all but "same_event"
`DETECTOR_FIELDS`     which key of an item is which field: ``{"text": "body"}``
`DETECTOR_ADD`        whether items that go on are added to the index; default True
`DETECTOR_MARK`       the item's field for the verdict; default "detector"
`DETECTOR_CONFIG`     TOML file of options for an index that is made now
`DETECTOR_TEXT`       whether an index that is made now keeps texts; default True
===================== =====================================================================

An item that is no article (one without text) goes on as it is, with a warning. Of an id that is
scraped again with another text the index keeps the first version. Items are compared one after
the other in a thread of their own, so two copies that are scraped at one time are one article
and its copy, and downloads go on meanwhile.

Counters: ``detector/checked``, ``dropped``, ``marked``, ``added``, ``changed`` (not stored
again), ``unreadable``, and ``detector/relation/…``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from detector.config import Config
from detector.errors import InputError, MissingExtraError, UsageError
from detector.pipeline import Detector
from detector.readers import Single
from detector.readers.preset import check
from detector.records import Relation, Verdict

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_ACTIONS = ("drop", "mark")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a project that concern this pipeline.

    Attributes:
        index: folder of the index.
        mark: the item's field for the verdict; empty where items are dropped.
        relations: that count as seen before.
        fields: article field to key of an item.
        add: whether items that go on are added.
        config: TOML file of options for a new index; empty for the defaults.
        text: whether a new index keeps texts.
    """

    index: str
    mark: str
    relations: frozenset[Relation]
    fields: Mapping[str, str]
    add: bool
    config: str
    text: bool

    @classmethod
    def of(cls, settings: BaseSettings) -> Settings:
        """Read the settings of a project.

        Raises:
            UsageError: if one cannot be used.
        """
        action = str(settings.get("DETECTOR_ACTION", "drop"))
        if action not in _ACTIONS:
            raise UsageError(f"DETECTOR_ACTION: must be drop or mark, not {action!r}")
        names = settings.getlist("DETECTOR_RELATIONS") or [
            relation for relation in Relation if relation is not Relation.SAME_EVENT
        ]
        fields = settings.getdict("DETECTOR_FIELDS")
        check(fields)
        try:
            relations = frozenset(map(Relation, names))
        except ValueError as error:
            known = ", ".join(map(str, Relation))
            raise UsageError(f"DETECTOR_RELATIONS: {error}; known are {known}") from None
        return cls(
            index=str(settings.get("DETECTOR_INDEX", "")),
            mark=str(settings.get("DETECTOR_MARK", "detector")) if action == "mark" else "",
            relations=relations,
            fields=fields,
            add=settings.getbool("DETECTOR_ADD", True),
            config=str(settings.get("DETECTOR_CONFIG", "")),
            text=settings.getbool("DETECTOR_TEXT", True),
        )


class DetectorPipeline:
    """Checks items against an index, before they go on."""

    def __init__(self, crawler: Crawler) -> None:
        """Read the settings; the index is opened with the spider.

        Raises:
            NotConfigured: if there is no `DETECTOR_INDEX`.
            UsageError: if a setting cannot be used.
            MissingExtraError: if the extra ``scrapy`` is not installed.
        """
        try:
            from scrapy.exceptions import NotConfigured
        except ImportError:
            raise MissingExtraError("the Scrapy pipeline", "scrapy", "scrapy") from None
        self.settings = Settings.of(crawler.settings)
        if not self.settings.index:
            raise NotConfigured("DETECTOR_INDEX is not set")
        self._stats = crawler.stats
        # One thread: what is checked and added in between is seen by the next item.
        self._thread = ThreadPoolExecutor(1, "detector")
        self._detector: Detector | None = None
        self._single: Single | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DetectorPipeline:
        """Make the pipeline of a crawl; Scrapy calls this."""
        return cls(crawler)

    async def open_spider(self, spider: Any = None) -> None:
        """Open the index, which is made if it is not there."""
        del spider
        await self._apart(self._open)

    async def close_spider(self, spider: Any = None) -> None:
        """Close the index behind the last item."""
        del spider
        await self._apart(self._close)
        self._thread.shutdown()

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        """Check one item.

        Raises:
            DropItem: if it was seen before and items are dropped.
        """
        del spider
        from itemadapter import ItemAdapter
        from scrapy.exceptions import DropItem

        adapter = ItemAdapter(item)
        try:
            verdict, done = await self._apart(self._judged, dict(adapter))
        except InputError as error:
            self._count("unreadable")
            _LOG.warning("An item goes on unchecked: %s", error)
            return item
        self._count("checked")
        self._count(f"relation/{verdict.relation or 'none'}")
        if done:
            self._count(done)
        seen = self._counts(verdict)
        if self.settings.mark:
            adapter[self.settings.mark] = verdict.row()
            if seen:
                self._count("marked")
        elif seen:
            self._count("dropped")
            raise DropItem(_told(verdict))
        return item

    async def _apart(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function in the thread, with any reactor that Scrapy may run."""
        future = self._thread.submit(function, *arguments)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return await _deferred(future)
        return await asyncio.wrap_future(future)

    def _open(self) -> None:
        settings = self.settings
        config = Config.from_toml(settings.config) if settings.config else None
        self._detector = Detector.open(
            settings.index, config, text=settings.text, read_only=not settings.add
        )
        read = self._detector.config.read
        if settings.fields:
            read = replace(read, fields=settings.fields)
        self._single = Single(read, lambda error: _LOG.warning("%s", error))

    def _close(self) -> None:
        if self._detector is not None:
            self._detector.close()
            self._detector = None

    def _judged(self, record: Mapping[str, Any]) -> tuple[Verdict, str]:
        """What an item is, and what became of it: "", "added" or "changed"."""
        assert self._detector is not None
        assert self._single is not None
        article = self._single.article(record)
        verdict = self._detector.check(article, evidence=bool(self.settings.mark))
        if not self.settings.add or (self._counts(verdict) and not self.settings.mark):
            return verdict, ""
        if article.id not in self._detector:
            (added,) = self._detector.add(article)
            # Clusters that it is in; the evidence of a check says more.
            return replace(added, evidence=verdict.evidence), "added"
        known = verdict.matched == article.id and verdict.relation is Relation.EXACT_COPY
        return verdict, "" if known else "changed"

    def _counts(self, verdict: Verdict) -> bool:
        return not verdict.is_new and verdict.relation in self.settings.relations

    def _count(self, name: str) -> None:
        if self._stats is not None:
            self._stats.inc_value(f"detector/{name}")


def _deferred(future: Future[T]) -> Awaitable[T]:
    """What a thread will return, for a reactor that is not asyncio's."""
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    waiting = Deferred()

    def hand_on() -> None:
        error = future.exception()
        if error is None:
            waiting.callback(future.result())
        else:
            waiting.errback(error)

    future.add_done_callback(lambda _: reactor.callFromThread(hand_on))
    return cast("Awaitable[T]", waiting)


def _told(verdict: Verdict) -> str:
    score = f" ({verdict.score:.2f})" if verdict.score is not None else ""
    return f"{verdict.relation} of {verdict.matched}{score}"
