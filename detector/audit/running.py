"""One run from its sources to its folder, stage by stage, so that a kill costs one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Protocol

from detector import files
from detector.audit import delta, durations, gates, page, seen, untold
from detector.audit.comparing import compared
from detector.audit.config import AuditConfig
from detector.audit.diff import Diff
from detector.audit.disk import write_json
from detector.audit.evidence import remembered
from detector.audit.figures import Snapshot
from detector.audit.indexes import SOURCES, known, opened
from detector.audit.journal import JOURNAL, Journal
from detector.audit.markdown import markdown
from detector.audit.news import changes
from detector.audit.reading import Reading, expanded
from detector.audit.record import MARKDOWN, record
from detector.audit.runs import Run, Runs
from detector.audit.tables import PAIRS, ROWS, kept, of_detection, pair_values, row_values
from detector.pipeline import Detector
from detector.pipeline.freeing import calm
from detector.records import Article, Detection, IndexInfo
from detector.writers import write

#: What a run does, in order. A stage that is finished is not done again.
STAGES = ("read", "add", "detect", "compare", "report")

_LISTING = "detect"  # from here on the whole index is held as records
_DELTA = "delta.jsonl"
_CHANGES = "changes.json"


class Teller(Protocol):
    """Who is told how far a run is."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """So much of a stage is done; `total` is 0 where it is not known."""

    def finished(self, stage: str, seconds: float, told: Mapping[str, Any]) -> None:
        """A stage is done."""

    def note(self, text: str) -> None:
        """Something that a person should know."""


class Running:
    """A run that has begun and has not ended."""

    def __init__(
        self, config: AuditConfig, runs: Runs, journal: Journal, teller: Teller, calmed: ExitStack
    ) -> None:
        """Store what the run is about; `go` does it.

        Args:
            config: of the audit.
            runs: those before.
            journal: of the run.
            teller: is told how far it is.
            calmed: closed when all that was listed is gone.
        """
        self._config = config
        self._runs = runs
        self._journal = journal
        self._teller = teller
        self._calmed = calmed
        self._folder = journal.folder
        self._open = ExitStack()

    def go(self) -> Run:
        """Do every stage that is not finished, and end the run.

        Raises:
            DetectorError: if a stage fails; the run can then be taken up again.
        """
        with self._open:
            for name in STAGES:
                if name == _LISTING:
                    # Records that all stay: a quarter of the time would go into looking for cycles.
                    self._calmed.enter_context(calm())
                if name not in self._journal.finished:
                    with self._journal.stage(name) as told:
                        getattr(self, f"_{name}")(told)
                    seconds = self._journal.seconds[name]
                    self._teller.finished(name, seconds, self._journal.told(name))
            found = record(self._config, self._journal, self._info)
            untold.write(self._folder, untold.expected(self._config.notify, found))
            run = self._runs.end(self._folder, found)
        for name in (_DELTA, JOURNAL):
            (run.path / name).unlink(missing_ok=True)
        return run

    # Stages

    def _read(self, told: dict[str, Any]) -> None:
        config = self._config
        before = known(self._runs, self._info, config)
        found = Reading(config.detector.read, self._index, before, self._since)
        with delta.written(self._folder / _DELTA) as put:
            sources = expanded(config.sources.files)
            found.read(sources, put, self._teller.progress)
        seen.write(self._folder / SOURCES, found.seen.values())
        told.update(asdict(found.count), input=seen.digest(found.seen))
        told["index"] = str(self._info.created)

    def _add(self, told: dict[str, Any]) -> None:
        total = self._journal.told("read")
        done, total = 0, total["new"] + total["changed"]
        told["expired"] = self._expire()
        batches = delta.batches(self._folder / _DELTA, self._config.sources.batch)
        for several in delta.apart(batches):
            for verdicts in self._index.add_in_batches(map(self._lacking, several)):
                done += len(verdicts)
                self._teller.progress("add", done, total)
        self._teller.progress("add", total, total)
        told["articles"] = len(self._index)

    def _lacking(self, batch: Sequence[Article]) -> list[Article]:
        """What the index lacks of a batch; the old version of an article that changed goes."""
        held = {a.id: self._index.get(a.id) for a in batch if a.id in self._index}
        changed = {
            a.id
            for a in batch
            if a.id in held and delta.fingerprint(held[a.id]) != delta.fingerprint(a)
        }
        if changed:
            self._index.remove(sorted(changed))
        return [a for a in batch if a.id not in held or a.id in changed]

    def _detect(self, told: dict[str, Any]) -> None:
        found = self._detection
        ending = self._config.format
        rows, pairs = f"rows.{ending}", f"pairs.{ending}"
        told["rows"] = write(map(row_values, found.labels), self._folder / rows, ROWS)
        told["pairs"] = write(map(pair_values, found.pairs), self._folder / pairs, PAIRS)
        told["files"] = {"rows": rows, "pairs": pairs}
        told["notes"] = list(found.notes)

    def _compare(self, told: dict[str, Any]) -> None:
        found = self._snapshot.figures
        before, diff = self._before, self._diff
        last = int(before.record["figures"]["articles"]) if before is not None else None
        unread = self._journal.told("read")["unread"]
        told["figures"] = found.values()
        checks = gates.checks(gates.Measure(found, unread, last), self._config.gates)
        told["guarded"] = {
            gate: looked[0].value if looked else None for gate, looked in checks.items()
        }
        told["gates"] = [check.values() for check in gates.tripped(checks)]
        told["previous"] = before.id if before is not None else None
        told["changes"] = None
        if diff is not None:
            told["changes"] = changes(diff)
            write_json(self._folder / _CHANGES, diff.values())

    def _report(self, told: dict[str, Any]) -> None:
        found = record(self._config, self._journal, self._info)
        before = self._before.record if self._before is not None else None
        about = page.context(found, before, self._diff, self._index.decisions())
        earlier = remembered(self._runs)
        progress = partial(self._teller.progress, "report")
        written = page.write(self._folder, self._detection, self._index, about, earlier, progress)
        told.update(bytes=written.bytes, pairs=written.pairs, figures=dict(written.figures))
        seconds = {**self._journal.seconds, "report": self._journal.elapsed}
        shown = {**found["figures"], "report": told["figures"]}
        text = markdown({**found, "seconds": seconds, "figures": shown}, before)
        with files.atomic_output(self._folder / MARKDOWN) as stream:
            stream.write(text.encode())

    # What several stages need, made when the first asks for it

    @cached_property
    def _index(self) -> Detector:
        return self._open.enter_context(opened(self._config))

    @cached_property
    def _info(self) -> IndexInfo:
        """As it was when it was opened: counting takes a second for each 100,000 articles."""
        return self._index.info()

    @cached_property
    def _detection(self) -> Detection:
        found = self._index.detection()
        same = self._index.config.cluster.keep == self._config.keep
        return found if same else kept(found, self._config.keep)

    @cached_property
    def _snapshot(self) -> Snapshot:
        rows, links = of_detection(self._detection)
        return Snapshot.of(rows, links, self._config.gates.low_score)

    @cached_property
    def _before(self) -> Run | None:
        return self._runs.last()

    @cached_property
    def _last_snapshot(self) -> Snapshot | None:
        return self._before.snapshot() if self._before is not None else None

    @cached_property
    def _diff(self) -> Diff | None:
        if self._last_snapshot is None:
            return None
        return compared(self._last_snapshot, self._snapshot)

    @cached_property
    def _since(self) -> datetime | None:
        moments = filter(None, (self._journal.since, self._kept_since()))
        return max(map(datetime.fromisoformat, moments), default=None)

    def _kept_since(self) -> str:
        """From when on the index keeps articles; empty where it keeps all."""
        span = self._config.retention.articles
        if not span:
            return ""
        began = datetime.fromisoformat(self._journal.started)
        return (began - durations.parse(span)).isoformat()

    def _expire(self) -> int:
        moment = self._kept_since()
        return self._index.expire(datetime.fromisoformat(moment)) if moment else 0
