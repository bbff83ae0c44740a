"""``detector audit``: what was run, what it found, and what changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detector.cli import stdout
from detector.cli.audit_run import run
from detector.cli.audit_timer import timer
from detector.cli.options import examples

if TYPE_CHECKING:
    from detector.audit.runs import Run, Runs

_CONFIG = "audit.toml"
_HEADINGS = ("RUN", "STATUS", "ARTICLES", "NEW", "REPEATS", "PAIRS", "SECONDS")

_runs_option = click.option(
    "--runs", "place", metavar="PLACE", help="Folder of runs, or the audit.toml that names it."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group(epilog=examples("detector audit run audit.toml"))
def audit() -> None:
    """Audit a growing corpus again and again, and say what changed.

    PLACE is audit.toml by default, RUN the last one. A run is named by its id, by the start
    of it, by its folder, or as last.
    """


audit.add_command(run)
audit.add_command(timer)


@audit.command("list", epilog=examples("detector audit list --json"))
@_runs_option
@_json_option
def list_(place: str | None, as_json: bool) -> None:
    """List the runs, the oldest first."""
    runs = _runs(place)
    if as_json:
        for found in runs.complete():
            click.echo(json.dumps(_listed(found), ensure_ascii=False))
        return
    from detector.audit.disk import read_json
    from detector.audit.journal import JOURNAL

    rows = [_HEADINGS, *(tuple(map(_cell, _listed(found).values())) for found in runs.complete())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number > 1 else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo("  ".join(cells).rstrip())
    partial = runs.partial()
    if partial is not None:
        there = (partial / JOURNAL).is_file()
        done = ", ".join(read_json(partial / JOURNAL).get("stages", ())) if there else ""
        click.echo(f"{partial.stem}  not ended; done so far: {done or 'nothing yet'}")


@audit.command(epilog=examples("detector audit show", "detector audit show 20261102 --json"))
@click.argument("run", default="last", metavar="[RUN]")
@_runs_option
@_json_option
def show(run: str, place: str | None, as_json: bool) -> None:
    """Print what a run came to."""
    found = _runs(place).find(run)
    with stdout.reader_may_leave():
        if as_json:
            click.echo(json.dumps(found.record, ensure_ascii=False))
        else:
            click.echo(found.report("markdown").read_text(encoding="utf-8"), nl=False)


@audit.command(epilog=examples("detector audit diff 20261101 last", "detector audit diff --json"))
@click.argument("a", required=False)
@click.argument("b", default="last", metavar="[B]")
@_runs_option
@_json_option
def diff(a: str | None, b: str, place: str | None, as_json: bool) -> None:
    """Say what changed from run A to run B.

    Without names, from the last run but one to the last.
    """
    from detector.audit.comparing import compared
    from detector.cli.audit_diff import told
    from detector.errors import UsageError

    runs = _runs(place)
    after = runs.find(b)
    before = runs.find(a) if a is not None else runs.before(after)
    if before is None:
        raise UsageError(f"{after.id} is the first run; there is none to compare it with")
    one, other = before.snapshot(), after.snapshot()
    found = compared(one, other)
    with stdout.reader_may_leave():
        if as_json:
            click.echo(json.dumps({"a": before.id, "b": after.id, **found.values()}))
        else:
            for line in told(before.id, after.id, found, one, other):
                click.echo(line)


@audit.command(
    epilog=examples(
        "detector audit report",
        "detector audit report last -o monday.html --against 20261026",
        "detector audit report 20261102 --markdown -o -",
    )
)
@click.argument("run", default="last", metavar="[RUN]")
@click.option("-o", "--output", metavar="FILE", help="Draw it anew, into a file; - is stdout.")
@click.option(
    "--against", metavar="RUN", help="Tell the changes since this run. [default: the one before it]"
)
@click.option("--markdown", is_flag=True, help="The report for a chat or a mail instead.")
@_runs_option
def report(
    run: str, output: str | None, against: str | None, markdown: bool, place: str | None
) -> None:
    """Print where the report of a run is, or draw it anew.

    With -o it is drawn as this version draws it, with the texts that the index holds now. With
    --against a week of nightly runs becomes one report.
    """
    from detector import files
    from detector.audit.redrawing import drawn
    from detector.errors import UsageError

    runs = _runs(place)
    found = runs.find(run)
    if output is None:
        if against is not None:
            raise UsageError("--against draws the report anew; say where to with -o")
        click.echo(found.report("markdown" if markdown else "report"))
        return
    before = runs.find(against) if against is not None else runs.compared_with(found)
    html, text = drawn(found, before, lambda told: click.echo(told, err=True))
    content = text.encode() if markdown else html
    if output == "-":
        with stdout.reader_may_leave():
            sys.stdout.buffer.write(content)
        return
    with files.atomic_output(output) as stream:
        stream.write(content)


@audit.command(
    epilog=examples("detector audit prune --keep 30", "detector audit prune --older 90d")
)
@click.option("--keep", type=click.IntRange(1), metavar="N", help="So many of the newest stay.")
@click.option("--older", metavar="90d", help="Runs that began longer ago go.")
@click.option("--dry-run", is_flag=True, help="Name them, and remove nothing.")
@_runs_option
def prune(keep: int | None, older: str | None, dry_run: bool, place: str | None) -> None:
    """Remove old runs and print their ids.

    Without options, those that [retention] of audit.toml lets go. The last run stays.
    """
    from datetime import datetime

    from detector.audit import durations, lock

    now = datetime.now().astimezone()
    before = now - durations.parse(older, "--older") if older else None
    if keep is None and older is None:
        keep = _retention(place)
    runs = _runs(place)
    if dry_run:
        for found in runs.outdated(keep or 0, before):
            click.echo(found.id)
        return
    with lock.held(runs.folder, now):
        for found in runs.outdated(keep or 0, before):
            runs.remove(found.path)
            click.echo(found.id)


def _runs(place: str | None) -> Runs:
    from detector.audit.config import AuditConfig
    from detector.audit.runs import Runs
    from detector.errors import UsageError

    if place is None and not Path(_CONFIG).is_file():
        raise UsageError(f"there is no {_CONFIG} here; name it, or a folder of runs, with --runs")
    path = Path(_CONFIG if place is None else place)
    runs = Runs(path if path.is_dir() else AuditConfig.from_toml(path).runs)
    for problem in runs.damaged():
        click.echo(problem, err=True)
    return runs


def _retention(place: str | None) -> int:
    from detector.audit.config import AuditConfig
    from detector.errors import UsageError

    path = Path(place or _CONFIG)
    if path.is_dir():
        raise UsageError("a folder of runs says nothing of retention; give --keep or --older")
    return AuditConfig.from_toml(path).retention.runs


def _listed(found: Run) -> dict[str, Any]:
    record = found.record
    return {
        "run": found.id,
        "status": record["status"],
        "articles": record["figures"]["articles"],
        "new": record["counts"]["new"],
        "repeats": record["figures"]["duplicates"],
        "pairs": sum(record["figures"]["pairs"].values()),
        "seconds": round(sum(record["seconds"].values()), 1),
    }


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,}"
