import pytest

from detector.audit.config import GatesConfig
from detector.audit.gates import Measure, checks, guarded, tripped

from .conftest import row, snapshot

COPIES = [row(f"a{i}", "d1", canonical=not i, title="Lũ về") for i in range(30)]
ALONE = [row(f"b{i}", source="Báo Hai") for i in range(30)]
LINKS = [("a0", f"a{i}", "near_copy", 0.6) for i in range(1, 5)]
FOUND = snapshot([*COPIES, *ALONE], LINKS).figures


def told(before, **gates):
    found = checks(Measure(FOUND, 2, before), GatesConfig(**gates))
    return [check.values()["message"] for check in tripped(found)]


@pytest.mark.parametrize(
    ("gates", "message"),
    [
        (
            {"duplicate_rate": 0.4},
            "29 of 60 articles (48.3%) repeat another, over the limit of 40.0%.",
        ),
        (
            {"source_duplicate_rate": 0.9},
            "Báo Một: 29 of 30 articles (96.7%) repeat another, over the limit of 90.0%.",
        ),
        (
            {"sources": {"Báo Một": 0.5}},
            "Báo Một: 29 of 30 articles (96.7%) repeat another, over the limit of 50.0%.",
        ),
        (
            {"largest_cluster": 29},
            "The duplicate cluster d1 has 30 articles (Lũ về), over the limit of 29.",
        ),
        (
            {"source_kept": 0.05},
            "Báo Một: the keep policy leaves 1 of 30 articles (3.3%), under the least of 5.0%.",
        ),
        (
            {"low_confidence": 0.5},
            "4 of 4 links (100.0%) score under 0.7, over the limit of 50.0%.",
        ),
        ({"unread": 1}, "2 records could not be read, over the limit of 1."),
        ({"growth": 0.1}, "60 articles after 50: 20.0% more, over the limit of 10.0%."),
    ],
)
def test_a_gate_says_what_tripped_it(gates, message):
    assert told(50, **gates) == [message]


@pytest.mark.parametrize(
    "gates",
    [
        {"duplicate_rate": 0.5},
        {"source_duplicate_rate": 0.97},
        {"sources": {"Báo Một": 0.97, "Báo Hai": 0.0}},
        {"largest_cluster": 30},
        {"source_kept": 0.03},
        {"low_confidence": 1},
        {"unread": 2},
        {"growth": 0.2},
        {"shrinkage": 0.0},
        {"source_duplicate_rate": 0.1, "source_kept": 1.0, "least": 31},
        {},
    ],
)
def test_what_is_within_its_limit_trips_nothing(gates):
    assert told(50, **gates) == []


def test_a_corpus_that_lost_articles_trips_its_own_gate():
    assert told(100, growth=0.1, shrinkage=0.3) == [
        "60 articles after 100: 40.0% fewer, over the limit of 30.0%."
    ]


def test_what_has_grown_has_not_shrunk_by_less_than_nothing():
    found = checks(Measure(snapshot([row("a"), row("b")]).figures, 0, 1),
                   GatesConfig(growth=2, shrinkage=0))  # fmt: skip

    assert [check.value for looks in found.values() for check in looks] == [1.0, 0.0]


def test_the_first_run_has_not_grown():
    assert told(None, growth=0.0, shrinkage=0.0) == []


def test_the_limit_of_a_named_source_stands_before_that_of_all():
    assert told(50, source_duplicate_rate=0.5, sources={"Báo Một": 1.0}) == []


def test_the_gates_that_are_set_are_named():
    assert guarded(GatesConfig(duplicate_rate=0, unread=0, sources={"x": 1})) == (
        "duplicate_rate",
        "sources",
        "unread",
    )


def test_of_several_sources_the_worst_is_told_first():
    rows = [row(f"{name}{i}", f"d{name}{i % kept}", source=f"Báo {name}", canonical=i < kept)
            for name, kept in (("A", 9), ("B", 2), ("C", 5)) for i in range(10)]  # fmt: skip
    found = checks(Measure(snapshot(rows).figures, 0, None), GatesConfig(source_kept=0.7, least=1))

    assert [check.source for check in found["source_kept"]] == ["Báo B", "Báo C", "Báo A"]
    assert [check.source for check in tripped(found)] == ["Báo B", "Báo C"]
