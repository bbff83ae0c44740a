"""How long the first audit of a corpus takes, and those that follow it."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import footprint
import opening

_NEW = 0.01  # share of the articles that the second audit finds new

_TOML = '[sources]\nfiles = ["articles.jsonl"]\n'


def compared(file: Path, count: int, folder: Path) -> Iterator[dict[str, Any]]:
    """The first audit, one with a hundredth of the articles new, and one with nothing new.

    Args:
        file: so many articles as JSON lines.
        count: of them, those that the second audit ends with.
        folder: where the audits are made.

    Yields:
        A row for each: seconds by the clock and of the processors, by stage, and until its
        report is open in Chromium.
    """
    place = folder / f"audit-{count}"
    place.mkdir()
    (place / "audit.toml").write_text(_TOML, encoding="utf-8")
    new = round(count * _NEW)
    with file.open("rb") as lines:
        _append(place, list(islice(lines, count - new)))
        first = _run(place)
        yield {"audit": "first", "articles": count - new, **first}
        _append(place, list(islice(lines, new)))
        for name in ("with 1 % new", "with nothing new"):
            found = _run(place)
            yield {
                "audit": name,
                "articles": count,
                **found,
                "of the first": found["s"] / first["s"],
                "cpu of the first": found["cpu s"] / first["cpu s"],
            }


def _append(place: Path, lines: list[bytes]) -> None:
    with (place / "articles.jsonl").open("ab") as file:
        file.writelines(lines)


def _run(place: Path) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["-m", "detector", "audit", "run", str(place / "audit.toml"), "--quiet", "--json"]
    found = footprint.measured(command, watched=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stages: Mapping[str, float] = found.told["seconds"]  # type: ignore[assignment]
    report = place / "runs" / str(found.told["id"]) / "report.html"
    return {
        "s": found.seconds,
        "cpu s": cpu,
        **{f"{name} s": s for name, s in stages.items()},
        "report MB": report.stat().st_size / 1e6,
        **opening.opened(report),
    }
