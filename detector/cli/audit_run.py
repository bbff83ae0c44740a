"""``detector audit run``: the audit itself."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from detector.cli import stdout
from detector.cli.audit_log import Log
from detector.cli.options import examples

if TYPE_CHECKING:
    from detector.audit.auditing import Outcome

_INTERRUPTED = 130


@click.command(
    epilog=examples(
        "detector audit run audit.toml",
        "detector audit run audit.toml --if-due 24h --log json",
        "detector audit run audit.toml --dry-run",
    )
)
@click.argument("config", default="audit.toml", metavar="[CONFIG]")
@click.option("--if-due", metavar="24h", help="Only if the last run began so long ago.")
@click.option("--since", metavar="7d", help="Pass over articles published before: a day or a span.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print run.json, not the run's folder.")
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    help="A line a stage on stderr. [default: bars on a terminal, else text]",
)
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but what went wrong.")
def run(config: str, **options: Any) -> None:
    """Audit what CONFIG names, and keep the result as a run.

    Only what is new or changed since the last run is read, and compared with all before. A
    run that was interrupted goes on where it was left. CONFIG is audit.toml by default.

    The exit code is 1 if a gate tripped, or if another run is going on and --if-due is not
    given; 3 if somebody could not be told of a run, which the next call tries again.
    """
    from detector.errors import DetectorError

    log = Log(options["log"], quiet=options["quiet"])
    try:
        status = _run(config, log, options)
    except DetectorError as error:
        if not log.json:
            raise
        log.failed(str(error))
        status = error.exit_code
    raise click.exceptions.Exit(status)


def _run(path: str, log: Log, options: dict[str, Any]) -> int:
    from detector.audit import durations
    from detector.audit.auditing import Auditing
    from detector.audit.config import AuditConfig
    from detector.audit.lock import RunningError

    config = AuditConfig.from_toml(path)
    due = durations.parse(options["if_due"], "--if-due") if options["if_due"] else None
    auditing = Auditing(config, log)
    if options["dry_run"]:
        for line in _planned(auditing, options["since"] or "", due):
            click.echo(line)
        return 0
    try:
        with log.open():
            outcome = auditing.run(options["since"] or "", due)
    except RunningError as error:
        if due is None:
            raise
        log.note(str(error))
        return 0
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            click.echo(err=True)  # below the ^C of the terminal
        log.note("Interrupted; the next call of audit run goes on from here.")
        return _INTERRUPTED
    return _told(outcome, log, as_json=options["as_json"])


def _told(outcome: Outcome, log: Log, *, as_json: bool) -> int:
    if outcome.run is None:
        assert outcome.due is not None
        log.note(f"Nothing to do: the next run is due at {outcome.due:%Y-%m-%d %H:%M %Z}.")
        return _untold(outcome, log)
    record = outcome.run.record
    log.ended(record, str(outcome.run.path))
    with stdout.reader_may_leave():
        shown = json.dumps(record, ensure_ascii=False) if as_json else str(outcome.run.path)
        click.echo(shown)
    for trip in record["gates"]:
        log.failed(f"gate {trip['gate']}: {trip['message']}")
    status = _untold(outcome, log)
    return 1 if outcome.tripped else status


def _untold(outcome: Outcome, log: Log) -> int:
    from detector.audit.notify import NotifyError

    for failure in outcome.untold:
        log.failed(failure)
    return NotifyError.exit_code if outcome.untold else 0


def _planned(auditing: Any, since: str, due: timedelta | None) -> Any:
    from detector.audit.planning import planned

    return planned(auditing, since, due)
