"""Scores as tables for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from detector.cli.tables import table

if TYPE_CHECKING:
    from rich.table import Table

    from detector.metrics import Evaluation, Mismatch

_SHOWN = 10  # worst clusters of each kind; how many more there are is said
_MEMBERS = 6  # articles named of each part
_WIDE = 200  # columns where the output is no terminal: a table is then never folded


def print_evaluation(evaluation: Evaluation) -> None:
    """Print all tables of an evaluation to standard output."""
    out = console()
    for part in tables(evaluation):
        out.print(part)
        out.print()
    for line in mismatch_lines(evaluation):
        out.print(Text(line), soft_wrap=True)


def console() -> Console:
    """Standard output, wide enough for every column where nobody looks at it."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDE, highlight=False)


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """The parts of an evaluation that there are."""
    if evaluation.clusters:
        yield _clusters(evaluation)
        yield table(
            "Pairs within clusters",
            ("level", "languages", *_SHARES),
            (
                (str(level), spoken, *shares(score.precision, score.recall, score.f1),
                 str(score.hits), str(score.predicted), str(score.gold))
                for level, quality in evaluation.clusters.items()
                for spoken, score in quality.pairs.items()
            ),
        )  # fmt: skip
    if evaluation.pairs:
        yield table(
            "Pairs",
            ("relation or level", "languages", *_SHARES),
            (
                (name, spoken, *shares(score.precision, score.recall, score.f1),
                 str(score.hits), str(score.predicted), str(score.gold))
                for (name, spoken), score in evaluation.pairs.items()
            ),
        )  # fmt: skip
    if evaluation.direction:
        yield table(
            "Originals",
            ("of", "accuracy", "right", "wrong", "null", "nothing speaks: null", "claimed"),
            (
                (name, *shares(d.accuracy), *map(str, (d.right, d.wrong, d.null, d.withheld)),
                 str(d.claimed))
                for name, d in evaluation.direction.items()
            ),
        )  # fmt: skip
    if evaluation.calibration and any(b.count for b in evaluation.calibration.bins):
        yield _reliability(evaluation)
    if evaluation.sisters:
        sisters = evaluation.sisters
        yield table(
            "Pairs of articles on sister events",
            ("pairs", "merged", "share"),
            [(str(sisters.pairs), str(sisters.merged), *shares(sisters.rate))],
        )


def mismatch_lines(evaluation: Evaluation) -> Iterator[str]:
    """The worst merged and split clusters of each level, with the links responsible."""
    for level, quality in evaluation.clusters.items():
        for title, cause, found in (
            ("over-merged", "joined by", quality.over_merged),
            ("over-split", "missed", quality.over_split),
        ):
            if found:
                yield f"{level} clusters {title}: {len(found)}"
            for mismatch in found[:_SHOWN]:
                yield from _described(mismatch, cause)
            if len(found) > _SHOWN:
                yield f"  and {len(found) - _SHOWN} more; --json has them all"


def shares(*values: float) -> tuple[str, ...]:
    """Shares as ``.983``."""
    return tuple(f"{value:.3f}".replace("0.", ".", 1) for value in values)


_SHARES = ("precision", "recall", "F1", "hits", "predicted", "gold")


def _clusters(evaluation: Evaluation) -> Table:
    return table(
        f"Clusters of {evaluation.articles} articles",
        ("level", "predicted", "gold", "B-cubed P", "R", "F1", "ARI", "V-measure"),
        (
            (str(level), str(q.predicted), str(q.gold),
             *shares(q.bcubed.precision, q.bcubed.recall, q.bcubed.f1, q.adjusted_rand,
                     q.v_measure.v))
            for level, q in evaluation.clusters.items()
        ),
    )  # fmt: skip


def _reliability(evaluation: Evaluation) -> Table:
    calibration = evaluation.calibration
    assert calibration is not None
    (ece, brier) = shares(calibration.ece, calibration.brier)
    return table(
        f"Probabilities: ECE {ece}, Brier {brier}",
        ("stated", "pairs", "mean", "came true"),
        (
            (f"{b.low:.1f} to {b.high:.1f}", str(b.count), *shares(b.confidence, b.accuracy))
            for b in calibration.bins
            if b.count
        ),
    )


def _described(mismatch: Mismatch, cause: str) -> Iterator[str]:
    yield f"  {mismatch.cluster}"
    for label, ids in mismatch.parts:
        more = f" and {len(ids) - _MEMBERS} more" if len(ids) > _MEMBERS else ""
        yield f"    {label}: {', '.join(ids[:_MEMBERS])}{more}"
    for a, b, score in mismatch.links[:3]:
        yield f"    {cause} {a} - {b} ({score:.2f})"
    if len(mismatch.links) > 3:
        yield f"    and {len(mismatch.links) - 3} more such pairs"
