"""The page on a device: it can be installed, opens without a network, and keeps nothing about patients there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.servers.browser import PHONE

SignIn = Callable[..., Page]
KEPT = "caches.open('liandong').then((cache) => cache.keys()).then((all) => all.map(({ url }) => new URL(url).pathname))"

AT_WORK = """new Promise((found) => {
  if (navigator.serviceWorker.controller) return found(true)
  navigator.serviceWorker.addEventListener('controllerchange', () => found(true), { once: true })
})"""
"""Once what is kept answers for this page."""
SIZE = """(source) => new Promise((found) => {
  const picture = new Image()
  picture.onload = () => found(`${picture.width}x${picture.height}`)
  picture.src = source
})"""
"""The pixels of a picture, as `192x192`."""


def test_the_page_opens_without_a_network_and_keeps_nothing_but_itself(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("hemin", PHONE, at="/inbox/claimable", service_workers="allow")
    page.evaluate(AT_WORK)
    page.reload()
    expect(page.locator("a.row").filter(has_text=consultation.topic)).to_be_visible()

    page.context.set_offline(True)
    page.goto("/start")
    expect(page.get_by_role("alert")).to_contain_text("网断了")
    page.context.set_offline(False)
    # It finds by itself that the network is back.
    expect(page.get_by_role("heading", name="发起", exact=True)).to_be_visible()

    kept = page.evaluate(KEPT)
    assert "/" in kept
    assert all(path == "/" or path.startswith("/assets/") for path in kept), kept


def test_what_is_installed_has_its_name_and_pictures(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("hemin")
    address = page.locator('link[rel="manifest"]').get_attribute("href") or ""
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest: dict[str, Any] = answer.json()
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("联动", "standalone", "/inbox/todo")
    for icon in manifest["icons"]:
        assert page.evaluate(SIZE, icon["src"]) == icon["sizes"]
