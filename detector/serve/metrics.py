"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from detector.records import Verdict

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# Seconds: a check takes some milliseconds, adding a full body some seconds.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "detector_http_requests", "Requests.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "detector_http_request_seconds", "Time from request to response.", ["route"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._checks = Counter(
            "detector_checks", "Articles that were checked, by relation to a stored one.",
            ["relation"], registry=self._registry,
        )  # fmt: skip
        self._added = Counter(
            "detector_articles_added", "Articles that were added, by relation to a stored one.",
            ["relation"], registry=self._registry,
        )  # fmt: skip
        self._removed = Counter(
            "detector_articles_removed", "Articles that were removed.", registry=self._registry
        )
        self._articles = Gauge(
            "detector_articles", "Articles in the index.", registry=self._registry
        )

    def request(self, scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
        """Count one request; `status` is 0 where the caller has left."""
        # The route as it is declared: an id in a label would make a series of its own.
        route = getattr(scope.get("route"), "path_format", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(method, route, str(status or 499)).inc()
        self._seconds.labels(route).observe(seconds)

    def checked(self, verdict: Verdict) -> None:
        """Count one check."""
        self._checks.labels(_relation(verdict)).inc()

    def added(self, verdicts: Iterable[Verdict]) -> None:
        """Count articles that were added."""
        for verdict in verdicts:
            self._added.labels(_relation(verdict)).inc()

    def removed(self, count: int) -> None:
        """Count articles that were removed."""
        self._removed.inc(count)

    def page(self, articles: int) -> tuple[bytes, str]:
        """Everything in the text format of Prometheus, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        self._articles.set(articles)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


def _relation(verdict: Verdict) -> str:
    return str(verdict.relation) if verdict.relation else "none"
