import csv
import json
import shutil

import pytest
from click.testing import CliRunner

from detector import Config, Detector, InputError, StoreError
from detector.cli import detector as group
from detector.config import SemanticConfig

COPIES = ("--model", "none")


@pytest.fixture(scope="module")
def built(tmp_path_factory, stored):
    """An index of the rows, copies only."""
    path = tmp_path_factory.mktemp("built") / "news.index"
    with Detector.open(path, Config(semantic=SemanticConfig(model="none"))) as opened:
        opened.add(stored)
    return path


@pytest.fixture
def index(built, corpus):
    """A copy of it beside `articles.jsonl`."""
    shutil.copytree(built, corpus.parent / "news.index")
    return "news.index"


@pytest.fixture
def info(tmp_path):
    """Says what the index holds."""

    def info():
        with Detector.open(tmp_path / "news.index", create=False, read_only=True) as opened:
            return opened.info().row()

    return info


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# Build


def test_what_was_built_is_said_and_counted(detector, corpus, info):
    done = detector("index", "build", "news.index", corpus.name, *COPIES)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("4 articles in news.index: 3 new, 1 ")
    found = info()
    assert (found["articles"], found["text"], found["model"]) == (4, True, "none")


def test_a_folder_with_something_in_it_is_not_built_over(detector, index, corpus, info):
    done = detector("index", "build", index, corpus.name, *COPIES)

    assert done.returncode == 2
    assert done.stderr == "Error: news.index: is there already and not empty; name a new folder\n"
    assert info()["articles"] == 4


def test_after_an_error_there_is_no_index(detector, corpus):
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{\n")
    done = detector("index", "build", "news.index", corpus.name, *COPIES)

    assert done.returncode == 3
    assert done.stderr.startswith("Error: articles.jsonl:5: not JSON")
    assert [path.name for path in corpus.parent.iterdir()] == ["articles.jsonl"]


def test_records_left_out_are_listed(detector, corpus, info):
    with corpus.open("a", encoding="utf-8") as file:
        file.write("{\n")
    done = detector("index", "build", "news.index", corpus.name, *COPIES, "--on-error", "skip")

    assert done.returncode == 0
    assert done.stderr.startswith("1 record left out:\n  articles.jsonl:5: not JSON")
    assert info()["articles"] == 4


def test_an_index_without_texts_holds_none(detector, corpus, rows, info):
    detector("index", "build", "news.index", corpus.name, *COPIES, "--no-text")

    assert info()["text"] is False
    for path in (corpus.parent / "news.index").rglob("*"):
        if path.is_file():
            assert rows[2]["text"][:30].encode() not in path.read_bytes()
    done = detector("check", "--index", "news.index", corpus.name)
    assert [json.loads(line)["is_new"] for line in done.stdout.splitlines()] == [False] * 4


def test_an_index_may_begin_empty(detector, tmp_path, info):
    assert detector("index", "build", "news.index", *COPIES).returncode == 0
    assert info()["articles"] == 0
    assert (tmp_path / "news.index").is_dir()


# Add


def test_articles_are_added_with_their_verdicts(detector, index, tmp_path, rows, info):
    new = {"id": "new", "text": rows[2]["text"]}
    (tmp_path / "new.jsonl").write_text(json.dumps(new) + "\n", encoding="utf-8")
    done = detector("index", "add", index, "new.jsonl", "-o", "verdicts.jsonl")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "1 article added to news.index: 1 exact_copy.\n"
    (verdict,) = rows_of(tmp_path / "verdicts.jsonl")
    assert (verdict["matched"], verdict["is_new"]) == ("bridge", False)
    assert info()["articles"] == 5


def test_adding_the_same_again_changes_nothing(detector, index, corpus, info):
    done = detector("index", "add", index, corpus.name)

    assert done.returncode == 0
    assert info()["articles"] == 4


def test_a_changed_article_is_left_out_and_the_rest_of_its_batch_is_not(
    detector, index, tmp_path, rows, info
):
    lines = [{"id": f"new-{i}", "text": f"Tin số {i}: {rows[i % 4]['text']}"} for i in range(5)]
    lines.insert(3, {"id": "durian", "text": rows[2]["text"]})
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    done = detector("index", "add", index, "new.jsonl", "--on-error", "skip", "-o", "v.jsonl")

    assert done.returncode == 0
    assert done.stderr.startswith(
        '1 record left out:\n  new.jsonl:4: "durian" is stored already with another text; '
    )
    assert [row["id"] for row in rows_of(tmp_path / "v.jsonl")] == [f"new-{i}" for i in range(5)]
    assert info()["articles"] == 9


@pytest.mark.parametrize(
    "arguments",
    [
        ("index", "add", "nothing", "articles.jsonl"),
        ("index", "remove", "nothing", "a"),
        ("index", "expire", "nothing", "--before", "2024-01-01"),
        ("index", "info", "nothing"),
        ("index", "verify", "nothing"),
        ("index", "compact", "nothing"),
        ("index", "export", "nothing"),
        ("index", "changes", "nothing", "--since", "2024-01-01"),
        ("explain", "a", "b", "--index", "nothing"),
        ("serve", "--index", "nothing"),
    ],
)
def test_no_command_but_build_makes_an_index(corpus, arguments, monkeypatch):
    monkeypatch.chdir(corpus.parent)
    result = CliRunner().invoke(group, arguments)

    assert isinstance(result.exception, StoreError)
    assert str(result.exception) == "nothing: no index there; name its folder, or build one"
    assert not (corpus.parent / "nothing").exists()


# Remove and expire


def test_articles_are_removed_by_id_by_list_and_by_table(detector, index, tmp_path, info):
    (tmp_path / "gone.csv").write_text("id,why\ndurian,old\n", encoding="utf-8")
    assert detector("index", "remove", index, "fire-1").stderr == (
        "1 article removed from news.index.\n"
    )
    assert detector("index", "remove", index, "-", stdin="fire-2\n\n").returncode == 0
    assert detector("index", "remove", index, "--from", "gone.csv", "--quiet").stderr == ""

    assert info()["articles"] == 1


def test_an_unknown_id_removes_nothing(detector, index, info):
    done = detector("index", "remove", index, "fire-1", "fire-9")

    assert done.returncode == 2
    assert "fire-9" in done.stderr
    assert info()["articles"] == 4


def test_removing_needs_a_name(detector, index):
    assert detector("index", "remove", index).returncode == 2


def test_what_is_old_expires(detector, index, info):
    done = detector("index", "expire", index, "--before", "2025-03-01")

    assert done.stderr == "2 articles removed from news.index.\n"
    assert info()["articles"] == 2
    assert detector("index", "expire", index, "--before", "soon").returncode == 2


# Look


def test_info_is_a_list_for_people(detector, index):
    done = detector("index", "info", index)

    assert (done.returncode, done.stderr) == (0, "")
    assert any(line.split() == ["articles", "4"] for line in done.stdout.splitlines())


def test_a_whole_index_is_said_to_be_whole_and_a_damaged_one_is_not(detector, index, tmp_path):
    done = detector("index", "verify", index)
    assert (done.returncode, done.stdout) == (0, "news.index: 4 articles, whole\n")
    largest = max((tmp_path / index).rglob("*"), key=lambda p: p.is_file() and p.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 3 : len(content) // 2] = b"\xff" * (
        len(content) // 2 - len(content) // 3
    )
    largest.write_bytes(content)
    done = detector("index", "verify", index)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("Error: ")


def test_an_index_is_compacted(detector, index, info):
    done = detector("index", "compact", index)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("news.index: ")
    assert info()["articles"] == 4


def test_what_is_exported_is_what_the_pass_says(detector, index, corpus, tmp_path):
    detector("dedup", corpus.name, *COPIES, "--quiet", "-o", "a.jsonl", "--pairs", "ap.jsonl")
    done = detector("index", "export", index, "-o", "b.jsonl", "--pairs", "bp.csv")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    expected, found = rows_of(tmp_path / "a.jsonl"), rows_of(tmp_path / "b.jsonl")
    assert [list(row) for row in found] == [list(row) for row in expected]
    same = ("id", "canonical", "original", "relation", "language", "published")
    assert [[r[k] for k in same] for r in found] == [[r[k] for k in same] for r in expected]
    (pair,) = csv.DictReader((tmp_path / "bp.csv").open(encoding="utf-8"))
    (expected_pair,) = rows_of(tmp_path / "ap.jsonl")
    assert (pair["a"], pair["b"]) == (expected_pair["a"], expected_pair["b"])
    assert pair["relation"] == expected_pair["relation"]
    lines = detector("index", "export", index).stdout.splitlines()
    assert [json.loads(line) for line in lines] == found


def test_changes_of_clusters_are_listed_since_a_day(detector, index):
    lines = detector("index", "changes", index, "--since", "2024-01-01").stdout.splitlines()
    kinds = {(row["kind"], row["level"]) for row in map(json.loads, lines)}

    assert ("born", "duplicate") in kinds
    assert detector("index", "changes", index, "--since", "2100-01-01").stdout == ""


# Decide


def test_an_editor_parts_and_joins(detector, index, tmp_path, rows):
    edited = {"id": "edited", "text": f"{rows[2]['text']} Lễ thông xe dự kiến vào tháng 9 tới."}
    (tmp_path / "more.jsonl").write_text(json.dumps(edited) + "\n", encoding="utf-8")
    assert detector("index", "add", index, "more.jsonl").stderr.endswith(": 1 near_copy.\n")
    path = tmp_path / "decisions.jsonl"
    path.write_text(
        '{"a": "bridge", "b": "edited", "same": false}\n'
        '{"a": "fire-1", "b": "durian", "same": true}\n',
        encoding="utf-8",
    )
    done = detector("index", "decide", index, path.name)
    assert (done.returncode, done.stderr) == (0, "2 decisions stored in news.index.\n")
    rows = map(json.loads, detector("index", "export", index).stdout.splitlines())
    event = {row["id"]: row["event_cluster"] for row in rows}

    assert event["bridge"] != event["edited"]
    assert event["fire-1"] == event["durian"]


def test_a_decision_on_a_copy_leaves_the_event(detector, index, tmp_path, rows):
    edited = {"id": "edited", "text": f"{rows[2]['text']} Lễ thông xe dự kiến vào tháng 9 tới."}
    line = json.dumps(edited) + "\n"
    assert detector("check", "--index", index, "--add", "-", stdin=line).returncode == 0
    table = "a,b,same,relation\nbridge,edited,false,near_copy\n"
    (tmp_path / "decisions.csv").write_text(table, encoding="utf-8")
    done = detector("index", "decide", index, "decisions.csv")
    assert (done.returncode, done.stderr) == (0, "1 decision stored in news.index.\n")
    rows = map(json.loads, detector("index", "export", index).stdout.splitlines())
    found = {row["id"]: row for row in rows}

    assert found["bridge"]["duplicate_cluster"] != found["edited"]["duplicate_cluster"]
    assert found["bridge"]["event_cluster"] == found["edited"]["event_cluster"]


@pytest.mark.parametrize(
    "line",
    ['{"a": "fire-1", "b": "fire-2"}', '{"a": 1, "b": "fire-2", "same": true}',
     '{"a": "fire-1", "b": "fire-2", "same": "yes"}',
     '{"a": "fire-1", "b": "fire-2", "same": true, "relation": "cousin"}'],
)  # fmt: skip
def test_what_is_no_decision_is_named_by_its_line(tmp_path, index, line, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "decisions.jsonl").write_text(line + "\n", encoding="utf-8")
    result = CliRunner().invoke(group, ["index", "decide", index, "decisions.jsonl"])

    assert isinstance(result.exception, InputError)
    assert str(result.exception).startswith("decisions.jsonl:1: no")


# Explain


def test_two_articles_of_an_index_are_explained(detector, index):
    done = detector("explain", "fire-2", "fire-1", "--index", index)

    assert (done.returncode, done.stderr) == (0, "")
    assert "copy, score " in done.stdout.splitlines()[0]
    assert "  A  [fire-2] Báo Hai, 2025-02-09 09:40" in done.stdout
    found = json.loads(detector("explain", "fire-2", "fire-1", "--index", index, "--json").stdout)
    assert (found["a"], found["b"], found["original"]) == ("fire-2", "fire-1", "fire-1")


def test_an_explanation_is_of_a_corpus_or_of_an_index():
    for arguments in ((), ("a.jsonl", "--index", "x"), ("--index", "x", "--jobs", "1")):
        result = CliRunner().invoke(group, ["explain", "fire-2", "fire-1", *arguments])
        assert result.exit_code == 2
