"""Pairs of ordinary news that were read: halves, and what each pair stands for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import ordinary
from corpus import Corpus
from judging import weighted


@pytest.mark.parametrize("name", ordinary.SETS)
def test_no_article_is_in_both_halves(name: str) -> None:
    halves = [
        {article for reading in ordinary.readings(name, part) for article in reading.pair}
        for part in ("train", "test")
    ]

    assert all(len(half) > 100 for half in halves)
    assert not halves[0] & halves[1]


@pytest.mark.parametrize("name", ordinary.SETS)
@pytest.mark.parametrize("part", ["train", "test"])
def test_the_pairs_of_a_half_stand_for_all_pairs(name: str, part: str) -> None:
    chosen = ordinary.readings(name, part)
    population = {reading.stratum: reading.of for reading in ordinary.readings(name, "all")}

    assert sum(ordinary.weights(chosen).values()) == pytest.approx(sum(population.values()))


def test_a_pair_counts_for_as_many_as_it_stands_for() -> None:
    corpus = Corpus(
        "ordinary",
        (),
        (),
        judged={("a", "b"): True, ("c", "d"): False, ("e", "f"): True},
        weights={("a", "b"): 3.0, ("c", "d"): 1.0, ("e", "f"): 9.0},
    )

    assert weighted(corpus, {("a", "b"), ("c", "d")}) == (0.75, 0.25)
    assert weighted(corpus, set()) == (0.0, 0.0)
