"""Statistics as a page: figures, the table of institutions, and choices that stand in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.servers.browser import PHONE

SignIn = Callable[..., Page]


def test_who_leads_sees_his_hospital_at_work_and_narrows_it_down(sign_in: SignIn, demonstration: Demonstration) -> None:
    demonstration.answer(demonstration.ask())
    page = sign_in("guxiaolan")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="统计").click()
    page.get_by_role("navigation", name="流程").get_by_role("link", name=re.compile("会诊")).click()
    rates = page.get_by_role("table", name="各机构按时率 %")
    own = rates.get_by_role("row").filter(has_text="总医院")
    expect(own).to_contain_text("100.0")
    # Of a branch in which somebody has done few tasks, only their number is told.
    expect(rates.get_by_role("row").filter(has_text="分院").first).to_contain_text("–")
    expect(page.get_by_text("件数太少时，数字会说出是谁办的")).to_be_visible()
    own.get_by_role("link", name="总医院").click()
    expect(page).to_have_url(re.compile(r"institution=CH00"))
    expect(page.get_by_role("combobox", name="机构")).to_have_value("CH00")
    page.goto(f"{page.url}&period=2020")
    expect(page.get_by_role("combobox", name="时间")).to_have_value("2020")
    expect(page.get_by_role("heading", name="这段时间没有办完的任务")).to_be_visible()

    phone = sign_in("guxiaolan", PHONE, at=page.url.replace("&period=2020", ""))
    expect(phone.get_by_role("table", name="各机构按时率 %")).to_be_visible()
    assert phone.evaluate("document.getElementById('main').scrollWidth <= innerWidth")
