"""Which article each one that was taken over came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from detector.sources.delays import delay
from detector.sources.shapes import Labelled, Paired
from detector.sources.standing import REPORT


@dataclass(frozen=True, slots=True)
class Derivation:
    """One article that was taken over.

    Attributes:
        article: its id.
        parent: id of the article it came from.
        relation: to that article; empty where only other articles join the two.
        own: both were published by one source: an update, no syndication.
        delay: minutes from the parent's publication to its own; negative where the record
            says that the parent came later; None where a time is missing. Where one of the
            two has no time of day, whole days.
    """

    article: str
    parent: str
    relation: str
    own: bool
    delay: float | None


def derivations(labels: Iterable[Labelled], pairs: Iterable[Paired]) -> tuple[Derivation, ...]:
    """Every article whose original is known and another one, in the order of the labels."""
    by_id = {label.id: label for label in labels}
    taken = {n: x for n, x in by_id.items() if x.original not in (None, n)}
    found: dict[str, Paired] = {}
    for pair in pairs:
        if pair.relation == REPORT:
            continue
        for child, parent in ((pair.a, pair.b), (pair.b, pair.a)):
            if child in taken and _likelier(pair, parent, found.get(child), taken[child]):
                found[child] = pair
    result = []
    for name, label in taken.items():
        link = found.get(name)
        parent = (link.b if link.a == name else link.a) if link else str(label.original)
        other = by_id.get(parent)
        own = link.same_source if link else False
        own = own or bool(other and label.source and label.source == other.source)
        gap = delay(other.published, label.published) if other else None
        result.append(Derivation(name, parent, str(link.relation) if link else "", own, gap))
    return tuple(result)


def _likelier(pair: Paired, parent: str, best: Paired | None, child: Labelled) -> bool:
    """Whether a pair tells better than the best so far what an article came from."""
    if parent != child.original and pair.original != parent:
        return False
    if best is None:
        return True

    def rank(link: Paired) -> tuple[bool, float, str, str]:
        return (child.original not in (link.a, link.b), -link.score, link.a, link.b)

    return rank(pair) < rank(best)
