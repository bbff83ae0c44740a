"""Corpora that stand as they are: event collections, the sample newsroom, the seed articles."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, TypeAlias

import material
from corpus import Corpus, Entry, chance, joined, pair, rows_of
from ordinary import SETS, readings

from detector.errors import InputError
from detector.records import Article, Pair, Relation

#: The collections of events.
EventSet: TypeAlias = Literal["abmusu", "ecbplus"]

#: Events that AbMusu has under two labels: nothing may be learnt from their being apart.
_TWICE = (
    ("abmusu-train036", "abmusu-train192"),
    ("abmusu-train087", "abmusu-train101"),
    ("abmusu-val068", "abmusu-val098"),
)

_DATED_FROM = datetime(2022, 6, 1, tzinfo=timezone.utc)
_DATED_HOURS = 60 * 24.0
_LATER_HOURS = 12.0

_NEWSROOM = material.PROJECT / "tests" / "data" / "newsroom"


def events(
    name: EventSet, seed: int = 1, part: material.Part = "test", data: Path | None = None
) -> Corpus:
    """A collection of reports with the event of each; ECB+ has sister events.

    Relations within an event are not known, only that its reports belong together.

    Args:
        name: ``abmusu`` (Vietnamese) or ``ecbplus`` (English).
        seed: of the order.
        part: which half; events, and sister events, are never divided.
        data: folder of the public sets.
    """
    place = material.folder(data)
    if name == "abmusu":
        documents = material.vietnamese_events(part, place)
        groups = dict.fromkeys((d.event for d in documents), "")
    else:
        documents = material.english_events(part, place)
        groups = {d.event: material.sister_group(d.event) for d in documents}
    entries = [
        Entry(Article(d.id, d.text, d.title), d.language, event=d.event, group=groups[d.event])
        for d in documents
    ]
    chance("order", seed).shuffle(entries)
    return Corpus(
        name=name,
        part=part,
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("event",)),
        doubtful=frozenset(
            joined(a.id, b.id)
            for one, other in _TWICE
            for a in documents
            for b in documents
            if a.event == one and b.event == other
        ),
    )


def dated(seed: int = 1, part: material.Part = "test", data: Path | None = None) -> Corpus:
    """AbMusu with times of publication, which it lacks: those of a newsroom's summer.

    Each event happens at some hour of sixty days, and each of its reports comes out some hours
    later, twelve in the mean. What a text itself says of its day stays, and may contradict.
    """
    told = events("abmusu", seed, part, data)
    event = {row["id"]: row["event_cluster"] for row in told.rows}
    draw = chance("dated", seed)
    happened = {name: draw.uniform(0, _DATED_HOURS) for name in sorted(set(event.values()))}

    def published(article: str) -> datetime:
        hours = happened[event[article]] + draw.expovariate(1 / _LATER_HOURS)
        return _DATED_FROM + timedelta(hours=hours)

    articles = tuple(replace(a, published=published(a.id)) for a in told.articles)
    return replace(told, name="abmusu_dated", articles=articles)


def crowded(name: EventSet, seed: int, data: Path | None = None, strangers: int = 3000) -> Corpus:
    """Reports of known events among articles of other years, for training.

    No report is of one event with a stranger. Of two strangers the set knows nothing, but
    that what came out days apart is not one happening: `Corpus.days`, which no article
    tells. So outlets' forms, appeals and topics are among what is no event.

    Args:
        name: ``abmusu`` stands among Vietnamese articles, ``ecbplus`` among English ones.
        seed: of all chance.
        data: folder of the public sets.
        strangers: so many at most.
    """
    place = material.folder(data)
    told = events(name, seed, "train", place)
    if name == "abmusu":
        pool = list(material.strangers("train", place))
    else:
        pool = [english for english, _ in material.translations("train", place)]
    # Pairs of ordinary news that measure are not fitted on, by a stranger's day either.
    held = {name for each in SETS for r in readings(each, "test") for name in r.pair}
    pool = [document for document in pool if document.id not in held]
    beside = chance("crowd", seed).sample(pool, min(strangers, len(pool)))
    entries = [
        Entry(Article(d.id, d.text, d.title, d.url, d.source), d.language, event=d.id)
        for d in beside
    ]
    return replace(
        told,
        name=f"{name} among strangers",
        articles=(*told.articles, *(entry.article for entry in entries)),
        rows=(*told.rows, *rows_of(entries, ("event",))),
        planted=frozenset(a.id for a in told.articles),
        complete=False,
        days={d.id: day for d in beside if (day := material.day_of(d.url))},
    )


def newsroom(folder: Path = _NEWSROOM) -> Corpus:
    """The sample newsroom of this project with its gold.

    Raises:
        InputError: if it is not there.
    """
    tables = [folder / f"{name}.jsonl" for name in ("articles", "gold", "pairs")]
    for table in tables:
        if not table.is_file():
            raise InputError("is not there: the newsroom has articles, gold and pairs", str(table))
    articles, rows, pairs = map(_jsonl, tables)
    found = [_pair(row) for row in pairs]
    return Corpus(
        name="newsroom",
        articles=tuple(_article(row) for row in articles),
        rows=tuple(rows),
        pairs=tuple(p for p in found if p is not None),
    )


def seeds(data: Path | None = None) -> Corpus:
    """The five seed articles and what must be said of them."""
    documents = material.seeds(material.folder(data))
    clusters = {
        "000": ("000", "first", "portal", "vi"),
        "001": ("", "first", "", "vi"),
        "002": ("", "", "", "vi"),
        "003": ("", "", "", "vi"),
        "004": ("000", "first", "portal", "en"),
    }
    entries = []
    for document in documents:
        original, event, syndication, language = clusters[document.id]
        article = Article(document.id, document.text)
        entries.append(
            Entry(article, language, document.id, syndication or document.id,
                  event or document.id, original or None)
        )  # fmt: skip
    related = {
        ("000", "001"): Relation.SAME_EVENT,
        ("000", "004"): Relation.TRANSLATION,
        ("001", "004"): Relation.SAME_EVENT,
    }
    names = sorted(clusters)
    every = {joined(a, b) for a in names for b in names if a != b}
    return Corpus(
        name="seeds",
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("duplicate", "syndication", "event")),
        pairs=tuple(
            pair(a, b, relation, "000" if relation is Relation.TRANSLATION else None)
            for (a, b), relation in related.items()
        ),
        forbidden=frozenset(every - set(related)),
    )


def _article(row: dict[str, Any]) -> Article:
    published = row.get("published") or ""
    moment: date | datetime | None = None
    if published:
        whole = len(published) == len("2025-01-31")
        moment = (date if whole else datetime).fromisoformat(published)
    texts = {name: row.get(name) or "" for name in ("title", "url", "source")}
    return Article(row["id"], row["text"], **texts, published=moment)


def _pair(row: dict[str, Any]) -> Pair | None:
    if row["relation"] in (None, "", "none"):
        return None
    return pair(row["a"], row["b"], Relation(row["relation"]), row.get("original"))


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
