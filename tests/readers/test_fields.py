from __future__ import annotations

import json
from datetime import date

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import parse_fields, read


def articles(tmp_path, *records, **options):
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    return list(read([path], ReadConfig(**options)))


def error(tmp_path, record, **options):
    with pytest.raises(InputError) as caught:
        articles(tmp_path, *[{"text": f"tin {i}"} for i in range(16)], record, **options)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_a_record_without_text_names_its_keys_and_the_likely_one(tmp_path):
    said = error(tmp_path, {"noidung": "Sáng nay, tỉnh khánh thành cầu.", "tieude": "Cầu"})
    assert said == (
        "articles.jsonl:17: no text. Its keys are noidung, tieude;"
        " map one with --fields text=noidung"
    )


def test_a_mapping_that_finds_no_text_is_answered_with_the_keys(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text('{"body": "Sáng nay.", "headline": "Cầu"}')
    with pytest.raises(InputError) as caught:
        list(read([path], ReadConfig(fields={"text": "content"})))
    assert str(caught.value) == (
        f"{path}:1: no text. Its keys are body, headline; map one with --fields text=body"
    )


def test_a_record_without_any_text_value_gets_no_guess(tmp_path):
    said = error(tmp_path, {"a": 1, "b": [2]})
    assert said.endswith("no text. Its keys are a, b; map one with --fields text=KEY")


def test_an_empty_record_is_called_empty(tmp_path):
    said = error(tmp_path, {})
    assert said == (
        "articles.jsonl:17: no text. The record is empty;"
        " leave such records out with --on-error skip"
    )


def test_a_long_list_of_keys_is_cut_and_counted(tmp_path):
    said = error(tmp_path, {f"k{i}": i for i in range(30)})
    assert "k10, k11 and 18 more;" in said


def test_two_texts_are_an_error_and_no_guess(tmp_path):
    said = error(tmp_path, {"text": "một", "body": "hai"})
    assert said == (
        "articles.jsonl:17: both text and body could be the text;"
        " choose one with --fields text=body"
    )
    said = error(tmp_path, {"text": "một", "body": "hai", "content": "ba"})
    assert "each of text and body and content could be the text" in said


def test_two_dates_are_an_error_and_no_guess(tmp_path):
    said = error(tmp_path, {"text": "một", "date": "2024-08-07", "time": "10:15"})
    assert said == (
        "articles.jsonl:17: both date and time could be the publication date;"
        " choose one with --fields published=time"
    )


def test_two_keys_that_agree_or_of_which_one_is_empty_are_no_error(tmp_path):
    a, b, c = articles(
        tmp_path,
        {"text": "một", "body": "một"},
        {"text": "", "body": "hai"},
        {"text": None, "content": "ba", "body": "  "},
    )
    assert [a.text, b.text, c.text] == ["một", "hai", "ba"]


def test_matching_is_exact(tmp_path):
    said = error(tmp_path, {"Text": "một", "BODY": "hai ba"})
    assert said.endswith("no text. Its keys are Text, BODY; map one with --fields text=BODY")


def test_a_mapped_key_replaces_the_preset(tmp_path):
    (article,) = articles(
        tmp_path,
        {"text": "bản gốc", "body": "bản dịch", "title": "đầu đề", "ma": "x1"},
        fields={"text": "body", "title": "", "id": "ma"},
    )
    assert (article.text, article.title, article.id) == ("bản dịch", "", "x1")


def test_a_mapped_key_that_is_missing_leaves_other_fields_empty(tmp_path):
    (article,) = articles(tmp_path, {"text": "một", "title": "t"}, fields={"title": "tieude"})
    assert article.title == ""


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"text": ["a"]}, "text is a list, not text; map another key with --fields text=KEY"),
        ({"body": 5}, "body is a number, not text; map another key with --fields text=KEY"),
        ({"text": True}, "text is true or false, not text; map another key with --fields text=KEY"),
        (
            {"text": "a", "id": {"$oid": "1"}},
            "id is an object, not text or a whole number; map another key with --fields id=KEY",
        ),
        (
            {"text": "a", "id": 1.5},
            "id is a number, not text or a whole number; map another key with --fields id=KEY",
        ),
        (
            {"text": "a", "outlet": {"name": "b"}},
            "outlet is an object, not text; map another key with --fields source=KEY",
        ),
        (
            {"text": "a", "date": [2024, 8, 7]},
            "date is a list, not a date; map another key with --fields published=KEY",
        ),
        ({"text": ""}, "text is empty; fill it, or leave such records out with --on-error skip"),
        (
            {"content": " \n\t\u200b "},
            "content is empty; fill it, or leave such records out with --on-error skip",
        ),
    ],
)
def test_a_value_that_cannot_be_the_field_is_named(tmp_path, record, said):
    assert error(tmp_path, record) == f"articles.jsonl:17: {said}"


def test_null_is_as_good_as_absent(tmp_path):
    (article,) = articles(tmp_path, {"text": "a", "id": None, "title": None, "date": None})
    assert (len(article.id), article.title, article.published) == (16, "", None)


def test_two_records_with_one_id_are_an_error_that_names_both(tmp_path):
    path = tmp_path / "articles.jsonl"
    lines = [{"id": i, "text": "a"} for i in range(17)]
    lines[2]["id"] = "x"
    path.write_text("\n".join(json.dumps(x) for x in [*lines, {"id": "x", "text": "b"}]))
    with pytest.raises(InputError) as caught:
        list(read([path]))
    assert str(caught.value) == (
        f'{path}:18: id "x" was already used at {path}:3; ids must be unique'
    )


def test_languages_are_read_as_codes(tmp_path):
    values = ["vi", "EN", "vi_VN", "Vietnamese", "english", "tiếng Việt", "", "und"]
    found = articles(tmp_path, *[{"text": str(i), "lang": v} for i, v in enumerate(values)])
    assert [a.language for a in found] == ["vi", "en", "vi", "vi", "en", "", "", ""]


def test_the_title_is_one_line(tmp_path):
    (article,) = articles(tmp_path, {"text": "a", "title": " Cầu\n mới \u200b"})
    assert article.title == "Cầu mới"


def test_the_day_in_an_address_counts_where_no_field_says_one(tmp_path):
    named = {"text": "a", "url": "https://a.vn/2024/08/07/x.html"}
    day, moment = articles(tmp_path, named, {**named, "id": "b", "date": "2024-08-09"})
    assert (day.published, moment.published) == (date(2024, 8, 7), date(2024, 8, 9))


def test_records_of_many_shapes_do_not_fill_memory(tmp_path):
    found = articles(tmp_path, *[{"text": str(i), f"key{i}": 1} for i in range(2500)])
    assert len(found) == 2500


def test_fields_are_parsed():
    assert parse_fields("text=body, title=headline,source=") == {
        "text": "body",
        "title": "headline",
        "source": "",
    }


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("body", "--fields body: 'body' is not FIELD=KEY, as in text=body"),
        (
            "body=text",
            "--fields body=text: articles have no field body; did you mean text=body?",
        ),
        (
            "titel=x",
            "--fields titel=x: articles have no field titel; did you mean title=x?",
        ),
        (
            "zzz=x",
            "--fields zzz=x: articles have no field zzz;"
            " known are text, title, published, url, source, id, language",
        ),
        ("text=a,text=b", "--fields text=a,text=b: text is mapped twice; map it once"),
        ("text=", "--fields text=: every article needs a text; name its key"),
    ],
)
def test_a_wrong_mapping_is_answered_with_the_right_one(option, said):
    with pytest.raises(UsageError) as caught:
        parse_fields(option)
    assert str(caught.value) == said
