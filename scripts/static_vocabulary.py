"""The words and pieces of the static model: which have a row, how they are split, how rows begin.

A word is what `detector.text` calls a word, so that the rows can be found by the hashes
that every stage shares; the tokenizer written here says the same in the terms of the
`tokenizers` library, so that the folder is a sentence-transformers model too. Words
without a row fall into pieces (WordPiece): a name that both languages spell alike then
gives both texts the same sum of pieces, whatever it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detector import models
from detector.models import Model
from detector.semantic import e5
from detector.semantic.static import canonical
from detector.text import fold, normalise, tokenise

F32 = npt.NDArray[np.float32]

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789đ"
_MARKS = "\u0302\u0306\u031b"  # of â, ă and ơ
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SPELLABLE = re.compile(f"[{_TONES}]?[{_LETTERS}{_MARKS}]+")
_LONGEST_WORD = 24  # letters; what is longer is an address or a slip of the space bar
_LONGEST_PIECE = 4  # letters: longer ones are too rare in 32,000 words to be learned
_NUMBERS = [str(n) for n in range(1000)] + [str(n) for n in range(1900, 2031)]
# Each is a word of its own, as in detector.text.
_IDEOGRAPHS = (
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_HIGH = (  # what detector.text takes for letters of words above U+3000
    "\ua000-\ud7af\ufb00-\ufdfb\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U00016fff\U0001d400-\U0001d7ff\U0001e900-\U0001e95f"
)
_WORD = f"[[\\p{{L}}\\p{{M}}\\p{{N}}&&[\u0001-\u2fff]]{_HIGH}]"


@dataclass(frozen=True)
class Vocabulary:
    """Entries by row. Row 0 is `[UNK]`; then whole words, first letters, `##` pieces.

    Attributes:
        names: all entries as tokenizer.json spells them.
        surfaces: for each entry how it is usually written, for the teacher's tokenizer.
        words: rows ``1:words + 1`` are whole words.
    """

    names: tuple[str, ...]
    surfaces: tuple[str, ...]
    words: int


def build(texts: Iterable[str], teacher: Model, borrowed: int, pieces: int) -> Vocabulary:
    """Choose the entries.

    Args:
        texts: the training texts; each of their words has a row.
        teacher: its tokenizer's most frequent whole words have rows too.
        borrowed: how many of those.
        pieces: how many pieces of two to four letters, the most frequent within words.
    """
    seen: dict[str, Counter[str]] = {}
    for text in map(normalise, texts):
        found = tokenise([text])
        for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True):
            word = text[start:end]
            if len(word) <= _LONGEST_WORD:
                seen.setdefault(canonical(word), Counter())[word.lower()] += 1
    frequent = sorted(seen, key=lambda word: (-seen[word].total(), word))
    words = {word: min(seen[word], key=lambda s: (-seen[word][s], s)) for word in frequent}
    for syllable in [w for w in words if not w.isascii() and _SPELLABLE.fullmatch(w)]:
        words.setdefault(fold(words[syllable]), fold(words[syllable]))  # a name in English text
    for number in _NUMBERS:
        words.setdefault(number, number)
    full = len(words) + borrowed
    for piece in _whole_words(teacher):
        if len(words) == full:
            break
        words.setdefault(canonical(piece), piece.lower())
    single = [letter for letter in (*_LETTERS, *_TONES) if letter not in words]
    inner = [*_LETTERS, *_MARKS, *_inner(words, pieces)]
    names = ("[UNK]", *words, *single, *(f"##{piece}" for piece in inner))
    return Vocabulary(names, ("", *words.values(), *single, *inner), len(words))


def _whole_words(teacher: Model) -> Iterable[str]:
    """Whole words of the teacher's vocabulary in Latin letters, the most frequent first."""
    content = json.loads((teacher.folder / "tokenizer.json").read_text(encoding="utf-8"))
    scored = sorted(content["model"]["vocab"], key=lambda entry: -entry[1])
    for piece, _ in scored:
        if piece.startswith("▁") and _SPELLABLE.fullmatch(canonical(piece[1:])):
            yield piece[1:]


def _inner(words: Iterable[str], count: int) -> list[str]:
    found: Counter[str] = Counter()
    for word in words:
        letters = word.lstrip(_TONES)
        for size in range(2, _LONGEST_PIECE + 1):
            found.update(letters[i : i + size] for i in range(1, len(letters) - size + 1))
    usable = (piece for piece in found if _SPELLABLE.fullmatch(piece) and piece[0] not in _TONES)
    return sorted(usable, key=lambda piece: (-found[piece], piece))[:count]


def tokenizer(vocabulary: Vocabulary) -> Any:
    """A `tokenizers.Tokenizer` that finds what `detector.text.tokenise` finds.

    Normalisation decomposes letters and moves each word's tone mark to its front: `hoà`
    and `hòa` are one word.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    steps: list[object] = [normalizers.Lowercase(), normalizers.NFD()]
    for tone in _TONES:
        before_word = Regex(f"(?<!{_WORD})(?={_WORD}*{tone})")
        steps.append(normalizers.Replace(before_word, tone))
    steps.append(normalizers.Replace(Regex(f"(?<={_WORD})[{_TONES}]"), ""))
    word = Regex(f"[{_IDEOGRAPHS}]|{_WORD}+")
    found = Tokenizer(
        models.WordPiece(
            {name: row for row, name in enumerate(vocabulary.names)},
            unk_token="[UNK]",
            max_input_chars_per_word=100,
        )
    )
    found.normalizer = normalizers.Sequence(steps)
    found.pre_tokenizer = pre_tokenizers.Split(word, behavior="removed", invert=True)
    return found


def rows_of_teacher(vocabulary: Vocabulary, teacher: Model) -> F32:
    """Each entry as the mean of its pieces' rows in the teacher's token table.

    Returns:
        Shape (entries, the teacher's dimension); `[UNK]` is zeros.
    """
    from safetensors import safe_open
    from tokenizers import Tokenizer

    with safe_open(teacher.folder / "model.safetensors", "np") as file:
        table = file.get_tensor("embeddings.word_embeddings.weight").astype(np.float32)
    splitter = Tokenizer.from_file(str(teacher.folder / "tokenizer.json"))
    splitter.no_padding()
    splitter.no_truncation()
    space = splitter.token_to_id("▁")
    rows = np.zeros((len(vocabulary.names), table.shape[1]), np.float32)
    surfaces: Sequence[str] = vocabulary.surfaces
    for row, found in enumerate(splitter.encode_batch(list(surfaces), add_special_tokens=False)):
        if ids := [i for i in found.ids if i != space]:
            rows[row] = table[ids].mean(axis=0)
    return rows


def teacher() -> Model:
    """multilingual-e5-small, made from its wheels if it is not there yet."""
    model = models.resolve("e5-small")
    e5.ensure(model)
    return model
