import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from detector.audit import notify, untold
from detector.audit.config import NotifyConfig
from detector.errors import ConfigError

from .conftest import row, snapshot


@pytest.fixture
def run(stored):
    return stored(snapshot([row("a")]))


@pytest.fixture
def webhook(monkeypatch):
    """A server on this machine that gives the answers it is told to, then 204 for ever."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((dict(self.headers), json.loads(body)))
            status, wait = server.answers.pop(0) if server.answers else (204, 0)
            time.sleep(wait)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AUDIT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/secret")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def told(run, config):
    return notify.tell(run, config, untold.named(config))


def config(**options):
    return NotifyConfig(**{"webhook_env": "AUDIT_WEBHOOK", "wait": 0.001, **options})


def test_a_webhook_that_fails_twice_is_told_at_the_third_attempt(run, webhook):
    webhook.answers = [(503, 0), (500, 0)]

    assert told(run, config()) == {}

    assert len(webhook.got) == 3
    headers, message = webhook.got[-1]
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == run.id
    assert message["run"] == run.id
    assert message["status"] == "passed"
    assert message["text"] == "# Audit\n"
    assert message["report"] == str(run.path / "report.html")
    assert message["figures"]["articles"] == 1


def test_a_token_comes_from_the_environment(run, webhook, monkeypatch):
    monkeypatch.setenv("AUDIT_TOKEN", "s3cret")

    assert told(run, config(token_env="AUDIT_TOKEN")) == {}

    assert webhook.got[0][0]["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("status", [503, 429])
def test_a_webhook_that_goes_on_failing_is_reported_without_its_address(run, webhook, status):
    webhook.answers = [(status, 0)] * 9

    (failure,) = told(run, config(attempts=2)).values()

    assert failure == (
        f"webhook AUDIT_WEBHOOK: it answers {status} after up to 2 attempts; check the address"
    )
    assert len(webhook.got) == 2


def test_what_the_webhook_refuses_is_not_repeated(run, webhook):
    webhook.answers = [(400, 0)]

    (failure,) = told(run, config()).values()

    assert failure == "webhook AUDIT_WEBHOOK: it answers 400; check the address"
    assert len(webhook.got) == 1


def test_a_token_does_not_follow_a_redirect(run, webhook):
    webhook.answers = [(302, 0)]

    (failure,) = told(run, config()).values()

    assert "it answers 302" in failure
    assert len(webhook.got) == 1


def test_a_webhook_that_does_not_answer_in_time_is_given_up(run, webhook):
    webhook.answers = [(204, 0.4)]

    (failure,) = told(run, config(timeout=0.05, attempts=1)).values()

    assert failure == (
        "webhook AUDIT_WEBHOOK: no answer (timed out) after 1 attempt; check the address"
    )


@pytest.mark.usefixtures("webhook")
def test_a_webhook_that_nobody_serves_is_reported_without_its_address(run, monkeypatch):
    monkeypatch.setenv("AUDIT_WEBHOOK", "http://127.0.0.1:9/secret")

    (failure,) = told(run, config(attempts=1)).values()

    assert failure == (
        "webhook AUDIT_WEBHOOK: no answer (connection refused) after 1 attempt; check the address"
    )


def test_a_command_gets_the_run_in_its_environment_and_no_shell_reads_it(run, tmp_path):
    code = "import json, os, sys; print(json.load(open(os.environ['AUDIT_RUN']))['id'], sys.argv)"
    code += f"; open({str(tmp_path / 'told')!r}, 'w').write(os.environ['AUDIT_STATUS'])"
    command = (sys.executable, "-c", code, "$(touch x); *")

    assert told(run, NotifyConfig(command=command)) == {}
    assert (tmp_path / "told").read_text() == "passed"


def test_a_command_that_fails_is_reported_with_what_it_said(run):
    command = (sys.executable, "-c", "import sys; print('nobody home'); sys.exit(7)")

    (failure,) = told(run, NotifyConfig(command=command)).values()

    assert failure == f"command {sys.executable}: ended with 7: nobody home"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("/nowhere/mailer",), "cannot be started: No such file or directory"),
        ((sys.executable, "-c", "import time; time.sleep(9)"), "not done after 0.1 seconds"),
    ],
)
def test_a_command_that_does_not_end_or_start_is_reported(run, command, said):
    (failure,) = told(run, NotifyConfig(command=command, command_timeout=0.1)).values()

    assert failure == f"command {command[0]}: {said}"


def test_the_command_is_told_even_where_the_webhook_fails(run, webhook, tmp_path):
    webhook.answers = [(400, 0)]
    touch = (sys.executable, "-c", f"open({str(tmp_path / 'told')!r}, 'w')")

    assert list(told(run, config(command=touch))) == ["webhook"]
    assert (tmp_path / "told").exists()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "notify.webhook_env: the environment has no AUDIT_WEBHOOK; set it"),
        (
            {"AUDIT_WEBHOOK": "hooks.example.org/s3cret"},
            "notify.webhook_env: AUDIT_WEBHOOK holds no URL; it must begin with https:// or "
            "http://",
        ),
    ],
)
def test_a_webhook_without_an_address_is_refused_before_the_work(environment, said):
    with pytest.raises(ConfigError) as caught:
        notify.check(config(), environment)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("when", "changed", "gates", "expected"),
    [
        ("always", False, False, True),
        ("changes", False, False, False),
        ("changes", True, False, True),
        ("changes", False, True, True),
        ("gates", True, False, False),
        ("gates", False, True, True),
    ],
)
def test_the_occasion_is_chosen(when, changed, gates, expected):
    kinds = ("new_articles", "gone_articles", "new_pairs", "gone_pairs", "relabelled_pairs")
    changes = dict.fromkeys(kinds, 0) | {"relabelled_pairs": int(changed)}
    record = {"changes": changes, "gates": ["growth"] * gates}

    assert untold.expected(config(when=when), record) == (("webhook",) if expected else ())
    assert untold.expected(NotifyConfig(when=when), record) == ()


def test_the_first_run_is_news():
    record = {"changes": None, "gates": []}
    assert untold.expected(config(when="changes", command=("x",)), record) == untold.CHANNELS


def test_who_is_not_told_yet_is_written_down_and_struck_out(run):
    untold.write(run.path, ("webhook", "command"))
    assert untold.left(run) == ("webhook", "command")

    untold.write(run.path, ("command",))
    assert untold.left(run) == ("command",)

    untold.write(run.path, ())
    assert untold.left(run) == ()
    assert not (run.path / untold.UNTOLD).exists()


def test_a_damaged_list_of_the_untold_means_everybody(run):
    (run.path / untold.UNTOLD).write_text("{")
    assert untold.left(run) == untold.CHANNELS
