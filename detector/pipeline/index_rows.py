"""Rows of a store, made of a batch and what it came to."""

from __future__ import annotations

import numpy as np

from detector.pipeline.index_batch import Batch, rows_of
from detector.pipeline.index_relating import KINDS, RivalEdges
from detector.pipeline.index_verdicts import Outcome
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
from detector.verify.profiles import minutes, take


def new_articles(batch: Batch, now: int, text: bool) -> list[NewArticle]:
    """Rows of the articles that are not stored yet.

    Args:
        batch: articles.
        now: seconds since 1970.
        text: whether texts are kept.
    """
    rows = []
    for i in np.flatnonzero(~batch.same).tolist():
        article, facts = batch.articles[i], batch.prepared.facts
        when = minutes(article.published)
        rows.append(
            NewArticle(
                batch.start + i,
                article.id,
                int(batch.bodies[i]),
                batch.texts[i],
                now,
                when if when == when else None,
                coded_head(
                    article, batch.title(i), batch.prepared.outlets[i], facts.credits.get(i, ())
                ),
                rows_of(batch.prepared.spans, np.array([i]))[0],
                coded_text(article.text) if text else None,
            )
        )
    return rows


def new_bodies(batch: Batch, outcome: Outcome) -> list[NewBody]:
    """Rows of the bodies that are not stored yet, with what they are to remember."""
    rows, prepared = batch.founders, batch.prepared
    if not len(rows):
        return []
    telling = set(outcome.judging.telling.tolist()) if outcome.judging is not None else set()
    nothing: list[bytes | None] = [None] * len(rows)
    profiles = nothing
    vectors = nothing
    near = nothing
    if prepared.profiles is not None and prepared.vectors is not None:
        profiles = [*coded_profiles(take(prepared.profiles, rows))]
        vectors = [*coded_vectors(prepared.vectors[rows])]
        near = [*_remembered(batch.bodies[rows], outcome)]
    return [
        NewBody(
            int(batch.bodies[i]),
            int(batch.digests[i]),
            prepared.facts.languages[i],
            int(prepared.lengths[i]),
            int(prepared.facts.days[i]),
            outcome.labels[int(batch.bodies[i])],
            prepared.keys[i],
            rows_of(prepared.samples, np.array([i]))[0],
            prepared.vectors is not None and i in telling and bool(prepared.vectors[i].any()),
            profiles[n],
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
