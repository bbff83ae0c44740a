"""Copies and translations of which it is known who had the article first, and what says so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
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

#: What speaks for the original.
KNOWN = (
    "credit",
    "credit in lead",
    "link",
    "time",
    "day",
    "credit and time",
    "chain",
    "interview",
    "own update",
)

#: Cases in which nothing may be said: no evidence, or evidence that contradicts itself.
OPEN = ("nothing", "outlets only", "one day", "agency", "contradiction")

#: The same between languages.
ACROSS = ("link", "time", "nothing")

_NAMES = {
    "vnexpress.net": "VnExpress",
    "dantri.com.vn": "Dân trí",
    "vtv.vn": "VTV",
    "vietbao.vn": "Việt Báo",
    "kenh14.vn": "Kênh 14",
}
_SAID = (
    "Trao đổi với phóng viên {}, một người dân cho biết sự việc diễn ra rất nhanh.",
    "“Chúng tôi sẽ kiểm tra lại toàn bộ”, vị này nói với {}.",
    "Theo ghi nhận của PV {}, khu vực này đã trở lại bình thường.",
)
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
    told = (d for d in material.outlets(part, place) if _domain(d.url) in _NAMES)
    usable = [document for document in told if _plain(document)]
    chance("origins", seed).shuffle(usable)
    couples = material.translations(part, place)
    chance("across", seed).shuffle(couples)
    entries: list[Entry] = []
    pairs: list[Pair] = []
    kinds: dict[tuple[str, str], str] = {}
    every = (*KNOWN, *OPEN)
    families = [
        *(_family(seed, every[n % len(every)], d) for n, d in enumerate(usable[:bases])),
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
        part=part,
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
    outlet = _NAMES[_domain(document.url)]
    first = Article(opaque(seed, document.id), document.text, document.title, document.url, outlet)
    moment = _moment(draw)
    if kind in ("time", "credit and time", "own update", "contradiction"):
        first = replace(first, published=moment)
    elif kind in ("day", "one day"):
        first = replace(first, published=moment.date())
    elif kind == "nothing":
        first = replace(first, url="", source="")
    elif kind == "interview":
        said = draw.choice(_SAID).format(outlet)
        lead, _, rest = first.text.partition("\n")
        first = replace(first, text=f"{lead}\n{said}\n{rest}")
    elif kind == "agency":
        first = replace(first, text=f"{first.text.rstrip()}\nTheo Reuters")
    made = [first]
    for n in range(2 if kind == "chain" else 1):
        made.append(_after(made[-1], kind, draw, opaque(seed, document.id, n)))
    if kind == "contradiction":  # it credits an article that appeared after it
        made[1] = replace(made[1], published=moment - timedelta(hours=draw.randint(5, 60)))
    return kind, [Entry(article, "vi") for article in made], kind in KNOWN


def _after(earlier: Article, kind: str, draw: random.Random, name: str) -> Article:
    """The next outlet's copy, with the evidence of its kind."""
    outlet, domain = draw.choice([o for o in furniture.OUTLETS if o[0] != earlier.source])
    url = f"https://{domain}/{draw.choice(('tin', 'xa-hoi', 'thoi-su'))}/{name[1:]}.html"
    if kind in OPEN and kind != "contradiction":  # an edit would speak: only the form differs
        form = draw.choice(sorted(set(FORMS) - {"nfd"}))
        text = FORMS[form](earlier.text, draw)
        if kind == "nothing":
            return Article(name, text, earlier.title)
        return Article(name, text, earlier.title, url, outlet, earlier.published)
    draft = edits.polished(Draft.of(earlier.title, earlier.text), draw, 0.2)
    if kind == "own update":
        outlet, url = earlier.source, f"https://{_domain(earlier.url)}/cap-nhat-{name[1:]}.html"
        draft = edits.retitled(draft, draw)
    if draw.random() < 0.3:
        draft = edits.shortened(draft, draw, 0.1)
    if kind in ("credit", "credit and time", "chain", "contradiction"):
        line = draw.choice(("Theo {}", "(Theo {})", "Nguồn: {}", "Minh An (Theo {})", "Theo {}/{}"))
        draft = replace(draft, after=(line.format(earlier.source, _domain(earlier.url)),))
    text = draft.text()
    if kind == "credit in lead":
        text = f"({earlier.source}) - {text}"
    if kind == "link":
        text += f"\nNguồn: {earlier.url}"
    return Article(name, text, draft.title, url, outlet, _later(earlier.published, draw))


def _later(moment: date | None, draw: random.Random) -> date | None:
    """Minutes or hours later; a day or more where only the day is known."""
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return moment + timedelta(minutes=draw.randint(20, 2000))
    return moment + timedelta(days=draw.randint(1, 3))


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
    """Whether an article names neither its own outlet nor, near its end, anyone else."""
    domain = _domain(document.url)
    own = {_NAMES[domain].casefold(), domain.split(".")[0]}
    text = document.text.casefold()
    credits_ = ("theo", "nguồn", "ttxvn", "http")
    return not any(name in text for name in own) and not any(w in text[-200:] for w in credits_)


def _moment(draw: random.Random) -> datetime:
    start = datetime(2016, 10, 1, 6, tzinfo=_ZONE)
    return start + timedelta(minutes=draw.randint(0, 60 * 24 * 60))


def _domain(url: str) -> str:
    """The last two or three labels: ``vnexpress.net`` for ``dulich.vnexpress.net``."""
    host = urlsplit(url).hostname or ""
    return next((known for known in _NAMES if host.endswith(known)), host)
