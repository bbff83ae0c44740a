"""Web pages: one article a file, its text and metadata found by trafilatura."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from typing import Any

from detector.errors import InputError, MissingExtraError
from detector.readers.source import Found, Record, Source
from detector.readers.text import read_bytes

# With the time of day, which trafilatura's own date does not have.
_PUBLISHED = (
    '//meta[@property="article:published_time"]/@content',
    '//meta[@itemprop="datePublished"]/@content',
    '//meta[@name="pubdate"]/@content',
    '//*[@itemprop="datePublished"]/@datetime',
)


def records(source: Source) -> Iterator[Found]:
    """The page's main text and what it says of itself; comments of readers are left out.

    Raises:
        MissingExtraError: if trafilatura is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        missing = "trafilatura" if error.name is None else error.name
        raise MissingExtraError("reading HTML", missing, "html") from error
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # we say ourselves what went wrong
    content = read_bytes(source, "HTML")
    if isinstance(content, InputError):
        yield content
        return
    page = _extracted(trafilatura, content)
    if page is None:
        yield InputError(
            "no article text was found in this page; leave it out, or give its text as .txt",
            source.name,
        )
    else:
        yield Record(0, {"id": source.key, **page})


def _extracted(trafilatura: Any, content: bytes) -> dict[str, str | None] | None:
    """The fields of the article on a page; None if there is none.

    Broken markup can make trafilatura or a library below it fail in ways that none of them
    declares, mostly while they look for a date: then the text is tried alone.
    """
    for with_metadata in (True, False):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = trafilatura.load_html(content)
                if tree is None:
                    return None
                stated = _stated(tree)
                page = trafilatura.bare_extraction(
                    tree, favor_recall=True, include_comments=False, with_metadata=with_metadata
                )
        except Exception:  # noqa: S112  (the reason is above)
            continue
        if page is None or not (page.text or "").strip():
            return None
        return {
            "text": page.text,
            "title": page.title,
            "published": stated["published"] or page.date,
            "url": page.url,
            "source": page.sitename or page.hostname,
            "language": stated["language"],
        }
    return None


def _stated(tree: Any) -> dict[str, str]:
    """Publication time and language as the page's own markup states them."""
    times = [str(value) for path in _PUBLISHED for value in tree.xpath(path)]
    languages = [str(value) for value in tree.xpath("/html/@lang")]
    return {"published": (times or [""])[0], "language": (languages or [""])[0]}
