"""The same sentences told of another event: every name, date and number changed.

A template filled in twice shares all its sentences but none of its facts. Changes are
consistent within an article: one name becomes one other name wherever it stands, its title
included.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence

#: A text of which a smaller share changes states hardly any facts: an essay, a guide.
FEW = 0.03

_LETTERS = r"[^\W\d_]+(?:(?:['’](?!s\b)|-)[^\W\d_]+)*"  # a possessive is no part of a name
_WORD = re.compile(_LETTERS)
_NAME = re.compile(rf"(?:[^\W\d_]\.){{2,}}|{_LETTERS}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_START = re.compile(r"(?:^|[\n.!?…:;\"“”‘(\[•–—-])[\s\"“‘'(]*$")

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = tuple(month[:3] for month in _MONTHS)
_COUNTED = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_THU = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy")  # after "thứ" or "tháng"
_AFTER = re.compile(r"\b(?:[Tt]hứ|[Tt]háng|Chủ) $")
_TITLES = ("Mr", "Mrs", "Ms", "Dr", "Prof", "Sen", "Rep", "Gov", "Gen", "Lt", "Col", "Jr", "I")
_CYCLES = (_WEEKDAYS, _MONTHS, _SHORT_MONTHS, _COUNTED, tuple(w.capitalize() for w in _COUNTED))


class Names:
    """Names that other articles of one language use, to draw substitutes from."""

    def __init__(self, texts: Iterable[str]) -> None:
        small: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        runs: Counter[tuple[str, ...]] = Counter()
        kept = list(texts)
        for text in kept:
            for match in _WORD.finditer(text):
                (small if match[0][0].islower() else capital)[match[0].lower()] += 1
        #: Words that are written small at least a third of the time are no names.
        self.common = {w for w, n in small.items() if n * 2 >= capital[w]}
        for text in kept:
            for run in _runs(text, self.common):
                if not _begins(text, run[0][0]):
                    runs[tuple(text[a:b] for a, b in run)] += 1
        self._by_length: dict[int, list[tuple[str, ...]]] = {}
        for name, times in sorted(runs.items()):
            if times > 1 and all(len(word) > 1 for word in name):
                self._by_length.setdefault(min(len(name), 4), []).append(name)

    def like(self, run: Sequence[str], draw: random.Random) -> list[str]:
        """Another name of as many words, in the same case."""
        found: list[str] = []
        while len(found) < len(run):
            pool = self._by_length.get(min(4, len(run) - len(found))) or self._by_length[1]
            found += draw.choice(pool)
        return [_cased(new, old) for new, old in zip(found, run, strict=False)]


def refill(title: str, text: str, names: Names, draw: random.Random) -> tuple[str, str]:
    """Fill an article in anew.

    Args:
        title: its headline.
        text: its text.
        names: what to draw names from; of the same language.
        draw: source of chance.

    Returns:
        the headline and the text of the other event.
    """
    whole = f"{title}\n{text}"
    small = {match[0] for match in _WORD.finditer(whole) if match[0][0].islower()}
    runs = [[(a, b, whole[a:b]) for a, b in run] for run in _runs(whole, names.common | small)]
    changed: dict[str, str] = {}
    # Long names first: "Obama" then becomes the last word of what "Barack Obama" became.
    for run in sorted(runs, key=len, reverse=True):
        words = [word for _, _, word in run if word.lower() not in changed]
        if words:
            for old, new in zip(words, names.like(words, draw), strict=True):
                while new.lower() == old.lower():
                    (new,) = names.like([old], draw)
                changed.setdefault(old.lower(), new)
    pieces = [(a, b, _cased(changed[word.lower()], word)) for run in runs for a, b, word in run]
    pieces += _cycled(whole, draw) + _renumbered(whole, draw)
    return _applied(whole, pieces)


def changed_share(old: str, new: str) -> float:
    """Share of a text's words that became others: low where it states few facts."""
    before, after = Counter(old.split()), Counter(new.split())
    return (before - after).total() / max(1, before.total())


def _runs(text: str, common: set[str]) -> list[list[tuple[int, int]]]:
    """Names: runs of capitalised words, less common words that begin a sentence."""
    fixed = {*_TITLES, *(word for cycle in _CYCLES for word in cycle)}
    runs: list[list[tuple[int, int]]] = []
    last = -1
    for match in _NAME.finditer(text):
        word, start = match[0], match.start()
        usual = word.lower() in common and _begins(text, start)
        counted = word in _THU and _AFTER.search(text, max(0, start - 8), start)
        if not word[0].isupper() or word in fixed or usual or counted:
            last = -1
        elif last >= 0 and text[last:start] == " ":
            runs[-1].append(match.span())
            last = match.end()
        else:
            runs.append([match.span()])
            last = match.end()
    return runs


def _begins(text: str, start: int) -> bool:
    return _START.search(text, max(0, start - 8), start) is not None or start == 0


def _cycled(text: str, draw: random.Random) -> list[tuple[int, int, str]]:
    """Weekdays, months and number words, each moved on by the same step throughout."""
    pieces: dict[int, tuple[int, int, str]] = {}
    for cycle in (*_CYCLES, _THU):
        step = draw.randint(1, len(cycle) - 1)
        places = {word: i for i, word in enumerate(cycle)}
        for match in _WORD.finditer(text):
            start, end = match.span()
            if match[0] not in places or start in pieces:
                continue
            if cycle is not _THU or _AFTER.search(text, max(0, start - 8), start):
                pieces[start] = (start, end, cycle[(places[match[0]] + step) % len(cycle)])
    return list(pieces.values())


def _renumbered(text: str, draw: random.Random) -> list[tuple[int, int, str]]:
    changed: dict[str, str] = {}
    pieces = []
    for match in _NUMBER.finditer(text):
        old = match[0]
        while old not in changed:
            new = _other_number(old, draw)
            if new not in changed.values() or draw.random() < 0.1:  # few days are left in some
                changed[old] = new
        pieces.append((*match.span(), changed[old]))
    return pieces


def _other_number(old: str, draw: random.Random) -> str:
    """Another number of the same shape; a day stays a day, a year a year."""
    if old.isdigit() and len(old) <= 2 and 1 <= int(old) <= 31:
        floor, ceiling = (1, 12) if int(old) <= 12 else (13, 28)
        new = draw.choice([n for n in range(floor, ceiling + 1) if n != int(old)])
        return str(new).zfill(len(old)) if old[0] == "0" else str(new)
    if old.isdigit() and len(old) == 4 and 1900 <= int(old) <= 2099:
        return str(int(old) + draw.choice([-9, -7, -6, -4, -3, 2, 3, 5, 6, 8]))
    digits = [c for c in old if c.isdigit()]
    while True:
        drawn = [str(draw.randint(0 if i else 1, 9)) for i in range(len(digits))]
        if drawn != digits:
            break
    fresh = iter(drawn)
    return "".join(next(fresh) if c.isdigit() else c for c in old)


def _applied(whole: str, pieces: list[tuple[int, int, str]]) -> tuple[str, str]:
    out: list[str] = []
    at = 0
    for start, end, new in sorted(pieces):
        if start >= at:
            out += [whole[at:start], new]
            at = end
    title, _, text = "".join([*out, whole[at:]]).partition("\n")
    return title, text


def _cased(new: str, old: str) -> str:
    return new.upper() if len(old) > 1 and old.isupper() else new
