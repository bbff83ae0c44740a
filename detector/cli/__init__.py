"""The command line: parse, call, print. One file a command, loaded when it is called."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from detector import __version__
from detector.cli import stdout
from detector.cli.options import examples
from detector.errors import DetectorError

_COMMANDS = {
    "audit": "Audit a growing corpus again and again, and say what changed.",
    "check": "Say of each article whether an index holds it already.",
    "dedup": "Mark copies, translations and reports of one event.",
    "evaluate": "Score a result against gold labels.",
    "explain": "Say why two articles are, or are not, related.",
    "index": "Keep an index of what was seen: build, add, remove, export.",
    "models": "Say which models there are, check and copy them.",
    "serve": "Answer over HTTP whether articles are new.",
}
_INTERRUPTED = 130
_TERMINATED = 143


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


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples("detector dedup articles.jsonl --show", "detector dedup --help"),
)
@click.version_option(__version__, prog_name="detector")
def detector() -> None:
    """Find copies, translations and reports of one event in news, and who had it first."""


def main() -> NoReturn:
    """Run the command line; every error becomes one line and an exit code."""
    _open_streams()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, _terminated)
    if hasattr(os, "register_at_fork"):
        # Ctrl-C reaches the worker processes too, which would each print a traceback.
        os.register_at_fork(after_in_child=_ignore_interrupts)
    status = _status()
    try:
        sys.stdout.flush()
    except OSError as error:
        stdout.silence()
        status = status or _failed(error)
    sys.exit(status)


def _status() -> int:
    try:
        if "_DETECTOR_COMPLETE" in os.environ:
            detector.main(prog_name="detector")  # a shell asks how a word can go on
        # Not by `main`, for which a reader of a pipe that has had enough is an error.
        colour = False if os.environ.get("NO_COLOR") else None
        with detector.make_context("detector", sys.argv[1:], color=colour) as context:
            detector.invoke(context)
    except DetectorError as error:
        _say(f"Error: {error}")
        return error.exit_code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("\nInterrupted.")  # below the ^C of the terminal
        return _INTERRUPTED
    except OSError as error:
        stdout.silence()
        return _failed(error)
    except MemoryError:
        _say("Error: not enough memory; give less input at a time, or try --jobs 1.")
        return 1
    return 0


def _failed(error: OSError) -> int:
    from detector import files
    from detector.errors import InputError

    if isinstance(error, BrokenPipeError):
        return 0
    failure = InputError(files.why(error, writing=True), str(error.filename or stdout.NAME))
    _say(f"Error: {failure}")
    return failure.exit_code


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody is left to be told
        click.echo(text, err=True)


def _open_streams() -> None:
    """Standard streams that were closed by the caller swallow what they get."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif name == "stdout" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Vietnamese


def _terminated(_signal: int, _frame: object) -> NoReturn:
    """End as an error does, so that temporary files are removed."""
    raise SystemExit(_TERMINATED)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
