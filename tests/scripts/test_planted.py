"""Planted corpora are the same every time and keep training and test apart."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import material  # noqa: E402
import planted  # noqa: E402
from corpus import Corpus  # noqa: E402

from detector.errors import InputError, UsageError  # noqa: E402
from detector.records import COPIES, Relation  # noqa: E402

needs_sets = pytest.mark.skipif(
    not (ROOT.parent / "shared" / "data" / "events").is_dir(),
    reason="the public sets are not at ../shared/data",
)


def small(name: str, part: material.Part = "test", seed: int = 1) -> Corpus:
    if name == "copies":
        return planted.copies(seed, part, bases=40, strangers=200)
    if name in ("translations", "condensed", "changed"):
        return getattr(planted, name)(seed, part, strangers=100)
    if name in ("abmusu", "ecbplus"):
        return planted.events(name, seed, part)
    if name == "abmusu_dated":
        return planted.dated(seed, part)
    return getattr(planted, name)(seed, part, bases=16)


NAMES = (
    "copies", "translations", "condensed", "changed", "templates", "origins", "abmusu",
    "abmusu_dated", "ecbplus",
)  # fmt: skip


def test_absent_sets_are_an_error_that_says_what_can_be_done(tmp_path: Path):
    with pytest.raises(InputError, match="Name their folder with --data or DETECTOR_DATA"):
        material.folder(tmp_path)


def test_the_split_depends_on_the_key_alone_and_has_about_its_share():
    halves = Counter(material.split(f"event {n}", 0.4) for n in range(2000))
    assert 0.36 < halves["train"] / 2000 < 0.44
    assert material.split("event 7", 1.0) == "train"
    assert material.split("event 7", 0.0) == "test"


def test_shared_text_is_measured_exactly():
    one = " ".join(f"từ{n}" for n in range(50))
    half = " ".join(f"từ{n}" for n in range(20))
    other = " ".join(f"khác{n}" for n in range(50))
    found = material.shared_text([one, half, other, one.upper()], least=0.5)
    assert [(i, j) for i, j, _, _ in found] == [(0, 1), (0, 3), (1, 3)]
    assert found[0][2:] == (pytest.approx(16 / 46), 1.0)
    assert material.shared_text(["", "a b"], least=0.5) == []


@needs_sets
@pytest.mark.parametrize("name", NAMES)
def test_a_corpus_is_the_same_every_time_and_names_only_its_own_articles(name: str):
    corpus, again = small(name), small(name)
    assert corpus.digest() == again.digest()
    assert corpus.articles == again.articles
    ids = [article.id for article in corpus.articles]
    assert len(set(ids)) == len(ids)
    assert [row["id"] for row in corpus.rows] == ids
    named = {i for p in corpus.pairs for i in (p.a, p.b)} | {i for k in corpus.kinds for i in k}
    assert named <= set(ids)
    assert all(p.a < p.b for p in corpus.pairs)
    assert not corpus.forbidden & {(p.a, p.b) for p in corpus.pairs}


@needs_sets
@pytest.mark.parametrize("name", ["copies", "translations", "templates", "abmusu", "ecbplus"])
def test_training_and_test_share_no_article(name: str):
    texts = [{a.text for a in small(name, part).articles} for part in ("train", "test")]
    assert all(texts)
    assert not texts[0] & texts[1]


@needs_sets
def test_what_is_measured_is_refused_for_training():
    assert small("templates", "train").for_training().part == "train"
    for part in ("test", "all"):
        with pytest.raises(UsageError, match="build it with part='train'"):
            small("templates", part).for_training()
    with pytest.raises(UsageError, match="newsroom"):
        planted.newsroom().for_training()


@needs_sets
def test_another_seed_plants_other_copies():
    assert small("copies", seed=1).digest() != small("copies", seed=2).digest()


@needs_sets
def test_copies_have_every_relation_and_nothing_is_said_of_articles_not_planted():
    corpus = small("copies")
    assert {p.relation for p in corpus.pairs} == COPIES
    bases = sorted({a.id for a in corpus.articles} - corpus.planted)
    copy = min(corpus.planted)
    assert corpus.natural([(bases[0], bases[1]), (bases[0], copy)]) == {(bases[0], bases[1])}
    clusters = {row["id"]: row["duplicate_cluster"] for row in corpus.rows}
    assert all(clusters[p.a] == clusters[p.b] for p in corpus.pairs)
    assert not corpus.doubtful & {(p.a, p.b) for p in corpus.pairs}


@needs_sets
def test_half_of_the_translations_have_no_partner_and_a_third_of_the_condensed_is_left():
    whole, short = small("translations"), small("condensed")
    spoken = Counter(row["language"] for row in whole.rows)
    assert spoken["vi"] > 100
    assert spoken["en"] > len(whole.pairs)
    assert {p.relation for p in whole.pairs} == {Relation.TRANSLATION}
    lengths = [{a.id: len(a.text) for a in corpus.articles} for corpus in (whole, short)]
    assert lengths[0].keys() == lengths[1].keys()
    shares = [min(lengths[1][i] / lengths[0][i] for i in (pair.a, pair.b)) for pair in short.pairs]
    assert 0.2 < sum(shares) / len(shares) < 0.45
    assert [(p.a, p.b) for p in whole.pairs] == [(p.a, p.b) for p in short.pairs]


@needs_sets
def test_refilled_pairs_are_forbidden_and_the_others_untouched():
    whole, changed = small("translations"), small("changed")
    assert len(changed.forbidden) == pytest.approx(len(changed.pairs), abs=1)
    before = {a.id: a.text for a in whole.articles}
    after = {a.id: a.text for a in changed.articles}
    moved = {i for i in before if before[i] != after[i]}
    assert all(len(moved & set(key)) == 1 for key in changed.forbidden)
    assert not any(moved & {p.a, p.b} for p in changed.pairs)


@needs_sets
def test_sister_events_are_of_one_topic_and_never_divided():
    corpus = small("ecbplus")
    groups = {row["event_cluster"]: row["sister_group"] for row in corpus.rows}
    sizes = Counter(groups.values())
    assert set(sizes.values()) <= {1, 2}  # one topic of the set has a single event
    assert Counter(sizes.values())[2] > 5
    others = {row["sister_group"] for row in small("ecbplus", "train").rows}
    assert not others & set(sizes)


@needs_sets
def test_originals_come_first_and_nothing_is_claimed_where_nothing_speaks():
    from origins import KNOWN, OPEN

    corpus = small("origins")
    articles = {a.id: a for a in corpus.articles}
    kinds = {kind.removesuffix(" across") for kind in corpus.kinds.values()}
    assert kinds == {*KNOWN, *OPEN}
    for pair in corpus.pairs:
        kind = corpus.kinds[pair.a, pair.b].removesuffix(" across")
        assert (pair.original is None) == (kind in OPEN)
        times = {i: articles[i].published for i in (pair.a, pair.b)}
        if pair.original and all(times.values()):
            assert min(times, key=lambda i: str(times[i])) == pair.original


@needs_sets
def test_the_seeds_are_five_and_their_gold_is_that_of_the_design():
    corpus = planted.seeds()
    assert [a.id for a in corpus.articles] == ["000", "001", "002", "003", "004"]
    assert len(corpus.pairs) + len(corpus.forbidden) == 10


def test_the_newsroom_is_read_with_its_gold():
    try:
        corpus = planted.newsroom()
    except InputError as error:
        pytest.skip(str(error))
    assert len(corpus.articles) >= 80
    assert {p.relation for p in corpus.pairs} == set(Relation)
