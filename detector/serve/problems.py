"""What went wrong, as HTTP says it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from detector.errors import (
    DetectorError,
    InputError,
    ModelError,
    StoreError,
    UnknownArticleError,
    UnknownClusterError,
    UsageError,
)

#: Status of each error, by the first class that fits.
STATUSES: tuple[tuple[type[DetectorError], int], ...] = (
    (UnknownArticleError, 404),
    (UnknownClusterError, 404),
    (InputError, 422),
    (UsageError, 422),
    (StoreError, 503),
    (ModelError, 503),
)
_LOG = logging.getLogger(__name__)


class RefusedError(DetectorError):
    """A request that is not answered as it was meant.

    Attributes:
        status: of the response.
        headers: of the response.
    """

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(reason)


def busy(reason: str) -> RefusedError:
    """A request that can be answered later."""
    return RefusedError(503, reason, {"Retry-After": "1"})


def response(error: DetectorError, folder: str = "") -> Any:
    """The response that says an error; callers need not know the `folder` of the index."""
    if isinstance(error, RefusedError):
        return answer({"error": str(error)}, error.status, error.headers)
    status = next((code for kind, code in STATUSES if isinstance(error, kind)), 500)
    if status >= 500:
        _LOG.error("%s: %s", type(error).__name__, error)
    return answer({"error": str(error).removeprefix(f"{folder}: ")}, status)


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    """A JSON response, written as rows are."""
    from starlette.responses import Response

    from detector.writers.jsonl import dumps

    return Response(dumps(content), status, headers, "application/json")


def install(app: Any, folder: str) -> None:
    """Make every error of an application a JSON object with one key, ``error``.

    Args:
        app: a FastAPI application.
        folder: of the index, as its messages begin.
    """
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    async def told(_request: object, error: DetectorError) -> Any:
        return response(error, folder)

    async def refused(_request: object, error: Any) -> Any:
        return answer({"error": str(error.detail)}, error.status_code, error.headers)

    async def invalid(_request: object, error: Any) -> Any:
        first = error.errors()[0]
        place = " ".join(map(str, first["loc"]))
        return answer({"error": f"{place}: {first['msg']}"}, 422)

    async def failed(_request: object, _error: Exception) -> Any:
        return answer({"error": "internal error; the service's log says more"}, 500)

    app.add_exception_handler(DetectorError, told)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, failed)
