"""How long Chromium takes to open a page: until it is drawn, and until it answers a reader."""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path

_TURNS = 3
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_SEARCH = "#find"  # the field of a report whose answer shows that its script has begun
_ANSWER = "#found:not(:empty)"


def opened(page: Path) -> dict[str, float | None]:
    """Open a report in a new headless browser, and search it.

    Returns:
        Medians in seconds: from the address to a page that is loaded and drawn, and from a
        typed word to the answer. None where Playwright or Chromium is not installed.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        return {"opens s": None, "searches s": None}
    times = []
    with sync_playwright() as playwright:
        for _ in range(_TURNS):  # a new one each time, which has cached nothing
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            tab = browser.new_page()
            begun = time.perf_counter()
            tab.goto(page.resolve().as_uri(), wait_until="load")
            # Two frames: the first may have begun before the page was whole.
            tab.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
            drawn = time.perf_counter()
            tab.fill(_SEARCH, "a")
            tab.wait_for_selector(_ANSWER)
            times.append((drawn - begun, time.perf_counter() - drawn))
            browser.close()
    opens, searches = (statistics.median(column) for column in zip(*times, strict=True))
    return {"opens s": opens, "searches s": searches}
