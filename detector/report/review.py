"""What a person should look at: weak links, bridges, and pairs that contradict themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detector.records import Label, Pair, Relation
from detector.report.graph import bridges, holding
from detector.report.index import Index

_PART = 2  # articles on the smaller side of a bridge: with one, it is an ordinary link
_SPANNED = 2 * _PART - 1  # pairs that join as many articles as have two such sides
_AT_ONCE = 2  # of one cluster, before the others have had their turn
_SURE = 0.95  # score from which a link is not weak, whatever hangs by it
_CONTRADICTION = "These signs contradict each other."


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair for review.

    Attributes:
        pair: the two articles.
        kind: "bridge", "conflict" or "weak".
        told: what is doubtful about it, in a few words each.
        cluster: id of the cluster that depends on it.
    """

    pair: Pair
    kind: str
    told: tuple[str, ...]
    cluster: str


def doubts(index: Index) -> dict[str, list[Doubt]]:
    """All pairs for review by kind, the most doubtful first; a pair may be of several kinds."""
    spans: dict[tuple[str, str], Doubt] = {}
    weak: dict[tuple[str, str], Doubt] = {}
    # A story's own links first: what holds it together need not hold its event together.
    for groups, what in ((index.story_pairs, "story"), (index.event_pairs, "event")):
        for cluster, pairs in groups.items():
            for bridge in bridges(pairs) if len(pairs) >= _SPANNED else ():
                if min(bridge.parts) >= _PART:
                    key = (bridge.pair.a, bridge.pair.b)
                    told = f"alone joins {bridge.parts[0]} and {bridge.parts[1]} articles"
                    spans.setdefault(key, Doubt(bridge.pair, "bridge", (told,), cluster))
            for pair in holding(pairs):
                if pair.score >= _SURE:
                    break
                told = f"best link between two parts of {_article(what)} {what}"
                weak.setdefault((pair.a, pair.b), Doubt(pair, "weak", (told,), cluster))
    conflicts = [found for pair in index.pairs.values() if (found := _conflict(pair, index))]
    return {
        "bridge": _spread(sorted(spans.values(), key=_by_score)),
        "conflict": _spread(sorted(conflicts, key=_by_contradiction)),
        "weak": _spread(sorted(weak.values(), key=_by_score)),
    }


def _spread(found: list[Doubt]) -> list[Doubt]:
    """A few of each cluster, then the next few: one large event would fill the list."""
    seen: Counter[str] = Counter()
    turns = []
    for doubt in found:
        turns.append(seen[doubt.cluster] // _AT_ONCE)
        seen[doubt.cluster] += 1
    return [doubt for _, doubt in sorted(zip(turns, found, strict=True), key=lambda x: x[0])]


def _by_contradiction(doubt: Doubt) -> tuple[bool, int, tuple[float, str, str]]:
    """Copies and translations first: a whole event may have lasted for days."""
    return doubt.pair.relation is Relation.SAME_EVENT, -len(doubt.told), _by_score(doubt)


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _by_score(doubt: Doubt) -> tuple[float, str, str]:
    return doubt.pair.score, doubt.pair.a, doubt.pair.b


def _conflict(pair: Pair, index: Index) -> Doubt | None:
    a, b = index.labels[pair.a], index.labels[pair.b]
    if a.event_cluster != b.event_cluster:
        return None
    told = tuple(dict.fromkeys(_contradictions(pair, a, b)))
    if not told:
        return None
    same = a.syndication_cluster == b.syndication_cluster
    return Doubt(pair, "conflict", told, a.syndication_cluster if same else a.event_cluster)


def _contradictions(pair: Pair, a: Label, b: Label) -> Iterator[str]:
    if a.event_date and b.event_date and a.event_date != b.event_date:
        yield f"event on {a.event_date} or {b.event_date}"
    elif _stated(pair, "dates", "event_day_apart"):
        yield "different days"
    if _stated(pair, "places", "dateline_apart"):
        yield "different places"
    if pair.relation is Relation.SAME_EVENT:
        return
    if _CONTRADICTION in pair.evidence.reasons:
        yield "signs of who was first contradict each other"
    elif pair.original and a.original in (pair.a, pair.b) and pair.original != a.original:
        yield "first of the pair, but not of its cluster"


def _stated(pair: Pair, kind: str, feature: str) -> bool:
    features: Mapping[str, float] = pair.evidence.features
    return kind in pair.evidence.conflicting or features.get(feature, 0.0) > 0
