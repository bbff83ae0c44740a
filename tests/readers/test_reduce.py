from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import read, spool, write_reduced

CONFIG = ReadConfig()


def test_kept_json_lines_are_copied_byte_for_byte(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [
        b'{"id": 1,  "text": "m\\u1ed9t", "own": {"x": [1.0, null]}}\r\n',
        b'{"id": 2, "text": "hai"}\n',
        b"\n",
        b'{"text": "ba", "id": 3, "own": 1e3}',
    ]
    path.write_bytes(b"".join(lines))
    output = tmp_path / "kept.jsonl"
    assert write_reduced([path], {"1", "3"}, output, CONFIG) == 2
    assert output.read_bytes() == lines[0] + lines[3] + b"\n"


def test_ids_made_from_content_are_those_of_the_first_reading(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "n": 1}\n{"text": "a", "n": 2}\n{"text": "b", "n": 3}\n')
    ids = [article.id for article in read([path])]
    write_reduced([path], {ids[1], ids[2]}.__contains__, tmp_path / "kept.jsonl", CONFIG)
    assert (tmp_path / "kept.jsonl").read_text() == (
        '{"text": "a", "n": 2}\n{"text": "b", "n": 3}\n'
    )


def test_records_that_were_left_out_stay_left_out(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('oops\n{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n')
    output = tmp_path / "kept.jsonl"
    assert write_reduced([path], {"1"}, output, ReadConfig(on_error="skip")) == 1
    assert output.read_text() == '{"id": 1, "text": "a"}\n'
    output.unlink()
    with pytest.raises(InputError, match=r"a\.jsonl:1: not JSON"):
        write_reduced([path], {"1"}, output, CONFIG)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.jsonl"]


def test_the_output_is_compressed_as_its_name_says(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "a"}\n')
    output = tmp_path / "kept.jsonl.gz"
    write_reduced([path], {"1"}, output, CONFIG)
    assert gzip.decompress(output.read_bytes()) == path.read_bytes()


def test_several_files_of_one_format_become_one(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text(f'{{"id": "{name}", "text": "{name}"}}')
    output = tmp_path / "kept.jsonl"
    write_reduced([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], {"a", "b"}, output, CONFIG)
    assert output.read_text() == '{"id": "a", "text": "a"}\n{"id": "b", "text": "b"}\n'


def test_csv_keeps_its_header_dialect_and_quotes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'id;text;own\r\n1;"d\xc3\xb2ng\nhai";"x"\r\n2;b;\r\n3;"c";y')
    output = tmp_path / "kept.csv"
    assert write_reduced([path], {"1", "3"}, output, CONFIG) == 2
    assert output.read_bytes() == (b'id;text;own\r\n1;"d\xc3\xb2ng\nhai";"x"\r\n3;"c";y\n')


def test_csv_files_with_other_columns_are_not_mixed(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,a\n")
    (tmp_path / "b.csv").write_text("text,id\nb,2\n")
    output = tmp_path / "kept.csv"
    with pytest.raises(UsageError) as caught:
        write_reduced([tmp_path / "a.csv", tmp_path / "b.csv"], {"1", "2"}, output, CONFIG)
    assert str(caught.value) == (
        f"{tmp_path}/b.csv has other columns than {tmp_path}/a.csv; name a folder instead"
    )
    assert not output.exists()


def test_parquet_keeps_its_schema_and_all_its_columns(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    count = 3500
    table = pyarrow.table(
        {
            "id": pyarrow.array(range(count), pyarrow.int32()),
            "text": [f"tin {i}" for i in range(count)],
            "vector": pyarrow.array(
                [[0.5, i] for i in range(count)], pyarrow.list_(pyarrow.float32())
            ),
            "seen": pyarrow.array([i * 1001 for i in range(count)], pyarrow.timestamp("ns")),
        }
    ).replace_schema_metadata({"made": "for a test"})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=700)
    kept = [0, 1, 999, 1000, 2500, 3499]
    output = tmp_path / "kept.parquet"
    written = write_reduced([tmp_path / "a.parquet"], set(map(str, kept)), output, CONFIG)
    assert written == len(kept)
    reduced = parquet.read_table(output)
    assert reduced.equals(table.take(kept))
    assert reduced.schema.metadata[b"made"] == b"for a test"


def test_parquet_of_which_nothing_is_kept_has_its_columns(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"text": ["a"]}), tmp_path / "a.parquet")
    assert write_reduced([tmp_path / "a.parquet"], set(), tmp_path / "b.parquet", CONFIG) == 0
    assert parquet.read_table(tmp_path / "b.parquet").column_names == ["text"]


def test_a_folder_becomes_a_folder(tmp_path):
    corpus = tmp_path / "corpus"
    (corpus / "vi").mkdir(parents=True)
    (corpus / "vi" / "001.txt").write_bytes(b"m\r\nt")
    (corpus / "002.txt").write_text("hai")
    (corpus / "more.jsonl").write_text('{"id": "x", "text": "a"}\n{"id": "y", "text": "b"}\n')
    (corpus / "none.jsonl").write_text('{"id": "z", "text": "c"}\n')
    output = tmp_path / "kept"
    assert write_reduced([corpus], {"001", "y"}, output, CONFIG) == 2
    found = {p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*.*")}
    assert found == {"vi/001.txt": b"m\r\nt", "more.jsonl": b'{"id": "y", "text": "b"}\n'}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "kept"]


def test_a_list_of_text_files_becomes_a_folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name)
    (tmp_path / "kept").mkdir()  # empty: as good as absent
    write_reduced([tmp_path / "a.txt", tmp_path / "b.txt"], {"b"}, tmp_path / "kept", CONFIG)
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["b.txt"]


def test_nothing_that_is_there_is_overwritten_by_a_folder(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "precious").touch()
    with pytest.raises(UsageError) as caught:
        write_reduced([tmp_path / "a.txt"], {"a"}, kept, CONFIG)
    assert str(caught.value) == f"{kept}: is there already and not empty; name a new folder"
    assert [p.name for p in kept.iterdir()] == ["precious"]


def test_the_input_is_never_reduced_in_place(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "a"}\n')
    with pytest.raises(UsageError) as caught:
        write_reduced([path], set(), path, CONFIG)
    assert str(caught.value) == f"{path}: is the input, which stays as it is; name another file"
    assert path.stat().st_size


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "kept.csv",
            "kept.csv: a.jsonl is of another format, which a reduced corpus keeps;"
            " name a file with its ending, or a folder",
        ),
        ("kept.txt", "kept.txt: articles in files of their own need a folder; name one"),
        ("kept.gz", "kept.gz: unknown ending; name a data file or a new folder"),
    ],
)
def test_an_output_that_cannot_hold_the_input_is_refused(tmp_path, monkeypatch, output, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "a"}\n')
    with pytest.raises(UsageError) as caught:
        write_reduced(["a.jsonl"], {"1"}, output, CONFIG)
    assert str(caught.value) == said


def test_two_inputs_of_one_name_do_not_overwrite_each_other(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jsonl").write_text(f'{{"text": "{folder}"}}')
    with pytest.raises(UsageError, match=r"two inputs would be written to a\.jsonl"):
        write_reduced([tmp_path / "x", tmp_path / "y"], set(), tmp_path / "kept", CONFIG)


def test_standard_input_must_be_spooled(tmp_path):
    stream = io.BytesIO(b'{"id": 1, "text": "a"}\n')
    with pytest.raises(UsageError, match="needs a second reading, which a stream does not give"):
        write_reduced([stream], {"1"}, tmp_path / "kept.jsonl", CONFIG)
    with spool(stream) as source:
        assert write_reduced([source], {"1"}, tmp_path / "kept.jsonl", CONFIG) == 1
    assert (tmp_path / "kept.jsonl").read_text() == '{"id": 1, "text": "a"}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "a"}\n')
    (tmp_path / "full.jsonl").symlink_to("/dev/full")
    with pytest.raises(InputError) as caught:
        write_reduced([tmp_path / "a.jsonl"], {"1"}, tmp_path / "full.jsonl", CONFIG)
    assert str(caught.value) == (
        f"{tmp_path}/full.jsonl: No space left on device; free some space or name another place"
    )
