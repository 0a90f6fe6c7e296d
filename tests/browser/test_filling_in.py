"""Starting a process and filling in its form: what is wrong stands at its field, and nothing that was typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, draft_is_saved, fill, heading, row, told
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@BOTH
def test_a_process_is_started_filled_in_and_sent(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    page = sign_in("liminghui", size, at="/start")
    page.get_by_role("button", name="发起 会诊申请").click()
    told(page, "已发起 HZ")
    heading(page, "会诊申请 HZ")
    expect(page.get_by_role("heading", name="会诊申请单")).to_be_visible()

    topic = demonstration.topic()
    fill(page, topic)
    act(page, "提交")

    told(page, "已提交")
    demonstration.task_of("hemin", topic)


def test_who_may_start_nothing_is_told_so(sign_in: SignIn) -> None:
    page = sign_in("fengliping", at="/start")

    expect(page.get_by_role("heading", name="没有您能发起的流程")).to_be_visible()


@BOTH
def test_what_is_missing_or_wrong_stands_at_its_field(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    page = sign_in("gongxue", size, at=f"/inbox/todo/{demonstration.draft('gongxue').slip}")
    page.get_by_label("姓名").fill("甲" * 21)
    page.get_by_label("电话").fill("12345")
    page.get_by_label("收缩压").fill("80")
    page.get_by_label("舒张压").fill("120")
    page.get_by_label("病情摘要").fill("太短")
    page.get_by_label("会诊费").fill("12.345")

    act(page, "提交")

    expect(page.get_by_role("alert").filter(has_text="还有 8 处要补")).to_be_visible()
    for label, words in (
        ("姓名", "姓名最多 20 个字，现在有 21 个。"),
        ("年龄", "年龄不能空着。"),
        ("电话", "电话不是电话号码，手机填 11 位，座机带区号。"),
        ("收缩压", "收缩压要高于舒张压。"),
        ("会诊事由", "会诊事由不能空着。"),
        ("缓急", "缓急不能空着。"),
        ("病情摘要", "病情摘要至少要 5 个字，现在有 2 个。"),
        ("会诊费", "会诊费最多 2 位小数。"),
    ):
        expect(page.get_by_label(label)).to_have_accessible_description(words)
        expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("姓名")).to_be_focused()
    expect(page.get_by_label("电话")).to_have_value("12345")


def test_a_sentence_goes_when_its_field_is_mended(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("gongxue", at=f"/inbox/todo/{demonstration.draft('gongxue').slip}")
    act(page, "提交")
    name = page.get_by_label("姓名")
    expect(name).to_have_accessible_description("姓名不能空着。")

    name.fill("林小满·演示")

    expect(name).to_have_attribute("aria-invalid", "false")
    expect(name).to_have_accessible_description("")


def test_rows_are_added_checked_and_taken_away(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("gongxue", at=f"/inbox/todo/{demonstration.draft('gongxue').slip}")
    fill(page, demonstration.topic())
    page.get_by_role("button", name="加一行").click()
    page.get_by_label("剂量").fill("100")
    act(page, "提交")
    expect(page.get_by_label("药名")).to_have_accessible_description("药名不能空着。")

    page.get_by_role("button", name="删去第 1 行").click()
    expect(page.get_by_label("药名")).to_have_count(0)
    act(page, "提交")
    told(page, "已提交")


@BOTH
def test_a_person_is_found_by_name_and_kept_by_staff_number(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.draft("gongxue")
    page = sign_in("gongxue", size, at=f"/inbox/todo/{consultation.slip}")
    fill(page, consultation.topic)
    companion = page.get_by_role("combobox", name="陪同人员")
    companion.fill("没有这个人")
    act(page, "提交")
    expect(companion).to_have_accessible_description("陪同人员：没有工号是“没有这个人”的在职人员，请从列出的人里选。")

    companion.fill("余帆")
    expect(page.get_by_role("option", name=re.compile("余帆.*专科医师"))).to_be_visible()
    companion.press("Enter")
    expect(companion).to_have_value(re.compile(r"CH00-\d+"))
    expect(page.locator(".staff")).to_contain_text("余帆，")
    act(page, "提交")
    told(page, "已提交")


def test_what_only_the_server_finds_stands_at_its_field_too_and_nothing_is_lost(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    consultation = demonstration.draft("gongxue")
    page = sign_in("gongxue", at=f"/inbox/todo/{consultation.slip}")
    fill(page, consultation.topic)

    def send_what_the_page_would_have_refused(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        body["data"] |= {"years": 131, "phone": "12345"}
        route.continue_(post_data=json.dumps(body))

    page.route("**/complete", send_what_the_page_would_have_refused, times=1)
    act(page, "提交")

    expect(page.get_by_role("alert").filter(has_text="还有 2 处要补")).to_be_visible()
    expect(page.get_by_label("年龄")).to_have_accessible_description(re.compile("年龄.*130"))
    expect(page.get_by_label("电话")).to_have_accessible_description(re.compile("电话"))
    expect(page.get_by_label("会诊事由")).to_have_value(consultation.topic)

    page.get_by_label("年龄").fill("61")
    act(page, "提交")
    told(page, "已提交")
    demonstration.answer_task(consultation)


@BOTH
def test_an_outcome_that_needs_a_reason_asks_for_it(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    consultation = demonstration.draft("gongxue")
    page = sign_in("gongxue", size, at=f"/inbox/todo/{consultation.slip}")
    fill(page, consultation.topic)

    act(page, "作废")
    if size == PHONE:
        page.get_by_role("dialog").get_by_role("button", name="作废").click()
    reason = page.get_by_role("dialog").get_by_label("意见") if size == PHONE else page.get_by_role("textbox", name="意见")
    expect(reason).to_have_accessible_description("作废须写明原因。")
    expect(reason).to_be_focused()

    reason.fill("患者已自行转院。")
    if size == PHONE:
        page.get_by_role("dialog").get_by_role("button", name="作废").click()
    else:
        act(page, "作废")
    told(page, "已作废")


@BOTH
def test_a_draft_is_kept_by_the_server_and_restored_elsewhere(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.draft("yansong")
    address = f"/inbox/todo/{consultation.slip}"
    page = sign_in("yansong", size, at=address)
    fill(page, consultation.topic)
    page.get_by_role("button", name="加一行").click()
    page.get_by_label("药名").fill("阿司匹林")
    page.get_by_role("textbox", name=re.compile("^意见")).fill("家属同意。")
    draft_is_saved(page)

    for again in (page, sign_in("yansong", size)):
        again.goto(address)
        expect(again.locator(".draft")).to_contain_text("已接着")
        expect(again.get_by_label("会诊事由")).to_have_value(consultation.topic)
        expect(again.get_by_role("radio", name="女")).to_be_checked()
        expect(again.get_by_label("缓急")).to_have_value("R")
        expect(again.get_by_label("药名")).to_have_value("阿司匹林")
        expect(again.get_by_role("textbox", name=re.compile("^意见"))).to_have_value("家属同意。")


def test_what_was_typed_a_moment_ago_survives_a_reload(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("yansong", at=f"/inbox/todo/{demonstration.draft('yansong').slip}")
    page.get_by_label("姓名").fill("林小满·演示")

    page.reload()

    expect(page.get_by_label("姓名")).to_have_value("林小满·演示")


def test_what_was_typed_survives_a_look_at_another_task(sign_in: SignIn, demonstration: Demonstration) -> None:
    one, other = demonstration.draft("yansong"), demonstration.draft("yansong")
    page = sign_in("yansong", at=f"/inbox/todo/{one.slip}")
    page.get_by_label("姓名").fill("林小满·演示")

    page.locator(f"#row-{other.slip}").click()
    expect(page.get_by_label("姓名")).to_have_value("")
    page.locator(f"#row-{one.slip}").click()

    expect(page.get_by_label("姓名")).to_have_value("林小满·演示")


def test_the_next_task_opens_after_acting(sign_in: SignIn, demonstration: Demonstration) -> None:
    one, other = demonstration.draft("mochenglin"), demonstration.draft("mochenglin")
    page = sign_in("mochenglin", at=f"/inbox/todo/{one.slip}")
    fill(page, one.topic)

    act(page, "提交")

    told(page, "已提交，打开下一件")
    expect(page).to_have_url(re.compile(f"/inbox/todo/{other.slip}$"))
    expect(page.locator(f"#row-{one.slip}")).to_have_count(0)

    fill(page, other.topic)
    act(page, "提交")
    expect(page).to_have_url(re.compile("/inbox/todo$"))
    expect(row(page, "会诊")).to_have_count(0)
    expect(page.get_by_role("heading", name="都办完了")).to_be_visible()
