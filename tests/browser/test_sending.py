"""A decision in the browser waits to be sent: it is taken back, sent at once, refused, made for many tasks together."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration, until
from tests.browser.slip import act, draft_is_saved, heading, row, told
from tests.browser.test_returning import picture
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def request(demonstration: Demonstration, title: str = "购置转运担架") -> tuple[str, str, str]:
    """A joint signing before the director of the branch: its number, its id and the id of his task."""
    started = demonstration.start("xiongli", "joint_signing")
    demonstration.person("xiongli").complete(started["nextTask"]["id"], "submit", {"title": title, "reason": "原有一副已损坏"})
    number, case = started["instance"]["number"], started["instance"]["id"]
    return number, case, demonstration.task_of("zouguoqiang", number, "todo")


@BOTH
def test_a_decision_is_taken_back_as_it_was_typed(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    number, case, task = request(demonstration)
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{task}", undo=20)
    heading(page, number)
    page.locator("#opinion").fill("同意购置")
    draft_is_saved(page)
    act(page, "同意")
    waiting = page.get_by_role("region", name="待发送")
    expect(waiting).to_contain_text(re.compile("已同意，1\\d 秒后发出"))
    picture(page, "sending")
    assert demonstration.person("xiongli").get(f"/instances/{case}")["now"][0]["step"] == "分院审核"
    if size == DESK:
        # It is the server's, so a reload neither sends it nor loses the way back.
        page.reload()
        expect(waiting).to_contain_text(number)
        expect(row(page, number)).to_have_count(0)
        page.keyboard.press("z")
    else:
        waiting.get_by_role("button", name="撤销").click()
    heading(page, number)
    expect(page.locator("#opinion")).to_have_value("同意购置")
    act(page, "同意")
    waiting.get_by_role("button", name="立即发出").click()
    expect(waiting).to_have_count(0)
    until(lambda: demonstration.person("xiongli").get(f"/instances/{case}")["now"][0]["step"] == "职能会签" or None)


def test_who_was_faster_is_told_and_the_words_are_kept(sign_in: SignIn, demonstration: Demonstration) -> None:
    number, case, task = request(demonstration)
    page = sign_in("zouguoqiang", at=f"/inbox/todo/{task}", undo=10)
    heading(page, number)
    page.locator("#opinion").fill("同意，先用后补")
    act(page, "同意")
    expect(page.get_by_role("region", name="待发送")).to_be_visible()
    withdrawn = demonstration.person("xiongli").call("POST", f"/instances/{case}/withdraw", {"mode": "void", "reason": "已买到"})
    assert withdrawn.ok, withdrawn.text
    told(page, "“同意”没有发出")
    page.goto(f"/inbox/todo/{task}")
    expect(page.get_by_role("alert").filter(has_text="没有发出")).to_contain_text("您写的意见：同意，先用后补")
    picture(page, "unsent")


@BOTH
def test_many_are_agreed_to_together_and_each_says_what_became_of_it(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    made = [request(demonstration, f"批量第{n}件") for n in (1, 2, 3)]
    numbers, tasks = [number for number, _, _ in made], [task for _, _, task in made]
    other = demonstration.start("xiongli", "countersign")["instance"]["number"]
    page = sign_in("zouguoqiang", size, undo=20)
    expect(row(page, numbers[0])).to_be_visible()
    if size == DESK:
        row(page, numbers[0]).focus()
        page.keyboard.press("x")
    else:
        page.get_by_role("button", name="选择").click()
        page.get_by_role("checkbox", name=re.compile(numbers[0])).check()
    for number in (*numbers[1:], other):
        page.get_by_role("checkbox", name=re.compile(number)).check()
    bar = page.get_by_role("toolbar", name="批量办理")
    expect(bar).to_contain_text("已选 4 件")
    picture(page, "bulk-select")
    bar.get_by_role("button", name="同意").click()
    expect(page.get_by_role("heading", name="批量同意 4 件")).to_be_visible()
    expect(page.get_by_text("3 件已同意，1 件未办")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=other)).to_contain_text("本步骤不允许该操作。")
    picture(page, "bulk")
    expect(page.get_by_role("region", name="待发送")).to_be_visible()
    page.get_by_role("button", name="回到列表").click()
    for task in tasks:
        assert demonstration.person("zouguoqiang").call("POST", f"/tasks/{task}/send").ok
    assert demonstration.task_of("jiawenjing", numbers[0], "todo", "claimable")
