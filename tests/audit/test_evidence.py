import pytest

from detector.audit.evidence import Exhibits
from detector.records import Article, Evidence, Pair, Passage, Relation

FULL = Evidence(
    features={"resemblance": 0.5},
    passages=(Passage((0, 3), (5, 9), 0.75),),
    agreeing={"dates": ("2026-11-02",)},
    conflicting={"places": (("vn-1",), ("vn-2", "vn-3"))},
    reasons=("b credits a.",),
)
PAIR = Pair("a", "b", Relation.EXCERPT, 0.9)


@pytest.fixture
def collected(tmp_path):
    """Asks for the evidence of a pair in one run after another; says whether it was collected."""
    path = tmp_path / "evidence.jsonl"

    def again(pair=PAIR, text="Một bài"):
        calls = []
        exhibits = Exhibits(
            [path],
            lambda name: Article(name, text, origin="elsewhere"),
            lambda asked: calls.append(asked) or FULL,
        )
        assert exhibits.of(pair) == exhibits.of(pair) == FULL
        exhibits.write(path)
        return len(calls)

    again.path = path
    return again


def test_evidence_is_collected_once_for_all_runs(collected):
    assert [collected(), collected(), collected()] == [1, 0, 0]


@pytest.mark.parametrize(
    "change",
    [{"text": "Một bài khác"}, {"pair": Pair("a", "b", Relation.NEAR_COPY, 0.9)},
     {"pair": Pair("a", "c", Relation.EXCERPT, 0.9)}],
)  # fmt: skip
def test_a_changed_article_or_relation_is_looked_at_again(collected, change):
    collected()

    assert collected(**change) == 1


def test_of_several_runs_the_latest_that_has_shown_a_pair_counts(tmp_path):
    def shown(name, reason):
        exhibits = Exhibits((), lambda _: None, lambda _: Evidence(reasons=(reason,)))
        exhibits.of(PAIR)
        exhibits.write(tmp_path / name)
        return tmp_path / name

    files = [shown("1", "the first"), shown("2", "the second")]
    (tmp_path / "3").write_text("")
    taken = Exhibits([*files, tmp_path / "3"], lambda _: None, pytest.fail)

    assert taken.of(PAIR).reasons == ("the second",)


def test_evidence_that_cannot_be_read_is_collected_again(collected):
    collected()
    collected.path.write_text("{")

    assert collected() == 1
