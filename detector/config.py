"""Every option of every stage, frozen, with the reason for its default."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from detector.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

_KINDS: Mapping[type, str] = {
    bool: "true or false",
    dict: "a table",
    float: "a number",
    int: "a whole number",
    list: "a list",
    str: "text",
}

#: What `ClusterConfig.keep` may be.
LEVELS = ("duplicates", "syndication", "events")


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """How records become articles."""

    fields: Mapping[str, str] = field(default_factory=dict)  # article field -> input key
    timezone: str = "+07:00"  # of times without one: the first users publish in Vietnam
    on_error: str = "fail"  # or "skip": leave the record out, count it, say so


@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How recurring lines of an outlet are told from its articles."""

    recurring_articles: int = 4  # a line in so many different articles of an outlet is furniture
    recurring_length: int = 160  # characters; a longer line is a paragraph


@dataclass(frozen=True, slots=True)
class LexicalConfig:
    """Shingles, MinHash and LSH."""

    shingle: int = 5  # words; Vietnamese words are syllables, so some 2.5 dictionary words
    permutations: int = 128
    seed: int = 1
    bands: int = 32  # with rows=4, a pair at resemblance .5 is found with p = .87
    rows: int = 4
    sample: int = 8  # one shingle in so many is kept to find containment (Broder's mod m)
    bucket: int = 50  # a shingle or band shared by more articles is a template: links are capped

    def __post_init__(self) -> None:
        """Refuse what no index can be built from."""
        for name in ("shingle", "permutations", "bands", "rows", "sample"):
            _at_least(1, f"lexical.{name}", getattr(self, name))
        _at_least(2, "lexical.bucket", self.bucket)
        if self.bands * self.rows > self.permutations:
            raise ConfigError(
                f"lexical.bands: {self.bands} bands of {self.rows} rows need "
                f"{self.bands * self.rows} permutations; there are {self.permutations}"
            )


@dataclass(frozen=True, slots=True)
class SemanticConfig:
    """Encoder and neighbours."""

    model: str = "static"  # static, transformer, none, a folder or a hub id
    neighbours: int = 10  # nearest articles looked at in each language
    margin_neighbours: int = 4  # k of the ratio margin (Artetxe & Schwenk 2019)
    # Reads articles in languages that `model` does not serve, if it can be had: a transformer's
    # folder or hub id; "none" compares them by their words alone.
    other_languages: str = "transformer"

    def __post_init__(self) -> None:
        """Refuse neighbourhoods that say nothing."""
        _at_least(2, "semantic.neighbours", self.neighbours)
        _at_least(1, "semantic.margin_neighbours", self.margin_neighbours)


@dataclass(frozen=True, slots=True)
class VerifyConfig:
    """When a candidate pair is kept."""

    threshold: float = 0.5  # calibrated probability
    model: str = ""  # asked for a second opinion on doubtful pairs; "" asks nobody

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        if not 0 < self.threshold < 1:
            raise ConfigError(f"verify.threshold: must be between 0 and 1, not {self.threshold}")


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """How verified pairs are linked into clusters."""

    component: int = 2000  # articles; a larger candidate component is cut, and reported
    keep: str = "duplicates"  # one canonical article per cluster of this level

    def __post_init__(self) -> None:
        """Refuse levels and sizes that do not exist."""
        _at_least(2, "cluster.component", self.component)
        if self.keep not in LEVELS:
            raise ConfigError(
                f"cluster.keep: must be one of {', '.join(LEVELS)}, not {self.keep!r}"
            )


@dataclass(frozen=True, slots=True)
class Config:
    """One frozen dataclass a stage, and the number of processes."""

    read: ReadConfig = field(default_factory=ReadConfig)
    clean: CleanConfig = field(default_factory=CleanConfig)
    lexical: LexicalConfig = field(default_factory=LexicalConfig)
    semantic: SemanticConfig = field(default_factory=SemanticConfig)
    verify: VerifyConfig = field(default_factory=VerifyConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    jobs: int = 0  # processes; 0 is one a core

    def __post_init__(self) -> None:
        """Refuse fewer than no processes."""
        _at_least(0, "jobs", self.jobs)

    @classmethod
    def from_toml(cls, path: str | Path) -> Config:
        """Read ``[lexical]``, ``[semantic]``… tables; what is not named keeps its default.

        Raises:
            ConfigError: if the file cannot be read, or a key or type is wrong; the message
                names the nearest right key.
        """
        return from_toml(cls, path)

    @classmethod
    def from_plain(cls, content: Mapping[str, Any], where: str) -> Config:
        """What ``dataclasses.asdict`` gave of a config, as a store keeps it.

        Raises:
            ConfigError: if a key or type is wrong; the message begins with `where`.
        """
        return _build(cls, content, where, "")

    def difference(self, other: Config) -> str:
        """The options in which another config differs, as ``lexical.bands 32, not 16; …``."""
        mine, others = dataclasses.asdict(self), dataclasses.asdict(other)
        found = []
        for table, values in mine.items():
            pairs = values if isinstance(values, dict) else {"": values}
            for key, value in pairs.items():
                theirs = others[table].get(key) if isinstance(values, dict) else others[table]
                if value != theirs and table != "jobs":
                    found.append(f"{table}{'.' if key else ''}{key} {value!r}, not {theirs!r}")
        return "; ".join(found)

    def fingerprint(self) -> str:
        """Digest of every option that can change a result: the same for equal options."""
        content = dataclasses.asdict(self)
        del content["jobs"]
        return hashlib.blake2b(
            json.dumps(content, sort_keys=True).encode(), digest_size=8
        ).hexdigest()


def from_toml(cls: type[T], path: str | Path) -> T:
    """Read a dataclass whose fields are options, or tables that are dataclasses themselves.

    Raises:
        ConfigError: if the file cannot be read, or a key or type is wrong; the message
            names the nearest right key.
    """
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return _build(cls, content, str(path), "")


def _at_least(least: int, name: str, value: int) -> None:
    if value < least:
        raise ConfigError(f"{name}: must be at least {least}, not {value}")


def _build(cls: type[T], content: Mapping[str, Any], path: str, table: str) -> T:
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in content.items():
        where = f"{path}: {table}{key}"
        if key not in hints:
            near = difflib.get_close_matches(key, hints, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(hints))}"
            raise ConfigError(f"{where}: unknown option; {hint}")
        wanted = hints[key]
        if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
            if not isinstance(value, dict):
                raise ConfigError(f"{where}: must be a table")
            values[key] = _build(wanted, value, path, f"{table}{key}.")
        else:
            values[key] = _checked(wanted, value, where)
    try:
        return cls(**values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _checked(wanted: Any, value: Any, where: str) -> Any:
    shape, kind = get_origin(wanted) or wanted, get_args(wanted)
    if shape is UnionType:  # `float | None`: what is not named is None
        return _checked(kind[0], value, where)
    if shape is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    plain = {tuple: list, Mapping: dict}.get(shape, shape)
    if not isinstance(value, plain) or (isinstance(value, bool) and plain is not bool):
        raise ConfigError(f"{where}: must be {_KINDS[plain]}, not {value!r}")
    if plain is list:
        return tuple(_checked(kind[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if plain is dict and kind:
        return {key: _checked(kind[1], item, f"{where}.{key}") for key, item in value.items()}
    return value
