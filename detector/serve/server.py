"""The service on a socket: uvicorn, one process, until a signal ends it."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detector.errors import MissingExtraError, UsageError
from detector.records import Article
from detector.serve.app import create_app
from detector.serve.options import TOKEN, ServeOptions

if TYPE_CHECKING:
    from detector.pipeline import Detector

_BACKLOG = 2048
_GRACE = 30  # seconds that requests have to end when the service is told to
_FIRST = Article("first", "Một câu, a sentence.")
_LOGGERS = ("uvicorn", "detector")


def run(
    detector: Detector,
    options: ServeOptions,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    log: bool = True,
    say: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests that are being answered are finished.

    Args:
        detector: from `Detector.open`; the caller closes it.
        options: limits and token.
        host: name or address to listen on.
        port: 0 for any that is free.
        log: whether each request is written to standard error.
        say: told where the service listens, and what is unsafe about that.

    Raises:
        MissingExtraError: if the extra ``serve`` is not installed.
        UsageError: if the address cannot be listened on.
        StoreError: if the index cannot be read.
        ModelError: if its model cannot be had or is damaged.
    """
    try:
        import uvicorn
    except ImportError:
        raise MissingExtraError("the HTTP service", "uvicorn", "serve") from None
    with listening(host, port) as listener:
        address, number = listener.getsockname()[:2]
        if not options.token:
            if _is_loopback(address):
                own = {host.strip("[]").lower(), address, "localhost"}
                options = replace(options, hosts=tuple(sorted(own, key=lambda name: name != host)))
            else:
                say(
                    f"Warning: anyone who reaches {address} can read and change the index; "
                    f"set {TOKEN}, or listen on 127.0.0.1."
                )
        config = uvicorn.Config(
            create_app(detector, options), log_config=None, access_log=log, lifespan="on",
            ws="none", server_header=False, timeout_graceful_shutdown=_GRACE,
        )  # fmt: skip
        _log()
        detector.check(_FIRST, evidence=False)  # so that nobody waits for a model to be loaded
        shown = f"[{address}]" if ":" in address else address
        count = len(detector)
        server = uvicorn.Server(config)
        _when_started(
            server, lambda: say(f"{count:,} article{'s' * (count != 1)} at http://{shown}:{number}")
        )
        with _ended_by_signals(server):
            server.run(sockets=[listener])


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens on an address, until the block ends.

    Raises:
        UsageError: if it cannot be had.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        # With the protocol named, asyncio turns Nagle's algorithm off; else every answer on a
        # connection but the first waits 40 ms.
        listener = socket.socket(found[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(found[4])
        listener.listen(_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, OSError) and not isinstance(error, socket.gaierror):
            reason = os.strerror(error.errno or 0)  # the error's own repeats the address
        else:
            reason = getattr(error, "strerror", None) or "no such address"
        raise UsageError(f"{host}:{port}: {reason}; choose another --host or --port") from None
    with listener:
        yield listener


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _log() -> None:
    """Log to standard error: standard output is for data."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)


def _when_started(server: Any, then: Callable[[], None]) -> None:
    """Call a function when a server takes requests, and signals end it in order."""
    start = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await start(sockets=sockets)
        then()

    server.startup = startup


@contextmanager
def _ended_by_signals(server: Any) -> Iterator[None]:
    """A service that was told to end has done what it should.

    Uvicorn raises the signal again behind the last answer; nothing more is to come of it. One
    that comes before uvicorn listens to signals ends the service as soon as it has begun.
    """

    def end(_number: int, _frame: object) -> None:
        server.should_exit = True

    try:
        before = {n: signal.signal(n, end) for n in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread, where uvicorn takes no signals either
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
