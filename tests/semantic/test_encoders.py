"""What `Encoder` promises, asked of those that need no download."""

from pathlib import Path

import numpy as np
import pytest

from detector.models import resolve
from detector.semantic.base import Encoder, HashingEncoder, unit

TINY = Path(__file__).parents[1] / "data/tiny-encoder"
TEXTS = [
    "The minister said a storm hit the port city",
    "a storm in the port city, the minister said",
    "Giá xe năm nay",
    "",
    " \n\t ",
    "?! …",
    "The minister said a storm hit the port city",
    "word " * 4000,
]


def tiny():
    from detector.semantic.transformer import TransformerEncoder

    return TransformerEncoder(resolve(str(TINY)))


@pytest.fixture(scope="module", params=[HashingEncoder, tiny], ids=["hashing", "tiny"])
def encoder(request):
    return request.param()


def test_it_is_an_encoder(encoder):
    assert isinstance(encoder, Encoder)
    assert len(encoder.digest) == 32


def test_a_text_gives_a_unit_vector_and_no_words_give_zeros(encoder):
    vectors = encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths == pytest.approx([1, 1, 1, 0, 0, 0, 1, 1], abs=1e-5)


def test_nothing_gives_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_word_of_three_megabytes_is_no_trouble(encoder):
    assert encoder.encode(["x" * 3_000_000]).shape == (1, encoder.dimension)


def test_equal_texts_have_equal_vectors_whatever_stands_beside_them(encoder):
    vectors = encoder.encode(TEXTS)

    assert np.array_equal(vectors[0], vectors[6])


def test_shuffled_texts_have_the_same_vectors(encoder):
    order = np.random.default_rng(1).permutation(len(TEXTS))

    shuffled = encoder.encode([TEXTS[i] for i in order])

    assert np.array_equal(shuffled, encoder.encode(TEXTS)[order])


def test_texts_that_share_words_are_near(encoder):
    cosines = encoder.encode(TEXTS[:3]) @ encoder.encode(TEXTS[:3]).T

    assert cosines[0, 1] > 0.5 > cosines[0, 2]


def test_unicode_forms_of_a_text_have_one_vector(encoder):
    composed, decomposed = encoder.encode(["Giá xăng ở Huế", "Giá xăng ở Huế"])

    assert composed == pytest.approx(decomposed, abs=1e-6)


def test_synonyms_share_a_vector():
    encoder = HashingEncoder(synonyms={"bão": "storm", "cảng": "port"})

    a, b = encoder.encode(["bão cảng", "storm port"])

    assert np.array_equal(a, b)
    assert encoder.digest != HashingEncoder().digest


def test_unit_leaves_rows_without_a_length_at_zero():
    rows = np.array([[3, 4], [0, 0], [np.inf, 1], [np.nan, 1]], np.float32)

    assert unit(rows).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0], [0, 0], [0, 0]]
