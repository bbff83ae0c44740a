"""Pairs side by side, as the page's script gets them."""

from detector.records import Article, Detection, Evidence, Label, Pair, Passage, Relation
from detector.report.index import Index
from detector.report.material import Material
from detector.report.sides import Sides

BODY = "Sáng nay tại Hà Nội hội nghị bàn về giao thông đô thị với năm mươi đại biểu tham dự"
FILL = " ".join(f"chữ{n}" for n in range(600))


def label(name, when=None, language="vi"):
    return Label(
        name, f"d{name}", "s", "e", True, None, 0.0, None, None, language, when, None, (),
        title=f"Tin {name}", source=f"Báo {name}",
    )  # fmt: skip


def shown(pair, texts, labels=None, limit=6000):
    labels = labels or [label(pair.a), label(pair.b)]
    index = Index(Detection(tuple(labels), (pair,), ()))
    articles = {name: Article(name, text) for name, text in texts.items()}
    sides = Sides(index, Material(index, articles.get, None), limit)
    sides.add(pair)
    data = sides.data()
    (made,) = data["pairs"]
    left, right = (data["articles"][made[side]] for side in "lr")
    marked = [
        [(head.get("text", "")[start:end], kind, link) for start, end, kind, link in marks]
        for head, marks in zip((left, right), made["marks"], strict=True)
    ]
    return made, left, right, marked


def test_the_original_stands_on_the_left_whatever_its_id():
    pair = Pair("a", "b", Relation.NEAR_COPY, 0.9, "b", 0.8)
    made, left, right, _ = shown(pair, {"a": BODY, "b": BODY})

    assert (left["id"], right["id"], made["first"], made["confidence"]) == ("b", "a", True, 0.8)
    assert (made["a"], made["b"]) == ("a", "b")


def test_without_an_original_the_earlier_one_stands_on_the_left():
    labels = [label("a", "2025-03-02T01:00:00+07:00"), label("b", "2025-03-01T17:00:00+00:00")]
    made, left, _, _ = shown(
        Pair("a", "b", Relation.SAME_EVENT, 0.9), {"a": BODY, "b": BODY}, labels
    )

    assert (left["id"], made["first"]) == ("b", False)


def test_conflicts_and_passages_follow_their_articles_when_sides_are_swapped():
    evidence = Evidence(
        passages=(Passage((0, 3), (4, 8), 0.7),),
        conflicting={"dates": (("2025-03-01",), ("2025-03-02",))},
    )
    pair = Pair("a", "b", Relation.TRANSLATION, 0.9, "b", 0.8, evidence=evidence)
    made, _, _, marked = shown(
        pair, {"a": "Một hai", "b": "One two three"}, [label("a"), label("b", language="en")]
    )

    assert made["apart"] == [["dates", ["2025-03-02"], ["2025-03-01"]]]
    assert marked == [[("two ", "same", 0)], [("Một", "same", 0)]]
    assert made["how"] == "sentences"


def test_a_passage_outside_the_text_is_left_out():
    evidence = Evidence(passages=(Passage((0, 3), (90, 95)), Passage((0, 3), (0, 3))))
    pair = Pair("a", "b", Relation.SAME_EVENT, 0.9, evidence=evidence)
    made, _, _, marked = shown(pair, {"a": "Một hai", "b": "Một ba"})

    assert marked == [[("Một", "same", 1)], [("Một", "same", 1)]]
    assert made["how"] == "passages"


def test_of_passages_that_overlap_the_first_is_marked():
    evidence = Evidence(passages=(Passage((0, 7), (0, 7)), Passage((4, 11), (8, 11))))
    pair = Pair("a", "b", Relation.SAME_EVENT, 0.9, evidence=evidence)
    _, _, _, marked = shown(pair, {"a": "Một hai ba bốn", "b": "Một hai ba năm"})

    assert [text for text, *_ in marked[0]] == ["Một hai"]


def test_a_long_text_is_shown_from_a_little_before_the_shared_part():
    pair = Pair("a", "b", Relation.EXCERPT, 0.9, "a", 0.8)
    _, left, right, marked = shown(pair, {"a": f"{FILL} {BODY} {FILL}", "b": BODY}, limit=2500)

    assert BODY in left["text"]
    assert 0 < left["text"].index(BODY) <= 400
    assert left["before"] + len(left["text"]) + left["after"] == len(f"{FILL} {BODY} {FILL}")
    assert len(left["text"]) == 2500
    assert (right["before"], right["after"]) == (0, 0)
    assert {kind for _, kind, _ in marked[0]} == {"rest"}


def test_offsets_count_characters_beyond_the_basic_plane():
    pair = Pair("a", "b", Relation.NEAR_COPY, 0.9, "a", 0.8)
    first = f"🌾🌾 {BODY}"
    _, _, _, marked = shown(pair, {"a": first, "b": first.replace("năm", "sáu")})

    assert marked == [[("năm", "edit", -1)], [("sáu", "edit", -1)]]


def test_an_article_in_several_pairs_is_carried_once():
    names = ("a", "b", "c")
    pairs = [Pair("a", name, Relation.NEAR_COPY, 0.9, "a", 0.8) for name in names[1:]]
    index = Index(Detection(tuple(map(label, names)), tuple(pairs), ()))
    sides = Sides(index, Material(index, lambda name: Article(name, BODY), None), 6000)
    for pair in pairs:
        sides.add(pair)
    data = sides.data()

    assert [head["id"] for head in data["articles"]] == ["a", "b", "c"]
    assert [(pair["l"], pair["r"]) for pair in data["pairs"]] == [(0, 1), (0, 2)]
