"""The static tier: our own table of word vectors, read with NumPy alone.

A text's vector is the normalised sum of its words' rows, so encoding is a look-up of the
word hashes that every stage shares and one sparse product. The folder is also a
sentence-transformers model (`StaticEmbedding`), and both readings give the same vectors.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError
from detector.models import Model, resolve
from detector.models import folder as folders
from detector.semantic.base import F32, unit
from detector.text import I64, U64, Tokens, normalise, tokenise

I32 = npt.NDArray[np.int32]

_TONES = "\u0323\u0309\u0303\u0301\u0300"
_CONTINUES = "##"
_LONGEST = 100  # letters; a longer run is no word (max_input_chars_per_word)
_BATCH = 256  # texts: their words then stay in the cache between look-up and sum
_REMEMBERED = 1 << 17  # unknown words whose pieces are kept


class StaticEncoder:
    """A folder of word vectors behind the `Encoder` protocol.

    Args:
        model: from `detector.models.resolve`.

    Raises:
        ModelError: if a file is missing or damaged, or the folder holds another kind.
    """

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self.digest = model.digest
        self.prefix = ""
        vocabulary = _vocabulary(model.folder / "tokenizer.json")
        tensors = load_tensors(model.folder / "model.safetensors", ("embeddings", "weights"))
        self._rows: F32 = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
        self.means: dict[str, F32] = load_tensors(model.folder / "language_means.safetensors", ())
        if len(self._rows) != len(vocabulary):
            raise ModelError(
                f"{model.folder}: {len(vocabulary)} words in tokenizer.json but {len(self._rows)} "
                "rows in model.safetensors: files of two models. Copy the model again"
            )
        self.dimension = self._rows.shape[1]
        self.languages: frozenset[str] | None = frozenset(self.means)
        self._table = _HashTable(*_words(vocabulary))
        self._pieces = _Pieces(vocabulary)

    @classmethod
    def from_folder(cls, path: str | Path) -> StaticEncoder:
        """Read a folder that `scripts/train_static.py` has written, or a copy of it.

        Raises:
            ModelError: if it is missing, damaged or another kind of model.
        """
        return cls(resolve(str(path)))

    def encode(self, texts: Sequence[str]) -> F32:
        """See `Encoder.encode`; a text without a letter or digit gives zeros."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = [normalise(text) for text in texts[start : start + _BATCH]]
            vectors[start : start + len(batch)] = self._encoded(tokenise(batch), batch)
        return vectors

    def encode_tokens(self, tokens: Tokens, texts: Sequence[str]) -> F32:
        """One unit vector a text, from words already found.

        Args:
            tokens: the words that count, for example those of the bodies alone.
            texts: what `tokens` was made from; looked into for unknown words only.

        Returns:
            Shape (len(tokens), dimension).
        """
        vectors = np.zeros((len(tokens), self.dimension), np.float32)
        for start in range(0, len(tokens), _BATCH):
            end = min(start + _BATCH, len(tokens))
            vectors[start:end] = self._encoded(_texts(tokens, start, end), texts[start:end])
        return vectors

    def center(self, vectors: F32, languages: Sequence[str]) -> F32:
        """Subtract from each vector the mean of its language, and make it unit again.

        What all texts of a language share says nothing about their content, but keeps a
        text nearer to its own language than to its translation.

        Args:
            vectors: shape (n, dimension), as `encode` gives them.
            languages: n codes; vectors of languages without a mean stay as they are.
        """
        names = np.asarray(languages, dtype=str)
        centred = vectors.astype(np.float32)
        for language, mean in self.means.items():
            centred[names == language] -= mean
        return unit(centred)

    def _encoded(self, tokens: Tokens, texts: Sequence[str]) -> F32:
        from scipy.sparse import csr_array

        found = self._table.rows(tokens.hashes)
        shape = (len(tokens), len(self._rows))
        ones = np.ones(len(found), np.float32)
        sums: F32 = csr_array((ones, found, tokens.bounds), shape=shape) @ self._rows
        unknown = np.flatnonzero(found == 0)
        if len(unknown):
            pieces, bounds = self._pieces.of(tokens, unknown, texts)
            ones = np.ones(len(pieces), np.float32)
            sums += csr_array((ones, pieces, bounds), shape=shape) @ self._rows
        return unit(sums)


class _HashTable:
    """Word hash → row, 0 for a word that has none; open addressing, whole arrays at a time.

    Hashes are uniform, so their highest bits are the slot. A sorted search of the same
    keys takes ten times as long: its steps miss the cache and wait for one another.
    """

    def __init__(self, hashes: U64, rows: I32) -> None:
        bits = max(int(len(hashes) * 4).bit_length(), 4)
        self._shift = np.uint64(64 - bits)
        self._keys = np.zeros((1 << bits) + len(hashes), np.uint64)
        self._rows = np.zeros((1 << bits) + len(hashes), np.int32)
        self._depth = 0
        for key, row in zip(hashes.tolist(), rows.tolist(), strict=True):
            slot = home = key >> int(self._shift)
            while self._rows[slot]:
                slot += 1
            self._keys[slot], self._rows[slot] = key, row
            self._depth = max(self._depth, slot - home)

    def rows(self, hashes: U64) -> I32:
        """The row of each hash."""
        slots = (hashes >> self._shift).astype(np.int64)
        rows: I32 = np.where(self._keys[slots] == hashes, self._rows[slots], np.int32(0))
        open_ = np.flatnonzero((rows == 0) & (self._rows[slots] != 0))
        for step in range(1, self._depth + 1):
            slot = slots[open_] + step
            rows[open_] = np.where(self._keys[slot] == hashes[open_], self._rows[slot], 0)
            open_ = open_[(rows[open_] == 0) & (self._rows[slot] != 0)]
        return rows


class _Pieces:
    """Rows of the pieces that an unknown word falls into, the longest first (WordPiece)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._first: dict[str, int] = {}
        self._next: dict[str, int] = {}
        for row, name in enumerate(vocabulary):
            if name.startswith(_CONTINUES):
                self._next[name[len(_CONTINUES) :]] = row
            elif row:
                self._first[name] = row
        self._longest = max((len(piece) for piece in self._next), default=0)
        self._longest_first = max((len(piece) for piece in self._first), default=0)
        self._remembered: dict[int, tuple[int, ...]] = {}

    def of(self, tokens: Tokens, which: I64, texts: Sequence[str]) -> tuple[I32, I64]:
        """Rows of the pieces of the words `which`, and each text's bounds in them."""
        hashes = tokens.hashes[which].tolist()
        if len(self._remembered) > _REMEMBERED:
            self._remembered.clear()
        known = self._remembered
        new = {word: at for at, word in enumerate(hashes) if word not in known}
        places = which[np.fromiter(new.values(), np.int64, len(new))]
        owners = np.searchsorted(tokens.bounds, places, side="right") - 1
        spans = (values[places].tolist() for values in (tokens.starts, tokens.ends))
        for word, owner, start, end in zip(new, owners.tolist(), *spans, strict=True):
            known[word] = self._split(texts[owner][start:end])
        found = [known[word] for word in hashes]
        ends = np.cumsum([0, *map(len, found)])
        bounds = ends[np.searchsorted(which, tokens.bounds)]
        return np.fromiter(chain.from_iterable(found), np.int32, int(ends[-1])), bounds

    def _split(self, word: str) -> tuple[int, ...]:
        letters = canonical(word)
        if len(letters) > _LONGEST:
            return ()
        found: list[int] = []
        start, pieces, longest = 0, self._first, self._longest_first
        while start < len(letters):
            for end in range(min(len(letters), start + longest), start, -1):
                if row := pieces.get(letters[start:end]):
                    break
            else:
                return ()
            found.append(row)
            start, pieces, longest = end, self._next, self._longest
        return tuple(found)


def canonical(word: str) -> str:
    """A word as tokenizer.json spells it: lower case, decomposed, its tone mark in front.

    So `hoà` and `hòa` are one entry, as they are one word hash.
    """
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFD", word.lower())
    tone = next((mark for mark in _TONES if mark in letters), "")
    return tone + "".join(letter for letter in letters if letter not in _TONES)


def _spelled(entry: str) -> str:
    """A word that has the hash of a vocabulary entry: its tone on any letter that takes it."""
    if entry[0] not in _TONES:
        return unicodedata.normalize("NFC", entry)
    letters = unicodedata.normalize("NFC", entry[1:])
    for place, letter in enumerate(letters):
        toned = unicodedata.normalize("NFC", letter + entry[0])
        if len(toned) == 1:
            return letters[:place] + toned + letters[place + 1 :]
    return entry


def _words(vocabulary: Sequence[str]) -> tuple[U64, I32]:
    """Hashes and rows of the entries that are whole words."""
    rows = [r for r, name in enumerate(vocabulary) if r and not name.startswith(_CONTINUES)]
    tokens = tokenise([_spelled(vocabulary[row]) for row in rows])
    single = np.diff(tokens.bounds) == 1
    return tokens.hashes[tokens.bounds[:-1][single]], np.array(rows, np.int32)[single]


def _texts(tokens: Tokens, start: int, end: int) -> Tokens:
    """The words of texts ``start:end``."""
    a, b = int(tokens.bounds[start]), int(tokens.bounds[end])
    return Tokens(
        tokens.hashes[a:b],
        tokens.folded[a:b],
        tokens.starts[a:b],
        tokens.ends[a:b],
        tokens.flags[a:b],
        tokens.capitals[a:b],
        tokens.bounds[start : end + 1] - a,
    )


def _vocabulary(path: Path) -> list[str]:
    """The entries of a WordPiece tokenizer, by row."""
    model = folders.read_json(path).get("model") or {}
    if model.get("type") != "WordPiece" or model.get("continuing_subword_prefix") != _CONTINUES:
        raise ModelError(f"{path}: not a vocabulary of words and pieces; see models/README.md")
    rows = model["vocab"]
    return sorted(rows, key=rows.__getitem__)


def load_tensors(path: Path, required: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a safetensors file, by name.

    Raises:
        ModelError: if it is missing, damaged, or one of `required` is not in it.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: dict[str, npt.NDArray[Any]] = load_file(path)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or 'no such file'}") from error
    except SafetensorError as error:
        raise ModelError(f"{path}: truncated or corrupt: {error}") from error
    for name in required:
        if name not in tensors:
            raise ModelError(f"{path}: holds no {name!r}: another kind of model")
    return tensors
