"""Copies and translations of which it is known who had the article first, and what says so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import edits
import furniture
import material
from corpus import Corpus, Entry, chance, joined, opaque, pair, rows_of
from edits import Draft
from forms import FORMS
from material import Document

from detector.records import Article, Pair, Relation

#: What can speak for the original, and two cases in which nothing may be said.
KINDS = (
    "credit", "link", "time", "credit and time", "chain", "own update", "nothing",
    "contradiction",
)  # fmt: skip
ACROSS = ("link", "time", "nothing")

_NAMES = {
    "vnexpress.net": "VnExpress",
    "dantri.com.vn": "Dân trí",
    "vtv.vn": "VTV",
    "vietbao.vn": "Việt Báo",
    "kenh14.vn": "Kênh 14",
}
_ZONE = timezone(timedelta(hours=7))


def origins(
    seed: int = 1, part: material.Part = "test", data: Path | None = None, bases: int = 400
) -> Corpus:
    """Families of an original and what came after it, each with one kind of evidence.

    Args:
        seed: of all chance.
        part: which half of the sets.
        data: folder of the public sets.
        bases: Vietnamese originals; half as many are known in two languages.
    """
    place = material.folder(data)
    usable = [d for d in material.outlets(part, place) if _domain(d.url) in _NAMES and _plain(d)]
    chance("origins", seed).shuffle(usable)
    couples = material.translations(part, place)
    chance("across", seed).shuffle(couples)
    entries: list[Entry] = []
    pairs: list[Pair] = []
    kinds: dict[tuple[str, str], str] = {}
    families = [
        *(_family(seed, KINDS[n % len(KINDS)], d) for n, d in enumerate(usable[:bases])),
        *(_couple(seed, ACROSS[n % len(ACROSS)], *c) for n, c in enumerate(couples[: bases // 2])),
    ]
    for kind, members, known in families:
        original = members[0].article.id if known else None
        label = opaque(seed, "family", members[0].article.id)
        for n, member in enumerate(members):
            duplicate = f"{label} {member.language}"
            entries.append(
                replace(member, duplicate=duplicate, syndication=label, original=original)
            )
            for earlier in members[:n]:
                a, b = earlier.article.id, member.article.id
                same = earlier.language == member.language
                relation = Relation.NEAR_COPY if same else Relation.TRANSLATION
                pairs.append(pair(a, b, relation, a if known else None))
                kinds[joined(a, b)] = kind
    chance("order", seed).shuffle(entries)
    return Corpus(
        name="origins",
        articles=tuple(entry.article for entry in entries),
        rows=rows_of(entries, ("duplicate", "syndication")),
        pairs=tuple(sorted(pairs, key=lambda p: (p.a, p.b))),
        kinds=kinds,
        planted=frozenset(entry.article.id for entry in entries),
        complete=False,
    )


def _family(seed: int, kind: str, document: Document) -> tuple[str, list[Entry], bool]:
    """An original of a known outlet and one or two copies by others, oldest first."""
    draw = chance("origins", seed, document.id)
    domain = _domain(document.url)
    first = Article(
        opaque(seed, document.id), document.text, document.title, document.url, _NAMES[domain]
    )
    known = kind not in ("nothing", "contradiction")
    hours = {"time", "credit and time", "own update", "contradiction"}
    moment = _moment(draw) if kind in hours else None
    if kind == "nothing":
        first = replace(first, url="", source="")
    made = [replace(first, published=moment)]
    for n in range(2 if kind == "chain" else 1):
        made.append(_after(made[-1], kind, draw, opaque(seed, document.id, n)))
    if kind == "contradiction" and moment:
        made[1] = replace(made[1], published=moment - timedelta(hours=draw.randint(5, 60)))
    return kind, [Entry(article, "vi") for article in made], known


def _after(earlier: Article, kind: str, draw: random.Random, name: str) -> Article:
    """The next outlet's copy, with the evidence of its kind."""
    outlet, domain = draw.choice([o for o in furniture.OUTLETS if o[0] != earlier.source])
    draft = Draft.of(earlier.title, earlier.text)
    if kind == "nothing":  # an edit would speak, so that only its form differs
        form = draw.choice(sorted(set(FORMS) - {"nfd"}))
        return Article(name, FORMS[form](earlier.text, draw), earlier.title)
    if kind == "own update":
        outlet, domain = earlier.source, _domain(earlier.url)
        draft = edits.retitled(draft, draw)
    draft = edits.polished(draft, draw, 0.2)
    if draw.random() < 0.3:
        draft = edits.shortened(draft, draw, 0.1)
    if kind in ("credit", "credit and time", "chain", "contradiction"):
        line = draw.choice(("Theo {}", "(Theo {})", "Nguồn: {}", "Minh An (Theo {})"))
        draft = replace(draft, after=(line.format(earlier.source),))
    if kind == "link":
        draft = replace(draft, after=(f"Nguồn: {earlier.url}",))
    url = f"https://{domain}/{draw.choice(('tin', 'xa-hoi', 'thoi-su'))}/{name[1:]}.html"
    moment = earlier.published
    later = moment + timedelta(minutes=draw.randint(20, 2000)) if moment else None
    return Article(name, draft.text(), draft.title, url, outlet, later)


def _couple(
    seed: int, kind: str, english: Document, vietnamese: Document
) -> tuple[str, list[Entry], bool]:
    """A Vietnamese article and its translation, or the other way about."""
    draw = chance("across", seed, english.id)
    sides = [vietnamese, english] if draw.random() < 0.7 else [english, vietnamese]
    made = []
    moment = _moment(draw) if kind == "time" else None
    for document, (outlet, domain) in zip(sides, draw.sample(furniture.OUTLETS, 2), strict=True):
        name = opaque(seed, document.id)
        article = Article(name, document.text, document.title)
        if kind != "nothing":
            url = f"https://{domain}/{name[1:]}.html"
            article = replace(article, source=outlet, url=url, published=moment)
        moment = moment + timedelta(minutes=draw.randint(20, 2000)) if moment else None
        made.append(article)
    if kind == "link":
        word = "Source" if sides[1].language == "en" else "Nguồn"
        made[1] = replace(made[1], text=f"{made[1].text.rstrip()}\n{word}: {made[0].url}")
    entries = [Entry(a, d.language) for a, d in zip(made, sides, strict=True)]
    return f"{kind} across", entries, kind != "nothing"


def _plain(document: Document) -> bool:
    """Whether an article itself credits nobody near its end."""
    end = document.text[-200:]
    return not any(word in end for word in ("Theo", "Nguồn", "TTXVN", "http", "(theo"))


def _moment(draw: random.Random) -> datetime:
    start = datetime(2016, 10, 1, 6, tzinfo=_ZONE)
    return start + timedelta(minutes=draw.randint(0, 60 * 24 * 60))


def _domain(url: str) -> str:
    """The last two or three labels: ``vnexpress.net`` for ``dulich.vnexpress.net``."""
    host = urlsplit(url).hostname or ""
    return next((known for known in _NAMES if host.endswith(known)), host)
