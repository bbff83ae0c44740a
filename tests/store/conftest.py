"""Stores of the sample newsroom and of a few articles made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector import Article, Config, Detector
from detector.readers import read

NEWSROOM = Path(__file__).parents[1] / "data" / "newsroom" / "articles.jsonl"


@pytest.fixture(scope="session")
def newsroom() -> list[Article]:
    return list(read([NEWSROOM]))


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(jobs=1)


@pytest.fixture
def opened(tmp_path: Path, config: Config) -> Detector:
    with Detector.open(tmp_path / "index", config) as detector:
        yield detector
