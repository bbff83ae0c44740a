"""The reports of a run made anew, from what its folder keeps and the texts in the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

import orjson

from detector import report
from detector.audit import page
from detector.audit.comparing import compared
from detector.audit.evidence import EVIDENCE, Asked, Exhibits, evidence, remembered
from detector.audit.markdown import markdown
from detector.audit.news import changes
from detector.audit.runs import Run, Runs
from detector.audit.tables import PAIRS, ROWS, read_table
from detector.errors import StoreError, UnknownArticleError
from detector.pipeline import Detector
from detector.records import Cluster, Decision, Detection, Evidence, Label, Level, Pair, Relation

#: Told what could not be had.
Told = Callable[[str], None]


def drawn(run: Run, before: Run | None, told: Told) -> tuple[bytes, str]:
    """The page and the Markdown of a run as this version makes them.

    Texts are those that the index holds now, and so are the decisions. Where an article has
    changed since, its pairs are compared anew; where it is gone, its text is missing.

    Args:
        run: complete.
        before: the run that it is compared with; None compares it with none.
        told: is told if the index cannot be opened, which leaves all texts missing.

    Raises:
        InputError: if the tables of a run are missing or damaged.
    """
    found = restored(run)
    record, diff = dict(run.record), None
    if before is not None:
        diff = compared(before.snapshot(), run.snapshot())
        record.update(previous=before.id, changes=changes(diff))
    else:
        record.update(previous=None, changes=None)
    last_record = before.record if before is not None else None
    with _index(run, told) as (article, collect, decisions):
        about = page.context(record, last_record, diff, decisions)
        shown = (*remembered(Runs(run.path.parent)), run.path / EVIDENCE)
        exhibits = Exhibits(shown, article, collect)
        html, _ = report.render(found, article, context=about, evidence=exhibits.of)
    return html, markdown(record, last_record)


def restored(run: Run) -> Detection:
    """What a run found, from its tables.

    Raises:
        InputError: if they are missing or damaged.
    """
    labels = read_table(run.file("rows"), _label, ROWS)
    clusters = chain.from_iterable(_clusters(level, labels) for level in Level)
    pairs = read_table(run.file("pairs"), _pair, PAIRS)
    return Detection(tuple(labels), tuple(pairs), tuple(clusters), tuple(run.record["notes"]))


def _clusters(level: Level, labels: list[Label]) -> Iterator[Cluster]:
    members: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        members[getattr(label, f"{level}_cluster")].append(label)
    return (_cluster(level, name, found) for name, found in sorted(members.items()))


def _cluster(level: Level, name: str, found: list[Label]) -> Cluster:
    ids = tuple(sorted(label.id for label in found))
    original, confidence = found[0].original, found[0].original_confidence
    if level is Level.EVENT or original not in ids:
        return Cluster(name, level, ids)
    return Cluster(name, level, ids, original, confidence)


def _label(values: Mapping[str, Any]) -> Label:
    named = {name: values[name] for name in Label.__slots__ if name not in ("relation", "credits")}
    relation = Relation(values["relation"]) if values["relation"] else None
    return Label(**named, relation=relation, credits=())


def _pair(values: Mapping[str, Any]) -> Pair:
    told = values["evidence"]
    told = orjson.loads(told) if isinstance(told, str) else told
    named = {name: values[name] for name in Pair.__slots__ if name not in ("relation", "evidence")}
    return Pair(**named, relation=Relation(values["relation"]), evidence=evidence(told))


@contextmanager
def _index(
    run: Run, told: Told
) -> Iterator[tuple[Asked, Callable[[Pair], Evidence], tuple[Decision, ...]]]:
    """Articles, evidence and decisions, as far as the index still has them."""
    path = str(run.record["index"]["path"])
    try:
        index = Detector.open(path, read_only=True)
    except StoreError as error:
        told(f"The page has no texts: {error}")
        yield lambda _: None, lambda pair: pair.evidence, ()
        return

    def collect(pair: Pair) -> Evidence:
        try:
            return index.explain(pair.a, pair.b).evidence
        except UnknownArticleError:
            return pair.evidence

    with index:
        yield page.asked(index), collect, tuple(index.decisions())
