import io

import pytest
from rich.console import Console as RichConsole

from detector.cli.console import Console
from detector.cli.summary import print_summary
from detector.errors import InputError
from detector.records import Cluster, Detection, Label, Level, Pair, Relation


def story(first, second, source):
    labels = []
    for name in (first, second):
        labels.append(
            Label(
                name, f"d{name}", f"s{first}", f"e{first}", name == first, first, 0.9,
                Relation.NEAR_COPY if name == second else None, 0.9, "vi", None, None, (),
                source=source if name == first else "[red]Báo",
            )
        )  # fmt: skip
    clusters = [
        Cluster(f"{letter}{first}", level, (first, second), first, 0.9)
        for letter, level in (("s", Level.SYNDICATION), ("e", Level.EVENT))
    ]
    clusters += [Cluster(f"d{name}", Level.DUPLICATE, (name,)) for name in (first, second)]
    return labels, clusters


@pytest.fixture
def detection():
    labels, clusters = story("a", "b", "Báo Một")
    return Detection(
        tuple(labels),
        (Pair("a", "b", Relation.NEAR_COPY, 0.9),),
        tuple(clusters),
        ("Something was cut.",),
        {"read": 1.23, "prepare": 4.5},
    )


def printed(detection, keep="duplicates"):
    out = io.StringIO()
    print_summary(detection, keep, RichConsole(file=out, width=80))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_summary_counts_articles_pairs_clusters_sources_languages_and_seconds(detection):
    assert printed(detection) == [
        "",
        "2 articles, 1 related pairs.",
        "1 (50.0%) are copies of a canonical article.",
        "",
        "article is  articles  pairs     clusters of  2  3  4-5  6-10  11+",
        "original           1            duplicate",
        "near_copy          1      1     syndication  1",
        "all                2            event        1",
        "",
        "source    articles  originals  taken over  unclear  reports  share",
        "Báo Một          1          1",
        "[red]Báo         1                      1                     100%",
        "",
        "who takes over         articles  after",
        "[red]Báo from Báo Một         1",
        "",
        "Languages: vi 2",
        "Seconds: read 1.2, prepare 4.5",
    ]


def test_many_sources_and_flows_are_cut_and_the_rest_is_counted():
    labels, clusters = [], []
    for number in range(12):
        more, around = story(f"a{number}", f"b{number}", f"Outlet {number:02}")
        labels += more
        clusters += around
    lines = printed(Detection(tuple(labels), (), tuple(clusters)))

    assert [line.split() for line in lines if "more" in line] == [
        ["5", "more", "5"],
        ["6", "more", "6"],
    ]


def test_an_empty_corpus_has_a_summary_too():
    assert printed(Detection((), (), ())) == [
        "",
        "0 articles, 0 related pairs.",
        "0 are copies of a canonical article.",
    ]


def told(console, detection, capsys):
    console.summary(detection, "duplicates")
    return capsys.readouterr().err.splitlines()


def test_notes_of_one_kind_are_counted_and_the_first_is_shown(detection, capsys):
    console = Console(quiet=False)
    for line in (3, 4, 9):
        reason = f"date is '{line}/13/2025', which is not understood as a date; left empty"
        console.noted(InputError(reason, f"a.jsonl:{line}"))

    assert told(console, detection, capsys)[-2:] == [
        "Note: Something was cut.",
        "Note: a.jsonl:3: date is '3/13/2025', which is not understood as a date; left empty"
        " (3 such)",
    ]


def test_quiet_says_only_what_was_left_out(detection, capsys):
    console = Console(quiet=True)
    console.skipped(InputError("no text", "a.jsonl:1"))

    assert told(console, detection, capsys) == ["1 record left out:", "  a.jsonl:1: no text"]
    assert told(Console(quiet=True), detection, capsys) == []


def test_a_record_that_looks_like_markup_is_shown_as_it_is(detection, capsys):
    console = Console(quiet=True)
    console.skipped(InputError("its keys are [bold]", "[red].jsonl:1"))

    assert told(console, detection, capsys)[-1] == "  [red].jsonl:1: its keys are [bold]"
