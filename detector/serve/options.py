"""What a service allows, frozen, with the reason for each default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from detector.config import ReadConfig
from detector.errors import UsageError

TOKEN = "DETECTOR_TOKEN"  # noqa: S105 - the variable's name


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Limits of the service, and who may use it."""

    read: ReadConfig = field(default_factory=ReadConfig)  # which key is which field
    token: str = ""  # that callers must bear; empty: none
    hosts: tuple[str, ...] = ()  # names by which it may be called; empty: any
    max_body: int = 5_000_000  # bytes; some 1,000 articles
    timeout: float = 30.0  # seconds a request may take, its upload included
    threads: int = 8  # calls at one time; the index is read without locks
    queue: int = 256  # calls that wait or run; more are told to come again

    def __post_init__(self) -> None:
        """Refuse limits under which nothing can be answered."""
        for name in ("max_body", "timeout", "threads", "queue"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name}: must be more than 0, not {getattr(self, name)}")
        if not (self.token.isascii() and self.token.replace(" ", "x").isprintable()):
            raise UsageError(f"{TOKEN}: must be of printable ASCII letters; choose another token")


def token_from(environment: Mapping[str, str] = os.environ) -> str:
    """The token that ``DETECTOR_TOKEN`` holds; empty where it is not set.

    Raises:
        UsageError: if it is set to nothing, which protects nothing.
    """
    token = environment.get(TOKEN)
    if token is not None and not token.strip():
        raise UsageError(f"{TOKEN} is set but empty; give it a value, or unset it")
    return (token or "").strip()
