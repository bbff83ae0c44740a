"""Text to words, once: normalised word hashes that every later stage shares.

A word is a run of letters, marks and digits; an ideograph is a word of its own. Its hash
ignores case and, because Vietnamese writes one tone a syllable and newsrooms place it
differently (`hoà`, `hòa`), counts the tone without its position. The folded hash ignores
every diacritic, so that `Thủy` and `Thuy` agree.

Words are found and hashed by NumPy over code points: a polynomial hash of each word is a
difference of prefix sums, so no Python object is made for a word. Hashes are the same on
every machine and in every run; `VERSION` changes when they change.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

#: Part of every index's fingerprint: hashes of another version cannot be compared.
VERSION = 1

# Character classes, one bit each.
_WORD, _DIGIT, _UPPER, _IDEOGRAPH, _STOP, _NEWLINE, _SPACE = 1, 2, 4, 8, 16, 32, 64

# Token flags, one bit each.
CAPITAL = 1  # begins with an upper-case letter
ACRONYM = 2  # two letters or more, all upper case
NUMBER = 4  # begins with a digit
SENTENCE = 8  # first word of a sentence
PARAGRAPH = 16  # first word of a line

_TABLE = 0x3000  # below: table look-ups; above: ranges
_BASE = 0x9E3779B97F4A7C15 | 1  # odd, so that its powers can be divided out again
_INVERSE = pow(_BASE, -1, 1 << 64)
_OFFSET_BITS = 32
_BLOCK = 1 << 16  # characters hashed at once: the arrays then stay in the cache
_RUNS = 1 << 14  # words of which shingles are made at once, for the same reason
_TONES = {"\u0300": 1, "\u0301": 2, "\u0303": 3, "\u0309": 4, "\u0323": 5}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a batch of texts, as parallel arrays.

    Attributes:
        hashes: shape (n,), word hashes, case and tone placement ignored.
        folded: shape (n,), the same without any diacritic; the hashes themselves where the
            words were found without.
        starts: shape (n,), offset of each word in its own text.
        ends: shape (n,), offset behind it.
        flags: shape (n,), `CAPITAL`, `ACRONYM`, `NUMBER`, `SENTENCE`, `PARAGRAPH`.
        capitals: shape (n,), how many upper-case letters each word has.
        bounds: shape (texts + 1,); text i owns words ``bounds[i]:bounds[i + 1]``.
    """

    hashes: U64
    folded: U64
    starts: I32
    ends: I32
    flags: U8
    capitals: U8
    bounds: I64

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def of(self, i: int) -> Tokens:
        """The words of text `i` alone."""
        a, b = int(self.bounds[i]), int(self.bounds[i + 1])
        return self._slice(a, b, np.array([0, b - a], np.int64))

    def within(self, start: int, end: int) -> Tokens:
        """The words of a single text that begin in ``start <= offset < end``."""
        a, b = np.searchsorted(self.starts, [start, end])
        return self._slice(int(a), int(b), np.array([0, b - a], np.int64))

    def select(self, keep: npt.NDArray[np.bool_]) -> Tokens:
        """The words where `keep` is true, each still in its own text."""
        at = np.flatnonzero(keep)
        hashes = self.hashes.take(at)
        return Tokens(
            hashes,
            hashes if self.folded is self.hashes else self.folded.take(at),
            self.starts.take(at),
            self.ends.take(at),
            self.flags.take(at),
            self.capitals.take(at),
            np.searchsorted(at, self.bounds).astype(np.int64, copy=False),
        )

    def _slice(self, a: int, b: int, bounds: I64) -> Tokens:
        return Tokens(
            self.hashes[a:b],
            self.folded[a:b],
            self.starts[a:b],
            self.ends[a:b],
            self.flags[a:b],
            self.capitals[a:b],
            bounds,
        )


def normalise(text: str) -> str:
    """NFC, with the quick check first: nearly all news text already is."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=8192)  # names of outlets and people come again; most headlines never do
def fold(text: str) -> str:
    """Lower case without diacritics: ``Phan Xuân Thủy`` and ``PHAN XUAN THUY`` agree."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def mix(values: U64) -> U64:
    """Spread 64-bit values over all bits (the finaliser of SplitMix64; Steele et al. 2014)."""
    mixed: U64 = values >> np.uint64(30)
    mixed ^= values
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    shifted = mixed >> np.uint64(27)
    mixed ^= shifted
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
    return mixed


def word_hash(word: str) -> int:
    """The hash of one word as `tokenise` gives it.

    Raises:
        ValueError: if `word` is not exactly one word.
    """
    found = tokenise([normalise(word)]).hashes
    if len(found) != 1:
        raise ValueError(f"{word!r} is {len(found)} words, not one")
    return int(found[0])


def tokenise(texts: Sequence[str], *, folded: bool = True) -> Tokens:
    """Find and hash the words of NFC texts.

    Args:
        texts: any number of texts, normalised with `normalise`.
        folded: whether to hash the folded words, too: a quarter of the work.

    Returns:
        The words of all texts, in order.
    """
    parts: list[Tokens] = []
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text) + 1
        if size >= _BLOCK:
            parts.append(_tokenise_block(block, folded))
            block, size = [], 0
    if block or not parts:
        parts.append(_tokenise_block(block, folded))
    return parts[0] if len(parts) == 1 else concatenate(parts)


def concatenate(parts: Sequence[Tokens]) -> Tokens:
    """One batch from several, in order."""
    offsets = np.cumsum([0] + [len(p.hashes) for p in parts])
    bounds = [p.bounds[:-1] + o for p, o in zip(parts, offsets, strict=False)]
    hashes = np.concatenate([p.hashes for p in parts])
    alike = all(p.folded is p.hashes for p in parts)
    return Tokens(
        hashes,
        hashes if alike else np.concatenate([p.folded for p in parts]),
        np.concatenate([p.starts for p in parts]),
        np.concatenate([p.ends for p in parts]),
        np.concatenate([p.flags for p in parts]),
        np.concatenate([p.capitals for p in parts]),
        np.concatenate([*bounds, offsets[-1:]]),
    )


def inside(tokens: Tokens, spans: Sequence[Sequence[tuple[int, int]]]) -> npt.NDArray[np.bool_]:
    """Which words begin inside the spans of their text: shape (words,).

    Args:
        tokens: the words of n texts.
        spans: for each text ``(start, end)``, at most 100 of them over one word.
    """
    # One number a word and an edge: the text's number, then the offset.
    texts = np.arange(len(tokens), dtype=np.int64) << _OFFSET_BITS
    places = np.repeat(texts, np.diff(tokens.bounds))
    places += tokens.starts
    edges = np.array([edge for own in spans for span in own for edge in span], np.int64)
    edges += np.repeat(texts, [2 * len(own) for own in spans])
    bounds = np.searchsorted(places, edges)
    change = np.zeros(len(places) + 1, np.int8)
    np.add.at(change, bounds[0::2], np.int8(1))
    np.subtract.at(change, bounds[1::2], np.int8(1))
    return np.cumsum(change[:-1], dtype=np.int8, out=change[:-1]) > 0


def shingles(words: U64, bounds: I64, size: int) -> tuple[U64, I64]:
    """Hashes of all runs of `size` neighbouring words within each text.

    A text shorter than `size` words has one shingle of all its words; an empty one none.

    Args:
        words: shape (n,), word hashes.
        bounds: shape (texts + 1,), as in `Tokens.bounds`.
        size: words in a shingle, at least 1.

    Returns:
        Shingle hashes in text order, repeats kept, and their bounds.
    """
    counts = np.diff(bounds)
    made = np.where(counts >= size, counts - size + 1, np.minimum(counts, 1))
    new_bounds = np.concatenate([[0], np.cumsum(made)])
    total = int(new_bounds[-1])
    if total == 0:
        return np.zeros(0, np.uint64), new_bounds
    # Runs are hashed wherever they begin, and those that pass the end of a text left out.
    runs = np.empty_like(words)
    for begin in range(0, len(words), _RUNS):
        run = words[begin : begin + _RUNS].copy()
        for step in range(1, size):
            more = words[begin + step : begin + step + len(run)]
            run *= np.uint64(_BASE)
            run[: len(more)] += more
        runs[begin : begin + len(run)] = mix(run)
    short = np.flatnonzero((counts > 0) & (counts < size)).tolist()
    first = np.arange(total)
    first += np.repeat(bounds[:-1] - new_bounds[:-1], made)
    value = runs.take(first)
    for i in short:
        own = _short_run(words[bounds[i] : bounds[i + 1]].tolist(), size)
        value[new_bounds[i]] = mix(np.array([own], np.uint64))[0]
    return value, new_bounds


def _short_run(words: list[int], size: int) -> int:
    """The hash, not mixed yet, of fewer words than a shingle has."""
    value = 0
    for word in (*words, *[0] * (size - len(words))):
        value = (value * _BASE + word) % (1 << 64)
    return value


def sentences(tokens: Tokens, length: int) -> Iterator[tuple[int, int]]:
    """Offsets of the sentences of one text, from the first word of each to the next.

    Args:
        tokens: the words of a single text.
        length: the text's length in characters.
    """
    first = tokens.starts[(tokens.flags & SENTENCE) != 0].tolist()
    yield from zip(first, [*first[1:], length], strict=True)


def _tokenise_block(texts: Sequence[str], folded: bool) -> Tokens:
    lengths = np.fromiter((len(t) + 1 for t in texts), np.int64, len(texts))
    ends_of_text = np.cumsum(lengths)
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    letters, marks, folds, kinds = _look_up(points, folded)
    starts, ends = _edges(letters, kinds)
    if not len(starts):
        return _no_words(len(texts))
    powers, inverses = _powers(len(points))
    # Letters and marks of what is no word are zero, so a sum up to the next word is a sum
    # over the word; the marks of the gap are in bytes of their own.
    last = np.append(starts[1:], len(points)) - 1
    marked = _sums(marks, last, marks[: starts[0]].sum())
    columns = marked.view(np.uint8).reshape(-1, 8)
    tones = (marked & _TONE_FIELD) * np.uint64(_INVERSE)
    inverse = inverses.take(starts)
    bounds = np.searchsorted(starts, np.concatenate([[0], ends_of_text])).astype(np.int64)
    offsets = np.repeat((ends_of_text - lengths).astype(np.int32), np.diff(bounds))
    hashes = _hashes(letters, powers, last, inverse, tones)
    first = points.take(starts)
    kinds = _tables()[0].take(first, mode="clip") if kinds is None else kinds.take(starts)
    return Tokens(
        hashes,
        hashes if folds is None else _hashes(folds, powers, last, inverse, None),
        starts.astype(np.int32) - offsets,
        ends.astype(np.int32) - offsets,
        _flags(kinds, columns, ends - starts),
        columns[:, _UPPER_AT].copy(),
        bounds,
    )


def _hashes(letters: U64, powers: U64, last: I64, inverse: U64, tones: U64 | None) -> U64:
    """Hashes of words from their letters, which are overwritten."""
    letters *= powers[: len(letters)]
    sums = _sums(letters, last, np.uint64(0))
    sums *= inverse
    if tones is not None:
        sums += tones
    return mix(sums)


def _sums(values: U64, last: I64, before: np.uint64) -> U64:
    """Sums up to each of some places from the one before, modulo 2^64; `values` are lost.

    At most half the time of `reduceat`.

    Args:
        values: shape (n,).
        last: ascending offsets.
        before: what the values before the first sum add up to.
    """
    total: U64 = np.cumsum(values, out=values).take(last)
    sums: U64 = total.copy()
    sums[0] -= before
    sums[1:] -= total[:-1]
    return sums


def _no_words(texts: int) -> Tokens:
    none = np.zeros(0, np.uint64)
    places, flags = np.zeros(0, np.int32), np.zeros(0, np.uint8)
    return Tokens(none, none, places, places, flags, flags, np.zeros(texts + 1, np.int64))


def _edges(letters: U64, kinds: U8 | None) -> tuple[I64, I64]:
    """Where words start, and the offsets behind them.

    Args:
        letters: values of all characters, 0 of those that are in no word.
        kinds: their classes, if ideographs may be among them.
    """
    word = letters != 0
    if kinds is not None and (kinds & _IDEOGRAPH).any():
        return _ideographic_edges(word, (kinds & _IDEOGRAPH) != 0)
    edge = np.empty(len(word), np.bool_)  # a block ends with a line break, never in a word
    edge[0] = word[0]
    np.not_equal(word[1:], word[:-1], out=edge[1:])
    edges = np.flatnonzero(edge)
    return edges[0::2], edges[1::2]


def _flags(first: U8, marks: U8, lengths: I64) -> U8:
    """What each word is: capital, acronym, number, first of its sentence or line.

    Args:
        first: class of each word's first character.
        marks: shape (words, 8), the sums of the words' marks, byte by byte.
        lengths: characters of each word.
    """
    capital = (first & _UPPER) != 0
    flags: U8 = capital * np.uint8(CAPITAL)
    flags |= ((marks[:, _UPPER_AT] == lengths) & (lengths > 1)) * np.uint8(ACRONYM)
    flags |= ((first & _DIGIT) != 0) * np.uint8(NUMBER)
    begins = np.ones(len(first), np.bool_)
    np.not_equal(marks[:-1, _NEWLINE_AT], 0, out=begins[1:])
    flags |= begins * np.uint8(PARAGRAPH)
    # "Mr. Phan" and "TP. Huế" go on: a word of one or two letters with a capital before
    # the stop is an abbreviation more often than the end of a sentence.
    stop = (marks[:, _STOP_AT] != 0) & (marks[:, _SPACE_AT] != 0)
    stop &= ~(capital & (lengths <= 2))
    begins[1:] |= stop[:-1] & ((first[1:] & (_UPPER | _DIGIT | _IDEOGRAPH)) != 0)
    flags |= begins * np.uint8(SENTENCE)
    return flags


def _ideographic_edges(
    word: npt.NDArray[np.bool_], ideograph: npt.NDArray[np.bool_]
) -> tuple[I64, I64]:
    before = np.concatenate([[False], word[:-1]])
    after = np.concatenate([word[1:], [False]])
    ideo_before = np.concatenate([[False], ideograph[:-1]])
    ideo_after = np.concatenate([ideograph[1:], [False]])
    starts = np.flatnonzero(word & (~before | ideograph | ideo_before))
    ends = np.flatnonzero(word & (~after | ideograph | ideo_after)) + 1
    return starts, ends


_power_table: tuple[U64, U64] = (np.ones(1, np.uint64), np.ones(1, np.uint64))


def _powers(size: int) -> tuple[U64, U64]:
    """Powers of the hash base and of its inverse modulo 2^64, at least `size` of each."""
    global _power_table
    if len(_power_table[0]) < size:
        capacity = 1 << max(size - 1, _BLOCK).bit_length()
        tables = []
        for base in (_BASE, _INVERSE):
            table = np.full(capacity, base, np.uint64)
            table[0] = 1
            tables.append(np.cumprod(table))
        _power_table = (tables[0], tables[1])
    return _power_table


def _look_up(
    points: npt.NDArray[np.uint32], folded: bool
) -> tuple[U64, U64, U64 | None, U8 | None]:
    """Letter value, marks and, if asked for, folded value of each code point.

    The classes, too, where some code point is beyond the tables; else the first ones of
    words are all that is needed of them.
    """
    kinds_table, (letter_table, fold_table, mark_table) = _tables()
    at = points.astype(np.int64)
    letters, marks = letter_table.take(at, mode="clip"), mark_table.take(at, mode="clip")
    folds = fold_table.take(at, mode="clip") if folded else None
    if points.max(initial=0) < _TABLE:
        return letters, marks, folds, None
    kinds = kinds_table.take(at, mode="clip")
    high = np.flatnonzero(points >= _TABLE)
    kinds[high] = _high_kinds(points[high])
    value = mix(points[high].astype(np.uint64) + np.uint64(1))
    value[kinds[high] & _WORD == 0] = 0
    letters[high], marks[high] = value, _marks_of(kinds[high])
    if folds is not None:
        folds[high] = value
    return letters, marks, folds, kinds


_HIGH_WORD = (
    (0x3400, 0x4DBF, _IDEOGRAPH),
    (0x4E00, 0x9FFF, _IDEOGRAPH),
    (0x3005, 0x3007, _IDEOGRAPH),
    (0x3041, 0x30FF, _IDEOGRAPH),
    (0x31F0, 0x31FF, _IDEOGRAPH),
    (0xF900, 0xFAFF, _IDEOGRAPH),
    (0x20000, 0x3FFFF, _IDEOGRAPH),
    (0xA000, 0xABFF, 0),
    (0xAC00, 0xD7AF, 0),
    (0xFB00, 0xFDFB, 0),
    (0xFE70, 0xFEFC, 0),
    (0xFF10, 0xFF19, _DIGIT),
    (0xFF21, 0xFF3A, _UPPER),
    (0xFF41, 0xFF5A, 0),
    (0xFF66, 0xFFDC, 0),
    (0x10000, 0x16FFF, 0),
    (0x1D400, 0x1D7FF, 0),
    (0x1E900, 0x1E95F, 0),
)
_HIGH_STOP = (0x3002, 0xFF01, 0xFF0E, 0xFF1F)


def _high_kinds(points: npt.NDArray[np.uint32]) -> U8:
    kinds = np.zeros(len(points), np.uint8)
    for first, last, extra in _HIGH_WORD:
        kinds[(points >= first) & (points <= last)] = _WORD | extra
    # An ideographic full stop ends a sentence without a space behind it.
    kinds[np.isin(points, _HIGH_STOP)] = _STOP | _SPACE
    kinds[points == 0x3000] = _SPACE
    return kinds


# Marks: 24 bits for a tone, with six to sum them in; then counts of upper-case letters,
# stops, spaces and line breaks, a byte each. A count that overflows carries into the next,
# which asks only whether there is any.
_TONE_FIELD = np.uint64((1 << 32) - 1)
_UPPER_AT, _STOP_AT, _SPACE_AT, _NEWLINE_AT = 4, 5, 6, 7
_PLACES = ((_UPPER, _UPPER_AT), (_STOP, _STOP_AT), (_SPACE, _SPACE_AT), (_NEWLINE, _NEWLINE_AT))


def _marks_of(kinds: U8) -> U64:
    marks = np.zeros(len(kinds), np.uint64)
    for bit, place in _PLACES:
        marks += ((kinds & bit) != 0).astype(np.uint64) << np.uint64(8 * place)
    return marks


@lru_cache(maxsize=1)
def _tables() -> tuple[U8, tuple[U64, U64, U64]]:
    kinds = np.zeros(_TABLE, np.uint8)
    lowers = np.zeros(_TABLE, np.uint64)
    tones = np.zeros(_TABLE, np.uint64)
    folds = np.zeros(_TABLE, np.uint64)
    for point in range(_TABLE):
        char = chr(point)
        if char.isalnum() or unicodedata.category(char)[0] == "M":
            kinds[point] = _WORD | (_DIGIT if char.isdigit() else 0) | _UPPER * char.isupper()
            lower = char.lower()
            lower = lower if len(lower) == 1 else char
            lowers[point], tones[point] = _without_tone(lower)
            folds[point] = ord(fold(lower)[:1] or lower)
        elif char in "\n\r\u2028\u2029\x0b\x0c":
            kinds[point] = _NEWLINE | _SPACE
        elif char.isspace():
            kinds[point] = _SPACE
        elif char in ".!?…।۔؟":
            kinds[point] = _STOP
    word = (kinds & _WORD) != 0
    letters = np.where(word, mix(lowers + np.uint64(1)), np.uint64(0))
    folded = np.where(word, mix(folds + np.uint64(1)), np.uint64(0))
    tone_values = np.where(tones > 0, mix(tones) >> np.uint64(40), np.uint64(0))
    return kinds, (letters, folded, _marks_of(kinds) + tone_values)


def _without_tone(char: str) -> tuple[int, int]:
    """A lower-case letter without its Vietnamese tone mark, and the tone's number."""
    decomposed = unicodedata.normalize("NFD", char)
    for mark in decomposed[1:]:
        if mark in _TONES:
            rest = unicodedata.normalize("NFC", decomposed.replace(mark, "", 1))
            if len(rest) == 1:
                return ord(rest), _TONES[mark]
    return ord(char), 0
