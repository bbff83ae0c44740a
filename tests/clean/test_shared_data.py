"""The seed articles line by line, and plain articles of public sets."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from detector.clean import clean, title_of
from detector.enrich import provenance
from detector.records import Article, Role

DATA = Path(__file__).parents[2] / "../shared/data"
KEPT = {Role.BODY, Role.DATELINE, Role.CREDIT, Role.CAPTION}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


def seed(number: str) -> tuple[Article, list[tuple[int, Role]]]:
    """A seed article, and the line (from 1) and role of each of its segments."""
    (path,) = (DATA / "seeds").glob(f"{number}_*.txt")
    article = Article(number, path.read_text(encoding="utf-8"))
    return article, [(article.text.count("\n", 0, s.start) + 1, s.role) for s in clean(article)]


def lines_of(found: list[tuple[int, Role]], role: Role) -> list[int]:
    return [line for line, own in found if own is role]


def test_seed_000_ends_where_its_first_related_link_begins():
    _, found = seed("000")
    body = [9, 11, 13, 18, 20, 22, 24, 26, 28, 30, 35, 37, 39, 41]
    assert lines_of(found, Role.BODY) == [4, *body]
    assert lines_of(found, Role.CAPTION) == [6, 7, 15, 16, 32, 33]
    assert lines_of(found, Role.BYLINE) == [3]


def test_seed_001_is_all_article():
    _, found = seed("001")
    assert lines_of(found, Role.BODY) == [2, 3, 4, *range(6, 16)]
    assert lines_of(found, Role.CREDIT) == [16]


def test_links_within_seed_002_are_not_its_body():
    _, found = seed("002")
    assert lines_of(found, Role.BODY) == [7, 13, 15, 17, 19, 21]
    assert lines_of(found, Role.RELATED)[:6] == [8, 9, 23, 24, 25, 26]
    assert lines_of(found, Role.CREDIT) == [27, 28]
    assert lines_of(found, Role.DATELINE) == [2]


def test_seed_003_is_signed_below():
    _, found = seed("003")
    assert lines_of(found, Role.BODY) == [2, 3, 4, 5, 6]
    assert lines_of(found, Role.BYLINE) == [7]


def test_the_source_headline_within_seed_004_is_not_its_body():
    _, found = seed("004")
    captions = [8, 9, 17, 18, 26, 27, 35, 36, 50, 51, 57, 58, 59]
    assert lines_of(found, Role.CAPTION) == captions
    assert max(lines_of(found, Role.BODY)) == 55
    assert lines_of(found, Role.TITLE) == [3]
    assert lines_of(found, Role.CREDIT) == [5, 62]


@pytest.mark.parametrize(
    ("number", "keys", "byline"),
    [
        ("000", [], "Xuân Sơn"),
        ("001", ["dangcongsan"], "T.Lan"),
        ("002", ["baotintuc", "ttxvn"], ""),
        ("003", [], "Thanh Hoa"),
        ("004", ["baoquocte"], ""),
    ],
)
def test_the_seeds_credit_whom_they_name(number, keys, byline):
    article, _ = seed(number)
    segments = clean(article)
    found = provenance.credits(article.text, segments)
    assert [credit.key for credit in found] == keys
    assert provenance.byline(article.text, segments) == byline
    assert title_of(article, segments)
    assert [c.url.startswith("https://baoquocte.vn/") for c in found] == [number == "004"] * len(
        found
    )


@pytest.mark.parametrize(
    "name",
    [
        "background/vietnews",
        "background/vietnam_news_2016",
        "events/abmusu",
        "events/ecbplus",
    ],
)
def test_plain_articles_keep_their_text(name):
    characters: Counter[Role] = Counter()
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        for _, line in zip(range(2000), stream, strict=False):
            record = json.loads(line)
            article = Article(record["id"], record["text"], record.get("title") or "")
            for segment in clean(article):
                characters[segment.role] += segment.end - segment.start
    assert sum(characters[role] for role in KEPT) >= 0.99 * characters.total()
