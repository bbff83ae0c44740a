"""`detector dedup --report`."""

import json
import re

import pytest


@pytest.fixture
def page(tmp_path):
    """The report as text, and the data that its script reads."""

    def read():
        html = (tmp_path / "report.html").read_text(encoding="utf-8")
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1]
        return html, json.loads(data)

    return read


def test_a_report_is_written_beside_the_rows(detector, corpus, page):
    done = detector("dedup", corpus, "-o", "rows.jsonl", "--report", "report.html")
    assert done.returncode == 0
    assert done.stdout == ""

    html, data = page()
    (pair,) = data["pairs"]
    assert (pair["a"], pair["b"], pair["how"]) == ("fire-1", "fire-2", "edits")
    assert pair["why"] == ["credits Báo Một", "published 3 hours later"]
    assert pair["agree"]
    assert [head["title"] for head in data["articles"]] == [
        "Cháy nhà trọ ở Thanh Xuân", "12 người thoát nạn",
    ]  # fmt: skip
    assert "12 xe chữa cháy" in data["articles"][0]["text"]
    assert "Báo Hai" in html


def test_the_rows_go_to_standard_output_as_without_a_report(detector, corpus):
    with_report = detector("dedup", corpus, "--quiet", "--report", "report.html")
    without = detector("dedup", corpus, "--quiet")

    assert with_report.stdout == without.stdout
    assert len(without.stdout.splitlines()) == 4


def test_a_corpus_from_standard_input_has_its_texts_in_the_report(detector, corpus, page):
    text = corpus.read_text(encoding="utf-8")
    done = detector(
        "dedup", "-", "--quiet", "-o", "rows.jsonl", "--report", "report.html", stdin=text
    )

    assert done.returncode == 0, done.stderr
    assert all("text" in head for head in page()[1]["articles"])


def test_pairs_and_report_can_be_written_together(detector, corpus, tmp_path, page):
    detector("dedup", corpus, "--quiet", "-o", "rows.jsonl", "--pairs", "pairs.jsonl",
             "--report", "report.html")  # fmt: skip
    (row,) = map(json.loads, (tmp_path / "pairs.jsonl").read_text(encoding="utf-8").splitlines())

    assert row["evidence"]["passages"]
    assert page()[1]["pairs"][0]["score"] == row["score"]


def test_the_report_tells_of_a_tripped_gate_and_of_records_left_out(detector, corpus, page):
    with corpus.open("a", encoding="utf-8") as file:
        file.write('{"id": "empty"}\n')
    done = detector("dedup", corpus, "--quiet", "-o", "rows.jsonl", "--on-error", "skip",
                    "--fail-over", "10%", "--report", "report.html")  # fmt: skip
    html, _ = page()

    assert done.returncode == 1
    assert "<strong>tripped</strong>" in html
    assert "25.0%" in html
    assert "articles.jsonl:5: no text" in html


def test_a_report_in_another_format_is_refused(detector, corpus):
    done = detector("dedup", corpus, "--report", "report.jsonl")

    assert done.returncode == 2
    assert done.stderr == (
        "Error: --report report.jsonl: a report is a page; give it the ending .html\n"
    )


def test_a_report_that_would_be_read_the_next_time_is_refused(detector, corpus, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    corpus.rename(folder / "articles.jsonl")
    done = detector("dedup", "news", "--report", "news/report.html")

    assert done.returncode == 2
    assert "lies in the input folder news" in done.stderr


def test_a_report_without_a_folder_is_refused_before_the_work_begins(detector, corpus, tmp_path):
    done = detector("dedup", corpus, "-o", "rows.jsonl", "--report", "none/report.html")

    assert done.returncode == 3
    assert "make its folder first" in done.stderr
    assert not (tmp_path / "rows.jsonl").exists()


def test_the_same_input_gives_the_same_report(detector, corpus, tmp_path):
    for name in ("one.html", "two.html"):
        detector("dedup", corpus, "--quiet", "-o", "rows.jsonl", "--report", name)

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
