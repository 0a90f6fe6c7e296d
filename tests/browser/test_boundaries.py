"""Everybody sees his own and nothing else, whatever address he types."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.slip import heading, row
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@BOTH
@pytest.mark.parametrize("stranger", ["liminghui", "shijianping", "qinchuan"])
def test_who_has_no_part_in_a_case_does_not_find_it(
    sign_in: SignIn, demonstration: Demonstration, stranger: str, size: tuple[int, int]
) -> None:
    """A doctor and a director of another branch, and a colleague of the same post who was not asked."""
    consultation = demonstration.ask("mengfan")
    page = sign_in(stranger, size, at=f"/inbox/todo/{consultation.slip}")
    expect(page.get_by_role("heading", name="这件事现在不归您看。")).to_be_visible()

    page.goto(f"/cases/{consultation.case}")
    expect(page.get_by_text(re.compile("不归您看|无权查看"))).to_be_visible()
    for place in ("/inbox/todo", "/inbox/claimable", "/inbox/done", "/mine/participating"):
        page.goto(place)
        expect(page.get_by_role("navigation").first).to_be_visible()
        expect(page.get_by_text(consultation.topic)).to_have_count(0)


def test_a_claimed_task_is_nobody_elses(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask()
    task = demonstration.answer_task(consultation)
    assert demonstration.person("songjia").act(task, "claim").ok
    page = sign_in("hemin", at=f"/inbox/claimable/{task}")

    expect(page.get_by_role("heading", name="这件事现在不归您看。")).to_be_visible()
    expect(row(page, consultation.topic)).to_have_count(0)


def test_the_other_side_sees_its_own_pool_only(sign_in: SignIn, demonstration: Demonstration) -> None:
    consultation = demonstration.ask("mengfan", fee="120.50")
    page = sign_in("hemin", at=f"/inbox/claimable/{demonstration.answer_task(consultation)}")
    heading(page, consultation.topic)
    expect(page.get_by_text("120.50")).to_have_count(0)

    page.get_by_role("tab", name="流程图").click()
    expect(page.get_by_text(re.compile("^图上画了分院.*的步骤，办到哪一步只有对方能看"))).to_be_visible()


def test_addresses_of_nothing_say_so(sign_in: SignIn) -> None:
    page = sign_in("hemin", at="/nowhere")
    expect(page.get_by_role("heading", name="没有这个页面")).to_have_count(2)

    page.goto("/inbox/todo/00000000-0000-0000-0000-000000000000")
    expect(page.get_by_role("heading", name="这件事现在不归您看。")).to_be_visible()
    page.goto("/inbox/todo/not-an-id")
    expect(page.get_by_role("heading", name=re.compile("不归您看|没有"))).to_be_visible()
