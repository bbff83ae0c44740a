"""Where results go: looked at before the work begins, since it may take hours."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detector import files, streams
from detector.errors import InputError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from detector.readers import Source

_STDOUT = "-"


def check_outputs(
    inputs: Sequence[str],
    tables: Mapping[str, str | None],
    reduced: str | None,
    report: str | None = None,
) -> None:
    """Refuse outputs that could not be written, or that would overwrite something needed.

    Args:
        inputs: what is read.
        tables: option to the file of rows it names; None where it is not given.
        reduced: file or folder of --apply, or None.
        report: file of --report, or None.

    Raises:
        UsageError: if an output is an input or another output, or cannot hold what it gets.
        InputError: if an input is missing, or an output's folder.
        MissingExtraError: if the package that writes a format is not installed.
    """
    from detector.readers import Source
    from detector.readers.expand import expand
    from detector.writers import check_path

    sources = [source for source in expand(inputs) if isinstance(source, Source)]
    named = {option: path for option, path in tables.items() if path is not None}
    for path in named.values():
        if path != _STDOUT:
            _check_writer(check_path(path), path)
            _check_place(path)
    if reduced is not None:
        _check_reduced(reduced, sources)
        named["--apply"] = reduced
    if report is not None:
        if not report.lower().endswith((".html", ".htm")):
            raise UsageError(f"--report {report}: a report is a page; give it the ending .html")
        _check_place(report)
        named["--report"] = report
    _refuse_shared(named)
    _refuse_inputs(named, [source.path for source in sources if source.path])
    _refuse_folders(named, [Path(name) for name in inputs if Path(name).is_dir()])


def _check_writer(kind: str, path: str) -> None:
    if kind == "parquet":
        try:
            import pyarrow  # noqa: F401 - looked for
        except ImportError:
            raise MissingExtraError("writing Parquet", "pyarrow", "parquet") from None
    if path.lower().endswith(".zst"):
        streams.zstandard("writing .zst")


def _check_place(path: str) -> None:
    target = Path(path)
    if target.is_dir():
        problem = errno.EISDIR
    elif not target.parent.is_dir():
        problem = errno.ENOENT
    elif not target.exists() and not os.access(target.parent, os.W_OK):
        problem = errno.EACCES
    else:
        return
    raise InputError(files.why(OSError(problem, os.strerror(problem)), writing=True), path)


def _check_reduced(path: str, sources: Iterable[Source]) -> None:
    if path == _STDOUT:
        raise UsageError("--apply -: name a file or a new folder")
    kind = files.split_name(Path(path).name)[0]
    if not kind or Path(path).is_dir():
        if Path(path).suffix in files.COMPRESSIONS or Path(path).is_file():
            raise UsageError(f"{path}: unknown ending; name a data file or a new folder")
        if Path(path).is_dir() and any(Path(path).iterdir()):
            raise UsageError(f"{path}: is there already and not empty; name a new folder")
        return
    _check_place(path)
    for source in sources:
        if kind in ("text", "html"):
            raise UsageError(f"{path}: articles in files of their own need a folder; name one")
        if source.format != kind:
            raise UsageError(
                f"{path}: {source.name} is of another format, which a reduced corpus keeps;"
                " name a file with its ending, or a folder"
            )


def _refuse_shared(named: Mapping[str, str]) -> None:
    seen: dict[object, str] = {}
    for option, path in named.items():
        place = path if path == _STDOUT else Path(path).resolve()
        if isinstance(place, Path) and place.exists() and files.is_stream(place):
            continue
        if place in seen:
            where = "standard output" if path == _STDOUT else path
            raise UsageError(f"{seen[place]} and {option} both go to {where}; name two places")
        seen[place] = option


def _refuse_inputs(named: Mapping[str, str], inputs: Iterable[Path]) -> None:
    read = {path.resolve() for path in inputs}
    for option, path in named.items():
        if path != _STDOUT and Path(path).resolve() in read:
            raise UsageError(f"{option} {path}: is the input, which stays as it is; name another")


def _refuse_folders(named: Mapping[str, str], folders: Iterable[Path]) -> None:
    """What lies in a folder that is read would be read the next time."""
    for option, path in named.items():
        for folder in folders:
            if path != _STDOUT and Path(path).resolve().is_relative_to(folder.resolve()):
                raise UsageError(
                    f"{option} {path}: lies in the input folder {folder}, and would be read"
                    " with it the next time; name another place"
                )
