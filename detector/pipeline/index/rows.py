"""Rows of a store, made of a batch and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detector.clean import Recurring
from detector.config import Config
from detector.pipeline.index.batch import Batch
from detector.pipeline.index.recalling import KINDS, RivalEdges
from detector.pipeline.index.verdicts import Outcome
from detector.pipeline.prepare import Prepared, prepare
from detector.pipeline.shelf import Packed, unpack
from detector.store.bodies import RIVALS, NewArticle, NewBody
from detector.store.coding import (
    FINE,
    NEAR,
    RIVAL,
    coded_head,
    coded_profiles,
    coded_text,
    coded_vectors,
    put_numbers,
)
from detector.text import I64
from detector.verify.profiles import minutes


@dataclass(frozen=True, slots=True)
class Coded:
    """Of each article of a batch, what is stored and needs no other article, as bytes.

    Attributes:
        heads: see `coding.coded_head`.
        contents: the texts, compressed; None where texts are not kept.
        profiles: None where the store has none.
    """

    heads: Sequence[bytes]
    contents: Sequence[bytes | None]
    profiles: Sequence[bytes | None]


def prepared_and_coded(
    chunk: Sequence[Packed], recurring: Recurring, config: Config, static: str, text: bool
) -> tuple[Prepared, Coded]:
    """Prepare a chunk of articles, and code what is stored of each: compressing takes a while.

    Args:
        chunk: any number of articles.
        recurring: see `prepare`.
        config: of the store.
        static: see `prepare`.
        text: whether texts are kept.
    """
    prepared = prepare(chunk, recurring, config, static)
    facts, articles = prepared.facts, [unpack(packed) for packed in chunk]
    heads = [
        coded_head(a, facts.titles.get(i, a.title), prepared.outlets[i], facts.credits.get(i, ()))
        for i, a in enumerate(articles)
    ]
    nothing: list[bytes | None] = [None] * len(articles)
    return prepared, Coded(
        heads,
        [coded_text(a.text) for a in articles] if text else nothing,
        coded_profiles(prepared.profiles) if prepared.profiles is not None else nothing,
    )


def joined_coded(parts: Sequence[Coded]) -> Coded:
    """Chunks as one."""
    return Coded(
        [row for part in parts for row in part.heads],
        [row for part in parts for row in part.contents],
        [row for part in parts for row in part.profiles],
    )


def new_articles(batch: Batch, coded: Coded, now: int) -> list[NewArticle]:
    """Rows of the articles that are not stored yet.

    Args:
        batch: articles.
        coded: of each.
        now: seconds since 1970.
    """
    spans, bounds = batch.prepared.spans
    rows = []
    for i in np.flatnonzero(~batch.same).tolist():
        article = batch.articles[i]
        when = minutes(article.published)
        rows.append(
            NewArticle(
                batch.start + i,
                article.id,
                int(batch.bodies[i]),
                batch.texts[i],
                now,
                when if when == when else None,
                coded.heads[i],
                spans[bounds[i] : bounds[i + 1]],
                coded.contents[i],
            )
        )
    return rows


def new_bodies(batch: Batch, coded: Coded, outcome: Outcome) -> list[NewBody]:
    """Rows of the bodies that are not stored yet, with what they are to remember."""
    rows, prepared = batch.founders, batch.prepared
    if not len(rows):
        return []
    telling = set(outcome.judging.telling.tolist()) if outcome.judging is not None else set()
    nothing: list[bytes | None] = [None] * len(rows)
    vectors = near = nothing
    if prepared.profiles is not None and prepared.vectors is not None:
        vectors = [*coded_vectors(prepared.vectors[rows])]
        near = [*_remembered(batch.bodies[rows], outcome)]
    samples, bounds = prepared.samples
    return [
        NewBody(
            int(batch.bodies[i]),
            int(batch.digests[i]),
            prepared.facts.languages[i],
            int(prepared.lengths[i]),
            int(prepared.facts.days[i]),
            outcome.labels[int(batch.bodies[i])],
            prepared.keys[i],
            samples[bounds[i] : bounds[i + 1]],
            prepared.vectors is not None and i in telling and bool(prepared.vectors[i].any()),
            coded.profiles[i],
            vectors[n],
            near[n],
        )
        for n, i in enumerate(rows.tolist())
    ]


def _remembered(numbers: I64, outcome: Outcome) -> list[bytes]:
    assert outcome.judging is not None
    near, best = outcome.judging.edges_of()
    lists = np.zeros(len(near.owners), NEAR)
    put_numbers(lists, slice(None), near.others)
    lists["language"] = near.languages
    lists["cosine"] = np.rint(near.values * FINE)
    rivals = np.zeros((len(numbers), len(KINDS), RIVALS), RIVAL)
    if best is not None:
        _filled(rivals, numbers, best)
    order = np.argsort(near.owners, kind="stable")
    lists, owners = lists[order], near.owners[order]
    first = np.searchsorted(owners, numbers, "left")
    last = np.searchsorted(owners, numbers, "right")
    return [
        lists[a:b].tobytes() + rivals[n].tobytes()
        for n, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True))
    ]


def _filled(rivals: np.ndarray, numbers: I64, edges: RivalEdges) -> None:
    """Put the best of each body and kind in its row."""
    row = np.searchsorted(numbers, edges.owners)
    edges = edges.some(numbers[np.minimum(row, len(numbers) - 1)] == edges.owners)
    row = np.searchsorted(numbers, edges.owners)
    order = np.lexsort((edges.others, -edges.values, edges.kinds, row))
    edges, row = edges.some(order), row[order]
    group = row * len(KINDS) + edges.kinds
    place = np.arange(len(row)) - np.searchsorted(group, group)
    top = place < rivals.shape[2]
    at = row[top], edges.kinds[top], place[top]
    put_numbers(rivals, at, edges.others[top])
    rivals["value"][at] = np.rint(np.clip(edges.values[top], -3, 3) * FINE)
