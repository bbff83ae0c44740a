from __future__ import annotations

import csv
import errno
import gzip
import io
import json
import os
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from detector import files
from detector.errors import InputError, MissingExtraError, UsageError
from detector.records import Relation
from detector.writers import check_path, open_rows, write

ROWS = [
    {
        "id": "b",
        "canonical": True,
        "original": None,
        "score": 0.5,
        "relation": Relation.NEAR_COPY,
        "published": date(2024, 8, 7),
        "credits": [{"name": "Báo Mẫu", "url": ""}],
    },
    {
        "id": "a, «x»",
        "canonical": False,
        "original": "b",
        "score": 1.0,
        "relation": None,
        "published": datetime(2024, 8, 7, 3, 15, tzinfo=timezone.utc),
        "credits": [],
    },
]


def test_json_lines_keep_the_order_of_keys_and_letters(tmp_path):
    path = tmp_path / "rows.jsonl"
    assert write(ROWS, path) == 2
    assert path.read_text().splitlines() == [
        '{"id":"b","canonical":true,"original":null,"score":0.5,"relation":"near_copy",'
        '"published":"2024-08-07","credits":[{"name":"Báo Mẫu","url":""}]}',
        '{"id":"a, «x»","canonical":false,"original":"b","score":1.0,"relation":null,'
        '"published":"2024-08-07T03:15:00+00:00","credits":[]}',
    ]


def test_csv_has_a_header_and_plain_values(tmp_path):
    path = tmp_path / "rows.csv"
    write(ROWS, path)
    assert path.read_text().splitlines() == [
        "id,canonical,original,score,relation,published,credits",
        'b,true,,0.5,near_copy,2024-08-07,"[{""name"":""Báo Mẫu"",""url"":""""}]"',
        '"a, «x»",false,b,1.0,,2024-08-07T03:15:00+00:00,[]',
    ]
    with path.open(newline="") as file:
        first = next(csv.DictReader(file))
    assert json.loads(first["credits"]) == [{"name": "Báo Mẫu", "url": ""}]


def test_parquet_has_typed_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    rows = [*ROWS, *({**ROWS[0], "id": str(i), "score": 1} for i in range(10_000))]
    assert write(rows, path) == 10_002
    table = parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "id": "string",
        "canonical": "bool",
        "original": "string",
        "score": "double",
        "relation": "string",
        "published": "string",
        "credits": "string",
    }
    assert table.num_rows == 10_002
    assert table.slice(1, 1).to_pylist() == [
        {
            "id": "a, «x»",
            "canonical": False,
            "original": "b",
            "score": 1.0,
            "relation": None,
            "published": "2024-08-07T03:15:00+00:00",
            "credits": "[]",
        }
    ]


def test_tables_without_rows_have_their_columns(tmp_path):
    write([], tmp_path / "rows.csv", ["a", "b"])
    assert (tmp_path / "rows.csv").read_text() == "a,b\n"
    write([], tmp_path / "rows.jsonl", ["a", "b"])
    assert (tmp_path / "rows.jsonl").read_text() == ""
    parquet = pytest.importorskip("pyarrow.parquet")
    write([], tmp_path / "rows.parquet", ["a", "b"])
    assert parquet.read_table(tmp_path / "rows.parquet").column_names == ["a", "b"]


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.csv.gz"])
def test_gzip_has_the_same_bytes_in_every_run(tmp_path, name):
    write(ROWS, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    (tmp_path / "other").mkdir()
    write(ROWS, tmp_path / "other" / name)
    assert (tmp_path / "other" / name).read_bytes() == first
    assert len(gzip.decompress(first).splitlines()) >= 2
    assert first[4:8] == b"\0\0\0\0"


def test_zstandard_is_written(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    write(ROWS, tmp_path / "rows.jsonl.zst")
    with (tmp_path / "rows.jsonl.zst").open("rb") as file:
        content = zstandard.ZstdDecompressor().stream_reader(file).read()
    assert len(content.splitlines()) == 2


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output_gets_json_lines(capfdbinary, path):
    write([{"id": "ạ"}], path)
    assert capfdbinary.readouterr().out == '{"id":"ạ"}\n'.encode()


def test_values_that_json_does_not_have_are_written_all_the_same(tmp_path):
    np = pytest.importorskip("numpy")
    row = {"a\ud800": np.float32(0.5), "b": float("nan"), "c": ("x", frozenset({"z", "y"}))}
    write([row], tmp_path / "rows.jsonl")
    assert (tmp_path / "rows.jsonl").read_text() == '{"a?":0.5,"b":null,"c":["x",["y","z"]]}\n'


def test_a_key_that_is_no_column_is_not_lost(tmp_path):
    with pytest.raises(ValueError, match="a row has keys that the first had not: b"):
        write([{"a": 1}, {"a": 1, "b": 2}], tmp_path / "rows.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path):
    for name in ("rows.txt", "rows", "rows.parquet.gz"):
        with pytest.raises(UsageError) as caught:
            check_path(tmp_path / name)
        assert str(caught.value) == (
            f"{tmp_path / name}: unknown ending; known are .jsonl, .csv"
            " (each also with .gz or .zst) and .parquet"
        )


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("old")

    def rows():
        yield {"a": 1}
        assert path.read_text() == "old"  # not half visible
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(rows(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.jsonl.gz", "rows.parquet"])
def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, monkeypatch, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")

    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    opened = Path.open

    def open_full(self, mode="r", *args, **kwargs):
        if "w" not in mode:
            return opened(self, mode, *args, **kwargs)
        opened(self, mode).close()
        return io.BufferedWriter(Full())

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(InputError) as caught:
        write(ROWS, tmp_path / name)
    assert str(caught.value) == (
        f"{tmp_path / name}: No space left on device; free some space or name another place"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("name", ["full.jsonl", "full.csv", "full.parquet"])
def test_a_full_device_is_said_and_not_replaced(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).symlink_to("/dev/full")
    with pytest.raises(InputError, match="No space left on device; free some space"):
        write(ROWS, tmp_path / name)
    assert (tmp_path / name).is_char_device()


def test_a_missing_or_forbidden_folder_is_said(tmp_path):
    with pytest.raises(InputError) as caught:
        write(ROWS, tmp_path / "none" / "rows.jsonl")
    assert str(caught.value) == (
        f"{tmp_path}/none/rows.jsonl: No such file or directory; make its folder first"
    )
    (tmp_path / "rows.jsonl").mkdir()
    with pytest.raises(InputError, match="Is a directory; name a file, not a folder"):
        write(ROWS, tmp_path / "rows.jsonl")


def test_a_reader_that_has_gone_is_left_to_the_caller(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with io.TextIOWrapper(os.fdopen(writer, "wb")) as gone:
        monkeypatch.setattr("sys.stdout", gone)
        with pytest.raises(BrokenPipeError), open_rows(None) as write_row:
            write_row({"a": 1})
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), writer)


def test_a_device_without_an_ending_gets_json_lines():
    assert write(ROWS, os.devnull) == 2
    assert not Path(os.devnull).is_file()


def test_without_pyarrow_the_cure_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        write(ROWS, tmp_path / "rows.parquet")
    assert str(caught.value) == (
        "writing Parquet needs pyarrow. Install it with: pip install 'detector[parquet]'"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_to_the_new_file(tmp_path):
    target = tmp_path / "rows-1.jsonl"
    target.write_text("old")
    link = tmp_path / "rows.jsonl"
    link.symlink_to(target)
    write([{"a": 1}], link)
    assert link.is_symlink()
    assert target.read_text() == '{"a":1}\n'


def test_names_say_format_and_compression():
    assert files.split_name("A.JSONL.GZ") == ("jsonl", ".gz")
    assert files.split_name("a.tsv") == ("csv", "")
    assert files.split_name("a.txt.gz") == ("", ".gz")
    assert files.split_name("a") == ("", "")
