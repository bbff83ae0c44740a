"""The facts of an article as one record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from detector.clean import clean
from detector.enrich import enrich
from detector.records import Article, Facts, Role, Segment
from detector.text import normalise, tokenise

SEEDS = Path(__file__).parents[2] / "../shared/data/seeds"


def facts(*parts: tuple[Role, str], **fields: object) -> Facts:
    """Facts of one article whose lines have these roles."""
    text, segments = "", []
    for role, line in parts:
        segments.append(Segment(role, len(text), len(text) + len(line)))
        text += line + "\n"
    article = Article(id="a", text=text, **fields)  # type: ignore[arg-type]
    return enrich([article], [tuple(segments)], tokenise([text]))[0]


def test_an_article_gives_all_its_facts() -> None:
    found = facts(
        (Role.TITLE, "Khởi công cầu mới"),
        (Role.BYLINE, "Lê Mẫu"),
        (Role.BODY, "Sáng nay, 7/8, tỉnh Hòa Bình khởi công cầu 1.800 tỷ đồng năm 2024."),
        (Role.BODY, "Dự án theo Quyết định số 12/QĐ-UBND ngày 15/4/2024."),
    )
    assert found.language == "vi"
    assert found.title == "Khởi công cầu mới"
    assert found.event_date == date(2024, 8, 7)
    assert found.dateline == "vn/hoa-binh"
    assert [d.date for d in found.dates] == [date(2024, 8, 7), date(2024, 4, 15)]
    assert found.places == ("vn/hoa-binh",)
    assert found.numbers == ("1800000000000", "2024")
    assert found.documents == ("12/QD-UBND",)


def test_only_the_body_gives_places_numbers_and_dates() -> None:
    found = facts(
        (Role.TITLE, "Tin ở Huế"),
        (Role.BODY, "Hội nghị diễn ra tại Hà Nội với 30 đại biểu dự họp trong ngày."),
        (Role.RELATED, "Đà Nẵng: 45 người dự lễ ngày 1/8/2024"),
    )
    assert found.places == ("vn/ha-noi",)
    assert found.numbers == ("30",)
    assert found.dates == ()


def test_the_dateline_says_the_place_and_is_no_mention() -> None:
    found = facts(
        (Role.DATELINE, "HÀ NỘI -"),
        (Role.BODY, "Đoàn Đà Nẵng đã dự hội nghị được tổ chức vào sáng nay."),
    )
    assert found.dateline == "vn/ha-noi"
    assert found.places == ("vn/da-nang",)


def test_the_title_field_goes_before_the_text() -> None:
    found = facts((Role.TITLE, "Trong bài"), (Role.BODY, "Nội dung."), title="Trong bản ghi")
    assert found.title == "Trong bản ghi"


def test_a_headline_dates_the_event_where_the_lead_does_not() -> None:
    found = facts(
        (Role.TITLE, "Lễ hội ngày 7/8/2024"), (Role.BODY, "Lễ hội thu hút nhiều du khách.")
    )
    assert found.event_date == date(2024, 8, 7)


def test_the_publication_date_alone_is_no_event_date() -> None:
    found = facts(
        (Role.TITLE, "Lễ hội"), (Role.BODY, "Lễ hội đông khách."), published=date(2024, 8, 7)
    )
    assert found.event_date is None


def test_a_day_on_the_page_stands_for_a_missing_publication_date() -> None:
    found = facts(
        (Role.FURNITURE, "13:22 | 09/08/2024 GMT+7"),
        (Role.TITLE, "Khởi công cầu"),
        (Role.BODY, "Tối qua, tỉnh khởi công cầu. Cầu xong vào ngày 7/12."),
    )
    assert found.event_date == date(2024, 8, 8)
    assert [d.date for d in found.dates] == [date(2024, 8, 8), date(2024, 12, 7)]


def test_a_first_line_with_a_day_is_no_event() -> None:
    found = facts(
        (Role.BODY, "Published: April 10, 2007"),
        (Role.BODY, "The bridge was closed on Monday after the flood, officials have said."),
    )
    assert found.event_date == date(2007, 4, 9)


def test_a_day_without_a_year_is_kept_among_the_numbers() -> None:
    vietnamese = facts((Role.BODY, "Ngày 7/8, tỉnh khởi công cầu mới sau nhiều năm chờ đợi."))
    english = facts((Role.BODY, "On August 7 the province began to build the bridge, it said."))
    assert vietnamese.dates == english.dates == ()
    assert vietnamese.numbers == english.numbers == ("7/8",)


def test_a_batch_gives_what_each_article_gives_alone() -> None:
    texts = [
        "Ngày 7/8/2024, Hà Nội họp bàn 30 việc lớn của thành phố trong năm.",
        "",
        "On August 7, 2024 the US said that 45 ships were moved from the Manila harbour.",
    ]
    articles = [Article(id=str(i), text=t) for i, t in enumerate(texts)]
    segments = [(Segment(Role.BODY, 0, len(t)),) if t else () for t in texts]
    together = enrich(articles, segments, tokenise(texts))
    alone = [
        enrich([a], [s], tokenise([a.text]))[0] for a, s in zip(articles, segments, strict=True)
    ]
    assert together == alone
    assert [f.language for f in together] == ["vi", "und", "en"]
    assert enrich([], [], tokenise([])) == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/data/seeds is not here")
@pytest.mark.parametrize(
    ("name", "language", "day", "dateline"),
    [
        ("000_*", "vi", date(2024, 8, 7), "vn/hoa-binh"),
        ("001_*", "vi", date(2024, 8, 7), "vn/hoa-binh"),
        ("003_*", "vi", date(2024, 8, 9), "vn/da-nang"),
        ("004_*", "en", date(2024, 8, 7), "vn/hoa-binh"),
    ],
)
def test_crawled_pages_say_where_and_when(
    name: str, language: str, day: date, dateline: str
) -> None:
    (path,) = SEEDS.glob(name)
    article = Article(id=name, text=normalise(path.read_text(encoding="utf-8")))
    found = enrich([article], [clean(article)], tokenise([article.text]))[0]
    assert (found.language, found.event_date, found.dateline) == (language, day, dateline)
    assert {"47/NQ-CP", "57-KL/TW", "71-KL/TW"} <= set(found.documents)


@pytest.mark.parametrize("published", [None, date(2024, 8, 8)])
def test_brief_facts_are_the_same_as_the_whole_ones(published: date | None) -> None:
    lines = [
        (Role.TITLE, "Khởi công cầu mới hôm 7/8"),
        (Role.BODY, "Tỉnh Hòa Bình khởi công cầu 1.800 tỷ đồng ngày 7/8. " + "Lễ dài. " * 50),
        (Role.BODY, "Dự án theo Quyết định số 12/QĐ-UBND ngày 15/4/2024, xong năm 2024."),
        (Role.CREDIT, "Theo TTXVN"),
    ]
    text = "\n".join(line for _, line in lines)
    starts = [text.index(line) for _, line in lines]
    segments = tuple(
        Segment(role, start, start + len(line))
        for (role, line), start in zip(lines, starts, strict=True)
    )
    article = Article(id="a", text=text, published=published)
    given = [article], [segments], tokenise([text])

    whole, brief = enrich(*given)[0], enrich(*given, brief=True)[0]

    assert whole.event_date == date(2024, 8, 7)
    assert whole.credits
    assert brief == Facts(
        language=whole.language,
        title=whole.title,
        event_date=whole.event_date,
        credits=whole.credits,
    )


@pytest.mark.parametrize(
    ("lead", "rest", "expected"),
    [
        (
            "Hội nghị năm 2019 họp ngày 3/12 tại tỉnh.",
            "Kỳ trước của năm 2019 đã hoãn.",
            (2019, 12, 3),
        ),
        ("Hội nghị họp ngày 3/12 tại tỉnh.", "Kỳ trước của năm 2019 đã hoãn.", None),
        ("Hội nghị họp ngày 3/12/18 tại tỉnh.", "Kỳ sau.", (2018, 12, 3)),
        ("Hội nghị họp ngày 3/12/2015 tại tỉnh.", "Kỳ này vào ngày 5/6/2019.", None),
    ],
)
def test_the_years_of_a_text_without_publication_date_date_its_event_in_brief_too(
    lead: str, rest: str, expected: tuple[int, int, int] | None
) -> None:
    text = f"{lead}\n{'Các đại biểu đã nghe và bàn về nhiều việc của tỉnh. ' * 15}\n{rest}"
    article = Article(id="a", text=text)
    given = [article], [clean(article)], tokenise([text])
    whole, brief = enrich(*given)[0], enrich(*given, brief=True)[0]
    assert whole.event_date == brief.event_date
    assert brief.event_date == (expected and date(*expected))
