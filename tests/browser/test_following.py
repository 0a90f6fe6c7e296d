"""Where a case is, in whose hands, since when and until when: counts, terms, timeline, diagram, and all of it live."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, fill, heading, row, told
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def count_of(page: Page, box: str) -> int:
    tab = page.get_by_role("navigation", name="收件箱分栏").get_by_role("link", name=re.compile(f"^{box} \\d+$"))
    return int((tab.text_content() or "").removeprefix(box).strip())


def unread(page: Page) -> int:
    label = page.get_by_role("button", name=re.compile("^消息，")).get_attribute("aria-label") or ""
    return int("".join(filter(str.isdigit, label)) or 0)


def test_boxes_count_what_lies_in_them(sign_in: SignIn, demonstration: Demonstration) -> None:
    demonstration.draft("fanlei")
    demonstration.draft("fanlei")
    page = sign_in("fanlei")
    expect(page.locator("a.row")).to_have_count(2)
    assert (count_of(page, "待我办"), count_of(page, "待领"), count_of(page, "我发起")) == (2, 0, 2)

    page.locator("a.row").first.click()
    fill(page, demonstration.topic())
    page.get_by_role("textbox", name="意见").fill("开错了。")
    act(page, "作废")

    expect(page.locator("a.row")).to_have_count(1)
    expect(page.get_by_role("link", name=re.compile("^待我办 1$"))).to_be_visible()
    page.get_by_role("link", name="已办").click()
    done = page.locator("a.row")
    expect(done).to_have_count(1)
    expect(done).to_contain_text("作废")


def test_a_search_finds_by_subject_and_says_when_there_is_nothing(sign_in: SignIn, demonstration: Demonstration) -> None:
    wanted, other = demonstration.ask(), demonstration.ask()
    page = sign_in("hemin", at="/inbox/claimable")
    expect(row(page, other.topic)).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type(wanted.topic)
    expect(row(page, other.topic)).to_have_count(0)
    expect(row(page, wanted.topic)).to_be_visible()

    page.get_by_role("searchbox").fill("没有这件事")
    expect(page.get_by_role("heading", name="没有“没有这件事”")).to_be_visible()
    page.get_by_role("button", name="清空条件").click()
    expect(row(page, other.topic)).to_be_visible()


@BOTH
def test_a_term_is_seen_before_it_is_late(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    consultation = demonstration.ask(urgency="U")
    page = sign_in("hemin", size, at="/inbox/claimable")
    found = row(page, consultation.topic)
    expect(found.get_by_role("img", name="紧急")).to_be_visible()
    expect(found).to_contain_text(re.compile(r"剩 (30|29|28) 分"))
    expect(found.locator(".clk.ok")).to_be_visible()

    found.click()
    heading(page, consultation.topic)
    expect(page.locator("header .sla")).to_have_text(re.compile(r"^剩 (30|29|28) 分，(明天 )?\d\d:\d\d 前$"))
    ladder = page.get_by_role("heading", name="到点未办").locator("..")
    expect(ladder.get_by_role("listitem")).to_have_count(5)


@BOTH
def test_the_timeline_names_who_did_what_and_who_has_it_now(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.ask()
    page = sign_in("mengfan", size, at=f"/cases/{consultation.case}")
    heading(page, consultation.topic)
    items = page.locator("ol.tl > li")
    expect(items.filter(has_text="填写会诊单").first).to_contain_text("孟凡")
    expect(items.filter(has_text="等待答复")).to_have_attribute("aria-current", "step")
    expect(page.get_by_role("heading", name="现在").locator("..")).to_contain_text("总医院")

    demonstration.answer(consultation, "songjia")

    expect(items.filter(has_text="看答复").last).to_have_attribute("aria-current", "step")
    expect(items.filter(has_text="看答复").last).to_contain_text("孟凡")


@BOTH
def test_the_diagram_shows_the_token_and_the_mark_of_its_makers(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    consultation = demonstration.ask()
    page = sign_in("hemin", size, at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    page.get_by_role("tab", name="流程图").click()

    expect(page.locator('g.djs-element.is-now[data-element-id="answer"]')).to_be_visible()
    expect(page.locator(".token")).to_have_text("1")
    expect(page.locator("g.djs-element.is-now")).to_have_count(1)
    expect(page.get_by_text("分院").first).to_be_visible()
    mark = page.get_by_role("link", name=re.compile("bpmn.io")).or_(page.locator(".bjs-powered-by"))
    expect(mark.first).to_be_visible()
    mark.first.scroll_into_view_if_needed()
    assert is_uncovered(mark.first)

    page.get_by_text("文字版").click()
    outline = page.locator("details.outline")
    expect(outline.locator('[aria-current="step"]')).to_contain_text("答复会诊")


def is_uncovered(mark: Locator) -> bool:
    """Whether every part of `mark` is what a person would touch there."""
    box: FloatRect | None = mark.bounding_box()
    assert box is not None
    inside = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x in (0.1, 0.5, 0.9) for y in (0.2, 0.5, 0.8)]
    over = "(mark, [x, y]) => { const top = document.elementFromPoint(x, y); return mark === top || mark.contains(top) }"
    return all(mark.evaluate(over, point) for point in inside)


def test_what_comes_in_appears_without_a_reload(sign_in: SignIn, demonstration: Demonstration) -> None:
    page = sign_in("hemin")
    with page.expect_response("**/api/v1/events") as stream:
        page.goto("/inbox/claimable")
    assert stream.value.status == 200
    expect(page.locator(".list[aria-busy=false]")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^消息，"))).to_be_visible()
    before = unread(page)
    page.evaluate("window.sameDocument = true")

    consultation = demonstration.ask(urgency="E")

    expect(row(page, consultation.topic)).to_be_visible()
    expect(page.get_by_role("button", name=f"消息，{before + 1} 条未读")).to_be_visible()
    assert page.evaluate("window.sameDocument")

    page.get_by_role("button", name=re.compile("^消息，")).click()
    page.get_by_role("dialog", name="消息").get_by_role("link").first.click()
    heading(page, consultation.topic)
    expect(page.get_by_role("button", name=re.compile(f"^消息，({before} 条未读|没有未读)$"))).to_be_visible()


def test_what_a_colleague_has_taken_leaves_the_list(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    page = sign_in("hemin", at="/inbox/claimable")
    expect(row(page, consultation.topic)).to_be_visible()

    task = demonstration.answer_task(consultation)
    assert demonstration.person("songjia").act(task, "claim").ok

    expect(row(page, consultation.topic)).to_have_count(0)


def test_a_copy_is_read_and_not_handled(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask("qinchuan")
    demonstration.answer(consultation)
    copy = demonstration.task_of("xiongli", consultation.topic, "copied")
    page = sign_in("xiongli", at=f"/inbox/copied/{copy}")

    expect(page.locator(".why")).to_have_text("抄送给您，只看不办")
    expect(page.get_by_role("group", name="答复").or_(page.locator('[data-field="advice"]')).first).to_contain_text("尽快转来")
    page.reload()
    expect(page.locator("a.row.new").filter(has_text=consultation.topic)).to_have_count(0)


def test_a_term_that_passes_climbs_to_the_superior_while_he_watches(sign_in: SignIn, demonstration: Demonstration) -> None:
    holder, superior = sign_in("taohongying"), sign_in("shijianping", at="/inbox/copied")
    expect(superior.locator(".list[aria-busy=false]")).to_be_visible()
    number = demonstration.start("liminghui", "visit")["instance"]["number"]

    late = row(holder, number)
    expect(late).to_be_visible()
    expect(late.get_by_role("img", name=re.compile("已超时|已升级"))).to_be_visible()
    expect(late).to_contain_text("超")
    expect(holder.get_by_role("link", name=re.compile("^已超时 1$"))).to_be_visible()

    expect(row(superior, number)).to_be_visible()
    expect(row(superior, number).get_by_role("img", name="已升级")).to_be_visible()
    row(superior, number).click()
    expect(superior.locator("header .sla")).to_contain_text("二级")
    superior.get_by_role("button", name="更多操作").click()
    superior.get_by_role("button", name="改派").click()
    dialog = superior.get_by_role("dialog", name="改派给谁")
    dialog.get_by_role("radio", name=re.compile("贺春燕")).check()
    dialog.get_by_label(re.compile("改派原因")).fill("陶红英外出。")
    dialog.get_by_role("button", name="改派给贺春燕").click()

    told(superior, "已改派给贺春燕")
    expect(late).to_have_count(0)
    demonstration.task_of("hechunyan", number, "todo")
