"""The collaboration of a case: all pools in one picture and in words, up to date by itself; strangers are black boxes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import SLIP, Demonstration
from tests.servers.browser import DESK, PHONE, accessibility_violations

SignIn = Callable[..., Page]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_both_pools_are_seen_at_work_and_the_answer_arrives_before_ones_eyes(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    case = demonstration.ask()
    page = sign_in("wangyang", size, at=f"/operations/instances/{case.case}")
    page.get_by_role("tab", name="协作").click()
    view = page.get_by_role("region", name="协作")
    parties = view.locator(".talk-cases > li")
    expect(parties).to_have_count(2)
    expect(parties.first).to_contain_text("等总医院的“等待答复”")
    expect(parties.last).to_contain_text("停在“答复会诊”")
    expect(view.locator(".djs-container .token")).to_have_count(2)
    expect(view.locator(".talk-flow.gone")).to_have_count(1)
    expect(view.locator(".talk-awaits")).to_contain_text("等总医院")
    expect(page.locator("a.bjs-powered-by")).to_be_visible()
    for secret in (case.topic, SLIP["name"]):
        expect(page.get_by_text(secret)).to_have_count(0)
    lines = view.get_by_role("table").get_by_role("row")
    expect(lines).to_have_count(2)
    expect(lines.last).to_contain_text("东湾分院 → 总医院")
    lines.last.get_by_role("button", name="在图上看").click()
    expect(view.locator(".talk-flow.gone")).to_be_in_viewport()
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    parties.last.get_by_role("button", name="只看").click()
    expect(view.locator(".djs-container .token")).to_have_count(1)
    parties.last.get_by_role("button", name="只看").click()
    demonstration.answer(case)
    expect(view.locator(".talk-flow.gone")).to_have_count(2)
    expect(lines).to_have_count(3)
    expect(parties.first).to_contain_text("停在“看答复”")
    expect(parties.last).to_contain_text("办结")
    parties.last.get_by_role("link").click()
    expect(page.locator(".case-head")).to_contain_text("会诊答复")


def test_who_takes_part_sees_a_partner_as_a_black_box_with_its_messages(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = demonstration.ask()
    page = sign_in("mengfan", at=f"/cases/{case.case}")
    page.get_by_role("tab", name="协作").click()
    view = page.get_by_role("region", name="协作")
    partner = view.locator(".talk-cases > li").last
    expect(partner).to_contain_text("只能看到往来的消息")
    expect(partner.get_by_role("link")).to_have_count(0)
    expect(view.locator(".djs-container .token")).to_have_count(1)
    expect(view.locator(".talk-flow.gone")).to_be_visible()
    expect(view.locator(".djs-container").get_by_text("填写会诊单", exact=True)).to_be_visible()
    expect(view.locator(".djs-container").get_by_text("答复会诊", exact=True)).to_be_hidden()
