"""The session ends or the network goes in the middle of work: everything stays where it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, draft_is_saved, fill, heading, told
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def end_session(page: Page, demonstration: Demonstration) -> None:
    """Ends the window's session on the server, as the idle time-out does; the window does not notice."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    address = f"{demonstration.url}/api/v1/session"
    token = requests.get(address, cookies=cookies, timeout=20).json()["csrfToken"]
    assert requests.delete(address, cookies=cookies, headers={"X-CSRF-Token": token}, timeout=20).status_code == 204


@BOTH
def test_a_session_that_ends_while_one_writes_is_renewed_over_the_page(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.draft("changle")
    page = sign_in("changle", size, at=f"/inbox/todo/{consultation.slip}")
    fill(page, consultation.topic)
    draft_is_saved(page)
    end_session(page, demonstration)

    act(page, "提交")

    dialog = page.get_by_role("dialog", name="再登录一次")
    expect(dialog).to_contain_text("写的内容都还在")
    expect(dialog.get_by_label("工号或登录名")).to_have_value("changle")
    expect(dialog.get_by_label("密码")).to_be_focused()
    expect(page.locator("#f-topic")).to_have_value(consultation.topic)

    dialog.get_by_label("密码").fill("wrong")
    dialog.get_by_role("button", name="登录").click()
    expect(dialog.get_by_label("密码")).to_have_accessible_description(re.compile("密码不对"))

    dialog.get_by_label("密码").fill(demonstration.passwords["changle"])
    dialog.get_by_role("button", name="登录").click()
    told(page, "已提交")
    demonstration.answer_task(consultation)


def test_somebody_else_who_signs_in_over_the_page_sees_nothing_of_the_first(
    sign_in: SignIn, open_window: Callable[..., Page], demonstration: Demonstration
) -> None:
    consultation = demonstration.draft("changle")
    page = sign_in("changle", at=f"/inbox/todo/{consultation.slip}")
    fill(page, consultation.topic)
    draft_is_saved(page)
    end_session(page, demonstration)
    act(page, "提交")

    page.get_by_role("dialog").get_by_role("button", name="先退出").click()
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("工号或登录名").fill("shiyuqing")
    page.get_by_label("密码").fill(demonstration.passwords["shiyuqing"])
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("link", name="待我办")).to_be_visible()
    expect(page.get_by_text(consultation.topic)).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0


@BOTH
def test_without_a_network_one_goes_on_writing_and_sends_when_it_is_back(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.draft("shiyuqing")
    page = sign_in("shiyuqing", size, at=f"/inbox/todo/{consultation.slip}")
    expect(page.get_by_label("姓名")).to_be_visible()
    page.context.set_offline(True)
    fill(page, consultation.topic)
    expect(page.locator(".draft")).to_have_text("草稿在本机，连上后再存")
    expect(page.get_by_role("alert").filter(has_text="网断了。写的内容都还在，连上后由您发出。")).to_be_visible()

    act(page, "提交")
    expect(page.get_by_role("alert").filter(has_text="网断了。意见已存在本机，连上后由您发出。")).to_be_visible()
    expect(page.get_by_label("会诊事由")).to_have_value(consultation.topic)

    page.context.set_offline(False)
    act(page, "提交")
    told(page, "已提交")
    expect(page.get_by_role("alert").filter(has_text="网断了")).to_have_count(0)
    demonstration.answer_task(consultation)


def test_a_page_that_could_not_be_fetched_is_fetched_again_on_request(sign_in: SignIn) -> None:
    page = sign_in("shiyuqing", at="/mine")
    expect(page.get_by_role("navigation", name="我的")).to_be_visible()
    page.get_by_role("link", name="待办", exact=True).click()
    expect(page.get_by_role("link", name="待我办")).to_be_visible()

    page.context.set_offline(True)
    page.get_by_role("link", name="我的", exact=True).click()
    failed = page.get_by_role("alert").filter(has_text="网断了，没有取到内容。连上后再试。")
    expect(failed).to_be_visible()

    page.context.set_offline(False)
    # A hint may come first and fetch the page by itself; then there is no button left to press.
    failed.get_by_role("button", name="再试一次").evaluate_all("buttons => buttons.forEach((button) => button.click())")
    expect(failed).to_have_count(0)
    expect(page.get_by_role("table").or_(page.get_by_role("heading", name="还没有发起过"))).to_be_visible()


def test_a_refused_draft_says_why(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("xulei", at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    heading(page, consultation.topic)
    demonstration.answer(consultation, "songjia")
    page.get_by_label("会诊意见").fill("我来晚了。")

    expect(page.locator(".draft")).to_contain_text("草稿没有存上")


def test_a_page_older_than_the_server_says_so_and_reloads(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("mochenglin")
    expect(page.locator(".list[aria-busy=false]")).to_be_visible()
    page.route("**/assets/slip-*.js", lambda route: route.fulfill(status=404), times=5)
    consultation = demonstration.draft("mochenglin")
    page.locator(f"#row-{consultation.slip}").click()
    old = page.get_by_role("alert").filter(has_text="系统已更新，这个页面是旧的。")
    expect(old).to_be_visible()
    page.unroute("**/assets/slip-*.js")
    old.get_by_role("button", name="重新打开").click()
    expect(page.get_by_label("会诊事由")).to_be_visible()


def test_a_key_leads_from_the_list_into_the_form(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.draft("mochenglin")
    page = sign_in("mochenglin", at=f"/inbox/todo/{consultation.slip}")
    page.locator(f"#row-{consultation.slip}").focus()
    expect(page.get_by_label("姓名")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_label("姓名")).to_be_focused()
