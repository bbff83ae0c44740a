"""What is packed is looked up for a batch ahead, and again if it was packed meanwhile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Config, Detector
from detector.pipeline.index import index as indexing
from detector.pipeline.index.batch import rows_of
from detector.pipeline.index.looking import Looked
from detector.pipeline.prepare import prepare
from detector.pipeline.shelf import pack
from detector.readers import read

NEWSROOM = Path(__file__).parents[2] / "data" / "newsroom" / "articles.jsonl"
CONFIG = Config(jobs=1)
ARTICLES = list(read([NEWSROOM]))


def filled(folder, count):
    detector = Detector.open(folder, CONFIG)
    detector.add(ARTICLES[:count])
    detector.compact()
    return detector


def test_what_was_looked_up_for_some_is_what_they_find_alone(tmp_path):
    rows = np.array([1, 4, 5, 30])
    with filled(tmp_path / "index", 120) as detector:
        index = detector._opened()
        chunk = [pack(article) for article in ARTICLES[100:160]]
        prepared = prepare(chunk, None, CONFIG, index.asked().static)
        with index.store.reading() as view:
            some = Looked.up(view, prepared, 5).of(prepared, rows)
            bands = view.packed_bands(prepared.keys[rows].ravel())
            samples = view.packed_samples(rows_of(prepared.samples, rows)[0])

    for found, alone in ((some.bands, bands), (some.samples, samples)):
        assert len(alone[0])
        assert sorted(zip(*map(np.ndarray.tolist, found), strict=True)) == sorted(
            zip(*map(np.ndarray.tolist, alone), strict=True)
        )
    assert all(len(scores) == len(rows) for scores, _ in some.near.values())


@pytest.mark.parametrize("stale", [False, True])
def test_a_batch_finds_the_same_whether_it_was_looked_up_ahead_or_not(tmp_path, monkeypatch, stale):
    with filled(tmp_path / "one", 120) as detector:
        wanted = detector.add(ARTICLES[120:])
    monkeypatch.setattr("detector.pipeline.index.ahead.CHUNK", 16)
    asked = []

    def look(self, prepared):
        with self.store.reading() as view:
            looked = self._asked_of(view, prepared)
        asked.append(looked)
        return Looked(-1, looked.bands, looked.samples, {}) if stale else looked

    monkeypatch.setattr(indexing.Index, "_looked", look)
    with filled(tmp_path / "other", 120) as detector:
        assert detector.add(ARTICLES[120:]) == wanted
    assert asked


def test_asking_ahead_leaves_no_connection_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("detector.pipeline.index.ahead.CHUNK", 16)
    with filled(tmp_path / "index", 120) as detector:
        connections = detector._opened().store.connections
        before = len(connections._all)
        detector.add(ARTICLES[120:])
        assert len(connections._all) == before
