"""``detector serve``: the index over HTTP."""

from __future__ import annotations

import click

from detector.cli.options import examples, index_option

_MB = 1_000_000


@click.command(
    epilog=examples(
        "detector serve --index news.index",
        "DETECTOR_TOKEN=… detector serve --index news.index --host 0.0.0.0",
    )
)
@index_option
@click.option("--host", metavar="NAME", default="127.0.0.1", show_default=True,
              help="Name or address to listen on.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", default=8000,
              show_default=True, help="0 for any that is free.")  # fmt: skip
@click.option("--fields", metavar="text=body,…", help="Which of your keys is which field.")
@click.option("--max-body", type=click.FloatRange(0, min_open=True), metavar="MB", default=5,
              show_default=True, help="Largest request, in megabytes.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", default=30,
              show_default=True, help="Longest time for one request.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Log errors, not requests.")
def serve(
    index: str,
    host: str,
    port: int,
    fields: str | None,
    max_body: float,
    timeout: float,
    quiet: bool,
) -> None:
    """Answer over HTTP whether articles are new, from the index in DIR.

    POST /check and /articles take an article as JSON, with the keys of a JSON line; /articles
    also a list. GET /articles/ID, /clusters/ID, /explain?a=ID&b=ID, /healthz, /metrics and
    /openapi.json; DELETE /articles/ID. A wrong article is answered with 422 and the message
    that `dedup` has for it.

    With DETECTOR_TOKEN in the environment every request but for /healthz and /openapi.json needs
    the header Authorization: Bearer TOKEN. SIGTERM or Ctrl-C ends it behind the last answer.
    """
    from detector.cli.options import reading
    from detector.pipeline import Detector
    from detector.serve import ServeOptions, run
    from detector.serve.options import token_from

    token = token_from()
    with Detector.open(index, create=False) as detector:
        options = ServeOptions(
            read=reading(detector.config.read, {"fields": fields}),
            token=token,
            max_body=max(1, round(max_body * _MB)),
            timeout=timeout,
        )
        run(
            detector, options, host, port,
            log=not quiet, say=lambda line: click.echo(line, err=True),
        )  # fmt: skip
