"""One id an article: the one it was given, or the digest of its content."""

from __future__ import annotations

import hashlib

from detector.errors import InputError


class Ids:
    """The ids of a corpus, and where each was first used."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int]] = {}
        self._copies: dict[str, int] = {}

    def given(self, name: str, source: str, line: int) -> str:
        """Take an id that the record states.

        Raises:
            InputError: if another record has it.
        """
        first = self._places.setdefault(name, (source, line))
        if first != (source, line):
            raise InputError(
                f'id "{name}" was already used at {place(*first)}; ids must be unique',
                place(source, line),
            )
        return name

    def made(self, title: str, text: str, source: str, line: int) -> str:
        """Make an id for a record without one: 16 hex digits, the same for the same content.

        Exact copies get ``-2``, ``-3``… in reading order: the content cannot tell them apart.
        """
        name = digest = made(title, text)
        while name in self._places:
            count = self._copies[digest] = self._copies.get(digest, 1) + 1
            name = f"{digest}-{count}"
        self._places[name] = (source, line)
        return name


def made(title: str, text: str) -> str:
    """The id of an article without one: a digest of its content."""
    return hashlib.blake2b(f"{title}\0{text}".encode(), digest_size=8).hexdigest()


class RepeatedIds(Ids):
    """Ids of articles that come one at a time and may come again; nothing is remembered."""

    def given(self, name: str, source: str, line: int) -> str:
        """The id that the record states."""
        del source, line
        return name

    def made(self, title: str, text: str, source: str, line: int) -> str:
        """The digest of the content: an article without an id that comes again has the same."""
        return Ids().made(title, text, source, line)


def place(source: str, line: int) -> str:
    """``FILE:LINE``, or ``FILE`` where the file is the record."""
    return f"{source}:{line}" if line else source
