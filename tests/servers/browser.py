"""The system's Chromium, driven by Playwright, and axe to check what people with disabilities meet.

Playwright's own browsers are never downloaded. A page that throws, or that breaks its own content security policy,
fails the test that opened it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESK = (1440, 900)
PHONE = (360, 740)


class BrowserError(RuntimeError):
    """The browser or a part of it cannot be had; the message holds the command that helps."""


def chromium() -> str:
    """Path of the system's Chromium. Raises BrowserError when there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserError("Expected a system Chromium, but found none. Install it: sudo apt-get install chromium fonts-noto-cjk")
    return found


@contextmanager
def launch() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Windows:
    """Opens pages, each with cookies of its own, as another person at another desk, and remembers what went wrong in them."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    """Uncaught errors and broken security policies, one sentence each."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, size: tuple[int, int] = DESK, **options: Any) -> Page:
        """A new window of `size` (width, height in CSS pixels). `options` go to Playwright's `new_context`."""
        width, height = size
        defaults: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "has_touch": width < 600}
        # What a test answers in the server's place must not be answered before by what an earlier page has kept.
        defaults["service_workers"] = "block"
        context = self.browser.new_context(viewport={"width": width, "height": height}, **(defaults | options))
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("console", self._hear)
        return page

    def pages(self) -> list[Page]:
        """Every page that is open now."""
        return [page for context in self._contexts for page in context.pages]

    def close(self) -> None:
        """Closes every window."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(message.text)


def accessibility_violations(page: Page, within: str | None = None, rules: list[str] | None = None) -> list[str]:
    """What axe finds serious or critical on `page`, one line each.

    `within` is a CSS selector that narrows the search; `rules` are axe's names of the only rules that are asked.
    """
    if not AXE.is_file():
        raise BrowserError("Expected axe among the packages of the browser bundle, but it is missing: run `make web`.")
    # Evaluated, not added as a script: the page's own security policy stays as strict as it is.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"], **({} if rules is None else {"runOnly": rules})}
    result: dict[str, Any] = page.evaluate("([within, options]) => axe.run(within || document, options)", [within, options])
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']}: {node['html']}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def screenshot_folder() -> Path:
    """Where a test that failed leaves its pictures."""
    folder = Path(tempfile.gettempdir()) / "liandong-screenshots"
    folder.mkdir(exist_ok=True)
    return folder
