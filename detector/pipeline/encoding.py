"""Vectors of articles and of their sentences, by whichever encoder the model names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.models import Model, resolve
from detector.pipeline.corpus import Corpus
from detector.pipeline.prepare import static_encoder
from detector.pipeline.relating import by_sentence, sentence_bounds
from detector.semantic.candidates import Strangers
from detector.semantic.centring import centred, means
from detector.text import I64

F32 = npt.NDArray[np.float32]

LEAD = 2000  # characters read by a transformer, which reads 256 tokens of them
_AT_ONCE = 4096  # vectors centred at once
_STATIC = "static"  # the model whose sentence vectors the scorers know


def encoded(
    corpus: Corpus, model: Model, rows: I64, progress: Callable[[str, int, int], None]
) -> F32:
    """Centred unit vectors of the articles `rows`, zero for the others.

    Those of a static encoder are already summed, and are changed where they lie.

    Returns:
        Shape (articles, dimension); zero, too, where the model does not serve the language.
    """
    languages = corpus.facts.languages
    if model.tier == "static":
        vectors = corpus.vectors
        assert vectors is not None
        for start in range(0, len(vectors), _AT_ONCE):  # where they lie, which is most of a corpus
            part = slice(start, start + _AT_ONCE)
            vectors[part] = static_centred(vectors[part], languages[part], model)
        others = np.ones(len(vectors), np.bool_)
        others[rows] = False
        vectors[others] = 0
        return vectors
    texts = [_lead(corpus, i) for i in rows.tolist()]
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("encode", done, len(texts))

    progress("encode", 0, len(texts))
    made = transformer(model.name).encode(texts, told)
    made = centred(made, [languages[i] for i in rows.tolist()], means(model))
    vectors = np.zeros((len(corpus), made.shape[1]), np.float32)
    vectors[rows] = made
    return vectors


def static_centred(vectors: F32, languages: Sequence[str], model: Model) -> F32:
    """Summed vectors, centred and made unit; zero where the model does not serve the language."""
    served = np.array([model.languages is None or x in model.languages for x in languages])
    found = static_encoder(str(model.folder)).center(vectors, languages)
    return np.where(served[:, None], found, np.float32(0))


def strangers_of(corpus: Corpus, model: Model, vectors: F32 | None = None) -> Strangers:
    """How near strangers are: as recorded of our models, otherwise as the corpus shows.

    Args:
        corpus: of the pass.
        model: the encoder.
        vectors: its vectors, where they are not those of the corpus.
    """
    usual = Strangers.of_model(model.thresholds)
    own = corpus.vectors if vectors is None else vectors
    if model.recorded or own is None:
        return usual
    return usual.of_corpus(own, corpus.facts.languages)


class Sentences:
    """Vectors of the sentences of articles, both of a pair by one encoder.

    That is our static one where it serves both languages, whatever model the articles
    are encoded by: it takes no time, and the scorers know its cosines.
    """

    def __init__(self, corpus: Corpus, model: Model, static: Model | None = None) -> None:
        """Remember some; nothing is loaded before it is needed.

        Args:
            corpus: of the pass.
            model: by which the articles are encoded.
            static: which static encoder is asked first; by default ours.
        """
        self._corpus = corpus
        self._model = model
        self._languages = corpus.facts.languages
        self._static = model if model.tier == "static" else static or resolve(_STATIC)
        self._summed = lru_cache(maxsize=4096)(self._summed_up)
        self._read = lru_cache(maxsize=1024)(self._read_through)

    def __call__(self, i: int, j: int) -> tuple[F32, F32]:
        """Unit vectors of the sentences of two articles, shapes (sentences, d)."""
        served = self._static.languages
        both = {self._languages[i], self._languages[j]}
        if self._model.tier == "static" or served is None or both <= served:
            return self._summed(i), self._summed(j)
        return self._read(i), self._read(j)

    def _summed_up(self, article: int) -> F32:
        static = static_encoder(str(self._static.folder))
        batch = by_sentence(self._corpus.body(article))
        made = static.encode_tokens(batch, [self._corpus.text(article)] * len(batch))
        return np.asarray(static.center(made, [self._languages[article]] * len(made)), np.float32)

    def _read_through(self, article: int) -> F32:
        body, text = self._corpus.body(article), self._corpus.text(article)
        spans = pairwise(sentence_bounds(body).tolist())
        found = [text[int(body.starts[a]) : int(body.ends[b - 1])] for a, b in spans if a < b]
        made = transformer(self._model.name).encode(found)
        if not (known := means(self._model)):
            return np.asarray(made, np.float32)
        return centred(made, [self._languages[article]] * len(made), known)


@lru_cache(maxsize=1)
def transformer(name: str) -> Any:
    """The transformer encoder of a name, loaded once a process."""
    from detector.semantic.transformer import TransformerEncoder

    return TransformerEncoder(resolve(name))


def _lead(corpus: Corpus, i: int) -> str:
    """Headline and body, as far as a transformer reads."""
    text = corpus.text(i)
    parts = [corpus.facts[i].title, *(text[a:b] for a, b in corpus.spans(i))]
    return "\n".join(part for part in parts if part)[:LEAD]
