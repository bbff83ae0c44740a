import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.models import models
from detector.errors import ModelError, UsageError

TINY = Path(__file__).parents[1] / "data/tiny-encoder"


@pytest.fixture(autouse=True)
def no_cache(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path / "own"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def run(*arguments):
    return CliRunner().invoke(models, [str(argument) for argument in arguments])


def test_list_has_a_heading_and_a_line_a_model():
    heading, *rows = run("list").stdout.splitlines()

    assert " ".join(heading.split()) == "NAME TIER DIMENSION LANGUAGES SIZE DIGEST WHERE"
    assert any(row.startswith("e5-small (transformer)  transformer  384") for row in rows)


def test_list_prints_one_json_object_a_line():
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]

    (row,) = [row for row in rows if row["name"] == "e5-small"]
    assert row["dimension"] == 384
    assert row["languages"] is None
    assert row["folder"] is None
    assert row["hint"]


def test_path_prints_the_folder():
    assert run("path", TINY).stdout == f"{TINY}\n"


def test_path_of_an_unknown_name_is_a_model_error():
    assert isinstance(run("path", "someone/unheard-of").exception, ModelError)


def test_verify_says_what_it_could_compare():
    assert run("verify", TINY).stdout.endswith("readable; no digest is recorded to compare with\n")


def test_verify_of_a_damaged_model_names_the_file_and_fails(tmp_path):
    shutil.copytree(TINY, tmp_path / "model")
    (tmp_path / "model/tokenizer.json").write_text("{")

    result = run("verify", tmp_path / "model")

    assert result.stdout.endswith("  damaged\n")
    assert isinstance(result.exception, ModelError)
    assert "tokenizer.json: truncated or corrupt" in str(result.exception)


def test_verify_checks_all_of_ours():
    result = run("verify")

    assert result.exit_code == 0, result.exception
    for line in result.stdout.splitlines():
        assert line.endswith(("whole", "not made yet"))


def test_export_copies_once(tmp_path):
    assert run("export", TINY, tmp_path / "copy").stdout == f"{tmp_path / 'copy'}\n"
    assert (tmp_path / "copy/model.safetensors").is_file()
    assert isinstance(run("export", TINY, tmp_path / "copy").exception, UsageError)
