"""What broken, hostile and enormous input does: an error at a line, never a traceback."""

from __future__ import annotations

import gzip
import json
import os
import random
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import jsonl, read

RANDOM = random.Random(0)
GOOD = b'{"text": "tin"}\n'


def error(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read([path]))
    return str(caught.value).removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": "a" "b"}', "not JSON: Expecting ',' delimiter at column 14"),
        (b'{"text": "abc', "not JSON: Invalid control character at column 14"),
        (b"{'text': 1}", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        (b"hello", "not JSON: Expecting value at column 1"),
        (b"[1, 2]", "not an object but a list; JSON lines hold one object a line"),
        (b"null", "not an object but null; JSON lines hold one object a line"),
        (b'"text"', "not an object but text; JSON lines hold one object a line"),
        (b"17", "not an object but a number; JSON lines hold one object a line"),
        (b'{"text": "\xe1"}', "not UTF-8: byte 0xe1 at offset 10; convert the file to UTF-8"),
        (b"[" * 100_000, "not JSON: nested too deeply"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path, line, said):
    content = GOOD * 16 + line + b"\n" + GOOD
    assert error(tmp_path / "articles.jsonl", content) == f"articles.jsonl:17: {said}"


def test_bad_records_are_left_out_and_reported_when_asked(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"text": 1}\n' + GOOD + b'oops\n{"id": 1, "text": "a"}\n' + b'{"id": 1}\n')
    skipped = []
    found = list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append))
    assert [a.text for a in found] == ["tin", "a"]
    assert [e.where.rpartition(":")[2] for e in skipped] == ["1", "3", "5"]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0\0", "not JSON lines but binary data; leave the file out"),
        (b"PK\x03\x04....", "not JSON lines but a ZIP or Office file"),
        (b"%PDF-1.7", "not JSON lines but a PDF"),
        (b"PAR1....", "not JSON lines but a Parquet file; name it .parquet"),
        (
            '\ufeff{"text": "a"}'.encode("utf-16-le"),
            "not JSON lines but UTF-16 text; convert it to UTF-8",
        ),
    ],
)
def test_a_binary_file_is_one_error(tmp_path, start, said):
    path = tmp_path / "articles.jsonl"
    assert error(path, start + b"\n\xff\xfe" * 50) == f"articles.jsonl: {said}"
    skipped = []
    assert list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append)) == []
    assert len(skipped) == 1


def test_a_broken_gzip_file_gives_what_came_before_and_one_error(tmp_path):
    lines = [json.dumps({"id": i, "text": RANDOM.randbytes(40).hex()}) for i in range(5000)]
    whole = gzip.compress("\n".join(lines).encode())
    path = tmp_path / "articles.jsonl.gz"
    said = error(path, whole[: len(whole) // 2])
    assert said.startswith("articles.jsonl.gz:")
    assert said.endswith(
        ": the compressed data breaks off or is damaged; fetch or compress the file again"
    )
    skipped = []
    found = list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append))
    assert 1000 < len(found) < 4000
    assert [e.where for e in skipped] == [f"{path}:{len(found) + 1}"]


def test_a_broken_zstandard_file_is_no_shorter_corpus(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    lines = [json.dumps({"id": i, "text": RANDOM.randbytes(40).hex()}) for i in range(5000)]
    whole = zstandard.ZstdCompressor().compress("\n".join(lines).encode())
    for cut in (len(whole) // 2, len(whole) - 1):
        said = error(tmp_path / "articles.jsonl.zst", whole[:cut])
        assert "the compressed data breaks off or is damaged" in said


def test_damage_inside_a_compressed_file_is_an_error(tmp_path):
    whole = bytearray(gzip.compress(GOOD * 5))
    whole[-6] ^= 0xFF  # its check sum
    assert error(tmp_path / "a.jsonl.gz", bytes(whole)) == (
        "a.jsonl.gz:6: the compressed data breaks off or is damaged;"
        " fetch or compress the file again"
    )


def test_a_line_without_end_is_refused_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "LINE_LIMIT", 1 << 20)
    path = tmp_path / "articles.jsonl"
    long = json.dumps({"text": "x" * (3 << 20)}).encode() + b"\n"
    assert error(path, GOOD + long + GOOD) == (
        "articles.jsonl:2: the line is longer than 1 MiB; break it up"
    )
    found = list(read([path], ReadConfig(on_error="skip")))
    assert [a.origin.rpartition(":")[2] for a in found] == ["1", "3"]


@pytest.mark.parametrize(
    "text",
    ["x" * 3_000_000, "ạ" * 3_000_000, "tin " * 400_000, "Ã©" * 500_000, "&amp;" * 200_000],
    ids=["word", "letters", "repeats", "mojibake", "entities"],
)
def test_an_enormous_text_is_read_in_seconds(tmp_path, text):
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"text": text}))
    start = time.process_time()
    (article,) = read([path])
    assert len(article.text) >= 200_000
    assert time.process_time() - start < 20  # quadratic work would take many minutes


def test_a_million_marks_on_one_letter_do_not_hang(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"text": "a" + "\u0301\u0323" * 500_000 + " tin"}))
    start = time.process_time()
    (article,) = read([path])
    assert article.text.endswith(" tin")
    assert time.process_time() - start < 20


def test_lone_surrogates_are_replaced_everywhere(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text(r'{"id": "x\ud800", "text": "tin \ud800 mới", "title": "\udfff", "url": "u"}')
    (article,) = read([path])
    assert (article.id, article.text, article.title) == ("x�", "tin � mới", "�")


def test_bidi_controls_do_not_reach_the_article(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text(json.dumps({"text": "tin \u202emới\u202c \u2066a\u2069", "title": "\u200ft"}))
    (article,) = read([path])
    assert (article.text, article.title) == ("tin mới a", "t")


def test_numbers_that_json_does_not_have_are_tolerated_beside_the_text(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text('{"text": "a", "score": NaN, "big": 1e999}')
    assert len(list(read([path]))) == 1


@contextmanager
def as_ordinary_user():
    """Without the rights of root, who may read everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no user ids")
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(65534)
    except OSError:
        pytest.skip("root cannot be left here")
    try:
        yield
    finally:
        os.seteuid(0)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([".jsonl", ".csv", ".txt", ".parquet", ".jsonl.gz", ".jsonl.zst"]),
    st.one_of(st.binary(max_size=80), st.text('{}[]":,\\n\\ud8text1-é\0&;', max_size=80)),
)
def test_any_bytes_are_articles_or_an_input_error(ending, content):
    pytest.importorskip("zstandard")
    pytest.importorskip("pyarrow")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"a{ending}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        skipped = []
        for article in read([path], ReadConfig(on_error="skip"), on_skip=skipped.append):
            article.text.encode()
        for error in skipped:
            str(error).encode()


def test_a_line_that_breaks_off_at_the_end_of_the_file_is_named(tmp_path):
    assert error(tmp_path / "articles.jsonl", GOOD + b'{"text": "abc') == (
        "articles.jsonl:2: not JSON: Unterminated string starting at column 10"
    )


def test_a_folder_without_permission_is_named():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        closed = folder / "closed"
        closed.mkdir()
        (folder / "a.txt").write_text("tin")
        assert len(list(read([folder]))) == 1  # and all modules are loaded
        closed.chmod(0)
        skipped = []
        with as_ordinary_user():
            with pytest.raises(InputError) as whole:
                read([closed])
            with pytest.raises(InputError) as part:
                list(read([folder]))
            found = list(read([folder], ReadConfig(on_error="skip"), on_skip=skipped.append))
        closed.chmod(0o755)
    said = f"{closed}: Permission denied; change its permissions or leave it out"
    assert [str(whole.value), str(part.value), *map(str, skipped)] == [said] * 3
    assert [a.id for a in found] == ["a"]


def test_a_file_without_permission_is_named():
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = Path(name) / "articles.jsonl"
        path.write_bytes(GOOD)
        assert len(list(read([path]))) == 1
        path.chmod(0)
        with as_ordinary_user(), pytest.raises(InputError) as caught:
            list(read([path]))
    assert str(caught.value) == (
        f"{path}: Permission denied; change its permissions or leave it out"
    )
