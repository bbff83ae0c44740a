"""Reasons as a reader wants them beside an article: short, and without ids."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINKS = "links to it as its source"  # which says whom it credits, too
# Sentences about {s}, which follows, and {o}, which it is listed under.
_FORWARD = (
    (r"{s} links to {o} as its source", _LINKS),
    (r"{s} credits a link that spells the headline of {o}", "credits a link with its headline"),
    (r"{s} credits (?P<x>.+), where {o} appeared", "credits {x}"),
    (r"{s} credits (?P<x>.+); {o} credits nobody", "credits {x}"),
    (r"{s} still shows the headline of {o}", "still shows its headline"),
    (r"{s} is contained in the longer {o}", "contained in the longer text"),
    (r"{o} was published (?P<x>.+) before {s}", "published {x} later"),
    (r"Both were published by (?P<x>.+)", "by the same outlet"),
    (r"These signs contradict each other", "these signs contradict each other"),
)
# The same signs where they speak for the other direction.
_BACKWARD = (
    (r"{o} links to {s} as its source", "but {o} links to it as its source"),
    (
        r"{o} credits a link that spells the headline of {s}",
        "but {o} credits a link with its headline",
    ),
    (r"{o} credits (?P<x>.+), where {s} appeared", "but {o} credits {x}"),
    (r"{o} credits (?P<x>.+); {s} credits nobody", "but {o} credits {x}"),
    (r"{o} still shows the headline of {s}", "but {o} still shows its headline"),
    (r"{o} is contained in the longer {s}", "though it is longer"),
    (r"{s} was published (?P<x>.+) before {o}", "though published {x} earlier"),
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
    ids = {"s": re.escape(follower), "o": re.escape(first)}
    for pattern, phrase in (*_FORWARD, *_BACKWARD):
        match = re.fullmatch(pattern.format(**ids), reason)
        if match:
            return phrase.format(s=follower, o=first, **match.groupdict())
    return reason
