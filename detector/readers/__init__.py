"""From the outside to articles: JSON lines, CSV, Parquet, HTML and text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from detector.config import ReadConfig
from detector.errors import InputError
from detector.readers import raw
from detector.readers.expand import expand, spool
from detector.readers.fields import Mapper
from detector.readers.ids import Ids
from detector.readers.preset import parse_fields
from detector.readers.reduce import write_reduced
from detector.readers.single import Single, each
from detector.readers.source import Input, Source
from detector.records import Article

__all__ = ["Input", "Single", "Source", "each", "parse_fields", "read", "spool", "write_reduced"]


def read(
    inputs: Sequence[Input],
    config: ReadConfig | None = None,
    on_skip: Callable[[InputError], None] | None = None,
    on_note: Callable[[InputError], None] | None = None,
) -> Iterator[Article]:
    """Read articles one by one; memory does not grow with the size of a file.

    A path is a file (JSON lines ``.jsonl .ndjson .json`` and CSV ``.csv .tsv``, each also
    ``.gz`` or ``.zst``; ``.parquet``; ``.txt`` and ``.html .htm``, one article each), a
    folder of such files, read recursively in sorted order, or ``-``: JSON lines from standard
    input. A caller may also pass an open binary stream of JSON lines.

    The fields of an article are found under these keys, exactly as written here, unless
    ``config.fields`` maps another key; ``{"title": ""}`` says that no key is the title:

    ========= ==========================================
    text      text, body, content
    title     title, headline
    published published, published_at, date, datetime, time
    url       url, link
    source    source, outlet
    id        id
    language  language, lang
    ========= ==========================================

    A record in which two keys of a row differ is an error, not a guess. An id may be text or
    a whole number; a missing one is the digest of title and text, and a text or HTML file's
    is its name. Text is repaired (`detector.readers.repair`) and dates are read as
    `detector.readers.dates.parse` says.

    Args:
        inputs: paths, streams or `Source` objects.
        config: mapping, time zone, and what happens to a bad record.
        on_skip: called for each record or file that is left out with ``on_error="skip"``.
        on_note: called where a record is kept but not all of it was understood, such as a
            publication date; also names files in a folder that are of no known kind.

    Returns:
        The articles, in the order of the input. Paths are looked at before the first.

    Raises:
        InputError: at the first bad record or file, unless ``on_error`` is "skip"; always
            for a path that does not exist.
        UsageError: for options or file endings that are not known.
        MissingExtraError: if the package that reads a format is not installed.
    """
    config = config or ReadConfig()
    raw.skips(config)
    Mapper(config, Ids())  # so that a wrong mapping or time zone is said at once
    sources = expand(inputs, on_note)
    return (article for article, _, _ in raw.scan(sources, config, on_skip, on_note))
