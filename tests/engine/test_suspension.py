from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.commands.incident import RetryIncident
from engine.commands.instance import MoveInstance
from engine.commands.operation import ResumeInstance, SuspendInstance
from engine.errors import Conflict, InvalidForm, NotAllowed
from engine.kernel.triggers import SetVariables
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Job, Message, Notification, Rung, Seat, Subscription
from engine.testing import CaseView, County, bpmn, process
from tests.engine.invariants import live_dump
from tests.engine.models import END, START, one_task

FOUR_HOURS = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'
THREE_DAYS = '<liandong:deadline term="P3D" calendar="ADMIN" ladder="office"/>'
BY_DATE = '<liandong:deadline term="2026-03-05T10:00:00+08:00" calendar="ADMIN" ladder="office"/>'


def waiting(*events: str, extra: str = "") -> bytes:
    """A case with one branch for each catch event; `c1`, `c2`, … lead to the end."""
    names = [f"c{number}" for number in range(1, len(events) + 1)]
    catches = "".join(
        f'<intermediateCatchEvent id="{name}" name="{name}">{event}</intermediateCatchEvent>'
        for name, event in zip(names, events, strict=True)
    )
    flows = ", ".join(["s > fork", *(f"fork > {name} > e" for name in names)])
    return bpmn(process("p", START, '<parallelGateway id="fork"/>', catches, END, flows=flows), extra=extra)


def suspend(county: County, case: CaseView, reason: str = "核对病历") -> None:
    county.person("it", "operations").do(SuspendInstance(instance=case.id, reason=reason))


def resume(county: County, case: CaseView, reason: str = "核对完毕") -> None:
    county.person("it", "operations").do(ResumeInstance(instance=case.id, reason=reason))


def only_seat(county: County) -> Any:
    return county.row(select(Seat.due_at, Seat.soon_at, Seat.level, Seat.term))


def test_nobody_can_act_on_a_task_of_a_suspended_case(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan, guo = county.person("gan"), county.person("guo")
    gan.claim(case.task("check"))
    suspend(county, case)
    county.restart()
    gan, guo, chief = gan.on(county), guo.on(county), county.person("it", "operations", "administrate")
    acts: list[Any] = [
        lambda: gan.complete(case.task("check")),
        lambda: gan.unclaim(case.task("check"), "误点"),
        lambda: chief.reassign(case.task("check"), guo),
        lambda: county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"x": 1}))),
    ]
    before = live_dump(county.engine.database)
    for act in acts:
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "instance-suspended"
    assert live_dump(county.engine.database) == before
    gan.draft(case.task("check"), {"note": "还没有写完"})
    resume(county, case)
    gan.complete(case.task("check"))
    assert case.state == "completed"


def test_who_suspended_it_why_and_since_when_is_told_and_kept(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    suspend(county, case, "  家属要求暂停  ")
    county.clock.advance(timedelta(hours=2))
    resume(county, case)
    lines = [
        (item.title, item.title_en, item.person, item.detail)
        for item in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
        if item.kind == "system"
    ]
    assert lines == [
        ("流程挂起", "Suspended", "艾维·演示", "家属要求暂停"),
        ("流程恢复", "Resumed", "艾维·演示", "核对完毕"),
    ]
    audit = county.rows(select(AuditEntry.action, AuditEntry.data).where(AuditEntry.instance == case.key))
    assert [(row.action, row.data) for row in audit][1:] == [
        ("suspend", {"reason": "家属要求暂停"}),
        ("resume", {"reason": "核对完毕"}),
    ]
    told = county.rows(select(Notification.person).where(Notification.kind == "operation"))
    assert sorted(row.person for row in told) == sorted(2 * [county.person("gan").key, county.person("guo").key])


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_required(county: County, reason: str) -> None:
    county.deploy(one_task())
    case = county.run("p")
    with pytest.raises(InvalidForm):
        suspend(county, case, reason)


def test_the_right_operations_is_required(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    with pytest.raises(NotAllowed):
        county.person("gan").do(SuspendInstance(instance=case.id, reason="试试"))


def test_what_is_suspended_cannot_be_suspended_again_nor_what_moves_resumed(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    with pytest.raises(Conflict) as refusal:
        resume(county, case)
    assert refusal.value.code == "not-suspended"
    suspend(county, case)
    with pytest.raises(Conflict) as refusal:
        suspend(county, case)
    assert refusal.value.code == "instance-suspended"


def test_a_term_in_hours_goes_on_where_it_stopped_and_its_ladder_with_it(county: County) -> None:
    county.deploy(one_task(FOUR_HOURS))
    case = county.run("p")
    before = only_seat(county)
    rungs = county.rows(select(Rung.kind, Rung.due_at).order_by(Rung.key))
    county.pass_time("PT1H")
    suspend(county, case)
    county.pass_time("PT10H")
    assert only_seat(county).level == 0
    assert {row.state for row in county.rows(select(Job.state))} == {"suspended"}
    county.restart()
    resume(county, case)
    after = only_seat(county)
    assert after.due_at == before.due_at + timedelta(hours=10)
    assert after.soon_at == before.soon_at + timedelta(hours=10)
    moved = county.rows(select(Rung.kind, Rung.due_at).order_by(Rung.key))
    assert [(row.kind, row.due_at - timedelta(hours=10)) for row in moved] == [(row.kind, row.due_at) for row in rungs]
    county.pass_time("PT2H59M")
    assert only_seat(county).level == 0
    county.pass_time("PT1M")
    assert only_seat(county).level == 1


def test_a_term_in_working_days_loses_only_working_time(county: County) -> None:
    county.deploy(one_task(THREE_DAYS))
    case = county.run("p")
    assert only_seat(county).due_at == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
    county.clock.set(datetime(2026, 3, 3, 12, 0, tzinfo=UTC))
    suspend(county, case)
    county.clock.set(datetime(2026, 3, 3, 20, 0, tzinfo=UTC))
    resume(county, case)
    assert only_seat(county).due_at == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
    county.clock.set(datetime(2026, 3, 4, 2, 0, tzinfo=UTC))
    suspend(county, case)
    county.clock.set(datetime(2026, 3, 6, 2, 0, tzinfo=UTC))
    resume(county, case)
    # Two working days later: Friday is one, the weekend is none, Monday is the other.
    assert only_seat(county).due_at == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    level2 = county.scalar(select(Rung.due_at).where(Rung.kind == "level2"))
    assert level2 == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_a_term_that_was_given_as_a_date_stays(county: County) -> None:
    county.deploy(one_task(BY_DATE))
    case = county.run("p")
    suspend(county, case)
    county.clock.advance(timedelta(days=1))
    resume(county, case)
    assert only_seat(county).due_at == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def test_what_was_overdue_stays_overdue_and_only_the_rest_of_its_ladder_moves(county: County) -> None:
    county.deploy(one_task(FOUR_HOURS))
    case = county.run("p")
    before = only_seat(county)
    county.pass_time("PT4H1M")
    suspend(county, case)
    county.pass_time("PT1H")
    resume(county, case)
    assert only_seat(county).due_at == before.due_at
    assert only_seat(county).level == 1
    left = county.scalar(select(Rung.due_at).where(Rung.kind == "level2"))
    assert left == before.due_at + timedelta(minutes=5, hours=1)


TIMERS = (
    "<timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition>",
    "<timerEventDefinition><timeDate>2026-03-02T12:00:00+08:00</timeDate></timerEventDefinition>",
)


def test_durations_go_on_where_they_stopped_and_dates_stay(county: County) -> None:
    county.deploy(waiting(*TIMERS))
    case = county.run("p")
    start = county.clock.now()
    county.pass_time("PT1H")
    suspend(county, case)
    county.pass_time("PT9H")
    assert len(county.rows(select(Subscription.key))) == 2
    county.restart()
    resume(county, case)
    due = {row.element: row.due for row in county.rows(select(Subscription.element, Subscription.due))}
    assert due == {"c1": start + timedelta(hours=11), "c2": start + timedelta(hours=2)}
    county.work()
    assert [row.element for row in county.rows(select(Subscription.element))] == ["c1"]
    county.pass_time("PT1H")
    assert case.state == "completed"


def test_timers_of_the_first_schema_are_put_off_like_all_others(county: County) -> None:
    county.deploy(waiting(*TIMERS))
    case = county.run("p")
    start = county.clock.now()
    with county.engine.database.writing() as connection:
        # What the first schema kept of a timer that fires once: when it is due, and no more.
        connection.execute(update(Subscription).values(data={}))
    county.restart()
    county.pass_time("PT1H")
    suspend(county, case)
    county.pass_time("PT9H")
    resume(county, case)
    due = {row.element: row.due for row in county.rows(select(Subscription.element, Subscription.due))}
    assert due == {"c1": start + timedelta(hours=11), "c2": start + timedelta(hours=2)}
    county.pass_time("PT1H")
    assert case.state == "completed"


def test_a_job_that_a_worker_has_already_is_given_back(county: County) -> None:
    county.deploy(waiting(TIMERS[0]))
    case = county.run("p")
    county.clock.advance(timedelta(hours=2))
    [taken] = county.take_jobs()
    suspend(county, case)
    county.carry_out(taken)
    job = county.row(select(Job.state, Job.attempts))
    assert (job.state, job.attempts) == ("suspended", 0)
    resume(county, case)
    county.work()
    assert case.state == "completed"


MESSAGE = '<message id="m" name="Answer"/><signal id="g" name="Alarm"/>'
CATCHES = ('<messageEventDefinition messageRef="m"/>', '<signalEventDefinition signalRef="g"/>')


def test_messages_and_signals_wait_for_a_suspended_case(county: County) -> None:
    county.deploy(waiting(*CATCHES, extra=MESSAGE))
    case = county.run("p")
    suspend(county, case)
    assert county.send("Answer", payload={"result": "阴性"}).state == "waiting"
    county.signal("Alarm")
    county.restart()
    assert len(county.rows(select(Subscription.key))) == 2
    resume(county, case)
    county.work()
    assert case.state == "completed"
    assert case.variables["result"] == "阴性"
    assert county.scalar(select(Message.state)) == "delivered"


def test_a_message_goes_to_a_case_that_moves_before_one_that_does_not(county: County) -> None:
    county.deploy(waiting(CATCHES[0], extra=MESSAGE))
    first, second = county.run("p"), county.run("p")
    suspend(county, first)
    assert county.send("Answer").state == "delivered"
    assert (first.state, second.state) == ("active", "completed")


def test_a_message_for_a_suspended_case_starts_no_second_one(county: County) -> None:
    starter = '<startEvent id="begin"><messageEventDefinition messageRef="m"/></startEvent>'
    county.deploy(waiting(CATCHES[0], extra=MESSAGE), name="waits")
    county.deploy(bpmn(process("q", starter, END, flows="begin > e"), extra=MESSAGE), name="starts")
    case = county.run("p")
    suspend(county, case)
    assert county.send("Answer").state == "waiting"
    assert county.cases("q") == []
    resume(county, case)
    county.work()
    assert case.state == "completed"


def test_a_condition_that_came_true_meanwhile_is_seen_at_the_resume(county: County) -> None:
    condition = "<conditionalEventDefinition><condition>${ready}</condition></conditionalEventDefinition>"
    county.deploy(waiting(condition))
    case = county.run("p", ready=False)
    suspend(county, case)
    resume(county, case)
    assert case.state == "active"
    county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"ready": True})))
    assert case.state == "completed"


def test_an_incident_of_a_suspended_case_waits_too(county: County) -> None:
    script = '<scriptTask id="t" scriptFormat="liandong"><script>x = missing</script></scriptTask>'
    county.deploy(bpmn(process("p", START, script, END, flows="s > t > e")))
    case = county.run("p")
    suspend(county, case)
    incident = county.incidents()[0]
    with pytest.raises(Conflict) as refusal:
        county.execute(RetryIncident(incident=incident.id))
    assert refusal.value.code == "instance-suspended"
    assert county.incidents("resolved") == []
