"""Which pairs hold a cluster together: bridges, and the weakest links of the strongest tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detector.records import Pair


@dataclass(frozen=True, slots=True)
class Bridge:
    """A pair without which its cluster falls in two.

    Attributes:
        pair: the only one between the two parts.
        parts: articles on the side of `pair.a` and of `pair.b`.
    """

    pair: Pair
    parts: tuple[int, int]


def bridges(pairs: Sequence[Pair]) -> list[Bridge]:
    """The bridges among the pairs of one cluster (Tarjan 1974), in the order of the pairs."""
    near: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        near[pair.a].append((pair.b, number))
        near[pair.b].append((pair.a, number))
    order: dict[str, int] = {}
    found: list[tuple[int, str, int, int]] = []
    for root in near:
        if root not in order:
            found.extend(_from(root, near, order))
    result = []
    for number, child, below, whole in sorted(found):
        pair = pairs[number]
        above = whole - below
        result.append(Bridge(pair, (below, above) if child == pair.a else (above, below)))
    return result


def _from(
    root: str, near: dict[str, list[tuple[str, int]]], order: dict[str, int]
) -> list[tuple[int, str, int, int]]:
    """Bridges of the component of `root`: pair, its lower end, articles below it, in all."""
    begun = len(order)
    order[root] = begun
    low, size = {root: begun}, {root: 1}
    found: list[tuple[int, str, int]] = []
    waiting = [(root, -1, iter(near[root]))]
    while waiting:
        here, came_by, rest = waiting[-1]
        for other, number in rest:
            if number == came_by:
                continue
            if other in order:
                low[here] = min(low[here], order[other])
                continue
            order[other] = low[other] = len(order)
            size[other] = 1
            waiting.append((other, number, iter(near[other])))
            break
        else:
            waiting.pop()
            if waiting:
                above = waiting[-1][0]
                low[above] = min(low[above], low[here])
                size[above] += size[here]
                if low[here] > order[above]:
                    found.append((came_by, here, size[here]))
    return [(number, child, below, size[root]) for number, child, below in found]


def holding(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs of the maximum spanning forest (Kruskal 1956), the weakest first.

    A cluster hangs by the weakest of them: every way between its two parts is weaker.
    """
    ranked = sorted(pairs, key=lambda p: (-p.score, p.a, p.b))
    if len(ranked) == 1:  # as most clusters have it
        return ranked
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = name = parent[parent[name]]
        return name

    kept = []
    for pair in ranked:
        one, other = root(pair.a), root(pair.b)
        if one != other:
            parent[max(one, other)] = min(one, other)
            kept.append(pair)
    return kept[::-1]
