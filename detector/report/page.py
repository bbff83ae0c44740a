"""The whole page: choose, collect, fill the template, and keep to the size."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from detector import __version__
from detector.files import atomic_output
from detector.records import Detection, Evidence, Pair
from detector.report import clusters, overview
from detector.report.charts import by_day, grid
from detector.report.choosing import TELLING, Choice, Limits, choose
from detector.report.clusters import CALLED, Head, head
from detector.report.context import Context
from detector.report.index import Index
from detector.report.review import Doubt
from detector.report.sides import Asked, Sides
from detector.report.words import cut, embedded, plain
from detector.sources import span

if TYPE_CHECKING:
    from jinja2 import Environment

#: Bytes that no report exceeds.
MOST = 5_000_000

_HERE = Path(__file__).parent
_TRIES = 12
_LINE = 400  # characters of a note


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a report.

    Attributes:
        bytes: its size.
        pairs: how many pairs it shows side by side.
        left_out: sentences on what there is more of than the page shows.
    """

    bytes: int
    pairs: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair in a list; `number` is its place in the data, -1 without texts."""

    number: int
    relation: str
    called: str
    score: float
    left: Head
    right: Head
    told: tuple[str, ...] = ()


def write(
    path: str | Path,
    detection: Detection,
    article: Asked,
    *,
    context: Context | None = None,
    evidence: Callable[[Pair], Evidence] | None = None,
) -> Written:
    """Write the report of a pass as one HTML file, which no request leaves.

    Args:
        path: where to; the file appears whole or not at all.
        detection: what was found.
        article: gives a whole article by its id, or None where it is not to be had. It is
            asked for the articles of the pairs that are shown side by side, some hundreds.
        context: what the caller knows: the run, its gates, what changed, decisions.
        evidence: gives the evidence of a pair; asked where a pair that is shown carries no
            passages of its own.

    Raises:
        InputError: where the file cannot be written.
    """
    html, written = render(detection, article, context=context, evidence=evidence)
    with atomic_output(path) as stream:
        stream.write(html)
    return written


def render(
    detection: Detection,
    article: Asked,
    *,
    context: Context | None = None,
    evidence: Callable[[Pair], Evidence] | None = None,
    most: int = MOST,
) -> tuple[bytes, Written]:
    """The report as UTF-8, at most `most` bytes; see `write`."""
    index, told = Index(detection), context or Context()
    kept: dict[tuple[str, str], Evidence] = {}

    def evidence_of(pair: Pair) -> Evidence:
        key = (pair.a, pair.b)
        if key not in kept:
            bare = not pair.evidence.passages and evidence is not None
            kept[key] = evidence(pair) if bare and evidence is not None else pair.evidence
        return kept[key]

    limits = Limits()
    for _ in range(_TRIES):
        chosen = choose(index, told, limits)
        html = _page(index, chosen, told, limits, article, evidence_of).encode()
        if len(html) <= most:
            break
        limits = limits.smaller()
    return html, Written(len(html), len(chosen.pairs), chosen.left_out)


def _page(
    index: Index,
    chosen: Choice,
    context: Context,
    limits: Limits,
    article: Asked,
    evidence: Callable[[Pair], Evidence],
) -> str:
    sides = Sides(index, article, limits.text)
    numbers = {(p.a, p.b): sides.add(p, evidence(p)) for p in chosen.pairs}
    stories = [clusters.story(index, c, numbers, limits.members) for c in chosen.stories]
    places = {cluster.id: number for number, cluster in enumerate(chosen.stories)}
    events = [clusters.event(index, c, places, numbers, limits.members) for c in chosen.events]
    sources, all_sources = overview.source_rows(index, limits.sources)
    flows, all_flows = overview.flow_rows(index, limits.flows)
    style, script = _asset("report.css"), _asset("report.js")
    data = sides.data()
    html: str = _template().render(
        version=__version__,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy=_policy(style, script),
        data=embedded(data),
        mark=_mark(data["pairs"]),
        context=context,
        period=_period(index),
        count=len(index.labels),
        tiles=overview.tiles(index, context),
        days=by_day(index),
        languages=overview.languages(index, limits.listed),
        relations=overview.relations(index),
        grid=grid(index.detection.flows(), limits.grid),
        sources=sources,
        all_sources=all_sources,
        flows=flows,
        all_flows=all_flows,
        stories=stories,
        all_stories=len(index.stories()),
        events=events,
        all_events=len(index.events()),
        pairs=[_row(index, pair, numbers) for pair in sorted(chosen.pairs, key=_by_relation)],
        all_pairs=len(index.pairs),
        doubts={
            kind: [_doubt(index, doubt, numbers) for doubt in found]
            for kind, found in chosen.doubts.items()
        },
        notes=_notes(context, index, chosen),
        skipped=[_line(x) for x in context.skipped[: limits.listed]],
        skips=max(context.skips, len(context.skipped)),
        changed=_changed(index, context, numbers, limits.listed),
        decided=[_decided(index, d, numbers) for d in context.decisions[: limits.listed]],
        called=CALLED,
        span=span,
    )
    return html


def _by_relation(pair: Pair) -> tuple[int, float, str, str]:
    return TELLING.index(pair.relation), -pair.score, pair.a, pair.b


def _row(
    index: Index, pair: Pair, numbers: dict[tuple[str, str], int], told: Iterable[str] = ()
) -> PairRow:
    left, right = (pair.a, pair.b) if pair.original != pair.b else (pair.b, pair.a)
    return PairRow(
        number=numbers.get((pair.a, pair.b), -1),
        relation=str(pair.relation),
        called=CALLED[str(pair.relation)],
        score=pair.score,
        left=head(index.labels[left]),
        right=head(index.labels[right]),
        told=tuple(told),
    )


def _doubt(index: Index, doubt: Doubt, numbers: dict[tuple[str, str], int]) -> PairRow:
    return _row(index, doubt.pair, numbers, doubt.told)


def _named(index: Index, name: str) -> Head:
    label = index.labels.get(name)
    return head(label) if label else Head(name[:_LINE], cut(plain(name), 80), "und", "", "")


def _changed(
    index: Index, context: Context, numbers: dict[tuple[str, str], int], most: int
) -> dict[str, Any]:
    """What changed, cut to what is listed."""
    changes = context.changes
    if changes is None:
        return {}
    pairs = [
        {
            "left": _named(index, change.a),
            "right": _named(index, change.b),
            "before": CALLED[str(change.before)] if change.before else "not related",
            "now": CALLED[str(change.now)] if change.now else "not related",
            "number": numbers.get((min(change.a, change.b), max(change.a, change.b)), -1),
        }
        for change in changes.pairs[:most]
    ]
    return {
        "clusters": [(one, _line(one.title)) for one in changes.clusters[:most]],
        "pairs": pairs,
        "rates": changes.rates[:most],
        "more": {
            "clusters": max(0, len(changes.clusters) - most),
            "pairs": max(0, len(changes.pairs) - most),
            "rates": max(0, len(changes.rates) - most),
        },
    }


def _decided(index: Index, decision: Any, numbers: dict[tuple[str, str], int]) -> dict[str, Any]:
    key = (min(decision.a, decision.b), max(decision.a, decision.b))
    pair = index.pair(*key)
    return {
        "left": _named(index, decision.a),
        "right": _named(index, decision.b),
        "same": decision.same,
        "level": decision.level,
        "made": _line(decision.made),
        "note": _line(decision.note),
        "now": CALLED[str(pair.relation)] if pair else "not related",
        "number": numbers.get(key, -1),
    }


def _notes(context: Context, index: Index, chosen: Choice) -> list[str]:
    told = dict.fromkeys((*index.detection.notes, *context.notes, *chosen.left_out))
    return [_line(note) for note in told]


def _line(text: str) -> str:
    return cut(plain(text), _LINE)


def _period(index: Index) -> tuple[str, str]:
    days = [label.published[:10] for label in index.labels.values() if label.published]
    return (min(days), max(days)) if days else ("", "")


def _mark(pairs: Any) -> str:
    """What tells this page's decisions from those of another in the browser's store."""
    keys = repr([(pair["a"], pair["b"]) for pair in pairs])
    return hashlib.blake2b(keys.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and nothing runs but what stands in this package."""
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return (
        f"default-src 'none'; style-src '{hashes[0]}'; script-src '{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Any:
    return _environment().get_template("report.html")


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit,
    )


def _fit(value: Any) -> Any:
    """What a template prints, without characters that are unfit for a page."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
