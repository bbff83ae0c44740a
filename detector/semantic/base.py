"""What an encoder is, and one without a model for tests and trials."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from detector.text import mix, normalise, tokenise, word_hash

F32 = npt.NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors whose dot products say how near their contents are.

    Everything but `encode` is a plain attribute of the implementations.
    """

    @property
    def name(self) -> str:
        """What the model is called."""
        ...

    @property
    def digest(self) -> str:
        """Digest of the model's files; vectors of two digests are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def prefix(self) -> str:
        """What the encoder itself puts before every text; part of the model."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes it serves, or None for any."""
        ...

    def encode(self, texts: Sequence[str]) -> F32:
        """One unit vector a text; zeros for a text without any known token.

        Args:
            texts: any strings, empty ones too.

        Returns:
            Shape (len(texts), dimension). A row depends on its text and on the set of
            the texts, never on their order.
        """
        ...


class HashingEncoder:
    """The fake beside `Encoder`: every word is a fixed random vector, a text their sum.

    Texts that share words are near, others about orthogonal, as with feature hashing
    (Weinberger et al. 2009). It needs no file, so it stands in for a model in tests.

    Args:
        dimension: length of a vector; strangers' cosines spread by ``dimension ** -0.5``.
        synonyms: words that are given the vector of another, as a translation would be.
        languages: what it claims to serve; None for any.
    """

    name = "hashing"
    prefix = ""

    def __init__(
        self,
        dimension: int = 256,
        synonyms: Mapping[str, str] | None = None,
        languages: frozenset[str] | None = None,
    ) -> None:
        self.dimension = dimension
        self.languages = languages
        pairs = sorted((word_hash(a), word_hash(b)) for a, b in (synonyms or {}).items())
        self._from = np.array([a for a, _ in pairs], np.uint64)
        self._to = np.array([b for _, b in pairs], np.uint64)
        content = f"{dimension}:{pairs}".encode()
        self.digest = hashlib.blake2b(content, digest_size=16).hexdigest()

    def encode(self, texts: Sequence[str]) -> F32:
        """See `Encoder.encode`."""
        tokens = tokenise([normalise(text) for text in texts])
        words = self._translated(tokens.hashes)
        known, index = np.unique(words, return_inverse=True)
        step = np.arange(1, self.dimension + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        signs = (mix(known[:, None] + step) >> np.uint64(63)).astype(np.float32) * 2 - 1
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        text_of_word = np.repeat(np.arange(len(texts)), np.diff(tokens.bounds))
        np.add.at(vectors, text_of_word, signs[index])
        return unit(vectors)

    def _translated(self, words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        if not len(self._from) or not len(words):
            return words
        at = np.minimum(np.searchsorted(self._from, words), len(self._from) - 1)
        found: npt.NDArray[np.uint64] = np.where(self._from[at] == words, self._to[at], words)
        return found


def unit(vectors: F32) -> F32:
    """Each row divided by its length; rows of zeros, or of no finite length, are zeros."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > 0)
    scaled = np.zeros(vectors.shape, np.float64)
    np.divide(vectors, lengths, out=scaled, where=usable)
    return scaled.astype(np.float32)
