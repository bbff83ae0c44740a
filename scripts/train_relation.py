"""Train the scorers of models/relation.json on the training half of the public sets.

    python scripts/train_relation.py [--tier TIER] [--data FOLDER] [--output FILE]

One logistic regression a question over the features that the pipeline
itself computes for its own candidates, so that the probabilities are those of candidates.
Each tier of models has its own, by the vectors of its default model; copies need none.
The halves are split by event, pair or article (`material.split`), and a corpus that holds
an article of the other half is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import material
import numpy as np
import planted
from corpus import Corpus as Known
from corpus import joined
from ordinary import SETS, ordinary

from detector.config import Config
from detector.errors import UsageError
from detector.models import resolve
from detector.pipeline.copying import (
    Judged,
    Shared,
    copy_features,
    exact_groups,
    lexical_pairs,
)
from detector.pipeline.detector import Pass
from detector.pipeline.encoding import Sentences, strangers_of, transformer
from detector.pipeline.grouping import group, link_copies
from detector.pipeline.relating import Relating
from detector.records import Article, Level, Relation
from detector.verify.features import Weighed
from detector.verify.relation import SEMANTIC, TIERS, UNREAD, Scorer, event_of, log_odds

_FACTS = (
    "names", "numbers", "places", "dates", "dates_apart", "event_day_same", "dateline_same",
    "dateline_apart", "documents", "names_missing", "numbers_missing",
)  # fmt: skip
_VECTORS = ("cosine", "cosine_relative", "margin", "gap", "mutual", "rank")
_SENTENCES = ("aligned_best", "aligned_least", "covered_best", "covered_least", "in_order")
#: Languages of the sets of events, which have scorers of their own.
_LANGUAGES = ("vi", "en")
#: Whether two articles in one language tell of one event, of all languages and of these.
WITHIN = ("event", *map(event_of, _LANGUAGES))
_WITHIN = (
    "words", "words_relative", "words_few", "opening", "opening_relative", "title", "title_few",
    *_FACTS, "headline_names_missing", "main_names_missing", "cosine", "cosine_relative", "margin",
    "length_ratio", "same_source", "yearless_apart",
)  # fmt: skip
FEATURES: Mapping[str, Sequence[str]] = {
    "copy": (
        "resemblance", "containment", "shorter", "kept", "exchanged_numbers", "exchanged_names",
    ),
    **dict.fromkeys(WITHIN, _WITHIN),
    # Headlines of sister events share words in English that few others have.
    event_of("en"): tuple(name for name in _WITHIN if name != "title_few"),
    "event_crossing": (*_FACTS, *_VECTORS),
    "translation_first": (*_FACTS, *_VECTORS, "length_ratio"),
    "translation": (*_FACTS, *_VECTORS, *_SENTENCES, "length_ratio"),
    "translation_unread": (*_FACTS, *_VECTORS, "length_ratio"),
    "linked": ("log_odds",),
}  # fmt: skip

# Two event dates that exclude each other say more than shared paragraphs, the more the
# further they are apart, and most of all where the places exclude each other, too.
_CONFLICT = {
    "event_day_apart": -1.5, "event_day_gap": -1.2, "day_surely_apart": -0.5, "both_apart": -8.0,
}  # fmt: skip

# No set that may be fitted on has both events and times. Reports of one event mostly come
# within a day: the same hour is 3 to 1 in favour, which a day outweighs, and a month is 70 to 1
# against. And none has templates beside reports: one filled in again must fall whatever else
# it shares.
_UNTAUGHT = {
    "published_known": 1.2,
    "published_gap": -1.6,
    "refilled": -40.0,
    # Without a time of publication the day is a guess: in one report of ECB+ in four it
    # is that of something else, but seldom of another season. What is sure weighs as it
    # does elsewhere.
    "event_day_apart": -0.3,
    "event_day_far": -3.0,
    "day_surely_apart": -1.7,
    "day_surely_gap": -1.2,
    "both_apart": -12.0,
}

#: Weights that no set at hand can teach, with their reason.
FIXED: Mapping[str, Mapping[str, float]] = {
    # An edited copy keeps the day; a template filled in again does not.
    "copy": {"day_exchanged": -4.0},
    **dict.fromkeys(WITHIN, _UNTAUGHT),
    # A translation, or a foreign report, may come days later.
    "event_crossing": {"published_gap": -0.6, **_CONFLICT},
    "translation_first": _CONFLICT,
    "translation": _CONFLICT,
    "translation_unread": _CONFLICT,
}
_AGAINST = {
    "dates_apart", "event_day_apart", "dateline_apart", "length_ratio", "rank", "refilled",
    "exchanged_numbers", "exchanged_names", "names_missing", "numbers_missing",
    "headline_names_missing", "main_names_missing", "same_source",
    "yearless_apart",
}  # fmt: skip
# The sets span months and years, so that one day in common tells more there than it does in
# the news of a week, where most articles share it.
# Of document numbers they hold few: whoever tells of meetings on one resolution cites it.
_MOST = {"dates": 3.0, "event_day_same": 2.0, "documents": 3.0}
# The Vietnamese set has no sister events, which differ in whom they name. And what one outlet
# writes about a topic is alike in form, but it may have two articles on an event.
_LEAST_AGAINST = {
    "headline_names_missing": -2.0, "main_names_missing": -2.0, "same_source": -2.0,
}  # fmt: skip
# Across languages a margin and what it is made of correct each other.
_EITHER = {"gap", "mutual", "shorter"}
_CROSSING = {"cosine_relative", "margin"}
_PENALTY = 2.0
# The sets of two languages together differ in more than the languages.
_PENALTIES = {"event": 10.0, **dict.fromkeys(map(event_of, _LANGUAGES), 3.0)}
_ANSWER, _WEIGHT = "", " "  # columns that are no features
# Strangers resemble reports of known events less than other news of their own days does, of
# which some pairs were read; see `ordinary`.
CROWDED: Mapping[str, float] = {"abmusu": 0.7, "ecbplus": 0.7}
# Of ordinary news few pairs are known, and those are the doubtful ones.
_ORDINARY = 2.0
_APART = 5  # days between articles of strangers from which on they are of two happenings


@dataclass
class Examples:
    """Rows of features with their answers, by question."""

    rows: dict[str, list[dict[str, Any]]]

    def add(
        self,
        question: str,
        features: Mapping[str, Any],
        answers: Any,
        keep: Any,
        weight: float = 1.0,
    ) -> None:
        """Add the pairs where `keep` is true, each as if it were `weight` pairs."""
        names = (*FEATURES[question], *FIXED.get(question, {}))
        columns = {n: np.asarray(features[n])[keep] for n in names}
        columns[_ANSWER] = np.asarray(answers)[keep]
        columns[_WEIGHT] = np.full(len(columns[_ANSWER]), weight)
        self.rows.setdefault(question, []).append(columns)

    def table(self, question: str) -> tuple[Any, Any, Any, Any]:
        """Features, shape (n, features), answers, weights, and log-odds by what is fixed."""
        whole = {
            n: np.concatenate([p[n] for p in self.rows[question]]) for n in self.rows[question][0]
        }
        table = np.stack([whole[n] for n in FEATURES[question]], axis=1).astype(np.float64)
        answers = whole[_ANSWER].astype(np.float64)
        fixed = np.zeros(len(answers))
        for name, weight in FIXED.get(question, {}).items():
            fixed += weight * whole[name]
        return table, answers, whole[_WEIGHT], fixed


@dataclass(frozen=True)
class Material:
    """What one tier is trained on; a transformer reads a few articles a second.

    Attributes:
        seeds: of all chance, each with its own strangers.
        strangers: Vietnamese articles around the translations.
        shares: of an article, for `halves`.
        ordinary: sets of ordinary news.
    """

    seeds: Sequence[int]
    strangers: int
    shares: Sequence[float]
    ordinary: Sequence[str]


_MATERIAL = {
    "static": Material((1, 2), 3000, (0.5, 0.6), tuple(SETS)),
    "transformer": Material(
        (1, 2), 600, (0.5, 0.6), ("vietnam_news_2016",)
    ),  # a transformer takes its time
}


@click.command()
@click.option(
    "--tier", type=click.Choice([*TIERS, "all"]), default="all", show_default=True,
    help="Whose scorers to train; what the file says of the other is kept.",
)  # fmt: skip
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=material.PROJECT / "models/relation.json"
)
def main(tier: str, data: Path | None, output: Path) -> None:
    """Train the scorers and write them to one file."""
    place = material.folder(data)
    tiers = TIERS if tier == "all" else (tier,)
    content = json.loads(output.read_text(encoding="utf-8")) if output.is_file() else {}
    if "static" in tiers:
        content["copy"] = fit("copy", _of_copies(place))
    for name in tiers:
        content[name] = _of_relations(name, place)
    ordered = {name: content[name] for name in ("copy", *TIERS) if name in content}
    output.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")
    click.echo(f"{output}: written")


def _of_copies(place: Path) -> Examples:
    """Examples of the one question that asks no model."""
    examples = Examples({})
    for seed in (1, 2):
        _copies(examples, planted.copies(seed, "train", place), place)
    for seed in (1, 2, 3):
        _copies(examples, planted.templates(seed, "train", place), place)
    return examples


def _of_relations(tier: str, place: Path) -> dict[str, Any]:
    """The scorers of a tier."""
    examples = Examples({})
    if tier == "transformer":
        _remember(transformer(resolve(tier).name))
    chosen = _MATERIAL[tier]
    for name in ("abmusu", "ecbplus"):
        add_events(examples, planted.events(name, 1, "train", place), place, tier)  # type: ignore[arg-type]
        crowd = planted.crowded(name, 1, place, chosen.strangers)  # type: ignore[arg-type]
        add_events(examples, crowd, place, tier, CROWDED[name])
    for name in chosen.ordinary:
        add_ordinary(examples, ordinary(name, 1, "train", place), place, tier)
    for seed in chosen.seeds:
        for build in (planted.translations, planted.condensed, planted.changed):
            add_crossing(examples, build(seed, "train", place, chosen.strangers), place, tier)
        for share in chosen.shares:
            gold = halves(seed, place, share, min(1500, chosen.strangers))
            add_crossing(examples, gold, place, tier)
    asked = [*WITHIN, *(q for q in (*SEMANTIC, UNREAD) if q not in ("event", "linked"))]
    fitted = {question: fit(question, examples) for question in asked}
    for name in ("abmusu", "ecbplus"):
        _linked(examples, planted.events(name, 1, "train", place), place, tier, fitted)  # type: ignore[arg-type]
        crowd = planted.crowded(name, 1, place, chosen.strangers)  # type: ignore[arg-type]
        _linked(examples, crowd, place, tier, fitted)
    for name in chosen.ordinary:
        _linked(examples, ordinary(name, 1, "train", place), place, tier, fitted)
    return {**fitted, "linked": fit("linked", examples)}


def _remember(encoder: Any) -> None:
    """Have a transformer encode each text once, since most stand in several corpora."""
    known: dict[str, Any] = {}
    encode = encoder.encode

    def remembering(texts: Sequence[str], progress: Any = None) -> Any:
        new = sorted(set(texts) - known.keys())
        known.update(zip(new, encode(new, progress), strict=True))
        return np.stack([known[text] for text in texts])

    encoder.encode = remembering


def halves(seed: int, place: Path, share: float, strangers: int) -> Known:
    """The beginning of an article in one language, the end in another, each so much of it.

    They tell of one event in sentences that differ, or mostly differ, as two reporters do
    who heard the same officials; no set at hand has independent reports in two languages.
    """
    corpus = planted.translations(seed, "train", place, strangers)
    texts = {a.id: a for a in corpus.articles}
    cut: dict[str, Article] = {}
    for number, pair in enumerate(corpus.pairs):
        for side, first in ((pair.a, number % 2 == 0), (pair.b, number % 2 == 1)):
            lines = texts[side].text.splitlines()
            part = max(1, round(len(lines) * share))
            kept = lines[:part] if first else lines[-part:]
            cut[side] = replace(texts[side], text="\n".join(kept), title="")
    pairs = tuple(replace(p, relation=Relation.SAME_EVENT) for p in corpus.pairs)
    articles = tuple(cut.get(a.id, a) for a in corpus.articles)
    return replace(corpus, name="halves", articles=articles, pairs=pairs)


class Measured:
    """One corpus, prepared, with gold by article number."""

    def __init__(
        self, gold: Known, place: Path, model: str = "static", *, fitting: bool = True
    ) -> None:
        """Run the first stages of the pass; to fit on it, it may hold no test."""
        if fitting:
            _refuse_test(gold, place)
        config = Config()
        config = replace(config, semantic=replace(config.semantic, model=model))
        self.gold, self.config = gold, config
        self.model = resolve(model)
        self.run = Pass(config, None, lambda *_: None)
        self.corpus, _ = self.run.corpus(gold.read(), self.model)
        self.first = np.unique(exact_groups(self.corpus))

    def keys(self, pairs: Any) -> list[tuple[str, str]]:
        """Ids of pairs of article numbers."""
        ids = self.corpus.ids
        return [joined(ids[i], ids[j]) for i, j in pairs.tolist()]

    def events(self, scorers: Mapping[str, Scorer]) -> tuple[Judged, Any]:
        """The judged pairs, and the event of each article once they are linked."""
        judged = self.relating(scorers).judge(self.shared())
        cap = self.config.cluster.component
        duplicates = link_copies(self.corpus, exact_groups(self.corpus), Judged.none(), cap)
        return judged, group(self.corpus, duplicates, judged, cap).labels[Level.EVENT]

    @property
    def language(self) -> str:
        """That of most articles."""
        return Counter(self.corpus.facts.languages).most_common(1)[0][0]

    def read(self) -> tuple[Any, Any]:
        """The pairs that were read, as article numbers, and whether each is of one event."""
        number = {name: i for i, name in enumerate(self.corpus.ids)}
        pairs = [sorted((number[a], number[b])) for a, b in self.gold.judged]
        return np.array(pairs, np.int64), np.array([*self.gold.judged.values()], bool)

    def shared(self) -> Shared:
        """Pairs that share passages, as if none of them were a copy."""
        lexical = self.config.lexical
        pairs, _ = lexical_pairs(self.corpus, self.first, lexical)
        return Shared.of(*copy_features(self.corpus, pairs, lexical))

    def relating(self, scorers: Mapping[str, Scorer] | None = None) -> Relating:
        """The semantic half, with neighbours searched."""
        self.run.encode(self.corpus, self.model, self.first)
        sentences = Sentences(self.corpus, self.model)
        strangers = strangers_of(self.corpus, self.model)
        return Relating(
            self.corpus,
            sentences,
            self.first,
            scorers or {},
            self.config,
            strangers,
            Weighed(self.corpus.profiles),
        )


def _copies(examples: Examples, gold: Known, place: Path) -> None:
    measured = Measured(gold, place)
    lexical = measured.config.lexical
    pairs, _ = lexical_pairs(measured.corpus, measured.first, lexical)
    near, features, _ = copy_features(measured.corpus, pairs, lexical)
    keys = measured.keys(near)
    true = {joined(p.a, p.b) for p in gold.pairs}
    natural = gold.natural(keys)
    usable = np.array([k not in natural and k not in gold.doubtful for k in keys], bool)
    # Two reports that the set itself holds are reports, unless they are nearly one text.
    own = np.array([k in natural for k in keys], bool) & (features["containment"] < 0.5)
    answers = np.array([k in true for k in keys], bool)
    examples.add("copy", features, answers, usable | own)
    click.echo(f"{gold.name}: {usable.sum()} pairs, {answers[usable].sum()} copies", err=True)


def add_events(
    examples: Examples,
    gold: Known,
    place: Path,
    tier: str,
    weight: float = 1.0,
    *,
    fitting: bool = True,
) -> None:
    """Add pairs within one language: are they of one event?

    Args:
        examples: to add to.
        gold: a corpus of `planted.events`.
        place: folder of the public sets.
        tier: whose default model encodes.
        weight: of each pair.
        fitting: refuse what evaluation measures.
    """
    measured = Measured(gold, place, tier, fitting=fitting)
    relating = measured.relating()
    pairs = relating.candidates(measured.shared())
    features = relating.features(pairs)
    event = {row["id"]: row["event_cluster"] for row in gold.rows}
    keys = measured.keys(pairs)
    answers = np.array([event[a] == event[b] for a, b in keys], bool)
    keep = known(gold, keys) & ~relating.crossing(pairs)
    for question in ("event", event_of(gold.rows[0]["language"])):
        examples.add(question, features, answers, keep, weight)
    click.echo(f"{gold.name}: {keep.sum()} pairs, {answers[keep].sum()} of one event", err=True)


def add_ordinary(examples: Examples, gold: Known, place: Path, tier: str) -> None:
    """Add the pairs of ordinary news of which reading said whether they are of one event."""
    measured = Measured(gold, place, tier)
    relating = measured.relating()
    relating.candidates(measured.shared())
    pairs, answers = measured.read()
    features = relating.features(pairs)
    keep = ~relating.crossing(pairs)
    for question in ("event", event_of(measured.language)):
        examples.add(question, features, answers, keep, _ORDINARY)
    click.echo(f"{gold.name}: {keep.sum()} pairs, {answers[keep].sum()} of one event", err=True)


def known(gold: Known, keys: Sequence[tuple[str, str]]) -> Any:
    """Of which pairs gold knows whether they are of one event."""
    unknown, days = gold.natural(keys) | gold.doubtful, gold.days

    def far(a: str, b: str) -> bool:
        return a in days and b in days and abs(days[a] - days[b]) > _APART

    return np.array([key not in unknown or far(*key) for key in keys], bool)


def scorers_of(fitted: Mapping[str, Any]) -> dict[str, Scorer]:
    """What was fitted, to be asked."""
    return {q: Scorer(c["intercept"], c["weights"]) for q, c in fitted.items()}


def _linked(
    examples: Examples, gold: Known, place: Path, tier: str, fitted: Mapping[str, Any]
) -> None:
    """Pairs that linking put into one event, by their log-odds before."""
    measured = Measured(gold, place, tier)
    judged, labels = measured.events(scorers_of(fitted))
    keys = measured.keys(judged.pairs)
    if gold.judged:
        answers = np.array([gold.judged.get(key, False) for key in keys], bool)
        asked = np.array([key in gold.judged for key in keys], bool)
    else:
        event = {row["id"]: row["event_cluster"] for row in gold.rows}
        answers = np.array([event[a] == event[b] for a, b in keys], bool)
        asked = known(gold, keys)
    inside = labels[judged.pairs[:, 0]] == labels[judged.pairs[:, 1]]
    weight = _ORDINARY if gold.judged else 1.0
    examples.add("linked", {"log_odds": log_odds(judged.scores)}, answers, inside & asked, weight)


def add_crossing(
    examples: Examples, gold: Known, place: Path, tier: str, *, fitting: bool = True
) -> None:
    """Add pairs in two languages: are they translations, are they of one event?

    Args:
        examples: to add to.
        gold: a corpus of `bilingual`, or of `halves`.
        place: folder of the public sets.
        tier: whose default model encodes.
        fitting: refuse what evaluation measures.
    """
    measured = Measured(gold, place, tier, fitting=fitting)
    relating = measured.relating()
    pairs = relating.candidates(Shared.none())
    pairs = pairs[relating.crossing(pairs)]
    features = relating.features(pairs)
    relation = {joined(p.a, p.b): p.relation for p in gold.pairs}
    found = [relation.get(key) for key in measured.keys(pairs)]
    event = np.array([r is not None for r in found], bool)
    translated = np.array([r is Relation.TRANSLATION for r in found], bool)
    every = np.ones(len(pairs), bool)
    examples.add("event_crossing", features, event, every)
    examples.add("translation_first", features, event, every)
    # Sentences are aligned only where vectors and facts leave a doubt.
    near = (features["mutual"] > 0) | (features["rank"] <= np.log(3)) & (features["margin"] > 0)
    near |= event
    aligned = relating.sentence_features(pairs[near])
    inner = {n: v[near] for n, v in features.items()} | aligned
    for question in ("translation", UNREAD):
        examples.add(question, inner, translated[near], np.ones(int(near.sum()), bool))
    click.echo(f"{gold.name}: {len(pairs)} pairs, {event.sum()} related", err=True)


def fit(question: str, examples: Examples) -> dict[str, Any]:
    """Logistic regression with a sign for each feature that can only speak one way.

    L2 on standardised features; an agreement may not speak against a relation, nor a
    conflict for it, however the sample happens to fall (L-BFGS-B, Byrd et al. 1995).
    """
    from scipy.optimize import minimize

    table, answers, weights, fixed = examples.table(question)
    scale = table.std(axis=0)
    scale[scale == 0] = 1
    rows = table / scale
    penalty = _PENALTIES.get(question, _PENALTY)

    def loss(w: Any) -> tuple[float, Any]:
        odds = rows @ w[1:] + w[0] + fixed
        wrong = weights * (1 / (1 + np.exp(-odds)) - answers)
        value = (weights * (np.logaddexp(0, odds) - answers * odds)).sum()
        value += penalty * (w[1:] ** 2).sum() / 2
        return value, np.concatenate([[wrong.sum()], rows.T @ wrong + penalty * w[1:]])

    # Where nothing speaks for one event, it is none.
    most = 0.0 if question in WITHIN else None
    bounds = [(None, most)]
    for name, unit in zip(FEATURES[question], scale, strict=True):
        least, highest = _sign(question, name)
        bounds.append((least, highest and highest * unit))
    start = np.zeros(len(bounds))
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    named = zip(FEATURES[question], found[1:] / scale, strict=True)
    return {
        "intercept": round(float(found[0]), 4),
        "weights": {**{n: round(float(w), 4) for n, w in named}, **FIXED.get(question, {})},
        "trained_on": {"pairs": len(answers), "of_which_related": int(answers.sum())},
    }


def _sign(question: str, name: str) -> tuple[float | None, float | None]:
    if name in _EITHER or (question not in WITHIN and name in _CROSSING):
        return None, None
    if name in _AGAINST:
        return None, _LEAST_AGAINST.get(name, 0) if question in WITHIN else 0
    return 0, _MOST.get(name) if question in WITHIN else None


def _refuse_test(gold: Known, place: Path) -> None:
    """Stop if an article of the test half is among those to fit on."""
    test = {
        *(d.text for d in material.vietnamese_events("test", place)),
        *(d.text for d in material.english_events("test", place)),
        *(d.text for couple in material.translations("test", place) for d in couple),
    }
    bad = [a.id for a in gold.articles if a.text in test]
    if bad:
        raise UsageError(f"{gold.name}: {bad[0]} is of the test half and must not be fitted on")


if __name__ == "__main__":
    main()
