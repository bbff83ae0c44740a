"""Bylines, credits and datelines as newsrooms write them."""

from __future__ import annotations

import pytest

from detector.clean import clean
from detector.clean.datelines import dateline_end
from detector.clean.names import is_person
from detector.clean.signoffs import byline_parts, sign_off, tail_parts
from detector.records import Article

BODY = "Ủy ban nhân dân thành phố vừa ban hành kế hoạch trồng một triệu cây xanh trong năm năm tới."


def parts(found, line: str) -> list[tuple[str, str]]:
    return [(role.value, line[a:b]) for role, a, b in found]


@pytest.mark.parametrize(
    "dateline",
    [
        "HÀ NỘI, 7/8 (Reuters) - ",
        "Hà Nội, ngày 7/8 (TTXVN) - ",
        "HANOI, Aug. 7 (Xinhua) -- ",
        "KYIV, Ukraine (AP) — ",
        "Hanoi (VNA) – ",
        "Tokyo (Kyodo) ",
        "WASHINGTON — ",
        "(VTC News) - ",
        "(CNN) - ",
        "(Dân trí) - ",
        "(SGGP).- ",
        "(PLO)- ",
        "(Baonghean.vn) - ",
        "VTV.vn - ",
        "TTO - ",
        "QĐND Online - ",
        "GD&TĐ - ",
        "Dân trí ",
    ],
)
def test_a_dateline_ends_where_the_first_sentence_begins(dateline):
    line = dateline + BODY
    assert line[dateline_end(line) :].strip() == BODY


@pytest.mark.parametrize(
    "line",
    [
        "Thanh niên - lực lượng đi đầu trong phong trào trồng cây - đã có mặt từ sáng sớm.",
        "Đài truyền hình Trung ương (CCTV) hôm qua đưa tin về kế hoạch này.",
        "Dân trí cao giúp phong trào lan rộng.",
        "ASEAN - hành trình gắn kết và tự cường của khu vực.",
        "Lãnh đạo một doanh nghiệp (DN) cho biết sẽ tham gia.",
    ],
)
def test_an_ordinary_sentence_has_no_dateline(line):
    assert dateline_end(line) == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Lê Hùng", [("byline", "Lê Hùng")]),
        ("LÊ HÙNG - THU HÀ", [("byline", "LÊ HÙNG - THU HÀ")]),
        ("T.Lan", [("byline", "T.Lan")]),
        ("Nhóm phóng viên", [("byline", "Nhóm phóng viên")]),
        ("Lê Hùng (TTXVN)", [("byline", "Lê Hùng"), ("credit", "(TTXVN)")]),
        ("Lê Hùng (Theo AFP)", [("byline", "Lê Hùng"), ("credit", "(Theo AFP)")]),
        ("Lê Hùng (Tổng hợp)", [("byline", "Lê Hùng"), ("credit", "(Tổng hợp)")]),
        ("Lê Hùng/VOV", [("credit", "Lê Hùng/VOV")]),
        ("John Smith, BBC News", [("credit", "John Smith, BBC News")]),
        ("Lê HùngTheo NBC", [("byline", "Lê Hùng"), ("credit", "Theo NBC")]),
        ("Theo Báo Tin tức/TTXVN", [("credit", "Theo Báo Tin tức/TTXVN")]),
        ("— VNS", [("credit", "— VNS")]),
        ("TTXVN", [("credit", "TTXVN")]),
        ("https://tuoitre.vn/a-1.htm", [("credit", "https://tuoitre.vn/a-1.htm")]),
        ("Báo Lá XanhBáo Lá Xanh19/11/2024", [("credit", "Báo Lá XanhBáo Lá Xanh19/11/2024")]),
        ("Theo ông Hùng, mọi việc đã xong.", []),
        ("Xin cảm ơn ông!", []),
        ("Năm 2024", []),
    ],
)
def test_a_sign_off_is_a_byline_a_credit_or_both(line, expected):
    assert [(role, text.strip()) for role, text in parts(sign_off(line), line)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By John Smith", [("byline", "By John Smith")]),
        ("By John Smith for Reuters", [("byline", "By John Smith"), ("credit", "for Reuters")]),
        ("By AFP", [("credit", "By AFP")]),
        ("Bài, ảnh: LÊ HÙNG", [("byline", "Bài, ảnh: LÊ HÙNG")]),
        ("(Reporting by A. Smith; Editing by B. Jones)", None),
        ("By then the river had risen.", []),
    ],
)
def test_a_line_that_names_the_reporter_is_a_byline(line, expected):
    whole = [("byline", line)]
    assert parts(byline_parts(line), line) == (whole if expected is None else expected)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (" (Theo Reuters, AFP)", ["(Theo Reuters, AFP)"]),
        (" (TTXVN)", ["(TTXVN)"]),
        ("/.VNA", ["VNA"]),
        (" - VNA", ["- VNA"]),
        ("Lê HùngTheo NBC", ["Lê Hùng", "Theo NBC"]),
        ("Lê Hùng", ["Lê Hùng"]),
        (" Lê Hùng", []),
        (" (Ảnh: TTXVN)", []),
        ("/.", []),
        ("", []),
    ],
)
def test_a_credit_behind_the_last_sentence_is_split_off(tail, expected):
    line = BODY + tail
    assert [text.strip() for _, text in parts(tail_parts(line), line)] == expected


@pytest.mark.parametrize(
    "text",
    ["Hà Nội hôm nay", "Năm loại cây dễ trồng", "Caring.com", "Your City Plants Many Trees", "A"],
)
def test_a_headline_or_a_word_is_no_person(text):
    assert not is_person(text)


def test_a_source_between_paragraphs_is_not_the_articles():
    text = "\n".join(
        [BODY, BODY + " Hai.", "Nguồn: Tổng cục Thống kê", BODY + " Ba.", BODY + " B."]
    )
    assert [s.role.value for s in clean(Article("x", text))][2] == "caption"


def test_a_list_of_names_below_an_article_is_no_byline():
    names = ["Lê An", "Lê Bình", "Lê Chi", "Lê Dung"]
    text = "\n".join([BODY, BODY + " Hai.", *names])
    assert [s.role.value for s in clean(Article("x", text))][2:] == ["body"] * 3 + ["byline"]


def test_a_name_above_a_later_update_is_a_byline():
    text = "\n".join([BODY, BODY + " Hai.", BODY + " Ba.", "Lê Hùng", "Cập nhật: " + BODY])
    assert [s.role.value for s in clean(Article("x", text))][3] == "byline"


def test_a_foot_that_is_the_outlet_s_own_name_is_a_credit():
    article = Article("a", f"{BODY}\n{BODY}\nTTXVN", source="TTXVN")

    assert [s.role.value for s in clean(article)] == ["body", "body", "credit"]
