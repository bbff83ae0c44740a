"""Lines that recur over many articles of one outlet: the site's furniture.

Only hashes are kept: 16 bytes for each short line of each article, so a hundred thousand
articles with fifteen short lines each take 24 MB. Copies of one article count as one
article, else a story that an agency sent round would be learned as furniture.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from detector.config import CleanConfig
from detector.lexicon import outlets
from detector.records import Article

# Articles without an outlet may come from many, and one story from all of them.
_UNKNOWN_FACTOR = 3
_UNKNOWN_LENGTH = 80  # characters
_LINE = np.dtype([("line", "<u8"), ("low", "<u4"), ("high", "<u4")])
_PARAGRAPH = 80  # characters; what tells articles apart is at least so long


@dataclass(frozen=True, slots=True)
class Recurring:
    """The lines found to recur, by outlet.

    Attributes:
        length: no longer line was looked at.
        hashes: of outlet and line together.
    """

    length: int = 0
    hashes: frozenset[int] = frozenset()
    _sizes: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note how long the lines are: most others are told from them by that alone."""
        sizes = {(value & 0xFFFFFFFF) >> 1 for value in self.hashes}
        object.__setattr__(self, "_sizes", frozenset(s for s in sizes if s <= self.length))

    def __len__(self) -> int:
        return len(self.hashes)

    def among(self, outlet: str, lines: Sequence[str]) -> list[int]:
        """Numbers of the lines that recur in an outlet, as `outlet_of` names it."""
        sizes, start = self._sizes, _outlet_hash(outlet)
        return [
            i
            for i, line in enumerate(lines)
            if len(line) in sizes and _line_hash(start, _coded(line), len(line)) in self.hashes
        ]


class LineCounter:
    """Counts in how many different articles of an outlet each short line stands.

    Counters of parts of a corpus can be pickled and merged; the order does not matter.
    """

    def __init__(self, config: CleanConfig | None = None) -> None:
        self._config = config or CleanConfig()
        self._lines = array("Q")
        self._lows = array("I")
        self._highs = array("I")

    def __len__(self) -> int:
        return len(self._lines)

    def update(self, *articles: Article) -> None:
        """Count the lines of some articles, each article once."""
        for article in articles:
            self.count(outlet_of(article), article.text)

    def count(self, outlet: str, text: str) -> None:
        """Count the lines of one article.

        Args:
            outlet: as `outlet_of` names it.
            text: of the article.
        """
        limit = self._config.recurring_length if outlet else _UNKNOWN_LENGTH
        lines = [*map(str.strip, text.split("\n"))]
        short = dict.fromkeys([line for line in lines if 0 < len(line) <= limit])
        if not short:
            return
        # Two samples of the paragraphs, which copies of an article share (min-wise hashing);
        # of all lines where it has no paragraph.
        long = [line for line in lines if len(line) >= _PARAGRAPH]
        sums = [*map(crc32, _coded_lines(long or [line for line in lines if line]))]
        start = _outlet_hash(outlet)
        self._lines.extend(
            [
                _line_hash(start, code, len(line))
                for line, code in zip(short, _coded_lines(short), strict=True)
            ]
        )
        self._lows.extend([min(sums)] * len(short))
        self._highs.extend([max(sums)] * len(short))

    def merge(self, other: LineCounter) -> None:
        """Add what another counter has counted."""
        self._lines.extend(other._lines)
        self._lows.extend(other._lows)
        self._highs.extend(other._highs)

    def to_bytes(self) -> bytes:
        """What was counted, little-endian, 16 bytes a line."""
        table = np.zeros(len(self), _LINE)
        table["line"] = np.frombuffer(self._lines, np.uint64)
        table["low"] = np.frombuffer(self._lows, np.uintc)
        table["high"] = np.frombuffer(self._highs, np.uintc)
        return table.tobytes()

    def add_bytes(self, content: bytes) -> None:
        """Add what `to_bytes` of another counter gave."""
        table = np.frombuffer(content, _LINE)
        self._lines.extend(table["line"].tolist())
        self._lows.extend(table["low"].tolist())
        self._highs.extend(table["high"].tolist())

    def recurring(self, config: CleanConfig | None = None) -> Recurring:
        """The lines that stand in enough different articles.

        Args:
            config: how many; that of the counter if not given.
        """
        config = config or self._config
        if not self._lines:
            return Recurring()
        lines = np.frombuffer(self._lines, np.uint64)
        found, low = _distinct(lines, np.frombuffer(self._lows, np.uintc))
        _, high = _distinct(lines, np.frombuffer(self._highs, np.uintc))
        needed = np.where(found & np.uint64(1), _UNKNOWN_FACTOR, 1) * config.recurring_articles
        # Either sample of an article may be a line that is itself furniture, as a long notice
        # on every page; then the other tells the articles apart.
        hashes = found[np.maximum(low, high) >= needed]
        return Recurring(config.recurring_length, frozenset(hashes.tolist()))


def outlet_of(article: Article) -> str:
    """The outlet whose furniture an article may carry; empty if nothing says."""
    return outlets.key_of(article.source, article.url)


def _coded_lines(lines: Collection[str]) -> list[bytes]:
    return _coded("\n".join(lines)).split(b"\n") if lines else []


def _coded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def _outlet_hash(outlet: str) -> tuple[int, int]:
    content = _coded(f"{outlet}\0")
    return crc32(content), not outlet


def _line_hash(outlet: tuple[int, int], line: bytes, size: int) -> int:
    """A checksum of outlet and line, the line's characters, and whether the outlet is unknown.

    It is asked of every short line, so it must be quick. Of all lines of a hundred thousand
    articles about one pair meets by chance; a line recurs when it meets several others.
    """
    crc, unknown = outlet
    return crc32(line, crc) << 32 | size << 1 | unknown


def _distinct(
    lines: npt.NDArray[np.uint64], samples: npt.NDArray[np.uintc]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Each line once, sorted, and how many different samples it stands beside."""
    order = np.lexsort((samples, lines))
    lines, samples = lines[order], samples[order]
    new = np.ones(len(lines), np.bool_)
    new[1:] = (lines[1:] != lines[:-1]) | (samples[1:] != samples[:-1])
    found, counts = np.unique(lines[new], return_counts=True)
    return found, counts.astype(np.int64)
