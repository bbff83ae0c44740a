"""Who republishes whom, as a grid of sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from detector.sources import Flow


@dataclass(frozen=True, slots=True)
class Cell:
    """How often one source took over from another; `heat` is 0 (never) to 5."""

    flow: Flow | None
    heat: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Who republishes whom: a row a giver, a column a taker, whose `names` these are."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[Cell, ...]], ...]  # giver, articles given, cells
    left_out: int


def grid(flows: Iterable[Flow], most: int) -> Grid:
    """The sources that give and take most, own updates on the diagonal left out."""
    between = [flow for flow in flows if flow.giver != flow.taker]
    weight: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for flow in between:
        weight[flow.giver] += flow.articles
        weight[flow.taker] += flow.articles
        given[flow.giver] += flow.articles
    ranked = sorted(weight, key=lambda name: (-weight[name], name))[:most]
    # Givers first, takers last: who feeds the others stands on top.
    names = sorted(ranked, key=lambda name: (-(2 * given[name] - weight[name]), name))
    by_pair = {(flow.giver, flow.taker): flow for flow in between}
    highest = max((flow.articles for flow in between), default=1)
    givers = [name for name in names if any((name, taker) in by_pair for taker in names)]
    takers = [name for name in names if any((giver, name) in by_pair for giver in names)]
    rows = []
    for giver in givers:
        cells = []
        for taker in takers:
            found = by_pair.get((giver, taker))
            heat = 1 + min(4, int(5 * (found.articles - 0.5) / highest)) if found else 0
            cells.append(Cell(found, heat))
        rows.append((giver, given[giver], tuple(cells)))
    shown = {*givers, *takers}
    return Grid(tuple(takers), tuple(rows), len(weight) - len(shown))
