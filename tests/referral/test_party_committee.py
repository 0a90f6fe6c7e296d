"""The committee vote that ships as an example, decided by the rules of a party committee."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.commands.recorded_votes import RecordAbsence, RecordVote
from engine.testing import CaseView, County
from tests.referral.community import TUESDAY

OFFICE, CHAIR = "CH00-039", "CH00-002"
MEMBERS = tuple(f"CH00-{number:03d}" for number in range(40, 46))
WORDS = {"a": "agree", "r": "refuse", "-": "abstain"}


@pytest.fixture(scope="module")
def county(examples_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """The demo community with the examples deployed."""
    path = shutil.copyfile(examples_file, tmp_path_factory.mktemp("committee") / "county.sqlite")
    with County(f"sqlite:///{path}", clock=VirtualClock(TUESDAY), demo=True) as county:
        yield county


def propose(county: County, matter: str = "major", recused: str | None = None) -> CaseView:
    """An item before the committee."""
    office = county.person(OFFICE)
    case = office.start("party_committee")
    data = {"topic": "购置设备", "matter": matter, **({"recusedPerson": recused} if recused else {})}
    office.complete(case.task("submit"), "submit", data)
    return case


def seat(case: CaseView, login: str) -> Any:
    """The seat of a member."""
    key = case._county.person(login).key
    return [found for found in case.seats("vote") if found.assignee == key][-1]


def vote(county: County, case: CaseView, said: str, chair: str | None) -> None:
    """The members say `said` one by one (a, r, - abstain, x absent), then the chair."""
    for login, letter in zip(MEMBERS, said, strict=True):
        found = seat(case, login)
        if found.ended_at is not None:
            continue
        if letter == "x":
            county.person(OFFICE).do(RecordAbsence(task=found.id, opinion="书面意见：同意"))
        else:
            county.person(login).complete(found, WORDS[letter], opinion="已阅")
    if chair is not None:
        assert seat(case, CHAIR).state == "claimed"
        county.person(CHAIR).complete(seat(case, CHAIR), WORDS[chair], opinion="已阅")


@pytest.mark.parametrize(
    ("matter", "recused", "said", "chair", "outcome"),
    [
        ("major", None, "aaaaaa", "a", "agree"),
        ("major", None, "aaaarr", "r", "agree"),
        ("major", None, "aaarrr", "a", "agree"),
        ("major", None, "aaarrr", "r", "refuse"),
        # Three abstain: of seven who should come three are not more than half.
        ("major", None, "aaa---", "-", "refuse"),
        # Three are absent: they stay in the base, and their written opinion is no vote.
        ("major", None, "aaaxxx", "a", "agree"),
        ("major", None, "aarxxx", "a", "refuse"),
        # Four of seven are enough to decide, three are not.
        ("major", None, "aaxxxx", None, "adjourn"),
        ("cadre", None, "aaaaxx", "a", "agree"),
        ("cadre", None, "aaaxxx", None, "adjourn"),
        # Who is recused is not among those who should come: four of six are more than half, three are not.
        ("major", MEMBERS[5], "aaarra", "a", "agree"),
        ("major", MEMBERS[5], "aaarra", "r", "refuse"),
        ("cadre", MEMBERS[5], "aaaxxa", "a", "agree"),
        ("cadre", MEMBERS[5], "aaxxxa", None, "adjourn"),
    ],
)
def test_the_committee_decides_by_its_rules(
    county: County, matter: str, recused: str | None, said: str, chair: str | None, outcome: str
) -> None:
    case = propose(county, matter, recused)
    vote(county, case, said, chair)
    assert case.variables["vote"]["outcome"] == outcome
    assert case.variables["vote"]["expected"] == (6 if recused else 7)
    assert case.open == [{"agree": "passed_minutes", "refuse": "lost_minutes", "adjourn": "again"}[outcome]]


def test_an_item_is_put_off_and_comes_back(county: County) -> None:
    case = propose(county)
    vote(county, case, "aaaaaa", None)
    county.person(CHAIR).complete(seat(case, CHAIR), "adjourn", opinion="材料补齐再议")
    office = county.person(OFFICE)
    office.complete(case.task("again"), "resubmit", {"topic": "购置设备（补充论证）"})
    assert [found.number for found in case.seats("vote") if found.state != "completed"] == [2] * 7
    vote(county, case, "aaaaaa", "a")
    office.complete(case.task("passed_minutes"), "done", {"minutes": "会议同意。"})
    assert case.state == "completed"


def test_the_office_enters_what_was_said_at_the_meeting(county: County) -> None:
    case = propose(county)
    for login in MEMBERS:
        county.person(OFFICE).do(RecordVote(task=seat(case, login).id, outcome="agree", evidence="会议记录第 1 页"))
    vote(county, case, "aaaaaa", "a")
    assert case.variables["vote"]["agree"] == 7
