"""Language knowledge as data: one TOML file a language, one table a concept.

Code asks for a concept and loops over what the files say; it never names a language. A
third language is another file. `places.toml` and `outlets.toml` are shared by all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from detector.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SHARED = ("places", "outlets")


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """ISO 639-1 codes of the languages that have a file, sorted."""
    folder = resources.files(__name__)
    stems = (f.name[: -len(".toml")] for f in folder.iterdir() if f.name.endswith(".toml"))
    return tuple(sorted(stem for stem in stems if stem not in _SHARED))


def concept(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The table `name` of every language that has one, by language code.

    Raises:
        ConfigError: if a file is not TOML, or holds an empty list or table.
    """
    return {code: table(code)[name] for code in languages() if name in table(code)}


@lru_cache(maxsize=32)
def table(stem: str) -> Mapping[str, Any]:
    """One file of this folder, checked.

    Raises:
        ConfigError: if it is missing, not TOML, or holds an empty list or table.
    """
    file = resources.files(__name__) / f"{stem}.toml"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"lexicon/{stem}.toml: no such file") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"lexicon/{stem}.toml: {error}") from error
    _refuse_empty(content, f"lexicon/{stem}.toml")
    return content


def _refuse_empty(value: Any, where: str) -> None:
    if value in ({}, [], ""):
        raise ConfigError(f"{where}: is empty; fill it or leave it out")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_empty(inner, f"{where}: {key}")
    elif isinstance(value, list):
        for inner in value:
            _refuse_empty(inner, where)
