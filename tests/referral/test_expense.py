"""The demo of decision tables: who approves an expense is read from a table, and the table may be edited."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.queries.timeline import GetTimeline
from engine.testing import CaseView, County
from tests.referral.community import TUESDAY

ASKER, DIRECTOR, PRESIDENT = "CH05-003", "CH05-001", "CH00-001"


@pytest.fixture
def county(examples_file: Path, tmp_path: Path) -> Iterator[County]:
    """The demo community with the examples deployed."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(examples_file, path)
    with County(f"sqlite:///{path}", clock=VirtualClock(TUESDAY), demo=True) as county:
        yield county


def deploy(county: County, files: Mapping[str, bytes]) -> None:
    county.execute(Deploy(name="examples", resources=files))


def ask(county: County, amount: str, budget: str = "in") -> CaseView:
    """A request on the branch director's desk."""
    case = county.person(ASKER).start("expense")
    data = {"item": "培训", "amount": Decimal(amount), "budget": budget}
    county.person(ASKER).complete(case.task("fill"), "submit", data)
    return case


def approve(county: County, case: CaseView, task: str, person: str, outcome: str = "agree", **more: Any) -> None:
    county.person(person).claim(case.task(task))
    county.person(person).complete(case.task(task), outcome, **more)


def test_a_small_expense_ends_at_the_branch(county: County) -> None:
    case = ask(county, "5000")
    assert case.variables["authority"] == {"higher": False, "post": "BR_DIR", "meeting": None}
    approve(county, case, "director", DIRECTOR)
    assert case.state == "completed"


def test_a_large_one_goes_to_the_post_that_the_table_names(county: County) -> None:
    case = ask(county, "500000")
    approve(county, case, "director", DIRECTOR)
    assert case.open == ["superior"]
    assert county.person(PRESIDENT).box("claimable") == ["上级审批"]
    approve(county, case, "superior", PRESIDENT)
    assert case.state == "completed"


def test_out_of_budget_is_one_level_higher_and_the_timeline_says_why(county: County) -> None:
    case = ask(county, "200000", "out")
    assert case.variables["authority"]["post"] == "PRESIDENT"
    lines = county.engine.query(GetTimeline(instance=case.id), county.person(ASKER).actor)
    assert [(line.title, line.detail) for line in lines if line.title.startswith("判定")] == [
        ("判定“金额级别（2026 年起）”：级别 = 3", "第 3 条规则；依据：金额"),
        ("判定“审批级别”：rank = 4", None),
        ("判定“审批权限”：须上级审批 = 是，审议 = 院长办公会，审批岗位 = PRESIDENT", "第 4 条规则；依据：审批级别"),
    ]


def test_a_refusal_ends_it(county: County) -> None:
    case = ask(county, "500000")
    approve(county, case, "director", DIRECTOR, "refuse", opinion="暂缓")
    assert (case.state, case.open) == ("completed", [])


def test_an_edited_table_holds_for_new_cases_only(county: County) -> None:
    before = ask(county, "5000")
    files = dict(read_folder(LIBRARY / "examples"))
    files["expense.dmn"] = files["expense.dmn"].replace(b"&lt;= 5000<", b"&lt;= 1000<").replace(b"(5000..", b"(1000..")
    deploy(county, files)
    after = ask(county, "5000")
    assert (before.variables["authority"]["post"], after.variables["authority"]["post"]) == ("BR_DIR", "MC_OFFICE")
