"""Quality never falls below what it once was: every figure has a floor."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from detector.config import Config  # noqa: E402
from detector.errors import InputError  # noqa: E402

FILE = ROOT / "tests" / "quality" / "floors.json"
NAMES = sorted(json.loads(FILE.read_text(encoding="utf-8"))["corpora"]) if FILE.is_file() else []


@pytest.mark.skipif(not NAMES, reason="no floors yet; set them with scripts/evaluate.py --floors")
@pytest.mark.parametrize("name", NAMES or ["none"])
def test_no_figure_is_below_its_floor(name: str):
    import evaluate
    from floors import Floors

    try:
        corpus = evaluate.build(name)
    except InputError as error:
        pytest.skip(str(error))
    report = evaluate.measure(corpus, Config())
    assert not Floors.from_file(FILE).broken(name, report.digest, report.figures)


@pytest.mark.skipif(not NAMES, reason="no floors yet; set them with scripts/evaluate.py --floors")
def test_the_newsroom_has_floors_for_every_relation():
    figures = json.loads(FILE.read_text(encoding="utf-8"))["corpora"]["newsroom"]["floors"]
    for relation in ("exact_copy", "near_copy", "excerpt", "translation", "same_event"):
        assert any(figure.startswith(relation) for figure in figures), relation
