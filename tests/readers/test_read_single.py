import io
import json
import os
import threading

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import Single, each, read
from detector.records import Article

GOOD = '{"id": "a", "text": "Một bài báo về cầu"}\n'


def stream(*lines):
    return io.BytesIO("".join(lines).encode())


def test_every_record_has_its_place_whether_it_is_an_article_or_not():
    found = list(each([stream(GOOD, "{\n", '{"id": 1}\n', "[1]\n", GOOD)]))

    assert [type(item) for item in found] == [Article, InputError, InputError, InputError, Article]
    assert [str(item).partition(" ")[0] for item in found[1:4]] == [
        "<stream>:2:", "<stream>:3:", "<stream>:4:"
    ]  # fmt: skip


def test_an_id_and_a_text_may_come_again():
    nameless = '{"text": "Một bài báo không có tên"}\n'
    found = list(each([stream(GOOD, GOOD, nameless, nameless)]))

    assert [item.id for item in found] == ["a", "a", found[2].id, found[2].id]


def test_a_record_alone_and_in_a_file_is_the_same_article(tmp_path):
    row = {"headline": "Đầu đề", "body": "Sáng  nay\u200b mưa", "date": "30/11/2022 13:22"}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    (expected,) = read([path])
    made = Single().article(row, "a.jsonl:1")

    assert (made.id, made.text, made.title, made.published) == (
        expected.id, expected.text, expected.title, expected.published
    )  # fmt: skip


def test_a_zero_byte_in_one_line_of_a_stream_condemns_no_other():
    found = list(each([stream('{"id": "x\0"}\n', GOOD)]))

    assert isinstance(found[0], InputError)
    assert isinstance(found[1], Article)


def test_a_line_is_given_before_the_next_one_is_written():
    source, sink = os.pipe()
    answered = threading.Event()
    seen = []

    def consume():
        with os.fdopen(source, "rb") as pipe:
            for item in each([pipe]):
                seen.append(item.id)
                answered.set()

    reader = threading.Thread(target=consume)
    reader.start()
    with os.fdopen(sink, "wb", buffering=0) as pipe:
        for _ in range(3):
            answered.clear()
            pipe.write(GOOD.encode())
            assert answered.wait(10)
    reader.join(10)

    assert seen == ["a", "a", "a"]


def test_what_is_named_and_not_there_is_an_error_at_once():
    with pytest.raises(InputError, match="no such file or folder"):
        next(each(["nothing.jsonl"]))


def test_a_list_of_records_has_one_id_each():
    rows = [{"id": "a", "text": "Một bài báo"}, {"id": "a", "text": "Bài báo khác"}]

    with pytest.raises(InputError) as error:
        Single().articles(rows, "article")
    assert str(error.value) == (
        'article:2: id "a" was already used at article:1; ids must be unique'
    )


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"id": 1, "html": "Bài"}, "no text. Its keys are id, html; map one with --fields"),
        ({"text": ""}, "text is empty"),
        ({"text": "\0\x01\u200b"}, "text is empty"),
        ({"text": 7}, "text is a number, not text"),
        ({"text": "a", "body": "b"}, "both text and body could be the text"),
        ({"text": "Bài", "id": True}, "id is true or false, not text or a whole number"),
        ("Bài", "not an object but text; an article is an object"),
        (None, "not an object but null; an article is an object"),
    ],
)
def test_a_record_that_is_no_article_has_the_message_of_the_readers(record, says):
    with pytest.raises(InputError) as error:
        Single().article(record)

    assert str(error.value).startswith(says)


def test_a_key_is_mapped_and_a_note_is_told():
    notes = []
    single = Single(ReadConfig(fields={"text": "html"}), notes.append)
    article = single.article({"html": "Một bài báo", "date": "hôm kia"})

    assert article.text == "Một bài báo"
    assert "not understood as a date" in str(notes[0])


def test_a_mapping_that_is_none_is_refused_at_once():
    with pytest.raises(UsageError, match="did you mean"):
        Single(ReadConfig(fields={"txt": "html"}))
