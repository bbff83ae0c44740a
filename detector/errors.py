"""The errors a caller can meet, grouped by what can be done about them.

Every error message says where the trouble is and what to do. The command line maps
`exit_code` to the process's exit status; the library never exits.
"""

from __future__ import annotations

from typing import ClassVar


class DetectorError(Exception):
    """Base of every error raised on purpose by this package."""

    exit_code: ClassVar[int] = 1


class UsageError(DetectorError):
    """Options or arguments that cannot be combined or understood: change the call."""

    exit_code: ClassVar[int] = 2


class ConfigError(UsageError):
    """A configuration or language file that cannot be used: change the file."""


class InputError(DetectorError):
    """Input that cannot be read or written: change the data or the mapping.

    Attributes:
        where: the place, as ``FILE:LINE`` or ``FILE``; empty when there is none.
        reason: what is wrong there and what to do.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, reason: str, where: str = "") -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}" if where else reason)

    def __reduce__(self) -> tuple[type[InputError], tuple[str, ...]]:
        """Survive the way from a worker process with both parts."""
        return type(self), (self.reason, self.where)


class MissingExtraError(InputError):
    """An optional package is needed here: install the extra that is named."""

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        self._parts = purpose, package, extra
        super().__init__(
            f"{purpose} needs {package}. Install it with: pip install 'detector[{extra}]'"
        )

    def __reduce__(self) -> tuple[type[InputError], tuple[str, ...]]:
        """Survive the way from a worker process: a message alone cannot be taken apart."""
        return type(self), self._parts


class ModelError(DetectorError):
    """A model that cannot be had, is damaged or does not fit: provide another."""

    exit_code: ClassVar[int] = 4


class StoreError(DetectorError):
    """A store that cannot be opened, read or written: see what it says of the folder."""

    exit_code: ClassVar[int] = 4


class StoreLockedError(StoreError):
    """Another process is writing to the store: wait, or end that process."""


class UnknownArticleError(UsageError):
    """The store holds no article with this id."""


class UnknownClusterError(UsageError):
    """The store holds no cluster with this id."""
