import itertools

import numpy as np
import pytest

from detector.config import SemanticConfig
from detector.semantic.candidates import Neighbourhood, Strangers

CONFIG = SemanticConfig()
USUAL = Strangers()


def unit_rows(count, dimension=6, seed=1):
    made = np.random.default_rng(seed).normal(size=(count, dimension))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def all_pairs(count):
    return np.array(list(itertools.combinations(range(count), 2)), np.int64).reshape(-1, 2)


def neighbours(vectors, languages, config, i, language):
    """The nearest other articles of one language with their cosines, plainly."""
    others = [
        (float(vectors[i] @ vectors[j]), j)
        for j in range(len(vectors))
        if j != i and languages[j] == language and vectors[j].any()
    ]
    return sorted(others, key=lambda found: (-found[0], found[1]))[: config.neighbours]


def measured_plainly(vectors, languages, config, i, j):
    levels, others, ranks = [], [], []
    for one, other in ((i, j), (j, i)):
        near = neighbours(vectors, languages, config, one, languages[other])
        at = [n for _, n in near]
        ranks.append(at.index(other) + 1 if other in at else config.neighbours + 1)
        strangers = [cosine for cosine, n in near if n != other][: config.margin_neighbours]
        least = USUAL.within if languages[one] == languages[other] else USUAL.crossing
        strangers += [least] * (config.margin_neighbours - len(strangers))
        strangers = [max(cosine, least) for cosine in strangers]
        levels.append(np.mean(strangers))
        others.append(strangers[0])
    cosine = float(vectors[i] @ vectors[j])
    return {
        "cosine": cosine,
        "margin": np.clip(cosine / np.mean(levels) - 1, -1, 4),
        "mutual": float(ranks == [1, 1]),
        "rank": np.log(min(ranks)),
        "gap": min(cosine - others[0], cosine - others[1]),
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "config",
    [SemanticConfig(neighbours=30), SemanticConfig(neighbours=4, margin_neighbours=3)],
    ids=["all", "few"],
)
def test_pairs_are_measured_as_the_definitions_say(config, seed):
    languages = ["vi"] * 12 + ["en"] * 7 + ["fr"]
    vectors = unit_rows(len(languages), seed=seed) + np.float32(0.2)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = all_pairs(len(languages))

    measured = Neighbourhood(vectors, languages, config).measure(pairs)

    expected = [measured_plainly(vectors, languages, config, i, j) for i, j in pairs.tolist()]
    for name, values in measured.items():
        assert values.dtype == np.float32
        assert values == pytest.approx([row[name] for row in expected], abs=1e-4), name
    assert measured.keys() == expected[0].keys()
    assert 0 < measured["mutual"].sum() < len(pairs)


def test_every_article_is_paired_with_its_nearest_of_each_language():
    config = SemanticConfig(neighbours=2)
    languages = ["vi", "en"] * 8
    vectors = unit_rows(16)

    pairs = Neighbourhood(vectors, languages, config).pairs()

    expected = {
        (min(i, j), max(i, j))
        for i in range(16)
        for language in ("vi", "en")
        for _, j in neighbours(vectors, languages, config, i, language)
    }
    assert pairs.tolist() == sorted(map(list, expected))


def test_a_translation_stands_out_by_its_margin_and_not_by_its_cosine():
    axes = np.eye(12)
    topic = [axes[0] + 0.2 * axes[k] for k in range(3, 8)]  # five stories of one topic
    vietnamese = [*(v + 0.05 * axes[10] for v in topic), axes[1]]
    english = [*(v + 0.05 * axes[11] for v in topic), axes[1] + axes[2]]
    vectors = np.array([*vietnamese, *english])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    near = Neighbourhood(vectors, ["vi"] * 6 + ["en"] * 6, CONFIG)

    dense, sparse, strangers = (0, 6), (5, 11), (0, 7)
    measured = near.measure(np.array([dense, sparse, strangers]))

    cosine, margin = measured["cosine"], measured["margin"]
    assert cosine[0] > cosine[2] > 0.9 > cosine[1]
    assert margin[1] > margin[0] > 0 > margin[2]
    assert measured["mutual"].tolist() == [1, 1, 0]
    assert (measured["gap"] > 0).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "languages", [[], ["vi"], ["vi", "en"], ["vi", "vi"], ["vi", "en", "en"]], ids="-".join
)
def test_a_corpus_of_hardly_any_articles_is_measured_against_the_usual_stranger(languages):
    count = len(languages)
    vectors = np.full((count, 4), 0.5, np.float32)
    near = Neighbourhood(vectors, languages, CONFIG)
    pairs = all_pairs(count)

    assert near.pairs().tolist() == pairs.tolist()
    measured = near.measure(pairs)
    assert measured["cosine"].tolist() == [1.0] * len(pairs)
    if count == 2:
        assert measured["mutual"].tolist() == [1]
        assert measured["rank"].tolist() == [0]
        usual = USUAL.crossing if languages == ["vi", "en"] else USUAL.within
        assert measured["margin"].tolist() == pytest.approx([1 / usual - 1])
        assert measured["gap"].tolist() == pytest.approx([1 - usual])


def test_an_article_without_a_vector_has_no_neighbours_and_is_none():
    vectors = unit_rows(6)
    vectors[[1, 4]] = 0
    near = Neighbourhood(vectors, ["vi", "vi", "vi", "en", "en", "en"], CONFIG)

    assert near.pairs().tolist() == [[0, 2], [0, 3], [0, 5], [2, 3], [2, 5], [3, 5]]
    measured = near.measure(np.array([[0, 1], [1, 4]]))
    assert measured["cosine"].tolist() == [0, 0]
    assert measured["mutual"].tolist() == [0, 0]
    assert all(np.isfinite(values).all() for values in measured.values())


def test_a_corpus_without_any_vector_has_no_pairs():
    near = Neighbourhood(np.zeros((3, 4), np.float32), ["vi", "en", "vi"], CONFIG)

    assert near.pairs().shape == (0, 2)


def test_an_article_is_not_its_own_neighbour_among_many_equal_ones():
    config = SemanticConfig(neighbours=3)
    near = Neighbourhood(np.repeat(unit_rows(1), 40, 0), ["vi"] * 40, config)

    pairs = near.pairs()

    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert set(pairs.ravel().tolist()) == set(range(40))


def test_a_pair_crosses_where_its_languages_differ():
    near = Neighbourhood(unit_rows(4), ["vi", "en", "vi", "und"], CONFIG)

    crossing = near.crossing(all_pairs(4))

    assert crossing.tolist() == [True, False, True, True, True, True]


def test_margins_stay_within_their_bounds():
    vectors = np.array([[1, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], np.float32)
    near = Neighbourhood(vectors, ["vi", "en", "vi", "vi", "en"], CONFIG)

    margin = near.measure(all_pairs(5))["margin"]

    assert margin.min() == -1
    assert margin.max() <= 4


def test_a_model_says_what_a_neighbourhood_counts_for_at_the_least():
    vectors = np.array([[1, 0], [0.8, 0.6]], np.float32)
    strangers = Strangers.of_model({"stranger_within": 0.4, "other": 9.0})

    measured = Neighbourhood(vectors, ["vi", "vi"], CONFIG, strangers).measure(np.array([[0, 1]]))

    assert strangers == Strangers(0.4, USUAL.crossing, USUAL.best)
    assert measured["margin"].tolist() == pytest.approx([0.8 / 0.4 - 1])


def around(axis, count, cosine, seed, dimension=400):
    """Unit vectors that have `cosine` with each other, about."""
    noise = unit_rows(count, dimension, seed)
    made = np.sqrt(cosine) * np.eye(dimension)[axis] + np.sqrt(1 - cosine) * noise
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_strangers_are_measured_where_there_are_enough_articles():
    vectors = np.concatenate([around(0, 600, 0.5, 1), around(0, 600, 0.5, 2)])

    found = USUAL.of_corpus(vectors, ["vi"] * 600 + ["en"] * 600)

    assert found.within == pytest.approx(0.57, abs=0.05)  # the nearest of 600 are above 0.5
    assert found.crossing == pytest.approx(found.within, abs=0.03)
    assert found.best >= found.within


def test_large_events_do_not_make_strangers_look_near():
    strangers = around(0, 600, 0.5, 1)
    events = np.repeat(around(0, 50, 0.5, 3), 4, axis=0)

    alone = USUAL.of_corpus(strangers, ["vi"] * 600)
    among = USUAL.of_corpus(np.concatenate([strangers, events]), ["vi"] * 800)

    assert among.within == pytest.approx(alone.within, abs=0.02)


def test_strangers_between_languages_stay_in_proportion_where_there_is_one_language():
    found = USUAL.of_corpus(around(0, 600, 0.5, 1), ["vi"] * 600)

    assert found.crossing / found.within == pytest.approx(USUAL.crossing / USUAL.within)


def test_a_small_corpus_does_not_say_how_near_strangers_are():
    vectors = np.concatenate([around(0, 400, 0.5, 1), np.zeros((400, 400), np.float32)])

    assert USUAL.of_corpus(vectors, ["vi"] * 800) == USUAL
    assert USUAL.of_corpus(np.zeros((0, 4), np.float32), []) == USUAL
