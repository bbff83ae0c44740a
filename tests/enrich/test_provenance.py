"""Whom an article credits, and who wrote it."""

from __future__ import annotations

import pytest

from detector.clean import clean
from detector.enrich import provenance
from detector.records import Article, Credit, Role, Segment

TITLE = "Thành phố trồng một triệu cây xanh"
BODY = "Ủy ban nhân dân thành phố vừa ban hành kế hoạch trồng một triệu cây xanh trong năm năm tới."


def read(*lines: str) -> tuple[list[str], str]:
    text = "\n".join((TITLE, *lines))
    segments = clean(Article("x", text))
    found = provenance.credits(text, segments)
    return [credit.key for credit in found], provenance.byline(text, segments)


@pytest.mark.parametrize(
    ("line", "keys", "byline"),
    [
        ("(Theo T.Lan/dangcongsan.vn)", ["dangcongsan"], "T.Lan"),
        ("Theo Báo Tin tức/TTXVN", ["baotintuc", "ttxvn"], ""),
        ("Theo Dân trí", ["dantri"], ""),
        ("(Theo Reuters, AFP)", ["reuters", "afp"], ""),
        ("Theo TTXVN và Báo Chính phủ", ["ttxvn", "baochinhphu"], ""),
        ("Nguồn: VnExpress", ["vnexpress"], ""),
        ("Nguồn tin: Báo Lao Động", ["laodong"], ""),
        ("Source: VNA", ["ttxvn"], ""),
        ("Đăng lại từ Báo Nhân Dân", ["nhandan"], ""),
        ("Bài gốc: https://vnexpress.net/a-1.html", ["vnexpress"], ""),
        ("Original article: https://www.reuters.com/world/a", ["reuters"], ""),
        ("https://tuoitre.vn/a-123.htm", ["tuoitre"], ""),
        ("Lê Hùng (TTXVN)", ["ttxvn"], "Lê Hùng"),
        ("Lê Hùng (P/v TTXVN tại Washington)", ["ttxvn"], "Lê Hùng"),
        ("Lê Hùng/VOV", ["vov"], "Lê Hùng"),
        ("Theo Lê HùngVOV", ["vov"], ""),
        ("John Smith, BBC News", ["bbc"], "John Smith"),
        ("By John Smith for Reuters", ["reuters"], "John Smith"),
        ("By Reuters Staff", ["reuters"], ""),
        ("Reporting by John Smith; Editing by Ann Jones", [], "John Smith"),
        ("Theo hoabinh.gov.vn", ["hoabinh.gov.vn"], ""),
        ("Theo Lá Xanh", ["la xanh"], ""),
        ("Nguồn: Sở Tài nguyên và Môi trường", ["so tai nguyen va moi truong"], ""),
        ("Nguồn:", [], ""),
        ("Lê Hùng (Tổng hợp)", [], "Lê Hùng"),
        ("Bài, ảnh: LÊ HÙNG", [], "LÊ HÙNG"),
        ("(Ảnh: TTXVN)", [], ""),
        ("Nguồn: https://www.facebook.com/someone", [], ""),
    ],
)
def test_the_last_line_says_whom_the_article_credits(line, keys, byline):
    assert read(BODY, BODY + " Hai.", line) == (keys, byline)


@pytest.mark.parametrize(
    ("dateline", "keys"),
    [
        ("HÀ NỘI, 7/8 (Reuters) - ", ["reuters"]),
        ("Hà Nội (TTXVN 7/8) - ", ["ttxvn"]),
        ("(Dân trí) - ", ["dantri"]),
        ("VTV.vn - ", ["vtv"]),
        ("WASHINGTON — ", []),
    ],
)
def test_the_dateline_names_the_agency(dateline, keys):
    assert read(dateline + BODY, BODY)[0] == keys


def test_an_attribution_within_a_paragraph_is_no_credit():
    assert read(f"Theo Reuters, {BODY}", f"AFP dẫn lời một quan chức: {BODY}", BODY) == ([], "")


def test_a_portal_header_credits_the_outlet_that_it_names_twice():
    assert read("Báo Quốc TếBáo Quốc Tế19/11/2024", BODY, BODY)[0] == ["baoquocte"]


def test_a_link_completes_the_credit_of_the_same_outlet():
    text = f"Theo VnExpress\n{BODY}\nSource: https://vnexpress.net/a-1.html"
    end = len("Theo VnExpress")
    segments = (
        Segment(Role.CREDIT, 0, end),
        Segment(Role.BODY, end + 1, end + 1 + len(BODY)),
        Segment(Role.CREDIT, end + len(BODY) + 2, len(text)),
    )
    url = "https://vnexpress.net/a-1.html"
    assert provenance.credits(text, segments) == (Credit("VnExpress", url, "vnexpress", 5, end),)


def test_offsets_point_at_the_name():
    text = f"{TITLE}\n{BODY}\n{BODY} Hai.\n(Theo Reuters, AFP)"
    found = provenance.credits(text, clean(Article("x", text)))
    assert [text[c.start : c.end] for c in found] == ["Reuters", "AFP"]
