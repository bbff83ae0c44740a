"""Tables as all commands show them: without lines, words left, numbers right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose first column is words and whose other ones are numbers."""
    from rich.table import Table
    from rich.text import Text

    made = Table(
        title=title or None, title_justify="left", title_style="bold", min_width=len(title),
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim",
    )  # fmt: skip
    for number, heading in enumerate(headings):
        made.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        made.add_row(*map(Text, row))  # a name may look like markup
    return made
