"""What is done with each article alone: clean, enrich, tokenise, sign, encode.

A pure function over a chunk of articles, so that a backend may run it anywhere. Only
packed arrays and a few facts come back; words are read again where a pair is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detector.clean import LineCounter, Recurring, body_spans, clean, title_of
from detector.config import Config
from detector.enrich import enrich
from detector.enrich.gazetteer import around
from detector.lexical.lsh import bands
from detector.lexical.signatures import U32, sample, signatures
from detector.lexicon.outlets import key_of
from detector.pipeline.freeing import calm
from detector.pipeline.rowfacts import RowFacts
from detector.pipeline.shelf import Packed, opened, unpack
from detector.text import I64, U64, Tokens, inside, mix, shingles, tokenise
from detector.verify.profiles import Profiles, profile

if TYPE_CHECKING:
    from detector.semantic.static import StaticEncoder

_BASE = 0xD1342543DE82EF95  # of the polynomials that tell bodies apart
_AT_ONCE = 1 << 14  # words: the arrays stay in the cache

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run of prepared articles, as parallel arrays.

    Attributes:
        facts: what a row of the output needs of the facts.
        outlets: key of each article's outlet; empty where unknown.
        spans: shape (n, 2), offsets of the body's stretches, and their bounds by article.
        digests: shape (articles,), of the normalised body; 0 where there is none.
        lengths: shape (articles,), words of the body.
        keys: shape (articles, bands), of the MinHash signatures.
        samples: upper halves of the sampled shingles, and their bounds.
        profiles: None where no vectors are asked for.
        vectors: shape (articles, d); None where they come later, or never.
    """

    facts: RowFacts
    outlets: Sequence[str]
    spans: tuple[npt.NDArray[np.int32], I64]
    digests: U64
    lengths: npt.NDArray[np.int32]
    keys: U32
    samples: tuple[U32, I64]
    profiles: Profiles | None
    vectors: F32 | None


@calm()  # some thousand small objects, all gone when it returns
def prepare(
    chunk: Sequence[Packed], recurring: Recurring | None, config: Config, static: str
) -> Prepared:
    """Prepare a chunk of articles.

    Args:
        chunk: any number of articles.
        recurring: lines that are furniture in this corpus.
        config: of the whole pass.
        static: folder of a static encoder, whose vectors are summed here since the words
            are at hand; empty where another encoder, or none, is used.
    """
    articles = [unpack(packed) for packed in chunk]
    texts = [article.text for article in articles]
    alone = config.semantic.model == "none"  # copies are told by their words alone
    segments = [clean(article, recurring) for article in articles]
    tokens = tokenise(texts, folded=not alone)
    spans = [body_spans(s) for s in segments]
    in_body = inside(tokens, spans)
    facts = enrich(articles, segments, tokens, in_body, brief=alone)
    body = tokens.select(in_body)
    hashes, bounds = shingles(body.hashes, body.bounds, config.lexical.shingle)
    sampled, sample_bounds = sample(hashes, bounds, config.lexical)
    outlets = [sys.intern(key_of(a.source, a.url)) for a in articles]
    packed = vectors = None
    if not alone:
        titles = tokenise([title_of(a, s) for a, s in zip(articles, segments, strict=True)])
        packed = profile(
            articles, facts, body, titles, outlets, [around(f.dateline) for f in facts]
        )
    if static:
        vectors = static_encoder(static).encode_tokens(body, texts)
    return Prepared(
        RowFacts.of(facts, [a.title for a in articles]),
        outlets,
        _packed(spans),
        digests(body),
        np.diff(body.bounds).astype(np.int32),
        bands(signatures(hashes, bounds, config.lexical), config.lexical),
        ((sampled >> np.uint64(32)).astype(np.uint32), sample_bounds),
        packed,
        vectors,
    )


def count_lines(chunk: Sequence[Packed], config: Config) -> LineCounter:
    """Count the lines of a chunk of articles, to learn which recur."""
    lines = LineCounter(config.clean)
    for packed in chunk:
        head, text = opened(packed)
        lines.count(key_of(head.source, head.url), text)
    return lines


def within(tokens: Tokens, spans: Sequence[Sequence[tuple[int, int]]]) -> Tokens:
    """The words of each text that begin inside its spans.

    Args:
        tokens: of n texts.
        spans: n lists of ``(start, end)``.
    """
    return tokens.select(inside(tokens, spans))


def digests(body: Tokens) -> U64:
    """A digest of each body: equal for texts that differ only in form.

    Unicode form, white space, punctuation and tone placement are not in the word hashes;
    case is put back by the number of capitals. 0 for a body without words.
    """
    powers = np.full(int(np.diff(body.bounds).max(initial=0)), _BASE, np.uint64)
    np.cumprod(powers, out=powers)
    values = body.hashes + body.capitals
    for begin in range(0, len(values), _AT_ONCE):
        part = values[begin : begin + _AT_ONCE]
        part[:] = mix(part)
    bounds = body.bounds.tolist()
    sums = [np.dot(values[a:b], powers[: b - a]) for a, b in pairwise(bounds)]
    return mix(np.array(sums, np.uint64))


@lru_cache(maxsize=2)
def static_encoder(folder: str) -> StaticEncoder:
    """The static encoder of a folder, loaded once a process."""
    from detector.semantic.static import StaticEncoder

    return StaticEncoder.from_folder(folder)


def _packed(spans: Sequence[Sequence[tuple[int, int]]]) -> tuple[npt.NDArray[np.int32], I64]:
    flat = np.array([pair for parts in spans for pair in parts], np.int32).reshape(-1, 2)
    return flat, np.cumsum([0] + [len(parts) for parts in spans]).astype(np.int64)
