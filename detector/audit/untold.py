"""Who is still to be told of a run: written down before it ends, struck out once done.

So a run that was killed before anybody heard of it, or whose webhook did not answer, is told of
by a later call.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detector import files
from detector.audit.config import NotifyConfig
from detector.audit.disk import read_json, write_json
from detector.audit.runs import Run
from detector.errors import InputError

UNTOLD = "untold.json"

#: Who can be told, in the order in which they are.
CHANNELS = ("webhook", "command")

_NEWS = ("new_articles", "gone_articles", "new_pairs", "gone_pairs", "relabelled_pairs")


def expected(config: NotifyConfig, record: Mapping[str, Any]) -> tuple[str, ...]:
    """Who is to be told of a run; nobody where it is no occasion."""
    changes, gates = record["changes"], bool(record["gates"])
    changed = gates or changes is None or any(changes[name] for name in _NEWS)
    occasion = {"always": True, "changes": changed, "gates": gates}[config.when]
    return named(config) if occasion else ()


def named(config: NotifyConfig) -> tuple[str, ...]:
    """Who can be told at all."""
    there = {"webhook": config.webhook_env, "command": config.command}
    return tuple(channel for channel in CHANNELS if there[channel])


def write(folder: Path, channels: tuple[str, ...]) -> None:
    """Write down who is to be told of the run in a folder; no file where nobody is.

    Raises:
        InputError: if that cannot be written.
    """
    path = folder / UNTOLD
    try:
        if channels:
            write_json(path, {"untold": list(channels)})
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(files.why(error, writing=True), str(path)) from error


def left(run: Run) -> tuple[str, ...]:
    """Who is still to be told of a run."""
    if not (run.path / UNTOLD).is_file():
        return ()
    try:
        there = read_json(run.path / UNTOLD).get("untold", ())
    except InputError:  # damaged: to tell twice is better than not at all
        return CHANNELS
    return tuple(channel for channel in CHANNELS if channel in there)
