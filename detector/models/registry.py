"""Our own models: what ``models/registry.toml`` says and where it lies."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from detector.errors import ModelError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE = Path(__file__).resolve().parents[1]
#: Single files are put into the wheel at the first; a checkout or an editable install,
#: which does not see those, has the second.
PLACES = {"package": _PACKAGE / "_models", "checkout": _PACKAGE.parent / "models"}
_NEEDED = {"tier": str, "dimension": int, "digest": str}


def shipped(name: str) -> Path:
    """A file or folder of ``models/``, from the wheel, an editable install or a checkout.

    Raises:
        ModelError: if it is in neither place.
    """
    for place in PLACES.values():
        if (place / name).exists():
            return place / name
    raise ModelError(f"{PLACES['package'] / name}: missing. Install detector again")


def cache_folder() -> Path:
    """Where models are made: ``DETECTOR_CACHE``, or the user's cache folder."""
    if given := os.environ.get("DETECTOR_CACHE"):
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("detector"))


def ours() -> Mapping[str, Mapping[str, Any]]:
    """The entry of each of our models, by name.

    Raises:
        ModelError: if the registry is missing or damaged.
    """
    entries: dict[str, Mapping[str, Any]] = _content()["models"]
    return entries


def names() -> dict[str, Mapping[str, Any]]:
    """The entry behind every name and alias."""
    found = dict(ours())
    for entry in ours().values():
        found.update(dict.fromkeys(entry.get("aliases", ()), entry))
    return found


def prefix(repository: str) -> str:
    """What a hub repository expects before every text and does not say itself."""
    return str(_content()["prefixes"].get(repository, ""))


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    path = shipped("registry.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}. Install detector again") from error
    for name, entry in content.setdefault("models", {}).items():
        for key, kind in _NEEDED.items():
            if not isinstance(entry.get(key), kind):
                raise ModelError(f"{path}: models.{name}.{key}: must be {kind.__name__}")
        entry["name"] = name
    content.setdefault("prefixes", {})
    return content
