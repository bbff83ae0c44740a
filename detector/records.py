"""What the stages hand to each other: frozen, slotted, and free of behaviour that costs.

A record never holds a reference to a stage, a model or a file. Offsets are always
character offsets into `Article.text` as Python counts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import Any, NamedTuple

from detector.sources import Derivation, Flow, Source, derivations, flows, sources, standings


class Relation(str, Enum):
    """What one article is to another, from the closest relation to the loosest."""

    EXACT_COPY = "exact_copy"
    NEAR_COPY = "near_copy"
    EXCERPT = "excerpt"
    TRANSLATION = "translation"
    SAME_EVENT = "same_event"

    def __str__(self) -> str:
        return self.value


#: Relations that join a duplicate cluster; with `TRANSLATION`, a syndication cluster.
COPIES = frozenset({Relation.EXACT_COPY, Relation.NEAR_COPY, Relation.EXCERPT})


class Role(str, Enum):
    """What a segment of a crawled page is. Only `BODY` enters fingerprints."""

    TITLE = "title"
    BODY = "body"
    BYLINE = "byline"
    CREDIT = "credit"
    DATELINE = "dateline"
    CAPTION = "caption"
    RELATED = "related"
    COMMENT = "comment"
    FURNITURE = "furniture"

    def __str__(self) -> str:
        return self.value


class Level(str, Enum):
    """The three nested kinds of cluster."""

    DUPLICATE = "duplicate"
    SYNDICATION = "syndication"
    EVENT = "event"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read, repaired but not cleaned.

    Attributes:
        id: unique in its corpus.
        text: the crawled text with its furniture; NFC, no control or bidi characters.
        title: the headline if the input had one in a field of its own.
        url: where it was published.
        source: the outlet; empty when unknown.
        published: a `date` when the input gave no time of day; an aware `datetime` else.
        language: ISO 639-1 code if the input said so.
        origin: where it was read, as ``FILE:LINE`` or ``FILE``.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    source: str = ""
    published: date | datetime | None = None
    language: str = ""
    origin: str = ""


class Segment(NamedTuple):
    """A stretch of `Article.text` and what it is on the page."""

    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom an article credits: an agency, an outlet or a link.

    Attributes:
        name: the outlet or agency in its usual spelling, or as written if unknown.
        url: the link that was given; empty when none.
        key: what two spellings of one outlet share: an agency's id or a bare domain.
        start: offset of the credit in the text.
        end: offset behind it.
    """

    name: str
    url: str = ""
    key: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class DateMention:
    """A calendar date that the text states, resolved.

    Attributes:
        date: the day.
        start: offset of the mention.
        end: offset behind it.
        relative: True for "sáng nay" or "yesterday", which need the publication date.
        year_given: False where the year was taken from the publication date.
    """

    date: date
    start: int
    end: int
    relative: bool = False
    year_given: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What enrichment found in one article.

    Attributes:
        language: ISO 639-1 code, or "und".
        title: the headline, from its field or from the text.
        event_date: the day of the main happening, or None.
        dateline: the place id of the dateline or the lead's first place; empty if none.
        byline: the reporter as written; empty if none.
        credits: whom the article credits, in text order.
        dates: every date the body states, in text order.
        places: gazetteer ids the body names, in text order, repeated as mentioned.
        numbers: canonical numbers of the body ("1800", "7.5"), in text order.
        documents: document numbers ("47/NQ-CP"), in text order.
    """

    language: str
    title: str = ""
    event_date: date | None = None
    dateline: str = ""
    byline: str = ""
    credits: tuple[Credit, ...] = ()
    dates: tuple[DateMention, ...] = ()
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that two articles share or that says the same in both.

    Attributes:
        a: ``(start, end)`` in the first article's text.
        b: ``(start, end)`` in the second's.
        score: 1.0 for shared words; cosine of the sentence vectors for aligned ones.
    """

    a: tuple[int, int]
    b: tuple[int, int]
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a pair was given its relation, in terms that a person can check.

    Attributes:
        features: the numbers the decision was made from, by name.
        passages: shared passages (one language) or aligned sentences (two).
        agreeing: kind ("dates", "places", "names", "numbers", "documents") to the values
            that both articles state.
        conflicting: kind to ``(only in a, only in b)`` where the two exclude each other.
        reasons: sentences about the original, the source and the relation.
    """

    features: Mapping[str, float] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    agreeing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conflicting: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """The evidence as plain JSON values."""
        return {
            "reasons": list(self.reasons),
            "agreeing": {kind: list(values) for kind, values in self.agreeing.items()},
            "conflicting": {kind: [list(a), list(b)] for kind, (a, b) in self.conflicting.items()},
            "passages": [{"a": list(p.a), "b": list(p.b), "score": p.score} for p in self.passages],
            "features": dict(self.features),
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """Two related articles; `a` sorts before `b`.

    Attributes:
        score: calibrated probability that `relation` holds, 0 to 1.
        original: id of the one that came first, or None where nothing speaks.
        original_confidence: 0 to 1; 0 when `original` is None.
        same_source: both were published by one outlet.
    """

    a: str
    b: str
    relation: Relation
    score: float
    original: str | None = None
    original_confidence: float = 0.0
    same_source: bool = False
    evidence: Evidence = field(default_factory=Evidence)

    def row(self) -> dict[str, Any]:
        """The pair as plain JSON values, in the documented order of columns."""
        return {
            "a": self.a,
            "b": self.b,
            "relation": str(self.relation),
            "score": self.score,
            "original": self.original,
            "original_confidence": self.original_confidence,
            "same_source": self.same_source,
            "evidence": self.evidence.row(),
        }


@dataclass(frozen=True, slots=True)
class Cluster:
    """Articles that belong together at one level.

    Attributes:
        id: the same for the same members, in any order and on any machine.
        members: article ids, sorted.
        original: id of the article the others derive from, or None.
        original_confidence: 0 to 1; 0 when `original` is None.
    """

    id: str
    level: Level
    members: tuple[str, ...]
    original: str | None = None
    original_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """What the pass says of one article: a row of the output.

    Attributes:
        canonical: True for the one article that stays of its cluster at the chosen level.
        original: id of the article it derives from, itself if it is the original, or None.
        relation: its relation to the original; None for the original and where there is none.
        score: the score of that relation; 1.0 for the original.
        title: its headline; not in the row.
        source: its outlet as the input names it most often, else its key; not in the row.
    """

    id: str
    duplicate_cluster: str
    syndication_cluster: str
    event_cluster: str
    canonical: bool
    original: str | None
    original_confidence: float
    relation: Relation | None
    score: float | None
    language: str
    published: str | None
    event_date: str | None
    credits: tuple[Credit, ...]
    title: str = ""
    source: str = ""

    def row(self) -> dict[str, Any]:
        """The label as plain JSON values, in the documented order of columns."""
        row = dict(zip(_ROW, _of_row(self), strict=True))
        row["relation"] = str(self.relation) if self.relation else None
        row["credits"] = [{"name": c.name, "url": c.url or None} for c in self.credits]
        return row


_ROW = Label.__slots__[:-2]
_of_row = attrgetter(*_ROW)


@dataclass(frozen=True, slots=True)
class Detection:
    """The result of one pass, which answers questions about itself.

    Attributes:
        labels: one for each article, in input order.
        pairs: every verified pair, sorted by its ids.
        clusters: every cluster of every level, singles included, sorted by level and id.
        notes: what was capped, skipped or could not be done, as sentences.
        seconds: time spent, by stage.
    """

    labels: tuple[Label, ...]
    pairs: tuple[Pair, ...]
    clusters: tuple[Cluster, ...]
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One plain row an article, in input order."""
        return (label.row() for label in self.labels)

    def standings(self) -> dict[str, str]:
        """What each article is, by its id: a relation to its original, "original", "alone"…."""
        return standings(self.labels)

    def derivations(self) -> tuple[Derivation, ...]:
        """Every article that was taken over, with the one it came from."""
        return derivations(self.labels, self.pairs)

    def flows(self, *, by_relation: bool = False) -> tuple[Flow, ...]:
        """Who republishes whom, with the median delay; the largest flow first."""
        return flows(self.labels, self.pairs, by_relation=by_relation)

    def sources(self) -> tuple[Source, ...]:
        """What the articles of each source are; the source with most articles first."""
        return sources(self.labels, self.pairs)

    def pairs_of(self, relation: Relation) -> tuple[Pair, ...]:
        """The pairs with this relation."""
        return tuple(pair for pair in self.pairs if pair.relation is relation)

    def pairs_with(self, article: str) -> tuple[Pair, ...]:
        """The pairs that this article is part of."""
        return tuple(pair for pair in self.pairs if article in (pair.a, pair.b))

    def clusters_of(self, level: Level, least: int = 1) -> tuple[Cluster, ...]:
        """The clusters of one level that have at least `least` members."""
        return tuple(c for c in self.clusters if c.level is level and len(c.members) >= least)

    def cluster_of(self, article: str, level: Level) -> Cluster:
        """The cluster of an article at one level.

        Raises:
            KeyError: if no article has this id.
        """
        for cluster in self.clusters:
            if cluster.level is level and article in cluster.members:
                return cluster
        raise KeyError(article)

    def label_of(self, article: str) -> Label:
        """What the pass says of one article.

        Raises:
            KeyError: if no article has this id.
        """
        for label in self.labels:
            if label.id == article:
                return label
        raise KeyError(article)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature added to the log-odds of a relation."""

    feature: str
    value: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two articles are related, or are not.

    Attributes:
        question: which scorer was asked last: "copy", "translation", "event" or
            "event_crossing"; "exact" where no scorer was needed.
        probability: its answer.
        relation: what the clusters made of it, or None.
        contributions: what spoke for (positive) and against it, the weightiest first; with
            the intercept they add up to the log-odds.
        evidence: passages, agreements and conflicts.
        original: id of the one that came first, or None.
        original_confidence: 0 to 1.
        together: levels at which both are in one cluster.
        decided_by: a sentence on what joined or parted their clusters.
    """

    a: str
    b: str
    question: str
    probability: float
    relation: Relation | None
    contributions: tuple[Contribution, ...]
    evidence: Evidence
    original: str | None
    original_confidence: float
    together: tuple[Level, ...]
    decided_by: str

    def seen_from(self, first: str) -> Explanation:
        """The same with the article `first` as `a`; unchanged if it is none of the two."""
        if self.b != first:
            return self
        passages = (replace(p, a=p.b, b=p.a) for p in self.evidence.passages)
        evidence = replace(
            self.evidence,
            passages=tuple(sorted(passages, key=lambda p: (p.a, p.b))),
            conflicting={kind: (b, a) for kind, (a, b) in self.evidence.conflicting.items()},
        )
        return replace(self, a=self.b, b=self.a, evidence=evidence)

    def row(self) -> dict[str, Any]:
        """The explanation as plain JSON values, in the documented order of keys."""
        return {
            "a": self.a,
            "b": self.b,
            "relation": str(self.relation) if self.relation else None,
            "score": self.probability,
            "question": self.question,
            "original": self.original,
            "original_confidence": self.original_confidence,
            "together": [str(level) for level in self.together],
            "decided_by": self.decided_by,
            "contributions": [asdict(row) for row in self.contributions],
            "evidence": self.evidence.row(),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an article is to the articles of a store.

    Attributes:
        is_new: False where a stored article is this one: a copy, an excerpt or a translation,
            or the same id with an equal text. A report of a stored event is new.
        relation: the closest relation to a stored article, or None.
        matched: id of the article that has it, or None.
        score: calibrated probability of that relation, or None.
        original: id of the one of the two that came first, or None where nothing speaks.
        original_confidence: 0 to 1; 0 when `original` is None.
        same_source: both were published by one outlet.
        duplicate_cluster: id of the cluster that it is in, or would join; None where it would
            found one. So the other two.
        evidence: why it was given its relation; `a` and `b` are in the order of their ids.
    """

    id: str
    is_new: bool
    relation: Relation | None = None
    matched: str | None = None
    score: float | None = None
    original: str | None = None
    original_confidence: float = 0.0
    same_source: bool = False
    duplicate_cluster: str | None = None
    syndication_cluster: str | None = None
    event_cluster: str | None = None
    evidence: Evidence = field(default_factory=Evidence)

    def row(self) -> dict[str, Any]:
        """The verdict as plain JSON values, in the documented order of columns."""
        row = {name: getattr(self, name) for name in self.__slots__[:-1]}
        row["relation"] = str(self.relation) if self.relation else None
        return row | {"evidence": self.evidence.row()}


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """Something that happened to a cluster of two articles or more.

    Attributes:
        at: when it was stored.
        kind: "born" (it came to have a second article), "grown", "merged" (others went into
            it), "split" (it came out of another), "gone" (it went into another, or lost all
            articles but one).
        cluster: id of the cluster.
        members: articles it had then.
        merged_from: ids of the clusters that went into it.
        split_from: id of the cluster that it came out of, or None.
    """

    at: datetime
    kind: str
    cluster: str
    level: Level
    members: int
    merged_from: tuple[str, ...] = ()
    split_from: str | None = None

    def row(self) -> dict[str, Any]:
        """The event as plain JSON values."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "cluster": self.cluster,
            "level": str(self.level),
            "members": self.members,
            "merged_from": list(self.merged_from),
            "split_from": self.split_from,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has decided about two articles, whatever their scores say.

    Attributes:
        a: id of one article.
        b: id of the other.
        together: True joins them at `level` and all looser ones; False parts them at `level`
            and all closer ones.
        level: one of the three kinds of cluster.
    """

    a: str
    b: str
    together: bool
    level: Level = Level.EVENT


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What a store is.

    Attributes:
        articles: how many it holds.
        bodies: how many different texts those have.
        pending: texts not yet packed: searched one by one until `compact` or the next packing.
        clusters: level to how many clusters of two articles or more there are.
        files: name to size in bytes.
        text: whether texts are kept.
        model: name of the encoder; "none" where there is none.
        model_digest: digest of its files.
        fingerprint: of the options that the store was built with.
        versions: of "schema", "words" (hashing) and the "detector" that created it.
        created: when.
        changed: when articles were last added or removed.
    """

    path: str
    articles: int
    bodies: int
    pending: int
    clusters: Mapping[str, int]
    files: Mapping[str, int]
    text: bool
    model: str
    model_digest: str
    fingerprint: str
    versions: Mapping[str, str]
    created: datetime
    changed: datetime

    def row(self) -> dict[str, Any]:
        """The description as plain JSON values."""
        row: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        row |= {name: dict(row[name]) for name in ("clusters", "files", "versions")}
        return row | {name: row[name].isoformat() for name in ("created", "changed")}
