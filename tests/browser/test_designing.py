"""The designer at work: a term, a counter-signature, what the gate says, a second editor, a lost connection, the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.demonstration import Demonstration, until
from tests.servers.browser import PHONE

DESIGNER, SECOND = "chengyuan", "hanlijun"
FOLDER = "referral"
DIAGRAM = "referral.bpmn"
FOCUSED = """() => {
  const at = document.activeElement
  return at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent
}"""


def text_of(demonstration: Demonstration, design: str, name: str) -> str:
    """A file of the design as the server has it."""
    found: dict[str, Any] = demonstration.person(DESIGNER).get(f"/designs/{design}/files/{name}")
    return str(found["content"])


def until_text(demonstration: Demonstration, design: str, name: str, holds: Callable[[str], bool]) -> str:
    """The file, once what was changed in the browser has come to the server by itself."""

    def found() -> str | None:
        content = text_of(demonstration, design, name)
        return content if holds(content) else None

    return until(found)


def open_referral(page: Page) -> str:
    """Opens the referral's design from the list of folders; its id."""
    page.get_by_role("row", name=FOLDER).get_by_role("button").click()
    expect(page.locator(".designing .djs-container svg .djs-shape").first).to_be_visible()
    return page.url.rsplit("/", 1)[-1]


def choose_step(page: Page, name: str, kind: str = "用户任务") -> None:
    """Selects a step through the outline."""
    page.locator(".outline-pane .step", has_text=re.compile(f"^{name} {kind}")).click()
    expect(page.get_by_role("complementary", name="属性").get_by_role("heading", level=2)).to_have_text(name)


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Goes on by key until the focus is on what is called so."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        found = page.evaluate(FOCUSED)
        if found == name:
            return
    raise AssertionError(f"no way by key to {name}; the focus is on {found}")


@pytest.mark.timeout(300)
def test_a_designer_changes_a_term_and_adds_a_counter_signature_and_nothing_is_lost(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    page = sign_in(DESIGNER, at="/designer")
    design = open_referral(page)
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    before = {name: text_of(demonstration, design, name) for name in ("parameters.json", DIAGRAM)}

    # the acceptance term, where the step is looked at; the parameters keep their text but for the one value
    page.get_by_role("button", name="大纲").click()
    choose_step(page, "接收")
    page.get_by_role("tab", name="期限").click()
    term = page.get_by_role("spinbutton", name="紧急").first
    expect(term).to_have_value("30")
    expect(page.get_by_text(re.compile("现在开始，.*到期")).first).to_be_visible()
    term.fill("20")
    term.press("Tab")
    parameters = until_text(demonstration, design, "parameters.json", lambda content: content != before["parameters.json"])
    urgent = '"U": {"term": "PT30M", "calendar": "CLIN", "redispatch": "PT35M"}'
    assert parameters == before["parameters.json"].replace(urgent, urgent.replace("PT30M", "PT20M"))

    # a joint signing before it, by key alone: found in the outline, put in, its people, its name, and what a refusal leads to
    page.get_by_role("searchbox", name="找步骤").focus()
    page.keyboard.insert_text("接收")
    chosen = page.locator(".outline-pane .step[aria-current]")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
        if chosen.inner_text().startswith("接收 用户任务"):
            break
    tab_to(page, "接什么")
    page.keyboard.press("ArrowDown")
    tab_to(page, "插在前面")
    page.keyboard.press("Enter")
    expect(page.get_by_label("岗位", exact=True)).to_be_focused()
    page.keyboard.insert_text("医务部主任")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="医务部主任")).to_be_visible()
    tab_to(page, "“不同意”时另走一条，到结束")
    page.keyboard.press("Enter")
    tab_to(page, "基本", back=True)
    page.keyboard.press("Enter")
    tab_to(page, "名称")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("接收会签")
    page.keyboard.press("Tab")
    model = until_text(demonstration, design, DIAGRAM, lambda content: 'name="接收会签"' in content and "MED_DIR" in content)
    added = re.search(r'<bpmn:userTask id="joint_1" name="接收会签">.*?</bpmn:userTask>', model, re.S)
    assert added is not None
    assert '<liandong:approval mode="all" />' in added[0]
    assert '<liandong:assign rule="post" post="MED_DIR" />' in added[0]
    [gateway] = re.findall(r'sourceRef="joint_1" targetRef="(\w+)"', model)
    assert re.search(rf'sourceRef="{gateway}" targetRef="accept"', model)
    assert "${joint_1.outcome == 'refuse'}" in model
    assert re.search(r'sourceRef="(?!joint)\w+" targetRef="joint_1"', model)
    for kept in re.findall(r"<liandong:\w+", before[DIAGRAM]):
        assert model.count(kept) >= before[DIAGRAM].count(kept), kept
    expect(page.get_by_role("banner").get_by_text(re.compile("^已存"))).to_be_visible()

    # what the gate refuses is said at the step, and undone with one key
    choose_step(page, "接收")
    page.get_by_role("tab", name="审批").click()
    page.locator(".seg label", has_text="会签").click()
    problem = page.get_by_role("region", name="问题").get_by_role("listitem").filter(has_text="须恰有一个")
    expect(problem).to_be_visible()
    page.get_by_role("button", name="流程图", exact=True).first.click()
    expect(page.locator(".finding.error")).to_be_visible()
    problem.get_by_role("button").click()
    page.get_by_role("button", name="撤销").click()
    expect(problem).to_have_count(0)

    # a second editor may look, sees who is at work, and changes nothing
    security = demonstration.person("fangzheng")
    assert security.call("PUT", f"/security/accounts/{SECOND}/rights", {"rights": ["design"]}).ok
    second = sign_in(SECOND, at=f"/designer/{design}")
    expect(second.get_by_text("程远·演示 正在修改，您现在只能看")).to_be_visible()
    expect(second.get_by_role("button", name="科室审批")).to_be_disabled()
    expect(second.locator(".designing .djs-container svg .djs-shape").first).to_be_visible()
    second.close()
    assert security.call("PUT", f"/security/accounts/{SECOND}/rights", {"rights": []}).ok

    # who has saved the same file meanwhile is not overwritten: both versions are kept, and one is chosen
    found = demonstration.person(DESIGNER).get(f"/designs/{design}/files/parameters.json")
    theirs = found["content"].replace('"PT35M"', '"PT40M"')
    body = {"content": theirs, "revision": found["revision"]}
    assert demonstration.person(DESIGNER).call("PUT", f"/designs/{design}/files/parameters.json", body).ok
    page.get_by_role("button", name="大纲").click()
    choose_step(page, "接收")
    page.get_by_role("tab", name="期限").click()
    term.fill("25")
    term.press("Tab")
    conflict = page.get_by_role("alert").filter(has_text="parameters.json")
    expect(conflict).to_be_visible()
    assert text_of(demonstration, design, "parameters.json") == theirs
    conflict.get_by_role("button", name="用对方的").click()
    expect(term).to_have_value("20")

    # without a connection the change stays in the browser, through a crash, and is taken up again
    choose_step(page, "接收会签")
    page.get_by_role("tab", name="基本").click()
    page.context.set_offline(True)
    page.get_by_label("名称", exact=True).fill("接收会签（断网）")
    expect(page.get_by_text("没有连上，修改存在本机")).to_be_visible()
    page.close()
    again = page.context.new_page()
    page.context.set_offline(False)
    assert "断网" not in text_of(demonstration, design, DIAGRAM)
    again.goto(f"/designer/{design}")
    again.get_by_role("button", name="接着用").click()
    until_text(demonstration, design, DIAGRAM, lambda content: "接收会签（断网）" in content)

    # on the phone it is read, with its problems and small changes
    phone = sign_in(DESIGNER, PHONE, at=f"/designer/{design}")
    expect(phone.get_by_role("region", name="大纲")).to_be_visible()
    expect(phone.get_by_role("region", name="问题")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.close()

    # it is rehearsed, submitted, published by other eyes, and rolled back
    rehearsal = again.get_by_role("region", name="试运行", exact=True)
    rehearsal.get_by_role("button", name="试运行").click()
    expect(rehearsal.get_by_role("article", name="填写转诊单")).to_be_visible()
    submit = again.get_by_role("button", name="提交评审")
    expect(submit).to_be_enabled()
    submit.click()
    again.get_by_role("dialog").get_by_label("说明").fill("紧急转诊二十分钟答复，接收前会签")
    again.get_by_role("dialog").get_by_role("button", name="提交评审").click()
    expect(again.get_by_text("紧急转诊二十分钟答复，接收前会签")).to_be_visible()
    reviewer = sign_in("wangyang", at=f"/designer/{design}/review")
    expect(reviewer.get_by_role("region", name=DIAGRAM, exact=True)).to_contain_text("接收会签（断网）")
    expect(reviewer.get_by_role("region", name="parameters.json", exact=True)).to_contain_text("PT20M")
    reviewer.get_by_role("button", name="通过并发布").click()
    reviewer.get_by_role("dialog").get_by_role("button", name="通过并发布").click()
    expect(reviewer.get_by_role("status").filter(has_text="已发布为 v2")).to_be_visible()
    reviewer.goto(f"/designer/versions/{FOLDER}")
    reviewer.get_by_role("listitem").filter(has_not_text="现行").get_by_role("button", name="退回到这一版").click()
    reviewer.get_by_role("dialog").get_by_label("说明").fill("先按原来的办")
    reviewer.get_by_role("dialog").get_by_role("button", name="退回到").click()
    expect(reviewer.get_by_role("status").filter(has_text="已发布为 v3")).to_be_visible()
    third = demonstration.person(DESIGNER).get(f"/process-folders/{FOLDER}/deployments")["items"][0]
    files = {
        file["name"]: file["content"] for file in demonstration.person(DESIGNER).get(f"/deployments/{third['id']}/files")["items"]
    }
    assert {name: files[name] for name in before} == before
