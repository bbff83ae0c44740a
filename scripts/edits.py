"""What newsrooms and crawlers do to an article that they copy, as seeded operations.

An edit takes a `Draft` and a `random.Random` and returns another draft. Each sentence
remembers where in the base it stood, so that what two copies of one base share is known
and need not be measured.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import furniture
from forms import SENTENCE

#: Words that a Vietnamese desk swaps without a thought.
SYNONYMS = {
    "cho biết": "nói",
    "cho hay": "cho biết",
    "hiện nay": "hiện",
    "tuy nhiên": "song",
    "ngoài ra": "bên cạnh đó",
    "bên cạnh đó": "ngoài ra",
    "do đó": "vì vậy",
    "vì vậy": "do vậy",
    "khoảng": "chừng",
    "gần": "xấp xỉ",
    "tại": "ở",
    "ở": "tại",
    "người dân": "bà con",
    "tiếp tục": "vẫn",
    "đồng thời": "cùng lúc",
    "sử dụng": "dùng",
    "thực hiện": "tiến hành",
    "tiến hành": "thực hiện",
    "nhằm": "để",
    "để": "nhằm",
    "phát hiện": "nhận thấy",
    "lực lượng chức năng": "cơ quan chức năng",
    "cơ quan chức năng": "ngành chức năng",
    "nhiều": "không ít",
    "rất": "hết sức",
    "khi": "lúc",
    "bị": "chịu",
    "các": "những",
    "những": "các",
    "và": "cùng",
    "đã": "vừa",
    "được": "đã được",
    "theo đó": "cụ thể",
    "trước đó": "trước đấy",
    "hơn": "trên",
    "trên": "hơn",
    "vừa qua": "mới đây",
    "mới đây": "gần đây",
    "nhanh chóng": "mau chóng",
    "khẳng định": "nhấn mạnh",
    "nhấn mạnh": "khẳng định",
    "yêu cầu": "đề nghị",
    "đề nghị": "yêu cầu",
    "tăng": "tăng thêm",
    "giảm": "giảm bớt",
    "xảy ra": "diễn ra",
    "bắt đầu": "khởi đầu",
    "kết thúc": "khép lại",
}
_SYNONYM = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, SYNONYMS), key=len, reverse=True)) + r")\b"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stood in the base; None where it is from elsewhere."""

    text: str
    place: int | None = None

    @property
    def words(self) -> int:
        """How long it is."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Draft:
    """An article being edited: paragraphs of sentences, and what stands round them."""

    title: str
    paragraphs: tuple[tuple[Sentence, ...], ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @classmethod
    def of(cls, title: str, text: str) -> Draft:
        """Split a base article into lines and sentences."""
        lines = [SENTENCE.split(line.strip()) for line in text.splitlines() if line.strip()]
        places = iter(range(sum(map(len, lines))))
        return cls(title, tuple(tuple(Sentence(s, next(places)) for s in line) for line in lines))

    @property
    def sentences(self) -> list[Sentence]:
        """All sentences in order."""
        return [sentence for paragraph in self.paragraphs for sentence in paragraph]

    @property
    def words(self) -> int:
        """How long the body is."""
        return sum(sentence.words for sentence in self.sentences)

    def keeping(self, kept: set[int]) -> Draft:
        """The same with the sentences at these positions alone."""
        position = iter(range(len(self.sentences)))
        lines = [tuple(s for s in line if next(position) in kept) for line in self.paragraphs]
        return replace(self, paragraphs=tuple(filter(None, lines)))

    def body(self) -> str:
        """The body as text, a line for each paragraph."""
        return "\n".join(" ".join(s.text for s in line) for line in self.paragraphs)

    def text(self) -> str:
        """The body and all that stands round it."""
        return "\n".join(filter(None, [*self.before, self.body(), *self.after]))


def reworded(draft: Draft, draw: random.Random, rate: float, pool: Sequence[str]) -> Draft:
    """Some words replaced by synonyms or others, deleted or inserted.

    Args:
        draft: what to edit.
        draw: source of chance.
        rate: share of the words that are touched.
        pool: words to insert, of other articles.
    """

    def sentence(old: Sentence) -> Sentence:
        words: list[str] = []
        for word in old.text.split(" "):
            if draw.random() >= rate:
                words.append(word)
            elif (turn := draw.random()) < 0.45:
                swapped = _SYNONYM.sub(lambda m: SYNONYMS[m[0]], word)
                words.append(swapped if swapped != word else draw.choice(pool))
            elif turn < 0.75:
                words += [word, draw.choice(pool)]
        return replace(old, text=" ".join(words) or old.text)

    return replace(draft, paragraphs=tuple(tuple(map(sentence, p)) for p in draft.paragraphs))


def polished(draft: Draft, draw: random.Random, rate: float) -> Draft:
    """Phrases swapped for their synonyms wherever chance says, as a desk editor would."""

    def swap(match: re.Match[str]) -> str:
        return SYNONYMS[match[0]] if draw.random() < rate else match[0]

    return replace(
        draft,
        paragraphs=tuple(
            tuple(replace(s, text=_SYNONYM.sub(swap, s.text)) for s in p) for p in draft.paragraphs
        ),
    )


def shortened(draft: Draft, draw: random.Random, share: float) -> Draft:
    """Sentences left out, up to a share of them, from the end or anywhere."""
    n = len(draft.sentences)
    gone = min(n - 2, round(n * share))
    if gone < 1:
        return draft
    if draw.random() < 0.4:
        return draft.keeping(set(range(n - gone)))
    return draft.keeping(set(draw.sample(range(n), n - gone)))


def lengthened(
    draft: Draft, draw: random.Random, share: float, others: Sequence[str], together: bool
) -> Draft:
    """Sentences of another article put in: in one block at the end, or anywhere."""
    # No more than a third of the other article: else the two would be related as well.
    n = max(1, min(round(len(draft.sentences) * share), len(others) // 3))
    start = draw.randrange(max(1, len(others) - n))
    added = [Sentence(text) for text in others[start : start + n]]
    paragraphs = list(draft.paragraphs)
    if together:
        return replace(draft, paragraphs=(*paragraphs, tuple(added)))
    for sentence in added:
        paragraphs.insert(draw.randint(1, len(paragraphs)), (sentence,))
    return replace(draft, paragraphs=tuple(paragraphs))


def reordered(draft: Draft, draw: random.Random) -> Draft:
    """Paragraphs moved; where there are too few, sentences."""
    paragraphs = list(draft.paragraphs)
    if len(paragraphs) < 4:
        paragraphs = [(sentence,) for sentence in draft.sentences]
    for _ in range(max(1, len(paragraphs) // 4)):
        moved = paragraphs.pop(draw.randrange(len(paragraphs)))
        paragraphs.insert(draw.randint(0, len(paragraphs)), moved)
    return replace(draft, paragraphs=tuple(paragraphs))


def retitled(draft: Draft, draw: random.Random) -> Draft:
    """Another headline: from the first sentence, or the old one dressed up."""
    first = draft.sentences[0].text
    words = first.split()
    choices = [
        " ".join(words[: draw.randint(8, 14)]).rstrip(",;:."),
        f"{draw.choice(furniture.HEADLINE_STARTS)}: {draft.title}",
        _SYNONYM.sub(lambda m: SYNONYMS[m[0]], draft.title),
        " ".join(draft.title.split()[: max(4, len(draft.title.split()) * 2 // 3)]),
    ]
    return replace(draft, title=draw.choice([c for c in choices if c != draft.title] or choices))


def excerpt(draft: Draft, draw: random.Random, share: float, leading: bool) -> Draft:
    """A run of sentences that makes up a share of the words, at least 60 of them."""
    lengths = [sentence.words for sentence in draft.sentences]
    wanted = max(60, round(sum(lengths) * share))
    latest = len(lengths)
    while latest and sum(lengths[latest - 1 :]) < wanted:
        latest -= 1
    start = 0 if leading or latest < 1 else draw.randrange(latest)
    end = start
    while end < len(lengths) and sum(lengths[start:end]) < wanted:
        end += 1
    return draft.keeping(set(range(start, end)))


def shared_words(one: Draft, other: Draft) -> int:
    """Words of the sentences of the base that both drafts still have."""
    places = {s.place: s.words for s in one.sentences if s.place is not None}
    return sum(places.get(s.place, 0) for s in other.sentences if s.place is not None)
