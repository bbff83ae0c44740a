"""Why two articles are related, in terms that a person can check against the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detector.records import Article, Evidence, Facts, Passage
from detector.text import ACRONYM, CAPITAL, I64, NUMBER, SENTENCE, Tokens, fold
from detector.verify.align import SentenceAlignment
from detector.verify.copies import align, exchanges

_RUN = 8  # words of an unbroken run that is shown as a shared passage
_ALIGNED = 0.35  # cosine from which two sentences are shown beside each other
_MOST = 40  # values listed of a kind, and passages: a person reads no more
_NAME = 2  # words that make a name by themselves


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One of the two articles, with what was found in it.

    Attributes:
        article: whole.
        facts: whole.
        body: words of the body, with offsets in the article's text.
    """

    article: Article
    facts: Facts
    body: Tokens


def evidence(
    a: Exhibit,
    b: Exhibit,
    features: Mapping[str, float],
    reasons: Sequence[str],
    sentences: SentenceAlignment | None = None,
    bounds: tuple[I64, I64] | None = None,
) -> Evidence:
    """Collect what speaks for and against a pair.

    Args:
        a: one article.
        b: the other.
        features: what the pair was judged by.
        reasons: sentences about the original and the source.
        sentences: alignment of their sentences, where they are in two languages.
        bounds: words at which the sentences of each begin, for that alignment.
    """
    conflicting: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    if sentences is not None and bounds is not None:
        passages = _sentence_passages(a.body, b.body, sentences, bounds)
    else:
        alignment = align(a.body.hashes, b.body.hashes)
        passages = _shared_passages(a.body, b.body, alignment.kept)
        exchanged = exchanges(a.body, b.body, alignment)[:_MOST]
        if exchanged and features.get("kept", 0) >= 0.5:
            conflicting["exchanged"] = (
                tuple(a.article.text[s:e] for (s, e), _ in exchanged),
                tuple(b.article.text[s:e] for _, (s, e) in exchanged),
            )
    days = a.facts.event_date, b.facts.event_date
    if days[0] and days[1] and days[0] != days[1]:
        conflicting["dates"] = ((days[0].isoformat(),), (days[1].isoformat(),))
    places = a.facts.dateline, b.facts.dateline
    if places[0] and places[1] and not _one_place(*places):
        conflicting["places"] = ((places[0],), (places[1],))
    return Evidence(
        features={name: round(float(value), 4) for name, value in features.items()},
        passages=passages,
        agreeing=_agreeing(a, b),
        conflicting=conflicting,
        reasons=tuple(reasons),
    )


def names(exhibit: Exhibit) -> dict[str, str]:
    """Names inside sentences, as written, by their folded form, in text order."""
    body, text = exhibit.body, exhibit.article.text
    capital = (body.flags & (CAPITAL | ACRONYM)) != 0
    inner = capital & ((body.flags & (SENTENCE | NUMBER)) == 0)
    follows = np.zeros(len(inner), np.bool_)
    follows[1:] = inner[:-1] & (body.starts[1:] - body.ends[:-1] == 1)
    found: dict[str, str] = {}
    for first in np.flatnonzero(inner & ~follows).tolist():
        last = first
        while last + 1 < len(inner) and inner[last + 1] and follows[last + 1]:
            last += 1
        written = text[int(body.starts[first]) : int(body.ends[last])]
        if last - first + 1 >= _NAME or written.isupper():
            found.setdefault(fold(written), written)
    return found


def _agreeing(a: Exhibit, b: Exhibit) -> dict[str, tuple[str, ...]]:
    days = {m.date for m in b.facts.dates}
    in_b = names(b)
    found = {
        "dates": [m.date.isoformat() for m in a.facts.dates if m.date in days],
        "places": [p for p in a.facts.places if p in set(b.facts.places)],
        "names": [written for folded, written in names(a).items() if folded in in_b],
        "numbers": [n for n in a.facts.numbers if n in set(b.facts.numbers)],
        "documents": [d for d in a.facts.documents if d in set(b.facts.documents)],
    }
    return {kind: tuple(dict.fromkeys(values))[:_MOST] for kind, values in found.items() if values}


def _one_place(a: str, b: str) -> bool:
    """A country and a place in it do not exclude each other."""
    return a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/")


def _shared_passages(a: Tokens, b: Tokens, kept: I64) -> tuple[Passage, ...]:
    runs = [run for run in kept.tolist() if run[2] >= _RUN]
    longest = sorted(runs, key=lambda run: (-run[2], run[0]))[:_MOST]
    return tuple(
        Passage(
            (int(a.starts[i]), int(a.ends[i + n - 1])), (int(b.starts[j]), int(b.ends[j + n - 1]))
        )
        for i, j, n in sorted(longest)
    )


def _sentence_passages(
    a: Tokens, b: Tokens, sentences: SentenceAlignment, bounds: tuple[I64, I64]
) -> tuple[Passage, ...]:
    found = []
    for (i, j), score in zip(sentences.pairs.tolist(), sentences.scores.tolist(), strict=True):
        if score >= _ALIGNED:
            found.append(
                Passage(_span(a, bounds[0], i), _span(b, bounds[1], j), round(float(score), 3))
            )
    best = sorted(found, key=lambda p: (-p.score, p.a))[:_MOST]
    return tuple(sorted(best, key=lambda p: p.a))


def _span(body: Tokens, bounds: I64, sentence: int) -> tuple[int, int]:
    first, last = int(bounds[sentence]), int(bounds[sentence + 1]) - 1
    return int(body.starts[first]), int(body.ends[last])
