from pathlib import Path

import pytest

from detector import Config, Detector
from detector.cli.show import show
from detector.config import ReadConfig
from detector.readers import read
from detector.records import Cluster, Detection, Evidence, Label, Level, Pair, Relation
from detector.report.reasons import phrases

NEWSROOM = Path(__file__).parents[1] / "data/newsroom/articles.jsonl"


@pytest.fixture(scope="module")
def newsroom():
    return Detector(Config(jobs=1)).detect(read([NEWSROOM], ReadConfig()), evidence=False)


def label(name, story, event, **more):
    facts = {
        "duplicate_cluster": f"dup-{name}", "canonical": True, "original": None,
        "original_confidence": 0.0, "relation": None, "score": None, "language": "vi",
        "published": None, "event_date": "2025-02-09", "credits": (), "title": f"Title of {name}",
        "source": "",
    }  # fmt: skip
    return Label(id=name, syndication_cluster=story, event_cluster=event, **{**facts, **more})


def detection(labels, pairs, *, original=None, confidence=0.0):
    stories, events = {}, {}
    for found in labels:
        stories.setdefault(found.syndication_cluster, []).append(found.id)
        events.setdefault(found.event_cluster, []).append(found.id)
    clusters = [
        Cluster(
            name,
            Level.SYNDICATION,
            tuple(sorted(members)),
            original if original in members else None,
            confidence if original in members else 0.0,
        )
        for name, members in stories.items()
    ]
    clusters += [Cluster(n, Level.EVENT, tuple(sorted(m))) for n, m in events.items()]
    return Detection(tuple(labels), tuple(pairs), tuple(clusters))


def pair(a, b, relation, score, *reasons, original=None):
    return Pair(a, b, relation, score, original, evidence=Evidence(reasons=reasons))


def test_a_story_is_its_first_article_and_below_it_what_was_made_of_it():
    labels = [
        label("a", "s1", "e1", source="Báo Một", published="2025-02-09T06:40:00+07:00"),
        label("b", "s1", "e1", source="Báo Hai", published="2025-02-09T09:40:00+07:00"),
        label("c", "s1", "e1", published="2025-02-10", language="en"),
        label("d", "s2", "e1", source="Báo Ba"),
        label("e", "s3", "e3"),
    ]
    pairs = [
        pair("a", "b", Relation.NEAR_COPY, 0.98, "b credits Báo Một, where a appeared."),
        pair("a", "c", Relation.TRANSLATION, 0.9, "a was published 1 day before c."),
        pair("a", "d", Relation.SAME_EVENT, 0.8),
    ]

    found = detection(labels, pairs, original="a", confidence=0.97)

    assert "\n".join(show(found)) == (
        "\x1b[1m2025-02-09 · 4 articles, 2 reports · e1\x1b[0m\n"
        "\n"
        "  \x1b[32moriginal 0.97      \x1b[0m  Title of a\n"
        "  │                    Báo Một, 2025-02-09 06:40 [a]\n"
        "  ├ \x1b[36medited copy 0.98 \x1b[0m  Title of b\n"
        "  │                    Báo Hai, 2025-02-09 09:40 [b]\n"
        "  │                    \x1b[35mcredits Báo Một\x1b[0m\n"
        "  └ \x1b[36mtranslation 0.90 \x1b[0m  Title of c\n"
        "                       2025-02-10 [c]\n"
        "                       \x1b[35mpublished 1 day later\x1b[0m\n"
        "\n"
        "  report               Title of d\n"
        "                       Báo Ba [d]\n"
        "\n"
        "\x1b[1m1 event with several articles, 1 article on its own.\x1b[0m"
    )


def test_what_derives_from_a_copy_is_said_to():
    labels = [label("a", "s1", "e1"), label("b", "s1", "e1"), label("c", "s1", "e1")]
    pairs = [
        pair("a", "b", Relation.NEAR_COPY, 0.98),
        pair("b", "c", Relation.EXCERPT, 0.9, "c is contained in the longer b."),
    ]
    told = "\n".join(show(detection(labels, pairs, original="a", confidence=0.9)))

    assert "from b: contained in the longer text" in told
    assert "nothing says which was first" in told


def test_where_nothing_says_who_was_first_no_one_is_called_so():
    labels = [label("a", "s1", "e1"), label("b", "s1", "e1", canonical=False)]
    told = "\n".join(show(detection(labels, [pair("a", "b", Relation.EXACT_COPY, 1.0)])))

    assert "original unknown" in told
    assert "original 0" not in told


def test_the_newsroom_fits_a_terminal_and_shows_no_id_in_a_reason(newsroom):
    lines = [line for line in show(newsroom) if "\x1b[35m" in line]
    ids = {label.id for label in newsroom.labels}

    assert len(lines) > 40
    assert not [x for x in lines if not x.count("but ") and any(f" {i} " in x for i in ids)]
    for line in show(newsroom):
        plain = line
        for code in ("0", "1", "32", "33", "35", "36"):
            plain = plain.replace(f"\x1b[{code}m", "")
        assert len(plain) <= 80, plain


def test_every_event_with_two_articles_is_shown(newsroom):
    told = "\n".join(show(newsroom))
    events = newsroom.clusters_of(Level.EVENT, least=2)

    assert all(cluster.id in told for cluster in events)
    assert all(f"[{member}]" in told for cluster in events for member in cluster.members)


@pytest.mark.parametrize(
    ("reason", "phrase"),
    [
        ("b credits Báo Một, where a appeared.", "credits Báo Một"),
        ("b credits Reuters; a credits nobody.", "credits Reuters"),
        ("b links to a as its source.", "links to it as its source"),
        ("b credits a link that spells the headline of a.", "credits a link with its headline"),
        ("b still shows the headline of a.", "still shows its headline"),
        ("b is contained in the longer a.", "contained in the longer text"),
        ("a was published 40 minutes before b.", "published 40 minutes later"),
        ("Both were published by mot.example.", "by the same outlet"),
        ("b was published 1 day before a.", "though published 1 day earlier"),
        ("a credits Báo Hai, where b appeared.", "but a credits Báo Hai"),
        ("These signs contradict each other.", "these signs contradict each other"),
        ("Something else.", "Something else"),
    ],
)
def test_a_reason_is_told_from_the_side_of_the_one_that_follows(reason, phrase):
    assert phrases([reason], "a", "b") == (phrase,)


def test_what_two_reasons_say_alike_is_said_once():
    reasons = ["b credits Báo Một, where a appeared.", "b credits Báo Một; a credits nobody."]

    assert phrases(reasons, "a", "b") == ("credits Báo Một",)


def test_a_link_says_whom_it_credits():
    reasons = ["b links to a as its source.", "b credits a.example; a credits nobody."]

    assert phrases(reasons, "a", "b") == ("links to it as its source",)


def test_ids_with_special_letters_are_taken_literally():
    assert phrases(["x(1 was published 1 day before y*."], "x(1", "y*") == (
        "published 1 day later",
    )


def test_every_article_of_the_newsroom_has_one_standing(newsroom):
    found = newsroom.standings()

    assert set(found) == {label.id for label in newsroom.labels}
    assert {"original", "near_copy", "translation", "same_event", "alone"} <= set(found.values())
