"""What is answered, as OpenAPI describes it; `row` of the records makes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Score = Annotated[float, Field(ge=0, le=1)]
Relation = Literal["exact_copy", "near_copy", "excerpt", "translation", "same_event"]
Level = Literal["duplicate", "syndication", "event"]
Span = Annotated[list[int], Field(min_length=2, max_length=2, description="Start and end.")]

ARTICLE = {
    "id": "songhong-f20e",
    "title": "Hợp long cầu Vạn Yên",
    "text": "Sáng 30-4-2025, cầu Vạn Yên bắc qua sông Đà ở tỉnh Sơn La chính thức hợp long sau "
    "26 tháng thi công. Cây cầu dài 1.040 mét, trụ cao nhất 97 mét.",
    "url": "https://songhong.example/cau-van-yen",
    "source": "Báo Sông Hồng",
    "published": "2025-04-30T09:10:00+07:00",
    "language": "vi",
}
_EVIDENCE = {
    "reasons": ["gocpho-88e4 credits Báo Sông Hồng, where songhong-f20e appeared."],
    "agreeing": {"dates": ["2025-04-30"], "numbers": ["1040", "97"]},
    "conflicting": {},
    "passages": [{"a": [0, 148], "b": [0, 148], "score": 1.0}],
    "features": {"resemblance": 0.91, "containment": 1.0},
}
_VERDICT = {
    "id": "gocpho-88e4",
    "is_new": False,
    "relation": "near_copy",
    "matched": "songhong-f20e",
    "score": 0.998,
    "original": "songhong-f20e",
    "original_confidence": 0.97,
    "same_source": False,
    "duplicate_cluster": "dup-5e13ad43443c",
    "syndication_cluster": "syn-5e13ad43443c",
    "event_cluster": "eve-537598962171",
    "evidence": _EVIDENCE,
}


class _Exact(BaseModel):
    """An object with these keys and no others."""

    model_config = ConfigDict(extra="forbid")


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [value]})


class Passage(_Exact):
    """Text that two articles share, or that says the same in both: offsets of characters."""

    a: Span
    b: Span
    score: float = Field(description="1 for shared words; else the cosine of two sentences.")


class Evidence(_Exact):
    """Why a pair was given its relation, in terms that a person can check."""

    model_config = _example(_EVIDENCE)

    reasons: list[str]
    agreeing: dict[str, list[str]] = Field(
        description="Dates, places, names, numbers and documents that both articles state."
    )
    conflicting: dict[str, Annotated[list[list[str]], Field(min_length=2, max_length=2)]] = Field(
        description="What is only in the one and only in the other, where these exclude each other."
    )
    passages: list[Passage]
    features: dict[str, float | None]


class Verdict(_Exact):
    """What an article is to those in the index."""

    model_config = _example(_VERDICT)

    id: str
    is_new: bool = Field(
        description="False where the index holds this article: a copy, an excerpt or a "
        "translation of it. Another report of a known event is new."
    )
    relation: Relation | None = Field(description="The closest relation to a stored article.")
    matched: str | None = Field(description="Id of the article that has this relation.")
    score: Score | None = Field(description="Calibrated probability of the relation.")
    original: str | None = Field(description="Id of the one of both that came first, if known.")
    original_confidence: Score
    same_source: bool = Field(description="Both were published by one outlet.")
    duplicate_cluster: str | None = Field(
        description="Id of the cluster that it is in, or would join; null where it has none."
    )
    syndication_cluster: str | None
    event_cluster: str | None
    evidence: Evidence


class Article(_Exact):
    """An article of the index."""

    model_config = _example(ARTICLE)

    id: str
    title: str
    text: str | None = Field(description="Null in an index that keeps no texts.")
    url: str
    source: str
    published: str | None = Field(description="A day or a time, ISO 8601.")
    language: str = Field(description="ISO 639-1 as it was given; empty if it was not.")


class Cluster(_Exact):
    """Articles that belong together at one level."""

    id: str
    level: Level
    members: list[str]
    original: str | None
    original_confidence: Score


class Contribution(_Exact):
    """What one feature added to the log-odds of a relation."""

    feature: str
    value: float | None
    log_odds: float | None


class Explanation(_Exact):
    """Why two articles are related, or are not."""

    a: str
    b: str
    relation: Relation | None
    score: Score
    question: str = Field(description="Which scorer was asked last.")
    original: str | None
    original_confidence: Score
    together: list[Level] = Field(description="Levels at which both are in one cluster.")
    decided_by: str
    contributions: list[Contribution]
    evidence: Evidence


class Health(_Exact):
    """That the service answers."""

    status: Literal["ok"]
    articles: int = Field(ge=0)
    version: str


class Problem(_Exact):
    """What is wrong and what to do about it, as the command line says it."""

    model_config = _example(
        {"error": "no text. Its keys are id, html; map one with --fields text=html"}
    )

    error: str
