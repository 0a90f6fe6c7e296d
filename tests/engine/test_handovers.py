"""People who leave or move hand on what they have (离职/轮岗交接), in cases that run on both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.authorization import in_force, today
from engine.commands.account import CreateAccount
from engine.commands.authority import PutBody, PutBodyMember, PutCharge, PutDuty
from engine.commands.choosing import ChooseApprovers
from engine.commands.delegation import Delegate
from engine.commands.handover import HandoverMade, RevokeHandover, StartHandover
from engine.commands.organisation import PutPerson, PutTogether
from engine.errors import EngineError
from engine.queries.authority import ListAppointments, ListBodies, ListCharges, ListDuties
from engine.queries.delegations import ListDelegations
from engine.queries.handovers import GetHandover, HandoverPreview, PreviewHandover
from engine.queries.timeline import GetTimeline
from engine.runtime.handover_choice import Choice
from engine.store.tables import Account, Appointment, AuditEntry, Draft, Person, Rung
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER
from tests.engine.signing import signed

GUO = '<liandong:assign rule="person" person="guo"/>'


def keeper(county: County) -> Someone:
    """The system administrator, who sits in no chair."""
    if county.rows(select(Account.key)) == []:
        county.execute(PutPerson(staff_number="keeper", name="纪册·演示"))
        county.execute(CreateAccount(person="keeper", login="keeper", rights=("administrate",)))
    return county.person("keeper", "administrate")


def preview(county: County, who: str, **more: Any) -> HandoverPreview:
    found: HandoverPreview = county.engine.query(
        PreviewHandover(**{"person": county.person(who).id, "kind": "leaving", **more}), keeper(county).actor
    )
    return found


def states(county: County, handover: Any) -> dict[str, list[str]]:
    """States of the items of a handover by their kind, with the reason where there is one."""
    record = county.engine.query(GetHandover(handover=handover), keeper(county).actor)
    found: dict[str, list[str]] = {}
    for item in record.items:
        found.setdefault(item.kind, []).append(item.state + (f" {item.refusal.code}" if item.refusal else ""))
    return found


def hand_over(county: County, who: str, shown: HandoverPreview, **more: Any) -> HandoverMade:
    values = {"person": county.person(who).id, "kind": "leaving", "from_date": shown.from_date, "reason": "调离", **more}
    return keeper(county).do(StartHandover(fingerprint=shown.fingerprint, **values))


def office(county: County) -> None:
    """What the general practitioner 郭宁 holds beside his chair."""
    now, day = county.clock.now(), date(2026, 1, 1)
    county.execute(
        PutTogether(
            commands=(
                PutBody(institution="CH01", code="QC", name="质控小组", from_date=day),
                PutBodyMember(institution="CH01", body="QC", person="guo", role="chair", from_date=day),
                PutCharge(institution="CH01", person="guo", matter="vaccines", from_date=day),
                PutDuty(institution="CH01", person="guo", from_at=now - timedelta(hours=1), to_at=now + timedelta(hours=5)),
                PutDuty(institution="CH01", person="guo", from_at=now + timedelta(days=2), to_at=now + timedelta(days=3)),
            )
        )
    )
    for principal, agent in (("gan", "guo"), ("guo", "dai")):
        county.person(principal).do(
            Delegate(agent=county.person(agent).id, from_at=now, to_at=now + timedelta(days=30), reason="进修")
        )


def open_cases(county: County) -> dict[str, CaseView]:
    """A claimed task of a pool with a draft, tasks by name, one of which the successor must not do, and a joint round."""
    pool = user_task("check", '<liandong:deadline term="P3D" calendar="ADMIN"/>', post="BR_GP", mode="pool")
    apart = user_task("approve", GUO, '<liandong:apart elements="write"/>')
    county.deploy(
        bpmn(process("p", START, pool, END, flows="s > check > e", extensions=STARTER)),
        bpmn(process("q", START, user_task("approve", GUO), END, flows="s > approve > e", extensions=STARTER)),
        bpmn(
            process(
                "r", START, user_task("write", post="BR_REF"), apart, END, flows="s > write > approve > e", extensions=STARTER
            )
        ),
        signed("all", "guo", "ren", key="joint"),
        parameters__json=json.dumps({"liaison": "guo"}),
    )
    gan, guo = county.person("gan"), county.person("guo")
    cases = {key: gan.start(key) for key in ("p", "q", "r", "joint")}
    guo.claim(cases["p"].task("check"))
    guo.draft(cases["p"].task("check"), {}, "血压偏高")
    county.person("ren").complete(cases["r"].task("write"))
    return cases


def test_somebody_resigns_and_all_that_names_him_is_handed_on_and_given_back(county: County) -> None:
    office(county)
    cases = open_cases(county)
    guo, ren = county.person("guo"), county.person("ren")
    due = cases["p"].task("check").due_at
    ladder = [(row.seat, row.due_at) for row in county.rows(select(Rung.seat, Rung.due_at).order_by(Rung.key))]
    successors = dict.fromkeys(("appointment", "member", "charge", "duty", "agent", "task"), ren.id)
    shown = preview(county, "guo", successors=successors)

    # The preview changes nothing, says what each thing is, and who could not take it and why.
    kinds = [item.kind for item in shown.items]
    assert [(kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)] == [
        *(("appointment", 1), ("member", 1), ("charge", 1), ("duty", 1), ("agent", 1), ("principal", 1)),
        *(("task", 4), ("account", 1), ("definition", 7)),
    ]
    refused = {item.name: item.refusal.code for item in shown.items if item.refusal}
    assert refused == {"r：approve": "apart-element", "joint：sign": "already-asked", "—": "handover-tasks-left"}
    places = {(item.name, item.place) for item in shown.items if item.kind == "definition"}
    assert {("q v1", "parameters.json"), ("p v1", "parameters.json")} <= places
    assert [place for name, place in places if name == "q v1" and place != "parameters.json"] == ["model1.bpmn:2 · approve"]
    assert "血压" not in repr(shown)
    assert sorted(guo.box()) == ["approve", "approve", "check", "sign"]

    made = hand_over(county, "guo", shown, successors=successors)
    county.work()
    assert states(county, made.handover) == {
        **{key: ["done"] for key in ("appointment", "member", "charge", "duty", "agent", "principal")},
        "task": ["done", "done", "failed already-asked", "failed apart-element"],
        "account": ["failed handover-tasks-left"],
        "definition": ["listed"] * 7,
    }
    assert sorted(ren.box()) == ["approve", "check", "sign"]
    assert (cases["p"].task("check").due_at, cases["p"].task("check").assignee) == (due, ren.key)
    assert [(row.seat, row.due_at) for row in county.rows(select(Rung.seat, Rung.due_at).order_by(Rung.key))] == ladder
    assert county.row(select(Draft.person, Draft.opinion)) == (ren.key, "血压偏高")
    day = today(county.clock.now())
    chairs = select(Person.staff_number).join(Appointment, Appointment.person == Person.key)
    held = chairs.where(Appointment.post == "BR_GP", *in_force(Appointment, day)).order_by(Person.staff_number)
    assert [row.staff_number for row in county.rows(held)] == ["gan", "jiu", "liu", "ren"]
    # Nobody would have the two that are left: he is shut out once they are handed on.
    assert county.scalar(select(Person.active).where(Person.staff_number == "guo"))
    admin = keeper(county).actor
    (body,) = county.engine.query(ListBodies(), admin)
    assert [(member.name, member.role) for member in body.members] == [("任转·演示", "chair")]
    assert [row.name for row in county.engine.query(ListCharges(), admin)] == ["任转·演示"]
    now = county.clock.now()
    turns = county.engine.query(ListDuties(institution="CH01", from_at=now, to_at=now + timedelta(days=9)), admin)
    # The turn that he has begun is his to end.
    assert [row.name for row in turns] == ["郭宁·演示", "任转·演示"]
    acting = [(row.principal_name, row.agent_name) for row in county.engine.query(ListDelegations(), admin)]
    assert acting == [("甘平·演示", "任转·演示")]
    titles = [line.title for line in county.engine.query(GetTimeline(instance=cases["q"].id), county.person("gan").actor)]
    assert "“approve”由郭宁·演示交接给任转·演示" in titles
    entry = county.row(select(AuditEntry.data, AuditEntry.person).where(AuditEntry.action == "hand-over").limit(1))
    assert (entry.data["from"], entry.data["to"], entry.person) == (guo.key, ren.key, admin.person)

    # What the successor has acted on stays; all the rest is as it was.
    ren.complete(cases["q"].task("approve"))
    keeper(county).do(RevokeHandover(handover=made.handover, reason="本人撤回辞呈"))
    county.work()
    assert states(county, made.handover) == {
        **{key: ["revoked"] for key in ("appointment", "member", "charge", "duty", "agent", "principal")},
        "task": ["revoked", "kept handover-acted", "failed already-asked", "failed apart-element"],
        "account": ["failed handover-tasks-left"],
        "definition": ["listed"] * 7,
    }
    assert sorted(guo.box()) == ["approve", "check", "sign"]
    assert cases["q"].state == "completed"
    assert county.scalar(select(Draft.person)) == guo.key
    rows = county.engine.query(ListAppointments(person="guo"), admin)
    assert [(row.post, row.to_date, row.active) for row in rows] == [("BR_GP", None, True)]
    assert next(row.name for row in county.engine.query(ListCharges(), admin)) == "郭宁·演示"
    with pytest.raises(EngineError) as again:
        keeper(county).do(RevokeHandover(handover=made.handover, reason="再撤"))
    assert again.value.code == "handover-revoked"


def test_somebody_who_moves_keeps_what_is_not_chosen_and_tasks_follow_on_the_day(county: County) -> None:
    cases = open_cases(county)
    guo, ren = county.person("guo"), county.person("ren")
    monday = today(county.clock.now()) + timedelta(days=7)
    shown = preview(county, "guo", kind="moving", from_date=monday)
    assert {item.action for item in shown.items} == {"leave"}
    chair, task = (next(item.reference for item in shown.items if item.kind == kind) for kind in ("appointment", "task"))
    choices = {chair: Choice(action="end"), task: Choice(action="hand-on", successor=ren.id)}
    made = hand_over(county, "guo", shown, kind="moving", choices=choices)
    county.work()
    assert states(county, made.handover)["task"] == ["pending", "left", "left", "left"]
    assert sorted(guo.box()) == ["approve", "approve", "check", "sign"]
    with pytest.raises(EngineError) as second:
        hand_over(county, "guo", shown, kind="moving")
    assert second.value.code == "handover-pending"
    county.pass_time(timedelta(days=7))
    assert states(county, made.handover)["task"][0] == "done"
    assert cases["p"].task("check").assignee == ren.key
    rows = county.engine.query(ListAppointments(person="guo"), keeper(county).actor)
    assert [row.to_date for row in rows] == [monday - timedelta(days=1)]


def test_what_a_handover_refuses_changes_nothing(county: County) -> None:
    open_cases(county)
    guo, ren = county.person("guo"), county.person("ren")
    shown = preview(county, "guo")
    task = next(item.reference for item in shown.items if item.kind == "task")
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("handover-changed", {"from_date": shown.from_date, "fingerprint": "0" * 64}),
        ("successor-self", {"successors": {"task": guo.id}}),
        ("handover-choice", {"choices": {task: Choice(action="end")}}),
        ("handover-choice", {"choices": {"task:1": Choice(action="leave")}}),
        ("handover-day", {"from_date": date(2030, 1, 1)}),
        ("unknown-code", {"kind": "resting"}),
    ]
    for code, more in wrong:
        values = {"person": guo.id, "kind": "leaving", "from_date": shown.from_date, "reason": "调离"}
        with pytest.raises(EngineError) as refusal:
            keeper(county).do(StartHandover(**{"fingerprint": shown.fingerprint, **values, **more}))
        assert refusal.value.code == code
    # It moves who does the work: neither staff nor operators may, and an administrator is nobody's successor in business.
    for someone in (ren, county.person("it", "operations")):
        with pytest.raises(EngineError) as right:
            someone.do(StartHandover(person=guo.id, kind="leaving", from_date=shown.from_date, reason="x", fingerprint=""))
        assert right.value.code == "right-missing"
    outsider = preview(county, "guo", successors={"task": county.person("liu").id})
    assert {item.refusal.code for item in outsider.items if item.refusal} == {"receiver", "handover-tasks-left"}
    assert sorted(guo.box()) == ["approve", "approve", "check", "sign"]


def test_who_was_chosen_for_later_steps_is_listed_and_another_put_in_his_place(county: County) -> None:
    chosen = '<liandong:assign rule="chosen" by="starter" post="BR_GP" institution="CH01"/>'
    steps = (
        user_task("write", '<liandong:assign rule="starter"/>'),
        user_task("middle", post="BR_REF"),
        user_task("check", chosen),
    )
    county.deploy(bpmn(process("c", START, *steps, END, flows="s > write > middle > check > e", extensions=STARTER)))
    gan, guo, ren = (county.person(login) for login in ("gan", "guo", "ren"))
    cases = [gan.start("c") for _ in range(2)]
    for case in cases:
        gan.do(ChooseApprovers(task=case.task("write").id, element="check", persons=(guo.id,)))
        gan.complete(case.task("write"))
    ren.complete(cases[1].task("middle"))
    # In the second case the step has come, and is a task of his.
    shown = preview(county, "guo", successors={"chosen": gan.id, "task": gan.id})
    assert [(item.name, item.place) for item in shown.items if item.kind == "chosen"] == [("c：check", str(cases[0].id))]
    made = hand_over(county, "guo", shown, successors={"chosen": gan.id, "task": gan.id})
    county.work()
    assert states(county, made.handover)["chosen"] == ["done"]
    assert cases[0].variables["approvers"] == {"check": [str(gan.key)]}
    keeper(county).do(RevokeHandover(handover=made.handover, reason="留任"))
    county.work()
    assert (states(county, made.handover)["chosen"], cases[0].variables["approvers"]) == (["revoked"], {"check": [str(guo.key)]})
    # Who could not be chosen for the step is no successor for it.
    shown = preview(county, "guo", successors={"chosen": ren.id})
    assert [item.refusal and item.refusal.code for item in shown.items if item.kind == "chosen"] == ["not-a-choice"]
    made = hand_over(county, "guo", shown, successors={"chosen": ren.id})
    county.work()
    assert states(county, made.handover)["chosen"] == ["failed not-a-choice"]
    ren.complete(cases[0].task("middle"))
    # He has gone with his chair, so that the step falls to the administrators.
    assert cases[0].task("check").reason == "no-candidate"
