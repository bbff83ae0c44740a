"""What each line of a page is labelled."""

from __future__ import annotations

import pytest

from detector.clean import body_spans, clean, title_of
from detector.records import Article, Role

TITLE = "Thành phố trồng một triệu cây xanh"
FIRST = (
    "Ủy ban nhân dân thành phố vừa ban hành kế hoạch trồng một triệu cây xanh trong năm năm tới, "
    "với sự tham gia của nhiều sở, ngành và đoàn thể."
)
SECOND = (
    "Các quận, huyện sẽ rà soát quỹ đất, lựa chọn loại cây phù hợp và vận động người dân cùng "
    "chăm sóc để bảo đảm tỷ lệ cây sống."
)
THIRD = "Kết quả được công khai hằng quý để người dân giám sát."
ENGLISH = (
    "The city council has approved a plan to plant one million trees over the next five years, "
    "with schools and companies taking part."
)


def page(*lines: str) -> str:
    return "\n".join(lines)


def labels(text: str, **fields: str) -> list[tuple[str, str]]:
    article = Article("x", text, **fields)
    return [(s.role.value, text[s.start : s.end]) for s in clean(article)]


def role_of(line: str, text: str, **fields: str) -> str:
    return next(role for role, found in labels(text, **fields) if found == line)


def test_an_article_of_plain_paragraphs_is_all_body():
    text = page(FIRST, "Một số lưu ý:", "- Chọn cây khỏe", "- Tưới đủ nước", SECOND, f"“{THIRD}”")
    assert {role for role, _ in labels(text)} == {"body"}


def test_a_single_line_is_body_even_if_it_is_the_title():
    assert labels(TITLE, title=TITLE) == [("body", TITLE)]


@pytest.mark.parametrize("text", ["", "  \n\n \t\n"])
def test_a_blank_text_has_no_segments(text):
    assert clean(Article("x", text)) == ()


def test_segments_cover_every_character_that_is_not_white_space():
    text = page(f"  {TITLE}", "", f"(Dân trí) - {FIRST}  ", SECOND, f"{THIRD}./. (Theo TTXVN)", "")
    end = 0
    for segment in clean(Article("x", text)):
        assert not text[end : segment.start].strip()
        assert text[segment.start : segment.end].strip() == text[segment.start : segment.end]
        end = segment.end
    assert not text[end:].strip()


def test_the_first_line_is_the_title_if_there_is_no_title_field():
    article = Article("x", page(TITLE, FIRST, SECOND))
    segments = clean(article)
    assert segments[0].role is Role.TITLE
    assert title_of(article, segments) == TITLE


def test_the_title_field_comes_before_the_text():
    article = Article("x", page(FIRST, SECOND), title=TITLE)
    assert title_of(article, clean(article)) == TITLE


def test_a_first_line_that_ends_as_a_sentence_is_no_title():
    assert labels(page("Cây xanh là lá phổi của đô thị.", FIRST))[0][0] == "body"


def test_the_name_of_the_site_and_the_section_stand_above_the_title():
    text = page("VnExpress - Báo tiếng Việt", "Trang chủ > Xã hội", "Thời sự", TITLE, FIRST, SECOND)
    roles = [role for role, _ in labels(text)]
    assert roles == ["furniture", "furniture", "furniture", "title", "body", "body"]


def test_the_source_field_tells_the_site_from_the_title():
    text = page("Lá Xanh - Tin mỗi ngày", TITLE, FIRST, SECOND)
    assert role_of(TITLE, text, source="Lá Xanh") == "title"


def test_a_time_stamp_is_a_dateline():
    stamps = ["13:22 | 30/11/2022 GMT+7", "Thứ tư, 07/08/2024 - 10:30", "Lá Xanh 07/08/2024"]
    for stamp in stamps:
        text = page(TITLE, stamp, FIRST, SECOND)
        assert role_of(stamp, text, source="Lá Xanh") == "dateline"


@pytest.mark.parametrize(
    "line",
    [
        "Theo dõi Dantri.com.vn trên",
        "Chú thích ảnh",
        "aa",
        "Xin chờ trong giây lát...",
        "Từ khóa: cây xanh, đô thị",
        "Tags: trees, city",
        "Chia sẻ",
        "Share this article",
        "Follow us on Facebook",
        "Hotline: 0900 000 000",
        "© 2024 Lá Xanh",
        "Phiên bản di động",
    ],
)
def test_what_the_site_puts_round_an_article_is_furniture(line):
    assert role_of(line, page(TITLE, FIRST, SECOND, line)) == "furniture"


def test_the_headline_repeated_above_a_picture_is_part_of_the_caption():
    caption = "Trồng cây ở công viên. (Ảnh: Lê Hùng)"
    text = page(TITLE, FIRST, TITLE, caption, SECOND)
    assert [role for role, _ in labels(text)] == ["title", "body", "caption", "caption", "body"]


@pytest.mark.parametrize(
    "caption",
    [
        "Cây xanh trên phố. Ảnh: TTXVN",
        "Trees along a street. (Photo: Le Hung)",
        "Công nhân trồng cây. (Nguồn: TTXVN)",
        "Quang cảnh hội nghị.",
        "Ảnh minh họa.",
        "— VNA/VNS Photo",
    ],
)
def test_a_line_that_says_whose_picture_it_is_is_a_caption(caption):
    assert role_of(caption, page(TITLE, FIRST, caption, SECOND)) == "caption"


@pytest.mark.parametrize(
    "sentence",
    [
        "Ví dụ điển hình: trồng cây dọc các tuyến kênh ở ngoại thành.",
        "Ông cho xem bức ảnh chụp từ vệ tinh về khu rừng ven biển.",
    ],
)
def test_a_sentence_about_pictures_is_body(sentence):
    assert role_of(sentence, page(TITLE, FIRST, sentence, SECOND)) == "body"


def test_pictures_with_the_story_below_them_are_the_body():
    told = [f"{text} Ảnh: Lê Hùng" for text in (FIRST, SECOND)]
    assert [role for role, _ in labels(page(TITLE, THIRD, *told))] == ["title", *["body"] * 3]


def test_the_source_headline_within_a_translation_is_a_caption():
    text = page("City plants trees", ENGLISH, TITLE, "Trees. (Photo: Le Hung)", ENGLISH, TITLE)
    assert role_of(TITLE, text) == "caption"
    assert labels(text)[-1] == ("caption", TITLE)


def test_a_dateline_and_a_credit_are_split_off_their_paragraphs():
    text = page(TITLE, f"HÀ NỘI, 7/8 (Reuters) - {FIRST}", f"{SECOND} (Theo Reuters)")
    assert labels(text)[1:] == [
        ("dateline", "HÀ NỘI, 7/8 (Reuters) -"),
        ("body", FIRST),
        ("body", SECOND),
        ("credit", "(Theo Reuters)"),
    ]


def test_body_spans_join_neighbouring_paragraphs_only():
    caption = "Cây xanh trên phố. Ảnh: Lê Hùng"
    text = page(TITLE, FIRST, SECOND, caption, THIRD)
    spans = body_spans(clean(Article("x", text)))
    assert [text[a:b] for a, b in spans] == [page(FIRST, SECOND), THIRD]


@pytest.mark.parametrize(
    "text",
    [
        "từ " * 400_000,
        "a" * 3_000_000,
        FIRST + "\n" + "Đọc thêm\n" * 20_000 + FIRST + "\n" + FIRST,
        (FIRST + "\nTheo Reuters\n") * 5_000,
        "\ud800 một\n" + FIRST,
    ],
    ids=["words", "letters", "headings", "credits", "surrogate"],
)
def test_a_hostile_text_is_labelled(text):
    assert clean(Article("x", text))
