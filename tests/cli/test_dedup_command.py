import csv
import gzip
import json
import random
import time
from pathlib import Path

import pytest

from detector.cli.dedup import PAIRS, ROWS
from detector.records import Label, Pair, Relation

ROOT = Path(__file__).parents[2]
COPIES = ("--model", "none", "--quiet")


def read(text):
    return [json.loads(line) for line in text.splitlines()]


def test_rows_go_to_standard_output_in_the_order_of_the_input(detector, corpus):
    done = detector("dedup", corpus, *COPIES)

    found = read(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    assert [row["id"] for row in found] == ["fire-1", "fire-2", "bridge", "durian"]
    assert found[1]["original"] == "fire-1"
    assert found[1]["relation"] in ("exact_copy", "near_copy")
    assert found[1]["credits"] == [{"name": "Báo Một", "url": None}]
    assert [row["canonical"] for row in found] == [True, False, True, True]


def test_the_columns_are_those_that_are_documented():
    label = Label("a", "d", "s", "e", True, None, 0.0, None, None, "vi", None, None, ())

    assert tuple(label.row()) == ROWS
    assert tuple(Pair("a", "b", Relation.EXCERPT, 1.0).row()) == PAIRS


def test_pairs_carry_evidence_and_both_files_have_the_format_of_their_ending(
    detector, corpus, tmp_path
):
    done = detector("dedup", corpus, *COPIES, "-o", "rows.csv", "--pairs", "pairs.jsonl.gz")

    assert (done.returncode, done.stdout) == (0, "")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == list(ROWS)
    assert table[1]["canonical"] == "false"
    (pair,) = read(gzip.decompress((tmp_path / "pairs.jsonl.gz").read_bytes()).decode())
    assert (pair["a"], pair["b"]) == ("fire-1", "fire-2")
    assert pair["evidence"]["passages"]
    assert "fire-2 credits Báo Một, where fire-1 appeared." in pair["evidence"]["reasons"]


def test_pairs_alone_may_go_to_standard_output(detector, corpus):
    (pair,) = read(detector("dedup", corpus, *COPIES, "--pairs", "-").stdout)

    assert tuple(pair) == PAIRS


def test_an_empty_corpus_gives_an_empty_table_with_its_header(detector, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    done = detector(
        "dedup", "empty.jsonl", "--model", "none", "-o", "rows.csv", "--pairs", "pairs.csv"
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rows.csv").read_text() == ",".join(ROWS) + "\n"
    assert (tmp_path / "pairs.csv").read_text() == ",".join(PAIRS) + "\n"
    assert "0 articles, 0 related pairs." in done.stderr


def test_standard_input_is_json_lines(detector, corpus):
    done = detector("dedup", "-", *COPIES, stdin=corpus.read_text(encoding="utf-8"))

    assert len(read(done.stdout)) == 4


def test_files_are_one_corpus_and_other_keys_are_mapped(detector, tmp_path, rows):
    for number, part in enumerate((rows[:2], rows[2:])):
        text = "".join(json.dumps({"nr": r["id"], "html_text": r["text"]}) + "\n" for r in part)
        (tmp_path / f"{number}.jsonl").write_text(text)
    done = detector("dedup", "0.jsonl", "1.jsonl", *COPIES, "--fields", "text=html_text,id=nr")

    assert [row["id"] for row in read(done.stdout)] == ["fire-1", "fire-2", "bridge", "durian"]


# --apply


def test_the_reduced_corpus_has_the_lines_of_the_input(detector, corpus, tmp_path):
    done = detector("dedup", corpus, *COPIES, "-o", "rows.jsonl", "--apply", "unique.jsonl")

    lines = corpus.read_text(encoding="utf-8").splitlines()
    assert done.returncode == 0
    unique = (tmp_path / "unique.jsonl").read_text(encoding="utf-8").splitlines()
    assert unique == [lines[0], *lines[2:]]


def test_standard_input_can_be_reduced_although_it_is_read_once(detector, corpus, tmp_path):
    text = corpus.read_text(encoding="utf-8")
    done = detector("dedup", "-", *COPIES, "--apply", "unique.jsonl", stdin=text)

    assert len(read(done.stdout)) == 4
    assert len((tmp_path / "unique.jsonl").read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "jsonl.gz"])
def test_the_reduced_corpus_has_the_format_of_the_input(detector, tmp_path, rows, ending):
    name, reduced = tmp_path / f"in.{ending}", f"unique.{ending}"
    if ending == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.Table.from_pylist(rows), name)
    elif ending.startswith("csv"):
        opened = gzip.open if ending.endswith("gz") else open
        with opened(name, "wt", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, ["id", "title", "text", "source", "published"])
            table.writeheader()
            table.writerows(rows)
    else:
        name.write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in rows).encode()))
    done = detector("dedup", name, *COPIES, "-o", "rows.jsonl", "--apply", reduced)
    assert done.returncode == 0, done.stderr

    again = detector("dedup", reduced, *COPIES)
    assert [row["id"] for row in read(again.stdout)] == ["fire-1", "bridge", "durian"]


def test_a_folder_of_texts_is_reduced_to_a_folder(detector, tmp_path, rows):
    for row in rows:
        path = tmp_path / "news" / f"{row['id']}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(row["text"], encoding="utf-8")
    done = detector("dedup", "news", *COPIES, "-o", "rows.jsonl", "--apply", "unique")

    assert done.returncode == 0, done.stderr
    kept = sorted(path.name for path in (tmp_path / "unique").iterdir())
    assert len(kept) == 3
    assert {"bridge.txt", "durian.txt"} < set(kept)


def test_keep_says_of_which_clusters_one_article_stays(detector, newsroom):
    kept = {}
    for level in ("duplicates", "syndication", "events"):
        done = detector("dedup", newsroom, "--quiet", "--keep", level)
        found = read(done.stdout)
        kept[level] = sum(row["canonical"] for row in found)
        column = {"duplicates": "duplicate", "events": "event"}.get(level, level)
        assert kept[level] == len({row[f"{column}_cluster"] for row in found})

    assert kept["duplicates"] > kept["syndication"] > kept["events"]


# Gates


def test_a_gate_that_is_tripped_ends_with_1_and_all_is_written(detector, corpus):
    done = detector("dedup", corpus, *COPIES, "--fail-over", "5%")

    assert done.returncode == 1
    assert len(read(done.stdout)) == 4
    assert done.stderr == (
        "Error: 25.0% of the articles are not canonical, over the limit of 5.0%.\n"
    )


def test_a_gate_that_is_not_tripped_ends_with_0(detector, corpus):
    assert detector("dedup", corpus, *COPIES, "--fail-over", "25%").returncode == 0


# Models


def test_without_a_model_only_copies_are_found(detector, newsroom):
    pairs = read(detector("dedup", newsroom, *COPIES, "--pairs", "-").stdout)

    assert {pair["relation"] for pair in pairs} == {"exact_copy", "near_copy", "excerpt"}


def test_a_folder_is_a_model(detector, corpus, newsroom):
    tiny = newsroom.parents[1] / "tiny-encoder"
    done = detector("dedup", corpus, "--model", tiny, "--quiet")

    assert done.returncode == 0, done.stderr
    assert len(read(done.stdout)) == 4


def test_a_language_that_the_model_does_not_know_is_reported(detector, tmp_path):
    text = (
        "Der Bundestag hat am Donnerstag ein neues Gesetz über die Förderung erneuerbarer "
        "Energien beschlossen. Die Abgeordneten stimmten mit großer Mehrheit dafür."
    )
    rows = [{"id": "a", "text": text}, {"id": "b", "text": text.replace("Energien", "Kräfte")}]
    (tmp_path / "de.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "words.toml").write_text('[semantic]\nother_languages = "none"\n')
    done = detector("dedup", "de.jsonl", "-o", "rows.jsonl", "--config", "words.toml")

    assert "Note: static-vi-en does not know the language of some articles (2 de)" in done.stderr


def test_another_encoder_reads_what_the_static_one_does_not_know_and_the_cost_is_told(
    detector, tmp_path, corpus
):
    row = {
        "id": "fr",
        "text": "Au matin du 30-4-2025, le pont de Vạn Yên, sur la rivière Đà dans la province de "
        "Sơn La, a été raccordé après 26 mois de travaux qui ont coûté 900 milliards de dongs.",
    }
    with corpus.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    tiny = ROOT / "tests/data/tiny-encoder"
    (tmp_path / "tiny.toml").write_text(f'[semantic]\nother_languages = "{tiny}"\n')
    done = detector("dedup", corpus, "-o", "rows.jsonl", "--config", "tiny.toml")

    assert done.returncode == 0, done.stderr
    told = "4 articles are read by a transformer, some 10 to 40 a second."
    assert told in done.stderr
    noted = " ".join(done.stderr.split())
    assert "read 1 article in other languages (1 fr) and 3 that share names" in noted
    assert noted.index(told) < noted.index("read 1 article")


# A second opinion


def test_a_second_opinion_is_told_in_the_summary_and_in_the_evidence(detector, newsroom, tmp_path):
    tiny = ROOT / "tests/data/tiny-encoder"
    done = detector(
        *("dedup", newsroom, "--verify-model", tiny, "-o", "rows.jsonl", "--pairs", "pairs.jsonl")
    )

    assert done.returncode == 0, done.stderr
    assert " sentences are read for a second opinion, some 100 to 300 a second." in done.stderr
    assert "was asked for a second opinion on" in " ".join(done.stderr.split())
    asked = [
        row
        for row in map(json.loads, (tmp_path / "pairs.jsonl").open(encoding="utf-8"))
        if "second_event" in row["evidence"]["features"]
    ]
    assert asked
    assert all(0.2 <= row["evidence"]["features"]["doubtful_event"] <= 0.8 for row in asked)
    assert all("second opinion" in " ".join(row["evidence"]["reasons"]) for row in asked)


@pytest.mark.parametrize("option", ["--verify-model", "--model"])
def test_a_model_that_cannot_be_had_is_exit_code_4_within_seconds(detector, corpus, option):
    begun = time.monotonic()
    done = detector("dedup", corpus, option, "nobody/no-model", env={"HF_HUB_OFFLINE": "0"})

    assert done.returncode == 4
    assert done.stdout == ""
    assert "no model 'nobody/no-model': it is no folder, none of ours (" in done.stderr
    assert "hf download nobody/no-model" in done.stderr
    assert time.monotonic() - begun < 10  # of which resolving takes a few milliseconds


def test_a_second_opinion_on_copies_alone_is_a_usage_error(detector, corpus):
    done = detector("dedup", corpus, "--model", "none", "--verify-model", "transformer")

    assert done.returncode == 2
    assert "copies only, which need no second opinion" in done.stderr


# The same input, the same bytes


def test_the_order_of_the_input_and_the_seed_of_hashing_change_no_byte(
    detector, tmp_path, newsroom
):
    lines = newsroom.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(7).shuffle(lines)
    (tmp_path / "shuffled.jsonl").write_text("".join(lines), encoding="utf-8")
    found = []
    for path, seed in ((newsroom, "1"), (tmp_path / "shuffled.jsonl", "2")):
        done = detector(
            *("dedup", path, "--quiet", "--pairs", f"{seed}.jsonl"), env={"PYTHONHASHSEED": seed}
        )
        found.append((sorted(done.stdout.splitlines()), (tmp_path / f"{seed}.jsonl").read_bytes()))

    assert found[0] == found[1]
    assert len(found[0][0]) == len(lines)
