"""``detector index``: what was seen before, kept in a folder. One file a command."""

from __future__ import annotations

import click

from detector.cli.index.add import add
from detector.cli.index.build import build
from detector.cli.index.changes import changes
from detector.cli.index.compact import compact
from detector.cli.index.decide import decide
from detector.cli.index.expire import expire
from detector.cli.index.export import export
from detector.cli.index.info import info
from detector.cli.index.remove import remove
from detector.cli.index.verify import verify
from detector.cli.options import examples

_COMMANDS = (add, build, changes, compact, decide, expire, export, info, remove, verify)


@click.group(
    epilog=examples("detector index build news.index articles.jsonl"),
    commands={str(command.name): command for command in _COMMANDS},
)
def index() -> None:
    """Keep an index of the articles that were seen, in a folder.

    Many programs can use an index at one time. While one writes, others read on; a second
    writer waits for 10 seconds, then says so.
    """
