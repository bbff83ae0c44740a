"""Two stored articles, looked at again in full."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detector.clean import Recurring
from detector.errors import UsageError
from detector.pipeline.copying import Judged
from detector.pipeline.explaining import Found, explained
from detector.pipeline.grouping import Grouping
from detector.pipeline.index.judging import Asked, recalling
from detector.pipeline.index.recalling import Counted
from detector.pipeline.index.surroundings import Surroundings
from detector.pipeline.pairing import Pairing
from detector.records import COPIES, Explanation, Level
from detector.store import bodies, links
from detector.store.bodies import Bodies, StoredArticle
from detector.store.links import RELATIONS
from detector.store.store import View


def explain(
    view: View, asked: Asked, recurring: Recurring, a: StoredArticle, b: StoredArticle
) -> Explanation:
    """Say why two stored articles are related, or are not.

    Args:
        view: of the store.
        asked: options and models.
        recurring: lines that are furniture.
        a: one article.
        b: the other.

    Raises:
        UsageError: if both are one, or texts are not kept.
    """
    if a.number == b.number:
        raise UsageError(f'"{a.head.id}" is named twice; name two articles')
    if a.content is None or b.content is None:
        raise UsageError("texts are not kept in this index; there is nothing to compare")
    numbers = links.together(view.connection, [a.body, b.body])
    stored = bodies.fetch_bodies(view.connection, numbers, view.names)
    around = _around(view, stored, a, b)
    config = asked.config
    first = np.array([np.flatnonzero(around.numbers == n)[0] for n in around.numbers.tolist()])
    relating = None
    if asked.model is not None:
        codes = {name: code for code, name in view.names.items()}
        relating = recalling(
            around, stored, asked, codes, None, None, Counted(view.frequencies, None)
        )
        relating.recall()
    copies, related = _judged(view, around)
    grouping = Grouping(_labels(stored, around), 0)
    pairing = Pairing(around, grouping, recurring, relating, asked.scoring)
    found = Found(around, first, first, copies, related, relating, asked.scoring, grouping, pairing)
    return explained(found, a.head.id, b.head.id, config)


def _around(view: View, stored: Bodies, a: StoredArticle, b: StoredArticle) -> Surroundings:
    """The two articles and the bodies of their clusters."""
    articles = bodies.founders(view.connection, stored.numbers.tolist())
    articles |= {b.body: b, a.body: a}
    rows = list(enumerate(articles[n] for n in stored.numbers.tolist()))
    if a.body == b.body:  # one body, two articles
        rows.append((int(np.searchsorted(stored.numbers, b.body)), b))
    rows.sort(key=lambda row: row[1].head.id)
    arranged = bodies.arranged(stored, np.array([at for at, _ in rows], np.int64))
    around = Surroundings(view.connection, None, np.zeros(0, np.int64), arranged, text=True)
    around.know([article for _, article in rows])
    return around


def _judged(view: View, around: Surroundings) -> tuple[Judged, Judged]:
    found = links.touching(view.connection, around.numbers.tolist())
    ranks = around.ranks(found.pairs.ravel()).reshape(-1, 2)
    here = (ranks >= 0).all(axis=1)
    copies = np.isin(found.relations, [RELATIONS.index(r) for r in COPIES])
    made = []
    for rows in (here & copies, here & ~copies):
        names = [RELATIONS[r] for r in found.relations[rows].tolist()]
        made.append(Judged(np.sort(ranks[rows], axis=1), names, found.scores[rows], {}))
    return made[0], made[1]


def _labels(stored: Bodies, around: Surroundings) -> Mapping[Level, np.ndarray]:
    at = np.searchsorted(stored.numbers, around.numbers)
    labels = stored.labels[at]
    return {level: labels[:, column] for column, level in enumerate(Level)}
