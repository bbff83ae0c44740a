"""One HTML file for editors: what was copied, translated and reported, and what looks wrong.

The page makes no request, and holds article text as text: templates escape all they are given,
data for the script stands in a JSON element, and the page's own policy forbids the rest.
"""

from __future__ import annotations

from detector.report.choosing import shown_pairs
from detector.report.context import (
    FIGURES,
    Changes,
    ClusterChange,
    Context,
    Decision,
    Figure,
    Gate,
    PairChange,
    RateChange,
)
from detector.report.page import MOST, Written, render, write

__all__ = [
    "FIGURES",
    "MOST",
    "Changes",
    "ClusterChange",
    "Context",
    "Decision",
    "Figure",
    "Gate",
    "PairChange",
    "RateChange",
    "Written",
    "render",
    "shown_pairs",
    "write",
]
