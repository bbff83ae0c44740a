"""Reasons as a reader wants them beside an article: short, and without ids."""

from __future__ import annotations

from collections.abc import Iterable

SAME_OUTLET = "by the same outlet"
_LINKS = "links to it as its source"  # which says whom it credits, too
# Sentences about {s}, which follows, and {o}, which it is listed under; {x} is taken over.
_FORWARD = (
    ("{s} links to {o} as its source", _LINKS),
    ("{s} credits a link that spells the headline of {o}", "credits a link with its headline"),
    ("{s} credits {x}, where {o} appeared", "credits {x}"),
    ("{s} credits {x}; {o} credits nobody", "credits {x}"),
    ("{s} still shows the headline of {o}", "still shows its headline"),
    ("{s} is contained in the longer {o}", "contained in the longer text"),
    ("{o} was published {x} before {s}", "published {x} later"),
    ("Both were published by {x}", SAME_OUTLET),
    ("These signs contradict each other", "these signs contradict each other"),
)
# The same signs where they speak for the other direction.
_BACKWARD = (
    ("{o} links to {s} as its source", "but {o} links to it as its source"),
    (
        "{o} credits a link that spells the headline of {s}",
        "but {o} credits a link with its headline",
    ),
    ("{o} credits {x}, where {s} appeared", "but {o} credits {x}"),
    ("{o} credits {x}; {s} credits nobody", "but {o} credits {x}"),
    ("{o} still shows the headline of {s}", "but {o} still shows its headline"),
    ("{o} is contained in the longer {s}", "though it is longer"),
    ("{s} was published {x} before {o}", "though published {x} earlier"),
)


def phrases(reasons: Iterable[str], first: str, follower: str) -> tuple[str, ...]:
    """What the reasons of a pair say of `follower`, listed under `first`; each thing once.

    Args:
        reasons: sentences that name the two articles by their ids.
        first: id of the article that comes first.
        follower: id of the other.
    """
    told = dict.fromkeys(_phrase(reason.removesuffix("."), first, follower) for reason in reasons)
    return tuple(p for p in told if _LINKS not in told or not p.startswith("credits "))


def _phrase(reason: str, first: str, follower: str) -> str:
    for sentence, phrase in (*_FORWARD, *_BACKWARD):
        before, gap, after = sentence.partition("{x}")
        start, end = (part.format(s=follower, o=first) for part in (before, after))
        long_enough = len(reason) > len(start) + len(end) if gap else reason == start
        if long_enough and reason.startswith(start) and reason.endswith(end):
            between = reason[len(start) : len(reason) - len(end)]
            return phrase.format(s=follower, o=first, x=between)
    return reason
