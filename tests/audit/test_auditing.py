"""Whole runs in one process, over a few articles and without an encoder."""

import json
from datetime import timedelta

import pytest

from detector.audit import lock, running
from detector.audit.auditing import Auditing
from detector.audit.config import AuditConfig
from detector.audit.planning import planned
from detector.errors import InputError, StoreError
from detector.pipeline import Detector
from detector.records import Decision

from .conftest import NOON, Telling, ids, story


def test_a_run_is_a_folder_with_its_record_its_tables_and_its_reports(place):
    run = place.run().run

    assert {path.name for path in run.path.iterdir()} == {
        *("run.json", "rows.jsonl", "pairs.jsonl", "report.html", "report.md", "sources.jsonl"),
        "evidence.jsonl",
    }
    record = run.record
    assert json.loads((run.path / "run.json").read_text()) == record
    assert record["id"] == run.id == "20261102T130000Z"
    assert record["counts"]["new"] == 3
    assert record["figures"]["articles"] == 3
    assert list(record["seconds"]) == list(running.STAGES)
    assert {*record["versions"]} >= {"detector", "schema", "words", "python", "numpy"}
    assert record["seeds"] == {"lexical": 1}
    assert (record["previous"], record["changes"]) == (None, None)
    (pair,) = run.snapshot().links
    assert (pair.a, pair.b, pair.relation) == ("Bến Mới-2", "copy", "exact_copy")
    assert place.telling.stages == list(running.STAGES)


def test_the_second_run_reads_adds_and_tells_what_is_new(place):
    first = place.run().run
    place.put("2.jsonl", story("Vạn Yên", 1, id="late"), story("Cầu Đá", 7))
    run = place.run().run

    counts = run.record["counts"]
    assert (counts["files"], counts["untouched"], counts["read"]) == (2, 1, 2)
    assert (counts["new"], counts["known"], counts["articles"]) == (2, 0, 5)
    assert run.record["previous"] == first.id
    assert run.record["changes"]["new_pairs"] == 1
    assert run.record["changes"]["clusters"]["duplicate"]["born"] == 1
    changes = json.loads((run.path / "changes.json").read_text())
    assert changes["new"] == ["late", "Cầu Đá-7"]


def test_nothing_new_gives_a_run_without_changes(place):
    first = place.run().run
    run = place.run().run

    assert run.file("rows").read_bytes() == first.file("rows").read_bytes()
    assert run.record["counts"]["read"] == 0
    assert not any(run.record["changes"][k] for k in ("new_articles", "new_pairs", "gone_pairs"))


def test_a_changed_article_takes_the_place_of_the_old(place):
    place.run()
    place.put("1.jsonl", story("Vạn Yên", 1), story("Bến Mới", 2), story("Cầu Đá", 7, id="copy"))
    run = place.run().run

    assert run.record["counts"]["changed"] == 1
    assert run.record["changes"]["gone_pairs"] == 1
    assert sorted(ids(run)) == ["Bến Mới-2", "Vạn Yên-1", "copy"]


def test_a_gate_that_tripped_is_in_the_record_of_a_complete_run(place):
    outcome = place.run("[gates]\nduplicate_rate = 0.1\nunread = 0")

    assert outcome.tripped
    assert outcome.run.record["status"] == "tripped"
    (trip,) = outcome.run.record["gates"]
    assert trip["message"] == ("1 of 3 articles (33.3%) repeat another, over the limit of 10.0%.")
    assert "duplicate rate" in outcome.run.file("markdown").read_text()


def test_growth_is_measured_against_the_run_before(place):
    gates = "[gates]\ngrowth = 0.5"
    assert not place.run(gates).tripped

    place.put("2.jsonl", *(story("Cầu Đá", n) for n in range(10, 13)))
    assert place.run(gates).tripped


# When it is due


def test_a_run_is_due_when_the_last_began_long_enough_ago(place):
    day = timedelta(hours=24)
    first = place.run(if_due=day).run
    assert first is not None

    outcome = place.run(if_due=day)
    assert (outcome.run, outcome.due) == (None, first.started + day)
    assert place.audit().runs.complete() == (first,)

    place.clock.now = first.started + day - timedelta(seconds=30)
    assert place.audit().run(if_due=day).run is not None, "cron does not start to the second"


def test_a_run_that_was_left_is_due_at_once(place, monkeypatch):
    place.run()
    with monkeypatch.context() as patch:
        patch.setattr(running.Running, "_add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.run()

    outcome = place.run(if_due=timedelta(days=9))
    assert outcome.run is not None
    assert "done so far: read." in place.telling.notes[0]


def test_while_one_runs_another_does_not_begin(place):
    place.put("2.jsonl", story("Cầu Đá", 7))
    with (
        lock.held(place.audit().runs.folder, NOON),
        pytest.raises(lock.RunningError, match="an audit is running: process"),
    ):
        place.run()

    assert place.audit().runs.complete() == ()
    assert place.run().run is not None


# What was left


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("stage", running.STAGES)
def test_an_interrupted_run_goes_on_with_the_stage_it_was_in(place, monkeypatch, stage):
    with monkeypatch.context() as patch:
        patch.setattr(running.Running, f"_{stage}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.run()
    runs = place.audit().runs
    assert runs.complete() == ()
    left = runs.partial()

    run = place.run().run

    assert run.path.name == left.stem
    assert place.telling.stages == list(running.STAGES[running.STAGES.index(stage) :])
    assert run.record["resumed"] == 1
    assert run.record["counts"]["new"] == 3
    assert runs.partial() is None


def test_a_run_that_cannot_be_written_is_none_and_goes_on_when_it_can(place, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(running, "write", full)
        with pytest.raises(OSError, match="No space left"):
            place.run()
    assert place.audit().runs.complete() == ()

    assert place.run().run.record["resumed"] == 1


def test_a_run_begun_with_other_options_is_given_up(place, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(running.Running, "_detect", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.run()

    run = place.run("[gates]\nunread = 3").run

    assert "was begun with other options" in place.telling.notes[0]
    assert run.record["resumed"] == 0
    assert len(ids(run)) == 3
    assert place.audit().runs.partial() is None


def test_an_index_that_was_put_away_while_a_run_was_left_is_filled_anew(place, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(running.Running, "_detect", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.run()
    (place.folder / "news.index").rename(place.folder / "old.index")
    monkeypatch.setattr("detector.store.store.time.time", lambda: 2e9)

    run = place.run().run
    assert run.record["counts"]["new"] == 3
    assert len(ids(run)) == 3


# Who is told


MAIL = """[notify]
command = ['sh', '-c', 'test ! -e broken && basename "$AUDIT_FOLDER" >> told']
"""


def told_of(place):
    path = place.folder / "told"
    return path.read_text().split() if path.exists() else []


def test_what_could_not_be_told_is_told_by_the_next_call_once(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    first = place.run(MAIL)
    (said,) = first.untold
    assert said.startswith(f"run {first.run.id} is complete, but could not be told of: command sh")
    second = place.run(MAIL)
    assert [line.split()[1] for line in second.untold] == [second.run.id, first.run.id]
    assert "not tried, since it failed for a later run" in second.untold[1]

    (place.folder / "broken").unlink()
    outcome = place.audit(MAIL).run(if_due=timedelta(hours=24))
    assert (outcome.run, outcome.untold) == (None, ())
    assert told_of(place) == [second.run.id, first.run.id]
    assert place.telling.notes == [
        f"Told of run {run.id}: command." for run in (second.run, first.run)
    ]
    place.audit(MAIL).run(if_due=timedelta(hours=24))
    assert len(told_of(place)) == 2


def test_a_run_that_is_refused_for_good_is_given_up_once_it_is_old_news(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    refused = place.run(MAIL).run
    place.clock.now += timedelta(days=2)
    (said,) = place.audit(MAIL).run(if_due=timedelta(days=9)).untold
    assert said.endswith("The next call tries again.")

    place.clock.now += timedelta(days=1)
    (said,) = place.audit(MAIL).run(if_due=timedelta(days=9)).untold
    assert said.startswith(f"run {refused.id} is complete, but could not be told of: command sh")
    assert said.endswith("It is given up after 3 d.")
    assert place.audit(MAIL).run(if_due=timedelta(days=9)).untold == ()

    (place.folder / "broken").unlink()
    second = place.run(MAIL)
    assert (second.untold, told_of(place)) == ((), [second.run.id])


def test_an_old_run_is_tried_once_more_before_it_is_given_up(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    run = place.run(MAIL).run
    (place.folder / "broken").unlink()
    place.clock.now += timedelta(days=8)

    assert place.audit(MAIL).run(if_due=timedelta(days=9)).untold == ()
    assert told_of(place) == [run.id]


def test_nothing_is_given_up_where_the_options_say_so(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    place.run(MAIL)
    place.clock.now += timedelta(days=80)
    (said,) = place.audit(MAIL + 'give_up = ""\n').run(if_due=timedelta(days=90)).untold
    assert said.endswith("The next call tries again.")


def test_a_run_that_was_killed_before_it_was_told_of_is_told_of_later(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    with monkeypatch.context() as patch:
        patch.setattr("detector.audit.notify.tell", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.run(MAIL)

    place.audit(MAIL).run(if_due=timedelta(hours=24))
    assert told_of(place) == [place.audit().runs.last().id]


def test_who_is_not_in_the_options_any_more_is_not_told(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    place.run(MAIL)

    assert place.run().untold == ()
    (said,) = planned(place.audit(MAIL), "", timedelta(hours=24))
    assert said.startswith("Nothing would be done")


def test_a_plan_names_the_runs_that_somebody_has_not_heard_of(place, monkeypatch):
    monkeypatch.chdir(place.folder)
    (place.folder / "broken").touch()
    run = place.run(MAIL).run

    assert f"Somebody would be told again of {run.id}." in planned(
        place.audit(MAIL), "", timedelta(hours=24)
    )


# What is kept


def test_old_runs_are_removed_when_a_run_ends(place):
    kept = "[retention]\nruns = 2"
    first, *_ = (place.run(kept).run.id for _ in range(2))
    outcome = place.run(kept)

    assert outcome.pruned == (first,)
    assert [run.id for run in place.audit().runs.complete()] != [first]
    assert len(place.audit().runs.complete()) == 2


def test_old_articles_leave_the_index_and_are_not_read_again(place):
    place.put("1.jsonl", story("Vạn Yên", 1, published="2025-01-01"),
              story("Bến Mới", 2, published="2026-11-01"))  # fmt: skip
    kept = "[retention]\narticles = '365d'"
    assert ids(place.run(kept).run) == ["Bến Mới-2"]

    place.clock.now += timedelta(days=400)
    run = place.run(kept).run
    assert (ids(run), run.record["counts"]["expired"]) == ([], 1)
    assert run.record["changes"]["gone_articles"] == 1


@pytest.mark.parametrize("ending", ["jsonl.gz", "parquet"])
def test_tables_may_be_packed(place, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (place.folder / "audit.toml").touch()
    first = place.run().run
    (place.folder / "news.index").rename(place.folder / "old.index")
    toml = f"format = '{ending}'\n[sources]\nfiles = ['*.jsonl']\n"
    toml += "[detector]\njobs = 1\n[detector.semantic]\nmodel = 'none'\n"
    (place.folder / "audit.toml").write_text(toml)
    place.clock.now += timedelta(hours=1)
    config = AuditConfig.from_toml(place.folder / "audit.toml")
    run = Auditing(config, Telling(), place.clock).run().run

    assert run.file("rows").name == f"rows.{ending}"
    assert run.snapshot() == first.snapshot()


def test_the_keep_policy_can_be_changed_over_one_index(place):
    place.put("2.jsonl", story("Vạn Yên", 1, id="late"))
    assert place.run().run.record["figures"]["kept"] == 2

    toml = (place.folder / "audit.toml").read_text()
    (place.folder / "audit.toml").write_text(f"keep = 'events'\n{toml}")
    config = AuditConfig.from_toml(place.folder / "audit.toml")
    place.clock.now += timedelta(hours=1)
    record = Auditing(config, Telling(), place.clock).run().run.record
    assert record["figures"]["kept"] <= 2
    assert record["figures"]["duplicates"] == 2


# Sources and indexes


def test_without_files_what_others_added_to_the_index_is_audited(place):
    config = AuditConfig.from_toml(place.audit("").config and place.folder / "audit.toml")
    with Detector.open(place.folder / "news.index", config.detector) as index:
        from detector.readers import read

        index.add(read([place.folder / "1.jsonl"]))
    (place.folder / "audit.toml").write_text("")
    config = AuditConfig.from_toml(place.folder / "audit.toml")
    run = Auditing(config, Telling(), place.clock).run().run

    assert ids(run) == ["Vạn Yên-1", "Bến Mới-2", "copy"]
    assert run.record["counts"]["files"] == 0
    assert run.record["model"] == "none"


def test_without_files_there_must_be_an_index(place):
    (place.folder / "audit.toml").write_text("")
    config = AuditConfig.from_toml(place.folder / "audit.toml")

    with pytest.raises(StoreError, match=r"news\.index: no index there"):
        Auditing(config, Telling(), place.clock).run()
    assert Auditing(config, Telling(), place.clock).runs.complete() == ()


def test_an_index_of_other_options_is_refused_with_what_differs(place):
    place.run()

    with pytest.raises(StoreError, match=r"built with other options \(lexical\.bands 32, not 16\)"):
        place.run("[detector]\njobs = 1\n[detector.semantic]\nmodel = 'none'\n"
                  "[detector.lexical]\nbands = 16")  # fmt: skip


def test_a_bad_record_stops_the_run_where_it_stands(place):
    place.put("2.jsonl", {"id": "x", "html": "…"})
    with pytest.raises(InputError, match=r"2\.jsonl:1: no text"):
        place.run()
    assert place.audit().runs.complete() == ()

    place.put("2.jsonl", story("Cầu Đá", 7))
    assert place.run().run.record["counts"]["new"] == 4


def test_since_passes_over_what_is_older_and_says_so(place):
    place.put("1.jsonl", story("Vạn Yên", 1, published="2026-10-01"),
              story("Bến Mới", 2, published="2026-11-01"))  # fmt: skip
    run = place.run(since="7d").run

    assert ids(run) == ["Bến Mới-2"]
    assert run.record["counts"]["older"] == 1
    assert run.record["since"] == "2026-10-26T13:00:00+00:00"
    assert len(ids(place.run().run)) == 2


# What would be done


def test_a_plan_says_what_would_be_done_and_does_nothing(place):
    lenient = "[detector.read]\non_error = 'skip'\n[detector.semantic]\nmodel = 'none'\n"
    place.run(lenient)
    place.put("2.jsonl", story("Cầu Đá", 7), {"id": "x", "html": "…"})
    before = {p: p.stat().st_mtime_ns for p in place.folder.rglob("*") if p.is_file()}

    told = list(planned(place.audit(lenient), "", None))

    assert told[0] == "2 files, 1 read before and unchanged; 1 record to read."
    assert told[1] == ("1 article would be added, 0 replaced; 0 known, 0 too old, 1 unreadable.")
    assert "2.jsonl:1" in told[2] or "2.jsonl:2" in told[2]
    after = {p: p.stat().st_mtime_ns for p in place.folder.rglob("*") if p.is_file()}
    del before[place.folder / "audit.toml"], after[place.folder / "audit.toml"]
    assert {p: t for p, t in after.items() if "news.index" not in str(p)} == {
        p: t for p, t in before.items() if "news.index" not in str(p)
    }


def test_the_first_plan_makes_no_index(place):
    told = list(planned(place.audit(), "", None))

    assert "3 articles would be added" in told[1]
    assert sorted(p.name for p in place.folder.iterdir()) == ["1.jsonl", "audit.toml"]


def test_a_plan_says_when_the_next_run_is_due(place):
    place.run()

    (told,) = planned(place.audit(), "", timedelta(hours=24))
    assert told == "Nothing would be done: the next run is due at 2026-11-03 13:00 UTC."


def test_decisions_bind_the_next_run_and_are_told_in_its_report(place):
    place.put("1.jsonl", story("Vạn Yên", 1), story("Cầu Đá", 7))
    assert place.run().run.record["figures"]["clusters"]["event"] == 0
    with Detector.open(place.folder / "news.index") as index:
        index.decide([Decision("Vạn Yên-1", "Cầu Đá-7", together=True)])

    run = place.run().run

    assert run.record["figures"]["clusters"]["event"] == 1
    assert run.record["changes"]["clusters"]["event"]["born"] == 1
    assert "Cầu Đá-7" in run.file("report").read_text(encoding="utf-8")
