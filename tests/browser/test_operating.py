"""Operating live cases: everything an operator does to one case, to a version, or to many, with a look at what would happen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PROCESSES, deploy
from tests.browser.demonstration import SLIP, Demonstration, until
from tests.servers.browser import PHONE

SignIn = Callable[..., Page]


def confirm(page: Page, action: str | re.Pattern[str], reason: str | None = "按主任要求") -> None:
    """Writes the reason in the dialog and presses its button, which names the effect."""
    dialog = page.get_by_role("dialog")
    if reason is not None:
        dialog.get_by_role("textbox", name="原因").fill(reason)
    dialog.locator("footer").get_by_role("button", name=action).click()
    expect(dialog).to_have_count(0)


def test_an_operator_suspends_moves_and_ends_a_case_after_a_look_at_what_would_happen(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    case = demonstration.ask()
    page = sign_in("wangyang", at=f"/operations/instances/{case.case}")
    expect(page.locator(".djs-container svg").first).to_be_visible()
    expect(page.locator("a.bjs-powered-by")).to_be_visible()
    for secret in (case.topic, SLIP["name"], SLIP["summary"]):
        expect(page.get_by_text(secret)).to_have_count(0)

    page.get_by_role("button", name="挂起").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("footer").get_by_role("button", name="挂起").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请写明原因")
    confirm(page, "挂起")
    expect(page.locator(".case-head")).to_contain_text("已挂起")
    expect(page.get_by_role("button", name="移动")).to_have_count(0)
    page.get_by_role("button", name="恢复").click()
    confirm(page, "恢复")

    page.get_by_role("button", name="移动").click()
    page.get_by_label("去哪").select_option("fill")
    preview = page.get_by_role("region", name="会发生什么")
    expect(preview).to_contain_text("打开任务")
    expect(preview).to_contain_text("填写会诊单")
    assert demonstration.person("mengfan").get(f"/tasks?box=todo&q={case.topic}")["items"] == []
    confirm(page, "移到“填写会诊单”")
    expect(page.get_by_role("row").filter(has_text="填写会诊单")).to_contain_text("待办")
    assert len(demonstration.person("mengfan").get(f"/tasks?box=todo&q={case.topic}")["items"]) == 1

    page.get_by_role("tab", name="变量").click()
    expect(page.get_by_role("row").filter(has_text=re.compile("^topic"))).to_contain_text("*")
    page.get_by_role("row").filter(has_text=re.compile("^topic")).get_by_role("button", name="改").click()
    page.get_by_role("dialog").get_by_role("textbox", name="值").fill(f"{case.topic}，已更正")
    confirm(page, "写入")
    expect(page.get_by_role("status")).to_contain_text("已写入 topic")
    told = demonstration.person("mengfan").get(f"/instances/{case.case}")
    assert told["subject"].endswith("已更正")

    page.get_by_role("button", name="终止").click()
    expect(page.get_by_role("dialog")).to_contain_text("不能恢复")
    confirm(page, "终止")
    expect(page.locator(".case-head")).to_contain_text("已撤销")
    expect(page.get_by_text("案件已经结束，不能再操作。")).to_be_visible()
    lines = [line["title"] for line in demonstration.person("mengfan").get(f"/instances/{case.case}/timeline")["items"]]
    assert {"流程挂起", "流程恢复"} <= set(lines)


def test_a_case_and_then_a_whole_version_move_to_a_new_one_and_a_process_takes_no_new_cases(
    sign_in: SignIn, demonstration: Demonstration, tmp_path: Path
) -> None:
    folder = tmp_path / "recall"
    folder.mkdir()
    (folder / "parameters.json").write_bytes((PROCESSES / "clocks" / "parameters.json").read_bytes())
    text = (PROCESSES / "clocks" / "clocks.bpmn").read_text(encoding="utf-8")
    text = text.replace('id="visit"', 'id="recall"').replace('id="reckoning"', 'id="recall_reckoning"')
    (folder / "recall.bpmn").write_text(text, encoding="utf-8")
    deploy(demonstration.folder, folder)
    old = [demonstration.start("mengfan", "recall")["instance"] for _ in range(3)]
    (folder / "recall.bpmn").write_text(f"{text}<!-- 2 -->", encoding="utf-8")
    deploy(demonstration.folder, folder)

    page = sign_in("wangyang", at=f"/operations/instances/{old[0]['id']}")
    page.get_by_role("button", name="迁移").click()
    expect(page.get_by_role("dialog").get_by_role("list", name="逐个元素的结果")).to_contain_text("令牌移到")
    confirm(page, "迁移到 v2")
    expect(page.locator(".case-head")).to_contain_text("v2")
    page.get_by_role("button", name="退回原版本").click()
    confirm(page, "退回原版本")
    expect(page.locator(".case-head")).to_contain_text("v1")

    page.get_by_role("link", name="流程", exact=True).click()
    version = page.get_by_role("row").filter(has_text=re.compile(r"^v1\b"))
    version.get_by_role("button", name=re.compile("件迁移到 v2")).click()
    confirm(page, "迁移")
    expect(page.get_by_role("heading", name="迁移 3 件")).to_be_visible()
    expect(page.get_by_text("已办 3")).to_be_visible()
    operator = demonstration.person("wangyang")
    assert {operator.get(f"/operations/instances/{case['id']}")["process"]["version"] for case in old} == {2}

    page.get_by_role("link", name="流程", exact=True).click()
    newest = page.get_by_role("row").filter(has=page.locator("th .mono").get_by_text("recall", exact=True))
    newest.get_by_role("button", name="停止发起").click()
    confirm(page, "停止发起")
    expect(newest).to_contain_text("起停止发起")
    starts = demonstration.person("mengfan").get("/processes/startable")
    assert "recall" not in {process["key"] for process in starts}
    newest.get_by_role("button", name="恢复发起").click()
    confirm(page, "恢复发起")
    expect(newest).to_contain_text("可以发起")


def test_many_cases_by_filter_and_by_cause(sign_in: SignIn, demonstration: Demonstration) -> None:
    cases = [demonstration.start("mengfan", "reckoning")["instance"] for _ in range(2)]
    numbers = [case["number"] for case in cases]
    page = sign_in("wangyang", at="/operations")
    cause = page.get_by_role("row").filter(has_text="表达式算不出").filter(has=page.get_by_role("button", name="全部重试"))
    expect(cause).to_contain_text("数据核对，核对数据")
    cause.get_by_role("button", name="只看这些").click()
    expect(page.get_by_role("row").filter(has_text=numbers[0])).to_be_visible()

    def works() -> bool:
        if cause.count():
            cause.get_by_role("button", name="全部重试").click()
            expect(page.get_by_role("status").get_by_text("已排队重试")).to_be_visible()
        todo = demonstration.person("mengfan").get("/tasks?box=todo&limit=200")["items"]
        return set(numbers) <= {row["instance"]["number"] for row in todo}

    until(works)

    page = sign_in("wangyang", PHONE, at=f"/operations/instances?q={numbers[0]}")
    expect(page.get_by_role("searchbox")).to_have_value(numbers[0])
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("checkbox", name=f"选择 {numbers[0]}").check()
    page.get_by_role("group", name="已选 1 件").get_by_role("button", name="挂起").click()
    confirm(page, "挂起 1 件")
    expect(page.get_by_text("已办 1")).to_be_visible()
    page.get_by_role("link", name=numbers[0]).click()
    expect(page.locator(".case-head")).to_contain_text("已挂起")


def test_the_people_of_an_open_step_are_found_anew_by_who_sees_no_task_of_it(
    sign_in: SignIn, demonstration: Demonstration
) -> None:
    task = demonstration.answer_task(demonstration.ask())
    case = demonstration.person("hemin").get(f"/tasks/{task}")["instance"]["id"]
    keeper = demonstration.person("luming")
    chair = {"post": "REF_CTR", "institution": "CH00", "department": "REFC", "fromDate": "2026-01-01", "kind": "part-time"}
    appointed = keeper.call("POST", "/administration/appointments", {"person": "CH01-011", **chair}).json()["id"]
    page = sign_in("wangyang", at=f"/operations/instances/{case}")
    page.get_by_role("button", name="重新计算审批人").click()
    expect(page.get_by_role("dialog")).to_contain_text("新增：姚桂兰")
    confirm(page, "重新计算审批人", "转诊中心增加一人")
    expect(page.get_by_role("status").get_by_text("已重新计算审批人")).to_be_visible()
    lines = demonstration.person("hemin").get(f"/instances/{case}/timeline")["items"]
    assert [line["detail"] for line in lines if "重新计算审批人" in line["title"]] == ["转诊中心增加一人"]
    ended = keeper.call("POST", f"/administration/appointments/{appointed}/end", {"toDate": "2026-01-02"})
    assert ended.ok, ended.text
