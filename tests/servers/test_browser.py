from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.servers import browser as subject
from tests.servers.browser import PHONE, BrowserError, Windows, accessibility_violations, chromium

SOUND = """
  <!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>待办</title>
  <main><h1>待办</h1><button>签收</button></main></html>
"""
UNSOUND = SOUND.replace("签收", "")


def test_axe_is_silent_on_a_sound_page(page: Page) -> None:
    page.set_content(SOUND)

    assert accessibility_violations(page) == []


def test_axe_names_a_button_without_a_name(page: Page) -> None:
    page.set_content(UNSOUND)

    (found,) = accessibility_violations(page)
    assert found.startswith("critical button-name")


def test_windows_do_not_share_cookies(windows: Windows) -> None:
    first, second = windows.open(), windows.open(PHONE)
    first.context.add_cookies([{"name": "who", "value": "first", "url": "http://127.0.0.1"}])

    assert second.context.cookies() == []
    assert second.viewport_size == {"width": 360, "height": 740}


def test_an_uncaught_error_in_a_page_is_a_complaint(browser: Browser) -> None:
    watched = Windows(browser)
    page = watched.open()
    page.set_content("<script>setTimeout(() => { throw new Error('broken page') })</script>")
    page.wait_for_timeout(50)
    watched.close()

    (complaint,) = watched.complaints
    assert "broken page" in complaint


def test_a_missing_chromium_is_an_error_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(BrowserError, match="apt-get install chromium"):
        chromium()


def test_missing_axe_is_an_error_with_the_command_that_helps(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "AXE", Path("/nowhere/axe.min.js"))

    with pytest.raises(BrowserError, match="make web"):
        accessibility_violations(page)
