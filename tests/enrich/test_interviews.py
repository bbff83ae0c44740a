"""To whom the people in an article spoke."""

import pytest

from detector.enrich.interviews import confidants
from detector.text import tokenise


def heard(text: str) -> frozenset[str]:
    return confidants(text, tokenise([text]))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Trao đổi với Tuổi Trẻ, ông cho biết cầu sẽ mở.", "tuoitre"),
        ("Ông nói với phóng viên báo Dân trí sáng nay.", "dantri"),
        ("Theo ghi nhận của PV VnExpress, đường đã thông.", "vnexpress"),
        ("Trả lời phỏng vấn riêng của tờ Reuters, bà bác bỏ.", "reuters"),
        ("The mayor told Reuters on Monday.", "reuters"),
        ("In an interview with the newspaper Viet Nam News, she agreed.", "vietnamnews"),
        ("Ông chia sẻ với Sông Hồng Xanh: cầu sẽ mở.", "song hong xanh"),
        ("Ông chia sẻ với Chuyện làng quê, rồi đi.", "chuyen lang que"),
    ],
)
def test_the_outlet_that_was_spoken_to(text: str, key: str) -> None:
    assert key in heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ông nói với vợ rằng Tuổi Trẻ là tờ báo hay.",
        "He told me that Reuters was wrong.",
        "Theo Reuters, cầu sẽ mở.",
        "Ông nói với",
        "",
    ],
)
def test_an_outlet_that_is_merely_named_was_not_spoken_to(text: str) -> None:
    assert not heard(text) & {"tuoitre", "reuters"}


def test_only_the_body_is_read() -> None:
    text = "Trao đổi với Tuổi Trẻ, ông cười. The mayor told Reuters."
    words = tokenise([text])

    assert confidants(text, words) == {"tuoitre", "reuters"}
    assert confidants(text, words.select(words.starts >= 32)) == {"reuters"}


def test_a_name_that_goes_on_is_not_cut() -> None:
    assert heard("Bà kể với Sông Hồng Xanh.") == {"song hong xanh"}
