from __future__ import annotations

from pathlib import Path

import pytest

from detector.readers import read

DATA = Path(__file__).parents[2] / "../shared/data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


def test_the_seed_articles_are_read_in_order_under_their_names():
    found = [article.id.partition("_")[0] for article in read([DATA / "seeds"])]
    assert found == ["000", "001", "002", "003", "004"]


@pytest.mark.parametrize(
    ("name", "count"),
    [("background/vietnam_news_2016", 4430), ("events/abmusu", 925), ("events/ecbplus", 434)],
)
def test_public_sets_are_read_without_loss_or_doubt(name, count):
    notes = []
    found = list(read([DATA / f"{name}.jsonl.gz"], on_note=notes.append))
    assert len(found) == count
    assert notes == []
