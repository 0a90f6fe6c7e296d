"""The consultation slip and its answer on the page, as a person finds their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from playwright.sync_api import Locator, Page, expect

from tests.browser.demonstration import SLIP


def fill(page: Page, topic: str) -> None:
    """Writes everything that the slip needs."""
    page.get_by_label("姓名").fill(SLIP["name"])
    page.get_by_role("radio", name="女").check()
    page.get_by_label("年龄").fill(str(SLIP["years"]))
    page.get_by_label("会诊事由").fill(topic)
    page.get_by_label("缓急").select_option(label="常规")
    page.get_by_label("病情摘要").fill(SLIP["summary"])


def act(page: Page, outcome: str) -> None:
    """Presses the button of an outcome."""
    page.get_by_role("toolbar", name="办理").get_by_role("button", name=outcome, exact=True).click()


def row(page: Page, words: str) -> Locator:
    """The row of the list about `words`."""
    return page.locator("a.row").filter(has_text=words)


def heading(page: Page, words: str) -> None:
    """Waits until the open task is about `words`."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def draft_is_saved(page: Page) -> None:
    """Waits until the server has what was typed."""
    expect(page.locator(".draft")).to_contain_text("草稿已存")


def told(page: Page, words: str) -> None:
    """Waits until the page says what was just done."""
    expect(page.get_by_role("status").get_by_text(words)).to_be_visible()


def write(page: Page, answers: Mapping[str, str | Sequence[str]]) -> None:
    """Fills cells by the words printed beside them: text, a date, the label of a choice, or several labels to tick."""
    for label, answer in answers.items():
        caption = page.locator("label, .l").filter(has_text=re.compile(f"^{re.escape(label)}(必填)?$"))
        cell = page.locator(".c.ed").filter(has=caption).first
        control = cell.locator("input, select, textarea").first
        kind = control.evaluate("control => control.tagName === 'INPUT' ? control.type : control.tagName")
        if kind == "SELECT":
            control.select_option(label=str(answer))
        elif kind == "radio":
            cell.get_by_role("radio", name=str(answer), exact=True).check()
        elif kind == "checkbox":
            for name in [answer] if isinstance(answer, str) else answer:
                cell.get_by_role("checkbox", name=re.compile(re.escape(name))).check()
        else:
            control.fill(str(answer))
