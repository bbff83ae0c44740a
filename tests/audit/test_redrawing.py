"""Reports that are drawn anew from what a run keeps."""

import pytest

from detector.audit.auditing import Auditing
from detector.audit.config import AuditConfig
from detector.audit.redrawing import drawn, restored
from detector.pipeline import Detector

from .conftest import Telling, story


@pytest.fixture
def runs(place):
    """Two runs: in the second an article is new, one is changed, and one is left as it was."""
    first = place.run().run
    place.put("2.jsonl", story("Vạn Yên", 1, id="late", title="Hợp long cầu Vạn Yên"))
    place.put("1.jsonl", story("Vạn Yên", 1), story("Bến Mới", 2), story("Cầu Đá", 7, id="copy"))
    return first, place.run().run


def silent(_told):
    raise AssertionError("nobody was to be told")


def test_a_report_that_is_drawn_anew_is_the_one_that_was_drawn(runs):
    first, second = runs
    html, text = drawn(second, first, silent)

    assert html == second.file("report").read_bytes()
    assert text.splitlines()[:-1] == second.file("markdown").read_text().splitlines()[:-1]


def test_of_an_older_run_it_shows_what_that_run_found(runs):
    first, _ = runs
    html, text = drawn(first, None, silent)

    assert "Hợp long cầu Vạn Yên".encode() not in html
    assert "## Since" not in text
    assert [pair.b for pair in restored(first).pairs] == ["copy"]


def test_against_another_run_it_tells_the_changes_since_that_one(place, runs):
    place.put("3.jsonl", story("Bến Mới", 2, id="again"))
    third = place.run().run
    _, nightly = drawn(third, runs[1], silent)
    _, weekly = drawn(third, runs[0], silent)

    assert "articles: 1 new" in nightly
    assert "articles: 2 new" in weekly
    assert weekly.count("## Since") == 1


def test_without_the_index_its_texts_are_missing_and_that_is_said(place, runs):
    (place.folder / "news.index").rename(place.folder / "away")
    told = []
    html, _ = drawn(runs[1], runs[0], told.append)

    assert len(told) == 1
    assert told[0].startswith("The page has no texts: ")
    assert "no index there" in told[0]
    assert "Hợp long cầu Vạn Yên".encode() in html
    assert "bắc qua sông Đà".encode() not in html


def test_an_article_that_left_the_index_has_no_text_and_the_others_have(place, runs):
    config = AuditConfig.from_toml(place.folder / "audit.toml")
    with Detector.open(place.folder / "news.index", config.detector) as index:
        index.remove(["late"])
    html, _ = drawn(runs[1], runs[0], silent)

    assert "Hợp long cầu Vạn Yên".encode() in html
    assert "rút ngắn thời gian".encode() in html


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
def test_the_tables_of_a_run_hold_all_that_its_report_needs(place, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    place.put("2.jsonl", story("Vạn Yên", 1, id="late", published="2026-11-01T10:00:00+07:00"))
    (place.folder / "audit.toml").write_text(
        f"format = '{ending}'\n[sources]\nfiles = ['*.jsonl']\n"
        "[detector]\njobs = 1\n[detector.semantic]\nmodel = 'none'\n"
    )
    config = AuditConfig.from_toml(place.folder / "audit.toml")
    run = Auditing(config, Telling(), place.clock).run().run

    with Detector.open(place.folder / "news.index", config.detector) as index:
        found = index.detection()
    kept = restored(run)
    plain = [(p.a, p.b, p.relation, p.score, p.original, p.evidence.reasons) for p in kept.pairs]
    assert plain == [
        (p.a, p.b, p.relation, p.score, p.original, p.evidence.reasons) for p in found.pairs
    ]
    assert [label.row() | {"credits": []} for label in kept.labels] == [
        label.row() | {"credits": []} for label in found.labels
    ]
    assert [(c.id, c.members) for c in kept.clusters] == [(c.id, c.members) for c in found.clusters]
