"""The HTTP service: `create_app` for any ASGI server, `run` with uvicorn.

Importing this package loads neither FastAPI nor uvicorn.
"""

from __future__ import annotations

from detector.serve.app import create_app
from detector.serve.options import ServeOptions
from detector.serve.server import run

__all__ = ["ServeOptions", "create_app", "run"]
