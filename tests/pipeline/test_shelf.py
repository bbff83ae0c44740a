from datetime import date, datetime, timedelta, timezone

import pytest

from detector.pipeline.shelf import RUN, Head, Shelf, pack, unpack
from detector.records import Article

HANOI = timezone(timedelta(hours=7))


def article(number, **fields):
    return Article(f"id-{number}", f"Bài số {number}\nThân bài.", **fields)


@pytest.mark.parametrize(
    "published", [None, date(2024, 8, 7), datetime(2024, 8, 7, 9, 30, tzinfo=HANOI)]
)
def test_an_article_comes_back_as_it_was_packed(published):
    given = Article(
        "a", "Thân\ud800 bài", "Tít", "https://a.vn/1", "Báo A", published, "vi", "x.jsonl:3"
    )

    assert unpack(pack(given), "a") == given


@pytest.mark.parametrize("count", [0, 1, RUN - 1, RUN, RUN + 1, 2 * RUN + 3])
def test_every_article_is_found_at_its_number(count):
    shelf = Shelf()
    for number in range(count):
        shelf.put(article(number, title=f"Tít {number}"))

    assert len(shelf) == count
    for number in range(count):
        assert shelf.get(number) == article(number, title=f"Tít {number}")
        assert shelf.text(number) == article(number).text
        assert shelf.fields(number).title == f"Tít {number}"
        assert shelf.head(number).id == f"id-{number}"


@pytest.mark.parametrize("count", [0, 1, RUN, RUN + 1])
def test_runs_hold_all_articles_in_order(count):
    given = [article(number) for number in range(count)]
    shelf = Shelf()

    handed = [unpack(p).text for run in shelf.filled(iter(given)) for p in run]
    kept = [unpack(p).text for run in shelf.chunks() for p in run]

    assert handed == kept == [a.text for a in given]


@pytest.mark.parametrize("count", [0, 1, RUN, RUN + 1])
def test_without_the_texts_the_heads_stay(count):
    shelf = Shelf()
    for number in range(count):
        shelf.put(article(number, title=f"Tít {number}"))

    shelf.give_up_texts()

    for number in range(count):
        assert shelf.fields(number).title == f"Tít {number}"
        assert shelf.text(number) == ""


def test_a_head_is_read_without_the_text():
    shelf = Shelf()
    shelf.put(article(1, title="Tít", url="https://a.vn/1", published=date(2024, 8, 7)))

    assert shelf.fields(0) == Head("Tít", "https://a.vn/1", "", "2024-08-07", "", "")
