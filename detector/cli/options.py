"""Options that several commands share, and how they become a `Config`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from detector.config import Config, ReadConfig

    _Share = click.ParamType[float]
else:
    _Share = click.ParamType  # which takes no type at run time before click 8.4

_Command = TypeVar("_Command", bound=Callable[..., Any])

KEEP = ("duplicates", "syndication", "events")  # as in the configuration, which is not loaded yet


class _Percent(_Share):
    name = "percent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        try:
            text = str(value)
            number = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{value!r} is no share; write 5% or 0.05", param, ctx)
        if not 0 <= number <= 1:
            self.fail(f"{value!r} is not between 0% and 100%; write 5% or 0.05", param, ctx)
        return number


percent = _Percent()


def examples(*lines: str) -> str:
    """What stands below the help of a command."""
    head = "Examples" if len(lines) > 1 else "Example"
    return "\n".join(["\b", f"{head}:", *(f"  {line}" for line in lines)])


_MODEL = click.option(
    "--model",
    metavar="NAME",
    help="static, transformer, none (copies only), a folder or a hub id. [default: static]",
)
_VERIFY_MODEL = click.option(
    "--verify-model",
    metavar="NAME",
    help="Second opinion on doubtful pairs: transformer, a folder or a hub id.",
)
_CONFIG = click.option("--config", "toml", metavar="TOML", help="Options of every stage.")
_FIELDS = click.option("--fields", metavar="text=body,…", help="Which of your keys is which field.")
_ON_ERROR = click.option(
    "--on-error",
    type=click.Choice(["fail", "skip"]),
    help="Stop at a bad record, or leave it out and say so. [default: fail]",
)
_JOBS = click.option(
    "--jobs", type=click.IntRange(0), metavar="N", help="Processes. [default: one a core]"
)
_INDEX = click.option("--index", metavar="DIR", required=True, help="Folder of the index.")
_QUIET = click.option("--quiet", is_flag=True, help="No progress and no summary.")


def pass_options(command: _Command) -> _Command:
    """Add the options of every command that runs a pass."""
    return _with(command, _MODEL, _VERIFY_MODEL, _CONFIG, _FIELDS, _ON_ERROR, _JOBS)


def building_options(command: _Command) -> _Command:
    """Add the options of a command that makes an index."""
    return _with(command, _MODEL, _CONFIG, _FIELDS, _ON_ERROR, _JOBS)


def reading_options(command: _Command) -> _Command:
    """Add the options of every command that reads articles into an index that is there."""
    return _with(command, _FIELDS, _ON_ERROR)


def index_option(command: _Command) -> _Command:
    """Add ``--index DIR``."""
    return _with(command, _INDEX)


def quiet_option(command: _Command) -> _Command:
    """Add ``--quiet``."""
    return _with(command, _QUIET)


def _with(command: _Command, *added: Callable[[_Command], _Command]) -> _Command:
    for option in reversed(added):
        command = option(command)
    return command


def configured(options: Mapping[str, Any]) -> Config:
    """The configuration file, if one is given, with the options of the command over it.

    Raises:
        UsageError: if the file or an option cannot be used.
    """
    from detector.config import Config

    config = Config.from_toml(options["toml"]) if options.get("toml") else Config()
    semantic, verify, cluster = config.semantic, config.verify, config.cluster
    read = reading(config.read, options)
    if options.get("model") is not None:
        semantic = dataclasses.replace(semantic, model=options["model"])
    if options.get("verify_model") is not None:
        verify = dataclasses.replace(verify, model=options["verify_model"])
    if options.get("keep"):
        cluster = dataclasses.replace(cluster, keep=options["keep"])
    jobs = config.jobs if options.get("jobs") is None else options["jobs"]
    return dataclasses.replace(
        config, read=read, semantic=semantic, verify=verify, cluster=cluster, jobs=jobs
    )


def reading(read: ReadConfig, options: Mapping[str, Any]) -> ReadConfig:
    """How records are read, with the options of the command over it.

    Raises:
        UsageError: if an option cannot be used.
    """
    from detector.readers.preset import parse_fields

    if options.get("fields"):
        read = dataclasses.replace(read, fields=parse_fields(options["fields"]))
    if options.get("on_error"):
        read = dataclasses.replace(read, on_error=options["on_error"])
    return read
