"""A report on one corpus, and the parts that several reports have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeAlias

from corpus import Corpus, Key

from detector.metrics import Evaluation, Score
from detector.records import Detection, Level, Pair

#: Title, headings, rows; a number is a share unless it is whole.
Table: TypeAlias = tuple[str, Sequence[str], Sequence[Sequence[Any]]]

_SHARES = ("precision", "recall", "F1", "hits", "predicted", "gold")


@dataclass(slots=True)
class Report:
    """What was measured on one corpus.

    Attributes:
        name: of the corpus.
        digest: of its articles and gold.
        tables: for people.
        figures: for floors; each is better the higher it is.
        faults: what went wrong, one line each.
        evaluation: all of it, where gold speaks of everything.
        timing: how long the pass took.
    """

    name: str
    digest: str
    tables: list[Table] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    evaluation: Evaluation | None = None
    timing: str = ""

    def add_scores(self, title: str, scores: Iterable[tuple[str, str, Score]]) -> None:
        """Add a table of scores, and precision and recall as figures."""
        rows = []
        for name, spoken, score in scores:
            shares = (score.precision, score.recall, score.f1)
            rows.append((name, spoken, *shares, score.hits, score.predicted, score.gold))
            self.figures[f"{name} {spoken} precision"] = score.precision
            self.figures[f"{name} {spoken} recall"] = score.recall
        self.tables.append((title, ("relation", "languages", *_SHARES), rows))


def kept_apart(corpus: Corpus, detection: Detection, report: Report) -> None:
    """What pairs that look related and are not were called."""
    said = {(p.a, p.b): str(p.relation) for p in detection.pairs}
    made_by: dict[str, Counter[str]] = defaultdict(Counter)
    for key in corpus.forbidden:
        made_by[corpus.kinds[key]][said.get(key, "none")] += 1
    rows = [
        (kind, called, count, count / sum(calls.values()))
        for kind, calls in sorted(made_by.items())
        for called, count in sorted(calls.items())
    ]
    report.tables.append(("Pairs that look related", ("made by", "called", "pairs", "share"), rows))
    for kind, calls in sorted(made_by.items()):
        total = sum(calls.values())
        if corpus.name == "changed":
            report.figures[f"{kind} not called translation"] = 1 - calls["translation"] / total
        else:
            report.figures[f"{kind} not called anything"] = calls["none"] / total


def by_kind(corpus: Corpus, found: Iterable[Pair], report: Report) -> None:
    """Add how many of the gold pairs were found, by how they were made."""
    said = {(p.a, p.b): p.relation for p in found}
    counts: dict[str, list[int]] = {}
    for pair in corpus.pairs:
        row = counts.setdefault(corpus.kinds[pair.a, pair.b], [0, 0, 0])
        relation = said.get((pair.a, pair.b))
        row[0] += 1
        row[1] += relation is not None
        row[2] += relation is pair.relation
    rows = [(kind, n, hits / n, same / n) for kind, (n, hits, same) in sorted(counts.items())]
    heads = ("made by", "pairs", "found", "with the right relation")
    report.tables.append(("How they were made", heads, rows))


def list_faults(
    corpus: Corpus, found: Iterable[Pair], aside: Iterable[Key], report: Report
) -> None:
    """Name every false, mistaken and missed pair."""
    titles = {
        article.id: " ".join((article.title or article.text[:70]).split())[:70]
        for article in corpus.articles
    }
    gold = {(p.a, p.b): p.relation for p in corpus.pairs}
    said = {(p.a, p.b): p for p in found}
    left = set(aside)
    for key, pair in said.items():
        if key not in left and gold.get(key) is not pair.relation:
            true = gold.get(key, "none")
            report.faults.append(
                f"{pair.relation} {pair.score:.2f}, not {true}: "
                f"{key[0]} {titles[key[0]]} | {key[1]} {titles[key[1]]}"
            )
    for key, relation in gold.items():
        if key not in said and key not in left:
            how = corpus.kinds.get(key, "")
            report.faults.append(
                f"missed {relation} {how}: {key[0]} {titles[key[0]]} | {key[1]} {titles[key[1]]}"
            )


def implied(detection: Detection, level: Level) -> set[Key]:
    """All pairs of articles that share a cluster."""
    clusters = detection.clusters_of(level, least=2)
    return {key for cluster in clusters for key in combinations(sorted(cluster.members), 2)}


def score(found: set[Key], gold: set[Key], aside: set[Key] | frozenset[Key]) -> Score:
    """Score two sets of pairs, some left out."""
    found, gold = found - aside, gold - aside
    return Score(len(found & gold), len(found), len(gold))


def keys(pairs: Iterable[Pair]) -> set[Key]:
    """The ids of pairs."""
    return {(p.a, p.b) for p in pairs}
