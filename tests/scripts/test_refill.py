"""A refilled template keeps its sentences and none of its facts."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from refill import Names, refill

OTHERS = [
    "The mayor of North Haven met Ellen Marsh. Later Ellen Marsh saw Tomas Reed in North Haven. "
    "The town of Alder and the people of Alder thanked Tomas Reed. They met in Alder. "
    "It was the report that the mayor and the bank of Karsten wanted. A man of Karsten agreed. "
    "A storm is a storm, and a man said so. Three witnesses told the police what he said.",
] * 2
TITLE = "Storm hits Port Wells"
TEXT = (
    "A storm hit Port Wells on Monday, June 12, 2017, killing 14 people. "
    "Mayor John Cole said the town lost $3.5 million.\n"
    '"Port Wells is strong," Cole\'s wife said. The storm left Cole with three boats.'
)


def filled(seed: int = 1) -> tuple[str, str]:
    return refill(TITLE, TEXT, Names(OTHERS), random.Random(seed))


def test_every_name_date_and_number_is_another_one():
    title, text = filled()
    for old in ("Port", "Wells", "John", "Cole", "Monday", "June", "12", "2017", "14", "3.5"):
        assert not re.search(rf"\b{re.escape(old)}\b", f"{title} {text}"), old
    assert "three boats" not in text


def test_the_sentences_stay_as_they_are():
    title, text = filled()
    assert title.startswith("Storm hits ")
    assert re.fullmatch(
        r"A storm hit \w+ \w+ on \w+day, [A-Z]\w+ \d+, \d{4}, killing \d+ people\. "
        r"\w+ \w+ \w+ said the town lost \$\d\.\d million\.\n"
        r"\"\w+ \w+ is strong,\" \w+'s wife said\. The storm left \w+ with \w+ boats\.",
        text,
    )


def test_one_name_becomes_one_other_name_everywhere():
    title, text = filled()
    town = title.removeprefix("Storm hits ")
    assert text.count(town) == 2
    surname = re.search(r"(\w+) said the town", text)
    assert surname
    assert f"{surname[1]}'s wife" in text
    assert f"left {surname[1]} with" in text


def test_the_same_seed_fills_in_the_same_and_another_seed_something_else():
    assert filled(1) == filled(1)
    assert filled(1) != filled(2)


def test_vietnamese_weekdays_change_and_first_words_of_sentences_do_not():
    pool = ["Bà Lan ở Sông Cầu gặp anh Tú. Hôm qua bà về Sông Cầu. Nhà anh Tú và bà Lan ở đó."] * 2
    title, text = refill(
        "Mưa lớn ở Bình Minh",
        "Hôm thứ Hai, mưa lớn ở Bình Minh. Theo ông An, hôm qua mưa 120 mm. Hôm nay, ông về nhà.",
        Names([*pool, "Theo bà, mưa to. Người dân theo ông về, hôm sau mưa."]),
        random.Random(1),
    )
    assert re.fullmatch(
        r"Hôm thứ (?!Hai)\w+, mưa lớn ở (?!Bình Minh)\w+ \w+\. Theo ông (?!An)\w+, hôm qua mưa "
        r"(?!120)\d{3} mm\. Hôm nay, ông về nhà\.",
        text,
    )
    assert title.startswith("Mưa lớn ở ")
