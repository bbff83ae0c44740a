"""Small files of JSON on the disk: whole or not there, and there after a loss of power."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detector import files
from detector.errors import InputError


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file that people may read; it appears whole.

    Raises:
        InputError: if it cannot be written.
    """
    with files.atomic_output(path) as stream:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        stream.write(text.encode("utf-8", "replace") + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote.

    Raises:
        InputError: if it is missing or damaged.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(files.why(error), str(path)) from error
    except ValueError as error:
        raise InputError(f"is damaged: {error}", str(path)) from error
    if not isinstance(value, dict):
        raise InputError("is damaged: it holds no object", str(path))
    return value


def settled(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # a folder cannot be opened there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
