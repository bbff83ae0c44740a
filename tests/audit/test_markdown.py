from datetime import timedelta

from detector.audit.markdown import markdown, plain

from .conftest import NOON, row, snapshot

BEFORE = snapshot([row("a", "d1"), row("b", "d1"), row("c")])
AFTER = snapshot(
    [
        row("a", "d1", original="a"),
        row("b", "d1", original="a", relation="near_copy", source="Báo Hai"),
        *(row(f"x{i}", "d2") for i in range(3)),
        row("c"),
    ],
    [("a", "b", "near_copy", 0.9)],
)
CHANGES = {
    "new_articles": 3, "gone_articles": 0, "new_pairs": 1, "gone_pairs": 0,
    "relabelled_pairs": 0, "moved_sources": 1,
    "clusters": {"duplicate": {"born": 1, "grown": 0}, "event": {"born": 0, "grown": 0}},
    "news": [
        {"level": "syndication", "kind": "born", "id": "d2", "articles": 3, "joined": 3,
         "title": "Bài x0"},
        {"level": "event", "kind": "grown", "id": "d1", "articles": 2, "joined": 1,
         "title": "Bài a"},
    ],
    "sources": [{"name": "Báo Một", "before": 0.5, "after": 0.6}],
}  # fmt: skip


def test_a_run_is_told_with_what_changed(stored):
    first = stored(BEFORE)
    run = stored(
        AFTER,
        NOON + timedelta(days=1),
        previous=first.id,
        changes=CHANGES,
        guarded=["unread", "growth", "source_kept"],
        gates=[
            {"gate": "growth", "message": "6 articles after 3: 100.0% more."},
            *({"gate": "source_kept", "message": f"Báo {n}"} for n in range(5)),
        ],
        notes=["A component was cut."],
        counts={"new": 3, "changed": 0, "unread": 7},
        unread=["a.jsonl:3: no text"],
    )

    assert markdown(run.record, first.record) == (
        "# Audit of 2026-11-03 12:00: 2 gates tripped\n"
        "\n"
        "- **6 articles** (+3)\n"
        "- 3 repeat another in the same language (50.0%, +16.7 points); the keep policy leaves 6\n"
        "- 1 related pair (+1): near copy 1\n"
        "- 2 stories that went further, 2 events with several stories, 2 groups of copies\n"
        "- languages: vi 6\n"
        "\n"
        "## Gates\n"
        "\n"
        "- ✗ **growth**: 6 articles after 3: 100.0% more.\n"
        "- ✗ **source kept**: Báo 0\n"
        "- ✗ **source kept**: Báo 1\n"
        "- ✗ **source kept**: Báo 2\n"
        "- ✗ **source kept**: 2 more\n"
        "- ✓ unread\n"
        "\n"
        "## Since the run of 2026-11-02 12:00\n"
        "\n"
        "- articles: 3 new\n"
        "- pairs: 1 new\n"
        "- groups of copies: 1 born\n"
        "- Báo Một: duplicate rate 50.0% → 60.0%\n"
        "\n"
        "## New or grown\n"
        "\n"
        "- Story of 3 articles, new: Bài x0\n"
        "- Event of 2 articles, 1 of them new: Bài a\n"
        "\n"
        "## Most copied\n"
        "\n"
        "- Báo Một: taken over once by other sources\n"
        "\n"
        "## Largest\n"
        "\n"
        "- Story of 3 articles: Bài x0\n"
        "- Story of 2 articles: Bài a\n"
        "- Event of 3 articles: Bài x0\n"
        "- Event of 2 articles: Bài a\n"
        "\n"
        "## Capped or not done\n"
        "\n"
        "- A component was cut.\n"
        "\n"
        "## Not read\n"
        "\n"
        "- a.jsonl:3: no text\n"
        "- 6 more\n"
        "\n"
        "3 articles were new and 0 changed; it took 3 s. Run 20261103T120000Z.\n"
    )


def test_the_first_run_has_no_comparison_and_no_empty_sections(stored):
    text = markdown(stored(snapshot([row("a")])).record)

    assert "##" not in text
    assert "**1 article**\n" in text
    assert "no gate tripped" in text


def test_a_run_in_which_nothing_changed_says_so(stored):
    first = stored(BEFORE)
    none = {name: 0 for name in CHANGES if name.endswith(("articles", "pairs", "_sources"))}
    changes = none | {"clusters": {}, "sources": [], "news": []}
    run = stored(BEFORE, NOON + timedelta(days=1), previous=first.id, changes=changes)

    assert "## Since the run of 2026-11-02 12:00\n\n- nothing changed\n" in markdown(
        run.record, first.record
    )


def test_a_hostile_headline_stays_text():
    hostile = "<script>x</script> <!channel> @everyone [a](https://b.c) **!** `x`\n# y | z & ~"

    assert plain(hostile) == (
        "&lt;script&gt;x&lt;/script&gt; &lt;!channel&gt; @\u200beveryone \\[a\\](https\u200b://b.c)"
        " \\*\\*!\\*\\* \\`x\\` \\# y \\| z &amp; \\~"
    )


def test_a_long_headline_is_cut():
    assert plain("a" * 200) == "a" * 99 + "…"
