"""Agents do somebody's work for a while (代理), in cases that run on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.delegation import Delegate, EndDelegation
from engine.commands.organisation import Appoint
from engine.commands.returning import ReturnTask
from engine.commands.seat_changes import AddSigners, DelegateTask, RemoveSigner, TransferTask
from engine.errors import EngineError
from engine.queries.delegations import ListDelegations
from engine.queries.instances import GetInstance
from engine.queries.task_detail import GetTask
from engine.queries.tasks import ListCaseTasks, SearchTasks
from engine.queries.timeline import GetTimeline
from engine.records import Actor
from engine.store.tables import AuditEntry, Notification, Seat
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER


def delegate(county: County, actor: str, agent: str, **more: Any) -> Any:
    now = county.clock.now()
    values = {"from_at": now, "to_at": now + timedelta(days=7), "reason": "外出开会", **more}
    return county.person(actor).do(Delegate(agent=county.person(agent).id, **values))


def approvals(county: County, *apart: str) -> None:
    """The director of the branch approves what a general practitioner has started."""
    task = user_task("approve", *apart, post="BR_DIR")
    county.deploy(bpmn(process("p", START, task, END, flows="s > approve > e", extensions=STARTER)))


def todo(county: County, who: Someone) -> list[tuple[str, str | None, bool]]:
    page = county.engine.query(SearchTasks(box="todo"), who.actor)
    return [(row.name, row.on_behalf_of, row.mine) for row in page.items]


def test_an_agent_sees_the_work_does_it_and_signs_for_the_principal(county: County) -> None:
    approvals(county)
    gan, ren, dai = (county.person(login) for login in ("gan", "ren", "dai"))
    case = gan.start("p")
    assert ren.box("todo") == []
    with pytest.raises(EngineError):
        ren.complete(case.task("approve"))
    delegate(county, "dai", "ren")
    assert (ren.box("todo"), dai.box("todo")) == (["approve"], ["approve"])
    assert todo(county, ren) == [("approve", "戴岚·演示", True)]
    assert "complete" in county.engine.query(GetTask(task=case.task("approve").id), ren.actor).actions
    assert county.engine.query(GetInstance(instance=case.id), ren.actor).id == case.id
    ren.complete(case.task("approve"))
    seat = case.seats("approve")[0]
    assert (seat.assignee, seat.ended_by, seat.on_behalf_of, seat.capacity) == (dai.key, ren.key, dai.key, dai.chair.key)
    assert case.state == "completed"
    assert case.variables["approve"]["byName"] == "任转·演示（代戴岚·演示）"
    lines = county.engine.query(GetTimeline(instance=case.id), gan.actor)
    assert "任转·演示（代戴岚·演示）" in {line.person for line in lines}
    entry = county.row(select(AuditEntry.person, AuditEntry.data).where(AuditEntry.action == "complete"))
    assert (entry.person, entry.data["on_behalf_of"]) == (ren.key, dai.key)
    assert ren.box("done") == ["approve"]


def test_what_is_claimed_for_the_principal_is_his(county: County) -> None:
    county.deploy(bpmn(process("p", START, user_task("check", post="BR_GP"), END, flows="s > check > e", extensions=STARTER)))
    gan, guo, ren = (county.person(login) for login in ("gan", "guo", "ren"))
    case = gan.start("p")
    delegate(county, "guo", "ren")
    assert ren.box("claimable") == ["check"]
    ren.claim(case.task("check"))
    assert case.task("check").assignee == guo.key
    assert (guo.box("todo"), ren.box("todo"), gan.box("claimable")) == (["check"], ["check"], [])
    with pytest.raises(EngineError) as late:
        gan.claim(case.task("check"))
    assert late.value.code == "task-taken"
    ren.unclaim(case.task("check"), "等本人")
    assert gan.box("claimable") == ["check"]


def test_it_begins_and_ends_in_time_and_can_be_ended(county: County) -> None:
    approvals(county)
    county.person("gan").start("p")
    ren, now = county.person("ren"), county.clock.now()
    made = delegate(county, "dai", "ren", from_at=now + timedelta(days=1), to_at=now + timedelta(days=3))
    assert ren.box("todo") == []
    county.clock.advance(timedelta(days=2))
    assert ren.box("todo") == ["approve"]
    county.person("dai").do(EndDelegation(delegation=made.id))
    assert ren.box("todo") == []
    second = delegate(county, "dai", "ren", to_at=county.clock.now() + timedelta(days=1))
    county.clock.advance(timedelta(days=1))
    assert ren.box("todo") == []
    assert county.person("dai").do(EndDelegation(delegation=second.id)).changed is False
    # One that is taken back before it begins is nowhere listed any more.
    later = county.clock.now() + timedelta(hours=6)
    third = delegate(county, "dai", "ren", from_at=later, to_at=later + timedelta(days=1))
    assert [county.person("dai").do(EndDelegation(delegation=third.id)).changed for _ in range(2)] == [True, False]
    assert county.engine.query(ListDelegations(), county.person("dai").actor) == ()


def test_a_case_that_the_agent_started_stays_with_the_principal(county: County) -> None:
    approvals(county)
    gan, guo = county.person("gan"), county.person("guo")
    own, others = gan.start("p"), guo.start("p")
    delegate(county, "dai", "gan")
    assert gan.box("todo") == ["approve"]
    gan.complete(others.task("approve"))
    with pytest.raises(EngineError) as refusal:
        gan.complete(own.task("approve"))
    assert refusal.value.code == "agent-is-starter"
    county.person("dai").complete(own.task("approve"))


def test_duties_stay_apart_for_agent_and_principal(county: County) -> None:
    steps = (user_task("write", post="BR_REF"), user_task("approve", '<liandong:apart elements="write"/>', post="BR_DIR"))
    county.deploy(bpmn(process("p", START, *steps, END, flows="s > write > approve > e", extensions=STARTER)))
    ren, case = county.person("ren"), county.person("gan").start("p")
    ren.complete(case.task("write"))
    delegate(county, "dai", "ren")
    with pytest.raises(EngineError) as refusal:
        ren.complete(case.task("approve"))
    assert refusal.value.code == "apart-element"


def test_only_the_processes_and_the_hospital_that_were_delegated(county: County) -> None:
    approvals(county)
    other = user_task("other", post="BR_DIR")
    county.deploy(bpmn(process("q", START, other, END, flows="s > other > e", extensions=STARTER)), name="q")
    # dai directs two hospitals, and liu and gan sit in one of them each.
    county.execute(Appoint(person="dai", post="BR_DIR", institution="CH02", kind="part-time", from_date=date(2026, 1, 1)))
    county.execute(Appoint(person="ren", post="BR_REF", institution="CH02", kind="part-time", from_date=date(2026, 1, 1)))
    gan, liu, ren = (county.person(login) for login in ("gan", "liu", "ren"))
    for starter in (gan, liu):
        starter.start("p")
        starter.start("q")
    delegate(county, "dai", "ren", institution="CH01", processes=("q",))
    assert ren.box("todo") == ["other"]
    assert ren.box("claimable") == []
    delegate(county, "dai", "ren", institution="CH02", processes=("p",))
    assert (ren.box("todo"), ren.box("claimable")) == (["other"], ["approve"])


def test_nothing_is_passed_on_twice(county: County) -> None:
    approvals(county)
    county.person("gan").start("p")
    delegate(county, "dai", "ren")
    with pytest.raises(EngineError) as refusal:
        delegate(county, "gan", "dai")
    assert refusal.value.code == "agent-away"
    # What ren gives away himself is his own work, not dai's.
    delegate(county, "ren", "guo")
    assert county.person("guo").box("todo") == []


WRONG: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("dai", "dai", {}, "agent-self"),
    ("dai", "liu", {}, "agent-elsewhere"),
    ("dai", "ren", {"reason": " "}, "delegation-reason"),
    ("dai", "ren", {"institution": "CH02"}, "delegation-empty"),
    ("dai", "ren", {"processes": ("nothing",)}, "unknown-process"),
    ("dai", "ren", {"to_at": None}, "delegation-span"),
)


def test_what_cannot_be_is_refused(county: County) -> None:
    for principal, agent, more, code in WRONG:
        values = {**more, "to_at": county.clock.now() + timedelta(days=400)} if code == "delegation-span" else more
        with pytest.raises(EngineError) as refusal:
            delegate(county, principal, agent, **values)
        assert refusal.value.code == code
    ren, dai = county.person("ren"), county.person("dai")
    with pytest.raises(EngineError) as foreign:
        delegate(county, "gan", "ren", principal=dai.id)
    assert foreign.value.code == "not-your-work"
    assert ren.actor.person != dai.key


def test_an_administrator_delegates_for_a_head_on_leave_and_all_concerned_see_it(county: County) -> None:
    now, ke, shen = county.clock.now(), county.person("ke"), county.person("shen")
    keeper = Actor(person=None, name="keeper", rights=frozenset({"administrate"}))
    county.execute(Delegate(principal=ke.id, agent=shen.id, from_at=now, to_at=now + timedelta(days=14), reason="年休假"), keeper)
    seen = {login: county.engine.query(ListDelegations(), county.person(login).actor) for login in ("ke", "shen", "song")}
    assert [[row.principal_name for row in rows] for rows in seen.values()] == [["柯任·演示"], ["柯任·演示"], []]


def test_signers_of_a_round_are_acted_for_each_by_his_own_agent(county: County) -> None:
    rules = '<liandong:assign rule="post" post="BR_DIR"/><liandong:assign rule="post" post="BR_REF"/>'
    outcomes = '<liandong:outcome value="yes" label="同意"/><liandong:outcome value="no" label="不同意" kind="negative"/>'
    task = user_task("sign", rules, outcomes, mode="all")
    county.deploy(bpmn(process("p", START, task, END, flows="s > sign > e", extensions=STARTER)))
    gan, guo, ren = (county.person(login) for login in ("gan", "guo", "ren"))
    case: CaseView = gan.start("p")
    delegate(county, "dai", "guo")
    seats = {seat.assignee: seat for seat in case.seats("sign")}
    guo.complete(seats[county.person("dai").key], "yes")
    ren.complete(seats[ren.key], "yes")
    assert case.state == "completed"
    votes = county.rows(select(Seat.assignee, Seat.ended_by, Seat.vote).order_by(Seat.key))
    assert [(row.assignee, row.ended_by) for row in votes] == [(county.person("dai").key, guo.key), (ren.key, ren.key)]


def test_what_an_agent_has_done_comes_back_to_the_principal(county: County) -> None:
    tasks = (user_task("approve", post="BR_DIR"), user_task("check", post="BR_GP"))
    county.deploy(bpmn(process("p", START, *tasks, END, flows="s > approve > check > e", extensions=STARTER)))
    gan, ren, dai = (county.person(login) for login in ("gan", "ren", "dai"))
    delegate(county, "dai", "ren")
    case = gan.start("p")
    ren.complete(case.task("approve"))
    gan.do(ReturnTask(task=case.task("check").id, target="approve", reason="请补充"))
    assert case.task("approve").assignee == dai.key


def test_an_agent_hands_on_and_brings_others_in_for_the_principal(county: County) -> None:
    apart = '<liandong:apart elements="write"/>'
    steps = (user_task("write", post="BR_REF"), user_task("approve", apart, post="BR_DIR"))
    county.deploy(bpmn(process("p", START, *steps, END, flows="s > write > approve > e", extensions=STARTER)))
    gan, guo, ren, dai = (county.person(login) for login in ("gan", "guo", "ren", "dai"))
    case = gan.start("p")
    ren.complete(case.task("write"))
    delegate(county, "dai", "guo")
    task = case.task("approve")
    listed = county.engine.query(ListCaseTasks(instance=case.id), guo.actor)
    assert [(row.name, row.on_behalf_of) for row in listed.items] == [("approve", "戴岚·演示")]
    allowed = county.engine.query(GetTask(task=task.id), guo.actor).operations
    assert {right.operation for right in allowed if right.allowed} >= {"transfer", "delegate", "add-before"}

    def refused(command: Any, code: str) -> None:
        before = case.revision
        with pytest.raises(EngineError) as refusal:
            guo.do(command)
        assert (refusal.value.code, case.revision) == (code, before)

    refused(TransferTask(task=task.id, person=guo.id, reason="我来"), "agent-receives")
    # Whoever wrote it must not approve it, whoever hands it to him.
    refused(TransferTask(task=task.id, person=ren.id, reason="外出"), "apart-element")
    guo.do(AddSigners(task=task.id, persons=(gan.id,), place="before", reason="请先核对"))
    (asked,) = [seat for seat in case.seats("approve") if seat.assignee == gan.key]
    (line,) = [line for line in county.engine.query(GetTask(task=asked.id), gan.actor).round.seats if line.kind == "before"]
    assert (line.added_by, line.removable) == ("戴岚·演示", False)
    guo.do(RemoveSigner(task=asked.id, reason="不必了"))
    guo.do(DelegateTask(task=task.id, person=gan.id, reason="请提意见"))
    (advice,) = [seat for seat in case.seats("approve") if seat.kind == "advice"]
    guo.do(RemoveSigner(task=advice.id, reason="不必了"))
    assert (dai.box(), guo.box()) == (["approve"], ["approve"])
    guo.do(TransferTask(task=task.id, person=gan.id, reason="外出"))
    assert (dai.box(), guo.box(), gan.box()) == ([], [], ["approve"])
    (gone,) = [seat for seat in case.seats("approve") if seat.ending == "transferred"]
    assert (gone.assignee, gone.ended_by, gone.on_behalf_of) == (dai.key, guo.key, dai.key)
    acts = {"add-before", "remove-signer", "delegate", "transfer"}
    entries = county.rows(select(AuditEntry.action, AuditEntry.person, AuditEntry.data).where(AuditEntry.action.in_(acts)))
    assert {(entry.action, entry.person, entry.data["on_behalf_of"]) for entry in entries} == {
        (action, guo.key, dai.key) for action in acts
    }
    told = county.rows(select(Notification.text).where(Notification.person == dai.key, Notification.kind == "task"))
    assert sum("代您转请他人办理" in row.text for row in told) == 3
    lines = county.engine.query(GetTimeline(instance=case.id), gan.actor)
    assert "郭宁·演示（代戴岚·演示）" in {line.person for line in lines}
    gan.complete(case.task("approve"))
    assert case.state == "completed"


def test_who_is_an_agent_no_more_changes_nothing(county: County) -> None:
    approvals(county)
    gan, guo, dai = (county.person(login) for login in ("gan", "guo", "dai"))
    case = guo.start("p")
    made = delegate(county, "dai", "gan")
    task = case.task("approve")
    gan.do(AddSigners(task=task.id, persons=(county.person("ren").id,), place="before", reason="请先核对"))
    dai.do(EndDelegation(delegation=made.id))
    (asked,) = [seat for seat in case.seats("approve") if seat.kind == "before"]
    for command in (RemoveSigner(task=asked.id, reason="不必了"), TransferTask(task=task.id, person=guo.id, reason="外出")):
        with pytest.raises(EngineError):
            gan.do(command)
    dai.do(RemoveSigner(task=asked.id, reason="不必了"))
    assert dai.box() == ["approve"]
