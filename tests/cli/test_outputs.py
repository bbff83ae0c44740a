import os
import sys

import pytest

from detector.cli.outputs import check_outputs
from detector.errors import InputError, MissingExtraError, UsageError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").touch()
    (tmp_path / "in.csv").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def check(*inputs, output=None, pairs=None, reduced=None):
    check_outputs(inputs or ["in.jsonl"], {"-o": output, "--pairs": pairs}, reduced)


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ({"output": "in.jsonl"}, "-o in.jsonl: is the input, which stays as it is; name another"),
        ({"pairs": "./in.jsonl"}, "--pairs ./in.jsonl: is the input"),
        ({"reduced": "in.jsonl"}, "--apply in.jsonl: is the input"),
        ({"output": "a.csv", "pairs": "./a.csv"}, "-o and --pairs both go to ./a.csv; name two"),
        ({"output": "-", "pairs": "-"}, "-o and --pairs both go to standard output; name two"),
        ({"output": "a.jsonl", "reduced": "a.jsonl"}, "-o and --apply both go to a.jsonl"),
        ({"output": "a.xlsx"}, "a.xlsx: unknown ending; known are .jsonl, .csv"),
        ({"reduced": "-"}, "--apply -: name a file or a new folder"),
        ({"reduced": "a.csv"}, "a.csv: in.jsonl is of another format, which a reduced corpus"),
        ({"reduced": "full"}, "full: is there already and not empty; name a new folder"),
        ({"reduced": "a.txt"}, "a.txt: articles in files of their own need a folder; name one"),
        ({"reduced": "a.gz"}, "a.gz: unknown ending; name a data file or a new folder"),
    ],
)  # fmt: skip
def test_an_output_that_cannot_be_meant_is_refused(outputs, says):
    with pytest.raises(UsageError) as caught:
        check(**outputs)

    assert str(caught.value).startswith(says)


def test_an_output_that_is_a_link_to_the_input_is_refused(folder):
    (folder / "link.jsonl").symlink_to("in.jsonl")

    with pytest.raises(UsageError, match="is the input"):
        check(output="link.jsonl")


@pytest.mark.parametrize("outputs", [{"output": "full/rows.jsonl"}, {"reduced": "full/unique"}])
def test_an_output_in_an_input_folder_which_would_be_read_the_next_time_is_refused(outputs):
    (path,) = outputs.values()

    with pytest.raises(UsageError, match=f"{path}: lies in the input folder full, and would be"):
        check("full", **outputs)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("none/rows.jsonl", "none/rows.jsonl: No such file or directory; make its folder first"),
        ("rows.jsonl/a.csv", "rows.jsonl/a.csv: No such file or directory; make its folder first"),
    ],
)
def test_a_place_that_is_not_there_is_said_before_the_work(path, says):
    with pytest.raises(InputError) as caught:
        check(output=path)

    assert str(caught.value) == says


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable_is_said_before_the_work(folder):
    (folder / "full").chmod(0o500)

    with pytest.raises(InputError, match="Permission denied; change its permissions"):
        check(output="full/rows.jsonl")


@pytest.mark.parametrize("name", ["rows.parquet", "rows.jsonl.zst"])
def test_a_package_that_is_missing_is_said_before_the_work(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "zstandard", None)

    with pytest.raises(MissingExtraError, match=r"needs .* Install it with: pip install"):
        check(output=name)


@pytest.mark.parametrize(
    "outputs",
    [
        {},
        {"output": "-"},
        {"pairs": "-"},
        {"output": "rows.jsonl", "pairs": "pairs.csv.gz", "reduced": "reduced.jsonl.gz"},
        {"output": os.devnull, "pairs": os.devnull},
        {"reduced": "empty"},
        {"reduced": "new"},
    ],
)
def test_outputs_that_can_be_written_are_let_through(outputs):
    check(**outputs)


def test_two_formats_can_be_reduced_to_a_folder_alone():
    check("in.jsonl", "in.csv", reduced="new")

    with pytest.raises(UsageError, match=r"in\.csv is of another format"):
        check("in.jsonl", "in.csv", reduced="new.jsonl")
