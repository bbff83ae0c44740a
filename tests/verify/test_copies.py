import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.text import tokenise
from detector.verify import copies as module
from detector.verify.copies import align, alignment_features, exchanges

REPORT = (
    "Sáng ngày 7 tháng 8, tại tỉnh Sơn Hà, ban tổ chức khai mạc giải chạy lần thứ 12 với 300 vận "
    "động viên tham dự. Phát biểu tại lễ khai mạc, bà Lê Thị Mận cảm ơn người dân phường Đồng "
    "Tâm đã chuẩn bị đường chạy dài 21 cây số. Giải sẽ trao 40 huy chương vào chiều cùng ngày."
)
REWORDED = (
    "Sáng ngày 7 tháng 8, tại tỉnh Sơn Hà, ban tổ chức đã mở màn giải chạy lần thứ 12, có 300 vận "
    "động viên tham dự. Tại buổi lễ, bà Lê Thị Mận gửi lời cảm ơn tới người dân phường Đồng Tâm "
    "đã chuẩn bị đường chạy dài 21 cây số. Ban tổ chức trao 40 huy chương vào chiều cùng ngày."
)
REFILLED = (
    "Sáng ngày 9 tháng 5, tại tỉnh Hải Giang, ban tổ chức khai mạc giải chạy lần thứ 3 với 150 vận "
    "động viên tham dự. Phát biểu tại lễ khai mạc, bà Trần Văn Bưởi cảm ơn người dân phường Tân "
    "Hòa đã chuẩn bị đường chạy dài 42 cây số. Giải sẽ trao 25 huy chương vào chiều cùng ngày."
)

sequences = st.lists(st.integers(0, 4), max_size=14)


def compared(a, b):
    left, right = tokenise([a]), tokenise([b])
    return left, right, align(left.hashes, right.hashes)


def features(a, b):
    return alignment_features(*compared(a, b))


def exchanged(a, b):
    return [(a[i:j], b[k:m]) for (i, j), (k, m) in exchanges(*compared(a, b))]


def hashes(values):
    return np.array(values, np.uint64)


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, previous = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (x != y)))
    return row[-1]


# The alignment


@settings(deadline=None)
@given(sequences, sequences)
def test_the_alignment_keeps_all_that_the_fewest_edits_keep(a, b):
    found = align(hashes(a), hashes(b))

    edits, ends = 0, (0, 0)
    for i, j, n in [*found.kept.tolist(), (len(a), len(b), 0)]:
        assert a[i : i + n] == b[j : j + n]
        assert i >= ends[0]
        assert j >= ends[1]
        edits += max(i - ends[0], j - ends[1])
        ends = i + n, j + n
    assert edits == edit_distance(a, b)


@settings(deadline=None)
@given(sequences, sequences)
def test_what_lies_between_kept_runs_stands_in_each_others_place(a, b):
    found = align(hashes(a), hashes(b))

    gaps, ends = [], (0, 0)
    for i, j, n in [*found.kept.tolist(), (len(a), len(b), 0)]:
        if i > ends[0] and j > ends[1]:
            gaps.append([ends[0], i, ends[1], j])
        ends = i + n, j + n
    assert found.exchanged.tolist() == gaps


def test_what_was_only_added_or_dropped_is_no_exchange():
    found = align(hashes([1, 2, 3, 4, 5]), hashes([1, 2, 9, 9, 3, 5]))

    assert found.kept.tolist() == [[0, 0, 2], [2, 4, 1], [4, 5, 1]]
    assert found.exchanged.tolist() == []


@pytest.mark.parametrize(("a", "b"), [([], []), ([], [1, 2]), ([1, 2], [])])
def test_an_empty_side_has_nothing_in_common(a, b):
    found = align(hashes(a), hashes(b))

    assert found.kept.shape == (0, 3)
    assert found.exchanged.shape == (0, 4)


def test_only_so_many_words_are_aligned():
    long = np.arange(module._LONGEST + 500, dtype=np.uint64)

    assert align(long, long).kept.tolist() == [[0, 0, module._LONGEST]]


# What it says


def test_equal_texts_keep_everything():
    assert features(REPORT, REPORT) == {
        "kept": 1.0,
        "exchanged_numbers": 0.0,
        "exchanged_names": 0.0,
    }


def test_a_reworded_copy_keeps_its_names_and_numbers():
    found = features(REPORT, REWORDED)

    assert 0.4 < found["kept"] < 0.9
    assert found["exchanged_numbers"] == found["exchanged_names"] == 0


def test_a_template_filled_in_anew_exchanges_its_names_and_numbers():
    found = features(REPORT, REFILLED)

    assert found["kept"] > 0.4
    assert found["exchanged_numbers"] == 1
    assert found["exchanged_names"] > 0.6


def test_the_exchanges_are_shown_where_they_stand():
    assert exchanged(REPORT, REFILLED) == [
        ("7", "9"),
        ("8", "5"),
        ("Sơn Hà", "Hải Giang"),
        ("12", "3"),
        ("300", "150"),
        ("Lê Thị Mận", "Trần Văn Bưởi"),
        ("Đồng Tâm", "Tân Hòa"),
        ("21", "42"),
        ("40", "25"),
    ]
    assert exchanged(REPORT, REWORDED) == []


def test_the_sides_of_an_exchange_change_places_with_the_articles():
    there, back = exchanged(REPORT, REFILLED), exchanged(REFILLED, REPORT)

    assert back == [(b, a) for a, b in there]
    assert features(REFILLED, REPORT) == pytest.approx(features(REPORT, REFILLED))


def test_another_spelling_of_a_name_is_no_exchange():
    found = features(REPORT, REPORT.replace("Lê Thị Mận", "Le Thi Man"))

    assert found["exchanged_names"] == 0


def test_the_first_word_of_a_sentence_is_no_name():
    assert exchanged("Hôm nay trời mưa to ở đây", "Mai nay trời mưa to ở đây") == []
    assert exchanged("nay mưa to ở Huế đấy", "nay mưa to ở Vinh đấy") == [("Huế", "Vinh")]


@pytest.mark.parametrize(("old", "new", "found"), [(8, 8, 1), (9, 1, 0), (1, 9, 0)])
def test_a_stretch_of_more_than_eight_words_is_no_exchange(old, new, found):
    frame = "đoàn đi từ sáng sớm {} và về lúc đã tối mịt"
    words = [[f"Tên{side}{n}" for n in range(count)] for side, count in (("a", old), ("b", new))]

    assert len(exchanged(*(frame.format(" ".join(w)) for w in words))) == found


def test_one_exchange_among_few_numbers_is_not_all_of_them():
    found = features("giá tăng 5 đồng một cân", "giá tăng 6 đồng một cân")

    assert found["exchanged_numbers"] == pytest.approx(1 / 3)


def test_a_run_of_four_words_counts_as_kept_and_a_shorter_one_does_not():
    four, three = "a b c d", "a b c"

    assert features(four + " x y z t", four + " m n o p")["kept"] == pytest.approx(0.5)
    assert features(three + " x y z t u", three + " m n o p q")["kept"] == 0


def test_what_is_kept_is_a_share_of_the_shorter():
    assert features(REPORT, f"{REPORT} {REFILLED}")["kept"] == 1


def test_an_article_without_words_keeps_nothing():
    assert features("", REPORT) == dict.fromkeys(features(REPORT, REPORT), 0.0)
    assert exchanged("", "") == []
