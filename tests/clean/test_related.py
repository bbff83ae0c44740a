"""Where an article ends, and which lines within it lead elsewhere."""

from __future__ import annotations

from detector.clean import clean
from detector.records import Article

TITLE = "Thành phố trồng một triệu cây xanh"
FIRST = (
    "Ủy ban nhân dân thành phố vừa ban hành kế hoạch trồng một triệu cây xanh trong năm năm tới, "
    "với sự tham gia của nhiều sở, ngành và đoàn thể."
)
SECOND = (
    "Các quận, huyện sẽ rà soát quỹ đất, lựa chọn loại cây phù hợp và vận động người dân cùng "
    "chăm sóc để bảo đảm tỷ lệ cây sống."
)
LINK = "Giá rau tăng nhẹ sau đợt mưa lớn kéo dài"
TEASER = (
    "Tiểu thương tại các chợ đầu mối cho biết lượng rau về chợ giảm một phần ba so với tuần qua."
)
CUT = "Tiểu thương tại các chợ đầu mối cho biết lượng rau về chợ giảm một phần ba so với ..."


def roles(*lines: str) -> list[str]:
    return [s.role.value for s in clean(Article("x", "\n".join(lines)))]


def test_a_headline_printed_twice_and_its_cut_teaser_are_a_link():
    found = roles(TITLE, FIRST, LINK, LINK, CUT, SECOND)
    assert found == ["title", "body", "related", "related", "related", "body"]


def test_a_headline_doubled_on_one_line_is_a_link():
    found = roles(TITLE, FIRST, f"{LINK} {LINK}", SECOND)
    assert found == ["title", "body", "related", "body"]


def test_a_headline_cut_at_a_quotation_mark_and_printed_whole_is_a_link():
    whole = f'{LINK} "chưa từng có" trong mười năm'
    assert roles(TITLE, FIRST, SECOND, LINK, whole, CUT)[3:] == ["related"] * 3


def test_behind_the_body_a_teaser_need_not_be_cut():
    other = "Trường học đầu tiên phủ xanh sân chơi"
    found = roles(TITLE, FIRST, SECOND, LINK, LINK, TEASER, other, other, FIRST)
    assert found[3:] == ["related"] * 6


def test_a_teaser_glued_to_its_link_is_told_by_the_blank_lines_of_the_page():
    lines = (TITLE, "", FIRST, "", SECOND, "", f"{LINK} {LINK}", TEASER, "", FIRST, "", SECOND)
    assert roles(*lines)[3:] == ["related", "related", "body", "body"]


def test_a_paragraph_below_a_link_within_the_body_stays_body():
    assert roles(TITLE, FIRST, LINK, LINK, SECOND, FIRST)[4:] == ["body", "body"]


def test_sentences_that_a_text_repeats_are_no_links():
    again = "Cảnh sát nói chưa rõ nguyên nhân của vụ việc này."
    assert roles(TITLE, FIRST, again, again, SECOND) == ["title", *["body"] * 4]


def test_nothing_below_a_closing_heading_is_body():
    found = roles(TITLE, FIRST, SECOND, "Tin bài liên quan", LINK, TEASER, "Xem nhiều", LINK)
    assert found[3:] == ["related"] * 5


def test_links_in_the_middle_of_an_article_do_not_end_it():
    found = roles(TITLE, FIRST, "TIN LIÊN QUAN", LINK, SECOND, FIRST, SECOND, FIRST)
    assert found == ["title", "body", "related", "related", *["body"] * 4]


def test_a_heading_above_the_article_does_not_end_it():
    assert roles("Đọc nhiều", TITLE, FIRST, SECOND)[-2:] == ["body", "body"]


def test_a_list_of_cut_teasers_longer_than_the_article_is_no_body():
    block = [line for n in range(8) for line in (str(n), f"{LINK} {n}", CUT)]
    found = roles(TITLE, FIRST, SECOND, "Xem nhiều", *block)
    assert "body" not in found[3:]


def test_comments_are_comments_until_the_next_block_of_links():
    comment = "Tôi mong thành phố làm thật và trồng đúng loại cây cho từng tuyến phố."
    found = roles(TITLE, FIRST, SECOND, "Bình luận (2)", "An", comment, "Tin cùng chuyên mục", LINK)
    assert found[3:] == ["comment", "comment", "comment", "related", "related"]


def test_a_line_that_begins_as_a_pointer_is_a_link():
    for pointer in (f"Xem thêm: {LINK}", f">> {LINK}", f"Read more: {LINK}", f"» {LINK}"):
        assert roles(TITLE, FIRST, pointer, SECOND) == ["title", "body", "related", "body"]


def test_credits_stand_between_the_body_and_the_links():
    found = roles(TITLE, FIRST, SECOND, "Theo TTXVN", "Nguồn:", "Tin liên quan", LINK, LINK, TEASER)
    assert found[3:] == ["credit", "credit", *["related"] * 4]
