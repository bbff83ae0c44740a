from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.readers import repair


@pytest.mark.parametrize(
    ("raw", "repaired"),
    [
        ("Việt Nam", "Việt Nam"),
        (unicodedata.normalize("NFD", "Thừa Thiên Huế"), "Thừa Thiên Huế"),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0bg", "a\nb\nc\nd\ne\nf\ng"),
        ("a\tb\xa0c\u2003d\u202fe", "a b c d e"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("\ufeffphát\u200b\xad triển\u2060", "phát triển"),
        ("\u202etin\u202c \u2066mới\u2069\u200e", "tin mới"),
        ("tin\u200d mới\u200c", "tin mới"),
        ("می\u200cخواهم 👨\u200d👩\u200d👧", "می\u200cخواهم 👨\u200d👩\u200d👧"),
        ("Tom &amp; Jerry&nbsp;&#8211; &quot;phim&quot;", 'Tom & Jerry – "phim"'),
        ("&amp;nbsp;x &#x202e;y &#0; &#xD800;", " x y � �"),
        ("?a=1&copy=2 &copyright; &lạ; AT&T", "?a=1&copy=2 &copyright; &lạ; AT&T"),
        ("Viá»‡t Nam Ä‘áº¹p", "Việt Nam đẹp"),
        ("Việt Nam\nKinh táº¿ Viá»‡t Nam", "Việt Nam\nKinh tế Việt Nam"),
        ("Donâ€™t stop", "Don’t stop"),
        ("“NGÃ”, ÔNG NÓI", "“NGÃ”, ÔNG NÓI"),
        ("«đá» 20° ½ £5 Ðà", "«đá» 20° ½ £5 Ðà"),
        ("\ud83d\ude00 \ud800 \udc00a", "😀 � �a"),
        ("中文 한국어 हिन्दी", "中文 한국어 हिन्दी"),
    ],
)
def test_text_is_repaired(raw, repaired):
    assert repair.text(raw) == repaired


def test_what_is_passed_untouched_needs_no_repair():
    """The fast path is right: these characters, in any order, are in NFC and stay."""
    plain = [chr(c) for c in range(sys.maxunicode + 1) if not repair._UNUSUAL.search(chr(c))]
    assert len(plain) > 500
    for char in plain:
        assert unicodedata.is_normalized("NFC", char)
        assert not unicodedata.combining(char)
        assert unicodedata.category(char)[0] != "C" or char == "\n"
        assert repair._repaired(char) == char
    # Two characters compose only if the second is a mark or a Hangul vowel.
    assert unicodedata.is_normalized("NFC", "".join(plain))


def test_vietnamese_and_english_prose_takes_the_fast_path():
    text = "Ông Nguyễn Văn A – “nhà báo” – nói: ‘Đẹp!’… The U.S. didn’t (2024) 100%.\n"
    assert repair._UNUSUAL.search(text) is None
    assert repair.text(text) is text


def test_marks_are_kept_up_to_thirty_on_a_letter():
    assert repair.text("a" + "\u0323\u0301" * 15) != repair.text("a")
    assert len(repair.text("a" + "\u0301" * 1000)) <= 31
    assert repair.text("—" * 100) == "—" * 100


def test_a_title_is_one_line():
    assert repair.line("  Cầu \n mới\t ") == "Cầu mới"


_SEEN_NEVER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u061c\u200b\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff"
    "\ud800-\udfff]"
)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_string_becomes_nfc_text_that_can_be_written(raw):
    repaired = repair.text(raw)
    repaired.encode()
    assert unicodedata.is_normalized("NFC", repaired)
    assert _SEEN_NEVER.search(repaired) is None
