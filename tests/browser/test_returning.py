"""Sending a task back, taking a decision back and withdrawing a case, as their people do it on the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, heading, told
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
EXPENSE = {"item": "换药室治疗车", "amount": "3200", "budget": "in"}


def expense(demonstration: Demonstration) -> tuple[str, str, str]:
    """A case before the director: its number, its id and the id of his task."""
    started = demonstration.start("xiongli", "expense")
    demonstration.person("xiongli").complete(started["nextTask"]["id"], "submit", EXPENSE)
    number, case = started["instance"]["number"], started["instance"]["id"]
    return number, case, demonstration.task_of("zouguoqiang", number)


def more(page: Page, entry: str) -> None:
    """Chooses an act in the menu 更多."""
    toolbar = page.get_by_role("toolbar", name="办理")
    toolbar.get_by_role("button", name="更多").click()
    toolbar.get_by_role("button", name=entry).click()


def picture(page: Page, name: str) -> None:
    """Keeps a picture for who wants to look: LIANDONG_PICTURES names the folder."""
    if folder := os.environ.get("LIANDONG_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width'] if page.viewport_size else 0}.png")


@BOTH
def test_a_task_goes_back_with_its_reason_and_comes_straight_back(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    number, _, task = expense(demonstration)
    director = sign_in("zouguoqiang", size, at=f"/inbox/claimable/{task}")
    heading(director, number)
    more(director, "退回")
    dialog = director.get_by_role("dialog", name="退回到哪一步")
    expect(dialog.get_by_role("radio", name="填写申请")).to_be_checked()
    send = dialog.get_by_role("button", name="退回给熊丽")
    send.click()
    expect(dialog.get_by_role("alert")).to_have_text("退回须写明原因。")
    dialog.get_by_role("textbox", name="退回原因").fill("请附三家报价")
    dialog.get_by_text("直接回到我").click()
    picture(director, "return")
    send.click()
    told(director, "已退回到“填写申请”")

    again = demonstration.task_of("xiongli", number, "todo")
    starter = sign_in("xiongli", size, at=f"/inbox/todo/{again}")
    note = starter.locator(".note").filter(has_text="退回")
    expect(note).to_contain_text("请附三家报价")
    expect(note).to_contain_text("直接回到退回人")
    picture(starter, "returned")
    starter.get_by_label("用途").fill("换药室治疗车（附三家报价）")
    act(starter, "提交")
    told(starter, "已提交")
    assert demonstration.task_of("zouguoqiang", number, "todo")


def test_a_decision_is_taken_back_from_what_is_done(sign_in: SignIn, demonstration: Demonstration) -> None:
    started = demonstration.start("xiongli", "expense")
    number, task = started["instance"]["number"], started["nextTask"]["id"]
    demonstration.person("xiongli").complete(task, "submit", EXPENSE)
    page = sign_in("xiongli", at=f"/inbox/done/{task}")
    heading(page, number)
    more(page, "收回")
    told(page, "已收回，可以修改后重新办理")
    expect(page.get_by_label("用途")).to_have_value(EXPENSE["item"])


@BOTH
def test_a_starter_withdraws_a_case_for_good(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    number, case, _ = expense(demonstration)
    page = sign_in("xiongli", size, at=f"/cases/{case}")
    page.get_by_role("button", name="撤回").click()
    dialog = page.get_by_role("dialog", name="撤回流程")
    dialog.get_by_role("radio", name="撤销").check()
    dialog.get_by_role("textbox", name="撤回原因").fill("重复申请")
    picture(page, "withdraw")
    dialog.get_by_role("button", name="撤销").click()
    told(page, "已撤销")
    expect(page.get_by_text("发起人撤销流程")).to_be_visible()
    expect(page.get_by_role("button", name="撤回")).to_have_count(0)
    assert number


def test_a_signer_joins_the_starter_revises_and_a_veto_ends_the_case(sign_in: SignIn, demonstration: Demonstration) -> None:
    """并加签, 撤回修改 with a new submission under the same number, and 否决 that ends other work too."""
    started = demonstration.start("xiongli", "veto")
    number, case = started["instance"]["number"], started["instance"]["id"]
    demonstration.person("xiongli").complete(started["nextTask"]["id"], "submit")
    director = sign_in("zouguoqiang", at=f"/inbox/todo/{demonstration.task_of('zouguoqiang', number, 'todo')}")
    heading(director, number)
    more(director, "并加签")
    dialog = director.get_by_role("dialog", name="加谁一起签")
    dialog.get_by_role("checkbox", name="熊丽").check()
    dialog.get_by_role("textbox", name="原因").fill("请经办一起签")
    dialog.get_by_role("button", name="并加签：熊丽").click()
    told(director, "已并加签：熊丽")
    signers = director.get_by_role("region", name="会签")
    expect(signers).to_contain_text("应到 3，同意 0")
    expect(signers.locator(".sig").filter(has_text="熊丽")).to_contain_text("邹国强加签")

    starter = sign_in("xiongli", at=f"/cases/{case}")
    starter.get_by_role("button", name="撤回").click()
    withdrawal = starter.get_by_role("dialog", name="撤回流程")
    withdrawal.get_by_role("textbox", name="撤回原因").fill("金额写错")
    withdrawal.get_by_role("button", name="撤回修改").click()
    told(starter, "已撤回")
    assert demonstration.person("mengfan").get(f"/tasks?box=todo&q={number}")["items"] == []
    starter.goto(f"/inbox/todo/{demonstration.task_of('xiongli', number, 'todo')}")
    expect(starter.get_by_text("金额写错").first).to_be_visible()
    act(starter, "提交")
    told(starter, "已提交")
    director.goto(f"/inbox/todo/{demonstration.task_of('zouguoqiang', number, 'todo')}")
    heading(director, number)
    expect(director.get_by_role("region", name="会签")).to_contain_text("应到 2，同意 0")

    assert demonstration.task_of("mengfan", number, "todo")
    director.locator("#opinion").fill("不在规划内")
    act(director, "否决")
    told(director, "已否决")
    for login in ("mengfan", "qinchuan"):
        assert demonstration.person(login).get(f"/tasks?box=todo&q={number}")["items"] == [], login
    director.goto(f"/cases/{case}")
    expect(director.get_by_text("会签结果：否决")).to_be_visible()
    expect(director.get_by_text("不在规划内")).to_be_visible()
    expect(director.locator(".case-head")).to_contain_text("不通过")
    assert demonstration.person("xiongli").get(f"/instances/{case}")["state"] == "terminated"
    picture(director, "veto")
