import itertools
import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import text as module
from detector.text import (
    ACRONYM,
    CAPITAL,
    NUMBER,
    PARAGRAPH,
    SENTENCE,
    Tokens,
    concatenate,
    fold,
    inside,
    mix,
    normalise,
    sentences,
    shingles,
    tokenise,
    word_hash,
)

FIELDS = ("hashes", "folded", "starts", "ends", "flags", "capitals", "bounds")
TONES = {"grave": "\u0300", "acute": "\u0301", "tilde": "\u0303", "hook": "\u0309", "dot": "\u0323"}
BARE = "aăâeêioôơuưy"
LETTERS = (
    "bcdđghklmnpqrstvx"
    + BARE
    + "".join(unicodedata.normalize("NFC", v + t) for v in BARE for t in TONES.values())
)

GOLDEN_WORDS = [
    *(3247962428609362944, 3583557903132353499, 13339158077088004061),
    *(3129603215882700396, 5301449523124463629, 11690563533394039994),
]
GOLDEN_FOLDED = [14438413677054876795, 16371431852025580302]
GOLDEN_SHINGLES = [
    *(8066278917820817180, 9839654276442996443, 8754367049383454861),
    *(17314528939522274259, 13940436536323463930, 16294357961280889143),
]

vietnamese = st.text(st.sampled_from(LETTERS + LETTERS.upper()), min_size=1, max_size=8)
any_text = st.text(max_size=60).map(normalise)
news_text = st.text(st.sampled_from(LETTERS[:30] + "ABĐ 12  ..,!?\n\t-中文。"), max_size=60)
texts = st.lists(st.one_of(any_text, news_text), max_size=6)


def words(text):
    tokens = tokenise([text])
    return [text[a:b] for a, b in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)]


def flagged(text, flag):
    tokens = tokenise([text])
    return [
        text[a:b]
        for a, b, f in zip(tokens.starts, tokens.ends, tokens.flags, strict=True)
        if f & flag
    ]


def assert_same(left, right):
    for name in FIELDS:
        assert getattr(left, name).tolist() == getattr(right, name).tolist(), name


# Word hashes


@settings(deadline=None)
@given(vietnamese)
def test_case_does_not_change_a_word(word):
    assert word_hash(word.upper()) == word_hash(word.lower()) == word_hash(word.title())


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("vowels", ["oa", "oe", "uy"])
def test_a_tone_may_stand_on_either_of_two_vowels(vowels, tone):
    first = normalise(f"h{vowels[0]}{TONES[tone]}{vowels[1]}")
    second = normalise(f"h{vowels}{TONES[tone]}")

    assert first != second
    assert word_hash(first) == word_hash(second) == word_hash(second.upper())


def test_two_tones_are_two_words():
    for vowel in ("a", "ă", "ơ", "y"):
        spelt = [f"h{vowel}", *(f"h{vowel}{tone}" for tone in TONES.values())]
        assert len({word_hash(word) for word in spelt}) == len(spelt)


def test_a_letter_is_not_its_neighbour_in_the_alphabet():
    assert len({word_hash(f"h{letter}n") for letter in "aăâeêioôơuưydđ"}) == 14


def test_the_order_of_letters_matters():
    assert word_hash("ban") != word_hash("nab")
    assert word_hash("aab") != word_hash("aba")


def test_composed_and_decomposed_spelling_agree_once_normalised():
    text = "Thủ tướng dự hội nghị tại Hoà Bình"

    decomposed = unicodedata.normalize("NFD", text)

    assert decomposed != text
    assert_same(tokenise([normalise(decomposed)]), tokenise([text]))


@settings(deadline=None)
@given(vietnamese)
def test_the_folded_hash_is_that_of_the_word_without_diacritics(word):
    plain = fold(word)

    assert tokenise([word]).folded.tolist() == tokenise([plain]).folded.tolist()
    assert plain.isascii()


def test_folding_keeps_different_words_apart():
    folded = tokenise(["hoa hòe huy hoan hoá 1 2"]).folded.tolist()

    assert folded[0] == folded[4]
    assert len(set(folded)) == 6


def test_fold_gives_lower_case_without_diacritics():
    assert fold("Phan Xuân Thủy, ĐỒNG NAI") == "phan xuan thuy, dong nai"


def test_the_hash_of_what_is_not_one_word_is_refused():
    with pytest.raises(ValueError, match="'Hà Nội' is 2 words, not one"):
        word_hash("Hà Nội")
    with pytest.raises(ValueError, match="'…' is 0 words, not one"):
        word_hash("…")


def test_hashes_stay_as_they_are_until_the_version_says_otherwise():
    # An index on disk compares these with its own: a change here needs another VERSION.
    assert module.VERSION == 1
    assert [word_hash(w) for w in ("a", "Hòa", "NGHỊ", "thuỷ", "2024", "中")] == GOLDEN_WORDS
    tokens = tokenise(["Hội nghị mở ra sáng nay tại Hoà Bình", "Hà Nội"])
    assert tokens.folded.tolist()[:2] == GOLDEN_FOLDED
    assert shingles(tokens.hashes, tokens.bounds, 5)[0].tolist() == GOLDEN_SHINGLES


def test_mixing_spreads_neighbours_over_all_bits():
    mixed = mix(np.arange(4096, dtype=np.uint64))

    bits = (mixed[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    assert len(np.unique(mixed)) == 4096
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.05


# Words and their offsets


def test_words_are_runs_of_letters_marks_and_digits():
    assert words("Ngày 7/8: hội-nghị “Một cửa” (47/NQ-CP), 3.5%…") == [
        *("Ngày", "7", "8", "hội", "nghị", "Một", "cửa", "47", "NQ", "CP", "3", "5")
    ]


def test_an_ideograph_is_a_word_of_its_own():
    assert words("越南news中 かな。") == ["越", "南", "news", "中", "か", "な"]


def test_other_scripts_have_words():
    assert words("Москва प्रधान 서울 กรุงเทพ") == ["Москва", "प्रधान", "서울", "กรุงเทพ"]


@settings(deadline=None)
@given(any_text)
def test_each_word_hashes_as_it_does_alone(text):
    tokens = tokenise([text])
    alone = [word_hash(word) for word in words(text)]

    assert tokens.hashes.tolist() == alone
    assert all(a < b for a, b in zip(tokens.starts, tokens.ends, strict=True))
    assert all(a <= b for a, b in zip(tokens.ends[:-1], tokens.starts[1:], strict=True))


@settings(deadline=None)
@given(texts)
def test_a_text_has_the_same_words_alone_and_in_a_batch(batch):
    tokens = tokenise(batch)

    assert len(tokens) == len(batch)
    for i, text in enumerate(batch):
        assert_same(tokens.of(i), tokenise([text]))


@settings(deadline=None)
@given(texts, st.integers(1, 40))
def test_words_do_not_depend_on_where_blocks_end(batch, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", size)
        small = tokenise(batch)

    assert_same(small, tokenise(batch))


def test_words_behind_a_full_block_are_those_of_the_text_alone():
    long = "Hội nghị khai mạc tại Hoà Bình. " * 5000
    assert len(long) > module._BLOCK

    tokens = tokenise(["Một", long, "", "Hai ba.", long])

    assert_same(tokens.of(3), tokenise(["Hai ba."]))
    assert_same(tokens.of(4), tokenise([long]))


def test_batches_are_put_together_in_order():
    batches = [["Một hai"], [], ["", "Ba."], ["Bốn năm sáu"]]

    joined = concatenate([tokenise(batch) for batch in batches])

    assert_same(joined, tokenise([text for batch in batches for text in batch]))


def test_capital_letters_are_counted():
    assert tokenise(["Ông Đ gặp TTXVN và eBay"]).capitals.tolist() == [1, 1, 0, 5, 0, 1]


# Hostile input


@pytest.mark.parametrize("text", ["", " \n\t", "…?!", "\u200b\ufeff", "\ud800\udfff"])
def test_a_text_without_words_has_none(text):
    tokens = tokenise([text])

    assert tokens.bounds.tolist() == [0, 0]
    assert len(tokens.hashes) == len(tokens.flags) == 0


def test_no_texts_are_an_empty_batch():
    assert len(tokenise([])) == 0
    assert tokenise([]).bounds.tolist() == [0]


def test_lone_surrogates_part_words():
    assert words("Hà\ud83dNội \udc00") == ["Hà", "Nội"]


def test_a_word_of_three_megabytes_is_one_word():
    tokens = tokenise(["x" * 3_000_000, "hai"])

    assert tokens.bounds.tolist() == [0, 1, 2]
    assert tokens.ends.tolist() == [3_000_000, 3]
    assert tokens.hashes[1] == word_hash("hai")


def test_a_word_repeated_400_000_times_costs_little_memory():
    text = "từ " * 400_000
    tokenise(["x" * module._BLOCK])  # the tables of powers
    tracemalloc.start()

    tokens = tokenise([text])

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(tokens.hashes.tolist()) == {word_hash("từ")}
    assert len(tokens.hashes) == 400_000
    assert peak < 150 * len(text)


# Flags


def test_flags_tell_capitals_acronyms_and_numbers():
    text = "Ông Bảy gặp TTXVN ngày 7 tháng 12B Đ."

    assert flagged(text, CAPITAL) == ["Ông", "Bảy", "TTXVN", "Đ"]
    assert flagged(text, ACRONYM) == ["TTXVN"]
    assert flagged(text, NUMBER) == ["7", "12B"]


def test_a_sentence_begins_behind_a_stop_and_a_space_with_a_capital_or_a_number():
    text = "Mưa lớn. Gió mạnh! 12 nhà sập? “Đáng sợ”… Họ nói. và đi. Hết"

    assert flagged(text, SENTENCE) == ["Mưa", "Gió", "12", "Đáng", "Họ", "Hết"]


def test_a_number_with_a_point_is_no_end_of_a_sentence():
    assert flagged("Tăng 7.5 điểm, lên 1.234.567 đồng", SENTENCE) == ["Tăng"]


def test_an_abbreviation_is_no_end_of_a_sentence():
    assert flagged("Gặp TP. Huế và Mr. Phan", SENTENCE) == ["Gặp"]
    assert flagged("Gặp ở Huế. Phan về", SENTENCE) == ["Gặp", "Phan"]


def test_an_ideographic_stop_needs_no_space():
    assert flagged("中国。日本", SENTENCE) == ["中", "日"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\u2029", "\v", "\f", " \n\n "])
def test_a_line_begins_a_paragraph_and_a_sentence(end):
    text = f"một hai{end}ba bốn"

    assert flagged(text, PARAGRAPH) == flagged(text, SENTENCE) == ["một", "ba"]


def test_every_text_of_a_batch_begins_a_paragraph():
    tokens = tokenise(["một hai", "", "ba bốn"])

    assert (tokens.flags & PARAGRAPH).tolist() == [PARAGRAPH, 0, PARAGRAPH, 0]


def test_sentences_reach_from_their_first_word_to_the_next_sentence():
    text = " Mưa lớn. “Gió mạnh!” Hết \n"

    found = [text[a:b] for a, b in sentences(tokenise([text]), len(text))]

    assert found == ["Mưa lớn. “", "Gió mạnh!” ", "Hết \n"]


# Parts of a batch


@settings(deadline=None)
@given(texts, st.randoms(use_true_random=False))
def test_selected_words_stay_in_their_text(batch, random):
    tokens = tokenise(batch)
    keep = np.array([random.random() < 0.5 for _ in tokens.hashes], np.bool_)

    selected = tokens.select(keep)

    assert len(selected) == len(batch)
    for i in range(len(batch)):
        a, b = tokens.bounds[i], tokens.bounds[i + 1]
        whole, part = tokens.of(i), selected.of(i)
        for name in FIELDS[:-1]:
            expected = list(itertools.compress(getattr(whole, name).tolist(), keep[a:b]))
            assert getattr(part, name).tolist() == expected


@settings(deadline=None)
@given(news_text, st.integers(0, 60), st.integers(0, 60))
def test_the_words_within_a_stretch_are_those_that_begin_in_it(text, start, end):
    tokens = tokenise([text])
    start, end = min(start, end), max(start, end)

    inside = tokens.within(start, end)

    expected = tokens.select((tokens.starts >= start) & (tokens.starts < end))
    assert_same(inside, expected)


def test_a_word_cut_by_the_stretch_belongs_to_where_it_begins():
    tokens = tokenise(["một hai ba"])

    assert tokens.within(4, 5).ends.tolist() == [7]
    assert len(tokens.within(5, 8).starts) == 0


# Shingles


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=9), max_size=5),
    st.integers(1, 6),
)
def test_shingles_are_the_runs_of_words_of_each_text(lists, size):
    tokens = tokenise([" ".join(words) for words in lists])

    values, bounds = shingles(tokens.hashes, tokens.bounds, size)

    expected = [runs(words, size) for words in lists]
    assert bounds.tolist() == [0, *itertools.accumulate(map(len, expected))]
    flat = [run for rows in expected for run in rows]
    assert len(values) == len(flat)
    # Equal runs have equal hashes, different runs different ones.
    assert len(set(flat)) == len(set(values.tolist())) == len(set(zip(flat, values, strict=True)))


def runs(words, size):
    if len(words) < size:
        return [tuple(words)] * bool(words)
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def test_a_short_text_has_one_shingle_whatever_follows_it():
    alone = tokenise(["Hà Nội"])
    followed = tokenise(["Hà Nội", "mưa to gió lớn cả ngày"])

    one, _ = shingles(alone.hashes, alone.bounds, 5)
    many, bounds = shingles(followed.hashes, followed.bounds, 5)

    assert bounds.tolist() == [0, 1, 3]
    assert one[0] == many[0]


def test_shingles_of_no_words_are_none():
    for batch in ([], [""], ["", "…"]):
        tokens = tokenise(batch)
        values, bounds = shingles(tokens.hashes, tokens.bounds, 5)
        assert len(values) == 0
        assert bounds.tolist() == [0] * (len(batch) + 1)


def test_the_words_of_a_text_are_views_of_the_batch():
    tokens = tokenise(["một hai", "ba"])

    assert isinstance(tokens.of(1), Tokens)
    assert np.shares_memory(tokens.of(1).hashes, tokens.hashes)


def test_words_found_without_the_folded_ones_are_the_same_words() -> None:
    texts = ["Ông Phan Xuân Thủy, 7/8.", "", "漢字 và TTXVN"]

    whole, bare = tokenise(texts), tokenise(texts, folded=False)

    assert bare.hashes.tolist() == whole.hashes.tolist() == bare.folded.tolist()
    assert bare.flags.tolist() == whole.flags.tolist()
    assert bare.starts.tolist() == whole.starts.tolist()


def test_words_inside_spans_are_those_that_begin_there():
    texts = ["một hai ba bốn", "", "năm sáu bảy"]
    tokens = tokenise(texts)
    spans = [[(0, 3), (4, 9), (5, 8)], [], [(1, 4)]]
    found = inside(tokens, spans)
    starts, owner = tokens.starts.tolist(), np.repeat(range(3), np.diff(tokens.bounds)).tolist()
    expected = [any(a <= s < b for a, b in spans[i]) for i, s in zip(owner, starts, strict=True)]
    assert found.tolist() == expected
    assert any(expected)
    assert not all(expected)
