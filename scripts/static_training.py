"""How the static model learns: parallel texts of many lengths, told from all others.

Plain torch rather than `SentenceTransformerTrainer`, for three reasons: sentences are
tokenised once and joined anew in every epoch; a row is a shared linear map of the
teacher's row plus its own difference, which is baked into one table at the end; and words
are dropped, split and added on both sides of a pair at once. The loss is that of
`MultipleNegativesSymmetricRankingLoss`. The same seed and number
of threads give the same rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

_LOG = logging.getLogger("train_static")


@dataclass(frozen=True)
class Recipe:
    """Every option of the training, with what it is for. Ablations switch them off."""

    dimension: int = 256
    epochs: int = 10
    batch: int = 512  # pairs, each the others' negatives
    rate: float = 2e-3
    scale: float = 20.0  # of the cosine in the softmax
    lengths: tuple[int, ...] = (1, 3, 6)  # sentences joined
    word_dropout: float = 0.1  # so that no single word decides
    sentence_dropout: float = 0.0  # largest share of sentences left out on one side
    neighbours: int = 0  # so many windows in a row in one batch: one topic, other content
    names: float = 0.5  # share of pairs that get the same made-up Vietnamese names
    split: float = 0.1  # share of words given by their pieces in a batch, so that these learn
    shared_map: float = 0.3  # relative rate of the map; 0 for rows of their own alone


#: What the ablation changes: one thing off that is on, or on that did not pay.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "all": {},
    "single sentences only": {"lengths": (1,)},
    "no word dropout": {"word_dropout": 0.0},
    "no made-up names": {"names": 0.0},
    "no words given by pieces": {"split": 0.0},
    "rows of their own, no shared map": {"shared_map": 0.0},
    "4 epochs": {"epochs": 4},
    "128 dimensions": {"dimension": 128},
    "with sentences left out": {"sentence_dropout": 0.6, "lengths": (1, 3, 6, 12)},
    "with neighbours as negatives": {"neighbours": 8},
}


@dataclass(frozen=True)
class Parallel:
    """Aligned sentences of one set as rows of the vocabulary.

    Attributes:
        rows: for each side, the words of all sentences.
        bounds: for each side, shape (sentences + 1,).
        running: whether neighbours continue each other, so that they can be joined.
    """

    rows: tuple[I64, I64]
    bounds: tuple[I64, I64]
    running: bool

    def __len__(self) -> int:
        return len(self.bounds[0]) - 1

    def window(self, side: int, kept: Sequence[int] | range) -> I64:
        """The words of some sentences."""
        rows, bounds = self.rows[side], self.bounds[side]
        if isinstance(kept, range):
            return rows[bounds[kept.start] : bounds[kept.stop]]
        return np.concatenate([rows[bounds[i] : bounds[i + 1]] for i in kept])


@dataclass(frozen=True)
class Lists:
    """What the vocabulary offers to vary texts with.

    Attributes:
        syllables: shape (n, 2): rows of a syllable without and with its diacritics.
        pieces: row of a word to the rows of its pieces.
    """

    syllables: I64
    pieces: Mapping[int, tuple[int, ...]]


class Rows(torch.nn.Module):
    """The table under training."""

    def __init__(self, teacher: F32, recipe: Recipe) -> None:
        super().__init__()
        centred = teacher - teacher[1:].mean(axis=0)
        centred[0] = 0
        _, vectors = np.linalg.eigh(centred.T @ centred)
        principal = vectors[:, ::-1][:, : recipe.dimension]
        principal *= np.sign(principal[np.abs(principal).argmax(axis=0), range(recipe.dimension)])
        first = centred @ principal
        size = np.linalg.norm(first, axis=1).mean()
        own = np.zeros_like(first) if recipe.shared_map else first / size
        self.teacher = torch.from_numpy(centred / size)
        self.own = torch.nn.Parameter(torch.from_numpy(own.astype(np.float32)))
        self.weight = torch.nn.Parameter(torch.zeros(len(teacher), 1))
        self.map = torch.nn.Parameter(torch.from_numpy(principal.astype(np.float32).copy()))
        self.map_weight = torch.nn.Parameter(torch.zeros(teacher.shape[1]))
        self.shared = bool(recipe.shared_map)

    def groups(self, recipe: Recipe) -> list[dict[str, object]]:
        """Parameters by their learning rate."""
        groups: list[dict[str, object]] = [
            {"params": [self.own, self.weight], "share": 1.0},
        ]
        if self.shared:
            groups.append({"params": [self.map, self.map_weight], "share": recipe.shared_map})
        return groups

    def table(self, which: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows and log-weights of some entries."""
        own = functional.embedding(which, self.own)
        weight = functional.embedding(which, self.weight)[:, 0]
        if not self.shared:
            return own, weight
        teacher = functional.embedding(which, self.teacher)
        return own + teacher @ self.map, weight + teacher @ self.map_weight

    def baked(self) -> F32:
        """One table: each row times its weight; `[UNK]` is zeros."""
        with torch.no_grad():
            rows, weights = self.table(torch.arange(len(self.own)))
            table = (rows * torch.exp(weights)[:, None]).numpy()
        table[0] = 0
        return table


def train(
    teacher: F32,
    sets: Sequence[Parallel],
    lists: Lists,
    recipe: Recipe,
    seed: int,
    watch: Callable[[int, float, F32], None],
) -> F32:
    """Train a table.

    Args:
        teacher: shape (entries, any), where rows begin.
        sets: parallel sentences.
        lists: see `Lists`.
        recipe: the options.
        seed: of everything random.
        watch: called after each epoch with its number, its mean loss and the table.

    Returns:
        Shape (entries, recipe.dimension).
    """
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # for finding faults only
    draw = np.random.default_rng(seed)
    rows = Rows(teacher, recipe)
    optimiser = torch.optim.Adam(rows.groups(recipe), lr=recipe.rate, fused=True)
    step = 0
    for epoch in range(recipe.epochs):
        began, losses = time.monotonic(), []
        for batch in _batches(sets, recipe, draw):
            step += 1
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * group["share"] * min(1.0, step / 20)
            texts = _varied(sets, batch, lists, recipe, draw, len(teacher))
            loss = _loss(rows, texts, recipe, draw)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        _LOG.info("epoch %d: %d steps, %.0f s", epoch, len(losses), time.monotonic() - began)
        watch(epoch, float(np.mean(losses)), rows.baked())
    return rows.baked()


def _batches(
    sets: Sequence[Parallel], recipe: Recipe, draw: np.random.Generator
) -> Iterator[list[tuple[int, int, int]]]:
    """Windows as (set, first sentence, sentences), each length from another offset."""
    windows = []
    for number, parallel in enumerate(sets):
        for length in recipe.lengths if parallel.running else (1,):
            first = int(draw.integers(length))
            starts = range(first, len(parallel) - length + 1, length)
            windows += [(number, start, length) for start in starts]
    size = max(recipe.neighbours, 1)
    groups = [windows[i : i + size] for i in range(0, len(windows), size)]
    order = [window for i in draw.permutation(len(groups)) for window in groups[i]]
    for i in range(0, len(order) - recipe.batch + 1, recipe.batch):
        yield order[i : i + recipe.batch]


def _varied(
    sets: Sequence[Parallel],
    batch: Sequence[tuple[int, int, int]],
    lists: Lists,
    recipe: Recipe,
    draw: np.random.Generator,
    entries: int,
) -> tuple[list[I64], list[I64]]:
    """Both sides of each pair, with sentences left out, names added and words split."""
    sides: tuple[list[I64], list[I64]] = ([], [])
    for number, start, length in batch:
        kept: list[Sequence[int] | range] = [range(start, start + length)] * 2
        if recipe.sentence_dropout and length >= 3 and draw.random() < 0.5:
            stays = draw.random(length) >= draw.random() * recipe.sentence_dropout
            stays[draw.integers(length)] = True
            kept[int(draw.integers(2))] = (start + np.flatnonzero(stays)).tolist()
        texts = [sets[number].window(side, kept[side]) for side in (0, 1)]
        if draw.random() < recipe.names:
            count = int(draw.integers(1, 4)) * max(1, length // 3)
            name = lists.syllables[draw.integers(len(lists.syllables), size=count)]
            texts = [np.concatenate([text, name[:, side]]) for side, text in enumerate(texts)]
        for side in (0, 1):
            sides[side].append(texts[side])
    if recipe.split:
        chosen = draw.random(entries) < recipe.split
        return _split(sides[0], lists, chosen), _split(sides[1], lists, chosen)
    return sides


def _split(texts: list[I64], lists: Lists, chosen: npt.NDArray[np.bool_]) -> list[I64]:
    """Texts with the chosen words given by their pieces."""
    found = []
    for text in texts:
        parts: list[int] = []
        for row, split in zip(text.tolist(), chosen[text].tolist(), strict=True):
            parts += lists.pieces.get(row, (row,)) if split else (row,)
        found.append(np.array(parts, np.int64))
    return found


def _loss(
    rows: Rows, texts: tuple[list[I64], list[I64]], recipe: Recipe, draw: np.random.Generator
) -> torch.Tensor:
    """Cross-entropy of finding each text's translation in the batch, both ways."""
    words_of = [np.concatenate(side) for side in texts]
    used, places = np.unique(np.concatenate(words_of), return_inverse=True)
    table, weights = rows.table(torch.from_numpy(used))
    vectors = []
    for side, at in zip(texts, np.split(places, [len(words_of[0])]), strict=True):
        words = torch.from_numpy(at)
        bounds = torch.from_numpy(np.cumsum([0, *map(len, side[:-1])]))
        factors = torch.exp(weights)[words]
        if recipe.word_dropout:
            stays = (draw.random(len(words)) >= recipe.word_dropout).astype(np.float32)
            factors = factors * torch.from_numpy(stays)
        sums = functional.embedding_bag(
            words, table, bounds, mode="sum", per_sample_weights=factors
        )
        vectors.append(functional.normalize(sums, dim=1))
    scores = vectors[0] @ vectors[1].T * recipe.scale
    own = torch.arange(len(scores))
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2
