"""Ordinary news, where most articles are alone with their event, and pairs of it judged by reading.

``ordinary_pairs.jsonl`` holds the judgements, a line each: the set and the ids of both articles,
whether they tell of one event, and what the pair was drawn from. The pass compared a set with
itself; of each stratum (by score, and by whether linking had put both into one event) some of
the pairs that are no copies were drawn by chance and read, `of` being how many there were. One
event is one happening at a place and time: the next turn of a long story is another, and so is
the same form filled in anew. Where reading did not decide, which it did not of one pair in eight,
the pair was left out. The texts are not part of the project.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import material
from corpus import Corpus, Key, joined

from detector.config import Config
from detector.pipeline.detector import Pass
from detector.readers import read
from detector.records import Article

#: Set to how many of its articles were compared, the first ones.
SETS: Mapping[str, int | None] = {"vietnam_news_2016": None, "vietnews": 6000}

_FILE = Path(__file__).with_name("ordinary_pairs.jsonl")


@dataclass(frozen=True, slots=True)
class Reading:
    """A pair that was read.

    Attributes:
        pair: ids of the two articles.
        same: whether they tell of one event.
        stratum: that it was drawn from.
        of: pairs in that stratum.
    """

    pair: Key
    same: bool
    stratum: str
    of: int


def readings(name: str, part: material.Part) -> list[Reading]:
    """The pairs of a set that may be fitted on, or that measure, or all.

    No article is in a pair of both halves: pairs that share one are split together.
    """
    rows = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]
    first = _families([(row["a"], row["b"]) for row in rows])
    return [
        Reading(joined(row["a"], row["b"]), row["same"], row["stratum"], row["of"])
        for row in rows
        if row["set"] == name
        and part in ("all", material.split(f"ordinary {first[row['a']]}", 0.5))
    ]


def weights(chosen: Sequence[Reading]) -> dict[Key, float]:
    """How many pairs of the population each stands for."""
    drawn = Counter(reading.stratum for reading in chosen)
    return {reading.pair: reading.of / drawn[reading.stratum] for reading in chosen}


def ordinary(
    name: str, seed: int = 1, part: material.Part = "test", data: Path | None = None
) -> Corpus:
    """A set as a reader hands it over, and the pairs of it that were read.

    Args:
        name: one of `SETS`.
        seed: nothing is left to chance.
        part: which half of the pairs; the articles are all there, and their surroundings count.
        data: folder of the public sets.
    """
    del seed
    chosen = readings(name, part)
    return Corpus(
        name=name,
        articles=tuple(_articles(name, material.folder(data))),
        rows=(),
        judged={reading.pair: reading.same for reading in chosen},
        weights=weights(chosen),
        complete=False,
        part=part,
    )


def scores_before_linking(corpus: Corpus, config: Config) -> dict[Key, float]:
    """The probability of one event of each judged pair, by itself; 0 where nothing was asked."""
    found = Pass(config, None, lambda *_: None).found(corpus.articles)
    number = {name: i for i, name in enumerate(found.corpus.ids)}
    related = found.related
    scores = dict(zip(map(tuple, related.pairs.tolist()), related.scores.tolist(), strict=True))

    def score(a: str, b: str) -> float:
        i, j = sorted((number[a], number[b]))
        return float(scores.get((i, j), 0.0))

    return {key: score(*key) for key in corpus.judged}


def _articles(name: str, place: Path) -> list[Article]:
    path = place / "background" / f"{name}.jsonl.gz"
    return list(islice(read([path], Config().read), SETS[name]))


def _families(pairs: Sequence[Key]) -> dict[str, str]:
    """The first of the articles that each is joined with, by pairs."""
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := first.setdefault(name, name)) != name:
            name = above
        return name

    for a, b in pairs:
        one, other = sorted((root(a), root(b)))
        first[other] = one
    return {name: root(name) for name in list(first)}
