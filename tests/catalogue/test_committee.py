"""Nine members of a committee meet: who is there, and how many have to be in favour."""

from __future__ import annotations

import pytest

from cli.library import LIBRARY, read_folder
from engine.approvals import VOTES_FIELD
from engine.commands.deployment import Deploy
from engine.commands.recorded_votes import RecordAbsence
from engine.testing import County, bpmn, process
from tests.engine.models import END, START

CHAIR, VOTERS = "yuan", ("fu", "yi", "ke", "shen", "song", "cen", "ren", "dai")


@pytest.mark.parametrize(("agree", "result"), [(4, "lost"), (5, "passed")])
def test_more_than_half_of_all_members_have_to_be_in_favour(sqlite_url: str, agree: int, result: str) -> None:
    """Nine members, six present, four in favour: not passed, for more than 4.5 of 9 are needed."""
    with County(sqlite_url) as county:
        county.settle()
        county.execute(Deploy(name="meeting", resources=read_folder(LIBRARY / "meeting")))
        given = {
            "topic": "topic",
            "matter": "'major'",
            "material": "''",
            "chair": "chair",
            "voters": "voters",
            "office": "'IT_ADMIN'",
        }
        ins = "".join(f'<liandong:in name="{name}" value="${{{value}}}"/>' for name, value in given.items())
        ins += '<liandong:out name="result" value="${meetingResult}"/>'
        called = f"<extensionElements>{ins}</extensionElements>"
        call = f'<callActivity id="meet" calledElement="committee_meeting">{called}</callActivity>'
        county.deploy(bpmn(process("ask", START, call, END, flows="s > meet > e")))
        case = county.run("ask", at="CH00", topic="购置设备", chair=CHAIR, voters=list(VOTERS))
        office = county.person("it")
        office.complete(case.task("schedule"), "call", {"meetingOn": "2026-03-05"})
        seats = {seat.assignee: seat for seat in case.seats("vote")}
        for login in ("cen", "ren", "dai"):
            office.do(RecordAbsence(task=seats[county.person(login).key].id, opinion="请假"))
        for number, login in enumerate(("fu", "yi", "ke", "shen", "song", CHAIR), 1):
            person = county.person(login)
            seat = next(seat for seat in case.seats("vote") if seat.assignee == person.key and seat.ended_at is None)
            person.complete(seat, "agree" if number in range(7 - agree, 7) else "refuse", opinion="已阅")
        office.complete(case.task(f"{result}_minutes"), "done", {"minutes": "已记录。"})
        assert (case.state, case.variables["result"]) == ("completed", result)


def test_a_committee_votes_on_several_items_one_by_one(sqlite_url: str) -> None:
    """三重一大: three items in one meeting; a kinsman keeps out of the appointment; the chair speaks last and puts one off."""
    with County(sqlite_url) as county:
        county.settle()
        county.execute(Deploy(name="meeting", resources=read_folder(LIBRARY / "meeting")))
        given = {name: name for name in ("topic", "chair", "voters", "ballots")}
        given |= {"matter": "'major'", "material": "''", "office": "'IT_ADMIN'", "quorum": "'2/3'"}
        ins = "".join(f'<liandong:in name="{name}" value="${{{value}}}"/>' for name, value in given.items())
        ins += '<liandong:out name="result" value="${meetingResult}"/><liandong:out name="ballots" value="${ballots}"/>'
        called = f"<extensionElements>{ins}</extensionElements>"
        call = f'<callActivity id="meet" calledElement="committee_meeting">{called}</callActivity>'
        county.deploy(bpmn(process("ask", START, call, END, flows="s > meet > e")))
        items = [
            {"key": "ct", "title": "购置 CT"},
            {"key": "head", "title": "任命儿科主任", "recused": ["yi"]},
            {"key": "fund", "title": "结余资金"},
        ]
        case = county.run("ask", at="CH00", topic="三项议题", chair=CHAIR, voters=["fu", "yi", "ke"], ballots=items)
        office = county.person("it")
        office.complete(case.task("schedule"), "call", {"meetingOn": "2026-03-05"})
        said = {
            "fu": {"ct": "agree", "head": "agree", "fund": "agree"},
            "yi": {"ct": "agree", "fund": "refuse"},
            "ke": {"ct": "abstain", "head": "refuse", "fund": "agree"},
            CHAIR: {"ct": "agree", "head": "refuse", "fund": "adjourn"},
        }
        for login, votes in said.items():
            person = county.person(login)
            seat = next(seat for seat in case.seats("vote") if seat.assignee == person.key and seat.ended_at is None)
            person.complete(seat, "#cast", {VOTES_FIELD: votes})
        office.complete(case.task("passed_minutes"), "done", {"minutes": "已记录。"})
        assert (case.state, case.variables["result"]) == ("completed", "passed")
        counted = [[row[name] for name in ("key", "outcome", "agree", "expected")] for row in case.variables["ballots"]]
        assert counted == [["ct", "agree", 3, 4], ["head", "refuse", 1, 3], ["fund", "adjourn", 2, 4]]
