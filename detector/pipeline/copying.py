"""The lexical half of the pass: which articles of one language are copies of which."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from detector.backends.base import Backend
from detector.config import LexicalConfig
from detector.lexical.lsh import candidates
from detector.pipeline.comparing import Portion, compared
from detector.pipeline.corpus import Corpus
from detector.records import Relation
from detector.text import I64, fold
from detector.verify.relation import Scorer

F32 = npt.NDArray[np.float32]

#: Words below which a body proves nothing: it may be all furniture.
SHORT = 20

_AT_ONCE = 64  # pairs compared at once: enough to vectorise, few enough to share out
_EDITED = 0.3  # part of the names or numbers that reports of one event exchange, too
_TEMPLATE = 0.6  # part of them whose exchange makes a template of a text
_OTHER_DAY = 0.5  # ... as which another day of the event counts: some newsrooms err by one
_EXCERPT = 0.55  # a body shorter than this part of the other is an excerpt, not a copy


class Measured(Mapping[str, float]):
    """The features of one pair, read from the columns of many when they are asked for."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Mapping[str, F32], row: int) -> None:
        """Store; a value that is NaN is left out."""
        self._columns = columns
        self._row = row

    def __getitem__(self, name: str) -> float:
        value = float(self._columns[name][self._row])
        if value != value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        row = self._row
        return (name for name, column in self._columns.items() if column[row] == column[row])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of article numbers with a relation, as parallel arrays.

    Attributes:
        pairs: shape (n, 2), each row ascending.
        relations: one a pair.
        scores: calibrated probability of each.
        features: what each was judged by, name to shape (n,), as far as it is kept.
    """

    pairs: I64
    relations: Sequence[Relation]
    scores: F32
    features: dict[str, F32]

    def features_of(self, row: int) -> Mapping[str, float]:
        """What one pair was judged by; NaN marks what was not asked of it."""
        return Measured(self.features, row)

    def of(self, rows: I64) -> Judged:
        """Some of them."""
        relations = [self.relations[row] for row in rows.tolist()]
        features = {name: values[rows] for name, values in self.features.items()}
        return Judged(self.pairs[rows], relations, self.scores[rows], features)

    @classmethod
    def none(cls) -> Judged:
        """No pair at all."""
        return cls(np.zeros((0, 2), np.int64), [], np.zeros(0, np.float32), {})


@dataclass(frozen=True, slots=True)
class Shared:
    """Pairs that share passages and are no copies.

    Attributes:
        pairs: shape (n, 2), each row ascending.
        refilled: shape (n,), how much the two look like one template filled in twice: the
            root of the shared part times the part of its names and numbers that were
            exchanged, from none where a third was to all where most were; at least half of
            them where another day of the event is stated.
    """

    pairs: I64
    refilled: F32

    @classmethod
    def of(cls, near: I64, features: dict[str, F32], far: I64) -> Shared:
        """Pairs that were aligned, with their features, and pairs that were not."""
        exchanged = np.maximum(features["exchanged_names"], features["exchanged_numbers"])
        part = np.clip((exchanged - _EDITED) / (_TEMPLATE - _EDITED), 0, 1)
        part = np.maximum(part, _OTHER_DAY * features["day_exchanged"])
        refilled = np.sqrt(features["containment"]) * part
        return cls(
            np.concatenate([near, far]),
            np.concatenate([refilled, np.zeros(len(far), np.float32)]).astype(np.float32),
        )

    def between(self, representative: I64) -> Shared:
        """The pairs of those that stand for these articles, each looking as its likest does.

        Args:
            representative: shape (articles,), the article that stands for each.
        """
        pairs = np.sort(representative[self.pairs], axis=1)
        apart = pairs[:, 0] != pairs[:, 1]
        pairs, back = np.unique(pairs[apart], axis=0, return_inverse=True)
        refilled = np.zeros(len(pairs), np.float32)
        np.maximum.at(refilled, back.ravel(), self.refilled[apart])
        return Shared(pairs, refilled)

    @classmethod
    def none(cls) -> Shared:
        """No pair at all."""
        return cls(np.zeros((0, 2), np.int64), np.zeros(0, np.float32))


def exact_groups(corpus: Corpus) -> I64:
    """For each article the first article with the same body; itself where it has no words.

    A body of a line or two may be all furniture: then the headlines must agree, too.
    """
    keys = corpus.digests.copy()
    for i in np.flatnonzero(corpus.lengths < SHORT).tolist():
        title = fold(corpus.facts[i].title).encode("utf-8", "surrogatepass")
        keys[i] ^= np.uint64(zlib.crc32(title))
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return np.where(corpus.lengths > 0, first[inverse.ravel()], np.arange(len(corpus)))


def lexical_pairs(corpus: Corpus, rows: I64, config: LexicalConfig) -> tuple[I64, int]:
    """Candidate pairs among some articles, and how many buckets were capped."""
    usable = np.zeros(len(corpus), np.bool_)
    usable[rows[corpus.lengths[rows] >= SHORT]] = True
    found = candidates(corpus.signatures, corpus.samples, config, usable)
    return found.pairs, found.capped


def copy_features(
    corpus: Corpus, pairs: I64, config: LexicalConfig, backend: Backend | None = None
) -> tuple[I64, dict[str, F32], I64]:
    """The pairs that share enough to be aligned, what is said of them, and the others.

    Args:
        corpus: of the pass.
        pairs: shape (n, 2), article numbers.
        config: words of a shingle.
        backend: where the pairs are compared; this process if None.
    """
    mapped = map if backend is None else backend.map
    parts = list(mapped(partial(compared, shingle=config.shingle), _portions(corpus, pairs)))
    if not parts:
        parts = [compared(Portion((), (), pairs), config.shingle)]
    features = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    worth = np.isfinite(features["kept"])
    near = pairs[worth]
    features = {name: values[worth] for name, values in features.items()}
    features["day_exchanged"] = days_apart(corpus, near) * (features["exchanged_numbers"] > 0)
    return near, features, pairs[~worth]


def judge_copies(
    corpus: Corpus,
    pairs: I64,
    scorer: Scorer,
    config: LexicalConfig,
    threshold: float,
    backend: Backend | None = None,
) -> tuple[Judged, Shared]:
    """Tell copies and excerpts from texts that merely share passages.

    Returns:
        The copies, and the other pairs, which may still be about one event.
    """
    return told_apart(*copy_features(corpus, pairs, config, backend), scorer, threshold)


def told_apart(
    near: I64, features: dict[str, F32], far: I64, scorer: Scorer, threshold: float
) -> tuple[Judged, Shared]:
    """Copies and other pairs, by the features of `copy_features`."""
    scores = scorer.probability(features)
    kept = scores >= threshold
    relations = [
        Relation.EXCERPT if shorter < _EXCERPT else Relation.NEAR_COPY
        for shorter in features["shorter"][kept].tolist()
    ]
    copies = Judged(
        near[kept], relations, scores[kept], {name: v[kept] for name, v in features.items()}
    )
    return copies, Shared.of(near[~kept], {n: v[~kept] for n, v in features.items()}, far)


def both_judged(a: Judged, b: Judged) -> Judged:
    """The pairs of two judgements; a feature that one of them lacks is 0 there."""
    features = {}
    for name in {**a.features, **b.features}:
        parts = [j.features.get(name, np.zeros(len(j.pairs), np.float32)) for j in (a, b)]
        features[name] = np.concatenate(parts)
    return Judged(
        np.concatenate([a.pairs, b.pairs]),
        [*a.relations, *b.relations],
        np.concatenate([a.scores, b.scores]),
        features,
    )


def both_shared(a: Shared, b: Shared) -> Shared:
    """The pairs of two together."""
    return Shared(np.concatenate([a.pairs, b.pairs]), np.concatenate([a.refilled, b.refilled]))


def members_of(representative: I64) -> dict[int, list[int]]:
    """Articles of each group that has more than one, by the one that stands for them."""
    others = representative != np.arange(len(representative))
    groups: dict[int, list[int]] = {}
    for i in np.flatnonzero(np.isin(representative, representative[others])).tolist():
        groups.setdefault(int(representative[i]), []).append(i)
    return groups


def equal_pairs(groups: Iterable[Sequence[int]], cap: int) -> I64:
    """All pairs of each group; of more than `cap` articles, each with the first alone."""
    found: list[tuple[int, int]] = []
    for members in groups:
        if len(members) > cap:
            found.extend((members[0], other) for other in members[1:])
        else:
            found.extend((a, b) for i, a in enumerate(members) for b in members[i + 1 :])
    return np.array(sorted(found), np.int64).reshape(-1, 2)


def days_apart(corpus: Corpus, pairs: I64) -> F32:
    """1 where both articles state the day of the event, and not the same."""
    days = corpus.facts.days
    a, b = days[pairs[:, 0]], days[pairs[:, 1]]
    return np.asarray((a > 0) & (b > 0) & (a != b), np.float32)


def _portions(corpus: Corpus, pairs: I64) -> Iterator[Portion]:
    for start in range(0, len(pairs), _AT_ONCE):
        yield corpus.portion(pairs[start : start + _AT_ONCE])
