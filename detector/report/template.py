"""The template, with what makes it safe: escaping everywhere, and a policy of the page's own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from detector.report.words import plain

if TYPE_CHECKING:
    from jinja2 import Template

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_HERE = Path(__file__).parent


def filled(values: Mapping[str, Any]) -> str:
    """The page with these values in it, its style sheet and its script."""
    style, script = _asset("report.css"), _asset("report.js")
    html: str = _template().render(
        values,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy=policy(style, script),
    )
    return html


def policy(style: str, script: str) -> str:
    """Nothing may be loaded, and nothing applies or runs but these two texts."""
    style, script = (
        "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit,
    )
    environment.filters["dated"] = _dated
    return environment.get_template("report.html")


def _dated(text: str) -> Markup:
    """A text whose days are marked as such, which keeps each on one line."""
    marked = _DAY.sub(r"<time>\g<0></time>", str(escape(plain(text))))
    return Markup(marked)  # noqa: S704 - escaped before


def _fit(value: Any) -> Any:
    """What a template prints, without characters that are unfit for a page."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
