"""``detector audit timer``: what starts the audit by itself."""

from __future__ import annotations

import click

from detector.cli.options import examples


@click.command(
    epilog=examples(
        "detector audit timer --cron --at 02:30",
        "detector audit timer --systemd audit.toml",
        "detector audit timer --kubernetes --image example.org/detector:1",
    )
)
@click.argument("config", default="audit.toml", metavar="[CONFIG]")
@click.option("--systemd", is_flag=True, help="A service and its timer.")
@click.option("--cron", is_flag=True, help="A line of a crontab.")
@click.option("--kubernetes", is_flag=True, help="A CronJob.")
@click.option("--at", "time", default="02:30", show_default=True, metavar="HH:MM", help="When.")
@click.option(
    "--if-due",
    default="20h",
    show_default=True,
    metavar="SPAN",
    help="Not if the last run began less than this ago.",
)
@click.option("--image", metavar="NAME", help="For --kubernetes: an image with detector in it.")
@click.option(
    "--claim",
    default="detector-audit",
    show_default=True,
    metavar="NAME",
    help="For --kubernetes: the volume claim with CONFIG and all that it names.",
)
def timer(
    config: str, time: str, if_due: str, image: str | None, claim: str, **kinds: bool
) -> None:
    """Print what starts the audit of CONFIG every day.

    Nothing is installed: save what is printed where its first lines say.
    """
    from dataclasses import replace

    from detector.audit import durations, timers
    from detector.audit.config import AuditConfig
    from detector.errors import UsageError

    if sum(kinds.values()) != 1:
        raise UsageError("say for what, and for one alone: --systemd, --cron or --kubernetes")
    AuditConfig.from_toml(config)  # what is started at night should be told wrong by day
    durations.parse(if_due, "--if-due")
    made = replace(timers.Timer.at(config, time), due=if_due)
    if kinds["kubernetes"]:
        if image is None:
            raise UsageError("--kubernetes: name an image with detector in it with --image")
        click.echo(timers.kubernetes(made, image, claim), nl=False)
    else:
        click.echo((timers.cron if kinds["cron"] else timers.systemd)(made), nl=False)
