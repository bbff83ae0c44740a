"""What the page holds, how large it is, and that it is the same for the same input."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_up import made

from detector.errors import InputError
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
from detector.report import (
    FIGURES,
    MOST,
    Changes,
    ClusterChange,
    Context,
    Decision,
    Figure,
    Gate,
    PairChange,
    RateChange,
    render,
    shown_pairs,
    write,
)
from detector.report.index import Index

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """The elements of a page with their attributes, its text, and what its scripts hold."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words, self.scripts, self._inside = [], [], [], ""
        self.feed(html.decode())
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, _):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.words.append(data)

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self):
        return json.loads(self.scripts[-1])


@pytest.fixture(scope="module")
def small():
    return made(400)


def test_the_report_of_the_newsroom_shows_every_pair_and_story(newsroom):
    detection, articles = newsroom
    html, written = render(detection, articles.get)
    page = Page(html)

    assert (written.bytes, written.pairs) == (len(html), len(detection.pairs))
    assert written.left_out == ()
    assert {(pair["a"], pair["b"]) for pair in page.data["pairs"]} == {
        (pair.a, pair.b) for pair in detection.pairs
    }
    assert "Lũ trên sông Thạch Hãn vượt đỉnh lịch sử" in page.text
    assert "Nothing: every article was read, compared and is shown." in page.text


def test_the_policy_of_the_page_allows_its_own_style_and_script_alone(small):
    html, _ = render(*small)
    (policy,) = (
        m["content"]
        for m in Page(html).of("meta")
        if m.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules["default-src"] == "'none'"
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", html.decode(), re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def test_the_style_sheet_asks_for_no_browser_of_the_last_years():
    style = (ROOT / "detector/report/report.css").read_text(encoding="utf-8")

    for new in ("light-dark(", "color-mix(", "oklch(", "@layer", "@container", ":has(", "&"):
        assert new not in style, new


def test_nothing_on_the_page_is_to_be_loaded_or_run_from_an_attribute(newsroom):
    detection, articles = newsroom
    page = Page(render(detection, articles.get)[0])

    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "link", "object", "embed", "base", "form[action]")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not attributes.get("src")
        assert (attributes.get("href") or "#").startswith("#")


HOSTILE = "</script><script>alert(1)</script><!-- \u2028\u2029 & \"'> \x00\ud800\u202e{{7*7}}"


def test_hostile_text_becomes_no_element_and_comes_back_from_the_data_unchanged(small):
    detection, _ = small
    tame = len(Page(render(detection, lambda name: Article(name, "tame"))[0]).elements)
    html, _ = render(detection, lambda name: Article(name, HOSTILE + name, title=HOSTILE))
    page = Page(html)

    assert len(page.elements) == tame
    assert len(page.of("script")) == 2
    shown = (
        HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd").replace("\u202e", "\ufffd")
    )
    assert all(a["text"].startswith(shown) for a in page.data["articles"])
    assert "49" not in page.data["articles"][0]["text"]


def test_a_page_for_many_articles_keeps_to_the_size_and_says_what_it_leaves_out():
    detection, article = made(8_000)
    html, written = render(detection, article)
    page = Page(html)

    assert len(html) <= MOST
    assert f"of {len(detection.pairs):,} related pairs can be compared" in page.text
    assert all(sentence in page.text for sentence in written.left_out)
    assert len(written.left_out) >= 4


@pytest.mark.parametrize("most", [1_000_000, 200_000])
def test_a_page_that_would_be_too_large_shows_less(small, most):
    detection, article = small

    def long(name):
        return Article(name, article(name).text * 10)

    html, written = render(detection, long, most=most)

    assert len(html) <= most
    assert 0 < written.pairs < len(detection.pairs)


def test_ids_and_titles_of_any_length_do_not_break_the_size(small):
    detection, article = small
    labels = tuple(
        type(label)(*(getattr(label, name) if name != "title" else "dài" * 100_000
                      for name in label.__slots__))
        for label in detection.labels
    )  # fmt: skip
    html, _ = render(Detection(labels, detection.pairs, detection.clusters), article)

    assert len(html) <= MOST


def test_the_same_detection_gives_the_same_bytes_in_any_order(small):
    detection, article = small
    backward = Detection(detection.labels[::-1], detection.pairs[::-1], detection.clusters[::-1])

    assert render(detection, article)[0] == render(backward, article)[0]


def test_the_same_detection_gives_the_same_bytes_whatever_the_hash_seed():
    code = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); from made_up import made\n"
        "from detector.report import render\n"
        "print(hashlib.sha256(render(*made(300))[0]).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(told) == 1


def test_only_texts_of_shown_pairs_are_asked_for_and_each_once(small):
    detection, article = small
    asked = []
    render(detection, lambda name: asked.append(name) or article(name))
    named = {name for pair in shown_pairs(detection) for name in pair}

    assert sorted(asked) == sorted(named)


def test_evidence_is_asked_for_where_a_pair_has_no_passages(small):
    detection, article = small
    asked = []

    def evidence(pair):
        asked.append((pair.a, pair.b))
        return Evidence(passages=(Passage((0, 20), (0, 20)),), agreeing={"numbers": ("1234567",)})

    page = Page(render(detection, article, evidence=evidence)[0])
    bare = {(p.a, p.b) for p in detection.pairs if not p.evidence.passages} & shown_pairs(detection)

    assert bare
    assert sorted(asked) == sorted(bare)
    (pair,) = (p for p in page.data["pairs"] if (p["a"], p["b"]) == min(bare))
    assert pair["agree"] == [["numbers", ["1,234,567"]]]
    assert pair["how"] == "passages"


def test_the_file_appears_whole_or_not_at_all(small, tmp_path):
    detection, article = small
    written = write(tmp_path / "report.html", detection, article)
    assert (tmp_path / "report.html").stat().st_size == written.bytes

    def fails(name):
        raise RuntimeError(name)

    with pytest.raises(RuntimeError):
        write(tmp_path / "other.html", detection, fails)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(InputError, match="make its folder first"):
        write(tmp_path / "none/report.html", detection, article)


# What the caller knows


def told(small, **context):
    detection, article = small
    return Page(render(detection, article, context=Context(**context))[0])


def test_gates_are_listed_with_the_tripped_ones_first(small):
    page = told(
        small,
        gates=(
            Gate("largest_cluster", "100", "40", False),
            Gate("duplicate_rate", "30 %", "41 %", True, ("more than ever",)),
        ),
    )

    assert page.text.index("duplicate_rate") < page.text.index("largest_cluster")
    assert "tripped : more than ever" in page.text


def test_changes_are_told_beside_the_figures_and_in_tables(small):
    detection, _ = small
    now = render(*small)[1].figures
    pair = detection.pairs[0]
    page = told(
        small,
        made=datetime(2025, 3, 17, 2, 0),
        run="run-2",
        figures=(Figure("read anew", "312", "1,204"),),
        changes=Changes(
            "run-1",
            datetime(2025, 3, 16, 2, 0),
            (("articles", now["articles"] - 12), ("stories", now["stories"])),
            clusters=(
                ClusterChange("merged", "event", "eve-3", (2, 4), (9,), "Khởi công cầu mới"),
            ),
            pairs=(
                PairChange(pair.a, pair.b, None, pair.relation),
                PairChange("gone-1", "gone-2", Relation.EXCERPT, None),
            ),
            rates=(RateChange("Báo 3", 0.12, 0.315, 210),),
            totals=(("clusters born", 1044),),
        ),
    )

    for words in (
        *("+12", "unchanged", "312", "1,204 in the run before", "run-1", "of 2025-03-16 02:00"),
        *(
            "merged event Khởi công cầu mới 4 + 2 → 9",
            "1,044",
            "12.0% 31.5%",
            "not related",
            "gone-1",
        ),
    ):
        assert words in page.text, words
    assert (pair.a, pair.b) in shown_pairs(detection, Context(changes=Changes("x", pairs=(
        PairChange(pair.b, pair.a, None, pair.relation),))))  # fmt: skip


def test_stories_with_new_articles_stand_before_the_largest_and_name_them(small):
    detection, _ = small
    stories = detection.clusters_of(Level.SYNDICATION, least=2)
    least = min(stories, key=lambda story: (len(story.members), story.id))
    page = told(small, changes=Changes("run-1", new=frozenset(least.members[:1])))

    shown = [e["data-id"].split()[0] for e in page.of("details") if e["id"].startswith("story-")]
    sizes = {story.id: len(story.members) for story in stories}
    assert shown[0] == least.id
    assert [sizes[name] for name in shown[1:]] == sorted(
        (sizes[name] for name in shown[1:]), reverse=True
    )
    heading = page.text.index("New or grown since the run before")
    assert heading < page.text.index(f"{len(least.members)} articles, 1 new")
    assert page.text.index("The largest of the others") > heading
    assert "New or grown" not in told(small, changes=Changes("run-1")).text


def test_where_the_original_is_unknown_an_article_stands_beside_the_one_that_is_most_like_it():
    names = ("a", "b", "c")
    labels = tuple(
        Label(name, "d", "s", "e", True, None, 0.0, None, None, "vi", f"2025-03-0{n}", None, ())
        for n, name in enumerate(names, 1)
    )
    pairs = (
        Pair("a", "b", Relation.NEAR_COPY, 0.8),
        Pair("a", "c", Relation.NEAR_COPY, 0.7),
        Pair("b", "c", Relation.NEAR_COPY, 0.9),
    )
    story = Cluster("s", Level.SYNDICATION, names)
    index = Index(Detection(labels, pairs, (story,)))

    assert index.listed(story) == ["a", "b", "c"]
    assert index.links(story) == {"b": pairs[0], "c": pairs[2]}


def test_a_pair_is_new_because_an_article_is_or_for_another_reason(small):
    detection, _ = small
    one, other = detection.pairs[:2]
    page = told(small, changes=Changes("run-1", pairs=(
        PairChange(one.a, one.b, None, one.relation),
        PairChange(other.a, other.b, None, other.relation),
        PairChange("gone-1", other.a, Relation.EXCERPT, None),
    ), new=frozenset([one.a])))  # fmt: skip

    for words in ("new article ", "not related ", "excerpt article gone "):
        assert words in page.text, words


@pytest.mark.parametrize(("count", "words"), [(1, "1 article "), (2, "2 articles ")])
def test_one_is_not_several(count, words):
    detection, article = made(count)
    page = Page(render(detection, article)[0])

    assert words in page.text
    assert "1 articles" not in page.text
    assert "1 translations" not in page.text


def test_decisions_in_force_are_listed_with_what_their_pairs_are_now(small):
    detection, _ = small
    pair = detection.pairs[0]
    page = told(
        small,
        decisions=(
            Decision(pair.b, pair.a, False, "event", "2025-03-10", "another day"),
            Decision("gone-1", "gone-2", True),
        ),
    )

    assert "not the same event" in page.text
    assert "another day 2025-03-10" in page.text
    assert "same not related gone-1 gone-2" in page.text


def test_what_was_skipped_or_capped_is_told(small):
    page = told(small, skipped=("a.jsonl:17: no text",), skips=31, notes=("Cut at links.",))

    for words in ("31 records not read", "a.jsonl:17: no text", "and 30 more", "Cut at links."):
        assert words in page.text


def test_the_figures_are_those_of_the_detection(newsroom):
    detection, articles = newsroom
    found = render(detection, articles.get)[1].figures

    assert set(found) == set(FIGURES)
    assert found["articles"] == len(detection.labels)
    assert found["translations"] == sum(
        label.relation is Relation.TRANSLATION for label in detection.labels
    )
    assert found["taken"] == sum(source.taken for source in detection.sources())
