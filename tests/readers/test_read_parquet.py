from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from detector.config import ReadConfig
from detector.errors import InputError, MissingExtraError
from detector.readers import read

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def write(path, **columns):
    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_rows_are_read_with_their_types(tmp_path):
    path = write(
        tmp_path / "a.parquet",
        id=pyarrow.array([1, 2], pyarrow.int64()),
        text=pyarrow.array(["một", "hai"]).dictionary_encode(),
        published=pyarrow.array([1669789320123456789, None], pyarrow.timestamp("ns", tz="UTC")),
        vector=pyarrow.array([[0.5] * 4, [0.1] * 4]),
    )
    one, two = read([path])
    assert (one.id, one.text, one.origin) == ("1", "một", f"{path}:1")
    assert one.published == datetime(2022, 11, 30, 6, 22, 0, 123456, tzinfo=timezone.utc)
    assert two.published is None


def test_a_date_column_gives_dates(tmp_path):
    path = write(tmp_path / "a.parquet", text=["a"], date=[date(2024, 8, 7)])
    assert [a.published for a in read([path])] == [date(2024, 8, 7)]


def test_more_rows_than_a_batch_are_read_in_order(tmp_path):
    path = write(tmp_path / "a.parquet", id=list(range(2500)), text=[f"t{i}" for i in range(2500)])
    assert [a.id for a in read([path])] == [str(i) for i in range(2500)]


def test_a_file_without_text_names_all_its_columns(tmp_path):
    path = write(tmp_path / "a.parquet", id=[1], noidung=["Tin một"], tieude=["Cầu"])
    with pytest.raises(InputError) as caught:
        list(read([path]))
    assert str(caught.value) == (
        f"{path}:1: no text. Its keys are id, noidung, tieude; map one with --fields text=noidung"
    )
    assert len(list(read([path], ReadConfig(fields={"text": "noidung"})))) == 1


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = write(tmp_path / "a.parquet", text=pyarrow.array([b"a"], pyarrow.binary()))
    with pytest.raises(InputError, match="text is bytes, not text"):
        list(read([path]))


def test_a_row_that_is_not_utf8_is_left_out_alone(tmp_path):
    broken = pyarrow.array([b"one", b"\xff", b"three"], pyarrow.binary()).view(pyarrow.string())
    path = write(tmp_path / "a.parquet", text=broken)
    skipped = []
    found = list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append))
    assert [a.text for a in found] == ["one", "three"]
    assert [e.where for e in skipped] == [f"{path}:2"]


def test_a_damaged_file_is_one_error(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(InputError, match=r"a\.parquet: not Parquet that can be read: "):
        list(read([path]))
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.parquet: not Parquet that can be read: "):
        list(read([path]))


def test_a_file_that_breaks_off_inside_gives_what_came_before(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": [f"{i:05d}" * 40 for i in range(6000)]})
    parquet.write_table(table, path, row_group_size=2000, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    start = len(content) // 2
    content[start : start + 50_000] = b"\xff" * 50_000
    path.write_bytes(content)
    skipped = []
    found = list(read([path], ReadConfig(on_error="skip"), on_skip=skipped.append))
    assert found
    assert skipped


def test_without_pyarrow_the_cure_is_named(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", text=["a"])
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        list(read([path]))
    assert str(caught.value) == (
        "reading Parquet needs pyarrow. Install it with: pip install 'detector[parquet]'"
    )
