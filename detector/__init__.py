"""Cross-language near-duplicate and syndication detection for news.

Importing this package loads nothing heavy: names are resolved on first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Article": "records",
    "Cluster": "records",
    "ClusterEvent": "records",
    "Config": "config",
    "Credit": "records",
    "Decision": "records",
    "DetectorError": "errors",
    "Contribution": "records",
    "Detection": "records",
    "Detector": "pipeline",
    "Evidence": "records",
    "Explanation": "records",
    "IndexInfo": "records",
    "Label": "records",
    "InputError": "errors",
    "Level": "records",
    "ModelError": "errors",
    "Pair": "records",
    "Passage": "records",
    "Relation": "records",
    "StoreError": "errors",
    "StoreLockedError": "errors",
    "UnknownArticleError": "errors",
    "UnknownClusterError": "errors",
    "UsageError": "errors",
    "Verdict": "records",
}

__all__ = sorted(_HOMES, key=str.lower)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
