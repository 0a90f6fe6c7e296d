"""Handling tasks by keyboard and by touch: claim, release, act; and what happens when somebody else was faster."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, draft_is_saved, heading, row, told
from tests.servers.browser import DESK, PHONE
from worker.messages import link_to

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def test_a_task_is_found_claimed_written_and_completed_by_keyboard_alone(sign_in: SignIn, demonstration: Demonstration) -> None:
    first, second = demonstration.ask(urgency="E"), demonstration.ask(urgency="E")
    page = sign_in("hemin", at="/inbox/claimable")
    expect(row(page, second.topic)).to_be_visible()
    press = page.keyboard.press

    def walk(key: str, to: str) -> None:
        for _ in range(page.locator("a.row").count()):
            press(key)
            if to in page.evaluate("document.activeElement.textContent"):
                return
        pytest.fail(f"{key} never came to {to}")

    walk("j", second.topic)
    walk("k", first.topic)
    press("Enter")
    heading(page, first.topic)
    expect(page.get_by_role("button", name="领取", exact=True)).to_be_visible()
    press("c")
    told(page, "已领取，归您办")

    press("m")
    expect(page.get_by_role("textbox", name=re.compile("^意见"))).to_be_focused()
    page.keyboard.type("ec 写字时单键不起作用")
    for _ in range(20):
        if page.get_by_label("会诊意见").evaluate("field => field === document.activeElement"):
            break
        press("Shift+Tab")
    page.keyboard.type("尽快转来。")
    for _ in range(20):
        if page.evaluate("document.activeElement.textContent").startswith("接受"):
            break
        press("Tab")
    press("e")

    told(page, "已接受")
    expect(row(page, first.topic)).to_have_count(0)


def test_a_task_is_claimed_and_completed_by_touch(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask(urgency="E")
    page = sign_in("hemin", PHONE, at="/inbox/claimable")
    row(page, consultation.topic).tap()
    heading(page, consultation.topic)
    toolbar = page.get_by_role("toolbar", name="办理")
    toolbar.get_by_role("button", name="领取").tap()
    told(page, "已领取，归您办")

    page.get_by_label("会诊意见").tap()
    page.get_by_label("会诊意见").fill("尽快转来。")
    accept = toolbar.get_by_role("button", name="接受", exact=True)
    box = accept.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["x"] + box["width"] > PHONE[0] / 2, "the primary outcome lies under the right thumb"
    accept.tap()

    told(page, "已接受")


def test_nothing_on_a_phone_is_wider_than_the_phone(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("hemin", PHONE, at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    heading(page, consultation.topic)

    for place in ("/inbox/claimable", "/start", "/mine", "/notifications", None):
        if place:
            page.goto(place)
            expect(page.get_by_role("navigation", name="主导航")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], place


@BOTH
def test_a_claimed_task_is_released_for_the_others(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    consultation = demonstration.ask()
    task = demonstration.answer_task(consultation)
    page = sign_in("tangying", size, at=f"/inbox/claimable/{task}")
    act(page, "领取")
    told(page, "已领取，归您办")
    colleague = sign_in("xulei", size, at=f"/inbox/claimable/{task}")
    expect(colleague.get_by_role("heading", level=2).or_(colleague.locator(".why")).first).to_be_visible()

    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="退回待领").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("为什么退回")).fill("下班交接。")
    dialog.get_by_role("button", name="退回待领").click()

    told(page, "已退回待领")
    colleague.goto(f"/inbox/claimable/{task}")
    act(colleague, "领取")
    told(colleague, "已领取，归您办")


def test_a_release_without_a_reason_asks_for_one(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("tangying", at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    act(page, "领取")
    told(page, "已领取，归您办")

    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="退回待领").click()
    page.get_by_role("dialog").get_by_role("button", name="退回待领").click()

    reason = page.get_by_role("dialog").get_by_label(re.compile("为什么退回"))
    expect(reason).to_have_accessible_description("退回待领须写明原因。")
    expect(reason).to_be_focused()


@BOTH
def test_who_comes_second_is_told_who_was_first_and_keeps_what_he_wrote(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.ask()
    page = sign_in("xulei", size, at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    page.get_by_label("会诊意见").fill("我的意见：保守治疗。")
    draft_is_saved(page)
    demonstration.answer(consultation, "songjia")

    act(page, "接受")

    note = page.get_by_role("alert").filter(
        has_text=re.compile(r"宋佳·演示已于 \d\d:\d\d 办结，您的意见没有提交。您写的还在这一页，要留的先抄下。")
    )
    expect(note).to_be_visible()
    expect(page.get_by_label("会诊意见")).to_have_value("我的意见：保守治疗。")
    [answer] = demonstration.person("mengfan").get(f"/tasks?box=todo&q={consultation.topic}")["items"]
    assert answer["name"] == "看答复"


def test_a_task_that_went_to_another_can_still_be_read_with_what_one_wrote(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("xulei", at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    page.get_by_label("会诊意见").fill("我的意见：保守治疗。")
    draft_is_saved(page)
    demonstration.answer(consultation, "songjia")
    act(page, "接受")

    page.get_by_role("button", name="换成最新内容").click()

    expect(page.get_by_role("alert").filter(has_text="这件事现在不归您看。")).to_be_visible()
    expect(page.get_by_label("会诊意见")).to_have_value("我的意见：保守治疗。")
    expect(page.get_by_role("toolbar", name="办理").get_by_role("button")).to_have_count(0)


def test_a_stale_page_is_told_so_and_goes_on_with_what_was_written(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    task = demonstration.answer_task(consultation)
    page = sign_in("dengchaoqun", at=f"/inbox/claimable/{task}")
    page.get_by_label("会诊意见").fill("尽快转来。")
    draft_is_saved(page)
    assert demonstration.person("dengchaoqun").act(task, "claim").ok, "in another window"
    expect(page.get_by_role("button", name="有更新")).to_be_visible()

    act(page, "接受")
    expect(
        page.get_by_role("alert").filter(has_text="这件事刚有变化，您的意见没有提交。看一眼最新内容再办，草稿还在。")
    ).to_be_visible()

    page.get_by_role("button", name="换成最新内容").click()
    expect(page.get_by_role("button", name="换成最新内容")).to_have_count(0)
    expect(page.get_by_role("button", name="有更新")).to_have_count(0)
    expect(page.get_by_label("会诊意见")).to_have_value("尽快转来。")
    act(page, "接受")
    told(page, "已接受")


def test_a_double_click_acts_once(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("dengchaoqun", at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    page.get_by_label("会诊意见").fill("尽快转来。")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/complete") else None)

    page.get_by_role("toolbar", name="办理").get_by_role("button", name="接受", exact=True).dblclick()

    told(page, "已接受")
    assert len(sent) == 1


@pytest.mark.parametrize("login", ["hemin", "mengfan"])
def test_the_link_of_a_message_opens_the_task_or_the_case(sign_in: SignIn, demonstration: Demonstration, login: str) -> None:
    consultation = demonstration.ask()
    task = UUID(demonstration.answer_task(consultation)) if login == "hemin" else None
    link = link_to(demonstration.url, task=task, instance=UUID(consultation.case))
    page = sign_in(login, at=str(link))
    expect(page.get_by_role("heading", level=1)).to_contain_text(consultation.topic)
