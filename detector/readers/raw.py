"""Articles with the records they were made of: what reading and reducing share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from detector.config import ReadConfig
from detector.errors import InputError, UsageError
from detector.readers import csv, html, jsonl, parquet, text
from detector.readers.fields import Mapper
from detector.readers.ids import Ids
from detector.readers.source import Found, Record, Source
from detector.records import Article

Report = Callable[[InputError], None]


def scan(
    sources: list[Source | InputError],
    config: ReadConfig,
    on_skip: Report | None = None,
    on_note: Report | None = None,
) -> Iterator[tuple[Article, Source, Record]]:
    """Every article of `sources`, in order, with its source and its record.

    Raises:
        InputError: at the first bad record or file, unless ``config.on_error`` is "skip".
    """
    skip = skips(config)
    for found in each(sources, config, Ids(), on_note):
        if not isinstance(found, InputError):
            yield found
        elif not skip:
            raise found
        elif on_skip is not None:
            on_skip(found)


def each(
    sources: list[Source | InputError], config: ReadConfig, ids: Ids, on_note: Report | None = None
) -> Iterator[tuple[Article, Source, Record] | InputError]:
    """Every record of `sources`, in order: an article, or what is wrong in its place."""
    mapped = Mapper(config, ids, on_note)
    # A text or HTML file has the fields of an article already.
    plain = Mapper(ReadConfig(timezone=config.timezone), ids, on_note)
    for source in sources:
        mapper = plain if getattr(source, "format", "") in ("text", "html") else mapped
        for record in [source] if isinstance(source, InputError) else _records(source, mapped):
            if isinstance(record, InputError):
                yield record
                continue
            assert isinstance(source, Source)
            try:
                article = mapper.article(record.fields, source.name, record.line)
            except InputError as error:
                yield error
                continue
            yield article, source, record


def skips(config: ReadConfig) -> bool:
    """Whether bad records are left out.

    Raises:
        UsageError: if `ReadConfig.on_error` is neither "skip" nor "fail".
    """
    if config.on_error not in ("fail", "skip"):
        raise UsageError(f"--on-error {config.on_error}: must be fail or skip")
    return config.on_error == "skip"


def _records(source: Source, mapper: Mapper) -> Iterator[Found]:
    if source.format == "parquet":
        wanted = {key for keys in mapper.keys.values() for key in keys}
        return parquet.records(source, wanted, mapper.keys["text"])
    formats: dict[str, Callable[[Source], Iterator[Found]]] = {
        "jsonl": jsonl.records,
        "csv": csv.records,
        "text": text.records,
        "html": html.records,
    }
    return formats[source.format](source)
