"""``detector index info``."""

from __future__ import annotations

import json
from typing import Any

import click

from detector.cli.options import examples


@click.command(epilog=examples("detector index info news.index"))
@click.argument("folder", metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
def info(folder: str, as_json: bool) -> None:
    """Say what an index holds and how it was made."""
    from detector.pipeline import Detector

    with Detector.open(folder, create=False, read_only=True) as detector:
        row = detector.info().row()
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    width = max(map(len, row))
    for name, value in row.items():
        click.echo(f"{name:<{width}}  {_told(name, value)}".rstrip())


def _told(name: str, value: Any) -> str:
    if name == "files":
        return ", ".join(f"{file} {size / 1e6:.1f} MB" for file, size in value.items() if size)
    if isinstance(value, dict):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return {True: "kept", False: "not kept"}[value] if isinstance(value, bool) else str(value)
