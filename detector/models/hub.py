"""The local cache of the Hugging Face hub, read and never filled."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"\w[\w.-]*")


def is_id(name: str) -> bool:
    """Whether `name` has the form ``owner/model``."""
    owner, slash, model = name.partition("/")
    return bool(slash and _NAME.fullmatch(owner) and _NAME.fullmatch(model))


def snapshot(name: str) -> Path | None:
    """Folder of a repository's ``main`` in the local cache, as far as it was fetched.

    A name without an owner is also looked for under ``sentence-transformers/``, as that
    library does.
    """
    if not (is_id(name) or _NAME.fullmatch(name)):
        return None
    from huggingface_hub import try_to_load_from_cache

    for repository in (name,) if "/" in name else (f"sentence-transformers/{name}", name):
        for cache in _caches():
            for file in ("modules.json", "config.json"):
                try:
                    found = try_to_load_from_cache(repository, file, cache_dir=cache)
                except ValueError:  # the hub allows no such name
                    return None
                if isinstance(found, str):
                    return Path(found).parent
    return None


def models() -> Iterator[tuple[str, Path]]:
    """Name and folder of each sentence-transformers model in the cache, by name."""
    places = {place.name for cache in _caches() for place in cache.glob("models--*")}
    for place in sorted(places):
        name = place.removeprefix("models--").replace("--", "/")
        folder = snapshot(name)
        if folder is not None and (folder / "modules.json").is_file():
            yield name, folder


def _caches() -> list[Path]:
    from huggingface_hub import constants

    named = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    return [Path(cache) for cache in (named, constants.HF_HUB_CACHE) if cache]
