"""The figures at the head of the page, and its tables by language, relation and source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from detector.records import Relation
from detector.report.clusters import CALLED
from detector.report.context import Context
from detector.report.figures import figures
from detector.report.index import Index
from detector.report.words import brief, plain
from detector.sources import Flow, middle, span

_NAME = 60
_GIVERS = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure; `change` is since the run before."""

    name: str
    value: str
    beside: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a small table with bars: a part of a whole, and a part of that part."""

    name: str
    kind: str
    count: int
    share: float
    beside: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source; texts are of a bounded length."""

    name: str
    articles: int
    originals: int
    taken: int
    share: float
    updates: int
    unclear: int
    republished: int
    delay: float | None
    after: str
    givers: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """What one source took over from another."""

    giver: str
    taker: str
    articles: int
    delay: float | None
    after: str
    relations: str


def tiles(index: Index, context: Context) -> tuple[Tile, ...]:
    """The headline figures, with the change since the run before where it is known."""
    now = figures(index)
    before = dict(context.changes.figures) if context.changes else {}
    gaps = [d.delay for d in index.derivations.values() if d.delay is not None and not d.own]
    after = middle(gaps)

    def tile(key: str, name: str, beside: str = "") -> Tile:
        gap = now[key] - before[key] if key in before else None
        return Tile(_plural(name, now[key]), f"{now[key]:,.0f}", beside, _change(gap))

    sources, share = now["sources"], now["taken"] / max(now["articles"], 1)
    unclear = _unclear_translations(index)
    more = f"{unclear:,} more stor{{y}}, original unknown"
    made = [
        tile("articles", "article{s}",
             _plural(f"from {sources:,.0f} source{{s}}", sources) if sources else ""),
        tile("taken", "taken over from others", f"{percent(share)} of all"),
        tile("translations", "translation{s}", _plural(more, unclear) if unclear else ""),
        tile("stories", "stor{y} that went further"),
        tile("events", "event{s} with several stories"),
    ]  # fmt: skip
    if after is not None:
        made.append(Tile("until a story is taken over", span(after), "median"))
    return tuple(made)


def run_figures(context: Context) -> tuple[Tile, ...]:
    """The figures that only the caller knows."""
    return tuple(
        Tile(
            brief(figure.name, _NAME),
            brief(figure.now, _NAME),
            ""
            if figure.before in ("", figure.now)
            else f"{brief(figure.before, _NAME)} in the run before",
        )
        for figure in context.figures
    )


def _unclear_translations(index: Index) -> int:
    """Stories in several languages of which nobody knows where they began."""
    return sum(
        story.original is None and len({index.labels[m].language for m in story.members}) > 1
        for story in index.stories
    )


def _plural(text: str, count: float) -> str:
    """A text whose {s} and {y} are the endings of a word that is counted."""
    return text.format(s="" if count == 1 else "s", y="y" if count == 1 else "ies")


def percent(share: float) -> str:
    """A share in whole per cents; a small one, with one more digit."""
    return f"{share:.0%}" if share >= 0.01 or not share else f"{share:.1%}"


def _change(gap: float | None) -> str:
    if gap is None:
        return ""
    return f"{'+' if gap > 0 else '−'}{abs(gap):,.0f}" if gap else "unchanged"


def languages(index: Index, most: int) -> tuple[Share, ...]:
    """Articles by language, and how many of them were taken over, own updates left out."""
    counts = Counter(label.language for label in index.labels.values())
    taken = Counter(
        index.labels[name].language for name, one in index.derivations.items() if not one.own
    )
    return tuple(
        Share(
            plain(name),
            "first",
            n,
            n / max(len(index.labels), 1),
            f"{percent(taken[name] / n)} taken over" if taken[name] else "",
        )
        for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    )


def relations(index: Index) -> tuple[Share, ...]:
    """Articles by what they are, and pairs by their relation."""
    counts = Counter(index.standings.values())
    pairs = Counter(str(pair.relation) for pair in index.detection.pairs)
    kinds = {
        **dict.fromkeys(map(str, Relation), "copy"),
        "copy of a copy": "copy",
        "translation": "translation",
        "original": "original",
        "original unknown": "unknown",
    }
    rows = []
    for name, called in CALLED.items():
        if not counts[name] and not pairs[name]:
            continue
        beside = f"{pairs[name]:,} pair{'s' * (pairs[name] != 1)}" if name in pairs else ""
        kind = "report" if name in ("same_event", "alone") else kinds[name]
        share = counts[name] / max(len(index.labels), 1)
        rows.append(Share(called, kind, counts[name], share, beside))
    return tuple(rows)


def source_rows(index: Index, most: int) -> tuple[SourceRow, ...]:
    """The sources with most articles."""
    return tuple(
        SourceRow(
            name=_short(one.name),
            articles=one.articles,
            originals=one.originals,
            taken=one.taken,
            share=one.taken / one.articles,
            updates=one.updates,
            unclear=one.unclear,
            republished=one.republished,
            delay=one.delay,
            after="" if one.delay is None else span(one.delay),
            givers=_listed(one.givers),
        )
        for one in index.sources[:most]
    )


def _listed(flows: Sequence[Flow]) -> str:
    told = [f"{_short(f.giver)} {f.articles:,}" for f in flows[:_GIVERS]]
    more = len(flows) - _GIVERS
    return ", ".join(told) + (f", {more} more" if more > 0 else "")


def flow_rows(index: Index, most: int) -> tuple[FlowRow, ...]:
    """The largest flows between two sources."""
    by: dict[tuple[str, str], list[str]] = {}
    for part in index.flows_by_relation:
        told = f"{CALLED.get(part.relation, 'by way of others')} {part.articles:,}"
        by.setdefault((part.giver, part.taker), []).append(told)
    found = [flow for flow in index.flows if flow.giver != flow.taker]
    return tuple(
        FlowRow(
            giver=_short(flow.giver),
            taker=_short(flow.taker),
            articles=flow.articles,
            delay=flow.delay,
            after="" if flow.delay is None else span(flow.delay),
            relations=", ".join(by[flow.giver, flow.taker]),
        )
        for flow in found[:most]
    )


def _short(name: str) -> str:
    return brief(name, _NAME)
