"""Who of two articles was first, and what a verdict says: from stored rows and new ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.cluster.original import Direction, Side, direction
from detector.enrich.interviews import confidants
from detector.pipeline.index.batch import Batch, rows_of
from detector.pipeline.pairing import aside, of_one_outlet
from detector.pipeline.prepare import within
from detector.records import Relation
from detector.store.bodies import StoredArticle, text_of
from detector.text import Tokens, tokenise

#: Of two reports of one event none is the original.
UNTOLD = Direction(None, 0.0, 0.0, ())


def new_side(batch: Batch, i: int) -> Side:
    """What is asked of an article of a batch."""
    article, prepared = batch.articles[i], batch.prepared
    spans, _ = rows_of(prepared.spans, np.array([i]))
    return Side(
        id=article.id,
        title=batch.title(i),
        url=article.url,
        outlet=prepared.outlets[i],
        source=article.source,
        published=article.published,
        credits=prepared.facts.credits.get(i, ()),
        aside=aside(article.text, spans.tolist()),
        confidants=confidants(article.text, _body(article.text, spans)),
        words=int(prepared.lengths[i]),
        language=prepared.facts.languages[i],
    )


def stored_sides(
    stored: Sequence[StoredArticle], words: Sequence[int], languages: Sequence[str]
) -> list[Side]:
    """What is asked of stored articles; where texts are not kept, nothing beside the body."""
    texts = [text_of(article) for article in stored]
    spans = [article.spans.tolist() for article in stored]
    body = within(tokenise(texts, folded=False), spans)
    return [
        Side(
            id=article.head.id,
            title=article.title,
            url=article.head.url,
            outlet=article.outlet,
            source=article.head.source,
            published=article.head.published,
            credits=article.credits,
            aside=aside(texts[i], spans[i]),
            confidants=confidants(texts[i], body.of(i)),
            words=words[i],
            language=languages[i],
        )
        for i, article in enumerate(stored)
    ]


def told(a: Side, b: Side, relation: Relation) -> tuple[Direction, bool, Sequence[str]]:
    """Which was first, whether both are of one outlet, and the reasons."""
    if b.id < a.id:
        a, b = b, a
    way = direction(a, b, relation)
    same, also = of_one_outlet(a.outlet, b.outlet)
    return way, same, (*way.reasons, *also)


def _body(text: str, spans: npt.NDArray[np.int32]) -> Tokens:
    """The words of a body; none where the text is not kept."""
    return within(tokenise([text], folded=False), [spans.tolist()])
