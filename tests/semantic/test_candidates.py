import itertools

import numpy as np
import pytest

from detector.config import SemanticConfig
from detector.semantic.candidates import STRANGER, Neighbourhood

CONFIG = SemanticConfig()


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
        strangers += [STRANGER] * (config.margin_neighbours - len(strangers))
        levels.append(np.mean(strangers))
        others.append(strangers[0])
    cosine = float(vectors[i] @ vectors[j])
    return {
        "cosine": cosine,
        "margin": np.clip(cosine / max(np.mean(levels), 0.05) - 1, -1, 4),
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
        assert measured["margin"].tolist() == pytest.approx([1 / STRANGER - 1])
        assert measured["gap"].tolist() == pytest.approx([1 - STRANGER])


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
