"""The whole page: choose, collect, fill the template, and keep to the size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector import __version__
from detector.files import atomic_output
from detector.records import Detection, Evidence, Pair
from detector.report import clusters, overview
from detector.report.charts import by_day
from detector.report.choosing import Choice, Limits, choose
from detector.report.clusters import CALLED
from detector.report.context import Context
from detector.report.figures import figures
from detector.report.grid import grid
from detector.report.index import Index
from detector.report.listing import Listing, line
from detector.report.material import Asked, Material
from detector.report.review import doubts
from detector.report.sides import Sides
from detector.report.template import filled
from detector.report.words import embedded
from detector.sources import span

#: Bytes that no report exceeds.
MOST = 5_000_000

_TRIES = 12


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a report.

    Attributes:
        bytes: its size.
        pairs: how many pairs it shows side by side.
        left_out: sentences on what there is more of than the page shows.
        figures: by the names of `context.FIGURES`; keep them to tell the next report.
    """

    bytes: int
    pairs: int
    left_out: tuple[str, ...]
    figures: Mapping[str, float]


def write(
    path: str | Path,
    detection: Detection,
    article: Asked,
    *,
    context: Context | None = None,
    evidence: Callable[[Pair], Evidence] | None = None,
) -> Written:
    """Write the report of a pass as one HTML file, which no request leaves.

    Args:
        path: where to; the file appears whole or not at all.
        detection: what was found.
        article: gives a whole article by its id, or None where it is not to be had. It is
            asked for the articles of the pairs that are shown side by side, some hundreds.
        context: what the caller knows: the run, its gates, what changed, decisions.
        evidence: gives the evidence of a pair; asked where a pair that is shown carries no
            passages of its own.

    Raises:
        InputError: where the file cannot be written.
    """
    html, written = render(detection, article, context=context, evidence=evidence)
    with atomic_output(path) as stream:
        stream.write(html)
    return written


def render(
    detection: Detection,
    article: Asked,
    *,
    context: Context | None = None,
    evidence: Callable[[Pair], Evidence] | None = None,
    most: int = MOST,
) -> tuple[bytes, Written]:
    """The report as UTF-8, at most `most` bytes; see `write`."""
    told = context or Context()
    index = Index(detection, told.changes.new if told.changes else frozenset())
    material = Material(index, article, evidence)
    limits, doubtful = Limits(), doubts(index)
    for _ in range(_TRIES):
        chosen = choose(index, doubtful, told, limits)
        html = _page(index, chosen, told, limits, material).encode()
        if len(html) <= most:
            break
        limits = limits.smaller()
    return html, Written(len(html), len(chosen.pairs), chosen.left_out, figures(index))


def _page(
    index: Index,
    chosen: Choice,
    context: Context,
    limits: Limits,
    material: Material,
) -> str:
    sides = Sides(index, material, limits.text)
    numbers = {(p.a, p.b): sides.add(p) for p in chosen.pairs}
    listing = Listing(index, numbers, limits.listed)
    places = {cluster.id: number for number, cluster in enumerate(chosen.stories)}
    data = sides.data()
    notes = dict.fromkeys((*index.detection.notes, *context.notes, *chosen.left_out))
    return filled(
        {
            "version": __version__,
            "context": context,
            "count": len(index.labels),
            "period": _period(index),
            "tiles": overview.tiles(index, context),
            "run_figures": overview.run_figures(context),
            "gates": listing.gates(context),
            "changed": listing.changes(context.changes),
            "days": by_day(index),
            "languages": overview.languages(index, limits.grid),
            "relations": overview.relations(index),
            "grid": grid(index.flows, limits.grid),
            "flows": overview.flow_rows(index, limits.flows),
            "all_flows": sum(flow.giver != flow.taker for flow in index.flows),
            "sources": overview.source_rows(index, limits.sources),
            "all_sources": len(index.sources),
            "stories": [clusters.story(index, c, numbers, limits.members) for c in chosen.stories],
            "fresh_stories": chosen.fresh[0],
            "all_stories": len(index.stories),
            "events": [
                clusters.event(index, c, places, numbers, limits.members) for c in chosen.events
            ],
            "fresh_events": chosen.fresh[1],
            "all_events": len(index.events),
            "doubts": listing.doubts(chosen),
            "decided": listing.decisions(context),
            "pairs": listing.pairs(chosen),
            "all_pairs": len(index.pairs),
            "notes": [line(note) for note in notes],
            "skipped": [line(told) for told in context.skipped[: limits.listed]],
            "skips": max(context.skips, len(context.skipped)),
            "called": CALLED,
            "span": span,
            "percent": overview.percent,
            "data": embedded(data),
            "mark": _mark(data["pairs"]),
        }
    )


def _period(index: Index) -> tuple[str, str]:
    days = [label.published[:10] for label in index.labels.values() if label.published]
    return (min(days), max(days)) if days else ("", "")


def _mark(pairs: Any) -> str:
    """What tells this page's decisions from those of another in the browser's store."""
    keys = repr([(pair["a"], pair["b"]) for pair in pairs])
    return hashlib.blake2b(keys.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
