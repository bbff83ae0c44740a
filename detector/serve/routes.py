"""The paths of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from detector import __version__
from detector.errors import InputError, UsageError
from detector.readers import Single
from detector.records import Article as Stored
from detector.records import Cluster as Found
from detector.serve import bodies, schemas
from detector.serve.desk import Desk
from detector.serve.metrics import Metrics
from detector.serve.problems import RefusedError, answer

if TYPE_CHECKING:
    from detector.pipeline import Detector

_PROBLEMS = {
    401: "No token, or a wrong one",
    404: "Not in the index",
    408: "The request was not sent in time",
    409: "An id is stored with another text",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    421: "The service has another name",
    422: "An article or a parameter that cannot be used",
    503: "Busy, late, or the index cannot be used now",
}
_ALWAYS = (401, 408, 413, 421, 503)  # what the guard and the desk can say to any request


class _Name(Convertor[str]):
    """The rest of the path: an id may hold slashes and line ends."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("name", _Name())


class Routes:
    """Answers requests from one open index."""

    def __init__(self, detector: Detector, desk: Desk, single: Single, metrics: Metrics) -> None:
        """Keep what the answers need."""
        self._detector = detector
        self._desk = desk
        self._single = single
        self._metrics = metrics

    def install(self, app: Any) -> None:
        """Declare every path on a FastAPI application."""
        from fastapi import Depends

        known = [Depends(_known_parameters)]
        one = bodies.described(self._single, many=False)
        many = bodies.described(self._single, many=True)
        verdicts = list[schemas.Verdict]
        for method, path, function, model, problems, more in (
            ("POST", "/check", self.check, schemas.Verdict, (415, 422), {"openapi_extra": one}),
            ("POST", "/articles", self.add, verdicts, (409, 415, 422),
             {"openapi_extra": many, "status_code": 201}),
            ("GET", "/articles/{id:name}", self.article, schemas.Article, (404, 422), {}),
            ("DELETE", "/articles/{id:name}", self.remove, None, (404, 422), {"status_code": 204}),
            ("GET", "/clusters/{id:name}", self.cluster, schemas.Cluster, (404, 422), {}),
            ("GET", "/explain", self.explain, schemas.Explanation, (404, 422), {}),
            ("GET", "/healthz", self.healthz, schemas.Health, (422,), {}),
        ):  # fmt: skip
            app.add_api_route(
                path, function, methods=[method], response_model=model,
                responses=_responses(*problems), operation_id=function.__name__,
                dependencies=known, **more,
            )  # fmt: skip
        page = {"content": {"text/plain": {"schema": {"type": "string"}}}}
        app.add_api_route(
            "/metrics", self.metrics, methods=["GET"], response_class=Response,
            responses={200: page, **_responses(422)}, operation_id="metrics", dependencies=known,
        )  # fmt: skip

    async def check(self, request: Request, evidence: bool = True) -> Any:
        """Say whether the index holds an article. Nothing is written."""
        article = self._single.article(await bodies.sent(request))
        verdict = await self._desk.call(self._detector.check, article, evidence=evidence)
        self._metrics.checked(verdict)
        return answer(verdict.row())

    async def add(self, request: Request) -> Any:
        """Add an article or a list of them, and say of each what it is.

        What is answered is stored for good. If one article cannot be read, none is added. An
        article that is stored already is left as it is; a changed one needs another id, or its
        old version removed.
        """
        found = bodies.articles(self._single, await bodies.sent(request))
        try:
            verdicts = await self._desk.call(self._detector.add, found)
        except InputError as error:  # the articles are right, but not beside those stored
            raise RefusedError(409, str(error)) from error
        self._metrics.added(verdicts)
        return answer([verdict.row() for verdict in verdicts], 201)

    async def article(self, id: str) -> Any:  # noqa: A002 - the parameter's name
        """Give back an article."""
        return answer(_article(await self._desk.call(self._detector.get, id)))

    async def remove(self, id: str) -> Any:  # noqa: A002 - the parameter's name
        """Take an article out of the index, with all that is known of it."""
        self._metrics.removed(await self._desk.call(self._detector.remove, id))
        return Response(status_code=204)

    async def cluster(self, id: str) -> Any:  # noqa: A002 - the parameter's name
        """Give the articles of a cluster."""
        return answer(_cluster(await self._desk.call(self._detector.cluster, id)))

    async def explain(self, a: str, b: str) -> Any:
        """Say why two articles of the index are, or are not, related."""
        found = await self._desk.call(self._detector.explain, a, b)
        return answer(found.seen_from(a).row())

    async def healthz(self) -> Any:
        """Say that the index can be read. No token is needed."""
        count = await self._desk.call(len, self._detector)
        return answer({"status": "ok", "articles": count, "version": __version__})

    async def metrics(self) -> Any:
        """Count requests, checks and articles, for Prometheus."""
        page, kind = self._metrics.page(await self._desk.call(len, self._detector))
        return Response(page, media_type=kind)


async def _known_parameters(request: Request) -> None:
    """Refuse a parameter that would do nothing.

    Raises:
        UsageError: if there is one.
    """
    names = [parameter.alias for parameter in request.scope["route"].dependant.query_params]
    for name in request.query_params:
        if name not in names:
            known = f"known: {', '.join(names)}" if names else "there are none here"
            raise UsageError(f"unknown parameter {name!r}; {known}")


def _responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": schemas.Problem, "description": _PROBLEMS[status]}
        for status in sorted({*_ALWAYS, *statuses})
    }


def _article(found: Stored) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "text": found.text or None,
        "url": found.url,
        "source": found.source,
        "published": found.published.isoformat() if found.published else None,
        "language": found.language,
    }


def _cluster(found: Found) -> dict[str, Any]:
    return {
        "id": found.id,
        "level": str(found.level),
        "members": list(found.members),
        "original": found.original,
        "original_confidence": found.original_confidence,
    }
