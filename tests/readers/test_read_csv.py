from __future__ import annotations

import gzip

import pytest

from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import csv, read


def articles(tmp_path, content, name="articles.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read([path], ReadConfig(**options)))


def error(tmp_path, content):
    with pytest.raises(InputError) as caught:
        articles(tmp_path, content)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_rows_are_read_under_their_header(tmp_path):
    a, b = articles(tmp_path, "\ufeffid,title,text\r\n1,Cầu,Tin một\r\n\r\n2,,Tin hai\r\n")
    assert (a.id, a.title, a.text) == ("1", "Cầu", "Tin một")
    assert (b.id, b.title, b.text) == ("2", "", "Tin hai")


def test_a_quoted_field_holds_commas_quotes_and_line_breaks(tmp_path):
    a, b = articles(tmp_path, 'id,text\n1,"Dòng một\nDòng ""hai"", hết"\n2,x\n')
    assert a.text == 'Dòng một\nDòng "hai", hết'
    assert (a.origin[-2:], b.origin[-2:]) == (":2", ":4")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_of_the_header(tmp_path, delimiter):
    content = delimiter.join(["id", "title", "text"]) + "\n" + delimiter.join(["1", "t", '"a,b;c"'])
    (article,) = articles(tmp_path, content)
    assert article.text == "a,b;c"


def test_tsv_and_compressed_csv_are_read(tmp_path):
    assert articles(tmp_path, "id\ttext\n1\ta\n", "a.tsv")[0].text == "a"
    assert articles(tmp_path, gzip.compress(b"id,text\n1,a\n"), "a.csv.gz")[0].text == "a"


def test_fields_are_mapped(tmp_path):
    (article,) = articles(tmp_path, "noidung\nTin một\n", fields={"text": "noidung"})
    assert article.text == "Tin một"


def test_a_field_may_be_larger_than_python_allows_by_default(tmp_path):
    (article,) = articles(tmp_path, "text,id\n" + "x" * 300_000 + ",1\n")
    assert len(article.text) == 300_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "articles.csv: empty; its first line must name the columns"),
        ("text,title,text\na,b,c\n", "articles.csv:1: column text occurs twice; rename one"),
        (
            "id,text\n1,a\n2,b,c\n",
            "articles.csv:3: 3 columns, but the header names 2;"
            " put quotes round fields with commas, quotes or line breaks",
        ),
        (
            "id,text\n1\n",
            "articles.csv:2: 1 column, but the header names 2;"
            " put quotes round fields with commas, quotes or line breaks",
        ),
        (
            'id,text\n1,a\n2,"b\n3,c\n4,d\n',
            "articles.csv:3: a quote is opened in this row and never closed, so nothing after it"
            " can be read; close it, or double it if it is part of the text",
        ),
        ('id,text\n1,"a"b\n', "articles.csv:2: not CSV: ',' expected after '\"'"),
        (
            b"id,text\n1,\xe1\n",
            "articles.csv:2: not UTF-8: byte 0xe1 at offset 2; convert the file to UTF-8",
        ),
        (
            "id,title\n1,Cầu\n",
            "articles.csv:2: no text. Its keys are id, title; map one with --fields text=title",
        ),
        (b"PK\x03\x04", "articles.csv: not CSV but a ZIP or Office file"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, content, said):
    assert error(tmp_path, content) == said


def test_rows_after_a_bad_one_are_read_when_asked(tmp_path):
    content = b'id,text\n1,a\n2\n3,"x"y\n4,\xff\n5,b\n'
    path = tmp_path / "articles.csv"
    path.write_bytes(content)
    skipped = []
    found = list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append))
    assert [a.id for a in found] == ["1", "5"]
    assert [e.where[-2:] for e in skipped] == [":3", ":4", ":5"]


def test_an_open_quote_does_not_fill_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(csv, "LINE_LIMIT", 10_000)
    said = error(tmp_path, 'id,text\n1,"' + "dòng\n" * 10_000)
    assert said.startswith("articles.csv:2: a quote is opened in this row and never closed")
