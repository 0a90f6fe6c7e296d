"""Administration: what each administrator finds under 管理, and nothing of what belongs to another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.demonstration import Demonstration
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
YEAR: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cli/demo/working-days-2027.json").read_text(encoding="utf-8"))


def file(document: dict[str, Any]) -> FilePayload:
    """A year's document as a file that somebody chooses."""
    return {"name": "2027.json", "mimeType": "application/json", "buffer": json.dumps(document, ensure_ascii=False).encode()}


def test_a_year_is_looked_at_previewed_imported_and_reckoned_with(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("luming", at="/administration")
    page.get_by_role("link", name="日历").click()
    october = page.get_by_role("table", name="10 月", exact=True)
    expect(october.get_by_role("cell").filter(has_text=re.compile("^1休$"))).to_be_visible()
    expect(october.get_by_role("cell").filter(has_text=re.compile("^10班$"))).to_be_visible()

    page.get_by_role("button", name="导入一年").click()
    dialog = page.get_by_role("dialog")
    wrong = {**YEAR, "workingDays": [*YEAR["workingDays"], "2027-02-06"]}
    dialog.get_by_label("年份文件").set_input_files(file(wrong))
    expect(dialog.get_by_role("alert")).to_contain_text("2027-02-06 属于“春节”")
    expect(dialog.locator("footer button")).to_have_attribute("aria-disabled", "true")
    flood = {**YEAR, "holidays": [*YEAR["holidays"], {"name": "防汛停工", "from": "2027-07-21", "to": "2027-07-21"}]}
    flood["holidays"].sort(key=lambda holiday: holiday["from"])
    dialog.get_by_label("年份文件").set_input_files(file(flood))
    preview = dialog.get_by_role("region", name="会改变什么")
    expect(preview).to_contain_text("改为休 1 天")
    expect(preview).to_contain_text("07-21")
    dialog.get_by_role("button", name="导入 2027 年").click()
    expect(page.get_by_role("status").get_by_text("2027 年已导入")).to_be_visible()
    page.get_by_role("tab", name="2027").click()
    july = page.get_by_role("table", name="7 月", exact=True)
    expect(july.get_by_role("cell").filter(has_text=re.compile("^21休$"))).to_be_visible()
    history = demonstration.person("luming").get("/calendars/years/2027")["history"]
    assert (len(history), history[0]["madeBy"]) == (2, "陆明·演示")

    page.locator("select[name=code]").select_option("ADMIN")
    page.get_by_label("从何时起").fill("2026-09-24T16:00")
    page.get_by_label("期限，如").fill("PT4H")
    page.get_by_role("button", name="算一算").click()
    expect(page.get_by_text("到 2026-09-28 一 10:30")).to_be_visible()
    page.get_by_role("button", name="给一个机构另定").click()
    dialog.get_by_label("机构").select_option("CH05")
    dialog.get_by_label("时段").fill("25:00-08:00")
    dialog.get_by_role("button", name="保存并重算期限").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    dialog.get_by_label("时段").fill("08:00-16:00")
    dialog.get_by_role("button", name="保存并重算期限").click()
    own = page.get_by_role("row").filter(has_text="CH05")
    expect(own).to_contain_text("08:00-16:00")
    own.get_by_role("button", name="改回通用").click()
    expect(own).to_have_count(0)

    page.get_by_role("link", name="超时统计").click()
    page.get_by_label("怎么分").select_option("step")
    expect(page.get_by_role("table", name="超时统计").or_(page.get_by_role("heading", name="这段时间没有超时"))).to_be_visible()


def test_operators_see_the_condition_and_the_channels_and_the_auditor_the_trail(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    demonstration.start("mengfan", "reckoning")
    page = sign_in("wangyang", PHONE, at="/administration/health")
    expect(page.get_by_role("status").first).to_contain_text("处要处理")
    page.get_by_role("link", name="通知渠道").click()
    expect(page.get_by_role("row").filter(has_text="企业微信")).to_contain_text("没有设置")
    page.get_by_text("我自己的渠道").click()
    page.get_by_label("邮件", exact=True).check()
    page.get_by_role("textbox", name="邮件的地址").fill("不是地址")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").filter(has_text="邮箱")).to_be_visible()
    page.get_by_role("textbox", name="邮件的地址").fill("wangyang@example.org")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").get_by_text("已保存")).to_be_visible()
    assert demonstration.person("wangyang").get("/notifications/settings")["channels"][0]["channel"] == "mail"
    demonstration.person("wangyang").call("PUT", "/notifications/settings", {"channels": []})

    page = sign_in("jianding", at="/administration/audit")
    page.get_by_label("动作").fill("sign-in")
    page.get_by_label("谁（姓名）").fill("汪洋")
    page.get_by_role("button", name="查", exact=True).click()
    found = page.get_by_role("table", name="审计查询").get_by_role("row").filter(has_text="sign-in")
    expect(found.first).to_contain_text("汪洋·演示")
    expect(found.filter(has_not_text="汪洋")).to_have_count(0)
    page.get_by_role("button", name="校验整条记录").click()
    expect(page.get_by_role("status").get_by_text("完好")).to_be_visible()


def test_the_security_administrator_keeps_rights_apart_and_explains_who_sees_what(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    case = demonstration.start("mengfan", "reckoning")["instance"]
    page = sign_in("fangzheng", at="/administration/accounts")
    holder = page.get_by_role("row").filter(has_text="shilei")
    expect(holder).to_contain_text("运维")
    holder.get_by_role("button", name="改").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("审计管理员").check()
    dialog.get_by_role("button", name="改为这些权限").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    page.keyboard.press("Escape")
    assert demonstration.person("shilei").session["rights"] == ["deploy", "operations"]

    page.get_by_role("link", name="为什么看得到").click()
    for login, told in (("mengfan", "孟凡·演示看得到"), ("hemin", "何敏·演示看不到")):
        page.get_by_label("登录名或工号").fill(login)
        page.get_by_label("单号").fill(case["number"])
        page.get_by_role("button", name="查依据").click()
        expect(page.get_by_role("heading", name=told)).to_be_visible()
        assert page.locator("dd").first.inner_text() == ("发起了它" if login == "mengfan" else "没有任何依据")


def test_each_administrator_finds_his_own_pages_and_nobody_elses(sign_in: SignIn) -> None:
    owned = {"luming": "calendars", "wangyang": "health", "fangzheng": "accounts", "jianding": "audit"}
    for login, name in owned.items():
        page = sign_in(login, at="/administration")
        expect(page.locator(f'a.card[href="/administration/{name}"]')).to_be_visible()
        for other in set(owned.values()) - {name}:
            expect(page.locator(f'a.card[href="/administration/{other}"]')).to_have_count(0)
    page.goto("/administration/calendars")
    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    page = sign_in("hemin", DESK, at="/administration")
    expect(page.get_by_role("heading", name="管理归各管理员。")).to_be_visible()
    expect(page.get_by_role("link", name="管理")).to_have_count(0)
