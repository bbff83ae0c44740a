"""Which articles state the same rare things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.records import Article, Facts
from detector.text import tokenise
from detector.verify.anchors import sharing_most
from detector.verify.profiles import Profiles, profile

TEXTS = (
    "Hier, le pont de Vạn Yên fut raccordé par les ouvriers de Hà Văn Bình.",
    "Hôm qua, cầu Vạn Yên đã được hợp long, kỹ sư Hà Văn Bình cho biết.",
    "Hôm qua, chợ nổi Cái Răng đã đón khách, ông Lê Minh Đức cho biết.",
    "Hôm qua, trời mưa to và đường ngập.",
)


def profiles(texts: Sequence[str], numbers: Sequence[Sequence[str]] = ()) -> Profiles:
    articles = [Article(str(n), text) for n, text in enumerate(texts)]
    facts = [Facts("vi", numbers=tuple(n)) for n in numbers or [()] * len(texts)]
    titles = tokenise([""] * len(texts))
    return profile(
        articles, facts, tokenise(list(texts)), titles, [""] * len(texts), [()] * len(texts)
    )


def chosen(texts: Sequence[str], most: int, numbers: Sequence[Sequence[str]] = ()) -> list[int]:
    asked, among = np.array([0]), np.arange(1, len(texts))
    return sharing_most(profiles(texts, numbers), asked, among, most).tolist()


def test_the_article_that_shares_names_is_chosen_over_strangers() -> None:
    assert chosen(TEXTS, 1) == [1]


def test_what_shares_nothing_is_not_chosen_to_fill_the_number() -> None:
    assert chosen(TEXTS, 2) == [1]


def test_where_there_are_few_to_choose_from_all_are_taken() -> None:
    assert chosen(TEXTS, 3) == [1, 2, 3]


def test_shared_numbers_choose_where_no_name_is_shared() -> None:
    told = [["1040", "97"], [], ["1040", "97"], ["3"]]

    assert chosen(["桥 长 1040 米"] + ["Cầu dài"] * 3, 1, told) == [2]


def test_of_equals_the_lowest_number_is_chosen() -> None:
    assert chosen([TEXTS[0], TEXTS[2], TEXTS[1], TEXTS[1], TEXTS[1]], 2) == [2, 3]


def test_nobody_asked_means_nobody_chosen() -> None:
    none = np.zeros(0, np.int64)

    assert sharing_most(profiles(TEXTS), none, np.arange(4), 2).tolist() == []
