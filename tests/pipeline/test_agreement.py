"""Articles that are added one by one come to what one pass over all of them comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector import Config, Detector, Level
from detector.readers import read

NEWSROOM = Path(__file__).parents[1] / "data" / "newsroom" / "articles.jsonl"
CONFIG = Config(jobs=1)

# Of the clusters of a pass; what README promises.
LEAST = {Level.DUPLICATE: 1.0, Level.SYNDICATION: 0.98, Level.EVENT: 0.97}


@pytest.fixture(scope="module")
def articles():
    return list(read([NEWSROOM]))


@pytest.fixture(scope="module")
def passed(articles):
    return Detector(CONFIG).detect(articles, evidence=False)


def agreement(one, other, level):
    a, b = ({frozenset(c.members) for c in d.clusters_of(level)} for d in (one, other))
    return len(a & b) / len(b)


@pytest.mark.parametrize("size", [1, 20, 186])
def test_the_store_agrees_with_the_pass(tmp_path, articles, passed, size):
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        for start in range(0, len(articles), size):
            detector.add(articles[start : start + size])
        stored = detector.detection()

    for level, least in LEAST.items():
        assert agreement(stored, passed, level) >= (1.0 if size == 186 else least), level
    pairs = {(p.a, p.b): (p.relation, p.original) for p in passed.pairs}
    found = {(p.a, p.b): (p.relation, p.original) for p in stored.pairs}
    shared = pairs.keys() & found.keys()
    assert len(shared) >= 0.98 * len(pairs)
    assert len(found) <= 1.05 * len(pairs)
    assert sum(pairs[key] == found[key] for key in shared) >= 0.99 * len(shared)


def test_the_rows_of_a_store_are_those_of_a_pass_but_for_the_names_of_clusters(
    tmp_path, articles, passed
):
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add(articles)
        stored = detector.detection()

    def plain(detection):
        rows = [label.row() for label in detection.labels]
        named = ("score", "duplicate_cluster", "syndication_cluster", "event_cluster")
        return [{k: v for k, v in row.items() if k not in named} for row in rows]

    assert plain(stored) == plain(passed)
    scores = [[label.score or 0.0 for label in d.labels] for d in (stored, passed)]
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
