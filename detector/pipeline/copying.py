"""The lexical half of the pass: which articles of one language are copies of which."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.config import LexicalConfig
from detector.lexical.lsh import candidates, overlaps
from detector.lexical.signatures import distinct
from detector.pipeline.corpus import Corpus
from detector.records import Relation
from detector.text import I64, U64, fold, shingles
from detector.verify.copies import align, alignment_features
from detector.verify.relation import Scorer

F32 = npt.NDArray[np.float32]

#: Words below which a body proves nothing: it may be all furniture.
SHORT = 20

_WORTH = 0.25  # containment below which two texts are not aligned word by word
_TEMPLATE = 0.4  # part of the names or numbers whose exchange makes a template of a text
_EXCERPT = 0.55  # a body shorter than this part of the other is an excerpt, not a copy


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of article numbers with a relation, as parallel arrays.

    Attributes:
        pairs: shape (n, 2), each row ascending.
        relations: one a pair.
        scores: calibrated probability of each.
        features: what each was judged by, name to shape (n,).
    """

    pairs: I64
    relations: Sequence[Relation]
    scores: F32
    features: dict[str, F32]

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
            exchanged, where four in ten count as all.
    """

    pairs: I64
    refilled: F32

    @classmethod
    def of(cls, near: I64, features: dict[str, F32], far: I64) -> Shared:
        """Pairs that were aligned, with their features, and pairs that were not."""
        exchanged = np.maximum(features["exchanged_names"], features["exchanged_numbers"])
        refilled = np.sqrt(features["containment"]) * np.minimum(exchanged / _TEMPLATE, 1)
        return cls(
            np.concatenate([near, far]),
            np.concatenate([refilled, np.zeros(len(far), np.float32)]).astype(np.float32),
        )

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
    rows = rows[corpus.lengths[rows] >= SHORT]
    values, bounds = corpus.samples
    sizes = np.diff(bounds)[rows]
    new = np.concatenate([[0], np.cumsum(sizes)])
    at = np.repeat(bounds[rows] - new[:-1], sizes) + np.arange(int(new[-1]))
    found = candidates(corpus.signatures[rows], (values[at], new), config)
    return rows[found.pairs], found.capped


def overlap_features(corpus: Corpus, pairs: I64, config: LexicalConfig) -> dict[str, F32]:
    """Exact resemblance and containment of each pair (Broder 1997), and the length ratio.

    ``containment`` is of the smaller shingle set in the larger; ``shorter`` is the length
    of the shorter body as a part of the longer's.
    """
    rows = np.unique(pairs)
    place = np.zeros(len(corpus), np.int64)
    place[rows] = np.arange(len(rows))
    sets, bounds = _shingle_sets(corpus, rows, config)
    shared = overlaps(place[pairs], sets, bounds)
    sizes = np.diff(bounds)[place[pairs]]
    lengths = np.maximum(corpus.lengths[pairs], 1)
    return {
        "resemblance": _ratio(shared, sizes.sum(axis=1) - shared),
        "containment": _ratio(shared, sizes.min(axis=1)),
        "shorter": _ratio(lengths.min(axis=1), lengths.max(axis=1)),
    }


def aligned(corpus: Corpus, pairs: I64) -> dict[str, F32]:
    """Features of the word alignment of each pair."""
    rows = []
    for i, j in pairs.tolist():
        a, b = corpus.body(i), corpus.body(j)
        rows.append(alignment_features(a, b, align(a.hashes, b.hashes)))
    names = ("kept", "exchanged_numbers", "exchanged_names")
    return {name: np.array([row[name] for row in rows], np.float32) for name in names}


def copy_features(
    corpus: Corpus, pairs: I64, config: LexicalConfig
) -> tuple[I64, dict[str, F32], I64]:
    """The pairs that share enough to be aligned, what both say of them, and the others."""
    overlap = overlap_features(corpus, pairs, config)
    worth = overlap["containment"] >= _WORTH
    near = pairs[worth]
    features = {name: values[worth] for name, values in overlap.items()}
    features |= aligned(corpus, near)
    features["day_exchanged"] = _days_apart(corpus, near) * (features["exchanged_numbers"] > 0)
    return near, features, pairs[~worth]


def judge_copies(
    corpus: Corpus, pairs: I64, scorer: Scorer, config: LexicalConfig, threshold: float
) -> tuple[Judged, Shared]:
    """Tell copies and excerpts from texts that merely share passages.

    Returns:
        The copies, and the other pairs, which may still be about one event.
    """
    near, features, far = copy_features(corpus, pairs, config)
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


def members_of(first: I64) -> dict[int, list[int]]:
    """Articles of each group of equal bodies that has more than one, by its first."""
    groups: dict[int, list[int]] = {}
    for i in np.flatnonzero(np.isin(first, first[first != np.arange(len(first))])).tolist():
        groups.setdefault(int(first[i]), []).append(i)
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


def _days_apart(corpus: Corpus, pairs: I64) -> F32:
    """1 where both articles state the day of the event, and not the same."""
    days = corpus.facts.days
    a, b = days[pairs[:, 0]], days[pairs[:, 1]]
    return np.asarray((a > 0) & (b > 0) & (a != b), np.float32)


def _shingle_sets(corpus: Corpus, rows: I64, config: LexicalConfig) -> tuple[U64, I64]:
    values, sizes = [np.zeros(0, np.uint64)], [0]
    for body in corpus.bodies(rows.tolist()):
        made, bounds = shingles(body.hashes, body.bounds, config.shingle)
        made, bounds = distinct(made, bounds)
        values.append(made)
        sizes.append(len(made))
    return np.concatenate(values), np.cumsum(sizes).astype(np.int64)


def _ratio(part: npt.NDArray[np.generic], whole: npt.NDArray[np.generic]) -> F32:
    return np.asarray(part / np.maximum(whole, 1), np.float32)
