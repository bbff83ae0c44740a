"""Per-source provenance: from whom, how often, how much later."""

from detector.records import Detection, Label, Pair, Relation
from detector.sources import delay, middle, span, standings

NEAR, TRANSLATION = Relation.NEAR_COPY, Relation.TRANSLATION


def label(name, source, cluster, original, relation=None, published=None, event=None):
    return Label(
        name, f"d{name}", cluster, event or f"e{cluster}", True, original, 0.9 if original else 0.0,
        relation, None, "vi", published, None, (), source=source,
    )  # fmt: skip


def found(labels, pairs):
    return Detection(tuple(labels), tuple(pairs), ())


STORY = [
    label("a", "Một", "s1", "a", None, "2025-03-01T06:00:00+07:00"),
    label("b", "Hai", "s1", "a", NEAR, "2025-03-01T08:00:00+07:00"),
    label("c", "Ba", "s1", "a", TRANSLATION, "2025-03-01T03:00:00+00:00"),
    label("d", "Ba", "s1", "a", None, "2025-03-03"),
    label("e", "Một", "s1", "a", NEAR, "2025-03-01T09:00:00+07:00"),
    label("f", "Hai", "s2", None),
    label("g", "Ba", "s2", None),
    label("h", "Hai", "s3", None, event="es1"),
    label("i", "Ba", "s4", None),
]
PAIRS = [
    Pair("a", "b", NEAR, 0.9, "a", 0.9),
    Pair("a", "c", TRANSLATION, 0.8, "a", 0.9),
    Pair("a", "e", NEAR, 0.9, "a", 0.9, same_source=True),
    Pair("a", "h", Relation.SAME_EVENT, 0.6),
    Pair("b", "c", TRANSLATION, 0.99, "b", 0.9),
    Pair("b", "d", TRANSLATION, 0.7, "b", 0.9),
    Pair("c", "d", NEAR, 0.95, "c", 0.9),
    Pair("f", "g", NEAR, 0.95),
]


def test_an_article_counts_once_for_the_original_although_it_is_closer_to_a_copy():
    of = {one.article: one for one in found(STORY, PAIRS).derivations()}

    assert set(of) == {"b", "c", "d", "e"}
    assert (of["c"].parent, of["c"].relation, of["c"].delay) == ("a", "translation", 240.0)


def test_a_copy_of_a_copy_counts_for_the_likeliest_of_those_that_came_before_it():
    of = {one.article: one for one in found(STORY, PAIRS).derivations()}

    assert (of["d"].parent, of["d"].relation, of["d"].delay) == ("c", "near_copy", 2 * 1440)
    assert of["d"].own


def test_without_a_pair_an_article_counts_for_the_original_of_its_cluster():
    of = {one.article: one for one in found(STORY, PAIRS[:3]).derivations()}

    assert (of["d"].parent, of["d"].relation) == ("a", "")


def test_flows_sum_articles_and_take_the_median_of_their_delays():
    more = [label(f"b{n}", "Hai", "s1", "a", NEAR, f"2025-03-01T{7 + n:02}:00:00+07:00")
            for n in (4, 5)]  # fmt: skip
    pairs = [*PAIRS, *(Pair("a", one.id, NEAR, 0.9, "a", 0.9) for one in more)]
    first, *rest = found([*STORY, *more], pairs).flows()

    assert (first.giver, first.taker, first.articles) == ("Một", "Hai", 3)
    assert (first.delay, first.timed, first.relation) == (300.0, 3, "")
    assert [(f.giver, f.taker, f.articles) for f in rest] == [
        ("Ba", "Ba", 1),
        ("Một", "Ba", 1),
        ("Một", "Một", 1),
    ]


def test_flows_by_relation_add_up_to_those_of_all_relations():
    detection = found(STORY, PAIRS)
    parts = detection.flows(by_relation=True)

    assert {f.relation for f in parts} == {"near_copy", "translation"}
    assert sum(f.articles for f in parts) == sum(f.articles for f in detection.flows())


def test_each_article_of_a_source_is_one_thing():
    for source in found(STORY, PAIRS).sources():
        kinds = (source.originals, source.taken, source.updates, source.unclear, source.reports)
        assert source.articles == sum(kinds) + source.alone


def test_a_source_knows_its_givers_takers_updates_and_delay():
    one, two, three = sorted(found(STORY, PAIRS).sources(), key=lambda s: s.name, reverse=True)

    assert (one.name, one.originals, one.updates, one.republished, one.taken) == ("Một", 1, 1, 2, 0)
    assert [(f.taker, f.articles) for f in one.takers] == [("Ba", 1), ("Hai", 1)]
    assert (two.taken, two.unclear, two.reports, two.delay) == (1, 1, 1, 120.0)
    assert (three.taken, three.updates, three.unclear, three.alone) == (1, 1, 1, 1)
    assert [(f.giver, f.delay) for f in three.givers] == [("Một", 240.0)]


def test_articles_without_a_source_are_in_no_flow_and_no_source():
    labels = [label("a", "", "s1", "a"), label("b", "Hai", "s1", "a", NEAR)]
    detection = found(labels, PAIRS[:1])

    assert detection.flows() == ()
    assert [(s.name, s.taken, s.givers) for s in detection.sources()] == [("Hai", 1, ())]


def test_the_order_of_labels_and_pairs_changes_no_flow_and_no_source():
    forward, backward = found(STORY, PAIRS), found(STORY[::-1], PAIRS[::-1])

    assert forward.flows(by_relation=True) == backward.flows(by_relation=True)
    assert forward.sources() == backward.sources()


def test_standings_name_what_has_no_relation():
    told = standings(STORY)

    assert told["a"] == "original"
    assert told["b"] == "near_copy"
    assert told["d"] == "copy of a copy"
    assert told["f"] == "original unknown"
    assert told["h"] == "same_event"
    assert told["i"] == "alone"


def test_a_day_without_a_time_gives_whole_days():
    assert delay("2025-03-01", "2025-03-03T23:00:00+07:00") == 2 * 1440
    assert delay("2025-03-01T10:00:00+07:00", "2025-03-01T03:30:00+00:00") == 30
    assert delay("2025-03-01T10:00:00", None) is None


def test_the_median_of_an_even_number_lies_between_two():
    assert middle([5, 1, 3, 100]) == 4
    assert middle([7]) == 7
    assert middle([]) is None


def test_a_delay_is_said_in_the_unit_that_fits():
    told = [span(minutes) for minutes in (0, 40, -40, 179, 1440, 3 * 1440)]

    assert told == ["same time", "40 min", "−40 min", "3 h", "24 h", "3 days"]
