"""The service is what its OpenAPI schema says: fuzzed with what fits it, and what does not."""

from __future__ import annotations

import json

import pytest

from detector import Verdict
from detector.config import ReadConfig
from detector.serve import ServeOptions, create_app

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.core.parameters import ParameterLocation  # noqa: E402

OPERATIONS = (
    *("POST /check", "POST /articles", "GET /articles/{id}", "DELETE /articles/{id}"),
    *("GET /clusters/{id}", "GET /explain", "GET /healthz", "GET /metrics"),
)
BARE = ("GET /healthz", "GET /metrics")  # nothing about them can be wrong

FUZZED = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def app(detector):
    """The service, with a token."""
    return create_app(detector, ServeOptions(token="secret", max_body=100_000))


@pytest.fixture(scope="module")
def api(app):
    """Its schema, read from it."""
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def fuzz(api, operation, mode):
    method, path = operation.split()

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @FUZZED
    def run(case):
        response = case.call(headers={"Authorization": "Bearer secret"})
        excluded = []
        # No schema can say that no two articles of a list may have one id.
        if response.status_code == 422 and "was already used at" in response.text:
            excluded.append("positive_data_acceptance")
        # The token that was left out is put back, and an empty parameter is not sent.
        body = case.meta.components.get(ParameterLocation.BODY)
        if body is not None and body.mode.is_positive:
            excluded.append("negative_data_rejection")
        checks = [schemathesis.checks.CHECKS.get_one(name) for name in excluded]
        case.validate_response(response, excluded_checks=checks)

    run()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_fits_the_schema_is_answered_as_it_declares(api, operation):
    fuzz(api, operation, GenerationMode.POSITIVE)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in BARE])
def test_what_does_not_fit_the_schema_is_refused_as_it_declares(api, operation):
    fuzz(api, operation, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def document(app):
    """The schema as JSON."""
    return json.loads(json.dumps(app.openapi()))


def test_every_path_declares_its_errors_as_one_object(document):
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            errors = {status for status in responses if status >= "400"}
            assert {"401", "408", "413", "421", "503"} <= errors, (method, path)
            for status in errors:
                content = responses[status]["content"]
                assert content == {"application/json": {"schema": problem}}, (method, path, status)


def test_the_paths_are_these(document):
    assert {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    } == set(OPERATIONS)


def test_a_verdict_has_the_keys_that_are_declared(document):
    declared = document["components"]["schemas"]["Verdict"]

    assert list(declared["properties"]) == list(Verdict("a", is_new=True).row())
    assert declared["required"] == list(declared["properties"])
    assert set(declared["examples"][0]) == set(declared["properties"])


def test_the_body_is_described_with_the_keys_that_are_mapped(detector):
    read = ReadConfig(fields={"text": "html", "title": ""})
    document = create_app(detector, ServeOptions(read=read)).openapi()
    body = document["paths"]["/check"]["post"]["requestBody"]["content"]["application/json"]

    assert body["schema"]["required"] == ["html"]
    assert not {"text", "title", "headline"} & set(body["schema"]["properties"])
    assert body["example"]["html"]


def test_the_example_of_a_body_is_an_article(app, document, serving):
    body = document["paths"]["/check"]["post"]["requestBody"]["content"]["application/json"]
    with serving(app) as client:
        status, verdict = client.post(
            "/check", body["example"], headers={"Authorization": "Bearer secret"}
        )

    assert (status, verdict["id"]) == (200, "songhong-f20e")
