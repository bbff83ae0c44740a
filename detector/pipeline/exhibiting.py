"""What two articles share and where they conflict, for a run of pairs.

A pure function over some pairs and their articles, so that a backend may run it anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector.clean import Recurring, clean
from detector.enrich import enrich
from detector.pipeline.comparing import Portion
from detector.pipeline.prepare import within
from detector.pipeline.relating import sentence_bounds
from detector.pipeline.shelf import unpack
from detector.records import Evidence
from detector.text import tokenise
from detector.verify.align import SentenceAlignment
from detector.verify.explain import Exhibit, evidence


@dataclass(frozen=True, slots=True)
class Shown:
    """Some pairs, their articles, and what is already known of them.

    Attributes:
        portion: n pairs and their articles.
        known: what each was judged by, and sentences about it.
        sentences: of each pair in two languages; None for the others.
    """

    portion: Portion
    known: Sequence[tuple[Mapping[str, float], Sequence[str]]]
    sentences: Sequence[SentenceAlignment | None]


def exhibited(shown: Shown, recurring: Recurring | None) -> list[Evidence]:
    """The evidence of each pair.

    Args:
        shown: pairs.
        recurring: lines that are furniture in their corpus.
    """
    articles = [unpack(packed) for packed in shown.portion.articles]
    words = tokenise([article.text for article in articles])
    segments = [clean(article, recurring) for article in articles]
    facts = enrich(articles, segments, words)
    body = within(words, shown.portion.spans)
    exhibits = [
        Exhibit(a, f, body.of(i)) for i, (a, f) in enumerate(zip(articles, facts, strict=True))
    ]
    found = []
    for (i, j), (features, reasons), sentences in zip(
        shown.portion.pairs.tolist(), shown.known, shown.sentences, strict=True
    ):
        a, b = exhibits[i], exhibits[j]
        bounds = None
        if sentences is not None:
            bounds = sentence_bounds(a.body), sentence_bounds(b.body)
        found.append(evidence(a, b, features, reasons, sentences, bounds))
    return found
