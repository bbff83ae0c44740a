"""Options that several commands share, and how they become a `Config`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from detector.config import Config


class _Percent(click.ParamType[float]):
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
            self.fail(f"{value!r} is not between 0% and 100%", param, ctx)
        return number


percent = _Percent()


def configured(options: Mapping[str, Any]) -> Config:
    """The configuration file, if one is given, with the options of the command over it."""
    from detector.config import Config
    from detector.readers.preset import parse_fields

    config = Config.from_toml(options["toml"]) if options.get("toml") else Config()
    read, semantic, cluster = config.read, config.semantic, config.cluster
    if options.get("fields"):
        read = dataclasses.replace(read, fields=parse_fields(options["fields"]))
    if options.get("on_error"):
        read = dataclasses.replace(read, on_error=options["on_error"])
    if options.get("model"):
        semantic = dataclasses.replace(semantic, model=options["model"])
    if options.get("keep"):
        cluster = dataclasses.replace(cluster, keep=options["keep"])
    jobs = config.jobs if options.get("jobs") is None else options["jobs"]
    return dataclasses.replace(config, read=read, semantic=semantic, cluster=cluster, jobs=jobs)
