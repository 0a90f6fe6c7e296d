"""The organisation is kept in the browser: brought in, handed over and given back; everybody keeps his own agents."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from engine.workbook.organisation import APPOINTMENTS, PEOPLE
from tests.browser.demonstration import Demonstration, until
from tests.organisation.test_import import workbook
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]


def test_people_come_in_from_excel_and_one_of_them_hands_over_and_gets_back(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    chair = (APPOINTMENTS, ["CH05-T1", "BR_PH", "CH05", "PH", "专任", None, date(2026, 1, 1)])
    file.write_bytes(workbook((PEOPLE, ["CH05-T1", "纪新·演示"]), (PEOPLE, ["CH05-T2", "何接·演示"]), chair))
    page = sign_in("luming", at="/administration/imports")
    page.get_by_label("Excel 文件").set_input_files(file)
    expect(page.get_by_role("row").filter(has_text="纪新")).to_contain_text("新增")
    page.get_by_role("button", name="导入 3 行变化").click()
    expect(page.get_by_role("status").get_by_text("已导入 3 行变化")).to_be_visible()

    page.goto("/administration/people/CH05-T1")
    expect(page.get_by_role("row").filter(has_text="BR_PH")).to_contain_text("2026-01-01 起")
    page.get_by_role("main").get_by_role("link", name="交接").click()
    chairs = page.locator("section").filter(has=page.get_by_role("heading", name="任职"))
    chairs.get_by_label("这一类都交给").fill("CH05-T2")
    chairs.get_by_role("button", name="何接").click()
    expect(chairs.get_by_role("combobox")).to_have_value("hand-on")
    page.get_by_role("button", name="执行交接").click()
    page.get_by_role("dialog").get_by_label("原因").fill("调往县外")
    page.get_by_role("dialog").get_by_role("button", name="执行交接").click()
    row = page.get_by_role("row").filter(has_text="CH05/PH")
    expect(row).to_contain_text("何接·演示")
    expect(row).to_contain_text("已办")

    page.get_by_role("button", name="撤销交接").click()
    page.get_by_role("dialog").get_by_label("原因").fill("本人不走了")
    page.get_by_role("dialog").get_by_role("button", name="撤销交接").click()
    expect(row).to_contain_text("已撤销")


def test_one_has_somebody_act_for_oneself_on_the_phone(sign_in: SignIn) -> None:
    page = sign_in("shaohua", PHONE)
    page.locator("button.me").click()
    page.get_by_role("button", name="代理", exact=True).click()
    page.get_by_role("button", name="委托代理").click()
    form = page.get_by_role("dialog", name="委托代理")
    form.get_by_label("代理人").fill("龚雪")
    form.get_by_role("button", name="龚雪").click()
    form.get_by_label("原因").fill("外出学习")
    form.get_by_role("button", name="委托代理").click()
    row = page.get_by_role("row").filter(has_text="外出学习")
    expect(row).to_contain_text("龚雪·演示")
    row.get_by_role("button", name="结束代理").click()
    expect(row).to_have_count(0)


def test_a_person_gets_an_account_signs_in_changes_the_first_password_and_is_locked(
    sign_in: SignIn, open_window: Callable[..., Page], demonstration: Demonstration
) -> None:
    demonstration.person("luming").call("PUT", "/administration/people/CH05-A1", {"name": "乔安·演示"})
    page = sign_in("luming", at="/administration/people/CH05-A1")
    page.get_by_role("button", name="开通账号").click()
    form = page.get_by_role("dialog", name="开通账号")
    first = form.get_by_label("初始密码").input_value()
    assert re.fullmatch(r"([a-z]{4}-){3}[2-9]{4}", first)
    form.get_by_label("账号").fill("luming")
    form.get_by_role("button", name="开通账号").click()
    expect(form.get_by_role("alert")).to_contain_text("“luming”已被使用")
    form.get_by_label("账号").fill("qiaoan")
    form.get_by_role("button", name="开通账号").click()
    expect(page.get_by_text("还没有改初始密码")).to_be_visible()

    new = open_window(PHONE)
    new.goto("/login")
    new.get_by_label("登录名").fill("qiaoan")
    new.get_by_label("密码").fill(first)
    new.get_by_role("button", name="登录").click()
    change = new.get_by_role("dialog")
    for label, words in (("现在的密码", first), ("新密码", "Heron-Island-58!"), ("再写一遍新密码", "Heron-Island-58!")):
        change.get_by_label(label, exact=True).fill(words)
    change.get_by_role("button", name="换成新密码").click()
    expect(new.get_by_role("heading", name="待办")).to_be_attached()

    page.get_by_role("button", name="停用账号").click()
    expect(page.get_by_text("已停用，不能登录")).to_be_visible()
    new.reload()
    expect(new.get_by_role("button", name="登录")).to_be_visible()
    page.get_by_role("button", name="恢复账号").click()
    expect(page.get_by_text("可以登录")).to_be_visible()


def test_an_institution_offers_its_people_phrases(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("luming", at="/administration/phrases")
    page.get_by_label("机构").select_option("CH05")
    page.get_by_label("的常用语").fill("按院内规定办理\n按院内规定办理")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("重复")
    page.get_by_label("的常用语").fill("按院内规定办理\n\n请尽快安排")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("option", name=re.compile("CH05 2 条"))).to_be_attached()
    offered = demonstration.person("huoyan").get("/phrases")["institutions"]
    assert [row["phrases"] for row in offered if row["institution"]["code"] == "CH05"] == [["按院内规定办理", "请尽快安排"]]


def test_who_keeps_the_archive_finds_void_numbers_and_verifies_and_reads_copies(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    started = demonstration.start("mengfan", "referral_from")["instance"]
    void = {"mode": "void", "reason": "病人自己去了县医院"}
    assert demonstration.person("mengfan").call("POST", f"/instances/{started['id']}/withdraw", void).ok
    page = sign_in("jiawenjing", PHONE, at="/administration/numbers")
    expect(page.get_by_role("table", name="各套编号").get_by_text("不缺号").first).to_be_visible()
    page.get_by_label("编号（可填一部分）").fill(started["number"][-5:])
    page.get_by_role("button", name="查", exact=True).click()
    row = page.get_by_role("row").filter(has_text=started["number"])
    expect(row).to_contain_text("作废：病人自己去了县医院")

    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    archivist = demonstration.person("jiawenjing")
    until(lambda: [copy for copy in archivist.get(f"/archive?number={started['number']}")["items"] if copy["madeAt"]])
    page.goto("/administration/archive")
    row = page.get_by_role("row").filter(has_text=started["number"])
    row.get_by_role("button", name="校验").click()
    expect(row.get_by_role("status")).to_contain_text("完好")
    with page.expect_download() as download:
        row.get_by_role("link", name="读取").click()
    assert download.value.suggested_filename == f"{started['number']}.pdf"
