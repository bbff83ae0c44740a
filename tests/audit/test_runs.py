from datetime import timedelta, timezone

import pytest

from detector.audit.runs import Runs
from detector.errors import InputError, UsageError

from .conftest import NOON, row, snapshot

FOUND = snapshot([row("a", "d1", original="a"), row("b", "d1")], [("a", "b", "near_copy", 0.9)])


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


def test_a_run_holds_what_was_written(stored, runs):
    run = stored(FOUND)

    assert run.id == "20261102T120000Z"
    assert run.started == NOON
    assert runs.last() == run
    assert run.snapshot() == FOUND


def test_a_run_that_has_not_ended_is_none(runs):
    partial = runs.begin(NOON)
    (partial / "run.json").write_text("{}")

    assert (runs.complete(), runs.last(), runs.partial()) == ((), None, partial)
    assert partial.name == "20261102T120000Z.partial"


def test_runs_sort_by_time_even_within_one_second_or_when_the_clock_is_set_back(stored, runs):
    for now in (NOON, NOON, NOON - timedelta(days=1)):
        stored(FOUND, now)

    assert [run.id for run in runs.complete()] == [
        "20261102T120000Z",
        "20261102T120001Z",
        "20261102T120002Z",
    ]


def test_the_name_of_a_run_is_in_utc(runs):
    there = NOON.astimezone(timezone(timedelta(hours=7)))

    assert runs.begin(there).stem == "20261102T120000Z"


def test_a_run_is_found_by_its_id_its_start_its_folder_or_as_the_last(stored, runs):
    first, last = stored(FOUND), stored(FOUND, NOON + timedelta(days=1))

    assert runs.find("20261102T120000Z") == first
    assert runs.find("20261102") == first
    assert runs.find(str(first.path)) == first
    assert runs.find("last") == last
    assert runs.before(last) == first
    assert runs.before(first) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2026", "'2026' is the start of several; there are 20261102T120000Z, 20261103T120000Z"),
        ("1999", "no run is called '1999'; there are 20261102T120000Z, 20261103T120000Z"),
        ("", "no run is called ''; there are 20261102T120000Z, 20261103T120000Z"),
    ],
)
def test_a_name_that_means_no_run_is_refused_with_those_there_are(stored, runs, name, said):
    stored(FOUND)
    stored(FOUND, NOON + timedelta(days=1))

    with pytest.raises(UsageError) as caught:
        runs.find(name)

    assert str(caught.value) == f"{runs.folder}: {said}"


def test_without_runs_the_command_that_makes_one_is_named(runs):
    with pytest.raises(UsageError, match="no run is complete; begin with: detector audit run"):
        runs.find("last")


def test_other_folders_and_damaged_records_are_no_runs(stored, runs):
    run = stored(FOUND)
    (runs.folder / "notes").mkdir()
    damaged = stored(FOUND, NOON + timedelta(days=1))
    (damaged.path / "run.json").write_text("{")

    assert runs.complete() == (run,)
    assert runs.last() == run
    (said,) = runs.damaged()
    assert said.startswith(f"A run is passed over: {damaged.path}/run.json: is damaged: ")
    (damaged.path / "run.json").write_text("{}")
    (said,) = runs.damaged()
    assert said.endswith("run.json: is damaged: it is no record of a run")


def test_a_report_that_was_taken_away_is_said_to_be_so(stored):
    run = stored(FOUND)
    assert run.report("report").read_text() == "<p>Audit</p>"
    run.file("markdown").unlink()

    with pytest.raises(InputError, match=r"not there any more; .* report \w+ --markdown -o FILE"):
        run.report("markdown")


def test_damaged_rows_are_said_to_be_so(stored):
    run = stored(FOUND)
    run.file("rows").write_text('{"id": "a"}\n')

    with pytest.raises(
        InputError, match=r"rows\.jsonl: is damaged .*; remove the folder of this run"
    ):
        run.snapshot()


def test_old_runs_are_outdated_by_number_or_age_but_never_the_last(stored, runs):
    ids = [stored(FOUND, NOON + timedelta(days=d)).id for d in range(4)]

    def outdated(*limits):
        return [ids.index(run.id) for run in runs.outdated(*limits)]

    assert outdated(2) == [0, 1]
    assert outdated(0) == []
    assert outdated(0, NOON + timedelta(days=1)) == [0]
    assert outdated(1, NOON + timedelta(days=99)) == [0, 1, 2]


def test_a_removed_run_is_gone_and_one_half_removed_is_swept(stored, runs):
    run = stored(FOUND)
    runs.remove(run.path)
    going = stored(FOUND).path
    going.rename(going.with_name(f"{going.name}.going"))

    assert runs.complete() == ()
    runs.sweep()
    assert list(runs.folder.iterdir()) == []
