"""Two articles of one language word by word: what was kept, and what was put in its place.

Shared shingles say how much two texts have in common; the alignment says what the rest is.
An edited copy loses, gains and rewords sentences. A template filled in for another event
keeps its sentences and exchanges their names and numbers one for one: such exchanges, not
the amount of shared text, tell the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.text import ACRONYM, CAPITAL, I64, NUMBER, SENTENCE, U64, Tokens

_LONGEST = 6000  # words aligned of each article: quadratic beyond, and news is shorter
_RUN = 4  # words of an unbroken run that counts as kept: common phrases are shorter
_WIDE = 8  # words; a longer replaced stretch is new text, not an exchange


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of two articles lie beside each other.

    Attributes:
        kept: shape (n, 3), first word in a, first word in b, length of each unbroken run.
        exchanged: shape (m, 4), start and end in a, start and end in b of each short
            stretch that stands in place of another.
    """

    kept: I64
    exchanged: I64


def align(a: U64, b: U64) -> Alignment:
    """Align two word sequences with the fewest insertions, deletions and exchanges.

    Args:
        a: shape (n,), word hashes of one article.
        b: shape (m,), of the other.
    """
    from rapidfuzz.distance import Levenshtein

    a, b = a[:_LONGEST], b[:_LONGEST]
    codes: Any = Levenshtein.opcodes(a.tolist(), b.tolist()).as_list()
    kept = np.array(
        [(i, k, j - i) for tag, i, j, k, _ in codes if tag == "equal"], np.int64
    ).reshape(-1, 3)
    # What lies between two kept runs stands in each other's place.
    edge = np.array([[0, 0, 0]]), np.array([[len(a), len(b), 0]])
    before, after = np.concatenate([edge[0], kept]), np.concatenate([kept, edge[1]])
    ends = before[:, :2] + before[:, 2:]
    gaps = np.stack([ends[:, 0], after[:, 0], ends[:, 1], after[:, 1]], axis=1)
    both = (gaps[:, 1] > gaps[:, 0]) & (gaps[:, 3] > gaps[:, 2])
    return Alignment(kept, gaps[both])


def alignment_features(a: Tokens, b: Tokens, alignment: Alignment) -> dict[str, float]:
    """What the alignment of two articles says.

    Args:
        a: body words of one article.
        b: of the other.
        alignment: theirs.

    Returns:
        ``kept``: share of the shorter body in unbroken runs of four words or more;
        ``exchanged_numbers`` and ``exchanged_names``: share of the numbers and names of the
        aligned text that stand where the other article has another one.
    """
    shorter = max(min(len(a.hashes), len(b.hashes)), 1)
    first, runs = alignment.kept[:, 0], alignment.kept[:, 2]
    result = {"kept": float(runs[runs >= _RUN].sum()) / shorter}
    for name, marks_a, marks_b in (
        ("numbers", _numbers(a), _numbers(b)),
        ("names", _names(a), _names(b)),
    ):
        same = int(_within(marks_a, first, first + runs).sum())
        other = sum(1 for _ in _exchanges(alignment, a, b, marks_a, marks_b))
        result[f"exchanged_{name}"] = other / max(same + other, 3)
    return result


def exchanges(a: Tokens, b: Tokens, alignment: Alignment) -> list[tuple[tuple[int, int], ...]]:
    """Offsets of the names and numbers that stand in each other's place: ``(in a, in b)``."""
    found = []
    for marks_a, marks_b in ((_numbers(a), _numbers(b)), (_names(a), _names(b))):
        for i, j, k, m in _exchanges(alignment, a, b, marks_a, marks_b):
            at = i + np.flatnonzero(marks_a[i:j])
            to = k + np.flatnonzero(marks_b[k:m])
            found.append(
                (
                    (int(a.starts[at[0]]), int(a.ends[at[-1]])),
                    (int(b.starts[to[0]]), int(b.ends[to[-1]])),
                )
            )
    return sorted(set(found))


def _exchanges(
    alignment: Alignment,
    a: Tokens,
    b: Tokens,
    marks_a: npt.NDArray[np.bool_],
    marks_b: npt.NDArray[np.bool_],
) -> Iterator[tuple[int, int, int, int]]:
    """Changes that put marked words in place of others."""
    # A name that the other text has elsewhere has moved; small numbers recur by chance.
    known_a = set(a.folded[marks_a & ((a.flags & NUMBER) == 0)].tolist())
    known_b = set(b.folded[marks_b & ((b.flags & NUMBER) == 0)].tolist())
    gaps = alignment.exchanged
    narrow = (gaps[:, 1] - gaps[:, 0] <= _WIDE) & (gaps[:, 3] - gaps[:, 2] <= _WIDE)
    marked = (_within(marks_a, gaps[:, 0], gaps[:, 1]) > 0) & (
        _within(marks_b, gaps[:, 2], gaps[:, 3]) > 0
    )
    for i, j, k, m in gaps[narrow & marked].tolist():
        old, new = a.folded[i:j][marks_a[i:j]].tolist(), b.folded[k:m][marks_b[k:m]].tolist()
        moved = not known_b.isdisjoint(old) and not known_a.isdisjoint(new)
        if not moved and set(old).isdisjoint(new):
            yield i, j, k, m


def _within(marks: npt.NDArray[np.bool_], starts: I64, ends: I64) -> I64:
    """How many words are marked in each stretch."""
    counts = np.concatenate([[0], np.cumsum(marks)])
    return np.asarray(counts[ends] - counts[starts])


def _numbers(tokens: Tokens) -> npt.NDArray[np.bool_]:
    return np.asarray((tokens.flags & NUMBER) != 0)


def _names(tokens: Tokens) -> npt.NDArray[np.bool_]:
    capital = (tokens.flags & (CAPITAL | ACRONYM)) != 0
    return np.asarray(capital & ((tokens.flags & (SENTENCE | NUMBER)) == 0))
