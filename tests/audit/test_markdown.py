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
    "sources": [{"name": "Báo Một", "before": 0.5, "after": 0.6}],
}  # fmt: skip


def test_a_run_is_told_with_what_changed(stored):
    first = stored(BEFORE)
    run = stored(
        AFTER,
        NOON + timedelta(days=1),
        previous=first.id,
        changes=CHANGES,
        guarded=["unread", "growth"],
        gates=[{"gate": "growth", "message": "6 articles after 3: 100.0% more."}],
        counts={"new": 3, "changed": 0, "unread": 7},
        unread=["a.jsonl:3: no text"],
    )

    assert markdown(run.record, first.record) == (
        "# Audit of 2026-11-03 12:00: 1 gate tripped\n"
        "\n"
        "- **6 articles** (+3)\n"
        "- 3 repeat another in their language (50.0%, +16.7 points); 6 are kept\n"
        "- 1 related pairs (+1): near copy 1\n"
        "- clusters of two or more: duplicate 2, syndication 2, event 2\n"
        "- languages: vi 6\n"
        "\n"
        "## Gates\n"
        "\n"
        "- ✗ **growth**: 6 articles after 3: 100.0% more.\n"
        "- ✓ unread\n"
        "\n"
        "## Since 20261102T120000Z\n"
        "\n"
        "- articles: 3 new, 0 gone\n"
        "- pairs: 1 new, 0 gone, 0 relabelled\n"
        "- duplicate clusters: 1 born\n"
        "- Báo Một: duplicate rate 50.0% → 60.0%\n"
        "\n"
        "## Most copied\n"
        "\n"
        "- Báo Một: 1 article of other sources\n"
        "\n"
        "## Largest clusters\n"
        "\n"
        "- One article in one language, 3 articles: Bài x0 (d2)\n"
        "- One article in one language, 2 articles: Bài a (d1)\n"
        "- One article wherever it went, 3 articles: Bài x0 (d2)\n"
        "- One article wherever it went, 2 articles: Bài a (d1)\n"
        "- One event, 3 articles: Bài x0 (d2)\n"
        "- One event, 2 articles: Bài a (d1)\n"
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
    assert "**1 articles**\n" in text
    assert "no gate tripped" in text


def test_a_hostile_headline_stays_text():
    hostile = "<script>x</script> <!channel> @everyone [a](https://b.c) **!** `x`\n# y | z & ~"

    assert plain(hostile) == (
        "&lt;script&gt;x&lt;/script&gt; &lt;!channel&gt; @\u200beveryone \\[a\\](https\u200b://b.c)"
        " \\*\\*!\\*\\* \\`x\\` \\# y \\| z &amp; \\~"
    )


def test_a_long_headline_is_cut():
    assert plain("a" * 200) == "a" * 99 + "…"
