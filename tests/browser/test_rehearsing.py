"""A designer rehearses a process past its reminder to its end, keeps the run as a scenario, and sees what the scenarios pass."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.demonstration import Demonstration


def test_a_process_with_a_term_is_played_kept_as_a_scenario_and_covered(sign_in: SignIn, demonstration: Demonstration) -> None:
    answer = demonstration.person("chengyuan").call("POST", "/designs", {"folder": "examples"}).json()
    design = answer["id"] if "id" in answer else answer["facts"]["design"]
    page = sign_in("chengyuan", at=f"/designer/{design}")
    rehearsal = page.get_by_role("region", name="试运行", exact=True)
    page.get_by_role("button", name=re.compile("流程图.*minute_term")).click()
    expect(page.locator("[data-element-id=answer_in_time]")).to_be_visible()

    rehearsal.get_by_role("button", name="试运行").click()
    tokens = page.locator(".rehearsal-token")
    expect(tokens).to_have_text(["1"])
    expect(rehearsal.get_by_role("status").last).to_contain_text("停在一分钟内办理")
    task = rehearsal.get_by_role("article", name="一分钟内办理")
    expect(task).to_contain_text("是发起人")
    expect(page.locator(".djs-connection.rehearsed")).to_have_count(1)

    began = rehearsal.get_by_role("timer").inner_text()
    rehearsal.get_by_role("button", name="到下一个期限").focus()
    page.keyboard.press("Enter")
    expect(rehearsal.get_by_text("“一分钟内办理”提醒")).to_be_visible()
    rehearsal.get_by_role("button", name="＋15 分").click()
    expect(rehearsal.get_by_text("“一分钟内办理”三级督办")).to_be_visible()
    assert rehearsal.get_by_role("timer").inner_text() != began
    task.get_by_role("button", name="办完").click()
    expect(rehearsal.get_by_text("已走 100 %")).to_be_visible()
    expect(tokens).to_have_count(0)
    expect(page.locator(".djs-connection.rehearsed")).to_have_count(2)

    rehearsal.get_by_label("场景名").fill("in-time")
    rehearsal.get_by_role("button", name="存为测试场景").click()
    expect(rehearsal.get_by_text("已存为 in-time")).to_be_visible()
    rehearsal.get_by_role("button", name="测试覆盖").click()
    expect(rehearsal.get_by_text("in-time 通过")).to_be_visible()
    expect(page.locator(".djs-shape.covered")).to_have_count(3)
    page.get_by_role("button", name=re.compile("流程图.*expense")).click()
    expect(page.locator(".djs-shape.uncovered").first).to_be_visible()
    page.goto(f"/designer/{design}/review")
    page.get_by_role("button", name="播放场景").click()
    expect(page.locator(".ed-drawing .djs-shape.covered")).to_have_count(3)
