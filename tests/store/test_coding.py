"""What is computed of an article survives being bytes."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest

from detector.clean import clean
from detector.enrich import enrich
from detector.records import Article, Credit
from detector.store import coding
from detector.text import tokenise
from detector.verify.profiles import Bag, profile

TEXTS = [
    "Hà Nội, ngày 7/8/2024. Bà Phan Thị Lý trao 150 suất quà cho 47/NQ-CP tại Đà Nẵng.",
    "",
    "HANOI - Minister Tran Van Nam opened 12 schools on August 7, 2024 in Hanoi and Hue.",
]


@pytest.fixture
def profiles():
    articles = [Article(f"a{i}", text) for i, text in enumerate(TEXTS)]
    segments = [clean(article, None) for article in articles]
    tokens = tokenise(TEXTS)
    facts = enrich(articles, segments, tokens)
    return profile(articles, facts, tokens, tokenise(TEXTS), ["x.example", "", "y"], [[], [], []])


def test_profiles_come_back_as_they_were(profiles):
    back = coding.decoded_profiles(coding.coded_profiles(profiles))

    for field in fields(profiles):
        before, after = getattr(profiles, field.name), getattr(back, field.name)
        if isinstance(before, Bag):
            assert np.array_equal(before.values, after.values), field.name
            assert np.array_equal(before.bounds, after.bounds), field.name
        else:
            assert np.array_equal(before, after, equal_nan=field.name == "published"), field.name
    for name in ("words", "names"):
        assert np.array_equal(getattr(profiles, name).counts, getattr(back, name).counts)


def test_profiles_may_be_fetched_in_any_order(profiles):
    rows = coding.coded_profiles(profiles)

    back = coding.decoded_profiles([rows[2], rows[0]])

    assert np.array_equal(back.length, profiles.length[[2, 0]])
    first = back.names.values[: back.names.bounds[1]]
    assert np.array_equal(first, profiles.names.values[profiles.names.bounds[2] :])


def test_vectors_keep_their_cosines_to_some_thousandths():
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(200, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    back = coding.decoded_vectors(coding.coded_vectors(vectors))

    assert np.abs(back @ back.T - vectors @ vectors.T).max() < 0.005
    assert np.allclose(np.linalg.norm(back, axis=1), 1, atol=1e-5)


def test_a_vector_of_zeros_stays_one():
    rows = coding.coded_vectors(np.zeros((1, 8), np.float32))

    assert not coding.decoded_vectors(rows).any()


@pytest.mark.parametrize(
    "published",
    [None, date(2024, 8, 7), datetime(2024, 8, 7, 6, 30, tzinfo=timezone(timedelta(hours=7)))],
)
def test_the_head_of_an_article_comes_back_as_it_was(published):
    article = Article("a", "text", "Tiêu đề", "https://x.example/1", "Báo", published, "vi", "f:1")
    credited = (Credit("TTXVN", "", "ttxvn", 5, 9),)

    head, title, outlet, back = coding.decoded_head(
        "a", coding.coded_head(article, "Tiêu đề", "x.example", credited)
    )

    assert (head, title, outlet, back) == (
        Article("a", "", "Tiêu đề", "https://x.example/1", "Báo", published, "vi", "f:1"),
        "Tiêu đề",
        "x.example",
        credited,
    )


def test_lone_surrogates_in_a_text_are_no_obstacle():
    assert coding.decoded_text(coding.coded_text("a\ud800b")) == "a\ud800b"
