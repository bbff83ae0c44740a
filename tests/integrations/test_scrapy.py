"""A real crawl of a small site on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from detector import Detector
from detector.errors import MissingExtraError, UsageError
from detector.integrations.scrapy import DetectorPipeline

pytest.importorskip("scrapy")

ROOT = Path(__file__).parents[2]

FERRY = (
    "Sáng 12-6-2025, bến phà Cồn Én nối hai bờ sông Tiền ngừng chạy sau 41 năm, khi cây cầu dài "
    "720 mét bắc song song với bến được thông xe. Chủ phà Nguyễn Văn Lành đưa chuyến cuối cùng "
    "chở 38 người và 20 xe máy qua sông lúc 5 giờ, không thu tiền. "
)
HONEY = (
    "Mùa hoa cà phê năm nay đến sớm nửa tháng, người nuôi ong ở Krông Năng phải dời hơn 3.000 "
    "thùng ong lên rẫy trong ba đêm. Giá mật đầu vụ nhích lên 62.000 đồng một ký, nhưng sản lượng "
    "được dự báo giảm vì mưa trái mùa làm rụng hoa. "
)
PAGES = {
    "/": "".join(f'<a href="/{name}">{name}</a>' for name in ("a", "b", "c", "d", "e")),
    "/a": f"<h1>Chuyến phà cuối cùng</h1><p>{FERRY}</p>",
    "/b": f"<h1>Bến phà đóng cửa</h1><p>{FERRY}</p>",
    "/c": f"<h1>Ong lên rẫy</h1><p>{HONEY}</p>",
    "/d": f"<h1>Ong theo hoa cà phê</h1><p>{HONEY} (Theo Báo Một)</p>",
    "/e": "<h1>Ảnh trong ngày</h1>",
}
SPIDER = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Item(scrapy.Item):
    url = scrapy.Field()
    headline = scrapy.Field()
    story = scrapy.Field()
    detector = scrapy.Field()

class News(scrapy.Spider):
    name = "news"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        yield from response.follow_all(css="a", callback=self.article)

    def article(self, response):
        story = response.css("p::text").get()
        kind = Item if sys.argv[3] == "item" else dict
        yield kind(url=response.url, headline=response.css("h1::text").get(), story=story)

settings = json.loads(sys.argv[2])
process = CrawlerProcess({
    "ITEM_PIPELINES": {"detector.integrations.scrapy.DetectorPipeline": 300},
    "DETECTOR_FIELDS": {"text": "story", "id": "url"},
    "FEEDS": {"items.jsonl": {"format": "jsonlines", "overwrite": True}},
    "HTTPPROXY_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False,
    "CONCURRENT_REQUESTS": 1, "LOG_LEVEL": "INFO", **settings,
})
crawler = process.create_crawler(News)
process.crawl(crawler)
process.start()
print(json.dumps({k: v for k, v in crawler.stats.get_stats().items() if "detector/" in k}))
"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        page = PAGES.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def site():
    """Address of a site with two articles, a copy of each, and a page without text."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def crawl(site, tmp_path):
    """Crawls the site; gives back the items by page, the counters and the log."""
    script = tmp_path / "crawl.py"
    script.write_text(SPIDER, encoding="utf-8")
    (tmp_path / "options.toml").write_text('[semantic]\nmodel = "none"\n', encoding="utf-8")

    def run(kind="dict", index="news.index", **settings):
        given = {"DETECTOR_CONFIG": "options.toml", **settings}
        if index:
            given["DETECTOR_INDEX"] = index
        done = subprocess.run(
            [sys.executable, script, site, json.dumps(given), kind],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        path = tmp_path / "items.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        rows = map(json.loads, lines)
        stats = json.loads(done.stdout.splitlines()[-1])
        return {row["url"].rpartition("/")[2]: row for row in rows}, stats, done.stderr

    return run


def test_copies_are_dropped_and_what_goes_on_is_stored(crawl, site, tmp_path):
    items, stats, log = crawl()

    assert len(items) == 3
    assert len({"a", "b"} & set(items)) == len({"c", "d"} & set(items)) == 1
    assert stats["detector/checked"] == 4
    assert stats["detector/dropped"] == 2
    assert stats["detector/added"] == 2
    assert stats["detector/relation/none"] == 2
    assert stats["detector/unreadable"] == 1
    first = next(name for name in "ab" if name in items)
    assert f"Dropped: exact_copy of {site}{first} (1.00)" in log
    assert "An item goes on unchecked: no text. Its keys are url, headline, story" in log
    with Detector.open(tmp_path / "news.index", create=False) as detector:
        assert len(detector) == 2
        assert f"{site}{first}" in detector


def test_a_second_crawl_knows_what_the_first_has_seen(crawl):
    crawl()
    items, stats, _ = crawl()

    assert set(items) == {"e"}
    assert stats["detector/dropped"] == 4
    assert "detector/added" not in stats


@pytest.mark.parametrize("kind", ["dict", "item"])
def test_items_are_marked_and_none_is_dropped(crawl, kind):
    items, stats, _ = crawl(kind, DETECTOR_ACTION="mark")

    assert set(items) == set("abcde")
    assert "detector" not in items["e"] or items["e"]["detector"] is None
    verdicts = {name: items[name]["detector"] for name in "abcd"}
    assert sorted(v["is_new"] for v in verdicts.values()) == [False, False, True, True]
    assert {v["matched"] for v in verdicts.values() if not v["is_new"]} <= {
        v["id"] for v in verdicts.values() if v["is_new"]
    }
    assert (stats["detector/marked"], stats["detector/added"]) == (2, 4)


def test_only_relations_that_count_are_dropped(crawl):
    items, stats, _ = crawl(DETECTOR_RELATIONS=["translation"])

    assert set(items) == set("abcde")
    assert "detector/dropped" not in stats
    assert stats["detector/added"] == 4


def test_without_adding_nothing_is_written(crawl, tmp_path):
    crawl()
    before = {path: path.read_bytes() for path in (tmp_path / "news.index").iterdir()}
    items, stats, _ = crawl(DETECTOR_ADD=False)

    assert set(items) == {"e"}
    assert stats["detector/dropped"] == 4
    assert {path: path.read_bytes() for path in (tmp_path / "news.index").iterdir()} == before


def test_another_reactor_does_as_well(crawl):
    reactor = "twisted.internet.selectreactor.SelectReactor"
    items, stats, _ = crawl(TWISTED_REACTOR=reactor)

    assert len(items) == 3
    assert stats["detector/dropped"] == 2


def test_without_an_index_the_pipeline_is_off_and_says_so(crawl):
    items, stats, log = crawl(index="")

    assert set(items) == set("abcde")
    assert stats == {}
    assert "DETECTOR_INDEX is not set" in log


def test_an_index_that_cannot_be_opened_stops_the_crawl(crawl):
    items, stats, log = crawl(DETECTOR_ADD=False)

    assert items == {}
    assert stats == {}
    assert "news.index: no index there; name its folder, or build one" in log


def test_an_index_without_texts_is_made_where_none_may_be_kept(crawl, tmp_path):
    crawl(DETECTOR_TEXT=False)

    for path in (tmp_path / "news.index").iterdir():
        assert FERRY[:40].encode() not in path.read_bytes()
    _, stats, _ = crawl()
    assert stats["detector/dropped"] == 4


def test_a_changed_page_goes_on_and_the_first_version_stays(crawl, site, tmp_path, monkeypatch):
    crawl(DETECTOR_ACTION="mark")
    monkeypatch.setitem(PAGES, "/a", f"<p>{HONEY[::-1]}</p>")
    items, stats, _ = crawl(DETECTOR_ACTION="mark")

    assert set(items) == set("abcde")
    assert stats["detector/changed"] == 1
    assert "detector/added" not in stats
    with Detector.open(tmp_path / "news.index", create=False) as detector:
        assert detector.get(f"{site}a").text.startswith(FERRY[:40])


class Crawler:
    """As much of a crawler as the settings need."""

    stats = None

    def __init__(self, **settings):
        from scrapy.settings import Settings

        self.settings = Settings({"DETECTOR_INDEX": "news.index", **settings})


def test_without_scrapy_there_is_one_error_and_its_cure(monkeypatch):
    crawler = Crawler()
    monkeypatch.setitem(sys.modules, "scrapy.exceptions", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'detector\[scrapy\]'"):
        DetectorPipeline.from_crawler(crawler)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"DETECTOR_ACTION": "delete"}, "DETECTOR_ACTION: must be drop or mark, not 'delete'"),
        ({"DETECTOR_RELATIONS": ["copy"]}, "DETECTOR_RELATIONS: 'copy' is not a valid Relation"),
        ({"DETECTOR_FIELDS": {"txt": "story"}}, "articles have no field txt; did you mean text="),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings, says):
    with pytest.raises(UsageError, match=says):
        DetectorPipeline.from_crawler(Crawler(**settings))
