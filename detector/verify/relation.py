"""From features to a calibrated probability, by coefficients that anyone can read.

One logistic regression a question: is this a copy, a translation, a report of the same
event within a language, or across two; and how sure is a pair that linking confirmed. What
a cosine means depends on the encoder, so each tier of models has its own, but for copies. How
much words, names and numbers tell depends on how a language is written, so Vietnamese and
English have scorers of their own for events within them.
The coefficients are in ``models/relation.json``, written by ``scripts/train_relation.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError
from detector.models import shipped

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: The questions whose scorers are of one tier of models; "copy" asks no model.
SEMANTIC = ("event", "event_crossing", "translation_first", "translation", "linked")
#: Whether a pair is a translation where sentences are not at hand: a tier need not know.
UNREAD = "translation_unread"
#: What the questions begin with that are asked, instead of "event", within one language.
_EVENT_OF = "event_of_"
#: The questions, each with a scorer of its own.
QUESTIONS = ("copy", *SEMANTIC)
TIERS = ("static", "transformer")

_TRAINED_BY = "scripts/train_relation.py"


@dataclass(frozen=True, slots=True)
class Scorer:
    """A logistic regression over named features.

    Attributes:
        intercept: log-odds where every feature is 0.
        weights: log-odds for each unit of a feature.
    """

    intercept: float
    weights: Mapping[str, float]

    def __hash__(self) -> int:
        return hash((self.intercept, len(self.weights)))

    def probability(self, features: Mapping[str, F32]) -> F32:
        """Calibrated probability for each pair.

        Args:
            features: name to shape (n,); names without a weight are ignored.
        """
        return probability_of(self.odds(features))

    def odds(self, features: Mapping[str, F32]) -> F64:
        """Log-odds of each pair; see `probability`."""
        odds = np.asarray(self.intercept, np.float64)
        for name, weight in self.weights.items():
            odds = odds + np.float64(weight) * features[name]  # which is exact in double precision
        return odds

    @lru_cache(maxsize=64)  # noqa: B019 - scorers are few, and read once
    def parted(self, names: tuple[str, ...]) -> tuple[Scorer, Scorer]:
        """Two whose log-odds add up to these: all but some features, and those alone."""
        rest = {name: weight for name, weight in self.weights.items() if name not in names}
        own = {name: weight for name, weight in self.weights.items() if name in names}
        return Scorer(self.intercept, rest), Scorer(0.0, own)

    def contributions(self, features: Mapping[str, float]) -> list[tuple[str, float, float]]:
        """Each feature's value and what it added to the log-odds, the weightiest first."""
        rows = [(n, features[n], w * features[n]) for n, w in self.weights.items() if n in features]
        return sorted(rows, key=lambda row: (-abs(row[2]), row[0]))


def probability_of(odds: F64) -> F32:
    """Of each log-odds, those beyond 40 as 40."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -40, 40))), np.float32)


def log_odds(probability: F32) -> F32:
    """Of each probability, at most 12 either way."""
    kept = np.clip(np.asarray(probability, np.float64), 1e-9, 1 - 1e-9)
    return np.asarray(np.clip(np.log(kept / (1 - kept)), -12, 12), np.float32)


def once_linked(scorers: Mapping[str, Scorer], scores: F32) -> list[float]:
    """Probabilities of reports that linking put into one event, from those by themselves."""
    found: list[float] = scorers["linked"].probability({"log_odds": log_odds(scores)}).tolist()
    return found


def event_of(language: str) -> str:
    """The question whether two articles in a language tell of one event, if it has its own."""
    return _EVENT_OF + language


def languages_of(questions: Iterable[str]) -> list[str]:
    """The languages that have a question of their own among these."""
    return [name.removeprefix(_EVENT_OF) for name in questions if name.startswith(_EVENT_OF)]


@lru_cache(maxsize=4)
def scorers(tier: str = "static", path: str = "") -> Mapping[str, Scorer]:
    """The shipped scorers of a tier of models, or those of another file.

    Args:
        tier: one of `TIERS`.
        path: of a file as ``scripts/train_relation.py`` writes it.

    Raises:
        ModelError: if the file is missing or is no relation model.
    """
    file = Path(path) if path else shipped("relation.json")
    shared = read_scorers(file, ("copy",), _TRAINED_BY)
    return {**shared, **read_scorers(file, SEMANTIC, _TRAINED_BY, tier, whole=True)}


def read_scorers(
    file: Path, questions: Sequence[str], script: str, table: str = "", *, whole: bool = False
) -> dict[str, Scorer]:
    """The scorers of some questions, by name.

    Args:
        file: JSON, one object a question.
        questions: which must be there.
        script: that writes the file.
        table: object of the file that holds the questions; the file itself if empty.
        whole: whether all others that the object holds are read, too.

    Raises:
        ModelError: if the file is missing or holds something else.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        found = content[table] if table else content
        asked = dict.fromkeys((*questions, *(found if whole else ())))
        return {name: _scorer(found[name]) for name in asked}
    except OSError as error:
        raise ModelError(f"{file}: {error.strerror}; install the package again") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{file}: damaged ({type(error).__name__}: {error}); install the package again, "
            f"or train it with {script}"
        ) from error


def _scorer(entry: Mapping[str, Any]) -> Scorer:
    weights = {str(name): float(weight) for name, weight in entry["weights"].items()}
    return Scorer(float(entry["intercept"]), weights)
