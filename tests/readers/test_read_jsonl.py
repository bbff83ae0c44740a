from __future__ import annotations

import gzip
import io
import json
import os
import threading
import tracemalloc
from datetime import date, datetime, timedelta, timezone

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import read, spool


def write(path, *lines, newline="\n"):
    text = newline.join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    path.write_bytes((text + newline).encode())
    return path


def test_every_field_of_the_preset_is_read(tmp_path):
    path = write(
        tmp_path / "articles.jsonl",
        {
            "id": "a1",
            "headline": "Khánh thành cầu",
            "body": "Sáng nay, tỉnh khánh thành cầu.",
            "date": "2024-08-07T10:15:00",
            "link": "https://bao.example/cau",
            "outlet": "Báo Mẫu",
            "lang": "vi-VN",
        },
    )
    (article,) = read([path])
    assert article.id == "a1"
    assert article.title == "Khánh thành cầu"
    assert article.text == "Sáng nay, tỉnh khánh thành cầu."
    assert article.published == datetime(2024, 8, 7, 10, 15, tzinfo=timezone(timedelta(hours=7)))
    assert (article.url, article.source) == ("https://bao.example/cau", "Báo Mẫu")
    assert article.language == "vi"
    assert article.origin == f"{path}:1"


def test_a_single_path_need_not_be_in_a_list(tmp_path):
    path = write(tmp_path / "a.jsonl", {"text": "một"})
    assert [a.text for a in read(str(path))] == ["một"]


def test_blank_lines_a_byte_order_mark_and_crlf_are_tolerated(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"text": "một"}\r\n\r\n  \n{"text": "hai"}'.encode())
    assert [(a.text, a.origin[-2:]) for a in read([path])] == [("một", ":1"), ("hai", ":4")]


def test_an_empty_file_has_no_articles(tmp_path):
    path = tmp_path / "a.jsonl"
    path.touch()
    assert list(read([path])) == []


def test_gzip_and_zstandard_are_read_by_their_content(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    data = b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n'
    packed = {"gz": gzip.compress(data), "zst": zstandard.ZstdCompressor().compress(data)}
    for ending, content in packed.items():
        path = tmp_path / f"a.jsonl.{ending}"
        path.write_bytes(content)
        assert [a.id for a in read([path])] == ["1", "2"]
    misnamed = tmp_path / "really-gzip.jsonl"
    misnamed.write_bytes(packed["gz"])
    assert [a.id for a in read([misnamed])] == ["1", "2"]
    unpacked = tmp_path / "really-plain.jsonl.gz"
    unpacked.write_bytes(data)
    assert [a.id for a in read([unpacked])] == ["1", "2"]


def test_standard_input_is_json_lines(monkeypatch):
    data = io.BytesIO(b'{"text": "a"}\n{"title": "b"}\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    articles = read(["-"])
    assert next(articles).origin == "<stdin>:1"
    with pytest.raises(InputError) as caught:
        next(articles)
    assert str(caught.value) == (
        "<stdin>:2: no text. Its keys are title; map one with --fields text=title"
    )


def test_a_stream_of_the_caller_is_read_and_left_open():
    stream = io.BytesIO(b'{"id": 7, "text": "a"}\n')
    (article,) = read([stream])
    assert article.id == "7"
    assert article.origin == "<stream>:1"
    assert not stream.closed


def test_a_slow_pipe_gives_its_articles_as_they_come():
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as stream, os.fdopen(writer, "wb", 0) as feed:
        articles = read([stream])
        feed.write(b'{"text": "a"}\n')
        timer = threading.Timer(5, feed.close)  # the test fails rather than hangs
        timer.start()
        assert next(articles).text == "a"
        assert not feed.closed
        timer.cancel()


def test_spooled_standard_input_can_be_read_twice():
    with spool(io.BytesIO(b'{"text": "a"}\n')) as source:
        assert [a.origin for a in read([source])] == ["<stdin>:1"]
        assert [a.text for a in read([source])] == ["a"]
        path = source.path
    assert not path.exists()


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(count):
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as file:
            for i in range(count):
                file.write(json.dumps({"id": i, "text": f"tin số {i} " * 500}) + "\n")
        tracemalloc.start()
        assert sum(1 for _ in read([path])) == count
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(10)  # what is loaded once
    assert peak(2000) - peak(200) < 1800 * 500  # of more than 5,000 each


def test_a_missing_id_is_the_digest_of_the_content_in_any_order(tmp_path):
    rows = [{"text": "một"}, {"text": "hai"}, {"title": "ba", "text": "ba"}]
    forward = {a.text: a.id for a in read([write(tmp_path / "a.jsonl", *rows)])}
    backward = {a.text: a.id for a in read([write(tmp_path / "b.jsonl", *rows[::-1])])}
    assert forward == backward
    assert all(len(name) == 16 for name in forward.values())


def test_exact_copies_without_ids_are_numbered(tmp_path):
    path = write(tmp_path / "a.jsonl", *[{"text": "một"}] * 3, {"id": "", "text": "một"})
    first, *others = [a.id for a in read([path])]
    assert others == [f"{first}-2", f"{first}-3", f"{first}-4"]


def test_whole_numbers_are_ids(tmp_path):
    path = write(tmp_path / "a.jsonl", {"id": 18446744073709551615, "text": "a"})
    assert [a.id for a in read([path])] == ["18446744073709551615"]


def test_an_unknown_date_is_left_empty_and_said(tmp_path):
    path = write(tmp_path / "a.jsonl", {"text": "a", "date": "hôm kia"}, {"text": "b", "date": ""})
    notes = []
    assert [a.published for a in read([path], on_note=notes.append)] == [None, None]
    assert [str(note) for note in notes] == [
        f"{path}:1: date is 'hôm kia', which is not understood as a date; left empty"
    ]


def test_a_date_without_a_time_is_a_date(tmp_path):
    path = write(tmp_path / "a.jsonl", {"text": "a", "published": "2024-08-07"})
    (article,) = read([path])
    assert type(article.published) is date


def test_options_are_checked_before_the_first_article(tmp_path):
    path = write(tmp_path / "a.jsonl", {"text": "a"})
    with pytest.raises(UsageError, match="must be fail or skip"):
        read([path], ReadConfig(on_error="ignore"))
    with pytest.raises(UsageError, match="articles have no field txt; did you mean text=body"):
        read([path], ReadConfig(fields={"txt": "body"}))
    with pytest.raises(InputError, match="no such file or folder; check the path"):
        read([tmp_path / "none.jsonl"])
