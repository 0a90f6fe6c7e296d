"""The organisation is kept in the browser: brought in, handed over and given back; everybody keeps his own agents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from engine.workbook.organisation import APPOINTMENTS, PEOPLE
from tests.organisation.test_import import workbook
from tests.servers.browser import PHONE

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
