"""Signing together on the page: whose vote stands where, handing on, adding a signer, urging and commenting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, heading, told
from tests.browser.test_returning import more, picture
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def countersigned(demonstration: Demonstration) -> tuple[str, str]:
    """A case before three signers: its number and its id."""
    started = demonstration.start("xiongli", "countersign")["instance"]
    return started["number"], started["id"]


@BOTH
def test_votes_stand_in_their_boxes_and_the_tally_tells_what_is_missing(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    number, _ = countersigned(demonstration)
    task = demonstration.task_of("mengfan", number, "todo")
    demonstration.person("mengfan").complete(task, "agree", opinion="可以接收")
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{demonstration.task_of('zouguoqiang', number, 'todo')}")
    heading(page, number)
    signers = page.get_by_role("region", name="会签")
    expect(signers).to_contain_text("可以接收")
    expect(signers).to_contain_text("应到 3，同意 1，不同意 0，弃权 0，待签 2")
    expect(signers.locator(".me2")).to_contain_text("待您签")
    picture(page, "signers")
    act(page, "同意")
    told(page, "已同意")


@BOTH
def test_a_signer_is_added_and_taken_off(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    number, _ = countersigned(demonstration)
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{demonstration.task_of('zouguoqiang', number, 'todo')}")
    heading(page, number)
    more(page, "前加签")
    dialog = page.get_by_role("dialog", name="请谁先签")
    dialog.get_by_role("searchbox").fill("熊丽")
    dialog.get_by_role("checkbox", name="熊丽").check()
    dialog.get_by_role("textbox", name="原因").fill("请先核对床位")
    picture(page, "add-signer")
    dialog.get_by_role("button", name="前加签：熊丽").click()
    told(page, "已前加签：熊丽")
    assert demonstration.task_of("xiongli", number, "todo")
    signers = page.get_by_role("region", name="会签")
    box = signers.locator(".sig").filter(has_text="熊丽")
    expect(box).to_contain_text("邹国强前加签")
    box.get_by_role("button", name="减签").click()
    removal = page.get_by_role("dialog", name="减去熊丽")
    removal.get_by_role("textbox", name="原因").fill("已电话核对")
    removal.get_by_role("button", name="减签").click()
    told(page, "已减去熊丽")
    expect(signers.locator(".me2")).to_contain_text("待您签")


def test_a_task_is_handed_on(sign_in: SignIn, demonstration: Demonstration) -> None:
    number, _ = countersigned(demonstration)
    page = sign_in("qinchuan", at=f"/inbox/todo/{demonstration.task_of('qinchuan', number, 'todo')}")
    heading(page, number)
    more(page, "转办")
    dialog = page.get_by_role("dialog", name="转办给谁")
    dialog.get_by_role("radio", name="熊丽").check()
    dialog.get_by_role("textbox", name="原因").fill("今日下乡")
    dialog.get_by_role("button", name="转办：熊丽").click()
    told(page, "已转办：熊丽")
    assert demonstration.task_of("xiongli", number, "todo")


def test_a_starter_urges_and_comments(sign_in: SignIn, demonstration: Demonstration) -> None:
    _, case = countersigned(demonstration)
    page = sign_in("xiongli", at=f"/cases/{case}")
    page.get_by_role("button", name="催办").click()
    page.get_by_role("dialog", name="催办").get_by_role("button", name="催办").click()
    told(page, "已催办")
    page.get_by_role("button", name="评论").click()
    dialog = page.get_by_role("dialog", name="评论")
    dialog.get_by_role("textbox").fill("患者已联系")
    dialog.get_by_role("button", name="评论").click()
    told(page, "已评论")
    expect(page.get_by_text("患者已联系")).to_be_visible()


CAST = {"ct": "agree", "head": "refuse", "fund": "agree"}


@BOTH
def test_motions_are_voted_on_one_by_one(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    started = demonstration.start("xiongli", "ballots")["instance"]
    number = started["number"]
    page = sign_in("mengfan", size, at=f"/inbox/todo/{demonstration.task_of('mengfan', number, 'todo')}")
    heading(page, number)
    motions = page.get_by_role("region", name="逐项表决")
    expect(motions).to_contain_text("回避：孟凡")
    expect(motions.get_by_role("radiogroup")).to_have_count(2)
    motions.get_by_role("radiogroup", name="购置 64 排 CT 一台").get_by_text("同意", exact=True).click()
    act(page, "提交表决")
    expect(motions.get_by_role("alert")).to_have_text("“使用年度结余资金”还没有表决。")
    picture(page, "motions")
    motions.get_by_role("radiogroup", name="使用年度结余资金").get_by_text("弃权", exact=True).click()
    act(page, "提交表决")
    told(page, "已提交表决")
    other = demonstration.task_of("qinchuan", number, "todo")
    demonstration.person("qinchuan").complete(other, "#cast", {"$votes": CAST})
    page = sign_in("zouguoqiang", size, at=f"/inbox/todo/{demonstration.task_of('zouguoqiang', number, 'todo')}")
    heading(page, number)
    expect(page.get_by_role("region", name="票签")).to_contain_text("购置 64 排 CT 一台：同意")
    for title, vote in (("购置 64 排 CT 一台", "同意"), ("聘任儿科主任", "同意"), ("使用年度结余资金", "缓议")):
        page.get_by_role("radiogroup", name=title).get_by_text(vote, exact=True).click()
    act(page, "提交表决")
    told(page, "已提交表决")
    secret = demonstration.task_of("qinchuan", number, "todo")
    page = sign_in("qinchuan", size, at=f"/inbox/todo/{secret}")
    expect(page.get_by_role("region", name="逐项表决")).to_contain_text("无记名，投出后不能收回")
    picture(page, "motions-secret")
    page.goto(f"/cases/{started['id']}")
    expect(page.get_by_text("使用年度结余资金：缓议（同意 1，不同意 0，弃权 1，应到 3）")).to_be_visible()
    picture(page, "motions-decided")
