"""Where two clusterings differ, with the pairs that are responsible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import comb

from detector.metrics.clusters import Labels, check
from detector.metrics.pairs import Key, Link


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A cluster of one side that the other side sees as several.

    Attributes:
        cluster: its label.
        parts: the other side's labels in it and the ids under each, largest first.
        links: ids and score of the pairs between different parts, strongest first: in a
            merged cluster the links that joined strangers, in a split one those missed.
    """

    cluster: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    links: tuple[tuple[str, str, float], ...] = ()


def over_merged(
    predicted: Labels, gold: Labels, pairs: Mapping[Key, Link] | None = None
) -> tuple[Mismatch, ...]:
    """Predicted clusters that hold several gold ones, worst first.

    Args:
        predicted: predicted cluster of each article.
        gold: gold cluster of each article.
        pairs: predicted pairs, to name the links that joined strangers.

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    return _mismatches(predicted, gold, pairs or {})


def over_split(
    predicted: Labels, gold: Labels, pairs: Mapping[Key, Link] | None = None
) -> tuple[Mismatch, ...]:
    """Gold clusters that lie in several predicted ones, worst first.

    Args:
        predicted: predicted cluster of each article.
        gold: gold cluster of each article.
        pairs: gold pairs, to name those that would have joined the parts.

    Raises:
        InputError: if the two sides do not label the same articles.
    """
    return _mismatches(gold, predicted, pairs or {})


def _mismatches(whole: Labels, parts: Labels, pairs: Mapping[Key, Link]) -> tuple[Mismatch, ...]:
    check(whole, parts)
    members: dict[Hashable, dict[Hashable, list[str]]] = defaultdict(lambda: defaultdict(list))
    for i in sorted(whole):
        members[whole[i]][parts[i]].append(i)
    crossing: dict[Hashable, list[tuple[str, str, float]]] = defaultdict(list)
    for (a, b), link in pairs.items():
        if a in whole and b in whole and whole[a] == whole[b] and parts[a] != parts[b]:
            crossing[whole[a]].append((a, b, link.score))
    found = [
        Mismatch(
            cluster=str(label),
            parts=tuple(
                (str(part), tuple(ids))
                for part, ids in sorted(inner.items(), key=lambda c: (-len(c[1]), c[1]))
            ),
            links=tuple(sorted(crossing[label], key=lambda c: (-c[2], c))),
        )
        for label, inner in members.items()
        if len(inner) > 1
    ]
    return tuple(sorted(found, key=lambda m: (-_wrong(m), m.cluster)))


def _wrong(mismatch: Mismatch) -> int:
    sizes = [len(ids) for _, ids in mismatch.parts]
    return comb(sum(sizes), 2) - sum(comb(size, 2) for size in sizes)
