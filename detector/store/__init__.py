"""What was seen before: a folder with one SQLite file and files that follow from it."""

from detector.store.store import Store

__all__ = ["Store"]
