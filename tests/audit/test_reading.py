import json
import os
from datetime import datetime, timezone

import pytest

from detector import Article
from detector.audit import delta, seen
from detector.audit.reading import Reading, expanded
from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers.ids import made


class Holding(dict):
    """An index as far as reading asks it."""

    def get(self, name):
        return self[name]


@pytest.fixture
def read(tmp_path):
    """Reads patterns again and again into one index; gives back what was put and the counts."""
    held, files = Holding(), {}

    def again(*patterns, since=None, on_error="fail"):
        nonlocal files
        reading = Reading(ReadConfig(on_error=on_error), held, files, since)
        put = []
        reading.read(
            expanded([str(tmp_path / p) for p in patterns]), put.append, lambda *_: None
        )  # fmt: skip
        held.update((article.id, article) for article in put)
        path = tmp_path / "seen"
        seen.write(path, reading.seen.values())
        files = seen.read(path)
        return [article.id for article in put], reading.count

    return again


def line(name, text="Một bài", **fields):
    fields = {"id": name, "text": text} | fields
    return json.dumps({k: v for k, v in fields.items() if v is not None}) + "\n"


def append(path, *lines):
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)


def test_what_was_read_is_not_read_again(read, tmp_path):
    append(tmp_path / "a.jsonl", line("1"), line("2"))
    assert read("*.jsonl")[0] == ["1", "2"]

    put, count = read("*.jsonl")

    assert put == []
    assert (count.files, count.untouched, count.read) == (1, 1, 0)


def test_of_a_file_that_has_grown_the_end_is_read_and_its_lines_keep_their_numbers(read, tmp_path):
    append(tmp_path / "a.jsonl", line("1"), line("2"))
    read("*.jsonl")
    append(tmp_path / "a.jsonl", line("3"))

    put, count = read("*.jsonl")
    assert (put, count.read, count.known) == (["3"], 1, 0)

    append(tmp_path / "a.jsonl", "{\n")
    with pytest.raises(InputError, match=r"a\.jsonl:4: not JSON"):
        read("*.jsonl")


def test_a_file_that_was_only_touched_is_not_read(read, tmp_path):
    append(tmp_path / "a.jsonl", line("1"))
    read("*.jsonl")
    os.utime(tmp_path / "a.jsonl", (0, 0))

    assert read("*.jsonl")[1].read == 0


def test_a_file_that_was_rewritten_is_compared_with_what_is_held(read, tmp_path):
    append(tmp_path / "a.jsonl", line("1"), line("2"), line("3"))
    read("*.jsonl")
    (tmp_path / "a.jsonl").write_text(line("1", "Bài khác") + line("2") + line("4"))

    put, count = read("*.jsonl")

    assert put == ["1", "4"]
    assert (count.read, count.changed, count.known, count.new) == (3, 1, 1, 1)


def test_a_last_line_that_was_not_ended_is_read_with_what_follows(read, tmp_path):
    (tmp_path / "a.jsonl").write_text(line("1") + line("2").rstrip())
    read("*.jsonl")
    append(tmp_path / "a.jsonl", "\n", line("3"))

    assert read("*.jsonl")[0] == ["3"]


@pytest.mark.parametrize("change", [{"url": "https://a.example/1"}, {"title": "Đầu đề"}])
def test_a_change_of_any_field_is_a_change(read, tmp_path, change):
    append(tmp_path / "a.jsonl", line("1"))
    read("*.jsonl")
    (tmp_path / "a.jsonl").write_text(line("1", **change))

    assert read("*.jsonl")[1].changed == 1


def test_of_one_id_in_two_files_the_last_counts_whichever_is_read_again(read, tmp_path):
    append(tmp_path / "1.jsonl", line("x", "Bản đầu"), line("y"))
    append(tmp_path / "2.jsonl", line("x", "Bản sau"))
    assert read("*.jsonl")[0] == ["x", "y", "x"]

    (tmp_path / "1.jsonl").write_text(line("x", "Bản đầu") + line("z"))
    assert read("*.jsonl")[0] == ["z"]


def test_articles_without_ids_are_told_by_their_content(read, tmp_path):
    name = made("", "Một bài")
    append(tmp_path / "1.jsonl", line(None, source="Báo Một"), line(None, source="Báo Hai"))
    append(tmp_path / "2.jsonl", line(None, source="Báo Một"), line(None, source="Báo Ba"))

    assert read("*.jsonl")[0] == [name, f"{name}-2", f"{name}-3"]

    append(tmp_path / "3.jsonl", line(None, source="Báo Hai"), line(None, source="Báo Tư"))
    assert read("*.jsonl")[0] == [f"{name}-4"]


def test_a_file_that_holds_one_content_twice_holds_two_articles(read, tmp_path):
    append(tmp_path / "1.jsonl", line(None), line(None))
    name = made("", "Một bài")
    assert read("*.jsonl")[0] == [name, f"{name}-2"]

    os.utime(tmp_path / "1.jsonl", (0, 0))
    (tmp_path / "1.jsonl").write_text(line(None) + line(None) + "\n")
    assert read("*.jsonl")[0] == []


def test_an_id_that_only_looks_like_a_digest_is_an_id(read, tmp_path):
    append(tmp_path / "1.jsonl", line("0123456789abcdef"))
    read("*.jsonl")
    (tmp_path / "1.jsonl").write_text(line("0123456789abcdef", "Bài khác"))

    put, count = read("*.jsonl")
    assert (put, count.changed) == (["0123456789abcdef"], 1)


def test_records_that_cannot_be_read_are_counted_as_long_as_they_stand_there(read, tmp_path):
    append(tmp_path / "a.jsonl", line("1"), "{\n", '{"id": "2"}\n')
    for _ in range(2):
        assert read("*.jsonl", on_error="skip")[1].unread == 2

    append(tmp_path / "a.jsonl", "[]\n")
    count = read("*.jsonl", on_error="skip")[1]
    assert (count.unread, len(count.problems)) == (3, 1)

    (tmp_path / "a.jsonl").write_text(line("1"))
    assert read("*.jsonl", on_error="skip")[1].unread == 0


def test_advice_on_a_bad_record_names_the_option_of_the_configuration(read, tmp_path):
    append(tmp_path / "a.jsonl", '{"id": "1", "html": "Một bài"}\n')
    advice = 'no text. Its keys are id, html; map one with fields = { text = "html" } under '
    advice += "[detector.read]"

    (problem,) = read("*.jsonl", on_error="skip")[1].problems
    assert problem == f"{tmp_path / 'a.jsonl'}:1: {advice}"
    (tmp_path / "b.jsonl").write_text('{"id": "1", "html": "Một bài"}\n')
    with pytest.raises(InputError) as caught:
        read("b.jsonl")
    assert (caught.value.reason, caught.value.where) == (advice, f"{tmp_path / 'b.jsonl'}:1")


def test_articles_of_another_time_are_passed_over_until_they_are_wanted(read, tmp_path):
    append(
        tmp_path / "a.jsonl",
        line("old", published="2026-11-01T10:00:00+00:00"),
        line("day", published="2026-11-01"),
        line("new", published="2026-11-02"),
        line("bare"),
    )
    moment = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)

    put, count = read("*.jsonl", since=moment)
    assert (put, count.older) == (["day", "new", "bare"], 1)
    assert read("*.jsonl", since=moment)[1].read == 0
    assert read("*.jsonl")[0] == ["old"]


def test_compressed_files_are_read_whole_when_they_grow(read, tmp_path):
    import gzip

    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(line("1").encode()))
    read("*.gz")
    with path.open("ab") as file:
        file.write(gzip.compress(line("2").encode()))

    put, count = read("*.gz")
    assert (put, count.read) == (["2"], 2)


def test_a_pattern_that_nothing_fits_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\*\.jsonl: no file fits this pattern"):
        expanded([str(tmp_path / "*.jsonl")])


def test_a_name_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        expanded([str(tmp_path / "a.jsonl")])


def test_a_pattern_that_names_what_cannot_be_read_says_so(tmp_path):
    (tmp_path / "a.pdf").touch()

    with pytest.raises(UsageError, match=r"a\.pdf: unknown ending"):
        expanded([str(tmp_path / "*")])


def test_a_file_that_two_patterns_name_is_read_once(tmp_path):
    (tmp_path / "a.jsonl").touch()

    assert len(expanded([str(tmp_path / "*.jsonl"), str(tmp_path / "a.*")])) == 1


def test_batches_hold_the_last_word_on_each_article_once(tmp_path):
    append(tmp_path / "1.jsonl", line("x", "Bản đầu", published="2026-11-01"), line("y"))
    append(tmp_path / "2.jsonl", line("x", "Bản sau", published="2026-11-01T10:00:00+07:00"))
    reading = Reading(ReadConfig(), Holding(), {}, None)
    with delta.written(tmp_path / "delta") as put:
        reading.read(expanded([str(tmp_path / "*.jsonl")]), put, lambda *_: None)

    def batches(size):
        return [[(a.id, a.text) for a in b] for b in delta.batches(tmp_path / "delta", size)]

    assert batches(9) == [[("y", "Một bài"), ("x", "Bản sau")]]
    assert batches(2) == [[("x", "Bản đầu"), ("y", "Một bài")], [("x", "Bản sau")]]
    first, _, last = (a for b in delta.batches(tmp_path / "delta", 1) for a in b)
    assert first.published.isoformat() == "2026-11-01"
    assert last.published.isoformat() == "2026-11-01T10:00:00+07:00"
    assert last.origin.endswith("2.jsonl:1")


def test_a_batch_with_an_article_of_the_one_before_it_begins_a_run():
    batches = [[Article(name, "Một bài.") for name in names] for names in ("ab", "cd", "de", "ac")]

    runs = [["".join(a.id for a in batch) for batch in run] for run in delta.apart(iter(batches))]

    assert runs == [["ab", "cd"], ["de", "ac"]]
