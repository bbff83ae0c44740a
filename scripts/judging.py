"""What a detection says of a corpus, held against what is true of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from corpus import Corpus, Key
from ordinary import SETS
from reports import Report, by_kind, implied, kept_apart, keys, list_faults, score

from detector.metrics import (
    Direction,
    Side,
    direction_of_pairs,
    evaluate,
    pair_calibration,
    pair_scores,
)
from detector.records import COPIES, Detection, Level, Pair, Relation


def judge(corpus: Corpus, detection: Detection) -> Report:
    """Measure what the corpus was made to measure."""
    report = Report(corpus.name, corpus.digest())
    _JUDGES[corpus.name](corpus, detection, report)
    return report


def _copies(corpus: Corpus, detection: Detection, report: Report) -> None:
    found = [
        replace(p, relation=Relation.NEAR_COPY)
        if (p.a, p.b) in corpus.alike and p.relation is Relation.EXACT_COPY
        else p
        for p in detection.pairs
        if p.relation in COPIES
    ]
    aside = corpus.natural(keys(found)) | corpus.doubtful
    scores = pair_scores(found, corpus.pairs, corpus.languages, aside)
    wanted = [*map(str, COPIES), "duplicate"]
    report.add_scores(
        "Copies, by relation and together",
        ((n, s, x) for (n, s), x in scores.items() if n in wanted and s != "all"),
    )
    joined = implied(detection, Level.DUPLICATE)
    scored = score(joined, keys(corpus.pairs), corpus.natural(joined) | corpus.doubtful)
    report.add_scores("Pairs that duplicate clusters imply", [("clusters", "vi-vi", scored)])
    by_kind(corpus, found, report)
    natural = len(corpus.natural(keys(found)))
    report.tables.append(
        ("Not planted", ("pairs found between articles of the sets",), [(natural,)])
    )
    list_faults(corpus, found, aside, report)


def _across(corpus: Corpus, detection: Detection, report: Report) -> None:
    found = list(detection.pairs_of(Relation.TRANSLATION))
    scores = pair_scores(found, corpus.pairs, corpus.languages)
    report.add_scores(
        "Translations",
        ((n, s, x) for (n, s), x in scores.items() if n == "translation" and s == "en-vi"),
    )
    joined = {
        key
        for key in implied(detection, Level.SYNDICATION)
        if corpus.languages[key[0]] != corpus.languages[key[1]]
    }
    scored = score(joined, keys(corpus.pairs), set())
    report.add_scores("Pairs that syndication clusters imply", [("clusters", "en-vi", scored)])
    bins = pair_calibration(found, corpus.pairs)
    report.tables.append(("Probabilities", ("ECE", "Brier"), [(bins.ece, bins.brier)]))
    if corpus.forbidden:
        kept_apart(corpus, detection, report)
    by_kind(corpus, found, report)
    list_faults(corpus, found, corpus.forbidden, report)


def _templates(corpus: Corpus, detection: Detection, report: Report) -> None:
    kept_apart(corpus, detection, report)
    found = [p for p in detection.pairs if (p.a, p.b) in corpus.forbidden]
    list_faults(corpus, found, set(), report)


def _events(corpus: Corpus, detection: Detection, report: Report) -> None:
    found = evaluate(Side(list(detection.rows()), detection.pairs), Side(corpus.rows))
    quality = found.clusters[Level.EVENT]
    cubed = quality.bcubed
    report.tables.append(
        (
            f"Events: {quality.predicted} clusters for {quality.gold} events",
            ("B-cubed P", "R", "F1", "ARI", "V-measure"),
            [(cubed.precision, cubed.recall, cubed.f1, quality.adjusted_rand, quality.v_measure.v)],
        )
    )
    report.figures |= {
        "B-cubed precision": cubed.precision,
        "B-cubed recall": cubed.recall,
        "B-cubed F1": cubed.f1,
    }
    if found.sisters:
        rate, pairs = found.sisters.rate, found.sisters.pairs
        report.tables.append(("Sister events", ("pairs", "merged"), [(pairs, rate)]))
        report.figures["sister events kept apart"] = 1 - rate
    titles = {article.id: article.title[:70] for article in corpus.articles}
    for name, mismatches in (("merged", quality.over_merged), ("split", quality.over_split)):
        for mismatch in mismatches:
            parts = (
                f"[{label}] " + " / ".join(titles[i] for i in ids) for label, ids in mismatch.parts
            )
            report.faults.append(f"{name} {mismatch.cluster}: " + " | ".join(parts))


def _ordinary(corpus: Corpus, detection: Detection, report: Report) -> None:
    """Pairs in one event, by what reading said of some of each stratum, weighted to all of it."""
    event = {label.id: label.event_cluster for label in detection.labels}
    linked = {key for key in corpus.judged if event[key[0]] == event[key[1]]}
    precision, recall = weighted(corpus, linked)
    together = Counter(event.values())
    shared = sum(together[cluster] > 1 for cluster in event.values()) / len(event)
    true = sum(corpus.judged.values())
    report.tables.append(
        (
            "Ordinary news: pairs in one event, weighted to all pairs",
            ("precision", "recall", "judged", "of one event", "articles in an event cluster"),
            [(precision, recall, len(corpus.judged), true, shared)],
        )
    )
    report.figures |= {"pair precision": precision, "pair recall": recall}
    titles = {a.id: " ".join(a.title.split())[:60] for a in corpus.articles}
    for key, same in corpus.judged.items():
        if same != (key in linked):
            fault = "missed" if same else "merged"
            report.faults.append(f"{fault}: {titles[key[0]]} | {titles[key[1]]}")


def weighted(corpus: Corpus, called: set[Key]) -> tuple[float, float]:
    """Precision and recall of some judged pairs, each for as many as it stands for."""
    same = {key for key, yes in corpus.judged.items() if yes}
    right, said, true = (sum(map(corpus.weights.__getitem__, keys))
                         for keys in (called & same, called, same))  # fmt: skip
    return right / max(said, 1e-9), right / max(true, 1e-9)


def _origins(corpus: Corpus, detection: Detection, report: Report) -> None:
    """Direction by the kind of evidence; a pair that was not found is counted apart."""
    made_by: dict[str, list[Pair]] = defaultdict(list)
    for pair in corpus.pairs:
        made_by[corpus.kinds[pair.a, pair.b]].append(pair)
    found = {(p.a, p.b): p for p in detection.pairs}
    rows: list[tuple[Any, ...]] = []
    total = Direction()
    for kind, pairs in sorted(made_by.items()):
        both = [found[p.a, p.b] for p in pairs if (p.a, p.b) in found]
        d = direction_of_pairs(both, pairs)
        counts = (d.right, d.wrong, d.null, d.withheld, d.claimed)
        share = d.accuracy if d.right + d.wrong + d.null else ""
        rows.append((kind, share, *counts, len(pairs) - len(both)))
        total = Direction(*(x + y for x, y in zip(_counts(total), _counts(d), strict=True)))
    heads = ("evidence", "accuracy", "right", "wrong", "null", "nothing speaks: null", "claimed")
    rows.append(("together", total.accuracy, total.right, total.wrong, total.null, total.withheld,
                 total.claimed, sum(row[-1] for row in rows)))  # fmt: skip
    report.tables.append(("Originals of pairs", (*heads, "pair not found"), rows))
    report.figures |= {"direction": total.accuracy, "null where nothing speaks": total.restraint}


def _newsroom(corpus: Corpus, detection: Detection, report: Report) -> None:
    found = evaluate(Side(list(detection.rows()), detection.pairs), Side(corpus.rows, corpus.pairs))
    report.evaluation = found
    for (name, spoken), counted in found.pairs.items():
        report.figures[f"{name} {spoken} precision"] = counted.precision
        report.figures[f"{name} {spoken} recall"] = counted.recall
    for level, quality in found.clusters.items():
        report.figures[f"{level} clusters B-cubed F1"] = quality.bcubed.f1
    for of, direction in found.direction.items():
        report.figures[f"direction of {of}"] = direction.accuracy
        report.figures[f"null of {of} where nothing speaks"] = direction.restraint
    if found.calibration:
        report.figures["calibration (1 - ECE)"] = 1 - found.calibration.ece
    list_faults(corpus, detection.pairs, set(), report)


def _seeds(corpus: Corpus, detection: Detection, report: Report) -> None:
    """Design: three levels of clusters, the original, relations and credits, all exactly."""
    found = {(p.a, p.b): p for p in detection.pairs}
    checks: list[tuple[str, str, str]] = []
    for gold in corpus.pairs:
        said = found.get((gold.a, gold.b))
        checks.append((f"{gold.a} - {gold.b}", str(gold.relation), _said(said)))
        if gold.original:
            named = str(said.original) if said else "none"
            checks.append((f"original of {gold.a} - {gold.b}", gold.original, named))
    for a, b in sorted(corpus.forbidden):
        checks.append((f"{a} - {b}", "none", _said(found.get((a, b)))))
    for level in Level:
        column = f"{level}_cluster"
        checks.append(
            (f"{level} clusters", _grouped(corpus.rows, column),
             _grouped(detection.rows(), column))
        )  # fmt: skip
    credited = {"001": "dangcongsan.vn", "002": "TTXVN", "004": "baoquocte.vn"}
    for row in detection.rows():
        if wanted := credited.get(row["id"]):
            text = " ".join(f"{c['name']} {c['url'] or ''}" for c in row["credits"])
            checks.append((f"credit of {row['id']}", wanted, wanted if wanted in text else text))
    rows = [
        (what, wanted, said, "ok" if wanted == said else "WRONG") for what, wanted, said in checks
    ]
    report.tables.append(("The seed articles", ("what", "must be", "is", ""), rows))
    right = sum(row[-1] == "ok" for row in rows)
    report.figures["seeds right"] = right / len(rows)
    report.faults += [f"{w}: must be {m}, is {s}" for w, m, s, mark in rows if mark != "ok"]


_JUDGES: dict[str, Callable[[Corpus, Detection, Report], None]] = {
    "copies": _copies,
    "translations": _across,
    "condensed": _across,
    "changed": _across,
    "foreign": _across,
    "templates": _templates,
    "abmusu": _events,
    "abmusu_dated": _events,
    "ecbplus": _events,
    **dict.fromkeys(SETS, _ordinary),
    "origins": _origins,
    "newsroom": _newsroom,
    "seeds": _seeds,
}


def _counts(d: Direction) -> tuple[int, ...]:
    return (d.right, d.wrong, d.null, d.claimed, d.withheld)


def _said(pair: Pair | None) -> str:
    return str(pair.relation) if pair else "none"


def _grouped(rows: Iterable[Any], column: str) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row["id"])
    return " ".join(
        "{" + ",".join(sorted(ids)) + "}" for ids in sorted(map(sorted, groups.values()))
    )
