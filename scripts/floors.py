"""Floors of quality: figures that may rise by themselves and fall only with a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import UsageError

#: A floor keeps so many digits, rounded down.
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors of each corpus, with a digest of the corpus they were measured on.

    Attributes:
        path: the file.
        corpora: name to ``{"digest": str, "floors": {figure: least}}``.
        lowered: every lowering, oldest first, with its reason.
    """

    path: Path
    corpora: dict[str, dict[str, Any]]
    lowered: list[dict[str, Any]]

    @classmethod
    def from_file(cls, path: Path) -> Floors:
        """Read the file; empty floors where there is none."""
        if not path.is_file():
            return cls(path, {}, [])
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(path, content["corpora"], content["lowered"])

    def broken(self, name: str, digest: str, figures: Mapping[str, float]) -> list[str]:
        """Which floors of a corpus these figures break; empty where all hold."""
        known = self.corpora.get(name)
        if known is None:
            return []
        if known["digest"] != digest:
            return [
                f"{name}: its articles or gold changed since its floors were set; run "
                f"scripts/evaluate.py {name} --floors"
            ]
        return [
            f"{name}: {figure} is {figures.get(figure, 0.0):.4f}, its floor is {least}"
            for figure, least in known["floors"].items()
            if figures.get(figure, 0.0) < least
        ]

    def raised(
        self, name: str, digest: str, figures: Mapping[str, float], reason: str = ""
    ) -> Floors:
        """Floors at these figures.

        Args:
            name: of the corpus.
            digest: of its articles and gold.
            figures: what was measured.
            reason: why a floor may be lowered, or left out; empty if none may.

        Raises:
            UsageError: if a floor would be lowered without a reason.
        """
        old = self.corpora.get(name, {"floors": {}})["floors"]
        new = {figure: _down(value) for figure, value in sorted(figures.items())}
        lower = {f: {"from": old[f], "to": new.get(f)} for f in old if new.get(f, -1.0) < old[f]}
        if lower and not reason:
            listed = ", ".join(f"{f} {c['from']} to {c['to']}" for f, c in lower.items())
            raise UsageError(f"{name}: floors would fall: {listed}. Say why with --lower REASON")
        note = [{"corpus": name, "reason": reason, "figures": lower}] if lower else []
        corpora = {**self.corpora, name: {"digest": digest, "floors": new}}
        return Floors(self.path, dict(sorted(corpora.items())), [*self.lowered, *note])

    def write(self) -> None:
        """Replace the file."""
        content = {"corpora": self.corpora, "lowered": self.lowered}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        part = self.path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(self.path)


def _down(value: float) -> float:
    scale = 10.0**_DIGITS
    return math.floor(round(value * scale, 6)) / scale
