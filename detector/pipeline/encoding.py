"""Vectors of articles and of their sentences, by whichever encoder the model names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.models import Model
from detector.pipeline.corpus import Corpus
from detector.pipeline.prepare import static_encoder
from detector.pipeline.relating import SentenceEncoder, by_sentence, sentence_bounds
from detector.text import I64

F32 = npt.NDArray[np.float32]

_ENOUGH = 200  # articles of a language whose mean vector is worth subtracting
_LEAD = 2000  # characters read by a transformer, which reads 256 tokens of them


def encoded(
    corpus: Corpus, model: Model, rows: I64, progress: Callable[[str, int, int], None]
) -> tuple[F32, Counter[str]]:
    """Centred unit vectors of the articles `rows`, zero for the others.

    Returns:
        Shape (articles, dimension), and how many articles of which language the model
        does not serve: their rows are zero.
    """
    languages = [f.language for f in corpus.facts]
    served = np.array([model.languages is None or x in model.languages for x in languages])
    without = Counter(x for x, yes in zip(languages, served.tolist(), strict=True) if not yes)
    if model.tier == "static":
        assert corpus.vectors is not None
        vectors = static_encoder(str(model.folder)).center(corpus.vectors, languages)
        return np.where(served[:, None], vectors, np.float32(0)), without
    texts = [_lead(corpus, i) for i in rows.tolist()]
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("encode", done, len(texts))

    made = transformer(model.name).encode(texts, told)
    made = centred(made, [languages[i] for i in rows.tolist()])
    vectors = np.zeros((len(corpus), made.shape[1]), np.float32)
    vectors[rows] = made
    return vectors, without


def sentence_encoder(corpus: Corpus, model: Model) -> SentenceEncoder:
    """A function from an article's number to the vectors of its sentences."""
    languages = [f.language for f in corpus.facts]
    if model.tier == "static":
        static = static_encoder(str(model.folder))

        def summed(article: int) -> F32:
            batch = by_sentence(corpus.body(article))
            made = static.encode_tokens(batch, [corpus.text(article)] * len(batch))
            return np.asarray(static.center(made, [languages[article]] * len(made)), np.float32)

        return summed

    def read(article: int) -> F32:
        body, text = corpus.body(article), corpus.text(article)
        bounds = sentence_bounds(body).tolist()
        spans = pairwise(bounds)
        sentences = [text[int(body.starts[a]) : int(body.ends[b - 1])] for a, b in spans]
        return np.asarray(transformer(model.name).encode(sentences), np.float32)

    return read


def centred(vectors: F32, languages: Sequence[str]) -> F32:
    """Unit vectors less the mean of their language, where there are enough to know it."""
    result = vectors.copy()
    codes = np.asarray(languages, dtype=object)
    for name in sorted(set(languages)):
        rows = np.flatnonzero(codes == name)
        if len(rows) >= _ENOUGH:
            result[rows] -= vectors[rows].mean(axis=0)
    norms = np.linalg.norm(result, axis=1, keepdims=True)
    return np.asarray(result / np.maximum(norms, 1e-9), np.float32)


@lru_cache(maxsize=1)
def transformer(name: str) -> Any:
    """The transformer encoder of a name, loaded once a process."""
    from detector.models import resolve
    from detector.semantic.transformer import TransformerEncoder

    return TransformerEncoder(resolve(name))


def _lead(corpus: Corpus, i: int) -> str:
    """Headline and body, as far as a transformer reads."""
    text = corpus.text(i)
    parts = [corpus.facts[i].title, *(text[a:b] for a, b in corpus.spans(i))]
    return "\n".join(part for part in parts if part)[:_LEAD]
