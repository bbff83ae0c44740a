"""Who republishes whom: counts and delays by source, from labels and pairs alone.

An article that was taken over counts once, for the article it came from: the original of its
syndication cluster where a pair joins the two, else the likeliest of those that came before it.
"""

from __future__ import annotations

from detector.sources.delays import delay, middle, span
from detector.sources.deriving import Derivation, derivations
from detector.sources.flows import Flow, Source, flows, flows_from, sources, sources_from
from detector.sources.standing import ALONE, INDIRECT, ORIGINAL, REPORT, UNKNOWN, standings

__all__ = [
    "ALONE",
    "delay",
    "Derivation",
    "derivations",
    "Flow",
    "flows",
    "flows_from",
    "INDIRECT",
    "middle",
    "ORIGINAL",
    "REPORT",
    "Source",
    "sources",
    "sources_from",
    "span",
    "standings",
    "UNKNOWN",
]
