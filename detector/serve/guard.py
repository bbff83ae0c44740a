"""What stands before every request: who asks, how much is sent, how long it may take."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from detector.serve.metrics import Metrics
from detector.serve.options import ServeOptions
from detector.serve.problems import RefusedError, busy, response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Paths that need no token: what they say is no secret, and monitors bear none.
OPEN = frozenset({"/healthz", "/openapi.json"})

_LATE = (
    "no answer within {:g} seconds; try again, or send less at a time. "
    "Articles that were sent may be stored nevertheless"
)


class Guard:
    """Lets through what may pass, and counts everything."""

    def __init__(self, app: App, options: ServeOptions, metrics: Metrics) -> None:
        self._app = app
        self._options = options
        self._metrics = metrics
        self._bearer = f"bearer {options.token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        passing = _Passing(receive, send, self._options.max_body)
        try:
            try:
                self._admit(scope)
                await asyncio.wait_for(
                    self._app(scope, passing.receive, passing.send), self._options.timeout
                )
            except RefusedError as error:
                await response(error)(scope, receive, passing.send)
            except (asyncio.TimeoutError, TimeoutError):
                if passing.status == 0:
                    await response(self._late(passing))(scope, receive, passing.send)
            except Exception:
                passing.status = passing.status or 500
                raise
        finally:
            took = time.perf_counter() - begun
            self._metrics.request(scope, passing.status, took)

    def _late(self, passing: _Passing) -> RefusedError:
        seconds = self._options.timeout
        if not passing.complete:
            return RefusedError(408, f"the request was not sent within {seconds:g} seconds")
        return busy(_LATE.format(seconds))

    def _admit(self, scope: Scope) -> None:
        """Look at what is known before the body is read.

        Raises:
            RefusedError: if it may not pass.
        """
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        options = self._options
        host = _name(headers.get(b"host", b"").decode("latin-1"))
        if options.hosts and host not in options.hosts:
            # A page of another site may have its name point here (DNS rebinding).
            raise RefusedError(
                421,
                f"this service is not called {host!r}; call it {options.hosts[0]}, "
                "or set a token for it",
            )
        if options.token and scope["path"] not in OPEN:
            scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
            given = scheme.lower() + b" " + token.strip()
            if not hmac.compare_digest(given, self._bearer):
                raise RefusedError(
                    401,
                    "a token is needed; send the header Authorization: Bearer TOKEN",
                    {"WWW-Authenticate": "Bearer"},
                )
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > options.max_body:
            raise _too_large(options.max_body)


class _Passing:
    """One request on its way: how much of it came, what was answered."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._size = 0
        self.complete = False
        self.status = 0

    async def receive(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self.complete = not message.get("more_body", False)
            if self._size > self._limit:
                raise _too_large(self._limit)
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
        await self._send(message)


def _too_large(limit: int) -> RefusedError:
    return RefusedError(
        413, f"the body is larger than {limit:,} bytes; send fewer articles at a time"
    )


def _name(host: str) -> str:
    """A Host header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).strip("[]").lower()
