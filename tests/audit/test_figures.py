from .conftest import row, snapshot


def test_all_but_one_of_a_duplicate_cluster_repeat_another():
    found = snapshot([row("a", "d1"), row("b", "d1"), row("c", "d1"), row("d")]).figures

    assert (found.articles, found.duplicates, found.duplicate_rate) == (4, 2, 0.5)


def test_it_is_the_original_that_repeats_nothing_then_what_is_kept_then_the_first():
    def rate(*rows):
        return {s.name: s.duplicates for s in snapshot(rows).figures.sources}

    one = row("a", "d1", canonical=False, published="2026-11-01")
    other = row("b", "d1", source="Báo Hai", original="b", published="2026-11-02")
    assert rate(one, other) == {"Báo Một": 1, "Báo Hai": 0}

    other = row("b", "d1", source="Báo Hai", published="2026-11-02")
    assert rate(one, other) == {"Báo Một": 1, "Báo Hai": 0}

    one = row("a", "d1", published="2026-11-01")
    assert rate(one, other) == {"Báo Một": 0, "Báo Hai": 1}

    one = row("a", "d1", source="Báo Một")
    assert rate(one, other) == {"Báo Một": 1, "Báo Hai": 0}, "what has a time goes first"


def test_an_outlet_gives_what_others_copy_or_translate_and_not_its_own_updates():
    rows = [
        row("a", "d1", "s1", original="a"),
        row("b", "d1", "s1", original="a", relation="near_copy", source="Báo Hai"),
        row("c", "", "s1", original="a", relation="translation", source="Báo Hai"),
        row("d", "d1", "s1", original="a", relation="near_copy"),
        row("e", "", "", "v1", original=None, relation="same_event", source="Báo Hai"),
    ]
    one, other = snapshot(rows).figures.sources

    assert (one.name, one.articles, one.taken, one.given) == ("Báo Hai", 3, 2, 0)
    assert (other.name, other.articles, other.taken, other.given) == ("Báo Một", 2, 0, 2)


def test_the_largest_clusters_are_named_by_the_headline_of_their_first_article():
    rows = [row(n, "d1", canonical=n == "b", title=f"Bài {n}") for n in "abc"]
    rows += [row(n, "d2") for n in "de"]
    found = snapshot([*rows, row("f")]).figures

    assert [(c.id, c.articles, c.title) for c in found.largest["duplicate"]] == [
        ("d1", 3, "Bài b"),
        ("d2", 2, "Bài d"),
    ]
    assert found.clusters == {"duplicate": 2, "syndication": 2, "event": 2}


def test_pairs_are_counted_by_relation_and_by_how_sure_they_are():
    links = [("a", "b", "near_copy", 0.69), ("a", "c", "near_copy", 0.7), ("b", "c", "excerpt", 1)]
    found = snapshot([row(n) for n in "abc"], links).figures

    assert list(found.pairs.items())[:3] == [("exact_copy", 0), ("near_copy", 2), ("excerpt", 1)]
    assert (found.low, found.links) == (1, 3)


def test_an_empty_run_has_rates_of_nothing():
    found = snapshot([]).figures

    assert (found.duplicate_rate, found.low_rate, found.sources) == (0, 0, ())
    assert found.values()["largest"] == {"duplicate": [], "syndication": [], "event": []}
