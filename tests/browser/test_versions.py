"""From a changed field and a changed rule to a published version and back: by a designer, and by other eyes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.servers.browser import PHONE, accessibility_violations

SignIn = Callable[..., Page]
FOLDER = "examples"
LEAVE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="x"><process id="leave" name="请假" isExecutable="true"><startEvent id="begin"/>
<sequenceFlow id="f1" sourceRef="begin" targetRef="sum"/><serviceTask id="sum" name="算假" camunda:class="org.example.Sum"/>
<sequenceFlow id="f2" sourceRef="sum" targetRef="end"/><endEvent id="end"/></process></definitions>
"""
SETTLED = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def sound(page: Page) -> None:
    """Axe finds nothing serious once colours have faded over."""
    page.evaluate(SETTLED)
    assert "\n".join(accessibility_violations(page)) == ""


@pytest.mark.timeout(240)
def test_a_field_and_a_rule_are_changed_reviewed_by_other_eyes_published_and_rolled_back(sign_in: SignIn) -> None:
    page = sign_in("chengyuan", at="/designer")
    page.get_by_role("row").filter(has_text=FOLDER).get_by_role("button").click()

    # the form: what is changed is seen on the slip, and the steps that show it are known
    files = page.get_by_role("navigation", name="设计稿的文件")
    files.get_by_role("button", name="expense").filter(has_text="表单").click()
    preview = page.get_by_role("region", name="预览")
    expect(preview.get_by_role("heading")).to_be_visible()
    page.get_by_role("navigation", name="表单的组成").get_by_role("button", name="金额（元）").click()
    panel = page.get_by_role("complementary", name="属性")
    expect(panel.get_by_role("listitem").filter(has_text="可填").first).to_be_visible()
    panel.get_by_label("名称", exact=True).fill("报销金额（元）")
    panel.get_by_label("最大", exact=True).fill("500000")
    expect(preview.get_by_text("报销金额（元）")).to_be_visible()
    preview.get_by_label("报销金额（元）").fill("500001")
    preview.get_by_role("button", name="试填后检查").click()
    expect(preview.get_by_text(re.compile("报销金额（元）.*500000"))).to_be_visible()
    submit = page.get_by_role("button", name="提交评审")
    expect(submit).to_be_enabled()
    sound(page)

    # the table: a rule of today's version is changed and tried
    files.get_by_role("button", name="expense").filter(has_text="决策表").click()
    page.get_by_role("button", name=re.compile("金额级别（2026 年起）")).click()
    page.get_by_label("第 1 条，金额").fill("<= 6000")
    page.get_by_label("第 2 条，金额").fill("(6000..50000]")
    page.get_by_role("button", name="试一行").click()
    trial = page.get_by_role("region", name="试一行")
    trial.get_by_label("amount").fill("5500")
    trial.get_by_role("button", name="看结论").click()
    expect(trial.get_by_text("命中第 1 条")).to_be_visible()
    sound(page)
    files.get_by_role("button", name="parameters").click()
    page.get_by_role("button", name="文本", exact=True).click()
    expect(page.get_by_role("textbox", name="parameters.json")).to_be_visible()
    page.get_by_role("button", name="按项", exact=True).click()
    sound(page)
    expect(page.get_by_role("status").filter(has_text="已存")).to_be_visible()
    expect(page.get_by_role("region", name="问题")).not_to_contain_text("个错误")

    # a file of another tool is reported on before anything is saved; one without a diagram is drawn
    page.get_by_role("link", name="导入").click()
    page.get_by_label("选文件").set_input_files({"name": "leave.bpmn20.xml", "mimeType": "text/xml", "buffer": LEAVE.encode()})
    report = page.get_by_role("region", name="导入报告")
    expect(report.get_by_role("row").filter(has_text="camunda:class")).to_contain_text("不能用")
    expect(report).to_contain_text("已自动排好")
    sound(page)
    page.get_by_role("link", name="回到设计稿").click()
    submit.click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("说明").fill("小额报销放宽到六千元")
    asked.get_by_role("button", name="提交评审").click()
    expect(page.get_by_text("小额报销放宽到六千元")).to_be_visible()
    expect(page.get_by_role("button", name="通过并发布")).to_have_count(0)
    page.get_by_role("button", name="播放场景").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("个场景通过|还没有场景"))).to_be_visible()
    address = page.url

    # the review: every change in words, on the phone too
    reviewer = sign_in("shilei", PHONE, at=address)
    form = reviewer.get_by_role("region", name="expense.form.json", exact=True)
    expect(form.get_by_role("row").filter(has_text="报销金额（元）").first).to_contain_text("金额（元）")
    expect(form).to_contain_text("500000")
    table = reviewer.get_by_role("region", name="expense.dmn", exact=True)
    expect(table.get_by_role("row").filter(has_text="<= 6000").first).to_contain_text("<= 5000")
    assert reviewer.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sound(reviewer)
    reviewer.get_by_role("button", name="通过并发布").click()
    asked = reviewer.get_by_role("dialog")
    asked.get_by_label("说明").fill("已核对制度")
    asked.get_by_role("button", name="通过并发布").click()
    published = reviewer.get_by_role("status").filter(has_text="已发布为 v")
    expect(published).to_be_visible()

    # the versions: the newest beside the one before, and back
    reviewer.goto(f"/designer/versions/{FOLDER}")
    newest = reviewer.get_by_role("listitem").filter(has_text="现行")
    expect(newest).to_contain_text("已核对制度")
    expect(newest).to_contain_text("石磊")
    sound(reviewer)
    newest.get_by_role("link", name="与上一版比较").click()
    expect(reviewer.get_by_role("region", name="expense.dmn", exact=True)).to_contain_text("<= 6000")
    reviewer.go_back()
    older = reviewer.get_by_role("listitem").filter(has_not_text="现行").first
    older.get_by_role("button", name="退回到这一版").click()
    asked = reviewer.get_by_role("dialog")
    asked.get_by_label("说明").fill("制度还没有下文")
    asked.get_by_role("button", name="退回到").click()
    expect(reviewer.get_by_role("status").filter(has_text="已发布为 v")).to_be_visible()
    expect(reviewer.get_by_role("listitem").filter(has_text="现行")).to_contain_text("制度还没有下文")
