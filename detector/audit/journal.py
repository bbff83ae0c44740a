"""What a run has done so far, so that it can go on after a kill."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from detector.audit.disk import read_json, write_json
from detector.audit.runs import PARTIAL
from detector.errors import InputError

JOURNAL = "journal.json"


class Journal:
    """The finished stages of a run that has not ended, on the disk.

    Attributes:
        folder: of the run.
        run: its id.
    """

    def __init__(self, folder: Path, content: dict[str, Any]) -> None:
        self.folder = folder
        self.run = folder.name.removesuffix(PARTIAL)
        self._content = content
        self._begun = time.perf_counter()

    @classmethod
    def begun(
        cls, folder: Path, now: datetime, about: Mapping[str, Any], since: str = ""
    ) -> Journal:
        """Begin the journal of a new run.

        Args:
            folder: of the run.
            now: when it begins.
            about: what must be the same for the run to go on.
            since: the moment that ``--since`` meant then, ISO 8601; or empty.
        """
        starts = [_iso(now)]
        made = cls(folder, {"about": dict(about), "since": since, "starts": starts, "stages": {}})
        made._save()
        return made

    @classmethod
    def resumed(cls, folder: Path, now: datetime, about: Mapping[str, Any]) -> Journal | None:
        """Take up the journal of a run; None if it cannot go on, since `about` is another.

        Raises:
            InputError: if a start cannot be written down.
        """
        try:
            content = read_json(folder / JOURNAL)
        except InputError:  # killed before it was begun
            return None
        if content.get("about") != dict(about) or "stages" not in content:
            return None
        content["starts"].append(_iso(now))
        made = cls(folder, content)
        made._save()
        return made

    @property
    def started(self) -> str:
        """When the run began, ISO 8601."""
        return str(self._content["starts"][0])

    @property
    def since(self) -> str:
        """Articles published before are passed over, ISO 8601; empty where none are."""
        return str(self._content["since"])

    @property
    def resumes(self) -> int:
        """How often it was taken up again."""
        return len(self._content["starts"]) - 1

    @property
    def finished(self) -> tuple[str, ...]:
        """The stages that are done, in order."""
        return tuple(self._content["stages"])

    @property
    def seconds(self) -> dict[str, float]:
        """How long each finished stage took, in its last and successful try."""
        return {name: stage["seconds"] for name, stage in self._content["stages"].items()}

    @property
    def elapsed(self) -> float:
        """Seconds since the stage began that is being done."""
        return time.perf_counter() - self._begun

    def told(self, stage: str) -> dict[str, Any]:
        """What a finished stage wrote down."""
        found: dict[str, Any] = self._content["stages"][stage]["told"]
        return found

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, Any]]:
        """Do a stage: it counts as finished, with what was put down, if the block ends well."""
        self._begun = time.perf_counter()
        told: dict[str, Any] = {}
        yield told
        self._content["stages"][name] = {"seconds": round(self.elapsed, 3), "told": told}
        self._save()

    def _save(self) -> None:
        write_json(self.folder / JOURNAL, self._content)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
