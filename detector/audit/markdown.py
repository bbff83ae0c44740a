"""``report.md``: a run for a chat or a mail, in lists that are read without rendering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from detector.audit import durations
from detector.audit.wording import ARTICLES, GROUPS, PAIRS, counted
from detector.records import Level

_MARKS = re.compile(r"([\\`*_{}\[\]#|~])")
_TITLE = 100  # characters of a headline
_SOURCES = 5
_PROBLEMS = 5
_TRIPS = 3  # sentences on one gate
_CHANGED = ("articles", "pairs")
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
        *_changes(record, before),
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
    yield f"# Audit of {_moment(record['started'])}: {state}"
    yield ""


def _moment(started: str) -> str:
    return str(started)[:16].replace("T", " ")


def _figures(now: Record, was: Record | None) -> Iterator[str]:
    pairs = sum(now["pairs"].values())
    before = sum(was["pairs"].values()) if was else None
    articles = was["articles"] if was else None
    yield f"- **{counted(now['articles'], ARTICLES)}**{_more(now['articles'], articles)}"
    points = ""
    if was:
        change = 100 * (now["duplicate_rate"] - was["duplicate_rate"])
        points = f", {change:+.1f} points" if abs(change) >= 0.05 else ", as before"
    repeat = "repeats" if now["duplicates"] == 1 else "repeat"
    yield (
        f"- {now['duplicates']:,} {repeat} another in the same language "
        f"({now['duplicate_rate']:.1%}{points}); the keep policy leaves {now['kept']:,}"
    )
    kinds = f": {_list(now['pairs'])}" if pairs else ""
    yield f"- {counted(pairs, PAIRS)}{_more(pairs, before)}{kinds}"
    stories, copies = (
        counted(now["clusters"][str(level)], GROUPS[level])
        for level in (Level.SYNDICATION, Level.DUPLICATE)
    )
    events = counted(now["report"]["events"], GROUPS[Level.EVENT])
    yield f"- {stories} that went further, {events} with several stories, {copies}"
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


def _changes(record: Record, before: Record | None) -> Iterator[str]:
    changes = record["changes"]
    if changes is None:
        return
    day = f"the run of {_moment(before['started'])}" if before else f"run {record['previous']}"
    yield f"## Since {day}"
    yield ""
    kinds = {kind: {n: changes[f"{n}_{kind}"] for n in ("new", "gone")} for kind in _CHANGED}
    kinds["pairs"]["with another relation"] = changes["relabelled_pairs"]
    kinds |= {
        several: changes["clusters"].get(str(level), {}) for level, (_, several) in GROUPS.items()
    }
    told = [f"- {name}: {_list(counts, turned=True)}" for name, counts in kinds.items()
            if any(counts.values())]  # fmt: skip
    yield from told or ["- nothing changed"]
    for moved in changes["sources"][:_SOURCES]:
        name = plain(moved["name"] or "articles without a source")
        yield f"- {name}: duplicate rate {moved['before']:.1%} → {moved['after']:.1%}"
    yield ""
    if changes["news"]:
        yield "## New or grown"
        yield ""
        for one in changes["news"]:
            new = f"{one['joined']:,} of them new" if one["kind"] != "born" else "new"
            yield f"- {_group(one)}, {new}: {plain(one['title'])}"
        yield ""


def _sources(found: Sequence[Record]) -> Iterator[str]:
    given = [s for s in found if s["given"] and s["name"]]
    if not given:
        return
    yield "## Most copied"
    yield ""
    for source in sorted(given, key=lambda s: (-s["given"], s["name"]))[:_SOURCES]:
        times = "once" if source["given"] == 1 else f"{source['given']:,} times"
        yield f"- {plain(source['name'])}: taken over {times} by other sources"
    yield ""


def _clusters(found: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    if not found[str(Level.EVENT)]:
        return
    yield "## Largest"
    yield ""
    for level in (Level.SYNDICATION, Level.EVENT):
        for cluster in found[str(level)][:3]:
            yield f"- {_group({**cluster, 'level': level})}: {plain(cluster['title'])}"
    yield ""


def _group(one: Record) -> str:
    name, _ = GROUPS[Level(one["level"])]
    return f"{name.capitalize()} of {counted(one['articles'], ARTICLES)}"


def _left_out(record: Record) -> Iterator[str]:
    unread, problems = record["counts"]["unread"], record["unread"]
    if record["notes"]:
        yield "## Capped or not done"
        yield ""
        yield from (f"- {plain(note, 300)}" for note in record["notes"][:_PROBLEMS])
        yield ""
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
    new = "1 article was new" if counts["new"] == 1 else f"{counts['new']:,} articles were new"
    yield f"{new} and {counts['changed']:,} changed; it took {took}. Run {record['id']}."


def _more(now: int, was: int | None) -> str:
    return "" if was is None else f" ({now - was:+,})" if now != was else " (as before)"


def _list(counts: Mapping[str, int], turned: bool = False) -> str:
    shown: Iterable[tuple[str, int]] = ((name, n) for name, n in counts.items() if n)
    words = (f"{n:,} {name}" if turned else f"{name} {n:,}" for name, n in shown)
    return plain(", ".join(words).replace("_", " "), 200) or "none"
