"""Who may ask, how much may be sent, and how long an answer may take."""

import socket
import threading
import time
from types import SimpleNamespace

import pytest

from detector.errors import ModelError, StoreError, StoreLockedError, UsageError
from detector.serve import ServeOptions, create_app
from detector.serve.options import token_from

ARTICLE = {"id": "a", "text": "Một bài báo về cây cầu mới qua sông."}


class Stub:
    """An index whose every call is the one that a test wants."""

    config = None

    def __init__(self, call=lambda: None):
        self.call = call

    def __len__(self):
        return 7

    def info(self):
        return SimpleNamespace(path="/secret/news.index")

    def check(self, _article, **_options):
        self.call()

    def add(self, _articles):
        self.call()
        return []


@pytest.fixture
def app():
    """Makes a service of a call and of options."""
    return lambda call=lambda: None, **options: create_app(Stub(call), ServeOptions(**options))


# Token


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic secret"},
        {"Authorization": "secret"},
        {"Authorization": "Bearer s\xe9cret"},
    ],
)
def test_without_the_token_nothing_is_told(serving, app, headers):
    with serving(app(token="secret")) as client:
        asked = "POST /check", "POST /articles", "GET /metrics", "DELETE /articles/a", "GET /x"
        for method, path in map(str.split, asked):
            status, problem = client.send(method, path, headers=headers)
            assert (status, list(problem)) == (401, ["error"])


def test_the_token_opens_and_monitors_need_none(serving, app):
    with serving(app(token="secret")) as client:
        assert (
            client.get("/metrics", headers={"Authorization": "Bearer secret"}, raw=True)[0] == 200
        )
        assert (
            client.get("/metrics", headers={"Authorization": "bearer secret"}, raw=True)[0] == 200
        )
        assert client.get("/healthz")[0] == 200
        schema = client.get("/openapi.json")[1]

    assert schema["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"}
    }
    assert schema["paths"]["/check"]["post"]["security"] == [{"token": []}]
    assert schema["paths"]["/healthz"]["get"]["security"] == []


def test_an_empty_token_protects_nothing_and_is_refused():
    assert token_from({}) == ""
    assert token_from({"DETECTOR_TOKEN": " x "}) == "x"
    with pytest.raises(UsageError, match="DETECTOR_TOKEN is set but empty"):
        token_from({"DETECTOR_TOKEN": " "})


@pytest.mark.parametrize("option", ["max_body", "timeout", "threads", "queue"])
def test_a_limit_under_which_nothing_is_answered_is_refused(option):
    with pytest.raises(UsageError, match=f"{option}: must be more than 0"):
        ServeOptions(**{option: 0})


# Name


def test_a_page_whose_name_was_pointed_here_is_not_answered(serving, app):
    with serving(app(hosts=("127.0.0.1", "localhost"))) as client:
        assert client.get("/healthz", headers={"Host": "evil.example:8000"})[0] == 421
        assert client.get("/healthz", headers={"Host": "LOCALHOST:8000"})[0] == 200
        assert client.get("/healthz")[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_page_of_another_site_can_send_is_not_read(serving, app, kind):
    with serving(app()) as client:
        status, problem = client.post("/articles", ARTICLE, headers={"Content-Type": kind})

    assert status == 415
    assert problem == {"error": "send JSON, with the header Content-Type: application/json"}


# Size


def status_of(client, head, body=b""):
    """The status of a request that is written by hand, and need not be whole."""
    with socket.create_connection(("127.0.0.1", client.port), 10) as connection:
        head = b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + head
        connection.sendall(head + b"\r\n\r\n" + body)
        return int(connection.recv(12).split()[1])


def test_a_body_over_the_limit_is_refused_before_it_is_sent(serving, app):
    with serving(app(max_body=1000)) as client:
        assert status_of(client, b"Content-Length: 1001") == 413


def test_a_body_without_a_length_is_cut_off_at_the_limit(serving, app):
    chunks = (b"1f4\r\n" + b"x" * 500 + b"\r\n") * 3
    with serving(app(max_body=1000)) as client:
        assert status_of(client, b"Transfer-Encoding: chunked", chunks) == 413


def test_a_body_at_the_limit_passes(serving, app):
    with serving(app(max_body=1000)) as client:
        assert client.post("/articles", b"[" + b" " * 998 + b"]") == (201, [])
        assert client.post("/articles", b"[" + b" " * 999 + b"]")[0] == 413


# Time


def test_an_answer_that_is_late_is_503_and_the_service_lives(serving, app):
    release = threading.Event()
    with serving(app(call=lambda: release.wait(20), timeout=0.3)) as client:
        begun = time.monotonic()
        status, problem = client.post("/check", ARTICLE)
        assert time.monotonic() - begun < 10
        assert client.get("/healthz")[0] == 200
        release.set()

    assert status == 503
    assert problem["error"].startswith("no answer within 0.3 seconds; try again")


def test_a_request_that_is_never_sent_whole_is_408(serving, app):
    with serving(app(timeout=0.3)) as client:
        assert status_of(client, b"Content-Length: 100", b"{") == 408


def test_more_requests_than_can_wait_are_told_to_come_again(serving, app):
    release, entered = threading.Event(), threading.Event()

    def call():
        entered.set()
        release.wait(20)

    with serving(app(call=call, threads=1, queue=1)) as client:
        first = threading.Thread(target=client.post, args=("/check", ARTICLE))
        first.start()
        assert entered.wait(10)
        status, problem = client.post("/check", ARTICLE)
        release.set()
        first.join(20)

    assert status == 503
    assert problem == {"error": "1 requests are being answered; try again"}


def test_a_service_that_ends_finishes_what_it_began(serving, app):
    entered, done = threading.Event(), threading.Event()

    def call():
        entered.set()
        time.sleep(0.5)
        done.set()

    answers = []
    with serving(app(call=call)) as client:
        asking = threading.Thread(
            target=lambda: answers.append(client.post("/articles", [ARTICLE]))
        )
        asking.start()
        assert entered.wait(10)
    asking.join(20)

    assert done.is_set()
    assert answers == [(201, [])]


# Errors of the index


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreLockedError("another process writes to it; wait"), 503),
        (StoreError("articles.db: damaged; run verify"), 503),
        (ModelError("no model"), 503),
        (UsageError("two articles are one"), 422),
    ],
)
def test_an_error_of_the_index_is_told_with_its_message(serving, app, error, status):
    def call():
        raise error

    with serving(app(call=call)) as client:
        assert client.post("/check", ARTICLE) == (status, {"error": str(error)})


def test_where_the_index_lies_is_not_told(serving, app):
    def call():
        raise StoreError("/secret/news.index: damaged; run verify")

    with serving(app(call=call)) as client:
        assert client.post("/check", ARTICLE) == (503, {"error": "damaged; run verify"})


def test_a_fault_of_ours_is_500_and_tells_nobody_what_it_was(serving, app):
    def call():
        raise RuntimeError("a secret path")

    with serving(app(call=call)) as client:
        status, problem = client.post("/check", ARTICLE)
        page = client.get("/metrics", raw=True)[1].decode()

    assert 'detector_http_requests_total{method="POST",route="/check",status="500"} 1.0' in page
    assert (status, problem) == (500, {"error": "internal error; the service's log says more"})
