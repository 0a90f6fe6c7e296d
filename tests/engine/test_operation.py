from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.instructions import CancelElement, Instruction, Move, StartBefore
from engine.commands.operation import (
    CancelInstance,
    ModifyInstance,
    ResumeInstance,
    SetInstanceVariables,
    SuspendInstance,
)
from engine.commands.registry import Command
from engine.errors import Conflict, EngineError, Invalid, NotAllowed, NotFound
from engine.queries.operated import ListTokens, ListVariables, PreviewModification, masked
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, History, Job, Notification, Scope, Token
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START, one_task

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def ward() -> bytes:
    """A task, then a subprocess with two tasks and a timer on it, then a task."""
    inner = START.replace('"s"', '"i"') + user_task("x", post="BR_GP") + user_task("y", post="BR_GP")
    sub = f'<subProcess id="sub">{inner}<sequenceFlow id="i_x" sourceRef="i" targetRef="x"/>'
    sub += '<sequenceFlow id="x_y" sourceRef="x" targetRef="y"/></subProcess>'
    late = f'<boundaryEvent id="late" attachedToRef="sub">{TIMER}</boundaryEvent>'
    ends = user_task("before", post="BR_GP") + user_task("after", post="BR_GP")
    return bpmn(process("p", START, ends, sub, late, END, flows="s > before > sub > after > e, late > after"))


def do(county: County, command: Command[Any]) -> Any:
    return county.person("it", "operations").do(command)


def modify(county: County, case: CaseView, *instructions: Instruction, **more: Any) -> None:
    do(county, ModifyInstance(instance=case.id, instructions=instructions, reason="走错了分支", **more))


def lines(county: County, case: CaseView) -> list[tuple[str, str | None]]:
    """What the timeline says of operations, with the reason."""
    items = county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
    return [(item.title, item.detail) for item in items if item.kind == "system"]


def test_a_case_is_moved_and_its_people_are_asked_anew(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    modify(county, case, Move(origin=CancelElement(element="before"), target=StartBefore(element="y", variables={"seen": True})))
    county.restart()
    assert case.open == ["y"]
    assert [(seat.element, seat.state) for seat in case.seats()] == [("before", "closed"), ("y", "open")]
    assert len(county.rows(select(Job.key).where(Job.kind == "timer"))) == 1
    assert case.variables["seen"] is True
    assert lines(county, case) == [("流程位置由管理员调整", "走错了分支")]
    county.person("gan").complete(case.task("y"))
    county.person("gan").complete(case.task("after"))
    assert case.state == "completed"


def test_a_modification_is_looked_at_before_it_is_made_and_nothing_is_stored(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    before = live_dump(county.engine.database)
    move = Move(origin=CancelElement(element="before"), target=StartBefore(element="y", variables={"seen": True}))
    it = county.person("it", "operations").actor
    found = county.engine.query(PreviewModification(instance=case.id, instructions=(move,)), it)
    assert (found.tokens_cancelled, found.tokens_created) == (("before",), ("sub", "y"))
    assert (found.tasks_closed, found.tasks_opened) == (("before",), ("y",))
    [timer] = found.timers_created
    assert (timer.element, timer.due) == ("late", county.clock.now() + timedelta(hours=1))
    assert (found.state, found.variables, found.incidents) == ("active", ("seen",), ())
    assert live_dump(county.engine.database) == before
    with pytest.raises(Conflict) as refusal:
        county.engine.query(PreviewModification(instance=case.id, instructions=(CancelElement(element="before"),)), it)
    assert refusal.value.code == "nothing-left"
    with pytest.raises(NotAllowed):
        county.engine.query(PreviewModification(instance=case.id, instructions=(move,)), county.person("gan").actor)


def test_what_was_seen_in_another_revision_is_not_modified(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    seen = case.revision
    county.person("gan").claim(case.task("before"))
    with pytest.raises(Conflict) as refusal:
        modify(county, case, StartBefore(element="after"), revision=seen)
    assert refusal.value.code == "stale-case"
    modify(county, case, StartBefore(element="after"), revision=case.revision)
    assert case.open == ["after", "before"]


def test_an_incident_goes_with_the_token_that_it_stopped(county: County) -> None:
    script = '<scriptTask id="t" scriptFormat="liandong"><script>x = missing</script></scriptTask>'
    county.deploy(bpmn(process("p", START, script, user_task("u", post="BR_GP"), END, flows="s > t > u > e")))
    case = county.run("p")
    assert len(county.incidents()) == 1
    modify(county, case, Move(origin=CancelElement(element="t"), target=StartBefore(element="u")))
    assert county.incidents() == []
    assert case.open == ["u"]


def test_a_case_that_can_go_on_nowhere_is_an_incident_until_it_is_put_right(county: County) -> None:
    fork = '<parallelGateway id="f"/><parallelGateway id="j"/>'
    tasks = "".join(user_task(name, post="BR_GP") for name in ("a", "b", "z"))
    county.deploy(bpmn(process("p", START, fork, tasks, END, flows="s > f > a > j > z > e, f > b > j")))
    case = county.run("p")
    county.person("gan").complete(case.task("a"))
    modify(county, case, StartBefore(element="z"), CancelElement(element="b"), CancelElement(element="z"))
    assert [(row.code, row.element) for row in county.incidents()] == [("stuck", "j")]
    modify(county, case, StartBefore(element="b"))
    assert county.incidents() == []
    county.person("gan").complete(case.task("b"))
    assert case.open == ["z"]


def test_a_suspended_case_can_be_put_right_before_it_goes_on(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    do(county, SuspendInstance(instance=case.id, reason="核对"))
    modify(county, case, Move(origin=CancelElement(element="before"), target=StartBefore(element="x")))
    do(county, SetInstanceVariables(instance=case.id, variables={"note": "补录"}, reason="补录"))
    county.pass_time("PT3H")
    assert case.open == ["x"]
    do(county, ResumeInstance(instance=case.id, reason="核对完毕"))
    county.pass_time("PT59M")
    assert case.open == ["x"]
    county.pass_time("PT1M")
    assert case.open == ["after"]


def test_a_case_is_cancelled_with_its_tasks_timers_and_called_processes(county: County) -> None:
    ends = START.replace('"s"', '"qs"') + END.replace('"e"', '"qe"')
    called = process("q", ends, user_task("inside", post="BR_GP"), flows="qs > inside > qe")
    call = (
        '<callActivity id="call" calledElement="q"/><boundaryEvent id="late" attachedToRef="call">' + TIMER + "</boundaryEvent>"
    )
    county.deploy(bpmn(process("p", START, call, END, flows="s > call > e, late > e"), called))
    case = county.run("p")
    assert case.open == ["inside"]
    do(county, CancelInstance(instance=case.id, reason="患者要求撤回"))
    assert case.state == "cancelled"
    assert case.open == []
    for table in (Token, Job):
        assert county.rows(select(table.key).where(table.instance == case.key)) == []
    assert [row.kind for row in county.rows(select(Scope.kind))] == ["instance"]
    fact = county.row(select(History.data, History.person).where(History.kind == "instance-cancelled"))
    assert (fact.data["reason"], fact.person) == ("患者要求撤回", county.person("it").key)
    told = {row.person for row in county.rows(select(Notification.person).where(Notification.kind == "operation"))}
    assert told == {county.person("gan").key, county.person("guo").key}
    with pytest.raises(Conflict) as refusal:
        do(county, CancelInstance(instance=case.id, reason="再来一次"))
    assert refusal.value.code == "instance-ended"


def test_a_suspended_case_can_be_cancelled_and_leaves_no_job(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    county.person("gan").complete(case.task("before"))
    do(county, SuspendInstance(instance=case.id, reason="核对"))
    with pytest.raises(Conflict) as refusal:
        do(county, CancelInstance(instance=case.id, reason="撤回", compensate=True))
    assert refusal.value.code == "instance-suspended"
    do(county, CancelInstance(instance=case.id, reason="撤回"))
    assert (case.state, case.row.suspended_at) == ("cancelled", None)
    assert county.rows(select(Job.key)) == []


def test_what_was_done_is_undone_by_people_before_the_case_ends(county: County) -> None:
    handled = '<boundaryEvent id="u" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>'
    undo = user_task("unbook", post="BR_GP").replace("<userTask", '<userTask isForCompensation="true"')
    link = '<association id="as" associationDirection="One" sourceRef="u" targetRef="unbook"/>'
    tasks = user_task("book", post="BR_GP") + user_task("treat", post="BR_GP")
    county.deploy(bpmn(process("p", START, tasks, handled, undo, link, END, flows="s > book > treat > e")))
    case = county.run("p")
    county.person("gan").complete(case.task("book"))
    do(county, CancelInstance(instance=case.id, reason="患者不来了", compensate=True))
    county.restart()
    assert (case.state, case.open) == ("active", ["unbook"])
    assert lines(county, case) == [("取消流程，先撤回已办事项", "患者不来了")]
    county.person("gan").complete(case.task("unbook"))
    assert case.state == "cancelled"


def two_pools() -> bytes:
    """CH01 asks CH02, which works on it."""
    send = (
        '<sendTask id="ask" messageRef="m"><extensionElements><liandong:send to="CH02"><liandong:correlate name="no" '
        'value="${no}"/></liandong:send></extensionElements></sendTask>'
    )
    catch = '<startEvent id="qs"><messageEventDefinition messageRef="m"/></startEvent>'
    first = process("p", START, send, user_task("wait", post="BR_GP"), END, flows="s > ask > wait > e")
    second = process("q", catch, user_task("work", post="BR_GP"), END.replace('"e"', '"qe"'), flows="qs > work > qe")
    return bpmn(first, second, extra='<message id="m" name="Ask"/>')


def test_the_other_pool_is_told_when_one_is_cancelled_without_the_reason(county: County) -> None:
    county.deploy(two_pools())
    case = county.run("p", no="1")
    county.work()
    [other] = county.cases("q")
    do(county, CancelInstance(instance=case.id, reason="内部原因"))
    county.work()
    assert (case.state, other.state) == ("cancelled", "active")
    items = county.engine.query(GetTimeline(instance=other.id), county.person("liu").actor)
    [line] = [item for item in items if "取消" in item.title]
    assert (line.title, line.detail) == ("东湾分院已取消其流程", None)
    assert county.person("liu").key in [row.person for row in county.rows(select(Notification.person))]


def test_written_variables_keep_their_old_value_writer_and_reason(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p", allergy="青霉素")
    seen = case.revision
    command = SetInstanceVariables(instance=case.id, variables={"allergy": "无", "note": None}, reason="录入有误", revision=seen)
    do(county, command)
    assert case.variables == {"allergy": "无", "note": None}
    fact = county.row(select(History.person, History.data).where(History.kind == "variables-set"))
    assert fact.person == county.person("it").key
    root = case.row.root_scope
    assert fact.data == {
        "reason": "录入有误",
        "changes": [
            {"name": "allergy", "old": "青霉素", "new": "无", "scope": root},
            {"name": "note", "new": None},
        ],
    }
    audit = county.rows(select(AuditEntry.action, AuditEntry.data).where(AuditEntry.instance == case.key))[-1]
    assert (audit.action, audit.data) == ("set-variables", {"reason": "录入有误", "names": ["allergy", "note"]})
    assert lines(county, case)[-1] == ("管理员修改数据：allergy、note", "录入有误")
    with pytest.raises(Conflict) as refusal:
        do(county, command)
    assert refusal.value.code == "stale-case"


def test_a_variable_of_a_seat_is_written_in_its_scope(county: County) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>${2}</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, user_task("t", post="BR_GP", body=loop), END, flows="s > t > e")))
    case = county.run("p")
    it = county.person("it", "operations").actor
    scopes = [row.scope for row in county.engine.query(ListVariables(instance=case.id), it) if row.scope_kind == "seat"]
    do(county, SetInstanceVariables(instance=case.id, variables={"bed": 1}, scope=scopes[0], reason="补录"))
    rows = county.engine.query(ListVariables(instance=case.id), it)
    assert [row.scope for row in rows if row.name == "bed"] == [scopes[0]]
    other = county.run("p")
    with pytest.raises(Conflict) as refusal:
        do(county, SetInstanceVariables(instance=other.id, variables={"bed": 1}, scope=scopes[0], reason="补录"))
    assert refusal.value.code == "scope-gone"


REFUSED: list[tuple[Any, type[EngineError], str]] = [
    ({}, Invalid, "no-variables"),
    ({"now": 1}, Invalid, "reserved-name"),
    ({"": 1}, Invalid, "invalid-text"),
    ({"x" * 201: 1}, Invalid, "invalid-text"),
    ({"x": "\x00"}, Invalid, "invalid-text"),
    ({"x": "长" * 200_001}, Invalid, "values-too-large"),
]


@pytest.mark.parametrize(("values", "kind", "code"), REFUSED)
def test_what_cannot_be_kept_is_refused(county: County, values: Any, kind: type[EngineError], code: str) -> None:
    county.deploy(one_task())
    case = county.run("p")
    with pytest.raises(kind) as refusal:
        do(county, SetInstanceVariables(instance=case.id, variables=values, reason="补录"))
    assert refusal.value.code == code


def test_tokens_are_listed_with_where_they_are(county: County) -> None:
    county.deploy(ward())
    case = county.run("p")
    county.person("gan").complete(case.task("before"))
    rows = county.engine.query(ListTokens(instance=case.id), county.person("it", "operations").actor)
    assert [(row.element, row.type, row.state) for row in rows] == [("sub", "subProcess", "started"), ("x", "userTask", "ready")]
    assert [row.ancestor for row in rows] == [None, rows[0].key]
    with pytest.raises(NotAllowed):
        county.engine.query(ListTokens(instance=case.id), county.person("gan").actor)
    with pytest.raises(NotFound):
        county.engine.query(ListTokens(instance=county.person("gan").id), county.person("it", "operations").actor)


def test_an_operator_recognises_nobody_in_what_is_shown_to_him() -> None:
    assert masked("王小明") == "王**"
    assert masked(13_800_000_000) == "*"
    assert masked({"age": 58, "names": ["李四"], "ok": True, "none": None}) == {
        "age": 58,
        "names": ["李*"],
        "ok": True,
        "none": None,
    }
