"""How far an audit is: bars on a terminal, one line a stage elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from detector.cli.console import Console, Progress

_BARS = {
    "read": "Reading",
    "add": "Adding",
    "detect": "Listing",
    "compare": "Comparing",
    "report": "Reporting",
}
_COUNTS = {
    "read": ("read", "new", "changed", "known", "older", "unread"),
    "add": ("articles", "expired"),
    "detect": ("rows", "pairs"),
}
_FORMS = ("text", "json")


class Log:
    """Tells of a run on standard error.

    Attributes:
        json: whether it speaks in JSON lines.
    """

    def __init__(self, form: str | None, *, quiet: bool) -> None:
        """Choose the form.

        Args:
            form: "text" or "json" lines; None is bars on a terminal, and text elsewhere.
            quiet: say nothing but errors.
        """
        self.json = form == "json"
        self._quiet = quiet
        self._bars = form is None and not quiet and sys.stderr.isatty()
        self._told: Progress | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Show bars while the block runs, where there are any."""
        with Console(quiet=not self._bars).progress() as told:
            self._told = told
            try:
                yield
            finally:
                self._told = None

    def progress(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage."""
        if self._told is not None:
            self._told(_BARS.get(stage, stage), done, total)

    def finished(self, stage: str, seconds: float, told: Mapping[str, Any]) -> None:
        """Say that a stage is done, with its counts."""
        counts = {name: told[name] for name in _COUNTS.get(stage, ()) if told.get(name) is not None}
        if self._bars:
            self.progress(stage, 1, 1) if stage in ("detect", "compare") else None
            return
        shown = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self._say(
            "stage",
            f"{stage}: {shown or 'done'} in {seconds:.1f} s",
            {"stage": stage, "seconds": seconds, "counts": counts},
        )

    def note(self, text: str) -> None:
        """Say something that a person should know."""
        self._say("note", text, {"message": text})

    def failed(self, text: str) -> None:
        """Say what went wrong, even when quiet."""
        if self.json:
            self._line("error", {"message": text})
        else:
            click.echo(f"Error: {text}", err=True)

    def ended(self, record: Mapping[str, Any], folder: str) -> None:
        """Say what a complete run came to."""
        figures, counts = record["figures"], record["counts"]
        pairs = sum(figures["pairs"].values())
        said = (
            f"run {record['id']}: {figures['articles']:,} articles ({counts['new']:,} new, "
            f"{counts['changed']:,} changed), {figures['duplicates']:,} "
            f"({figures['duplicate_rate']:.1%}) repeat another, {pairs:,} related pairs"
        )
        told = {"run": record["id"], "status": record["status"], "folder": folder}
        self._say("end", said, {**told, "counts": counts})

    def _say(self, event: str, text: str, told: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        if self.json:
            self._line(event, told)
        elif self._bars:
            click.echo(text, err=True)
        else:
            click.echo(f"{_now()} {text}", err=True)

    def _line(self, event: str, told: Mapping[str, Any]) -> None:
        line = {"at": _now(), "event": event, **told}
        click.echo(json.dumps(line, ensure_ascii=False), err=True)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
