"""Lines that recur over the articles of an outlet."""

from __future__ import annotations

import pickle

import pytest

from detector.clean import LineCounter, Recurring, clean
from detector.config import CleanConfig
from detector.records import Article, Role

NOTICE = "Bản tin được gửi tới hộp thư mỗi sáng"
WORDS = (
    "cây",
    "sông",
    "núi",
    "phố",
    "chợ",
    "trường",
    "cầu",
    "đường",
    "biển",
    "rừng",
    "đảo",
    "làng",
)


def story(n: int, *more: str, source: str = "Lá Xanh") -> Article:
    word = WORDS[n % len(WORDS)]
    body = [
        f"Đoạn thứ {k} của bài số {n} kể về {word} và những người đã gắn bó với {word} suốt cả đời."
        for k in range(4)
    ]
    return Article(f"a{n}", "\n".join([*body, *more]), source=source)


def learn(*articles: Article, config: CleanConfig | None = None) -> Recurring:
    counter = LineCounter(config)
    counter.update(*articles)
    return counter.recurring()


def test_a_line_in_many_articles_of_an_outlet_is_furniture():
    articles = [story(n, NOTICE) for n in range(4)]
    recurring = learn(*articles)
    assert len(recurring) == 1
    assert [s.role for s in clean(articles[0], recurring)][-1] is Role.FURNITURE
    assert [s.role for s in clean(articles[0])][-1] is Role.BODY


def test_a_line_in_fewer_articles_is_not():
    assert not learn(*(story(n, NOTICE) for n in range(3)))


def test_the_lines_of_one_outlet_say_nothing_of_another():
    recurring = learn(*(story(n, NOTICE) for n in range(4)))
    assert recurring.among("another", [NOTICE]) == []


def test_the_number_of_articles_is_an_option():
    articles = [story(n, NOTICE) for n in range(3)]
    assert learn(*articles, config=CleanConfig(recurring_articles=3))


def test_copies_of_one_article_count_as_one():
    copies = [Article(f"c{n}", story(1, NOTICE).text, source="Lá Xanh") for n in range(20)]
    assert not learn(*copies)


def test_a_notice_longer_than_every_paragraph_does_not_hide_the_others():
    long = "Trang này dùng cookie để nhớ lựa chọn của bạn và đo lượt truy cập. " * 6
    assert learn(*(story(n, NOTICE, long) for n in range(12))).among("la xanh", [NOTICE]) == [0]


def test_paragraphs_are_never_learned():
    paragraph = "Đây là một đoạn văn dài được in lại trong nhiều bài khác nhau của tờ báo. " * 3
    assert not learn(*(story(n, paragraph) for n in range(6)))


def test_an_unknown_outlet_needs_more_articles_and_shorter_lines():
    assert not learn(*(story(n, NOTICE, source="") for n in range(11)))
    assert learn(*(story(n, NOTICE, source="") for n in range(12)))


def test_bylines_and_credits_recur_and_keep_their_roles():
    articles = [story(n, "Lê Hùng (Theo Reuters)") for n in range(5)]
    roles = [s.role for s in clean(articles[0], learn(*articles))]
    assert roles[-2:] == [Role.BYLINE, Role.CREDIT]


def test_counters_of_parts_merge_to_the_whole_in_any_order():
    articles = [story(n, NOTICE) for n in range(6)]
    left, right, whole = LineCounter(), LineCounter(), LineCounter()
    left.update(*articles[:2])
    right.update(*articles[2:])
    whole.update(*articles)
    right.merge(pickle.loads(pickle.dumps(left)))
    assert right.recurring() == whole.recurring()
    assert pickle.loads(pickle.dumps(whole.recurring())) == whole.recurring()


def test_a_short_line_costs_sixteen_bytes():
    counter = LineCounter()
    before = len(pickle.dumps(counter))
    counter.update(*(story(n, *(f"dòng ngắn số {n} {k}" for k in range(20))) for n in range(50)))
    assert len(pickle.dumps(counter)) - before <= 17 * len(counter)


@pytest.mark.parametrize("text", ["", "\n\n", "\ud800"])
def test_texts_without_words_are_counted_without_complaint(text):
    assert not learn(Article("x", text))


def test_a_headline_that_recurs_takes_its_teaser_along():
    link = "Người dân hào hứng nhận cây giống miễn phí"
    articles = [
        story(n, "Đọc nhiều", link, link, f"Lần thứ {n} thành phố phát cây giống cho ...")
        for n in range(5)
    ]
    roles = [s.role for s in clean(articles[0], learn(*articles))]
    assert Role.BODY not in roles[4:]


def test_an_article_counts_the_same_by_its_outlet_and_text():
    article = story(1, NOTICE, "  " + NOTICE, "")
    whole, parts = LineCounter(), LineCounter()

    whole.update(article)
    parts.count("la xanh", article.text)

    assert len(whole) > 0
    assert parts.to_bytes() == whole.to_bytes()
