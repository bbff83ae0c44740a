"""Finding many known phrases in a batch of texts at once, by the hashes of their words.

The phrases are a trie: level k holds the hashes of every phrase's first k words. All
candidate words of a batch descend it together, and only those that a phrase goes on from
reach the next level, so that the cost is that of a few look-ups a text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.text import ACRONYM, CAPITAL, I64, U8, U64, Tokens, normalise, tokenise

_BASE = np.uint64(0x9E3779B97F4A7C15)
_FILTER = np.uint64((1 << 16) - 1)
_CASE = np.uint8(CAPITAL | ACRONYM)


class Phrases:
    """Phrases known by their position in the sequence that made them.

    Upper case is required where a phrase has it: "Hòa Bình" is not found in "hòa bình",
    nor "US" in "us"; "ngày mai" is found in "Ngày mai".
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        tokens = tokenise([normalise(p) for p in phrases])
        self._case = tokens.flags & _CASE
        self._first = tokens.bounds[:-1]
        counts = np.diff(tokens.bounds)
        asked = np.concatenate([[0], np.cumsum(self._case != 0)])
        strictness = asked[tokens.bounds[1:]] - asked[tokens.bounds[:-1]]
        keys = np.zeros(len(phrases), np.uint64)
        self._levels: list[tuple[U64, I64]] = []
        for depth in range(int(counts.max(initial=0))):
            longer = np.flatnonzero(counts > depth)
            keys[longer] = keys[longer] * _BASE + tokens.hashes[self._first[longer] + depth]
            level, at = np.unique(keys[longer], return_inverse=True)
            ends = np.full(len(level), -1, np.int64)
            final = counts[longer] == depth + 1
            # Backwards, so that of equal phrases the one that asks for least upper case wins.
            order = np.argsort(-strictness[longer[final]], kind="stable")
            ends[at[final][order]] = longer[final][order]
            self._levels.append((level, ends))
        # By the lower bits of a word: 0 where no phrase begins with it, 1 where it must be a
        # capital's, 2 where it need not.
        self._filter = np.zeros(int(_FILTER) + 1, np.uint8)
        first = self._first[counts > 0]
        words = tokens.hashes[first] & _FILTER
        self._filter[words] = 1
        self._filter[words[self._case[first] & CAPITAL == 0]] = 2

    def find(
        self, tokens: Tokens, keep: npt.NDArray[np.bool_] | None = None
    ) -> tuple[I64, I64, I64]:
        """The longest phrase that begins at each word, where one does.

        Args:
            tokens: the words of any number of texts.
            keep: shape (n,), the words at which a phrase may begin; all if None.

        Returns:
            Positions of the first words, ascending; words in each phrase; its number.
            Phrases may overlap.
        """
        at = np.arange(len(tokens.hashes)) if keep is None else np.flatnonzero(keep)
        begins = self._filter.take((tokens.hashes.take(at) & _FILTER).view(np.int64))
        at = at[begins > (tokens.flags.take(at) & CAPITAL == 0)]
        found = np.full(len(at), -1, np.int64)
        lengths = np.zeros(len(at), np.int64)
        last = tokens.bounds[np.searchsorted(tokens.bounds, at, side="right")]
        alive = np.arange(len(at))
        keys = np.zeros(len(at), np.uint64)
        for depth, (level, ends) in enumerate(self._levels):
            alive_inside = at[alive] + depth < last[alive]
            alive, keys = alive[alive_inside], keys[alive_inside]
            keys = keys * _BASE + tokens.hashes[at[alive] + depth]
            place = np.minimum(np.searchsorted(level, keys), len(level) - 1)
            same = level[place] == keys
            alive, keys, place = alive[same], keys[same], place[same]
            if not len(alive):
                break
            number = ends[place]
            ended = np.flatnonzero(number >= 0)
            fits = self._same_case(tokens.flags, at[alive[ended]], number[ended], depth + 1)
            ended = ended[fits]
            found[alive[ended]], lengths[alive[ended]] = number[ended], depth + 1
        hit = found >= 0
        return at[hit], lengths[hit], found[hit]

    def _same_case(self, flags: U8, at: I64, number: I64, length: int) -> npt.NDArray[np.bool_]:
        fits = np.ones(len(at), np.bool_)
        for step in range(length):
            needed = self._case[self._first[number] + step]
            fits &= (flags[at + step] & needed) == needed
        return fits
