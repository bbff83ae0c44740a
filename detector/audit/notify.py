"""Telling others of a finished run: a webhook, and a command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from detector.audit.config import NotifyConfig
from detector.audit.runs import RECORD, Run
from detector.errors import ConfigError, InputError
from detector.writers.jsonl import dumps

#: Answers after which another attempt may succeed.
RETRIED = (408, 425, 429, 500, 502, 503, 504)

_Teller = Callable[[Run, NotifyConfig], None]

_OUTPUT = 2000  # characters of what a failing command said


class NotifyError(InputError):
    """A run is complete, but somebody could not be told."""


def check(config: NotifyConfig, environment: Mapping[str, str]) -> None:
    """Refuse, before hours of work, what could not be told at their end.

    Raises:
        ConfigError: if a variable is not set, or holds no URL. Its value is never shown.
    """
    for option in ("webhook_env", "token_env"):
        name = getattr(config, option)
        if name and not environment.get(name):
            raise ConfigError(f"notify.{option}: the environment has no {name}; set it")
    if config.webhook_env:
        parts = urlsplit(environment[config.webhook_env])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"notify.webhook_env: {config.webhook_env} holds no URL; it must begin with "
                "https:// or http://"
            )


def tell(run: Run, config: NotifyConfig, channels: Iterable[str]) -> dict[str, str]:
    """Tell of a run; a failure keeps nobody else from being told.

    Args:
        run: complete.
        config: how to tell, and how long to try.
        channels: whom, of `untold.CHANNELS`; who is not named in `config` any more needs no word.

    Returns:
        What failed, by channel, in words; empty when all were told.
    """
    said = {channel: _failure(_TELLERS[channel], run, config) for channel in channels}
    return {channel: failure for channel, failure in said.items() if failure}


def _failure(teller: _Teller, run: Run, config: NotifyConfig) -> str:
    try:
        teller(run, config)
    except InputError as error:  # also where there is no report to tell any more
        return str(error)
    return ""


def message(run: Run) -> dict[str, Any]:
    """What a webhook gets: figures for programs, and Markdown in `text` for people."""
    record = run.record
    return {
        "run": run.id,
        "status": record["status"],
        "text": run.report("markdown").read_text(encoding="utf-8"),
        "report": str(run.file("report").resolve()),
        "gates": record["gates"],
        "figures": {k: v for k, v in record["figures"].items() if k != "sources"},
        "changes": record["changes"],
        "counts": record["counts"],
    }


def _webhook(run: Run, config: NotifyConfig) -> None:
    if not config.webhook_env:
        return
    import urllib3

    url = os.environ[config.webhook_env]
    # The key lets a receiver drop what an attempt whose answer was lost has brought already.
    headers = {"Content-Type": "application/json", "Idempotency-Key": run.id}
    if config.token_env:
        headers["Authorization"] = f"Bearer {os.environ[config.token_env]}"
    retries = urllib3.Retry(
        total=config.attempts - 1,
        redirect=0,  # a token is for whom it was given to
        backoff_factor=config.wait,
        status_forcelist=RETRIED,
        allowed_methods=["POST"],
        raise_on_status=False,
        raise_on_redirect=False,
    )
    try:
        with _pool(url) as pool:
            answer = pool.request(
                "POST", url, body=dumps(message(run)), headers=headers,
                retries=retries, timeout=config.timeout,
            )  # fmt: skip
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise _failed(config, f"no answer ({_kind(error)})") from None
    if not 200 <= answer.status < 300:
        raise _failed(config, f"it answers {answer.status}", answer.status in RETRIED)


def _failed(config: NotifyConfig, reason: str, retried: bool = True) -> NotifyError:
    tries = "1 attempt" if config.attempts == 1 else f"up to {config.attempts} attempts"
    after = f" after {tries}" if retried else ""
    return NotifyError(f"{reason}{after}; check the address", f"webhook {config.webhook_env}")


def _kind(error: BaseException) -> str:
    """What went wrong, without the address, which may be a secret."""
    cause: BaseException | None = getattr(error, "reason", None)
    cause = cause if isinstance(cause, BaseException) else error
    words = {
        "ConnectTimeoutError": "timed out",
        "NameResolutionError": "its name is not known",
        "NewConnectionError": "connection refused",
        "ReadTimeoutError": "timed out",
        "SSLError": "its certificate is not trusted",
    }
    return words.get(type(cause).__name__, type(cause).__name__)


def _pool(url: str) -> Any:
    """Connections to the host of a URL, through the proxy that the environment names."""
    import urllib3

    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.netloc):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()


def _command(run: Run, config: NotifyConfig) -> None:
    if not config.command:
        return
    where = f"command {config.command[0]}"
    environment = {
        **os.environ,
        "AUDIT_RUN": str((run.path / RECORD).resolve()),
        "AUDIT_FOLDER": str(run.path.resolve()),
        "AUDIT_STATUS": str(run.record["status"]),
    }
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program, without a shell
            list(config.command), env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=config.command_timeout,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotifyError(f"not done after {config.command_timeout:g} seconds", where) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotifyError(f"cannot be started: {reason}", where) from error
    said = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode:
        told = f": {said[-_OUTPUT:]}" if said else ""
        raise NotifyError(f"ended with {done.returncode}{told}", where)
    if said:
        sys.stderr.write(f"{said}\n")


_TELLERS: dict[str, _Teller] = {
    "webhook": _webhook,
    "command": _command,
}
