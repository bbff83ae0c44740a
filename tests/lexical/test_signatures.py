import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.config import LexicalConfig
from detector.lexical import signatures as module
from detector.lexical.signatures import distinct, sample, signatures
from detector.text import shingles, tokenise

hashes = st.one_of(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1]),
)
articles = st.lists(st.lists(hashes, max_size=12), max_size=5)


def packed(rows):
    sizes = [len(row) for row in rows]
    flat = [value for row in rows for value in row]
    return np.array(flat, np.uint64), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def by_datasketch(row, config):
    sketch = MinHash(
        num_perm=config.permutations, seed=config.seed, scheme="affine32", hashfunc=int
    )
    sketch.update_batch([int(value) >> 32 for value in row])
    return sketch.hashvalues.tolist()


@settings(deadline=None)
@given(articles, st.sampled_from([1, 7]), st.sampled_from([16, 128]))
def test_a_signature_is_the_one_that_datasketch_gives(rows, seed, count):
    config = LexicalConfig(permutations=count, seed=seed, bands=4)

    made = signatures(*packed(rows), config)

    assert made.dtype == np.uint32
    assert made.shape == (len(rows), count)
    assert made.tolist() == [by_datasketch(row, config) for row in rows]


def test_the_signature_of_a_text_is_the_one_that_datasketch_gives():
    texts = [
        "Sáng 7/8, tại Hoà Bình, hội nghị giao ban báo chí khai mạc với 300 đại biểu.",
        "The conference opened on August 7 in the northern province with 300 delegates.",
        "Tin ngắn",
    ]
    config = LexicalConfig()
    tokens = tokenise(texts)
    values, bounds = shingles(tokens.hashes, tokens.bounds, config.shingle)

    made = signatures(values, bounds, config)

    for i in range(len(texts)):
        row = values[bounds[i] : bounds[i + 1]].tolist()
        assert made[i].tolist() == by_datasketch(row, config)


def test_an_article_without_shingles_has_the_empty_sketch():
    config = LexicalConfig()

    made = signatures(*packed([[], [5 << 32], []]), config)

    assert made[0].tolist() == made[2].tolist() == by_datasketch([], config)
    assert set(made[0].tolist()) == {2**32 - 1}


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_batches_and_articles_of_more_shingles_than_are_permuted_at_once_are_signed_whole(
    monkeypatch, size
):
    monkeypatch.setattr(module, "_AT_ONCE", 40)
    draw = np.random.default_rng(size + 1)
    lengths = [0, 20, 20 + size, 0, 2 * module._AT_ONCE + size, 1, 0]
    rows = [draw.integers(0, 2**64, length, np.uint64).tolist() for length in lengths]
    config = LexicalConfig()

    made = signatures(*packed(rows), config)

    for row, signature in zip(rows, made.tolist(), strict=True):
        assert signature == by_datasketch(np.array(row, np.uint64), config)


def test_articles_are_signed_as_they_are_alone():
    rows = [list(range(i << 40, (i << 40) + (50 << 32), 1 << 32)) for i in range(1, 4)]
    config = LexicalConfig()

    together = signatures(*packed(rows), config)

    for row, signature in zip(rows, together, strict=True):
        assert signatures(*packed([row]), config)[0].tolist() == signature.tolist()


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(1, 400))
def test_the_sample_of_an_excerpt_is_part_of_that_of_the_whole(seed, start, length):
    words = np.random.default_rng(seed).integers(0, 2**64, 500, np.uint64)
    config = LexicalConfig()

    whole, part = (
        sample(*shingles(w, np.array([0, len(w)]), config.shingle), config)[0]
        for w in (words, words[start : start + length])
    )

    inner = min(length, 500 - start)
    if inner >= config.shingle:  # a shorter text has a shingle of its own kind
        assert set(part.tolist()) <= set(whole.tolist())


def test_a_sample_is_one_shingle_in_so_many():
    row = np.random.default_rng(1).integers(0, 2**64, 80_000, np.uint64)

    for each in (1, 8, 50):
        kept, bounds = sample(row, np.array([0, len(row)]), LexicalConfig(sample=each))
        assert bounds.tolist() == [0, len(kept)]
        assert len(kept) == pytest.approx(len(row) / each, rel=0.05)


def test_samples_stay_with_their_articles():
    rows = [[8, 3, 16, 8], [], [5], [24, 1, 8]]

    values, bounds = sample(*packed(rows), LexicalConfig(sample=8))

    assert values.tolist() == [8, 16, 8, 24]
    assert bounds.tolist() == [0, 2, 2, 2, 4]


@settings(deadline=None)
@given(articles)
def test_distinct_values_are_sorted_and_stay_with_their_articles(rows):
    values, bounds = distinct(*packed(rows))

    assert len(bounds) == len(rows) + 1
    assert bounds.dtype == np.int64
    for i, row in enumerate(rows):
        assert values[bounds[i] : bounds[i + 1]].tolist() == sorted(set(row))
