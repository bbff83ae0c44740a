"""The NumPy reader of the static model, against sentence-transformers and by itself."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.models import resolve
from detector.semantic.base import Encoder
from detector.semantic.static import StaticEncoder, canonical
from detector.text import normalise, tokenise

FOLDER = Path(__file__).parents[2] / "models" / "static-vi-en"
LIMIT = 16 * 10**6

TEXTS = [
    "Thủ tướng Nguyễn Văn Bình đã đến thăm tỉnh Hòa Bình sáng 7/8/2024, theo TTXVN.",
    "THỦ TƯỚNG thăm Hoà Bình; thuỷ điện, thủy điện, quý, qúy, người, ngừơi, đựơc.",
    "Prime Minister Nguyen Van Binh visited Hoa Binh province on August 7, 2024.",
    "The $1,800,000.50 plan (47/NQ-CP) won't change — 'twas said at 9:30 a.m.; 31-5!",
    "Sathyavagiswaran and Zlatibor-Kraljevo met Dr. Xylophonwicz at qwrtpsdfg2024x.",
    "Łódź, café, naïve, Straße, Škoda, ŒUVRE, Þór and smørrebrød.",
    "中文新闻 and 日本語テスト mixed with Tiếng Việt và Русский текст, العربية, 한국어.",
    "Decomposed: Hòa Bình, Việt Nam, Đà Nẵng.",
    "₫500.000 🎉 x² ½ № ﬁne ＡＢＣ\u200b\ufeffend\u00a0of line\r\nnext\tline",
    "...",
    "",
    "a" * 130 + " ok " + "z" * 99,
]


@pytest.fixture(scope="module")
def encoder():
    return StaticEncoder(resolve("static"))


@pytest.fixture(scope="module")
def reference():
    sentence_transformers = pytest.importorskip("sentence_transformers")
    return sentence_transformers.SentenceTransformer(str(FOLDER), device="cpu")


def test_it_is_an_encoder(encoder):
    assert isinstance(encoder, Encoder)
    assert encoder.languages == {"vi", "en"}
    assert encoder.prefix == ""
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_vectors_are_those_of_sentence_transformers(encoder, reference):
    expected = reference.encode(TEXTS)
    np.testing.assert_allclose(encoder.encode(TEXTS), expected, rtol=0, atol=1e-5)


def test_long_texts_have_the_vectors_of_sentence_transformers(encoder, reference):
    texts = [" ".join(TEXTS[:7]) * 40, "\n".join(TEXTS) * 15]
    np.testing.assert_allclose(encoder.encode(texts), reference.encode(texts), rtol=0, atol=1e-5)


def test_every_whole_word_has_its_own_row(encoder, reference):
    names = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    words = [name for name, row in names.items() if row and not name.startswith("##")][::97]
    spelled = [name[1:] + name[0] if name[0] in "\u0300\u0301\u0303\u0309\u0323" else name
               for name in words]  # fmt: skip
    np.testing.assert_allclose(
        encoder.encode(spelled), reference.encode(spelled), rtol=0, atol=1e-5
    )


def test_rows_are_unit_vectors_and_a_text_without_words_is_zeros(encoder):
    lengths = np.linalg.norm(encoder.encode(TEXTS), axis=1)
    empty = [TEXTS.index("..."), TEXTS.index("")]
    np.testing.assert_allclose(np.delete(lengths, empty), 1, atol=1e-6)
    np.testing.assert_array_equal(lengths[empty], 0)


def test_a_text_has_one_vector_in_any_company(encoder):
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    many = encoder.encode(TEXTS * 50)
    np.testing.assert_array_equal(np.tile(alone, (50, 1)), many)


def test_case_unicode_form_and_tone_placement_do_not_matter(encoder):
    a, b, c, d = encoder.encode(
        ["Hòa Bình thủy điện", "HOÀ BÌNH THUỶ ĐIỆN", "Hòa Bình thủy điện", "Hóa Binh"]
    )
    np.testing.assert_allclose(a, b, atol=1e-6)
    np.testing.assert_allclose(a, c, atol=1e-6)
    assert a @ d < 0.9


def test_an_unknown_name_makes_two_languages_nearer(encoder):
    vi = "Ông Xylophonwicz đã từ chức hôm qua."
    right, other = "Mr Xylophonwicz resigned yesterday.", "Mr Brandelbrock resigned yesterday."
    a, b, c = encoder.encode([vi, right, other])
    assert a @ b > a @ c


def test_a_translation_is_nearer_than_a_report_on_another_topic(encoder):
    vi, en, other = encoder.encode(
        [
            "Động đất mạnh làm rung chuyển thủ đô Nhật Bản, ít nhất 12 người bị thương.",
            "A strong earthquake shook Japan's capital, injuring at least 12 people.",
            "The central bank kept interest rates unchanged for the third month.",
        ]
    )
    assert vi @ en > 0.5
    assert vi @ en > vi @ other + 0.3


def test_chosen_words_alone_are_encoded(encoder):
    texts = [normalise("Trang chủ Xylophonwicz\nĐộng đất ở Nhật Bản"), "", "Bank of Sathyavagis"]
    tokens = tokenise(texts)
    keep = tokens.starts >= np.repeat([23, 0, 0], np.diff(tokens.bounds))
    found = encoder.encode_tokens(tokens.select(keep), texts)
    expected = encoder.encode(["Động đất ở Nhật Bản", "", "Bank of Sathyavagis"])
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_centring_brings_translations_nearer_than_strangers_of_one_language(encoder):
    vectors = encoder.encode(["Động đất ở Nhật Bản", "Earthquake in Japan", "xin chào", ""])
    centred = encoder.center(vectors, ["vi", "en", "fr", "vi"])
    np.testing.assert_allclose(np.linalg.norm(centred[:3], axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(centred[2], vectors[2], atol=1e-6)
    assert not np.allclose(centred[0], vectors[0], atol=1e-3)


def test_the_folder_is_at_most_16_megabytes():
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) <= LIMIT


def test_the_recorded_digest_is_that_of_the_folder(encoder):
    assert encoder.digest == resolve(str(FOLDER)).digest
    assert resolve("static-vi-en").languages == encoder.languages
    assert resolve("static-vi-en").dimension == encoder.dimension


@pytest.mark.parametrize(
    "name", ["model.safetensors", "tokenizer.json", "language_means.safetensors"]
)
def test_a_truncated_file_is_named(tmp_path, name):
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=f"{name}: truncated or corrupt"):
        StaticEncoder.from_folder(folder)


def test_a_missing_file_is_named(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    (folder / "language_means.safetensors").unlink()
    with pytest.raises(ModelError, match=r"language_means\.safetensors"):
        StaticEncoder.from_folder(folder)


def test_canonical_words_agree_wherever_the_tone_stands():
    assert canonical("HOÀ") == canonical("hòa") == "\u0300hoa"
    assert canonical("Người") == canonical("ngừơi")
    assert canonical("2024") == "2024"
