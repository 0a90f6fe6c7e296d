"""Phrases, the handwritten signature and the print, as a thumb meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.api.test_documents import text_of
from tests.browser.demonstration import Demonstration
from tests.browser.slip import act, heading, told
from tests.browser.test_returning import picture
from tests.servers.browser import PHONE

SignIn = Callable[..., Page]


def test_a_phrase_is_picked_the_task_signed_and_the_case_printed(sign_in: SignIn, demonstration: Demonstration) -> None:
    started = demonstration.start("xiongli", "signed")["instance"]
    number, case = started["number"], started["id"]
    signer = demonstration.person("mengfan")
    assert signer.call("PUT", "/phrases", {"phrases": ["按规定办理", "请尽快落实"]}).status_code == 204
    page = sign_in("mengfan", PHONE, at=f"/inbox/todo/{demonstration.task_of('mengfan', number, 'todo')}")
    heading(page, number)
    page.get_by_role("textbox", name=re.compile("^意见")).fill("同意")
    page.get_by_role("button", name="常用语").click()
    phrases = page.get_by_role("dialog", name="常用语")
    picture(page, "phrases")
    page.keyboard.press("Tab")
    phrases.get_by_role("button", name="按规定办理").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name=re.compile("^意见"))).to_have_value("同意，请尽快落实")

    act(page, "同意")
    dialog = page.get_by_role("dialog", name="手写签名")
    dialog.get_by_role("button", name="签名", exact=True).click()
    expect(dialog).to_contain_text("先在框里手写姓名。")
    box = dialog.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for at in range(12):
        page.mouse.move(box["x"] + 30 + at * 20, box["y"] + 40 + (at % 3) * 25)
    page.mouse.up()
    dialog.get_by_label("密码").fill("wrong password")
    dialog.get_by_role("button", name="签名", exact=True).click()
    expect(dialog).to_contain_text("还可尝试")
    picture(page, "signature")
    dialog.get_by_label("密码").fill(demonstration.passwords["mengfan"])
    dialog.get_by_role("button", name="签名", exact=True).click()
    told(page, "同意")
    page.goto(f"{demonstration.url}/cases/{case}")
    expect(page.get_by_text("（手写签名）")).to_be_visible()
    page.get_by_role("button", name="打印").click()
    choice = page.get_by_role("dialog", name="打印")
    picture(page, "print")
    for name, file, words in (
        ("签批回执", f"{number} 签批回执.pdf", f"兹证明{number}号签批已由孟凡·演示办结"),
        ("案件全文（表单、意见、经过）", f"{number}.pdf", "同意，请尽快落实"),
    ):
        with page.expect_download() as download:
            choice.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == file
        assert words in text_of(Path(download.value.path()).read_bytes())
