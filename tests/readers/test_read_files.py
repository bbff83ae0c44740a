"""Folders, text files and web pages."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, MissingExtraError, UsageError
from detector.readers import read

PAGE = """<!doctype html><html lang="vi-VN"><head><meta charset="utf-8">
<title>Khánh thành cầu mới - Báo Mẫu</title>
<meta property="og:title" content="Khánh thành cầu mới">
<meta property="og:site_name" content="Báo Mẫu">
<link rel="canonical" href="https://baomau.example/cau.html">
<meta property="article:published_time" content="2024-08-07T10:15:00+07:00"></head>
<body><nav><a href="/">Trang chủ</a></nav><article><h1>Khánh thành cầu mới</h1>
<p>Sáng nay, 7/8, tỉnh khánh thành cây cầu mới bắc qua sông sau hai năm thi công.</p>
<p>Cây cầu dài 1.200 m, rộng 20 m, tổng vốn đầu tư 500 tỷ đồng từ ngân sách tỉnh.</p>
<p>Theo lãnh đạo tỉnh, cầu rút ngắn 15 km đường đi giữa hai huyện miền núi.</p>
</article></body></html>"""


def test_a_folder_is_read_recursively_in_sorted_order(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one.txt").write_text("một")
    (tmp_path / "c.txt").write_text("hai")
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "ba"}')
    (tmp_path / ".hidden.txt").write_text("ẩn")
    found = list(read([tmp_path]))
    assert [a.id for a in found] == ["x", "one", "c"]
    assert found[1].origin == f"{tmp_path}/b/one.txt"
    assert found[1].title == ""


def test_text_files_with_one_name_are_told_apart_by_their_path(tmp_path):
    for folder in ("vi", "en"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "001.txt").write_text(folder)
    (tmp_path / "002.txt").write_text("x")
    assert [a.id for a in read([tmp_path])] == ["002", "en/001.txt", "vi/001.txt"]
    both = read([tmp_path / "vi", tmp_path / "en"])
    assert [a.id for a in both] == [f"{tmp_path}/vi/001.txt", f"{tmp_path}/en/001.txt"]


def test_files_of_no_known_kind_in_a_folder_are_said(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.docx").write_text("b")
    notes = []
    assert len(list(read([tmp_path], on_note=notes.append))) == 1
    assert [str(n) for n in notes] == [
        f"{tmp_path}: 1 file is of no known kind and not read: b.docx"
    ]


def test_a_folder_with_nothing_to_read_is_an_error(tmp_path):
    (tmp_path / "b.docx").write_text("b")
    with pytest.raises(InputError) as caught:
        read([tmp_path])
    assert str(caught.value) == (
        f"{tmp_path}: nothing in this folder can be read; known are .csv, .htm, .html, .json,"
        " .jsonl, .ndjson, .parquet, .tsv, .txt; .jsonl and .csv also with .gz or .zst"
    )


def test_a_file_of_an_unknown_ending_is_refused(tmp_path):
    path = tmp_path / "a.docx"
    path.write_text("b")
    with pytest.raises(UsageError, match=r"a\.docx: unknown ending; known are \.csv, "):
        read([path])


def test_a_file_that_is_named_twice_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("b")
    with pytest.raises(UsageError) as caught:
        read([tmp_path, path])
    assert str(caught.value) == f"{path}: is named twice in the input; name it once"


def test_text_keeps_its_lines_and_loses_its_byte_order_mark(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffDòng một\r\nDòng hai\r\n".encode())
    assert [a.text for a in read([tmp_path])] == ["Dòng một\nDòng hai\n"]


def test_field_mapping_is_not_for_text_files(tmp_path):
    (tmp_path / "a.txt").write_text("tin")
    (article,) = read([tmp_path], ReadConfig(fields={"text": "body", "id": "ma"}))
    assert (article.id, article.text) == ("a", "tin")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "text is empty; fill it, or leave such records out with --on-error skip"),
        (b"a\0b", "not text but binary data; leave the file out"),
        (b"tin m\xf2i", "not UTF-8: byte 0xf2 at offset 5; convert the file to UTF-8"),
    ],
)
def test_a_text_file_that_is_none_is_named(tmp_path, content, said):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read([path]))
    assert str(caught.value) == f"{path}: {said}"


def test_a_file_name_that_is_not_utf8_can_be_printed(tmp_path):
    try:
        (tmp_path / "tin\udcff.txt").write_text("tin")
    except (OSError, UnicodeError):
        pytest.skip("this file system wants UTF-8 names")
    (article,) = read([tmp_path])
    assert article.id == "tin�"
    article.origin.encode()


def test_a_page_gives_its_text_and_what_it_says_of_itself(tmp_path):
    pytest.importorskip("trafilatura")
    (tmp_path / "cau.html").write_text(PAGE)
    (article,) = read([tmp_path])
    assert article.id == "cau"
    assert article.title == "Khánh thành cầu mới"
    assert article.source == "Báo Mẫu"
    assert article.url == "https://baomau.example/cau.html"
    assert article.language == "vi"
    assert article.published == datetime(2024, 8, 7, 10, 15, tzinfo=timezone(timedelta(hours=7)))
    lines = article.text.split("\n")
    assert any(line.startswith("Sáng nay, 7/8") for line in lines)
    assert any(line.startswith("Cây cầu dài 1.200 m") for line in lines)
    assert "Trang chủ" not in article.text


@pytest.mark.parametrize("content", ["", "<html></html>", "chỉ có chữ"])
def test_a_page_without_text_is_an_error(tmp_path, content):
    pytest.importorskip("trafilatura")
    path = tmp_path / "a.html"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        list(read([path]))
    assert str(caught.value) == (
        f"{path}: no article text was found in this page; leave it out, or give its text as .txt"
    )


def test_a_page_whose_metadata_breaks_the_extractor_still_gives_its_text(tmp_path, monkeypatch):
    trafilatura = pytest.importorskip("trafilatura")
    extract = trafilatura.bare_extraction

    def fragile(tree, **options):
        assert not options["with_metadata"]
        return extract(tree, **options)

    monkeypatch.setattr(trafilatura, "bare_extraction", fragile)
    (tmp_path / "a.html").write_text(PAGE)
    (article,) = read([tmp_path])
    assert "Cây cầu dài 1.200 m" in article.text


def test_without_trafilatura_the_cure_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.html").write_text(PAGE)
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError) as caught:
        list(read([tmp_path], ReadConfig(on_error="skip")))
    assert str(caught.value) == (
        "reading HTML needs trafilatura. Install it with: pip install 'detector[html]'"
    )
