"""Reports of one language that share their sentences and tell of different events."""

from __future__ import annotations

from pathlib import Path

import material
from corpus import Corpus, Entry, chance, joined, opaque, rows_of
from refill import FEW, Names, changed_share, refill

from detector.records import Article


def templates(
    seed: int = 1, part: material.Part = "test", data: Path | None = None, bases: int = 200
) -> Corpus:
    """Articles beside the same sentences filled in for another event.

    Every pair of an article and its refilled form is `Corpus.forbidden`: neither a copy nor
    a report of one event.

    Args:
        seed: of all chance.
        part: which half of the sets.
        data: folder of the public sets.
        bases: how many articles of each language, fewer if the part has fewer.
    """
    place = material.folder(data)
    sets = (material.vietnamese_events(part, place), material.english_events(part, place))
    entries: list[Entry] = []
    kinds: dict[tuple[str, str], str] = {}
    for documents in sets:
        names = Names(f"{document.title}\n{document.text}" for document in documents)
        first = {document.event: document for document in reversed(documents)}  # one an event
        once = sorted(first.values(), key=lambda document: document.id)
        for document in chance("bases", seed).sample(once, min(bases, len(once))):
            draw = chance("templates", seed, document.id)
            title, text = refill(document.title, document.text, names, draw)
            a, b = opaque(seed, document.id), opaque(seed, document.id, "refilled")
            entries += [
                Entry(Article(a, document.text, document.title), document.language),
                Entry(Article(b, text, title), document.language),
            ]
            few = ", few facts" if changed_share(document.text, text) < FEW else ""
            kinds[joined(a, b)] = f"template {document.language}{few}"
    chance("order", seed).shuffle(entries)
    return Corpus(
        name="templates",
        part=part,
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("duplicate", "syndication", "event")),
        kinds=kinds,
        forbidden=frozenset(kinds),
    )
