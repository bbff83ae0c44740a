"""Events in turns: fitted on some of all events, measured on the others, until all were measured.

The half that is otherwise measured is small. Here every article of both collections is, by a
scorer that has seen none of its event, of its sister events, or of the pairs of ordinary news that
measure. What is measured is a fold by itself, as if it were a collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import material
import planted
import train_relation as training
from corpus import Corpus
from gathered import EventSet
from ordinary import SETS, ordinary

from detector.metrics.clusters import bcubed, sister_merges
from detector.verify.relation import event_of, scorers

_SETS: tuple[EventSet, ...] = ("abmusu", "ecbplus")

Row = tuple[str, int, float, float, float, float]


def rows(place: Path, folds: int) -> Iterator[Row]:
    """One for each collection.

    Yields:
        Its name, articles, B-cubed precision, recall and F1, and the share of pairs of sister
        events that were merged.
    """
    beside = training.Examples({})
    for name in SETS:
        training.add_ordinary(beside, ordinary(name, 1, "train", place), place, "static")
    for name in _SETS:
        told = planted.events(name, 1, "all", place)
        crowd = planted.crowded(name, 1, place)
        predicted: dict[str, tuple[int, int]] = {}
        for fold in range(folds):
            held = _of(told, fold, folds)
            examples = training.Examples({q: list(parts) for q, parts in beside.rows.items()})
            training.add_events(examples, _without(told, held), place, "static", fitting=False)
            training.add_events(
                examples, _without(crowd, held), place, "static", training.CROWDED[name]
            )
            question = event_of(told.rows[0]["language"])
            fitted = training.scorers_of({question: training.fit(question, examples)})
            measured = training.Measured(_only(told, held), place, fitting=False)
            _, labels = measured.events({**scorers("static"), **fitted})
            found = zip(measured.corpus.ids, labels.tolist(), strict=True)
            predicted |= {article: (fold, event) for article, event in found}
        gold = {row["id"]: row["event_cluster"] for row in told.rows}
        sisters = {row["id"]: row.get("sister_group", "") for row in told.rows}
        cubed = bcubed(predicted, gold)
        merged = sister_merges(predicted, gold, sisters).rate if any(sisters.values()) else 0.0
        yield name, len(gold), cubed.precision, cubed.recall, cubed.f1, merged


def _of(told: Corpus, fold: int, folds: int) -> set[str]:
    """The articles of a fold."""
    keys = {
        row["id"]: material.sister_group(row["event_cluster"])
        if row.get("sister_group")
        else row["event_cluster"]
        for row in told.rows
    }
    return {
        article
        for article, key in keys.items()
        if material.number_of(f"fold {key}") % folds == fold
    }


def _without(corpus: Corpus, held: set[str]) -> Corpus:
    return _only(corpus, {article.id for article in corpus.articles} - held)


def _only(corpus: Corpus, kept: set[str]) -> Corpus:
    return replace(
        corpus,
        articles=tuple(article for article in corpus.articles if article.id in kept),
        rows=tuple(row for row in corpus.rows if row["id"] in kept),
        planted=corpus.planted & kept,
    )
