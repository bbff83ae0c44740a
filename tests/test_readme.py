"""Every block of the README is executed, and says what it says."""

from __future__ import annotations

import dataclasses
import gzip
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from detector.audit.config import AuditConfig
from detector.config import Config
from detector.readers.preset import PRESET
from detector.records import Label, Level, Pair, Relation

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
NEWSROOM = ROOT / "tests/data/newsroom"


def blocks(language):
    return [content for kind, content in BLOCKS if kind == language]


def commands():
    """Each command of the console blocks with the output that is shown for it."""
    for content in blocks("console"):
        for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


# A client that writes to a list, in place of a cluster.
STAND_IN = """
class Elasticsearch:
    def __init__(self, address):
        self.written = []

    def index(self, index, id, document):
        print("written to", index, id, sorted(document))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a reader of the README would be: beside the newsroom, with `detector` installed."""
    path = tmp_path_factory.mktemp("readme")
    for name in ("articles.jsonl", "gold.jsonl"):
        shutil.copy(NEWSROOM / name, path)
    (path / "articles.jsonl.gz").write_bytes(gzip.compress((path / "articles.jsonl").read_bytes()))
    (path / "bad.jsonl").write_text('{"id": 1, "text": "Một bài"}\n{"id": 2, "html": "Bài"}\n')
    (path / "elasticsearch.py").write_text(STAND_IN)
    program = path / "bin/detector"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m detector "$@"\n')
    program.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def index(folder):
    """The index of the examples, as the first of them makes it."""
    build = next(command for command, _ in commands() if "index build news.index -" in command)

    def there(anew=False):
        if anew:
            shutil.rmtree(folder / "news.index", ignore_errors=True)
        elif not (folder / "news.index").exists():
            run(["sh", "-c", build], folder)

    return there


@pytest.fixture(scope="module")
def audited(folder):
    """What stands before a command about audits: the example's options, and runs."""
    (content,) = (content for content in blocks("toml") if "[gates]" in content)
    (folder / "audit.toml").write_text(content, encoding="utf-8")

    def before(word):
        for name in ("runs", "audit.index"):
            if word in ("run", "list", "diff", "report"):
                shutil.rmtree(folder / name, ignore_errors=True)
        for _ in range({"list": 1, "report": 1, "diff": 2}.get(word, 0)):
            run(["sh", "-c", "detector audit run audit.toml --quiet"], folder)

    return before


@contextmanager
def served(command, folder):
    """A service; yields its address and what it prints at first."""
    process = subprocess.Popen(
        [*shlex.split(command), "--port", "0", "--quiet"],
        cwd=folder,
        env=environment(folder),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stderr.readline()
        yield line.rpartition("http://")[2].strip(), line
    finally:
        process.terminate()
        rest = process.communicate(timeout=60)[1]
    assert (process.returncode, rest) == (0, "")


@pytest.fixture(scope="module")
def service(folder, index):
    """Address of a service for the index of the examples."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    index()
    run(["sh", "-c", "head -n 1 articles.jsonl | sed s/sanco-e981/mine-1/ >one.json"], folder)
    with served("detector serve --index news.index", folder) as (address, _):
        yield address


def environment(folder):
    return {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "no_proxy": "127.0.0.1",
    }


def run(command, folder):
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def loosely(line):
    """A line without what a better model changes: figures, widths and digests."""
    line = re.sub(r"\b(dup|syn|eve)-[0-9a-f]{12}\b", r"\1-#", line)
    return " ".join(re.sub(r"[\d.,]*\d", "#", line).split())


def missing(shown, printed):
    """The first line that is shown and was not printed; `…` stands for any lines or letters."""
    lines = iter([loosely(line) for line in printed.splitlines()])
    for line in filter(str.strip, shown.splitlines()):
        if line.strip() == "…":
            continue
        start = loosely(line.removesuffix("…")) if line.endswith(",…") else loosely(line)
        if not any(found == start or (line.endswith(",…") and found.startswith(start))
                   for found in lines):  # fmt: skip
            return line
    return None


def test_the_first_block_is_the_two_commands_for_a_bare_clone():
    assert BLOCKS[0] == ("sh", "scripts/demo\nscripts/test\n")
    assert README.index("scripts/demo") < 40
    for name in ("demo", "test", "lint", "check"):
        assert os.access(ROOT / "scripts" / name, os.X_OK)


def test_no_block_is_of_a_kind_that_is_not_tested():
    assert {kind for kind, _ in BLOCKS} == {"sh", "console", "python", "toml"}


@pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")
@pytest.mark.parametrize(("command", "shown"), list(commands()), ids=lambda value: value[:50])
def test_a_command_prints_what_is_shown(command, shown, folder, index, audited, request):
    if "--help" in command:
        assert run(["sh", "-c", command], folder).split() == shown.split()
        return
    if "news.index" in command:
        index(anew="index build" in command)
    if command.startswith("detector serve"):
        with served(command, folder) as (address, line):
            assert loosely(line) == loosely(shown.splitlines()[0])
            assert address.startswith("127.0.0.1:")
        return
    if "127.0.0.1:8000" in command:
        service = request.getfixturevalue("service")
        if "mine-1" in command:  # which the command before it has added
            add = next(c for c, _ in commands() if "8000/articles -H" in c)
            run(["sh", "-c", add.replace("127.0.0.1:8000", service)], folder)
        command = command.replace("127.0.0.1:8000", service)
    if "audit.toml" in command or command.startswith("detector audit"):
        shown = shown.replace("/usr/bin/detector", f"{sys.executable} -m detector")
        shown = shown.replace("/srv/news", str(folder))
        audited(command.split()[2])
    if "evaluate" in command:  # by itself, too
        run(["sh", "-c", "detector dedup articles.jsonl --quiet -o rows.jsonl --pairs pairs.jsonl"],
            folder)  # fmt: skip
    printed = run(["sh", "-c", command], folder)

    assert missing(shown, printed) is None, f"not printed: {missing(shown, printed)}"
    assert shown or not printed


def program(name):
    """The one block of Python in which a name occurs."""
    (code,) = (code for code in blocks("python") if name in code)
    return code


PROGRAMS = ("Detector().detect", "Elasticsearch", "ITEM_PIPELINES", "cluster_events")


def test_no_program_is_forgotten():
    known = {program(name) for name in PROGRAMS}

    assert set(blocks("python")) == known


def test_the_program_that_detects_runs(folder):
    printed = run([sys.executable, "-c", program("Detector().detect")], folder)

    assert printed == "near_copy a b credits Báo Sông Hồng, where a appeared.\n" or (
        printed.startswith(("near_copy a ", "exact_copy a ")) and printed.count("\n") == 1
    )


def test_the_program_that_stores_finds_its_articles_again(folder):
    printed = run([sys.executable, "-c", program("cluster_events")], folder)

    assert printed == "('a', 'b') a\n['born']\n"


def test_the_program_that_publishes_writes_a_copy_but_once(folder):
    printed = run([sys.executable, "-c", program("Elasticsearch")], folder)

    written = "written to news a ['event', 'id', 'same_event_as', 'text', 'title']\n"
    assert printed in (f"{written}near_copy a\n", f"{written}exact_copy a\n")


def test_the_settings_of_a_crawl_are_those_that_the_pipeline_knows():
    scrapy = pytest.importorskip("scrapy.settings")
    from detector.integrations.scrapy import Settings

    given = {}
    exec(program("ITEM_PIPELINES"), given)
    named = {name: value for name, value in given.items() if name.startswith("DETECTOR_")}
    settings = Settings.of(scrapy.Settings(named))
    assert settings == dataclasses.replace(
        Settings.of(scrapy.Settings()), index="news.index", fields=named["DETECTOR_FIELDS"]
    ), "the settings that are shown are the defaults, but for the index and the fields"
    (path,) = given["ITEM_PIPELINES"]
    module, _, name = path.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_the_options_are_those_of_every_stage_with_their_defaults(tmp_path):
    content = next(content for content in blocks("toml") if "[lexical]" in content)
    path = tmp_path / "options.toml"
    path.write_text(content.replace('fields = { text = "body" }\n', ""), encoding="utf-8")
    assert Config.from_toml(path) == Config()
    path.write_text(content, encoding="utf-8")
    assert Config.from_toml(path).read.fields == {"text": "body"}

    named = set(re.findall(r"^(\w+) =", content, re.MULTILINE))
    config = Config()
    stages = [getattr(config, name) for name in Config.__slots__ if name != "jobs"]
    assert named == {"jobs", *(name for stage in stages for name in stage.__slots__)}


def test_the_options_of_an_audit_are_all_named(tmp_path):
    (content,) = (content for content in blocks("toml") if "[gates]" in content)
    path = tmp_path / "audit.toml"
    path.write_text(re.sub(r"^# (?=\w+ =)", "", content, flags=re.MULTILINE), encoding="utf-8")
    config = AuditConfig.from_toml(path)

    named = set(re.findall(r"^(?:# )?(\w+) =", content, re.MULTILINE))
    tables = [config.sources, config.gates, config.notify, config.retention]
    options = {name for table in tables for name in table.__slots__}
    assert named == options | {"runs", "index", "format", "keep", "jobs"}
    defaults = AuditConfig()
    assert (config.sources.batch, config.retention.runs) == (
        *(defaults.sources.batch, defaults.retention.runs),
    )
    for name in ("timeout", "attempts", "wait", "command_timeout"):
        assert getattr(config.notify, name) == getattr(defaults.notify, name)
    for name in ("low_score", "least"):
        assert getattr(config.gates, name) == getattr(defaults.gates, name)


def test_the_scripts_that_are_named_are_there():
    for name in re.findall(r"scripts/\w[\w.]*\w", README):
        assert (ROOT / name).is_file(), name


def test_the_tables_name_every_relation_cluster_column_key_and_extra():
    label = Label("a", "d", "s", "e", True, None, 0.0, None, None, "vi", None, None, ())
    pair = Pair("a", "b", Relation.EXCERPT, 1.0).row()
    names = {*label.row(), *pair, *pair["evidence"], *map(str, Relation)}
    names |= {f"{level}_cluster" for level in Level}
    for field, keys in PRESET.items():
        assert re.search(rf"^\| `{field}` \| {', '.join(f'`{k}`' for k in keys)} \|", README, re.M)

    assert not [name for name in names if f"`{name}`" not in README]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    for extra in re.findall(r"^(\w+) =", extras, re.MULTILINE):
        assert re.search(rf"^\| `{extra}` \|", README, re.MULTILINE)


def test_the_newsroom_is_as_large_as_it_is_said_to_be():
    with (NEWSROOM / "articles.jsonl").open(encoding="utf-8") as file:
        count = sum(1 for line in file if json.loads(line))

    assert f"{count} invented articles" in README
