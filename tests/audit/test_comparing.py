from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from detector.audit.comparing import clusters_changed, compared, pairs_changed
from detector.audit.diff import KINDS
from detector.audit.tables import Link
from detector.records import Level

from .conftest import row, snapshot

OTHER_WAY = {"born": "gone", "grown": "shrunk", "merged": "split"}
OTHER_WAY |= {after: before for before, after in OTHER_WAY.items()}


def clusters(**members):
    """Rows of the named duplicate clusters, each given as the names of its articles."""
    return [row(name, cluster) for cluster, names in members.items() for name in names]


def changes(before, after):
    return [
        (c.kind, c.before, c.after)
        for c in clusters_changed(before, after, Level.DUPLICATE)
    ]  # fmt: skip


def test_two_equal_runs_differ_in_nothing():
    rows = clusters(one="abc", two="de", three="f")
    found = snapshot(rows, [("a", "b", "near_copy", 0.9)])

    assert not compared(found, found)


def test_a_pair_is_new_gone_or_relabelled():
    before = [Link("a", "b", "near_copy", 0.9), Link("a", "c", "excerpt", 0.8)]
    after = [Link("a", "b", "exact_copy", 1.0), Link("b", "c", "same_event", 0.6)]

    found = pairs_changed(before, after)

    assert [(p.a, p.b, p.before, p.after, p.score) for p in found] == [
        ("a", "b", "near_copy", "exact_copy", 1.0),
        ("a", "c", "excerpt", None, 0.8),
        ("b", "c", None, "same_event", 0.6),
    ]


def test_another_score_alone_is_no_change():
    assert not pairs_changed([Link("a", "b", "excerpt", 0.8)], [Link("a", "b", "excerpt", 0.9)])


def test_a_cluster_is_born_when_its_articles_stood_alone_or_were_not_there():
    assert changes(clusters(x="a"), clusters(one="ab")) == [("born", (), ("one",))]


def test_a_cluster_grows_under_whatever_id_it_has():
    (change,) = clusters_changed(
        clusters(one="ab"), clusters(two="abc"), Level.DUPLICATE
    )  # fmt: skip

    assert (change.kind, change.before, change.after) == ("grown", ("one",), ("two",))
    assert (change.joined, change.left, change.articles) == (("c",), (), 3)


def test_clusters_merge():
    found = changes(clusters(one="ab", two="cd"), clusters(one="abcd"))

    assert found == [("merged", ("one", "two"), ("one",))]


def test_a_cluster_splits():
    found = changes(clusters(one="abcd"), clusters(one="ab", two="cd"))

    assert found == [("split", ("one",), ("one", "two"))]


def test_an_article_that_comes_to_stand_alone_leaves_a_smaller_cluster():
    (change,) = clusters_changed(
        clusters(one="abc"), clusters(one="ab", two="c"), Level.DUPLICATE
    )  # fmt: skip

    assert (change.kind, change.left, change.articles) == ("shrunk", ("c",), 2)


def test_a_cluster_that_falls_apart_or_leaves_the_corpus_is_gone():
    assert changes(clusters(one="ab"), clusters(x="a", y="b")) == [("gone", ("one",), ())]
    assert changes(clusters(one="ab"), []) == [("gone", ("one",), ())]


def test_a_cluster_whose_id_alone_changed_is_the_same():
    assert changes(clusters(one="ab"), clusters(two="ab")) == []


@given(
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
)
def test_turned_round_every_change_is_its_opposite(first, second):
    before = [row(f"a{i}", f"c{n}") for i, n in enumerate(first)]
    after = [row(f"a{i}", f"d{n}") for i, n in enumerate(second) if n < 4]

    forth, back = changes(before, after), changes(after, before)

    turned = sorted((OTHER_WAY[kind], then, now) for kind, now, then in back)
    assert sorted(forth) == turned


@given(st.lists(st.integers(0, 3), min_size=8, max_size=8), st.randoms())
def test_the_order_of_the_rows_changes_nothing(homes, draw):
    before = [row(f"a{i}", f"c{i // 2}") for i in range(8)]
    after = [row(f"a{i}", f"d{n}") for i, n in enumerate(homes)]
    shuffled = draw.sample(after, len(after))

    assert changes(before, after) == changes(before, shuffled)


@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.lists(st.integers(0, 4), min_size=8, max_size=8),
)
def test_clusters_that_no_article_joined_or_left_need_not_be_looked_at(first, second):
    before = [row(f"a{i}", f"c{n}") for i, n in enumerate(first)]
    after = [row(f"a{i}", f"c{n}") for i, n in enumerate(second) if n < 4]

    found = compared(snapshot(before), snapshot(after)).clusters_of

    assert [c for kind in KINDS for c in found(Level.DUPLICATE, kind)] == [
        replace(c, title=first_title(c, before, after))
        for c in clusters_changed(before, after, Level.DUPLICATE)
    ]


def first_title(change, before, after):
    """The headline of the article that a cluster begins with: here the first by its id."""
    rows, name = (before, change.before[0]) if change.kind in ("split", "gone") else (
        after, change.after[0])  # fmt: skip
    return min((r for r in rows if name in r.clusters), key=lambda r: r.id).title


def test_a_source_whose_rate_moved_is_told_if_it_has_enough_articles():
    def run(repeated):
        large = [row(f"l{i}", "one" if i < repeated else "") for i in range(20)]
        small = [row(f"s{i}", "two" if i < repeated else "", source="Nhỏ") for i in range(5)]
        return snapshot([*large, *small])

    (moved,) = compared(run(0), run(4)).sources

    assert (moved.name, moved.before, moved.after) == ("Báo Một", 0, 0.15)


def test_articles_that_came_and_went_are_named_in_the_order_of_their_run():
    found = compared(snapshot(clusters(x="b", y="a")), snapshot(clusters(x="b", z="dc")))

    assert (found.new, found.gone) == (("d", "c"), ("a",))
    counts = found.counts()
    assert (counts["new_articles"], counts["gone_articles"]) == (2, 1)
    assert counts["clusters"]["duplicate"]["born"] == 1
