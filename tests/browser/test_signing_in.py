"""Signing in and out, at the door."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.servers.browser import DESK, PHONE

Open = Callable[..., Page]
FAILURES_UNTIL_LOCKED = 5


def fill_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("工号或登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_who_has_the_password_comes_in_and_leaves_again(
    open_window: Open, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    page = open_window(size)
    page.goto("/")
    expect(page.get_by_label("工号或登录名")).to_be_focused()

    fill_in(page, "taohongying", demonstration.passwords["taohongying"])
    expect(page.get_by_role("link", name="待我办")).to_be_visible()
    expect(page).to_have_title(re.compile("待办"))

    page.get_by_role("button", name=re.compile("陶红英·演示，设置与退出")).click()
    expect(page.get_by_role("dialog")).to_contain_text("柳塘分院")
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login$"))
    page.goto("/inbox/todo")
    expect(page.get_by_label("工号或登录名")).to_be_visible()


def test_a_wrong_password_is_told_under_the_field_with_the_tries_left(open_window: Open, demonstration: Demonstration) -> None:
    page = open_window()
    page.goto("/login")

    fill_in(page, "haominhui", "wrong")
    expect(page.get_by_label("密码")).to_have_accessible_description("密码不对，还可以试 4 次。忘了请找信息员。")
    expect(page.get_by_label("工号或登录名")).to_have_value("haominhui")

    fill_in(page, "haominhui", demonstration.passwords["haominhui"])
    expect(page.get_by_role("link", name="待我办")).to_be_visible()


def test_an_unknown_login_is_told_the_same_as_a_wrong_password(open_window: Open) -> None:
    page = open_window()
    page.goto("/login")

    fill_in(page, "nobody-of-that-name", "wrong")

    expect(page.get_by_label("密码")).to_have_accessible_description("密码不对，还可以试 4 次。忘了请找信息员。")


def test_a_demonstration_says_so_before_anybody_signs_in(open_window: Open) -> None:
    page = open_window()
    page.goto("/login")
    expect(page.get_by_role("contentinfo")).to_contain_text("演示环境，人名与单据均为虚构。")


def test_empty_fields_are_named_without_asking_the_server(open_window: Open) -> None:
    page = open_window()
    page.goto("/login")

    page.get_by_role("button", name="登录").click()

    expect(page.get_by_label("工号或登录名")).to_have_accessible_description("工号不能空着。")
    expect(page.get_by_label("密码")).to_have_accessible_description("密码不能空着。")
    expect(page.get_by_label("工号或登录名")).to_be_focused()


def test_too_many_wrong_passwords_lock_and_say_until_when(open_window: Open, demonstration: Demonstration) -> None:
    page = open_window()
    page.goto("/login")
    for left in range(FAILURES_UNTIL_LOCKED - 1, 0, -1):
        fill_in(page, "niuxiaoyan", "wrong")
        expect(page.get_by_label("密码")).to_have_accessible_description(re.compile(f"还可以试 {left} 次"))

    fill_in(page, "niuxiaoyan", "wrong")
    locked = re.compile(r"^试错次数太多，(明天 )?\d\d:\d\d 以后再登录，或请信息员解锁。$")
    expect(page.get_by_label("密码")).to_have_accessible_description(locked)

    fill_in(page, "niuxiaoyan", demonstration.passwords["niuxiaoyan"])
    expect(page.get_by_role("button", name="登录")).to_have_attribute("aria-disabled", "false")
    expect(page.get_by_label("密码")).to_have_accessible_description(locked)


def test_an_address_asked_for_while_signed_out_is_opened_afterwards(open_window: Open, demonstration: Demonstration) -> None:
    page = open_window()
    page.goto("/mine/participating")

    fill_in(page, "kangmin", demonstration.passwords["kangmin"])

    expect(page).to_have_url(re.compile("/mine/participating$"))
    expect(page.get_by_role("link", name="我参与的")).to_have_attribute("aria-current", "page")
