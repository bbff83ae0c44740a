"""The command line: parse, call, print. One file a command, loaded when it is called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

import click

from detector import __version__
from detector.errors import DetectorError

_COMMANDS = {
    "dedup": "Mark copies, translations and reports of one event in a corpus.",
    "evaluate": "Score a result against gold labels.",
    "explain": "Say why two articles are, or are not, related.",
    "models": "Say which models there are, check and copy them.",
}


class _Lazy(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="detector")
def detector() -> None:
    """Find copies, translations and reports of one event in news, and who had it first."""


def main() -> None:
    """Run the command line; every error becomes one line and an exit code."""
    if hasattr(signal, "SIGPIPE"):
        # `detector dedup … | head` ends quietly when head has read enough.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        status = detector.main(standalone_mode=False)
    except DetectorError as error:
        click.echo(f"Error: {error}", err=True)
        status = error.exit_code
    except click.exceptions.Exit as ended:
        status = ended.exit_code
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        status = 130
    sys.stdout.flush()
    sys.exit(status if isinstance(status, int) else 0)


def colour() -> bool:
    """Whether standard error is a terminal that takes colour and bars."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ
