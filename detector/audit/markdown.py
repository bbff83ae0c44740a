"""``report.md``: a run for a chat or a mail, in lists that are read without rendering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from detector.audit import durations

_MARKS = re.compile(r"([\\`*_{}\[\]#|~])")
_TITLE = 100  # characters of a headline
_SOURCES = 5
_PROBLEMS = 5
_TRIPS = 3  # sentences on one gate
_LEVELS = {
    "duplicate": "One article in one language",
    "syndication": "One article wherever it went",
    "event": "One event",
}

Record = Mapping[str, Any]


def markdown(record: Record, before: Record | None = None) -> str:
    """A run in Markdown.

    Args:
        record: what its ``run.json`` says.
        before: what that of the run before said; None at the first.
    """
    parts = [
        *_head(record),
        *_figures(record["figures"], before and before["figures"]),
        *_gates(record),
        *_changes(record),
        *_sources(record["figures"]["sources"]),
        *_clusters(record["figures"]["largest"]),
        *_left_out(record),
        *_foot(record),
    ]
    return "\n".join(parts).rstrip() + "\n"


def plain(text: str, length: int = _TITLE) -> str:
    """Text of an article as one line that no reader of Markdown, HTML or a chat acts upon."""
    line = " ".join(text.split())
    line = line if len(line) <= length else f"{line[: length - 1]}…"
    for mark, said in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(mark, said)
    line = line.replace("@", "@\u200b")  # which calls nobody
    line = re.sub(r"(?i)\b(https?|ftp):", "\\1\u200b:", line)  # which is no link
    return _MARKS.sub(r"\\\1", line)


def _head(record: Record) -> Iterator[str]:
    trips = len({trip["gate"] for trip in record["gates"]})
    state = {0: "no gate tripped", 1: "1 gate tripped"}.get(trips, f"{trips} gates tripped")
    day = str(record["started"])[:16].replace("T", " ")
    yield f"# Audit of {day}: {state}"
    yield ""


def _figures(now: Record, was: Record | None) -> Iterator[str]:
    pairs = sum(now["pairs"].values())
    before = sum(was["pairs"].values()) if was else None
    articles = was["articles"] if was else None
    yield f"- **{now['articles']:,} articles**{_more(now['articles'], articles)}"
    points = ""
    if was:
        change = 100 * (now["duplicate_rate"] - was["duplicate_rate"])
        points = f", {change:+.1f} points" if abs(change) >= 0.05 else ", as before"
    yield (
        f"- {now['duplicates']:,} repeat another in their language "
        f"({now['duplicate_rate']:.1%}{points}); {now['kept']:,} are kept"
    )
    yield f"- {pairs:,} related pairs{_more(pairs, before)}: {_list(now['pairs'])}"
    yield f"- clusters of two or more: {_list(now['clusters'])}"
    yield f"- languages: {_list(now['languages'])}"
    yield ""


def _gates(record: Record) -> Iterator[str]:
    if not record["guarded"]:
        return
    yield "## Gates"
    yield ""
    told: dict[str, list[str]] = {}
    for trip in record["gates"]:
        told.setdefault(trip["gate"], []).append(trip["message"])
    for gate, messages in told.items():
        name = plain(gate.replace("_", " "))
        yield from (f"- ✗ **{name}**: {plain(text, 300)}" for text in messages[:_TRIPS])
        if len(messages) > _TRIPS:
            yield f"- ✗ **{name}**: {len(messages) - _TRIPS:,} more"
    held = [plain(name.replace("_", " ")) for name in record["guarded"] if name not in told]
    if held:
        yield f"- ✓ {', '.join(held)}"
    yield ""


def _changes(record: Record) -> Iterator[str]:
    changes = record["changes"]
    if changes is None:
        return
    yield f"## Since {record['previous']}"
    yield ""
    yield f"- articles: {changes['new_articles']:,} new, {changes['gone_articles']:,} gone"
    yield (
        f"- pairs: {changes['new_pairs']:,} new, {changes['gone_pairs']:,} gone, "
        f"{changes['relabelled_pairs']:,} relabelled"
    )
    for level, kinds in changes["clusters"].items():
        if any(kinds.values()):
            yield f"- {level} clusters: {_list(kinds, turned=True)}"
    for moved in changes["sources"][:_SOURCES]:
        name = plain(moved["name"] or "articles without a source")
        yield f"- {name}: duplicate rate {moved['before']:.1%} → {moved['after']:.1%}"
    yield ""


def _sources(found: Sequence[Record]) -> Iterator[str]:
    given = [s for s in found if s["given"] and s["name"]]
    if not given:
        return
    yield "## Most copied"
    yield ""
    for source in sorted(given, key=lambda s: (-s["given"], s["name"]))[:_SOURCES]:
        articles = "article" if source["given"] == 1 else "articles"
        yield f"- {plain(source['name'])}: {source['given']:,} {articles} of other sources"
    yield ""


def _clusters(found: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    if not any(found.values()):
        return
    yield "## Largest clusters"
    yield ""
    for level, clusters in found.items():
        for cluster in clusters[:3]:
            count = f"{cluster['articles']:,} articles"
            yield f"- {_LEVELS[level]}, {count}: {plain(cluster['title'])} ({cluster['id']})"
    yield ""


def _left_out(record: Record) -> Iterator[str]:
    unread, problems = record["counts"]["unread"], record["unread"]
    if not unread:
        return
    yield "## Not read"
    yield ""
    yield from (f"- {plain(problem, 300)}" for problem in problems[:_PROBLEMS])
    more = unread - len(problems[:_PROBLEMS])
    if more:
        yield f"- {more:,} more"
    yield ""


def _foot(record: Record) -> Iterator[str]:
    counts = record["counts"]
    took = durations.told(timedelta(seconds=sum(record["seconds"].values())))
    yield (
        f"{counts['new']:,} articles were new and {counts['changed']:,} changed; "
        f"it took {took}. Run {record['id']}."
    )


def _more(now: int, was: int | None) -> str:
    return "" if was is None else f" ({now - was:+,})" if now != was else " (as before)"


def _list(counts: Mapping[str, int], turned: bool = False) -> str:
    shown: Iterable[tuple[str, int]] = ((name, n) for name, n in counts.items() if n)
    words = (f"{n:,} {name}" if turned else f"{name} {n:,}" for name, n in shown)
    return plain(", ".join(words).replace("_", " "), 200) or "none"
