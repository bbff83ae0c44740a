"""Detections of any size, made up: stories that outlets take over from each other."""

import random
from collections import Counter
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from detector.records import (
    Article,
    Cluster,
    Detection,
    Evidence,
    Label,
    Level,
    Pair,
    Passage,
    Relation,
)

TEXT = (
    "cầu đường sông núi tỉnh huyện xã người dân lãnh đạo thông tin báo cáo quyết định công trình "
    "khởi công hoàn thành mưa lũ sạt lở giao thông trường học bệnh viện doanh nghiệp xuất khẩu "
    "giá cả thị trường lúa gạo cà phê du lịch lễ hội bóng đá vận động viên trận đấu bàn thắng"
)
WORDS = TEXT.split()
SIZES = (1,) * 60 + (2,) * 20 + (3,) * 10 + (5,) * 6 + (12,) * 3 + (40,)
START = datetime(2025, 3, 1, 6, 0, tzinfo=timezone(timedelta(hours=7)))
RELATIONS = (Relation.EXACT_COPY, Relation.NEAR_COPY, Relation.EXCERPT, Relation.TRANSLATION)


def sentence(chance, words=14):
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def text_of(number, length=30):
    """The text of an article of a story, with a word of its own here and there."""
    chance = random.Random(number)
    return " ".join(sentence(chance) for _ in range(length))


def made(count, sources=60, seed=1):
    """A detection of `count` articles, and a function that gives their texts."""
    chance = random.Random(seed)
    labels, pairs, clusters, stories = [], [], [], {}
    weights = [1 / (n + 1) for n in range(sources)]
    while len(labels) < count:
        size = min(chance.choice(SIZES), count - len(labels))
        story = len(stories) + 1
        begun = START + timedelta(minutes=chance.randrange(14 * 1440))
        names = [f"a{story}-{n}" for n in range(size)]
        stories[story] = names
        event = f"eve-{story - story % 3}"
        for n, name in enumerate(names):
            relation = chance.choice(RELATIONS) if n else None
            if relation:
                score = round(chance.uniform(0.5, 1), 4)
                passages = tuple(Passage((i * 80, i * 80 + 60), (i * 80, i * 80 + 60), 0.8)
                                 for i in range(8))  # fmt: skip
                pairs.append(
                    Pair(
                        *sorted((names[0], name)), relation, score, names[0], 0.9, False,
                        Evidence({"resemblance": score}, passages, {"dates": ("2025-03-01",)}, {},
                                 (f"{names[0]} was published 2 hours before {name}.",)),
                    )
                )  # fmt: skip
            when = begun + timedelta(minutes=n * chance.randrange(1, 400))
            labels.append(
                Label(
                    name, f"dup-{story}", f"syn-{story}", event, n == 0,
                    names[0] if size > 1 else None, 0.9, relation, 0.9,
                    "en" if relation is Relation.TRANSLATION else "vi", when.isoformat(),
                    when.date().isoformat(), (), title=sentence(chance, 10),
                    source=f"Báo {chance.choices(range(sources), weights)[0]}",
                )
            )  # fmt: skip
        clusters.append(
            Cluster(f"syn-{story}", Level.SYNDICATION, tuple(sorted(names)), names[0], 0.9)
        )
    sizes = Counter(label.event_cluster for label in labels)
    for event in sizes:
        number = int(event.removeprefix("eve-"))
        members = [stories[n] for n in range(max(number, 1), number + 3) if n in stories]
        for one, other in pairwise(members):
            pairs.append(Pair(*sorted((one[0], other[0])), Relation.SAME_EVENT, 0.8))
        together = tuple(sorted(name for names in members for name in names))
        clusters.append(Cluster(event, Level.EVENT, together))
    pairs.sort(key=lambda pair: (pair.a, pair.b))
    detection = Detection(tuple(labels), tuple(pairs), tuple(clusters))
    return detection, lambda name: Article(name, text_of(name.partition("-")[0]))
