"""Operations: what has stopped is shown to those who keep the house running, and can be tried again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demonstration import SLIP, Demonstration, until
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]


def test_an_incident_is_shown_and_goes_after_a_retry_that_works(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = demonstration.start("mengfan", "reckoning")["instance"]
    page = sign_in("wangyang")
    page.get_by_role("link", name="运维").click()
    incident = page.get_by_role("row").filter(has_text=case["number"])
    expect(incident).to_contain_text("核对数据")
    expect(incident).to_contain_text("数据核对 v1")

    def works() -> bool:
        if incident.count():
            incident.get_by_role("button", name="重试").click()
            expect(page.get_by_role("status").get_by_text("已重试")).to_be_visible()
        return bool(demonstration.person("mengfan").get(f"/tasks?box=todo&q={case['number']}")["items"])

    until(works)
    page.reload()
    expect(page.get_by_role("navigation", name="运维")).to_be_visible()
    expect(incident).to_have_count(0)


def test_the_starter_sees_that_his_case_has_stopped(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = demonstration.start("mengfan", "reckoning")["instance"]

    page = sign_in("mengfan", at="/mine")

    expect(page.get_by_role("row").filter(has_text=case["number"])).to_contain_text("停在事件上")


def test_operations_show_no_patient(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("wangyang", at="/operations/instances")
    expect(page.get_by_role("row").filter(has_text="会诊申请").first).to_be_visible()

    for face in ("instances", "jobs", "messages"):
        page.goto(f"/operations/{face}")
        expect(page.get_by_role("table").or_(page.locator(".empty"))).to_be_visible()
        for secret in (consultation.topic, SLIP["name"], SLIP["summary"]):
            expect(page.get_by_text(secret)).to_have_count(0)


def test_operations_are_hidden_from_everybody_else(sign_in: SignIn) -> None:
    for size in (DESK, PHONE):
        page = sign_in("hemin", size)
        expect(page.get_by_role("navigation", name="主导航")).to_be_visible()
        expect(page.get_by_role("link", name="运维")).to_have_count(0)

        page.goto("/operations")
        expect(page.get_by_role("heading", name="运维归信息管理员。")).to_be_visible()
        expect(page.get_by_role("table")).to_have_count(0)


def test_operations_on_a_phone_are_reached_from_ones_own_menu_or_dock(sign_in: SignIn) -> None:
    page = sign_in("wangyang", PHONE)
    page.get_by_role("button", name=re.compile("设置与退出")).click()

    expect(page.get_by_role("link", name="运维")).to_be_visible()


def test_an_incident_gets_a_note_and_is_not_closed_while_it_stands(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = demonstration.start("mengfan", "reckoning")["instance"]
    page = sign_in("wangyang", at="/operations")
    incident = page.get_by_role("row").filter(has_text=case["number"])
    incident.get_by_role("button", name="备注").click()
    page.get_by_role("textbox", name="备注").fill("等信息科补数据")
    page.get_by_role("button", name="保存").click()
    expect(incident).to_contain_text("备注：等信息科补数据")
    incident.get_by_role("button", name="关闭").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="原因").fill("看起来没事")
    sheet.get_by_role("button", name="关闭").last.click()
    expect(sheet).to_contain_text("仍未继续")
    page.keyboard.press("Escape")
    expect(incident).to_have_count(1)
