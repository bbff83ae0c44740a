"""``detector index remove``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from detector.cli.options import examples, quiet_option


@click.command(
    epilog=examples(
        "detector index remove news.index songhong-f20e kinhte-7563",
        "detector index remove news.index --from withdrawn.txt",
    )
)
@click.argument("folder", metavar="DIR")
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--from", "path", metavar="FILE", help="One id a line, or rows with a column id.")
@quiet_option
def remove(folder: str, ids: tuple[str, ...], path: str | None, quiet: bool) -> None:
    """Take articles out, with all that is known of them.

    An ID of - stands for ids on standard input, one a line. FILE is .txt, or .jsonl, .csv or
    .parquet. If one id is not in the index, none is taken out.
    """
    from detector.errors import UsageError
    from detector.pipeline import Detector

    named = [name for given in ids for name in (_lines("-") if given == "-" else [given])]
    if path is not None:
        named += _named(path)
    if not named and path is None and not ids:
        raise UsageError("name the articles: ID..., - or --from FILE")
    with Detector.open(folder, create=False) as detector:
        count = detector.remove(dict.fromkeys(named))
    if not quiet:
        click.echo(f"{count:,} article{'s' * (count != 1)} removed from {folder}.", err=True)


def _named(path: str) -> Iterator[str]:
    from detector.cli.tablefiles import records
    from detector.errors import InputError

    if path == "-" or Path(path).suffix.lower() == ".txt":
        yield from _lines(path)
        return
    for number, row in enumerate(records(path, ["id"]), 1):
        name = row.get("id")
        if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
            raise InputError("no id; every row needs one", f"{path}:{number}")
        yield str(name)


def _lines(path: str) -> Iterator[str]:
    from detector import files
    from detector.errors import InputError

    try:
        with click.open_file(path, "rb") as file:
            lines = file.read().decode("utf-8").split("\n")
    except OSError as error:
        raise InputError(files.why(error), path) from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8; write one id a line in UTF-8", path) from error
    yield from (name for line in lines if (name := line.removesuffix("\r")).strip())
