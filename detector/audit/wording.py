"""How editors call what an audit counts: one of it, and several."""

from __future__ import annotations

from detector.records import Level

Words = tuple[str, str]

ARTICLES: Words = ("article", "articles")
PAIRS: Words = ("related pair", "related pairs")

#: What a cluster of each level is to an editor.
GROUPS: dict[Level, Words] = {
    Level.SYNDICATION: ("story", "stories"),
    Level.EVENT: ("event", "events"),
    Level.DUPLICATE: ("group of copies", "groups of copies"),
}


def one_or_several(count: int, words: Words) -> str:
    """The word that fits a count."""
    return words[count != 1]


def counted(count: int, words: Words) -> str:
    """A count with the word that fits: "1 article", "1,204 articles"."""
    return f"{count:,} {one_or_several(count, words)}"
