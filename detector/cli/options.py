"""Options that several commands share, and how they become a `Config`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from detector.config import Config

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


def pass_options(command: _Command) -> _Command:
    """Add the options of every command that runs a pass."""
    for option in reversed(
        (
            click.option(
                "--model",
                metavar="NAME",
                help="static, transformer, none (copies only), a folder or a hub id. "
                "[default: static]",
            ),
            click.option(
                "--verify-model",
                metavar="NAME",
                help="Second opinion on doubtful pairs: transformer, a folder or a hub id.",
            ),
            click.option("--config", "toml", metavar="TOML", help="Options of every stage."),
            click.option(
                "--fields", metavar="text=body,…", help="Which of your keys is which field."
            ),
            click.option(
                "--on-error",
                type=click.Choice(["fail", "skip"]),
                help="Stop at a bad record, or leave it out and say so. [default: fail]",
            ),
            click.option(
                "--jobs",
                type=click.IntRange(0),
                metavar="N",
                help="Processes. [default: one a core]",
            ),
        )
    ):
        command = option(command)
    return command


def configured(options: Mapping[str, Any]) -> Config:
    """The configuration file, if one is given, with the options of the command over it.

    Raises:
        UsageError: if the file or an option cannot be used.
    """
    from detector.config import Config
    from detector.readers.preset import parse_fields

    config = Config.from_toml(options["toml"]) if options.get("toml") else Config()
    read, semantic, cluster = config.read, config.semantic, config.cluster
    verify = config.verify
    if options.get("fields"):
        read = dataclasses.replace(read, fields=parse_fields(options["fields"]))
    if options.get("on_error"):
        read = dataclasses.replace(read, on_error=options["on_error"])
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
