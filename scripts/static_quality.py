"""How well an encoder finds translations: the tables of `models/README.md`.

The pairs are whole articles (EVBNews) and groups of three to six sentences (FLORES-200),
the strangers Vietnamese news (VNDS and six outlets of 2016) and English news (ECB+). Each
Vietnamese stranger counts three times, whole and as its two halves, so that there are as
many as a newsroom has. None of these texts is used in training.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.semantic.base import unit
from detector.semantic.static import StaticEncoder
from detector.text import Tokens, normalise, tokenise

F32 = npt.NDArray[np.float32]

_TWIN = 0.97  # cosine: EVBNews holds a few articles twice, which cannot be told apart
_NEIGHBOURS = 4  # of the ratio margin (Artetxe & Schwenk 2019)
_DRAWS = 4  # of the articles whose translation is withheld
PARTS = (
    "strangers vi", "halves vi", "strangers en", "news en", "news vi", "third en", "third vi",
    "groups en", "groups vi",
)  # fmt: skip
_POOL = 8_000  # Vietnamese strangers of the margin table


@dataclass(frozen=True)
class Quality:
    """What was measured; a key is a column of the card's table."""

    values: dict[str, float]

    def __str__(self) -> str:
        return "  ".join(f"{key} {value:.4f}" for key, value in self.values.items())


class Material:
    """Texts to measure on, tokenised once.

    Args:
        data: ../shared/data.
        stranger_limit: Vietnamese strangers at most; a transformer takes minutes for more.
    """

    def __init__(self, data: Path, stranger_limit: int | None = None) -> None:
        news = _read(data / "translation/evbnews.jsonl.gz")
        groups = _read(data / "translation/flores.jsonl.gz")
        strangers = [
            entry["text"]
            for name in ("vietnews", "vietnam_news_2016")
            for entry in _read(data / f"background/{name}.jsonl.gz")
        ][:: 1 if stranger_limit is None else -(-16430 // stranger_limit)]
        draw = random.Random(5)
        self.texts: dict[str, list[str]] = {"strangers vi": strangers}
        self.texts["halves vi"] = [half for text in strangers for half in _halves(text)]
        self.texts["strangers en"] = [e["text"] for e in _read(data / "events/ecbplus.jsonl.gz")]
        for side in ("en", "vi"):
            self.texts[f"news {side}"] = [entry[side]["text"] for entry in news]
            self.texts[f"groups {side}"] = [entry[side] for entry in groups]
            self.texts[f"third {side}"] = [
                _third(text, draw) for text in self.texts[f"news {side}"]
            ]
        self.texts = {name: [normalise(t) for t in part] for name, part in self.texts.items()}
        self._tokens: dict[str, Tokens] = {}

    def static(self, encoder: StaticEncoder) -> Callable[[str], F32]:
        """The vectors of a part of the texts."""

        def vectors(name: str) -> F32:
            if name not in self._tokens:
                self._tokens[name] = tokenise(self.texts[name])
            return encoder.encode_tokens(self._tokens[name], self.texts[name])

        return vectors


def measure(vectors: Mapping[str, F32], means: Mapping[str, F32]) -> Quality:
    """All figures of one encoder.

    Args:
        vectors: unit vectors of each part of `Material.texts`.
        means: what is subtracted in each language.
    """
    found = dict(vectors)
    kept = _distinct(found["news en"], found["news vi"])
    for name in ("news en", "news vi", "third en", "third vi"):
        found[name] = found[name][kept]
    found = {name: unit(part - means[name[-2:]]) for name, part in found.items()}
    everything = np.concatenate([found["news vi"], found["strangers vi"], found["halves vi"]])
    values: dict[str, float] = {}
    english = np.concatenate([found["news en"], found["strangers en"], found["groups en"]])
    groups = np.concatenate([found["groups vi"], found["strangers vi"], found["halves vi"]])
    for name, queries, pool in (
        ("en-vi", found["news en"], everything),
        ("vi-en", found["news vi"], english),
        ("third en-vi", found["third en"], everything),
        ("third vi-en", found["third vi"], english),
        ("groups en-vi", found["groups en"], groups),
    ):
        first, tenth, surprise = _ranks(queries, pool)
        values |= {f"{name} R@1": first, f"{name} R@10": tenth, f"{name} nats": surprise}
    for name in ("news", "third"):
        pool = found["strangers vi"][:: max(1, len(found["strangers vi"]) // _POOL)]
        best, recall, average = _margins(
            found[f"{name} en"], found["news vi"], found["strangers en"], pool
        )
        values |= {f"{name} F1": best, f"{name} R@P.98": recall, f"{name} AP": average}
    return Quality(values)


def corpus_means(vectors: Mapping[str, F32]) -> dict[str, F32]:
    """The mean of each language over the material, for an encoder that stores none."""
    return {
        language: np.concatenate(
            [vectors[f"strangers {language}"], vectors[f"news {language}"]]
        ).mean(axis=0)
        for language in ("en", "vi")
    }


def _ranks(queries: F32, pool: F32) -> tuple[float, float, float]:
    """R@1, R@10, and the mean surprise at the right one in nats at scale 20: a smooth measure."""
    scores = queries @ pool.T
    right = scores[np.arange(len(queries)), np.arange(len(queries))].copy()
    rank = (scores > right[:, None] + 1e-7).sum(axis=1)
    surprise = np.log(np.exp(20 * (scores - right[:, None])).sum(axis=1))
    return float((rank == 0).mean()), float((rank < 10).mean()), float(surprise.mean())


def _margins(en: F32, vi: F32, en_strangers: F32, vi_strangers: F32) -> tuple[float, float, float]:
    """Mutual nearest neighbours by ratio margin, half of the articles without a partner.

    Returns:
        Best F1, recall at precision .98 and average precision, means over draws.
    """
    results = []
    for seed in range(_DRAWS):
        order = np.random.default_rng(seed).permutation(len(en))
        half, rest = len(en) // 2, len(en) * 3 // 4
        both, only_en, only_vi = order[:half], order[half:rest], order[rest:]
        left = np.concatenate([en[both], en[only_en], en_strangers])
        right = np.concatenate([vi[both], vi[only_vi], vi_strangers])
        scores = left @ right.T
        near_left = np.partition(scores, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
        near_right = np.partition(scores, -_NEIGHBOURS, axis=0)[-_NEIGHBOURS:].mean(axis=0)
        scores = scores / ((near_left[:, None] + near_right[None]) / 2)
        best = scores.argmax(axis=1)
        mutual = np.flatnonzero(scores.argmax(axis=0)[best] == np.arange(len(left)))
        mutual = mutual[np.argsort(-scores[mutual, best[mutual]], kind="stable")]
        true = (mutual < half) & (best[mutual] == mutual)
        precision = np.cumsum(true) / np.arange(1, len(true) + 1)
        recall = np.cumsum(true) / half
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
        sure = recall[precision >= 0.98].max(initial=0.0)
        results.append((f1.max(), sure, (precision * true).sum() / half))
    best_f1, sure, average = np.mean(results, axis=0)
    return float(best_f1), float(sure), float(average)


def _distinct(en: F32, vi: F32) -> npt.NDArray[np.int64]:
    """Articles that are not another one again."""
    twins = (np.tril(en @ en.T, -1) > _TWIN) | (np.tril(vi @ vi.T, -1) > _TWIN)
    return np.flatnonzero(~twins.any(axis=1))


def _halves(text: str) -> list[str]:
    lines = text.split("\n")
    middle = len(lines) // 2
    if not middle:
        return [text[: len(text) // 2], text[len(text) // 2 :]]
    return ["\n".join(lines[:middle]), "\n".join(lines[middle:])]


def _third(text: str, draw: random.Random) -> str:
    """A third of the sentences, which are lines here: a condensed translation."""
    lines = [line for line in text.split("\n") if line.strip()]
    count = min(len(lines), max(2, round(len(lines) / 3)))
    return "\n".join(lines[i] for i in sorted(draw.sample(range(len(lines)), count)))


def _read(path: Path) -> Sequence[dict[str, dict[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
