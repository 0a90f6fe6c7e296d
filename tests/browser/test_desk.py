"""How a person keeps his desk: entering afterwards, the palette of commands, saved views, tasks put off until later."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from engine.calendar import TIME_ZONE
from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, told
from tests.browser.test_returning import more, picture
from tests.forms.pictures import pdf
from tests.servers.browser import PHONE

SignIn = Callable[..., Page]


def local(**earlier: float) -> str:
    """So much before now, as a field for a time shows it."""
    return (datetime.now(TIME_ZONE) - timedelta(**earlier)).strftime("%Y-%m-%dT%H:%M")


def test_a_case_and_its_first_step_are_entered_after_an_outage(sign_in: SignIn) -> None:
    page = sign_in("qinchuan", PHONE, at="/start")
    page.get_by_role("button", name="补录 一分钟期限").click()
    dialog = page.get_by_role("dialog")
    at = dialog.get_by_label("实际发生时间")
    at.fill(local(hours=-1))
    dialog.get_by_role("button", name="补录发起").click()
    expect(dialog.get_by_role("alert")).to_contain_text("早于现在")
    at.fill(local(hours=20))
    dialog.get_by_label("为什么补录").fill("停电，先用了纸质单")
    dialog.get_by_role("button", name="补录发起").click()
    expect(page.locator(".note").filter(has_text="停电，先用了纸质单")).to_be_visible()
    act(page, "办完")
    told(page, "已办完")
    page.goto("/mine")
    page.locator('a[href^="/cases/"]').filter(has_text="演示 ").first.click()
    expect(page.locator(".case-head")).to_contain_text("补录，实际发生于")
    expect(page.locator("ol.tl").get_by_text("停电，先用了纸质单")).to_have_count(2)

    plain = sign_in("mengfan", PHONE, at="/start")
    expect(plain.get_by_role("button", name="发起 一分钟期限")).to_be_visible()
    expect(plain.get_by_role("button", name="补录")).to_have_count(0)


def test_what_a_branch_without_a_system_calls_in_begins_a_case(sign_in: SignIn) -> None:
    plain = sign_in("mengfan", at="/start")
    expect(plain.get_by_role("button", name="发起 一分钟期限")).to_be_visible()
    expect(plain.get_by_role("button", name="代录来件")).to_have_count(0)
    page = sign_in("songjia", PHONE, at="/start")
    page.get_by_role("button", name="代录来件").click()
    dialog = page.get_by_role("dialog", name="代录来件")
    dialog.get_by_label("消息").select_option(label="电话转诊登记（PhoneReferral）")
    dialog.get_by_label("哪家机构").select_option(label="青禾分院")
    dialog.get_by_label("对方编号").fill("青禾-31")
    dialog.get_by_label("实际发生时间").fill(local(hours=2))
    dialog.get_by_role("button", name="代录", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("写明它是怎么来的。")
    dialog.get_by_label("依据").fill("电话，值班医生来电")
    dialog.get_by_label("patient", exact=True).fill("林小满·演示")
    dialog.get_by_label("reason", exact=True).fill("髋部骨折")
    dialog.get_by_label("来函").set_input_files({"name": "传真.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    picture(page, "enter-start")
    dialog.get_by_role("button", name="代录", exact=True).click()
    expect(page.locator(".case-head")).to_contain_text("青禾-31")
    expect(page.get_by_text("宋佳代录，实际发生于").first).to_be_visible()
    expect(page.get_by_role("link", name="传真.pdf")).to_be_visible()
    expect(page.get_by_text("安排床位").first).to_be_visible()
    picture(page, "entered-start")


def test_the_palette_goes_by_words_initials_and_numbers_and_lets_an_input_method_be(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    consultation = demonstration.ask()
    task = demonstration.answer_task(consultation)
    page = sign_in("hemin", at="/inbox/todo")
    expect(page.locator(".list")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Control+k")
    find = page.get_by_role("combobox", name="查找命令")
    find.fill("yb")
    expect(page.get_by_role("option", name="已办")).to_be_visible()
    # The Enter that ends a composition is the input method's.
    find.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(find).to_be_visible()
    find.press("Enter")
    expect(page).to_have_url(f"{demonstration.url}/inbox/done")

    page.keyboard.press("Control+k")
    find.fill(consultation.topic)
    page.get_by_role("group", name="任务").get_by_role("option").click()
    expect(page).to_have_url(f"{demonstration.url}/inbox/claimable/{task}")
    expect(page.get_by_role("button", name="接受", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    here = page.get_by_role("group", name="当前")
    expect(here.get_by_role("option").filter(has_text="领取")).to_contain_text("C")
    find.fill("写意见")
    find.press("Enter")
    expect(page.get_by_label("意见", exact=True)).to_be_focused()


def test_a_filter_is_kept_as_a_view_shared_pinned_and_begun_with(sign_in: SignIn, demonstration: Demonstration) -> None:
    routine, urgent = demonstration.ask(), demonstration.ask("mengfan", urgency="U")
    page = sign_in("hemin", at="/inbox/claimable")
    row = page.locator("a.row")
    expect(row.filter(has_text=routine.topic)).to_be_visible()
    page.get_by_role("button", name="筛选与视图").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("缓急").select_option("U")
    dialog.get_by_label("名称").fill("中心急件")
    dialog.get_by_label("谁能用").select_option(label="同岗位：澄湖县总医院 转诊中心协调员")
    dialog.get_by_role("button", name="存为视图").click()
    dialog.get_by_role("button", name="打开时先看").click()
    expect(dialog.get_by_role("button", name="打开时先看")).to_have_attribute("aria-pressed", "true")
    dialog.get_by_role("button", name="关闭").click()
    view = page.get_by_role("navigation", name="视图").get_by_role("button", name="中心急件")
    expect(view).to_have_attribute("aria-pressed", "true")
    expect(row.filter(has_text=urgent.topic)).to_be_visible()
    expect(row.filter(has_text=routine.topic)).to_have_count(0)
    page.get_by_role("button", name="清空条件").click()
    expect(row.filter(has_text=routine.topic)).to_be_visible()
    page.goto("/inbox")
    expect(page).to_have_url(f"{demonstration.url}/inbox/claimable")
    expect(view).to_have_attribute("aria-pressed", "true")
    expect(row.filter(has_text=routine.topic)).to_have_count(0)

    other = sign_in("songjia", PHONE, at="/inbox/claimable")
    other.get_by_role("button", name="筛选与视图").click()
    other.get_by_role("dialog").get_by_role("button", name="中心急件").click()
    expect(other.locator("a.row").filter(has_text=urgent.topic)).to_be_visible()
    expect(other.locator("a.row").filter(has_text=routine.topic)).to_have_count(0)
    for saved in demonstration.person("hemin").get("/views"):
        assert demonstration.person("hemin").call("DELETE", f"/views/{saved['id']}").ok


def test_a_task_is_put_off_by_a_key_and_found_by_initials(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    task = demonstration.answer_task(consultation)
    assert demonstration.person("hemin").act(task, "claim").ok
    page = sign_in("hemin", at=f"/inbox/todo/{task}")
    expect(page.get_by_role("button", name="接受", exact=True)).to_be_visible()
    page.keyboard.press("h")
    page.get_by_role("dialog", name="暂办").get_by_role("button", name="10 分钟后").click()
    expect(page.get_by_role("status").get_by_text("已暂办")).to_be_visible()
    later = page.get_by_role("link", name=re.compile("^暂办"))
    expect(later).to_contain_text("1")
    row = page.locator("a.row").filter(has_text=consultation.topic)
    expect(row).to_have_count(0)
    later.click()
    expect(row).to_contain_text("暂办到")
    page.get_by_role("searchbox", name="单号").fill("lxm")
    expect(row).to_be_visible()
    page.get_by_role("searchbox", name="单号").fill("lxx")
    expect(row).to_have_count(0)
    page.get_by_role("searchbox", name="单号").fill("")
    row.click()
    expect(page.get_by_role("button", name="接受", exact=True)).to_be_visible()
    more(page, "暂办")
    page.get_by_role("dialog", name="暂办").get_by_role("button", name="不再暂办").click()
    told(page, "已放回待我办")
    page.goto("/inbox/todo")
    expect(row).to_be_visible()
