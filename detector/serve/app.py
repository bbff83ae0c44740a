"""The ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from detector import __version__
from detector.errors import MissingExtraError
from detector.readers import Single
from detector.serve.options import ServeOptions

if TYPE_CHECKING:
    from detector.pipeline import Detector

_TITLE = "detector"
_DESCRIPTION = (
    "Says of each article of news whether it is new, or a copy, excerpt, translation or other "
    "report of one that was seen before. Every error is an object with one key, `error`."
)


def create_app(detector: Detector, options: ServeOptions | None = None) -> Any:
    """A FastAPI application that answers from one open index.

    It has one writer, itself: run it in one process. Whoever made the detector closes it,
    behind the application.

    Args:
        detector: from `Detector.open`.
        options: limits; by default records are read as the index was built with.

    Raises:
        MissingExtraError: if the extra ``serve`` is not installed.
        UsageError: if the mapping of fields cannot be used.
    """
    try:
        import prometheus_client  # noqa: F401 - looked for
        from fastapi import FastAPI
    except ImportError as error:
        raise MissingExtraError("the HTTP service", error.name or "fastapi", "serve") from None
    from detector.serve import problems
    from detector.serve.desk import Desk
    from detector.serve.guard import Guard
    from detector.serve.metrics import Metrics
    from detector.serve.routes import Routes

    options = options or ServeOptions(read=detector.config.read)
    desk, metrics = Desk(options.threads, options.queue), Metrics()

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title=_TITLE, version=__version__, description=_DESCRIPTION, lifespan=lifespan,
        docs_url=None, redoc_url=None,  # they load scripts from other sites
        redirect_slashes=False,
    )  # fmt: skip
    problems.install(app, detector.info().path)
    Routes(detector, desk, Single(options.read), metrics).install(app)
    if options.token:
        _declare_token(app)
    app.add_middleware(Guard, options=options, metrics=metrics)
    return app


def _declare_token(app: Any) -> None:
    """Say in OpenAPI which paths need the token."""
    from detector.serve.guard import OPEN

    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = plain()
            made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in made["paths"].items():
                for operation in operations.values():
                    operation["security"] = [] if path in OPEN else [{"token": []}]
        return dict(app.openapi_schema)

    app.openapi = openapi
