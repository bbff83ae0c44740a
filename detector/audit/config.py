"""What an audit reads, keeps, guards and tells: the options of ``audit.toml``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detector.audit import durations
from detector.config import LEVELS, Config, from_toml
from detector.errors import ConfigError

#: What `AuditConfig.format` may be: the ending of the files of rows and pairs.
FORMATS = ("jsonl", "jsonl.gz", "jsonl.zst", "parquet")

#: What `NotifyConfig.when` may be.
WHEN = ("always", "changes", "gates")


@dataclass(frozen=True, slots=True)
class SourcesConfig:
    """What is read. Without files, what other programs add to the index is audited."""

    files: tuple[str, ...] = ()  # files, folders, patterns such as news/*.jsonl; - is stdin
    batch: int = 1000  # articles added at once: what a kill can cost, and what memory holds

    def __post_init__(self) -> None:
        """Refuse batches of nothing."""
        if self.batch < 1:
            raise ConfigError(f"sources.batch: must be at least 1, not {self.batch}")


@dataclass(frozen=True, slots=True)
class GatesConfig:
    """Limits; a run over one of them ends with exit code 1. What is not named is not guarded."""

    duplicate_rate: float | None = None  # share of articles that copy one in their language
    source_duplicate_rate: float | None = None  # the same, of any one source
    sources: Mapping[str, float] = field(default_factory=dict)  # the same, of the sources named
    largest_cluster: int | None = None  # articles in one duplicate or syndication cluster
    source_kept: float | None = None  # least share of a source that the keep policy leaves
    low_confidence: float | None = None  # share of links that score under `low_score`
    low_score: float = 0.7  # at one half a pair is not linked at all
    unread: int | None = None  # records and files that could not be read
    growth: float | None = None  # articles more, as a share of those of the last run
    shrinkage: float | None = None  # articles fewer, as a share of those of the last run
    least: int = 20  # a source with fewer articles is not judged: one copy more would trip it

    def __post_init__(self) -> None:
        """Refuse shares that cannot be reached, and counts below nothing."""
        shares = ("duplicate_rate", "source_duplicate_rate", "source_kept", "low_confidence")
        named = {name: getattr(self, name) for name in (*shares, "low_score", "shrinkage")}
        named |= {f"sources.{name}": share for name, share in self.sources.items()}
        for name, share in named.items():
            if share is not None and not 0 <= share <= 1:
                raise ConfigError(f"gates.{name}: must be between 0 and 1, not {share}")
        for name in ("largest_cluster", "unread", "growth", "least"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ConfigError(f"gates.{name}: must be at least 0, not {value}")


@dataclass(frozen=True, slots=True)
class NotifyConfig:
    """Who is told of a finished run. Secrets stand in the environment, never in the file."""

    when: str = "always"  # "changes": or if a gate tripped; "gates": only then
    webhook_env: str = ""  # the environment's variable that holds the URL
    token_env: str = ""  # the one that holds a bearer token, if the webhook wants one
    timeout: float = 10.0  # seconds for each attempt
    attempts: int = 4  # with waits of 1, 2, 4… seconds between them
    wait: float = 1.0  # seconds before the second attempt
    give_up: str = "3d"  # a run so old is tried once more and no longer; empty never gives up
    command: tuple[str, ...] = ()  # a program and its arguments; no shell reads them
    command_timeout: float = 60.0  # seconds

    def __post_init__(self) -> None:
        """Refuse what is no occasion, and attempts that are none."""
        if self.when not in WHEN:
            raise ConfigError(f"notify.when: must be one of {', '.join(WHEN)}, not {self.when!r}")
        if self.attempts < 1:
            raise ConfigError(f"notify.attempts: must be at least 1, not {self.attempts}")
        for name in ("timeout", "command_timeout"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"notify.{name}: must be more than 0, not {getattr(self, name)}")
        if self.give_up:
            durations.parse(self.give_up, "notify.give_up")
        for name in ("webhook_env", "token_env"):
            value = getattr(self, name)
            if value and not value.isidentifier():
                raise ConfigError(
                    f"notify.{name}: must name a variable of the environment, such as "
                    "AUDIT_WEBHOOK; secrets do not belong into this file"
                )


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """What is forgotten when a run ends."""

    runs: int = 90  # complete runs that are kept; 0 keeps all
    articles: str = ""  # articles published longer ago leave the index: "365d"; empty keeps all

    def __post_init__(self) -> None:
        """Refuse what is no span of time."""
        if self.runs < 0:
            raise ConfigError(f"retention.runs: must be at least 0, not {self.runs}")
        if self.articles:
            durations.parse(self.articles, "retention.articles")


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """Everything that ``detector audit run`` is told, its paths relative to the file."""

    runs: str = "runs"  # folder with one folder a run
    index: str = "news.index"  # folder of what was seen before; made by the first run
    format: str = "jsonl"  # of rows and pairs: jsonl, jsonl.gz, jsonl.zst or parquet
    keep: str = "duplicates"  # one canonical article a cluster of this level
    sources: SourcesConfig = field(default_factory=SourcesConfig)
    gates: GatesConfig = field(default_factory=GatesConfig)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)
    detector: Config = field(default_factory=Config)  # options of every stage

    def __post_init__(self) -> None:
        """Refuse formats and levels that do not exist."""
        if self.format not in FORMATS:
            raise ConfigError(f"format: must be one of {', '.join(FORMATS)}, not {self.format!r}")
        if self.keep not in LEVELS:
            raise ConfigError(f"keep: must be one of {', '.join(LEVELS)}, not {self.keep!r}")

    @classmethod
    def from_toml(cls, path: str | Path) -> AuditConfig:
        """Read ``audit.toml``; relative paths become relative to its folder.

        Raises:
            ConfigError: if the file cannot be read, or a key or type is wrong; the message
                names the nearest right key.
        """
        config = from_toml(cls, path)
        home = Path(path).resolve().parent
        sources = dataclasses.replace(
            config.sources,
            files=tuple(f if f == "-" else str(home / f) for f in config.sources.files),
        )
        return dataclasses.replace(
            config, runs=str(home / config.runs), index=str(home / config.index), sources=sources
        )

    def digest(self) -> str:
        """Digest of every option that decides what a run holds: not where, nor how it is told."""
        content = dataclasses.asdict(self)
        for name in ("runs", "index", "notify", "retention"):
            del content[name]
        content["sources"]["files"] = [
            f if f == "-" else os.path.relpath(f, self.runs) for f in self.sources.files
        ]
        content["detector"] = self.detector.fingerprint()
        text = json.dumps(content, sort_keys=True).encode()
        return hashlib.blake2b(text, digest_size=8).hexdigest()
