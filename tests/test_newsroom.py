"""The sample newsroom's gold agrees with its articles and with itself."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from detector.records import COPIES, Relation
from detector.text import normalise, shingles, tokenise

FOLDER = Path(__file__).parent / "data" / "newsroom"
LEVELS = ("duplicate_cluster", "syndication_cluster", "event_cluster")


def rows(name):
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def articles():
    return {row["id"]: row for row in rows("articles")}


@pytest.fixture(scope="module")
def gold():
    return {row["id"]: row for row in rows("gold")}


@pytest.fixture(scope="module")
def pairs():
    return rows("pairs")


def members(gold, level):
    groups = defaultdict(list)
    for key, row in gold.items():
        groups[row[level]].append(key)
    return groups


def test_ids_are_unique_and_gold_has_one_row_for_each_article(articles, gold):
    assert len(rows("articles")) == len(articles)
    assert len(rows("gold")) == len(gold)
    assert articles.keys() == gold.keys()


def test_there_are_enough_articles_in_both_languages_and_of_all_lengths(articles, gold):
    languages = Counter(row["language"] for row in gold.values())
    assert set(languages) == {"en", "vi"}
    assert min(languages.values()) >= 40
    assert len(articles) >= 130
    lengths = [len(row["text"].split()) for row in articles.values()]
    assert min(lengths) >= 50
    assert sum(length > 500 for length in lengths) >= 15


def test_articles_have_only_known_fields_and_places_that_cannot_exist(articles):
    for row in articles.values():
        assert set(row) <= {"id", "title", "text", "source", "url", "published"}
        assert all(isinstance(value, str) and value for value in row.values())
        assert urlsplit(row.get("url", "https://x.example/")).hostname.endswith(".example")
    assert any("title" not in row for row in articles.values())
    assert any("source" not in row for row in articles.values())


def test_times_are_days_or_have_the_zone_and_a_few_are_missing(articles):
    kinds = Counter()
    for row in articles.values():
        published = row.get("published")
        if published is None:
            kinds["none"] += 1
        elif len(published) == 10:
            date.fromisoformat(published)
            kinds["day"] += 1
        else:
            assert datetime.fromisoformat(published).utcoffset() == timedelta(hours=7)
            kinds["time"] += 1
    assert kinds["none"] >= 4
    assert kinds["day"] >= 10
    assert kinds["time"] > len(articles) / 2


def test_clusters_nest(gold):
    for inner, outer in itertools.pairwise(LEVELS):
        for group in members(gold, inner).values():
            assert len({gold[key][outer] for key in group}) == 1


def test_a_duplicate_cluster_has_one_language_and_an_event_one_day(gold):
    for group in members(gold, "duplicate_cluster").values():
        assert len({gold[key]["language"] for key in group}) == 1
    for group in members(gold, "event_cluster").values():
        assert len({gold[key]["event_date"] for key in group}) == 1


def test_an_original_belongs_to_its_syndication_cluster_and_is_the_same_for_all_of_it(gold):
    for group in members(gold, "syndication_cluster").values():
        originals = {gold[key]["original"] for key in group}
        assert len(originals) == 1
        assert originals <= {None, *group}
        if len(group) == 1:
            assert originals == {None}


def test_pairs_are_exactly_those_of_one_event_in_order(gold, pairs):
    expected = set()
    for group in members(gold, "event_cluster").values():
        expected.update(itertools.combinations(sorted(group), 2))
    assert [(row["a"], row["b"]) for row in pairs] == sorted(expected)


def test_relations_follow_from_clusters_and_languages(gold, pairs):
    for row in pairs:
        a, b = gold[row["a"]], gold[row["b"]]
        relation = Relation(row["relation"])
        if a["duplicate_cluster"] == b["duplicate_cluster"]:
            assert relation in COPIES
        elif a["syndication_cluster"] != b["syndication_cluster"]:
            assert relation is Relation.SAME_EVENT
        elif a["language"] != b["language"]:
            assert relation is Relation.TRANSLATION
        else:
            assert relation is Relation.SAME_EVENT


def test_the_original_of_a_pair_is_one_of_the_two_and_agrees_with_the_cluster(gold, pairs):
    for row in pairs:
        original = gold[row["a"]]["original"]
        if row["relation"] == "same_event" or original is None:
            assert row["original"] is None
        elif original in (row["a"], row["b"]):
            assert row["original"] == original
        else:
            assert row["original"] in (None, row["a"], row["b"])


def test_same_source_follows_from_the_outlets(articles, pairs):
    for row in pairs:
        sources = {articles[row[side]].get("source") for side in "ab"}
        assert row["same_source"] == (len(sources) == 1 and None not in sources)


def test_every_relation_occurs_often_enough_to_be_measured(gold, pairs):
    counts = Counter(row["relation"] for row in pairs)
    assert counts["exact_copy"] >= 10
    assert counts["near_copy"] >= 25
    assert counts["excerpt"] >= 10
    assert counts["translation"] >= 40
    assert counts["same_event"] >= 100
    assert sum(row["relation"] == "near_copy" and row["same_source"] for row in pairs) >= 3
    events = members(gold, "event_cluster").values()
    assert sum(len(group) == 1 for group in events) >= 40
    reports = [len({gold[key]["syndication_cluster"] for key in group}) for group in events]
    assert sum(count >= 2 for count in reports) >= 12


def test_exact_copies_differ_in_form_but_share_their_words(articles, pairs):
    for row in pairs:
        if row["relation"] != "exact_copy":
            continue
        texts = [articles[row[side]]["text"] for side in "ab"]
        assert texts[0] != texts[1]
        sets = []
        for text in texts:
            tokens = tokenise([normalise(text)])
            sets.append(np.unique(shingles(tokens.hashes, tokens.bounds, 3)[0]))
        # One of the two pages may carry captions and links as well.
        assert len(np.intersect1d(*sets)) >= 0.95 * min(map(len, sets)), row
