"""Two texts of one language, word by word."""

from detector.report.edits import edits

BODY = "Sáng nay tại Hà Nội hội nghị bàn về giao thông đô thị với năm mươi đại biểu tham dự"
MORE = " ".join(f"thêm{n}" for n in range(40))


def told(a, b):
    return [[(text[m.start : m.end], m.kind) for m in marks]
            for text, marks in zip((a, b), edits(a, b), strict=True)]  # fmt: skip


def test_equal_texts_have_no_marks_whatever_their_case_and_punctuation():
    assert told(BODY, f"{BODY.upper()}.") == [[], []]


def test_an_exchanged_word_is_marked_on_both_sides():
    other = BODY.replace("năm mươi", "sáu mươi")

    assert told(BODY, other) == [[("năm", "edit")], [("sáu", "edit")]]


def test_an_added_word_is_marked_on_its_side_alone():
    other = BODY.replace("hội nghị", "hội nghị lớn")

    assert told(BODY, other) == [[], [("lớn", "edit")]]


def test_a_long_stretch_is_text_of_its_own():
    first, _, last = BODY.partition(" bàn")
    (_, right) = told(BODY, f"{first} {MORE} bàn{last}")

    assert right == [(MORE, "only")]


def test_text_around_the_shared_article_is_set_back():
    left, right = told(f"Trang chủ Tin mới {BODY} Bình luận", f"{BODY} Theo Báo Một")

    assert left == [("Trang chủ Tin mới", "rest"), ("Bình luận", "rest")]
    assert right == [("Theo Báo Một", "rest")]


def test_a_word_that_two_rewritten_sentences_happen_to_share_is_part_of_the_change():
    a = f"{BODY} một hai ba bốn và năm sáu bảy tám {BODY}"
    b = f"{BODY} chín mười mốt chục và trăm ngàn vạn triệu {BODY}"
    left, right = told(a, b)

    assert left == [("một hai ba bốn và năm sáu bảy tám", "edit")]
    assert right == [("chín mười mốt chục và trăm ngàn vạn triệu", "edit")]


def test_texts_without_words_have_no_marks():
    assert told("", "") == [[], []]
    assert told("…", BODY) == [[], [(BODY, "edit")]]


def test_a_small_change_near_either_end_is_an_edit():
    other = BODY.replace("Sáng nay", "Sáng qua").replace("tham dự", "có dự")

    assert told(BODY, other) == [
        [("nay", "edit"), ("tham", "edit")],
        [("qua", "edit"), ("có", "edit")],
    ]
