"""What each group of features is worth: refitted without it, scored on the other half.

A group is taken out by setting its features to 0 throughout, in what is fitted on and in what
is scored, weights that are fixed by hand included. Whatever features the scorers have is put
into a group by the beginning of its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import planted
import train_relation as training
from corpus import Corpus

from detector.verify.relation import Scorer

#: Group to how the names of its features begin; the first that fits counts.
GROUPS: Mapping[str, Sequence[str]] = {
    "words and headline": ("words", "title", "opening"),
    "vectors": ("cosine",),
    "margin and ranks": ("margin", "gap", "mutual", "rank"),
    "sentence alignment": ("aligned", "covered", "in_order"),
    "names": ("names", "headline_names", "main_names"),
    "numbers": ("numbers",),
    "dates": ("dates", "event_day", "day_", "both_apart", "yearless"),
    "places": ("places", "dateline"),
    "document numbers": ("documents",),
    "length": ("length",),
    "publication time": ("published",),
    "outlet": ("same_source",),
    "template filled in": ("refilled", "exchanged"),
}
#: What is asked, and the sets of events on which; of translations, all that are made.
QUESTIONS: Sequence[tuple[str, Sequence[str]]] = (
    ("translation", ()),
    ("event_of_vi", ("abmusu",)),
    ("event_of_en", ("ecbplus",)),
)
_REST = "others"
_CROSSING = (planted.translations, planted.condensed, planted.changed)
_STRANGERS = {"train": 3000, "test": 9000}

Row = tuple[str, str, int, float, float, float, float]


def rows(place: Path) -> Iterator[Row]:
    """One for each question and group that it has features of, the weightiest first.

    Args:
        place: folder of the public sets.

    Yields:
        Question, what was left out, how many features that is, precision, recall and F1 of
        the pairs that the refitted scorer puts at one half or more, and by how much F1 fell.
    """
    for question, names in QUESTIONS:
        fitted, _ = _examples(names, "train", place)
        scored, wanted = _examples(names, "test", place)
        groups = _grouped(fitted.rows[question][0])
        whole = _score(question, fitted, scored, wanted, ())
        yield question, "nothing", 0, *whole, 0.0
        found = [
            (g, len(n), _score(question, fitted, scored, wanted, n)) for g, n in groups.items()
        ]
        for group, count, figures in sorted(found, key=lambda row: row[2][2]):
            yield question, group, count, *figures, whole[2] - figures[2]


def group_of(feature: str) -> str:
    """The group that a feature belongs to, by its name."""
    fits = (group for group, begins in GROUPS.items() if feature.startswith(tuple(begins)))
    return next(fits, _REST)


def _grouped(columns: Mapping[str, Any]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in filter(str.strip, columns):  # answers and weights have no name
        groups.setdefault(group_of(name), []).append(name)
    return groups


def _examples(names: Sequence[str], part: Any, place: Path) -> tuple[training.Examples, int]:
    """Pairs with their features and answers, and how many should be found."""
    examples = training.Examples({})
    fitting = part == "train"
    wanted = 0
    for name in names:
        gold = planted.events(name, 1, part, place)  # type: ignore[arg-type]
        training.add_events(examples, gold, place, "static", fitting=fitting)
        wanted += _of_one_event(gold)
    for build in () if names else _CROSSING:
        gold = build(1, part, place, _STRANGERS[part])
        training.add_crossing(examples, gold, place, "static", fitting=fitting)
        wanted += len(gold.pairs)
    if fitting and not names:  # of one event in two languages, and no translations
        training.add_crossing(examples, training.halves(1, place, 0.5, 1500), place, "static")
    return examples, wanted


def _of_one_event(gold: Corpus) -> int:
    _, sizes = np.unique([row["event_cluster"] for row in gold.rows], return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def _score(
    question: str,
    fitted: training.Examples,
    scored: training.Examples,
    wanted: int,
    without: Sequence[str],
) -> tuple[float, float, float]:
    entry = training.fit(question, _emptied(fitted, question, without))
    scorer = Scorer(entry["intercept"], entry["weights"])
    right = said = 0
    for part in _emptied(scored, question, without).rows[question]:
        yes = scorer.probability(part) >= 0.5
        right += int((part[""] & yes).sum())
        said += int(yes.sum())
    precision, recall = right / max(said, 1), right / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _emptied(
    examples: training.Examples, question: str, without: Sequence[str]
) -> training.Examples:
    parts = [
        {name: np.zeros_like(v) if name in without else v for name, v in part.items()}
        for part in examples.rows[question]
    ]
    return training.Examples({question: parts})
