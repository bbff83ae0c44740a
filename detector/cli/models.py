"""``detector models``: which models there are, where, and whether they are whole."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli.options import examples

if TYPE_CHECKING:
    from detector.models import Listed, Model


@click.group(epilog=examples("detector models list"))
def models() -> None:
    """Say which models there are, check and copy them. Nothing is downloaded."""


@models.command("list", epilog=examples("detector models list --json"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a model.")
def list_(as_json: bool) -> None:
    """List our models and those in the local hub cache."""
    from detector.models import available

    rows = list(available())
    if as_json:
        for row in rows:
            click.echo(json.dumps(_object(row), ensure_ascii=False))
    else:
        _print_table([_HEADINGS, *(_cells(row) for row in rows)])


@models.command(epilog=examples("detector models path static"))
@click.argument("name")
def path(name: str) -> None:
    """Print the folder of a model.

    NAME is one of ours, a folder or a hub id in the local cache. e5-small is made if it is
    not there yet.
    """
    from detector.models import resolve
    from detector.semantic.e5 import ensure

    model = resolve(name)
    ensure(model)
    click.echo(model.folder)


@models.command(epilog=examples("detector models verify"))
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Recompute the digests of NAME, or of all our models.

    The exit code is 4 if one is damaged.
    """
    from detector.errors import ModelError
    from detector.models import faults, present, resolve

    damaged: list[str] = []
    for model in [resolve(name)] if name else present():
        found = faults(model) if model.folder.is_dir() else {}
        click.echo(f"{model.name}  {model.digest}  {_state(model, bool(found))}")
        damaged += found.values()
    if damaged:
        raise ModelError("\n".join(damaged))


@models.command(epilog=examples("detector models export static my-model"))
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
def export(name: str, folder: Path) -> None:
    """Copy the model NAME into a new folder.

    Any program that loads sentence-transformers models can load FOLDER.
    """
    from detector import models as library
    from detector.semantic.e5 import ensure

    model = library.resolve(name)
    ensure(model)
    library.export(model, folder)
    click.echo(folder)


_DIGITS = 12  # of a digest in the table; --json has them all
_HEADINGS = ("NAME", "TIER", "DIMENSION", "LANGUAGES", "SIZE", "DIGEST", "WHERE")


def _state(model: Model, damaged: bool) -> str:
    if damaged:
        return "damaged"
    if not model.folder.is_dir():
        return "not made yet"
    return "whole" if model.files else "readable; no digest is recorded to compare with"


def _cells(row: Listed) -> tuple[str, ...]:
    name = f"{row.name} ({', '.join(row.aliases)})" if row.aliases else row.name
    languages = " ".join(row.languages) if row.languages is not None else "any"
    size = f"{row.size / 1e6:.1f} MB" if row.folder else "-"
    where = f"{row.folder} [{row.origin}]" if row.folder else row.hint
    digest = row.digest[:_DIGITS] or "-"
    return name, row.tier, str(row.dimension), languages, size, digest, where


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _object(row: Listed) -> dict[str, Any]:
    folder = str(row.folder) if row.folder else None
    return {**dataclasses.asdict(row), "folder": folder, "digest": row.digest or None}
