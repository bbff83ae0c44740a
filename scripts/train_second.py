"""Train models/second_opinion.json: what a second encoder adds to a doubtful judgement.

    python scripts/train_second.py [--model NAME] [--data FOLDER] [--output FILE]

Pairs are judged by the scorers of models/relation.json, on the same halves of the public sets
on which those were trained. Of those left in doubt the second encoder reads the sentences, and
one logistic regression a question weighs both. Train again after models/relation.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import material
import numpy as np
import planted
from corpus import Corpus as Known
from corpus import joined
from train_relation import Measured, halves

from detector.models import resolve
from detector.pipeline.copying import Shared
from detector.pipeline.opinions import SecondOpinion, first_answers
from detector.records import Relation
from detector.verify.relation import log_odds, scorers
from detector.verify.second import FIRST, QUESTIONS, SAID

_SEEDS = (1, 2)
_STRANGERS = 1000  # around the translations; a doubtful pair is a matter of its neighbours
# Wider than what the pass asks about: doubtful translations are few.
_WIDE: Mapping[str, tuple[float, float]] = {
    "event_crossing": (0.05, 0.95),
    "translation": (0.02, 0.98),
}
_STRENGTH = 0.5  # of the L2 penalty, inverse, on standardised features

Rows = dict[str, list[tuple[Any, Any]]]


@click.command()
@click.option("--model", default="transformer", show_default=True, help="That gives the opinion.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=material.PROJECT / "models/second_opinion.json",
)
def main(model: str, data: Path | None, output: Path) -> None:
    """Train the scorers and write them to one file."""
    place = material.folder(data)
    rows: Rows = {}
    for gold in _corpora(place):
        add(rows, gold, place, model)
    content = {question: fit(rows[question]) for question in QUESTIONS}
    output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    click.echo(f"{output}: written")


def add(rows: Rows, gold: Known, place: Path, model: str, *, fitting: bool = True) -> None:
    """Add the doubtful pairs of a corpus: features and answers, by question.

    Args:
        rows: to add to.
        gold: of the training half, if it is to be fitted on.
        place: folder of the public sets.
        model: that gives the second opinion.
        fitting: refuse what evaluation measures.
    """
    measured = Measured(gold, place, fitting=fitting)
    first = scorers("static")
    relating = measured.relating(first)
    pairs = relating.judge(Shared.none()).pairs
    pairs = pairs[relating.crossing(pairs)]
    said = first_answers(pairs, relating.features, first)
    opinion = SecondOpinion(measured.corpus, resolve(model), 0.5, lambda *_: None)
    truth = _truth(gold, measured.keys(pairs))
    for question in QUESTIONS:
        low, high = _WIDE[question]
        chosen = np.flatnonzero((said[question] >= low) & (said[question] <= high))
        if not len(chosen):
            continue
        second = opinion.features(pairs[chosen])
        second[FIRST] = log_odds(said[question][chosen])
        table = np.stack([second[name] for name in (FIRST, SAID)], axis=1)
        answers = np.array([question in truth[row] for row in chosen.tolist()])
        rows.setdefault(question, []).append((table, answers))
        told = f"{gold.name}: {question}: {len(chosen)} doubtful pairs, {answers.sum()} true"
        click.echo(told, err=True)


def fit(parts: list[tuple[Any, Any]]) -> dict[str, Any]:
    """A logistic regression over both judgements."""
    from sklearn.linear_model import LogisticRegression

    table = np.concatenate([table for table, _ in parts]).astype(np.float64)
    answers = np.concatenate([answers for _, answers in parts])
    scale = table.std(axis=0)
    model = LogisticRegression(C=_STRENGTH).fit(table / scale, answers)
    weights = zip((FIRST, SAID), model.coef_[0] / scale, strict=True)
    return {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in weights},
        "trained_on": {"pairs": len(answers), "of_which_related": int(answers.sum())},
    }


def _corpora(place: Path) -> Iterator[Known]:
    for seed in _SEEDS:
        for build in (planted.translations, planted.condensed, planted.changed):
            yield build(seed, "train", place, _STRANGERS)
        yield halves(seed, place, 0.5, _STRANGERS)


def _truth(gold: Known, keys: list[tuple[str, str]]) -> list[frozenset[str]]:
    """Which questions are to be answered with yes, for each pair."""
    event = {row["id"]: row.get("event_cluster") for row in gold.rows}
    relation = {joined(p.a, p.b): p.relation for p in gold.pairs}
    true = []
    for a, b in keys:
        found = relation.get(joined(a, b))
        same = found is not None or (event[a] is not None and event[a] == event[b])
        names = {"event_crossing"} if same else set()
        true.append(
            frozenset(names | ({"translation"} if found is Relation.TRANSLATION else set()))
        )
    return true


if __name__ == "__main__":
    main()
