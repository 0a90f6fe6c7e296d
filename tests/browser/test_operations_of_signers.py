"""What signers do on the page beside voting and sending back: signers after them, copies with receipts, following a case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration, until
from tests.browser.slip import heading, row, told
from tests.browser.test_returning import more, picture
from tests.browser.test_sending import request
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@BOTH
def test_somebody_signs_after_the_director(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    number, case, task = request(demonstration)
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{task}")
    heading(page, number)
    page.locator("#opinion").fill("同意，请熊丽再看")
    more(page, "后加签")
    dialog = page.get_by_role("dialog", name="我办完后请谁接着签")
    dialog.get_by_role("checkbox", name="熊丽").check()
    picture(page, "add-after")
    dialog.get_by_role("button", name="同意，并请后签：熊丽").click()
    told(page, "已同意")
    assert demonstration.person("xiongli").get(f"/instances/{case}")["now"][0]["step"] == "分院审核"
    after = demonstration.task_of("xiongli", number, "todo")
    demonstration.person("xiongli").complete(after, "agree")
    until(lambda: demonstration.person("xiongli").get(f"/instances/{case}")["now"][0]["step"] == "职能会签" or None)


@BOTH
def test_a_copy_is_read_and_one_passed_round_is_answered(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    number, _, task = request(demonstration)
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{task}")
    heading(page, number)
    more(page, "传阅")
    dialog = page.get_by_role("dialog", name="传阅给谁")
    dialog.get_by_role("checkbox", name="孟凡").check()
    dialog.get_by_role("button", name="传阅：孟凡").click()
    told(page, "已传阅：孟凡")
    copies = page.get_by_role("region", name="抄送与传阅")
    expect(copies).to_contain_text("未读")
    reader = sign_in("mengfan", size, at="/inbox/copied")
    row(reader, number).click()
    heading(reader, number)
    asked = reader.get_by_role("region", name="抄送与传阅")
    asked.get_by_role("textbox", name="请您传阅并写意见").fill("急诊也需要一副")
    picture(reader, "circulate")
    asked.get_by_role("button", name="送出意见").click()
    told(reader, "意见已送出")
    expect(asked).to_contain_text("急诊也需要一副")
    page.reload()
    expect(copies).to_contain_text("1 份已读")
    expect(copies).to_contain_text("急诊也需要一副")


def test_a_case_is_followed_and_what_happens_is_told(sign_in: SignIn, demonstration: Demonstration) -> None:
    number, case, task = request(demonstration)
    page = sign_in("xiongli", at=f"/cases/{case}")
    page.get_by_role("button", name="关注").click()
    told(page, "已关注")
    demonstration.person("zouguoqiang").complete(task, "agree")
    page.goto("/mine/followed")
    expect(page.get_by_text(number).first).to_be_visible()
    picture(page, "followed")
    lines = demonstration.person("xiongli").get("/notifications")["items"]
    assert any(f"{number} “分院审核”：同意" in line["text"] for line in lines)


def test_opening_a_task_ends_the_clock_of_its_response(sign_in: SignIn, demonstration: Demonstration) -> None:
    number, _, task = request(demonstration)
    assert demonstration.person("zouguoqiang").get(f"/tasks/{task}")["responseDueAt"]
    page = sign_in("zouguoqiang", at=f"/inbox/todo/{task}")
    heading(page, number)
    until(lambda: demonstration.person("zouguoqiang").get(f"/tasks/{task}")["responseDueAt"] is None or None)


@BOTH
def test_a_filter_says_that_it_is_on_and_stays_over_a_reload(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    number, _, _ = request(demonstration)
    page = sign_in("zouguoqiang", DESK)
    page.get_by_role("button", name="筛选与视图").click()
    page.get_by_role("dialog").get_by_label("流程").select_option("joint_signing")
    page.get_by_role("dialog").get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_text("只看 联合签报")).to_be_visible()
    page.reload()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    expect(page.get_by_text("只看 联合签报")).to_be_visible()
    expect(row(page, number)).to_be_visible()
    page.get_by_role("button", name="清空条件").click()
    expect(page.get_by_text("只看 联合签报")).to_have_count(0)
