"""Runs of a few articles, whose tables are written out by hand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from detector.audit.auditing import Auditing
from detector.audit.config import AuditConfig
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
            "figures": {
                **found.figures.values(),
                "report": {"events": found.figures.clusters["event"]},
            },
            "low_score": 0.7,
            "gates": [],
            "guarded": [],
            "changes": None,
            "previous": None,
            "counts": {"new": len(rows), "changed": 0, "unread": 0},
            "unread": [],
            "notes": [],
            "seconds": {"read": 1.25, "add": 2.0},
            "files": {"rows": "rows.jsonl", "pairs": "pairs.jsonl", "report": "report.html",
                      "markdown": "report.md"},
            **record,
        })  # fmt: skip

    return end


STORY = (
    "Sáng 30-4-2025, cầu {name} bắc qua sông Đà chính thức hợp long sau {months} tháng thi công. "
    "Cây cầu dài {length} mét, trụ cao nhất {height} mét, tổng mức đầu tư hơn {cost} tỷ đồng. "
    "Khi thông xe, cầu sẽ thay thế bến phà {name} và rút ngắn thời gian đi lại của người dân hai "
    "xã {name} Thượng, {name} Hạ, nơi mỗi ngày có {cost} lượt khách qua sông."
)


def story(name, number, **fields):
    text = STORY.format(
        name=name, months=number, length=900 + number, height=90 + number, cost=800 + 7 * number
    )
    return {"id": f"{name}-{number}", "title": f"Cầu {name}", "text": text} | fields


class Telling:
    """Remembers what it is told."""

    def __init__(self):
        self.stages, self.notes = [], []

    def progress(self, stage, done, total):
        pass

    def finished(self, stage, _seconds, _told):
        self.stages.append(stage)

    def note(self, text):
        self.notes.append(text)


class Clock:
    """Stands still until it is set."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def place(tmp_path):
    """An audit whose articles, options and clock can be changed between runs."""

    class Place:
        folder = tmp_path
        clock = Clock(NOON)
        telling = Telling()

        def put(self, name, *rows):
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (tmp_path / name).write_text("".join(lines), encoding="utf-8")

        def audit(self, text=""):
            toml = f"[sources]\nfiles = ['*.jsonl']\n{text}"
            if "[detector" not in text:
                toml += "\n[detector]\njobs = 1\n[detector.semantic]\nmodel = 'none'\n"
            (tmp_path / "audit.toml").write_text(toml, encoding="utf-8")
            self.telling = Telling()
            config = AuditConfig.from_toml(tmp_path / "audit.toml")
            return Auditing(config, self.telling, self.clock)

        def run(self, text="", **options):
            self.clock.now += timedelta(hours=1)
            return self.audit(text).run(**options)

    made = Place()
    made.put("1.jsonl", story("Vạn Yên", 1), story("Bến Mới", 2), story("Bến Mới", 2, id="copy"))
    return made


def ids(run):
    return [row.id for row in run.snapshot().rows]
