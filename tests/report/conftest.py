"""A detection of the sample newsroom."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from detector.config import Config
from detector.pipeline import Detector
from detector.readers import read
from detector.report import shown_pairs

sys.path.insert(0, str(Path(__file__).parent))  # where `made_up` is
NEWSROOM = Path(__file__).parents[1] / "data/newsroom/articles.jsonl"


@pytest.fixture(scope="session")
def newsroom():
    """What is found in the newsroom, with the evidence that its report shows, and its articles."""
    articles = {article.id: article for article in read([NEWSROOM], Config().read)}
    return Detector().detect(articles.values(), evidence=shown_pairs), articles
