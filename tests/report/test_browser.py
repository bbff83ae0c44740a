"""The page in a real browser: it opens in silence, works, and keeps hostile text as text."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from detector.records import Article, Cluster, Detection, Evidence, Label, Level, Pair, Relation
from detector.report import Context, write

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"),
    "--no-first-run",
)
HOSTILE = (
    "<script>window.broken = 1</script>",
    '"><img src=x onerror="window.broken = 2">',
    "</script><script>window.broken = 3</script>",
    "{{ 7 * 7 }} {% raw %} <!-- <![CDATA[ ]]> &amp; \\u003cscript>",
    "\u202eđảo ngược\u202c\u2067 phải sang trái",
    "Không\x00có\x1bgì\ud800",
    "dài" * 400,
    "' onclick='window.broken = 4' x='",
)


@pytest.fixture(scope="module")
def browser():
    """Chromium of the system; closed behind this module, since it keeps an event loop."""
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("the report is tested in Chromium, which is not installed")
    with sync.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield found
        found.close()


@pytest.fixture
def opened(browser):
    """Opens a file; whatever the page says on the console or asks for is a failure."""
    contexts, complaints = [], []

    def open_(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.on("request", lambda r: r.url == path.as_uri() or complaints.append(r.url))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def report(newsroom, tmp_path_factory):
    detection, articles = newsroom
    path = tmp_path_factory.mktemp("page") / "report.html"
    write(path, detection, articles.get)
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A story whose every field is hostile, and its event."""
    labels, pairs, articles = [], [], {}
    for n, text in enumerate(HOSTILE):
        name = f"{n}{text}"
        labels.append(
            Label(
                name, f"d{text}", "s<i>", "e<i>", n == 0, f"0{HOSTILE[0]}", 0.9,
                Relation.NEAR_COPY if n else None, 0.9, '"><b>', None, None, (),
                title=text, source=f"S {text}",
            )
        )  # fmt: skip
        articles[name] = Article(
            name, f"{text} chung một thân bài dài {text}", url=f"javascript:{text}"
        )
        if n:
            evidence = Evidence(
                {}, (), {text: (text,)}, {text: ((text,), (text,))},
                (f"{name} credits {text}, where 0{HOSTILE[0]} appeared.",),
            )  # fmt: skip
            key = sorted((f"0{HOSTILE[0]}", name))
            pairs.append(
                Pair(*key, Relation.NEAR_COPY, 0.6, f"0{HOSTILE[0]}", 0.9, False, evidence)
            )
    members = tuple(sorted(articles))
    clusters = [Cluster("s<i>", Level.SYNDICATION, members, members[0]),
                Cluster("e<i>", Level.EVENT, members)]  # fmt: skip
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    context = Context(title=HOSTILE[0], run=HOSTILE[1], command=HOSTILE[2], notes=HOSTILE)
    detection = Detection(tuple(labels), tuple(pairs), tuple(clusters), HOSTILE)
    write(path, detection, articles.get, context=context)
    return path


def shown_rows(page, table):
    return page.locator(f"{table} tbody tr:visible").count()


def compare(page, relation):
    """Open the first pair of a relation side by side."""
    page.select_option("#relation", relation)
    page.locator("#t-pairs tbody tr:visible button").first.click()
    page.wait_for_selector("dialog[open]")


def test_the_page_opens_and_each_part_of_it_is_there(opened, report):
    page = opened(report)

    for name in ("figures", "articles", "sources", "stories", "events", "review", "pairs", "notes"):
        assert page.locator(f"section#{name}").is_visible()
    assert page.locator(".tiles div").count() >= 6
    assert page.locator("nav a").count() == page.evaluate(
        "[...document.querySelectorAll('nav a')].filter(a => document.querySelector(a.hash)).length"
    )


def test_a_search_ignores_case_and_diacritics_and_says_how_much_it_found(opened, report):
    page = opened(report)
    every = page.locator("#stories details:visible").count()
    page.fill("#find", "THACH han")
    page.wait_for_selector("#found:not(:empty)")

    titles = page.locator("#stories details:visible .title").all_inner_texts()
    assert 0 < len(titles) < every
    assert any("Thạch Hãn" in title for title in titles)
    assert "rows and clusters" in page.inner_text("#found")
    page.fill("#find", "")
    page.wait_for_selector("#found:empty", state="attached")
    assert page.locator("#stories details:visible").count() == every


def test_an_article_is_found_by_its_id(opened, report):
    page = opened(report)
    page.fill("#find", "tinmientrung-cf96")
    page.wait_for_selector("#found:not(:empty)")

    assert page.locator("#stories details:visible").count() == 1


def test_pairs_are_filtered_by_relation_and_by_language(opened, report, newsroom):
    page, (detection, _) = opened(report), newsroom
    page.select_option("#relation", "translation")

    assert shown_rows(page, "#t-pairs") == len(detection.pairs_of(Relation.TRANSLATION))
    assert set(page.locator("#t-pairs tbody tr:visible td:first-child").all_inner_texts()) == {
        "translation"
    }
    page.select_option("#crossing", "one")
    assert shown_rows(page, "#t-pairs") == 0
    assert page.inner_text("#shown") == f"0 of {len(detection.pairs)} pairs"


def test_a_table_is_sorted_by_buttons_both_ways(opened, report):
    page = opened(report)
    head = page.locator("#t-sources thead th", has_text="articles")
    head.locator("button").click()
    down = [int(text) for text in page.locator("#t-sources td:nth-child(2)").all_inner_texts()]
    assert down == sorted(down, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    up = [int(text) for text in page.locator("#t-sources td:nth-child(2)").all_inner_texts()]
    assert up == sorted(up)
    delays = page.locator("#t-sources thead th", has_text="median delay")
    delays.locator("button").click()
    cells = page.eval_on_selector_all(
        "#t-sources td:nth-child(9)", "cells => cells.map(cell => cell.dataset.v)"
    )
    known = [float(value) for value in cells if value]
    assert known == sorted(known, reverse=True)
    assert "" not in cells[: len(known)]


def test_a_long_table_begins_short_and_shows_all_when_asked(opened, report, newsroom):
    page, sources = opened(report), len(newsroom[0].sources())
    assert shown_rows(page, "#t-sources") == 12 < sources
    button = page.get_by_role("button", name=f"Show all {sources} rows")
    assert button.count() == 1
    button.click()

    assert shown_rows(page, "#t-sources") == sources


def test_on_paper_a_long_table_is_as_short_as_on_the_screen_and_says_so(opened, report):
    page = opened(report, color_scheme="dark")
    rows = page.locator("#t-flows tbody tr").count()
    page.emulate_media(media="print")

    assert shown_rows(page, "#t-flows") == 12 < rows
    said = "element => getComputedStyle(element, '::after').content"
    button = page.locator("#t-flows").locator("xpath=../following-sibling::button[1]")
    assert button.evaluate(said) == f'"12 of {rows} rows"'
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert page.locator("nav:visible, #theme:visible, .compare:visible").count() == 0


def test_all_clusters_of_a_section_are_opened_and_closed_at_once(opened, report):
    page = opened(report)
    button = page.locator("#stories button.unfold")
    closed = page.locator("#stories details:not([open])")
    every = page.locator("#stories details").count()
    assert 0 < closed.count() < every

    button.click()
    assert (closed.count(), button.inner_text()) == (0, "Close all")
    button.click()
    assert (closed.count(), button.inner_text()) == (every, "Open all")
    page.locator("#stories summary").first.click()
    assert button.inner_text() == "Open all"


def test_countries_are_named(opened, tmp_path):
    labels = tuple(
        Label(name, f"d{name}", f"s{name}", "e", True, None, 0.0, None, None, "vi", None, None, ())
        for name in "ab"
    )
    evidence = Evidence(agreeing={"places": ("uy", "vn/da-lat")})
    pair = Pair("a", "b", Relation.SAME_EVENT, 0.9, evidence=evidence)
    detection = Detection(labels, (pair,), (Cluster("e", Level.EVENT, ("a", "b")),))
    write(tmp_path / "report.html", detection, lambda name: Article(name, "Một bài."))
    page = opened(tmp_path / "report.html")
    compare(page, "same_event")

    assert page.locator("#side-facts dd").inner_text() == "Uruguay, Da Lat"


def test_languages_are_named(opened, report):
    page = opened(report)
    assert "Vietnamese 130" in " ".join(page.inner_text("#articles").split())


def test_a_translation_is_shown_with_its_sentences_linked(opened, report):
    page = opened(report)
    compare(page, "translation")

    left, right = (page.locator(f"#{side} mark.same") for side in ("left", "right"))
    assert left.count() == right.count() > 0
    assert {page.get_attribute(f"#{side} .text", "lang") for side in ("left", "right")} == {
        "vi",
        "en",
    }
    first = left.first.get_attribute("data-link")
    left.first.hover()
    assert page.locator(f"#right mark[data-link='{first}']").get_attribute("class") == "same lit"


def test_an_edited_copy_is_shown_with_its_edits_marked(opened, report):
    page = opened(report)
    page.fill("#find", "Đá Bạc số người")
    compare(page, "near_copy")

    assert page.locator("#left mark.edit, #right mark.edit").count() > 0
    assert "2025" not in page.locator("#left mark.edit").first.inner_text()
    assert page.locator("#side-why li").count() > 0
    assert page.locator("#side-facts dt").count() > 0


def test_the_comparison_is_stepped_through_and_closed_by_keys(opened, report):
    page = opened(report)
    compare(page, "excerpt")
    assert page.locator("#before").is_disabled()
    first = page.inner_text("#left h3") + page.inner_text("#right h3")
    page.click("#after")
    assert page.inner_text("#left h3") + page.inner_text("#right h3") != first
    page.keyboard.press("Escape")

    assert not page.locator("dialog[open]").count()
    assert page.evaluate("document.activeElement.textContent") == "Compare"


def exported(page):
    with page.expect_download() as event:
        page.click("#export")
    assert event.value.suggested_filename == "decisions.jsonl"
    text = event.value.path().read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_decisions_are_exported_as_lines_that_name_the_pair(opened, report, newsroom):
    page, (detection, _) = opened(report), newsroom
    assert page.locator("#export").is_disabled()
    compare(page, "same_event")
    page.fill("#note", "cùng một vụ, “chắc chắn”")
    page.click("#same")
    assert page.get_attribute("#same", "aria-pressed") == "true"
    page.keyboard.press("Escape")
    compare(page, "translation")
    page.click("#apart")
    page.keyboard.press("Escape")

    one, other = exported(page)
    pairs = {(pair.a, pair.b): pair for pair in detection.pairs}
    assert one["same"] is True
    assert (one["level"], one["note"]) == ("event", "cùng một vụ, “chắc chắn”")
    assert pairs[one["a"], one["b"]].relation is Relation.SAME_EVENT
    assert pairs[one["a"], one["b"]].score == one["score"]
    assert (other["same"], other["level"], "note" in other) == (False, "syndication", False)
    assert pairs[other["a"], other["b"]].relation is Relation.TRANSLATION
    assert "2 decisions, exported" in page.inner_text("#counted")


def test_a_decision_can_be_changed_taken_back_and_given_another_level(opened, report):
    page = opened(report)
    compare(page, "translation")
    page.click("#same")
    page.click("#apart")
    page.select_option("#level", "event")
    page.keyboard.press("Escape")
    (line,) = exported(page)
    assert (line["same"], line["level"]) == (False, "event")
    assert page.locator("#t-pairs tr.decided.against").count() == 1
    page.check("#undecided")
    assert page.locator("#t-pairs tr.decided:visible").count() == 0
    page.uncheck("#undecided")
    compare(page, "translation")
    page.click("#apart")

    assert page.locator("#export").is_disabled()
    assert page.inner_text("#counted", timeout=2000) == "None yet."


def test_decisions_outlive_a_reload(opened, report):
    page = opened(report)
    compare(page, "excerpt")
    page.click("#same")
    page.reload()

    assert page.locator("#decisions li").count() == 1
    page.click("#forget")
    page.reload()
    assert page.locator("#decisions li").count() == 0


def test_a_page_without_a_store_works_as_well(opened, report):
    page = opened(report)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('none'); } })"
    )
    page.reload()
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "light"
    compare(page, "excerpt")
    page.click("#same")

    assert page.inner_text("#counted") == "1 decision."


def colour(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_follows_the_system_until_a_person_chooses(opened, report):
    page = opened(report, color_scheme="dark")
    dark = colour(page)
    page.click("#theme")
    light = colour(page)
    page.click("#theme")

    assert light != dark
    assert colour(page) == dark
    page.emulate_media(media="print")
    assert colour(page) == "rgb(255, 255, 255)"


def contrast(page, selector):
    """Contrast ratio of an element's text (WCAG 2.2), on the nearest ground that is not clear."""
    return page.evaluate(
        """selector => {
          const numbers = text => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
          const element = document.querySelector(selector);
          const behind = element => getComputedStyle(element).backgroundColor;
          let ground = element;
          while (numbers(behind(ground))[3] === 0) ground = ground.parentElement;
          const both = [getComputedStyle(element).color, behind(ground)]
            .map(numbers).map(light).sort();
          return (both[1] + 0.05) / (both[0] + 0.05);
        }""",
        selector,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_the_guidelines_ask_for(opened, report, scheme):
    page = opened(report, color_scheme=scheme)

    for selector in (
        *("h1", ".head p", ".note", ".tiles dt", ".tiles .where", "thead th", ".where", ".why"),
        *(".compare", ".tick", "#t-sources td", ".members .what", "footer p", ".contents a"),
    ):
        assert contrast(page, selector) >= 4.5, selector
    compare(page, "near_copy")
    assert contrast(page, "#left .text") >= 4.5
    assert contrast(page, "mark.edit") >= 4.5


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(opened, report, hostile, width):
    for path in (report, hostile):
        page = opened(path, viewport={"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_what_the_mouse_does_and_the_focus_is_seen(opened, report):
    page = opened(report)
    focused = []
    for _ in range(16):
        page.keyboard.press("Tab")
        focused.append(
            page.evaluate(
                "[document.activeElement.id || document.activeElement.textContent.trim(),"
                " getComputedStyle(document.activeElement).outlineStyle !== 'none']"
            )
        )
    names = [name for name, _ in focused]

    assert names[:3] == ["Skip to the content", "theme", "Figures"]
    assert names.index("find") > names.index("Left out")
    assert all(seen for _, seen in focused)
    page.focus("#find")
    page.locator("#t-flows thead button").first.focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("#t-flows thead th >> nth=0", "aria-sort") == "ascending"
    page.locator("#stories .compare").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("document.activeElement.id") == "side-title"


def test_tables_and_clusters_are_there_without_scripts(opened, report, newsroom):
    page, (detection, _) = opened(report, java_script_enabled=False), newsroom

    assert shown_rows(page, "#t-pairs") == len(detection.pairs)
    assert shown_rows(page, "#t-sources") == len(detection.sources())
    assert page.locator("#stories details").count() == len(
        detection.clusters_of(Level.SYNDICATION, least=2)
    )
    page.locator("#stories summary").nth(5).click()
    assert page.locator("#stories details").nth(5).locator("li").first.is_visible()
    assert page.locator("button:visible, input:visible, select:visible").count() == 0
    assert "need scripts" in page.inner_text("noscript")


def test_hostile_text_stays_text(opened, hostile):
    page = opened(hostile)
    assert page.title() == HOSTILE[0]
    titles = page.locator("#stories .members bdi[lang]").all_inner_texts()
    assert any("<script>window.broken = 1</script>" in title for title in titles)
    for number in range(len(HOSTILE) - 1):
        page.locator("#t-pairs button.compare").nth(number).click()
        page.wait_for_selector("dialog[open]")
        page.click("#same")
        page.keyboard.press("Escape")

    assert page.evaluate("window.broken") is None
    assert page.locator("script").count() == 2
    assert page.locator("img, iframe, b:not(td b)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    names = {line["a"] for line in exported(page)} | {line["b"] for line in exported(page)}
    assert names == {f"{n}{text}" for n, text in enumerate(HOSTILE)}


def test_a_style_or_a_script_that_is_not_of_the_page_is_refused(browser, report):
    context = browser.new_context()
    page = context.new_page()
    page.goto(report.as_uri())
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          try { script.textContent = 'window.broken = 1'; } catch { /* trusted types */ }
          document.body.append(script);
          const image = new Image();
          window.refused = new Promise(done => {
            image.onerror = () => done(true);
            image.onload = () => done(false);
          });
          image.src = 'https://example.org/x.png';
        }"""
    )

    assert page.evaluate("window.refused") is True
    assert page.evaluate("window.broken") is None
    context.close()


def test_an_empty_result_has_a_page_too(opened, tmp_path):
    path = tmp_path / "empty.html"
    write(path, Detection((), (), ()), lambda _: None)
    page = opened(path)

    assert page.locator(".tiles dd").first.inner_text() == "0"
    assert "Nothing: every article" in page.inner_text("#notes")


def test_a_text_that_is_not_at_hand_is_said_to_be_missing(opened, newsroom, tmp_path):
    detection, articles = newsroom
    short = replace(detection, pairs=detection.pairs_of(Relation.EXCERPT)[:1])
    path = tmp_path / "without.html"
    write(path, short, {short.pairs[0].a: articles[short.pairs[0].a]}.get)
    page = opened(path)
    compare(page, "excerpt")

    assert page.locator(".texts .gap").count() == 1
    assert "not at hand" in page.inner_text(".texts")


def test_marks_stand_right_behind_characters_that_are_two_units_long(opened, tmp_path):
    first = "🌾🌾🌾 Sáng nay tại Hà Nội hội nghị bàn về giao thông đô thị với năm mươi người"
    texts = {"a": first, "b": first.replace("mươi", "trăm")}
    labels = tuple(
        Label(name, "d", "s", "e", name == "a", "a", 0.9, None, None, "vi", None, None, ())
        for name in texts
    )
    clusters = (Cluster("s", Level.SYNDICATION, ("a", "b"), "a", 0.9),)
    pairs = (Pair("a", "b", Relation.NEAR_COPY, 0.9, "a", 0.9),)
    path = tmp_path / "report.html"
    write(path, Detection(labels, pairs, clusters), lambda name: Article(name, texts[name]))
    page = opened(path)
    compare(page, "near_copy")

    assert page.inner_text("#left mark.edit") == "mươi"
    assert page.inner_text("#right mark.edit") == "trăm"
