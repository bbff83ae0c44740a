"""Batches are prepared one ahead, and stored in order whatever becomes of the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector import Article, Config, Detector, InputError
from detector.pipeline import opened
from detector.readers import read

NEWSROOM = Path(__file__).parents[2] / "data" / "newsroom" / "articles.jsonl"
CONFIG = Config(jobs=1)


@pytest.fixture(scope="module")
def newsroom() -> list[Article]:
    return list(read([NEWSROOM]))


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.setattr(opened, "BATCH", 3)
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        yield detector


def test_a_batch_is_stored_though_the_next_cannot_be_read(empty, newsroom):
    def cut_short():
        yield from newsroom[:4]
        raise InputError("articles.jsonl:5: no text")

    with pytest.raises(InputError, match="5: no text"):
        empty.add(cut_short())

    assert [row.id for row in empty.detection().labels] == [a.id for a in newsroom[:3]]


def test_a_batch_with_an_id_twice_is_refused_behind_those_before_it(empty, newsroom):
    with pytest.raises(InputError, match="ids must be unique"):
        empty.add([*newsroom[:3], newsroom[3], newsroom[3]])

    assert len(empty) == 3


def test_verdicts_come_in_order_and_progress_is_told_by_batch(empty, newsroom):
    told = []

    found = empty.add(newsroom[:8], progress=lambda _stage, done, _total: told.append(done))

    assert [verdict.id for verdict in found] == [article.id for article in newsroom[:8]]
    assert told == [3, 6, 8]


def test_a_batch_is_asked_for_when_the_last_but_one_is_stored(empty, newsroom):
    held = []

    def batches():
        for start in range(0, 6, 2):
            held.append(len(empty))
            yield newsroom[start : start + 2]
            held.append(len(empty))
            yield []

    told = [[v.id for v in verdicts] for verdicts in empty.add_in_batches(batches())]

    assert told == [[a.id for a in newsroom[start : start + 2]] for start in range(0, 6, 2)]
    assert held == [0, 0, 2, 2, 4, 4]


def test_batches_that_are_prepared_ahead_come_to_what_calls_one_by_one_come_to(
    tmp_path, empty, newsroom
):
    empty.add(newsroom[:39])
    with Detector.open(tmp_path / "other", CONFIG) as other:
        for start in range(0, 39, 3):
            other.add(newsroom[start : start + 3])
        apart, ahead = other.detection(), empty.detection()

    assert ahead.labels == apart.labels
    assert ahead.pairs == apart.pairs
