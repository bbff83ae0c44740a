"""What the user named, as an ordered list of things to read."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from detector import files
from detector.errors import InputError, UsageError
from detector.readers.source import Input, Source

STDIN = "<stdin>"


def expand(
    inputs: Sequence[Input], on_note: Callable[[InputError], None] | None = None
) -> list[Source | InputError]:
    """Every file behind `inputs`: as given, and sorted by path within a folder.

    Folders are read recursively; hidden files are left out. A part of a folder that cannot
    be read is an `InputError` in the list, before the folder's files; what is in it but of no
    known kind goes to `on_note`.

    Raises:
        InputError: if something that was named is missing, unreadable or empty.
        UsageError: if a file has an unknown ending, or is named twice.
    """
    found: list[Source | InputError] = []
    for item in [inputs] if isinstance(inputs, (str, Path)) else inputs:
        found += _expand(item, on_note or (lambda _: None))
    seen: set[object] = set()
    for source in found:
        if isinstance(source, InputError):
            continue
        place = source.path.resolve() if source.path else source.stream
        if place in seen:
            raise UsageError(f"{source.name}: is named twice in the input; name it once")
        seen.add(place)
    return _keyed(found)


@contextmanager
def spool(stream: BinaryIO | None = None) -> Iterator[Source]:
    """Standard input, or another stream of JSON lines, in a temporary file.

    So it can be read twice, as `write_reduced` must. The file is gone behind the block.

    Raises:
        InputError: if the stream breaks off or the disk is full.
    """
    with TemporaryDirectory(prefix="detector-") as folder:
        path = Path(folder) / "stdin.jsonl"
        try:
            with path.open("wb") as copy:
                shutil.copyfileobj(stream or sys.stdin.buffer, copy, 1 << 20)
        except OSError as error:
            raise InputError(files.why(error, writing=True), STDIN) from error
        yield Source(STDIN, "jsonl", path, relative=path.name)


def _expand(item: Input, note: Callable[[InputError], None]) -> list[Source | InputError]:
    if isinstance(item, Source):
        return [item]
    if item == "-":
        return [Source(STDIN, "jsonl", stream=sys.stdin.buffer, relative="stdin.jsonl")]
    if not isinstance(item, (str, Path)):
        name = getattr(item, "name", None)
        name = name if isinstance(name, str) else "<stream>"
        return [Source(name, "jsonl", stream=item, relative="stream.jsonl")]
    path = Path(item)
    try:
        if path.is_dir():
            return _folder(path, note)
        if files.is_stream(path):
            return [Source(str(path), "jsonl", path, relative="stream.jsonl")]
    except FileNotFoundError:
        raise InputError("no such file or folder; check the path", str(path)) from None
    except OSError as error:
        raise InputError(files.why(error), str(path)) from error
    kind = files.split_name(path.name)[0]
    if not kind:
        raise UsageError(f"{path}: unknown ending; known are {_known()}")
    return [Source(_shown(path), kind, path, relative=_shown(path.name))]


def _folder(folder: Path, note: Callable[[InputError], None]) -> list[Source | InputError]:
    errors: list[OSError] = []
    named: list[tuple[str, Path]] = []
    others: list[str] = []
    for parent, below, names in os.walk(folder, onerror=errors.append):
        below[:] = [name for name in below if not name.startswith(".")]
        for path in (Path(parent) / name for name in names if not name.startswith(".")):
            relative = _shown(path.relative_to(folder).as_posix())
            if files.split_name(path.name)[0]:
                named.append((relative, path))
            else:
                others.append(relative)
    found: list[Source | InputError] = []
    for error in sorted(errors, key=lambda error: str(error.filename)):
        where = Path(error.filename or folder)
        problem = InputError(files.why(error), _shown(where))
        if where == folder:
            raise problem from error
        found.append(problem)
    if not named and not found:
        raise InputError(f"nothing in this folder can be read; known are {_known()}", str(folder))
    if others:
        count = "1 file is" if len(others) == 1 else f"{len(others)} files are"
        some = ", ".join(sorted(others)[:3]) + (", …" if len(others) > 3 else "")
        note(InputError(f"{count} of no known kind and not read: {some}", _shown(folder)))
    for relative, path in sorted(named):
        kind = files.split_name(path.name)[0]
        found.append(Source(_shown(path), kind, path, relative=relative))
    return found


def _keyed(found: list[Source | InputError]) -> list[Source | InputError]:
    """Give each text and HTML file its id: the shortest name that no other one has."""
    single = [s for s in found if isinstance(s, Source) and s.format in ("text", "html")]
    stems = Counter(Path(s.relative).stem for s in single)
    relatives = Counter(s.relative for s in single)
    keyed: list[Source | InputError] = []
    for source in found:
        if isinstance(source, Source) and source.format in ("text", "html"):
            key = Path(source.relative).stem
            if stems[key] > 1:
                unique = relatives[source.relative] == 1
                key = source.relative if unique else Path(source.name).as_posix()
            keyed.append(replace(source, key=key))
        else:
            keyed.append(source)
    return keyed


def _shown(path: str | Path) -> str:
    """A path as text that can be printed and compared: NFC, undecodable bytes replaced."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "replace"))


def _known() -> str:
    return ", ".join(sorted(files.FORMATS)) + "; .jsonl and .csv also with .gz or .zst"
