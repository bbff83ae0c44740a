import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from detector.cli import detector as group

ROOT = Path(__file__).parents[2]


def commands():
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (name,), command
        if isinstance(command, click.Group):
            yield from (((name, inner), command.commands[inner]) for inner in command.commands)


@pytest.mark.parametrize(("words", "command"), [((), group), *commands()])
def test_every_command_says_what_it_does_and_gives_an_example(words, command):
    text = command.get_help(click.Context(command, info_name=" ".join(("detector", *words))))

    assert "\n  Example" in text
    assert f"\n    detector {' '.join(words)}".rstrip() in text
    assert "..." not in text.split("Options:")[1], "a help text is cut"
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert max(map(len, text.splitlines())) <= 80


def test_the_help_of_a_command_loads_no_numpy():
    code = (
        "import sys\nfrom detector.cli import main\nsys.argv = ['detector', 'dedup', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    sys.exit('numpy' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_version_is_shown(detector):
    import detector as package

    assert detector("--version").stdout == f"detector, version {package.__version__}\n"
