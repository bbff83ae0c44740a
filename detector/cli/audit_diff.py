"""What changed between two runs, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detector.records import Level

if TYPE_CHECKING:
    from detector.audit.diff import ClusterChange, Diff, PairChange
    from detector.audit.figures import Snapshot

_SHOWN = 20  # of one kind; --json has all
_TITLE = 60


def told(a: str, b: str, found: Diff, before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Lines on what changed.

    Args:
        a: id of the first run.
        b: id of the second.
        found: what changed from `a` to `b`.
        before: the first run.
        after: the second.
    """
    from detector.audit.diff import KINDS, telling

    titles = {row.id: row.title for snapshot in (before, after) for row in snapshot.rows}
    counts = f"{len(before.rows):,} → {len(after.rows):,} articles"
    yield f"{a} → {b}: {counts}, {len(found.new):,} new, {len(found.gone):,} gone"
    if not found:
        yield "Nothing changed."
    for head, pairs in (
        ("New pairs", found.new_pairs),
        ("Gone pairs", found.gone_pairs),
        ("Relabelled pairs", found.relabelled),
    ):
        yield from _section(f"{head}: {len(pairs):,}", [_pair(p, titles) for p in telling(pairs)])
    for level in Level:
        changes = [change for change in found.clusters if change.level is level]
        if changes:
            changes.sort(key=lambda c: (KINDS.index(c.kind), -c.articles, c.after, c.before))
            lines = [_cluster(change) for change in changes]
            yield from _section(f"{str(level).capitalize()} clusters: {len(changes):,}", lines)
    if found.sources:
        lines = [
            f"{s.name or '(no source)'}: {s.before:.1%} → {s.after:.1%} of {s.articles_after:,}"
            for s in found.sources
        ]
        yield from _section(f"Sources whose duplicate rate moved: {len(lines):,}", lines)


def _section(head: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield head
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  and {len(lines) - _SHOWN:,} more; --json has all"


def _pair(pair: PairChange, titles: dict[str, str]) -> str:
    relation = pair.after or pair.before or ""
    if pair.before and pair.after:
        relation = f"{pair.before} → {pair.after}"
    return (
        f"{relation:<11} {pair.score:.2f}  {pair.a} – {pair.b}  {_title(pair.a, titles)}".rstrip()
    )


def _cluster(change: ClusterChange) -> str:
    ids = " + ".join(change.before) or " + ".join(change.after)
    if change.before and change.after and change.before != change.after:
        ids = f"{ids} → {' + '.join(change.after)}"
    before, after = (" + ".join(f"{size:,}" for size in sizes) for sizes in change.sizes)
    sizes = f"{before or '0'} → {after or '0'}"
    return f"{change.kind:<7} {sizes:>9}  {ids}  {_cut(change.title)}".rstrip()


def _title(member: str, titles: dict[str, str]) -> str:
    return _cut(titles.get(member, ""))


def _cut(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
