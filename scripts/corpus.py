"""A corpus whose relations are known, and what they are."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from material import Part, digest

from detector.errors import UsageError
from detector.records import Article, Pair, Relation

Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles and what is true of them.

    Attributes:
        name: of the builder and its variant.
        articles: in an order that says nothing.
        rows: one an article, with the columns of ``dedup -o`` that are known.
        pairs: every pair that should be found.
        kinds: gold pair, or forbidden pair, to how it was made.
        forbidden: pairs that look related and are not.
        doubtful: pairs of which neither can be said.
        alike: gold pairs of one body under another headline or among other furniture, which
            may be called exact copies as well as near ones.
        planted: articles that were made; of two others the corpus knows nothing, unless
            `complete`.
        complete: gold speaks about every pair of the corpus.
        days: article to the day it came out, which the article itself does not tell.
        judged: pairs of which it is known whether they are of one event, where that is known of
            some alone.
        weights: how many pairs each of those stands for.
        part: which half of the sets it is made of; what belongs to none is a test.
    """

    name: str
    articles: tuple[Article, ...]
    rows: tuple[dict[str, Any], ...]
    pairs: tuple[Pair, ...] = ()
    kinds: Mapping[Key, str] = field(default_factory=dict)
    forbidden: frozenset[Key] = frozenset()
    doubtful: frozenset[Key] = frozenset()
    alike: frozenset[Key] = frozenset()
    planted: frozenset[str] = frozenset()
    complete: bool = True
    days: Mapping[str, int] = field(default_factory=dict)
    judged: Mapping[Key, bool] = field(default_factory=dict)
    weights: Mapping[Key, float] = field(default_factory=dict)
    part: Part = "test"

    @property
    def languages(self) -> dict[str, str]:
        """Language of each article."""
        return {row["id"]: row["language"] for row in self.rows}

    def for_training(self) -> Corpus:
        """Itself, if it may be fitted on.

        Raises:
            UsageError: if any of it is what evaluation measures.
        """
        if self.part != "train":
            raise UsageError(
                f"{self.name}: its part is {self.part!r}, which scripts/evaluate.py measures; "
                "build it with part='train'"
            )
        return self

    def read(self) -> list[Article]:
        """The articles as a reader hands them over: their text repaired."""
        from detector.readers import repair

        return [
            replace(article, text=repair.text(article.text), title=repair.line(article.title))
            for article in self.articles
        ]

    def natural(self, pairs: Iterable[Key]) -> set[Key]:
        """Those pairs that the corpus held before anything was planted in it."""
        if self.complete:
            return set()
        return {key for key in pairs if not self.planted.intersection(key)}

    def digest(self) -> str:
        """Changes when the articles or what is true of them change."""
        gold = sorted((p.a, p.b, str(p.relation), p.original) for p in self.pairs)
        rows = sorted(self.rows, key=lambda row: str(row["id"]))
        texts = sorted((a.id, a.title, a.text) for a in self.articles)
        parts: list[Any] = [gold, rows, texts, sorted(self.forbidden)]
        return digest([*parts, sorted(self.judged.items())] if self.judged else parts)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a corpus in the making.

    Attributes:
        article: what the detector sees.
        language: what it is written in.
        duplicate: its gold duplicate cluster; empty if it stands alone.
        syndication: its gold syndication cluster; its duplicate cluster where empty.
        event: its gold event; left out of the rows where no entry has one.
        original: gold original of its syndication cluster.
        group: its group of sister events.
    """

    article: Article
    language: str
    duplicate: str = ""
    syndication: str = ""
    event: str = ""
    original: str | None = None
    group: str = ""


def rows_of(entries: Sequence[Entry], levels: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Gold rows with the columns of these levels."""
    rows = []
    for entry in entries:
        i = entry.article.id
        duplicate = entry.duplicate or i
        known = {
            "duplicate": duplicate,
            "syndication": entry.syndication or duplicate,
            "event": entry.event or entry.syndication or duplicate,
        }
        row: dict[str, Any] = {f"{level}_cluster": known[level] for level in levels}
        row |= {"id": i, "language": entry.language, "original": entry.original}
        if entry.group:
            row["sister_group"] = entry.group
        rows.append(row)
    return tuple(rows)


def opaque(seed: int, *parts: object) -> str:
    """An id that says nothing of where an article is from."""
    text = " ".join(map(str, (seed, *parts)))
    return "x" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def chance(*parts: object) -> random.Random:
    """A source of chance of its own for each article, so that one edit moves no other."""
    return random.Random(" ".join(map(str, parts)))


def joined(a: str, b: str) -> Key:
    """Two ids in order."""
    return (a, b) if a < b else (b, a)


def pair(a: str, b: str, relation: Relation, original: str | None = None) -> Pair:
    """A gold pair."""
    one, other = joined(a, b)
    return Pair(one, other, relation, 1.0, original, 1.0 if original else 0.0)
