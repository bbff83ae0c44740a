"""Runs of a few articles, whose tables are written out by hand."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from detector.audit.figures import Snapshot
from detector.audit.runs import Runs
from detector.audit.tables import PAIRS, ROWS, Link, Row
from detector.writers import write

NOON = datetime(2026, 11, 2, 12, tzinfo=timezone.utc)


def row(name, duplicate="", syndication="", event="", *, source="Báo Một", **values):
    """A row; a cluster that is not named holds the article alone."""
    values = {
        "canonical": True,
        "original": None,
        "relation": None,
        "language": "vi",
        "published": "",
        "title": f"Bài {name}",
    } | values
    clusters = (duplicate or f"dup-{name}", syndication or duplicate or f"syn-{name}")
    return Row(
        id=name, clusters=(*clusters, event or clusters[1] or f"eve-{name}"), source=source,
        **values,
    )  # fmt: skip


def snapshot(rows, links=(), low_score=0.7):
    """A run, from rows and from pairs of `(a, b, relation, score)`."""
    return Snapshot.of(rows, [Link(*link) for link in links], low_score)


@pytest.fixture
def stored(tmp_path):
    """Writes a complete run into `tmp_path/runs` and gives it back."""
    runs = Runs(tmp_path / "runs")

    def end(found, now=NOON, **record):
        partial = runs.begin(now)
        rows = [
            {
                "id": r.id,
                **dict(zip(ROWS[1:4], r.clusters, strict=True)),
                **{n: getattr(r, n) for n in ("canonical", "original", "relation", "language")},
                **{n: getattr(r, n) for n in ("published", "title", "source")},
            }
            for r in found.rows
        ]
        links = [
            {n: getattr(link, n) for n in ("a", "b", "relation", "score")} for link in found.links
        ]
        write([dict.fromkeys(ROWS) | r for r in rows], partial / "rows.jsonl", ROWS)
        write([dict.fromkeys(PAIRS) | r for r in links], partial / "pairs.jsonl", PAIRS)
        (partial / "report.md").write_text("# Audit\n", encoding="utf-8")
        (partial / "report.html").write_text("<p>Audit</p>", encoding="utf-8")
        return runs.end(partial, {
            "id": partial.stem,
            "status": "passed",
            "started": now.isoformat(),
            "figures": found.figures.values(),
            "low_score": 0.7,
            "gates": [],
            "guarded": [],
            "changes": None,
            "previous": None,
            "counts": {"new": len(rows), "changed": 0, "unread": 0},
            "unread": [],
            "seconds": {"read": 1.25, "add": 2.0},
            "files": {"rows": "rows.jsonl", "pairs": "pairs.jsonl", "report": "report.html",
                      "markdown": "report.md"},
            **record,
        })  # fmt: skip

    return end
