"""Reports count what they say they count; detections here are made by hand."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from corpus import Corpus, Entry, pair, rows_of
from judging import judge

from detector.records import (
    COPIES,
    Article,
    Cluster,
    Credit,
    Detection,
    Label,
    Level,
    Pair,
    Relation,
)

LEVELS = ("duplicate", "syndication", "event")


def corpus_of(name: str, spoken: dict[str, str], pairs: list[Pair], **more: object) -> Corpus:
    entries = [
        Entry(Article(i, f"Text {i}", f"Title {i}"), language, event=more.pop(f"event_{i}", ""))
        for i, language in spoken.items()
    ]
    kinds = {(p.a, p.b): "some edit" for p in pairs}
    return Corpus(
        name=name,
        articles=tuple(e.article for e in entries),
        rows=rows_of(entries, LEVELS),
        pairs=tuple(pairs),
        **{"kinds": kinds, **more},
    )


def detection_of(corpus: Corpus, pairs: list[Pair], groups: list[set[str]] | None = None):
    """Pairs, and clusters that hold the groups at every level."""
    ids = [a.id for a in corpus.articles]
    grouped = groups or [{p.a, p.b} for p in pairs]
    home = {i: i for i in ids} | {i: min(g) for g in grouped for i in g}
    members = {label: sorted(i for i in ids if home[i] == label) for label in set(home.values())}
    labels = tuple(
        Label(i, home[i], home[i], home[i], True, None, 0.0, None, None, "vi", None, None,
              (Credit("dangcongsan.vn T. TTXVN", "https://baoquocte.vn/x"),))
        for i in ids
    )  # fmt: skip
    clusters = tuple(
        Cluster(label, level, tuple(members[label])) for level in Level for label in sorted(members)
    )
    return Detection(labels, tuple(sorted(pairs, key=lambda p: (p.a, p.b))), clusters)


COPY = pair("a", "b", Relation.NEAR_COPY)
VI = {"a": "vi", "b": "vi", "c": "vi", "d": "vi"}


def test_copies_are_scored_without_what_the_sets_held_before():
    corpus = corpus_of("copies", VI, [COPY], planted=frozenset({"b"}), complete=False)
    natural, wrong = pair("c", "d", Relation.EXACT_COPY), pair("b", "c", Relation.EXCERPT)
    report = judge(corpus, detection_of(corpus, [COPY, natural, wrong], [{"a", "b", "c"}]))
    assert report.figures["near_copy vi-vi precision"] == 1.0
    assert report.figures["excerpt vi-vi precision"] == 0.0
    assert report.figures["duplicate vi-vi precision"] == 0.5
    assert report.figures["clusters vi-vi precision"] == 0.5  # a-c was in the sets: b-c is false
    assert report.figures["clusters vi-vi recall"] == 1.0
    (fault,) = report.faults
    assert fault.startswith("excerpt 1.00, not none: b Title b | c Title c")


def test_a_copy_of_the_wrong_kind_is_found_but_not_rightly_named():
    corpus = corpus_of("copies", VI, [COPY], planted=frozenset({"b"}), complete=False)
    report = judge(corpus, detection_of(corpus, [replace(COPY, relation=Relation.EXACT_COPY)]))
    assert report.figures["near_copy vi-vi recall"] == 0.0
    assert report.figures["duplicate vi-vi recall"] == 1.0
    kinds = next(rows for title, _, rows in report.tables if title == "How they were made")
    assert kinds == [("some edit", 1, 1.0, 0.0)]


def test_one_body_among_other_furniture_may_be_called_exact():
    corpus = corpus_of(
        "copies",
        VI,
        [COPY],
        planted=frozenset({"b"}),
        complete=False,
        alike=frozenset({("a", "b")}),
    )
    report = judge(corpus, detection_of(corpus, [replace(COPY, relation=Relation.EXACT_COPY)]))
    assert report.figures["near_copy vi-vi recall"] == 1.0
    assert not report.faults


def test_refilled_pairs_count_against_the_detection_where_called_translation():
    spoken = {"a": "vi", "b": "en", "c": "vi", "d": "en", "e": "vi", "f": "en"}
    true, refilled = pair("a", "b", Relation.TRANSLATION), [("c", "d"), ("e", "f")]
    corpus = corpus_of(
        "changed", spoken, [true], forbidden=frozenset(refilled),
        kinds={("a", "b"): "whole", **dict.fromkeys(refilled, "refilled")},
    )  # fmt: skip
    report = judge(corpus, detection_of(corpus, [true, pair("c", "d", Relation.TRANSLATION)]))
    assert report.figures["refilled not called translation"] == 0.5
    assert report.figures["translation en-vi recall"] == 1.0
    assert report.figures["clusters en-vi precision"] == 0.5


def test_events_are_scored_by_clusters_and_faults_name_headlines():
    gold = {"event_a": "e1", "event_b": "e1", "event_c": "e2", "event_d": "e2"}
    corpus = corpus_of("abmusu", VI, [], **gold)
    report = judge(corpus, detection_of(corpus, [], [{"a", "b", "c"}]))
    assert report.figures["B-cubed precision"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert report.figures["B-cubed recall"] == pytest.approx(0.75)
    assert any("Title a / Title b | [e2] Title c" in fault for fault in report.faults)


def test_directions_are_counted_by_evidence_and_pairs_not_found_apart():
    pairs = [
        pair("a", "b", Relation.NEAR_COPY, "a"),
        pair("a", "c", Relation.NEAR_COPY, "a"),
        pair("b", "c", Relation.NEAR_COPY),
    ]
    corpus = corpus_of("origins", VI, pairs)
    said = [pairs[0], pair("b", "c", Relation.NEAR_COPY, "c")]
    report = judge(corpus, detection_of(corpus, said))
    ((_, heads, rows),) = report.tables
    together = dict(zip(heads, rows[-1], strict=True))
    assert (together["right"], together["claimed"], together["pair not found"]) == (1, 1, 1)
    assert report.figures == {"direction": 1.0, "null where nothing speaks": 0.0}


def test_templates_must_be_called_nothing():
    corpus = corpus_of(
        "templates", VI, [], forbidden=frozenset({("a", "b"), ("c", "d")}),
        kinds={("a", "b"): "template vi", ("c", "d"): "template vi"},
    )  # fmt: skip
    report = judge(corpus, detection_of(corpus, [pair("a", "b", Relation.SAME_EVENT)]))
    assert report.figures == {"template vi not called anything": 0.5}


def seeds() -> Corpus:
    portal = {"000": "portal", "004": "portal"}
    first = {"000", "001", "004"}
    entries = [
        Entry(Article(i, i), "en" if i == "004" else "vi", i, portal.get(i, i),
              "first" if i in first else i)
        for i in ("000", "001", "002", "003", "004")
    ]  # fmt: skip
    pairs = (
        pair("000", "001", Relation.SAME_EVENT),
        pair("000", "004", Relation.TRANSLATION, "000"),
        pair("001", "004", Relation.SAME_EVENT),
    )
    every = set(combinations([e.article.id for e in entries], 2))
    return Corpus(
        "seeds", tuple(e.article for e in entries), rows_of(entries, LEVELS), pairs,
        forbidden=frozenset(every - {(p.a, p.b) for p in pairs}),
    )  # fmt: skip


def test_the_seeds_are_right_only_if_all_three_levels_are():
    corpus = seeds()
    detection = detection_of(corpus, list(corpus.pairs), [{"000", "001", "004"}])
    report = judge(corpus, detection)
    assert [fault.split(":")[0] for fault in report.faults] == [
        "duplicate clusters",
        "syndication clusters",
    ]
    levels = {row["id"]: row for row in corpus.rows}
    labels = tuple(
        replace(
            label, **{f"{level}_cluster": levels[label.id][f"{level}_cluster"] for level in LEVELS}
        )
        for label in detection.labels
    )
    assert judge(corpus, replace(detection, labels=labels)).figures == {"seeds right": 1.0}


def test_the_newsroom_report_has_a_figure_for_each_relation_and_language_pair():
    corpus = corpus_of("newsroom", {**VI, "d": "en"}, [COPY, pair("a", "d", Relation.TRANSLATION)])
    report = judge(corpus, detection_of(corpus, list(corpus.pairs), [{"a", "b", "d"}]))
    assert report.evaluation is not None
    assert report.figures["near_copy vi-vi recall"] == 1.0
    assert report.figures["translation en-vi precision"] == 1.0
    assert report.figures["event clusters B-cubed F1"] < 1.0
    assert not report.faults
    assert COPY.relation in COPIES
