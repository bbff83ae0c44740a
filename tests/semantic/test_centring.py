from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.models import Model, registry, resolve, shipped
from detector.semantic.centring import centred, means

TINY = Path(__file__).parents[1] / "data/tiny-encoder"


def near(axis, count, seed=1):
    """Unit vectors that share an axis, as a language's do."""
    made = np.random.default_rng(seed).normal(size=(count, 16)) / 4
    made[:, axis] += 3
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def between(vectors):
    cosines = vectors @ vectors.T
    return float(cosines[~np.eye(len(vectors), dtype=bool)].mean())


def test_the_mean_of_its_language_is_taken_out_of_a_vector_and_it_stays_unit():
    vectors = near(0, 3)
    known = {"vi": np.eye(16, dtype=np.float32)[0], "any": np.zeros(16, np.float32)}

    found = centred(vectors, ["vi", "en", "vi"], known)

    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert found[1] == pytest.approx(vectors[1], abs=1e-6)
    assert abs(found[0, 0]) < 0.1
    assert vectors[0, 0] > 0.9  # what was given is left alone


def test_a_text_without_a_vector_has_none_afterwards():
    vectors = np.concatenate([near(0, 80), np.zeros((1, 16), np.float32)])
    known = {"any": np.eye(16, dtype=np.float32)[0]}

    for given in (known, {}):
        found = centred(vectors, ["vi"] * 81, given)
        assert not found[-1].any()
        assert found[:-1].any(axis=1).all()


def test_without_known_means_those_of_a_larger_corpus_make_strangers_orthogonal():
    vectors = np.concatenate([near(0, 300), near(1, 300)])
    languages = ["vi"] * 300 + ["en"] * 300

    found = centred(vectors, languages, {})

    assert between(vectors[:300]) > 0.8
    assert abs(between(found[:300])) < 0.1
    assert abs(float((found[:300] @ found[300:].T).mean())) < 0.2


def test_a_language_with_few_articles_is_not_told_by_what_they_tell():
    few = np.repeat(near(5, 1), 3, axis=0)  # three reports of one event
    vectors = np.concatenate([near(0, 300), few])

    found = centred(vectors, ["vi"] * 300 + ["fr"] * 3, {})

    assert between(found[-3:]) > 0.99
    assert found[-1, 5] > 0.5


def test_of_a_very_small_corpus_nothing_is_taken_out():
    vectors = near(0, 49)

    assert centred(vectors, ["vi"] * 49, {}) == pytest.approx(vectors, abs=1e-6)


def test_the_order_of_languages_does_not_matter():
    vectors = np.concatenate([near(0, 100), near(1, 60)])
    languages = ["vi"] * 100 + ["en"] * 60

    forwards = centred(vectors, languages, {})
    backwards = centred(vectors[::-1], languages[::-1], {})

    assert backwards[::-1] == pytest.approx(forwards, abs=1e-5)


def test_our_transformer_has_means_of_its_own_length():
    entry = registry.ours()["e5-small"]
    path = shipped(entry["means"])
    model = Model(
        "e5", "transformer", path.parent, "", entry["dimension"], "", None, "cache", means=path
    )

    found = means(model)

    assert {"vi", "en", "any"} <= set(found)
    for mean in found.values():
        assert mean.shape == (entry["dimension"],)
        assert 0.5 < np.linalg.norm(mean) < 1  # most of a vector is what all share


def test_a_model_that_is_not_ours_has_no_means_and_the_thresholds_of_its_tier():
    model = resolve(str(TINY))

    assert not model.recorded
    assert means(model) == {}
    assert model.thresholds == registry.ours()["e5-small"]["thresholds"]


def test_damaged_means_are_named(tmp_path):
    path = tmp_path / "means.safetensors"
    path.write_bytes(b"no tensors")
    model = Model("e5", "transformer", tmp_path, "", 4, "", None, "cache", means=path)

    with pytest.raises(ModelError, match=f"{path}: truncated or corrupt"):
        means(model)
