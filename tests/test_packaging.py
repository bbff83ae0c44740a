"""What is built from the project holds what is needed, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from detector.models.registry import ours

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command, cwd, **env):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def built(kind, source, target):
    pytest.importorskip("hatchling", reason="the tool that builds the project is not installed")
    run("-m", "hatchling", "build", "-t", kind, "-d", target, cwd=source)
    (path,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's content, and nothing of the checkout."""
    target = tmp_path_factory.mktemp("installed")
    pip = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel)
    run(*pip, cwd=target)
    return target


def test_every_file_of_our_models_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.name for path in (ROOT / "models").iterdir() if path.is_file()}
    expected -= {"README.md"}  # the cards are for who trains them
    for name, entry in ours().items():
        if not entry.get("packages"):
            expected |= {f"{entry.get('folder', name)}/{file}" for file in entry["files"]}

    assert len(expected) > 5
    assert {name for name in names if "/_models/" in name} == {
        f"detector/_models/{name}" for name in expected
    }


def test_the_wheel_holds_the_package_and_its_data_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert {"detector/py.typed", "detector/lexicon/vi.toml", "detector/cli/dedup.py"} < set(names)
    assert {f"detector/report/report.{kind}" for kind in ("html", "css", "js")} < set(names)
    assert "detector/report/macros.html" in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"detector", f"detector-{PROJECT['project']['version']}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
    sizes = [info.file_size for info in zipfile.ZipFile(wheel).infolist()]
    assert sum(sizes) < 32 * 2**20


def test_an_installed_wheel_finds_its_models_and_runs(installed, tmp_path):
    code = (
        "import json, detector; from detector.models import check, resolve; m = resolve('static'); "
        "check(m); print(json.dumps([detector.__file__, str(m.folder), m.origin]))"
    )
    home, folder, origin = json.loads(run("-c", code, cwd=tmp_path, PYTHONPATH=str(installed)))
    assert Path(home).is_relative_to(installed)
    assert Path(folder) == installed / "detector/_models/static-vi-en"
    assert origin == "package"

    rows = (ROOT / "tests/data/newsroom/articles.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "a.jsonl").write_text("\n".join(rows[:5]), encoding="utf-8")
    command = ("-m", "detector", "dedup", "a.jsonl", "--quiet")
    assert len(run(*command, cwd=tmp_path, PYTHONPATH=str(installed)).splitlines()) == 5
    listed = run("-m", "detector", "models", "list", cwd=tmp_path, PYTHONPATH=str(installed))
    assert f"{installed}/detector/_models/static-vi-en [package]" in listed


def test_the_source_archive_builds_the_same_wheel_and_holds_the_tests(wheel, tmp_path):
    archive = built("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(archive) as file:
        names = file.getnames()
        file.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (source,) = (path for path in tmp_path.iterdir() if path.name.startswith("detector-"))
    again = built("wheel", source, tmp_path / "wheel")

    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "scripts/test", "tests/conftest.py"):
        assert f"{source.name}/{name}" in names
    assert not [n for n in names if "/.venv/" in n or "__pycache__" in n or "/shared/" in n]


def test_every_extra_is_part_of_all():
    extras = PROJECT["project"]["optional-dependencies"]

    assert extras["all"] == [f"detector[{','.join(name for name in extras if name != 'all')}]"]


def test_an_error_names_only_extras_that_there_are():
    named = set()
    for path in (ROOT / "detector").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'MissingExtraError\([^)]*"(\w+)"\)', text))

    assert named
    assert named <= set(PROJECT["project"]["optional-dependencies"])


# The constraints


def pins():
    for line in (ROOT / "scripts/constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition("==")
            version, _, marker = rest.partition(";")
            yield re.sub(r"[-_.]+", "-", name).lower(), version.strip(), marker.strip()


def test_every_requirement_is_pinned():
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra, names in project["optional-dependencies"].items():
        wanted += names if extra != "all" else []
    for names in PROJECT["dependency-groups"].values():
        wanted += names
    names = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", w)[0]).lower() for w in wanted}

    assert names <= {name for name, _, _ in pins()}


def test_a_package_has_one_pin_for_every_python():
    found = {}
    for name, version, marker in pins():
        assert re.fullmatch(r"[\w.]+", version), f"{name}: {version}"
        found.setdefault(name, []).append(marker)
    newer, older = "python_version >= '3.11'", "python_version < '3.11'"

    assert {tuple(sorted(markers)) for markers in found.values()} <= {
        ("",),
        (newer,),
        (older,),
        tuple(sorted((newer, older))),
    }
    assert ("torch", "2.13.0", "") in list(pins())


def test_no_file_of_the_project_names_an_index_or_a_place_on_this_machine():
    for path in [*(ROOT / "scripts").iterdir(), ROOT / "pyproject.toml", ROOT / ".ci/run"]:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"--(extra-)?index-url|--find-links|/(?:root|opt|work)/", text), (
                path
            )
