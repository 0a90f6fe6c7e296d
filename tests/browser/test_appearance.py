"""How it looks to everybody: both widths, light and dark, large type, English; and what axe finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Consultation, Demonstration
from tests.browser.slip import heading
from tests.servers.browser import DESK, PHONE, accessibility_violations

SignIn = Callable[..., Page]
Themes = tuple[tuple[str, list[str] | None], ...]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


class Place(NamedTuple):
    """A page to look at: who opens which address, what to do there, and what is seen when it is ready."""

    login: str
    address: str
    ready: str
    act: Callable[[Page], object] = lambda page: None


SETTLED = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"
"""Waits until colours have faded over."""


@pytest.fixture(scope="module")
def asked(demonstration: Demonstration) -> Consultation:
    """A case in the hands of the centre, urgent and with a critical value."""
    return demonstration.ask("mengfan", urgency="U")


@pytest.fixture(scope="module")
def stopped(demonstration: Demonstration) -> None:
    """A case that has stopped, for operations to look at."""
    demonstration.start("mengfan", "reckoning")


def press(name: str) -> Callable[[Page], object]:
    return lambda page: page.get_by_role("button", name=re.compile(name)).first.click()


def places(asked: Consultation, task: str) -> Iterator[Place]:
    yield Place("hemin", "/inbox/claimable", "a.row")
    yield Place("hemin", f"/inbox/claimable/{task}", ".sheet")
    yield Place("hemin", f"/inbox/claimable/{task}", ".token", lambda page: page.get_by_role("tab", name="流程图").click())
    yield Place("hemin", f"/inbox/claimable/{task}", "ol.tl", lambda page: page.get_by_role("tab", name="动态").click())
    yield Place("hemin", f"/inbox/claimable/{task}", ".err, dialog[open]", press("^不接受"))
    yield Place("hemin", "/inbox/done", ".empty, a.row")
    yield Place("hemin", "/inbox/claimable", "dialog[open]", press("^筛选与视图"))
    yield Place("hemin", "/inbox/claimable", "dialog[open] [role=option]", lambda page: page.keyboard.press("Control+k"))
    yield Place("qinchuan", "/start", "dialog[open]", press("^补录"))
    yield Place("mengfan", "/start", ".cards")
    yield Place("mengfan", "/mine", ".tbl.cases, .cases")
    yield Place("mengfan", f"/cases/{asked.case}", "ol.tl")
    yield Place("mengfan", "/notifications", ".notices")
    yield Place("mengfan", "/inbox/todo", "dialog[open]", press("设置与退出"))
    yield Place("mengfan", "/nowhere", ".empty")
    yield Place("chengyuan", "/designer", ".folders")
    for face in ("", "/instances", "/processes", "/batches", "/jobs", "/messages"):
        yield Place("wangyang", f"/operations{face}", ".tbl, .empty")
    yield Place("wangyang", "/operations/processes/consult_from", ".djs-container svg")
    yield Place("guxiaolan", "/analytics", ".an-figures")
    yield Place("wangyang", f"/operations/instances/{asked.case}", ".djs-container svg")
    yield Place("wangyang", f"/operations/instances/{asked.case}", "dialog[open]", press("^移动"))
    for login, name in (
        ("luming", "calendars"),
        ("luming", "lateness"),
        ("luming", "phrases"),
        ("luming", "people/CH05-011"),
        ("jiawenjing", "numbers"),
        ("jiawenjing", "archive"),
        ("fangzheng", "accounts"),
        ("fangzheng", "sight"),
        ("wangyang", "health"),
        ("wangyang", "channels"),
        ("jianding", "audit"),
    ):
        yield Place(login, f"/administration/{name}", ".tbl, .empty, .facts-list, .filters, select")
    yield Place("luming", "/administration/people/CH05-011", "dialog[open]", press("^重设密码"))


@BOTH
@pytest.mark.timeout(240)
def test_axe_finds_nothing_serious_on_any_page_in_light_and_dark(
    sign_in: SignIn, demonstration: Demonstration, asked: Consultation, stopped: None, size: tuple[int, int]
) -> None:
    windows: dict[str, Page] = {}
    found = []
    for place in places(asked, demonstration.answer_task(asked)):
        # Administration is done at a desk; that nothing of it is wider than a phone is asked elsewhere.
        if size == PHONE and place.address.startswith("/administration/"):
            continue
        if place.login not in windows:
            windows[place.login] = sign_in(place.login, size)
        page = windows[place.login]
        found += look(page, place, DARK if size == DESK else LIGHT)
    assert "\n".join(found) == ""


LIGHT: Themes = (("light", None),)
# Nothing but colours differs between the themes, and they are the same at every width.
DARK: Themes = (*LIGHT, ("dark", ["color-contrast"]))


def look(page: Page, place: Place, themes: Themes) -> list[str]:
    page.emulate_media(color_scheme="light")
    page.goto(place.address)
    expect(page.get_by_role("main")).to_be_visible()
    place.act(page)
    expect(page.locator(place.ready).first).to_be_visible()
    found = []
    for theme, rules in themes:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.evaluate(SETTLED)
        found += [f"{place.address} {theme} {violation}" for violation in accessibility_violations(page, rules=rules)]
    return found


@BOTH
def test_axe_finds_nothing_serious_at_the_door(open_window: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_window(size)
    page.goto("/login")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".err").first).to_be_visible()
    found = accessibility_violations(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.evaluate(SETTLED)

    assert found + accessibility_violations(page) == []


def test_dark_large_and_english_are_chosen_at_the_door_and_kept(
    open_window: Callable[..., Page], demonstration: Demonstration
) -> None:
    page = open_window()
    page.goto("/login")
    page.get_by_label("大字").check()
    page.get_by_label("深色").check()
    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    page.get_by_label("Login").fill("kangmin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_have_accessible_description(re.compile("^Wrong password, 4 tries left"))

    page.get_by_label("Password").fill(demonstration.passwords["kangmin"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


@BOTH
def test_the_language_is_changed_in_the_middle_of_work(
    sign_in: SignIn, demonstration: Demonstration, asked: Consultation, size: tuple[int, int]
) -> None:
    page = sign_in("hemin", size, at=f"/inbox/claimable/{demonstration.answer_task(asked)}")
    heading(page, asked.topic)
    page.get_by_label("会诊意见").fill("尽快转来。")
    if size == PHONE:
        page.get_by_role("link", name="回到待办").click()
    page.get_by_role("button", name=re.compile("设置与退出")).click()
    page.get_by_role("dialog").get_by_text("English").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    if size == PHONE:
        page.locator("a.row").filter(has_text=asked.topic).click()

    expect(page.get_by_role("heading", name="Consultation answer")).to_be_visible()
    expect(page.get_by_label("Advice")).to_have_value("尽快转来。")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    expect(page.get_by_role("toolbar")).not_to_have_text(re.compile(r"[\u4e00-\u9fff]"))


@BOTH
def test_large_type_hides_nothing(
    sign_in: SignIn, demonstration: Demonstration, asked: Consultation, size: tuple[int, int]
) -> None:
    page = sign_in("hemin", size)
    page.evaluate("localStorage.setItem('liandong.size', 'large')")
    for address in ("/inbox/claimable", f"/inbox/claimable/{demonstration.answer_task(asked)}", "/mine", "/start"):
        page.goto(address)
        expect(page.get_by_role("main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
    page.goto(f"/inbox/claimable/{demonstration.answer_task(asked)}")
    accept = page.get_by_role("toolbar", name="办理").get_by_role("button", name="接受", exact=True)
    expect(accept).to_be_in_viewport(ratio=1)
