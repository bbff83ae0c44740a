"""What a store says of articles, and how its clusters live."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from detector import (
    Article,
    Config,
    Decision,
    Detector,
    InputError,
    Level,
    Relation,
    StoreError,
    UnknownArticleError,
    UnknownClusterError,
    UsageError,
)
from detector.config import LexicalConfig, SemanticConfig
from detector.readers import read

NEWSROOM = Path(__file__).parents[1] / "data" / "newsroom" / "articles.jsonl"
CONFIG = Config(jobs=1)


@pytest.fixture(scope="module")
def newsroom() -> list[Article]:
    return list(read([NEWSROOM]))


@pytest.fixture(scope="module")
def full(tmp_path_factory, newsroom):
    path = tmp_path_factory.mktemp("full") / "index"
    with Detector.open(path, CONFIG) as detector:
        for start in range(0, len(newsroom), 50):
            detector.add(newsroom[start : start + 50])
        yield detector


@pytest.fixture
def empty(tmp_path):
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        yield detector


def members(detector, level):
    return {frozenset(c.members) for c in detector.clusters(level)}


def pair_of(detector, relation):
    """Two articles of which the later one has this relation to the earlier."""
    order = {label.id: at for at, label in enumerate(detector.detection().labels)}
    pair = detector.detection().pairs_of(relation)[0]
    return sorted((pair.a, pair.b), key=order.__getitem__)


def test_what_is_added_is_there_when_the_store_is_opened_again(tmp_path, newsroom):
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add(newsroom[:7])
    with Detector.open(tmp_path / "index") as detector:
        assert len(detector) == 7
        assert newsroom[3].id in detector
        assert newsroom[9].id not in detector
        assert detector.get(newsroom[3].id) == newsroom[3]


def test_the_first_article_is_new_and_founds_its_clusters(empty, newsroom):
    checked = empty.check(newsroom[0])
    (added,) = empty.add(newsroom[0])

    assert checked.is_new
    assert checked.relation is checked.matched is checked.event_cluster is None
    assert added.is_new
    assert added.event_cluster == empty.clusters(Level.EVENT)[0].id


def test_checking_writes_nothing(empty, newsroom):
    empty.add(newsroom[:3])
    before = empty.info()

    empty.check(newsroom[5])
    empty.check(newsroom[1])

    assert empty.info() == before


@pytest.mark.parametrize(
    ("relation", "is_new"),
    [
        (Relation.EXACT_COPY, False),
        (Relation.NEAR_COPY, False),
        (Relation.EXCERPT, False),
        (Relation.TRANSLATION, False),
        (Relation.SAME_EVENT, True),
    ],
)
def test_each_relation_to_a_stored_article_is_told(tmp_path, full, newsroom, relation, is_new):
    first, second = pair_of(full, relation)
    by_id = {article.id: article for article in newsroom}
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add(by_id[first])
        verdict = detector.check(by_id[second])

        assert (verdict.is_new, verdict.relation, verdict.matched) == (is_new, relation, first)
        assert verdict.score > 0.5
        assert verdict.event_cluster == detector.clusters(Level.EVENT)[0].id
        assert verdict.evidence.reasons or verdict.evidence.passages
        told = verdict.row()
        assert list(told)[:4] == ["id", "is_new", "relation", "matched"]
        assert told["relation"] == str(relation)


def test_an_id_that_is_stored_with_an_equal_text_is_itself(full, newsroom):
    verdict = full.check(newsroom[4])

    assert not verdict.is_new
    assert (verdict.matched, verdict.relation) == (newsroom[4].id, Relation.EXACT_COPY)


def test_an_article_that_is_added_again_changes_nothing(empty, newsroom):
    empty.add(newsroom[:4])
    verdicts = empty.add(newsroom[:4])

    assert [v.matched for v in verdicts] == [a.id for a in newsroom[:4]]
    assert len(empty) == 4


def test_an_id_that_is_stored_with_another_text_is_refused(empty, newsroom):
    empty.add(newsroom[0])
    changed = replace(newsroom[0], text=newsroom[0].text + " Thêm một câu.")

    with pytest.raises(InputError, match="is stored already with another text; remove it first"):
        empty.add(changed)
    assert empty.check(changed).relation is Relation.NEAR_COPY
    assert empty.check(changed).matched == changed.id


def test_an_id_that_comes_twice_is_refused_and_nothing_of_the_batch_is_stored(empty, newsroom):
    with pytest.raises(InputError, match="two articles have the id"):
        empty.add([*newsroom[:3], newsroom[0]])
    assert len(empty) == 0


def test_unknown_ids_are_errors(full):
    with pytest.raises(UnknownArticleError, match='no article has the id "nobody"'):
        full.get("nobody")
    with pytest.raises(UnknownArticleError):
        full.remove(["nobody"])
    for name in ("eve-000000000000", "nothing", "eve-xyz"):
        with pytest.raises(UnknownClusterError, match="no cluster has the id"):
            full.cluster(name)


def test_a_detector_without_a_store_says_so(newsroom):
    with pytest.raises(UsageError, match=r"no index is open; use Detector\.open\(path\)"):
        Detector(CONFIG).check(newsroom[0])


def test_a_store_that_is_not_there_is_made_only_where_that_is_allowed(tmp_path):
    with pytest.raises(StoreError, match="no index there"):
        Detector.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_a_folder_with_other_files_is_not_taken(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")

    with pytest.raises(StoreError, match=r"holds other files \(a\.txt"):
        Detector.open(tmp_path / "letters")


def test_other_options_than_it_was_built_with_are_refused_and_named(empty):
    other = Config(lexical=LexicalConfig(bands=16))

    with pytest.raises(StoreError, match=r"\(lexical\.bands 32, not 16\); .*build the index again"):
        Detector.open(empty.info().path, other)


def test_another_encoder_than_it_was_built_with_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "index"
    Detector.open(path, CONFIG).close()
    from detector.pipeline import opened

    model = opened.resolve("static")
    monkeypatch.setattr(opened, "resolve", lambda _name: replace(model, digest="0" * 32))

    with pytest.raises(StoreError, match=r"built with another .* \(digest .*build the index again"):
        Detector.open(path)


def test_options_are_those_that_the_store_was_built_with(tmp_path):
    config = Config(jobs=1, semantic=SemanticConfig(model="none"))
    Detector.open(tmp_path / "index", config).close()

    with Detector.open(tmp_path / "index") as detector:
        assert detector.config.semantic.model == "none"


def test_a_cluster_keeps_its_id_as_articles_arrive(tmp_path, full, newsroom):
    event = max(full.clusters(Level.EVENT), key=lambda c: len(c.members))
    story = [article for article in newsroom if article.id in event.members]
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        names = {v.event_cluster for article in story for v in detector.add(article)}
        first = detector.clusters(Level.EVENT, 2)

        assert len(first) == 1
        assert first[0].id in names
        happened = detector.cluster_events(datetime(2020, 1, 1, tzinfo=timezone.utc))
        assert {e.kind for e in happened if e.cluster == first[0].id} <= {"born", "grown", "merged"}
        assert detector.cluster(first[0].id).members == tuple(sorted(a.id for a in story))


def test_clusters_that_a_decision_joins_merge_and_those_it_parts_split(tmp_path, full, newsroom):
    events = full.clusters(Level.EVENT, 2)
    one, other = events[0].members[:2], events[1].members[:2]
    by_id = {article.id: article for article in newsroom}
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add([by_id[name] for name in (*one, *other)])
        begun = datetime.now(timezone.utc) - timedelta(seconds=2)
        before = {c.id for c in detector.clusters(Level.EVENT, 2)}
        detector.decide([Decision(one[0], other[0], together=True)])
        (merged,) = detector.clusters(Level.EVENT, 2)
        assert set(merged.members) == {*one, *other}
        assert merged.id in before

        detector.decide([Decision(one[0], other[0], together=False)])
        assert {frozenset(c.members) for c in detector.clusters(Level.EVENT, 2)} == {
            frozenset(one),
            frozenset(other),
        }
        assert merged.id in {c.id for c in detector.clusters(Level.EVENT, 2)}
        told = [e for e in detector.cluster_events(begun) if e.level is Level.EVENT]
        (joined,) = [e for e in told if e.kind == "merged"]
        (split,) = [e for e in told if e.kind == "split"]
        assert {joined.cluster, *joined.merged_from} == before
        assert split.split_from == merged.id


def test_a_decision_holds_when_more_articles_arrive(tmp_path, full, newsroom):
    event = max(full.clusters(Level.EVENT), key=lambda c: len(c.members))
    story = [article for article in newsroom if article.id in event.members]
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add(story[:2])
        detector.decide([Decision(story[0].id, story[1].id, together=False)])
        detector.add(story[2:])

        assert not any(
            {story[0].id, story[1].id} <= set(c.members) for c in detector.clusters(Level.EVENT)
        )


def test_equal_texts_cannot_be_parted(full):
    first, second = pair_of(full, Relation.EXACT_COPY)

    with pytest.raises(UsageError, match="have the same text; they cannot be parted"):
        full.decide([Decision(first, second, together=False)])


def test_removing_an_article_leaves_the_others_where_they_were(tmp_path, full, newsroom):
    event = max(full.clusters(Level.EVENT), key=lambda c: len(c.members))
    story = [article for article in newsroom if article.id in event.members]
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add(story)
        name = detector.clusters(Level.EVENT, 2)[0].id
        assert detector.remove(story[0].id) == 1

        assert story[0].id not in detector
        assert detector.cluster(name).members == tuple(sorted(a.id for a in story[1:]))
        assert detector.verify() == ()
        detector.compact()
        assert detector.check(story[1]).matched == story[1].id
        assert detector.add(story[0])[0].event_cluster == name


def test_the_copy_that_is_left_speaks_for_the_original_that_is_removed(tmp_path, full, newsroom):
    by_id = {article.id: article for article in newsroom}
    detection = full.detection()
    for pair in detection.pairs_of(Relation.TRANSLATION):
        copies = [
            p for p in detection.pairs_of(Relation.NEAR_COPY) if {p.a, p.b} & {pair.a, pair.b}
        ]
        if copies:
            break
    shared = ({copies[0].a, copies[0].b} & {pair.a, pair.b}).pop()
    names = sorted({copies[0].a, copies[0].b, pair.a, pair.b})
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add([by_id[name] for name in names])
        detector.compact()
        detector.remove(shared)
        (left,) = detector.clusters(Level.SYNDICATION, 2)

        assert set(left.members) == set(names) - {shared}
        assert detector.verify() == ()


def test_articles_expire_by_when_they_were_published(tmp_path):
    old = Article("old", "Một bản tin cũ về lễ hội hoa. " * 20, published=date(2019, 3, 1))
    new = Article("new", "Một bản tin mới về giá gạo. " * 20, published=date(2024, 3, 1))
    unknown = Article("unknown", "Một bản tin không có ngày. " * 20)
    with Detector.open(tmp_path / "index", CONFIG) as detector:
        detector.add([old, new, unknown])

        assert detector.expire(date(2020, 1, 1)) == 1
        assert "old" not in detector
        assert detector.expire(datetime.now(timezone.utc) + timedelta(days=1)) == 2
        assert len(detector) == 0


def test_arrival_counts_by_number_though_the_clock_goes_backwards(empty, newsroom, monkeypatch):
    from detector.pipeline.index import index

    seconds = iter(range(2_000_000_000, 0, -1_000_000))
    monkeypatch.setattr(index.time, "time", lambda: next(seconds))
    for article in newsroom[:6]:
        empty.add(article)

    assert [label.id for label in empty.detection().labels] == [a.id for a in newsroom[:6]]


def test_without_texts_only_the_head_is_kept_and_copies_are_still_told(tmp_path, full, newsroom):
    by_id = {article.id: article for article in newsroom}
    found = []
    with Detector.open(tmp_path / "index", CONFIG, text=False) as detector:
        for pair in full.detection().pairs_of(Relation.NEAR_COPY)[:10]:
            if pair.a not in detector and pair.b not in detector:
                detector.add(by_id[pair.a])
                found.append(detector.check(by_id[pair.b]).matched == pair.a)
        kept = detector.get(newsroom[0].id) if newsroom[0].id in detector else None
        stored = detector.info()

    assert all(found)
    assert len(found) > 3
    assert not stored.text
    assert kept is None or kept.text == ""
    name = full.detection().pairs_of(Relation.NEAR_COPY)[0].a
    passage = by_id[name].text[200:260].encode()
    assert all(passage not in file.read_bytes() for file in (tmp_path / "index").iterdir())


def test_without_texts_most_translations_are_found_and_most_reports_are_none(tmp_path, newsroom):
    rows = map(json.loads, NEWSROOM.with_name("gold.jsonl").read_text("utf-8").splitlines())
    gold = {row["id"]: row for row in rows}
    with Detector.open(tmp_path / "index", CONFIG, text=False) as detector:
        for article in newsroom:
            detector.add(article)
        found = detector.detection().pairs_of(Relation.TRANSLATION)
    level = "syndication_cluster"
    true = [pair for pair in found if gold[pair.a][level] == gold[pair.b][level]]
    wanted = [
        1
        for n, a in enumerate(newsroom)
        for b in newsroom[n + 1 :]
        if gold[a.id][level] == gold[b.id][level]
        and gold[a.id]["language"] != gold[b.id]["language"]
    ]

    assert len(true) >= 0.7 * len(found)
    assert len(true) >= 0.8 * len(wanted)


def test_a_verdict_on_a_language_that_the_encoder_does_not_know_says_so(full, newsroom):
    text = (
        "Der Stadtrat von Freiburg hat am Dienstag beschlossen, die alte Brücke über die Dreisam "
        "zu erneuern. Die Arbeiten sollen im März beginnen und rund zwei Jahre dauern."
    )

    reasons = full.check(Article("neu", text)).evidence.reasons

    assert reasons == ("The encoder does not know this language (de): compared by words alone.",)
    assert full.check(replace(newsroom[0], id="again")).evidence.reasons != reasons


def test_two_stored_articles_are_explained_as_in_a_corpus(full, newsroom):
    pair = full.detection().pairs_of(Relation.TRANSLATION)[0]
    stored = full.explain(pair.a, pair.b)
    together = Detector(CONFIG).explain(newsroom, pair.a, pair.b)

    assert (stored.question, stored.relation) == (together.question, together.relation)
    assert stored.probability == pytest.approx(together.probability, abs=0.1)
    assert stored.evidence.passages == together.evidence.passages
    assert stored.original == together.original


def test_hostile_articles_are_stored_and_come_back(empty):
    articles = [
        Article("a'; DROP TABLE articles; --", "x" * 100_000),
        Article("\N{PILE OF POO}", "\ud800 \x00 \N{RIGHT-TO-LEFT OVERRIDE} tin"),
        Article("empty", ""),
        Article("line", "Một dòng."),
    ]
    verdicts = empty.add(articles)

    assert all(v.is_new for v in verdicts)
    assert [empty.get(a.id).text for a in articles] == [a.text for a in articles]
    assert empty.verify() == ()


def test_an_index_asks_for_no_second_opinion(tmp_path):
    base = Config()
    asking = replace(base, verify=replace(base.verify, model="transformer"))

    with pytest.raises(UsageError, match=r"verify\.model: an index asks nobody"):
        Detector.open(tmp_path / "news.index", asking)
