"""The articles that a run adds, on the disk: read once, added in batches, kept over a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import orjson

from detector import files
from detector.errors import InputError
from detector.readers.ids import made
from detector.records import Article
from detector.writers.jsonl import dumps

_DAY = len("2026-11-02")


@contextmanager
def written(path: Path) -> Iterator[Callable[[Article], None]]:
    """A file that appears with all its articles or not at all.

    Raises:
        InputError: if it cannot be written.
    """
    with files.atomic_output(path) as stream:

        def write(article: Article) -> None:
            stream.write(dumps(asdict(article)) + b"\n")

        yield write


def batches(path: Path, size: int) -> Iterator[list[Article]]:
    """The articles of the file, so many at a time; of one id the last in a batch counts.

    Raises:
        InputError: if it cannot be read.
    """
    batch: dict[str, Article] = {}
    number = 0
    try:
        with path.open("rb", buffering=1 << 20) as stream:
            for number, line in enumerate(stream, 1):
                article = _article(line)
                batch.pop(article.id, None)
                batch[article.id] = article
                if number % size == 0:
                    yield list(batch.values())
                    batch = {}
    except OSError as error:
        raise InputError(files.why(error), str(path)) from error
    if batch:
        yield list(batch.values())


def apart(batches: Iterator[list[Article]]) -> Iterator[Iterator[list[Article]]]:
    """Batches in runs: in none has a batch an article of the one before it.

    So a batch of a run can be looked up while the one before it is not stored yet. Each run is to
    be read to its end before the next is asked for.
    """
    following = next(batches, None)

    def run() -> Iterator[list[Article]]:
        nonlocal following
        before: set[str] = set()
        while following is not None:
            names = {article.id for article in following}
            if not before.isdisjoint(names):
                return
            batch, before = following, names
            following = next(batches, None)
            yield batch

    while following is not None:
        yield run()


def fingerprint(article: Article) -> bytes:
    """Digest of everything of an article but its id and where it was read."""
    published = article.published.isoformat() if article.published is not None else ""
    head = article.title, article.url, article.source, published, article.language
    text = "\0".join((*head, article.text)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def named_by_content(article: Article) -> str:
    """The id that its content gave an article without one, or empty if its record named it."""
    digest = made(article.title, article.text)
    stem, _, number = article.id.partition("-")
    return digest if stem == digest and (number.isdigit() or not number) else ""


def _article(line: bytes) -> Article:
    values = orjson.loads(line)
    stamp = values.pop("published")
    published: date | None = None
    if stamp:
        published = (date if len(stamp) == _DAY else datetime).fromisoformat(stamp)
    return Article(**values, published=published)
