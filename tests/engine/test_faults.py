"""The faults F1 to F13 of the bare SpiffWorkflow 3.2.0 are not in the product: what happens through the store instead.

The engine is built anew from the store between any two steps. Tests of the same number in
`tests/kernel/test_bare_spiffworkflow` show what the bare library does with the same models. An endless loop (F3)
and what a completion costs (F13) are counted in `test_cost`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.commands.task import CompleteTask
from engine.errors import Conflict, EngineError, Invalid
from engine.functions import REGISTERED, Function
from engine.runtime import directory
from engine.store.tables import History, ProcessInstance, Subscription, Token, Variable
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START

A, B, Z = (user_task(name, post="BR_GP") for name in "abz")
FORK = bpmn(
    process(
        "p",
        START,
        '<parallelGateway id="g"/><parallelGateway id="j"/>',
        A,
        B,
        Z,
        END,
        flows="s > g, g > a > j, g > b > j, j > z > e",
    )
)
PATIENTS = [{"name": "甲"}, {"name": "乙", "allergy": "penicillin"}]


def complete(county: County, case: CaseView, element: str, **values: Any) -> None:
    """Another system completes a task, at an engine that has just been built from the store; afterwards it is gone."""
    county.restart()
    county.execute(CompleteTask(task=case.task(element).id, data=values))
    county.restart()


def register(monkeypatch: pytest.MonkeyPatch, **functions: Function) -> None:
    """Lets service tasks call these functions."""
    monkeypatch.setattr(directory, "REGISTERED", {**REGISTERED, **functions})


def values(case: CaseView) -> dict[str, Any]:
    """The variables of a case, without what was decided at its tasks."""
    return {name: value for name, value in case.variables.items() if name not in "abtz"}


def written(county: County, case: CaseView, name: str) -> list[Any]:
    """Every value that a variable ever had, from the history."""
    rows = select(History.data).where(History.instance == case.key, History.kind == "variables").order_by(History.key)
    return [write["value"] for row in county.rows(rows) for write in row.data["writes"] if write["name"] == name]


def test_f1_a_join_keeps_what_the_other_branch_wrote(county: County) -> None:
    county.deploy(FORK)
    case = county.run("p", allergy="none")
    complete(county, case, "a", allergy="penicillin")
    complete(county, case, "b")
    assert (case.open, values(case)) == (["z"], {"allergy": "penicillin"})


def test_f2_a_join_leaves_lists_as_they_were_written(county: County) -> None:
    county.deploy(FORK)
    case = county.run("p", patients=PATIENTS)
    complete(county, case, "a", patients=PATIENTS[1:])
    complete(county, case, "b", seen=True)
    assert (case.open, values(case)) == (["z"], {"patients": PATIENTS[1:], "seen": True})


def test_f2_what_a_branch_does_to_nested_data_stays_there(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        inputs["patient"]["allergies"].append("latex")
        return {"seen": inputs["patient"]}

    register(monkeypatch, spoil=spoil)
    call = (
        '<serviceTask id="c"><extensionElements><liandong:call function="spoil"><liandong:in name="patient" '
        'value="${patient}"/><liandong:out name="seen"/></liandong:call></extensionElements></serviceTask>'
    )
    county.deploy(bpmn(process("p", START, user_task("t", post="BR_GP"), call, Z, END, flows="s > t > c > z > e")))
    case = county.run("p")
    complete(county, case, "t", patient={"allergies": ["penicillin"]})
    assert case.open == ["z"]
    assert case.variables["patient"] == {"allergies": ["penicillin"]}
    assert written(county, case, "patient") == [{"allergies": ["penicillin"]}]
    assert case.variables["seen"] == {"allergies": ["penicillin", "latex"]}


def test_f4_names_in_submitted_data_mean_nothing(county: County) -> None:
    county.deploy(FORK)
    form = {"typename": "timedelta", "days": 1, "__class__": "Task", "nested": [{"typename": "纸质"}]}
    case = county.run("p", form=form)
    complete(county, case, "a", data=form)
    complete(county, case, "b")
    assert (case.open, values(case)) == (["z"], {"form": form, "data": form})


@pytest.mark.parametrize("text", ["__import__('os').environ['F5'] == 'script'", "open('/etc/passwd').read() != ''"])
def test_f5_a_model_with_python_in_it_is_not_deployed(text: str, county: County) -> None:
    gateway = '<exclusiveGateway id="g" default="g_b"/>'
    with pytest.raises(Invalid) as refused:
        county.deploy(bpmn(process("p", START, gateway, A, B, END, flows=f"s > g, g > a if {text}, g > b, a > e, b > e")))
    assert refused.value.code == "invalid-model"
    with pytest.raises(EngineError):
        county.run("p")


def test_f6_text_in_stored_rows_is_never_run(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("F6", "")
    text = "__import__('os').environ.__setitem__('F6', 'ran')"
    condition = '<conditionalEventDefinition id="d"><condition>${v == 1}</condition></conditionalEventDefinition>'
    border = f'<boundaryEvent id="late" attachedToRef="a">{condition}</boundaryEvent>'
    county.deploy(bpmn(process("p", START, A, border, Z, END, flows="s > a > e, late > z > e")))
    case = county.run("p", v=text)
    (row,) = county.rows(select(Subscription.key, Subscription.data).where(Subscription.instance == case.key))
    with county.engine.database.writing() as connection:
        told = {"data": {**row.data, "condition": text}}
        connection.execute(update(Subscription).where(Subscription.key == row.key).values(told))
    complete(county, case, "a", v=1, note=text)
    assert (case.state, values(case), os.environ["F6"]) == ("completed", {"v": 1, "note": text}, "")


def test_f6_an_instance_carries_no_text_of_its_model(county: County) -> None:
    script = '<scriptTask id="x" scriptFormat="liandong"><script>dose = 1 + 0</script></scriptTask>'
    county.deploy(bpmn(process("p", START, A, script, Z, END, flows="s > a > x > z > e")))
    case = county.run("p")
    for table in (ProcessInstance, Token, Variable):
        assert "dose" not in str(county.rows(select(*table.__table__.columns)))
    complete(county, case, "a")
    assert values(case) == {"dose": 1}


def test_f7_a_task_is_completed_once_and_only_while_it_is_open(county: County) -> None:
    county.deploy(bpmn(process("p", START, A, B, END, flows="s > a > b > e")))
    case = county.run("p")
    task = case.task("a").id
    complete(county, case, "a", x=1)
    with pytest.raises(Conflict):
        county.execute(CompleteTask(task=task, data={"x": 2}))
    assert (case.open, values(case)) == (["b"], {"x": 1})


def test_f8_no_element_id_is_reserved(county: County) -> None:
    ids = ["p.EndJoin", "Root", "End", "p_Start"]
    tasks = [user_task(name, post="BR_GP") for name in ids]
    county.deploy(bpmn(process("p", '<startEvent id="Start"/>', *tasks, flows=" > ".join(["Start", *ids]))))
    case = county.run("p")
    for name in ids:
        assert case.open == [name]
        complete(county, case, name)
    assert case.state == "completed"


def asking(receive: str, flows: str) -> bytes:
    """A process that waits for the answer of one patient's visit."""
    return bpmn(
        process("p", START, receive, Z, END, flows=flows),
        extra='<message id="m" name="Answer"/>',
    )


def receiving(element: str) -> str:
    keys = '<liandong:correlate name="patient" value="${patient}"/><liandong:correlate name="visit" value="${visit}"/>'
    extensions = f"<extensionElements><liandong:receive>{keys}</liandong:receive></extensionElements>"
    return f'<receiveTask id="{element}" messageRef="m">{extensions}</receiveTask>'


INSIDE = (
    f'<subProcess id="sub"><startEvent id="i"/>{receiving("r")}<sequenceFlow id="f" sourceRef="i" targetRef="r"/></subProcess>'
)


@pytest.mark.parametrize(
    "model", [asking(receiving("r"), "s > r > z > e"), asking(INSIDE, "s > sub > z > e")], ids=["plain", "subprocess"]
)
def test_f9_every_key_must_match_in_a_subprocess_too(model: bytes, county: County) -> None:
    county.deploy(model)
    first, second = county.run("p", patient="P1", visit=1), county.run("p", patient="P1", visit=2)
    for other in ({"patient": "P1"}, {"patient": "P2", "visit": 1}, {"patient": "P2", "visit": 2}):
        county.restart()
        county.send("Answer", to="CH01", correlation=other)
    assert (first.open, second.open) == ([], [])
    county.send("Answer", to="CH01", correlation={"patient": "P1", "visit": 2})
    assert (first.open, second.open) == ([], ["z"])
    assert values(second) == {"patient": "P1", "visit": 2}


def test_f9_one_message_feeds_one_catch(county: County) -> None:
    gateway = '<parallelGateway id="g"/>' + receiving("r") + receiving("r2")
    county.deploy(asking(gateway, "s > g, g > r > z > e, g > r2 > e"))
    case = county.run("p", patient="P1", visit=1)
    county.restart()
    county.send("Answer", to="CH01", correlation={"patient": "P1", "visit": 1})
    county.restart()
    waiting = select(Subscription.element).where(Subscription.instance == case.key)
    assert len(county.rows(waiting)) == 1


def test_f10_a_process_that_calls_itself_is_stopped_and_nothing_of_it_is_kept(county: County) -> None:
    call = '<callActivity id="c" calledElement="p"/>'
    branch = '<exclusiveGateway id="g" default="g_e"/>'
    county.deploy(bpmn(process("p", START, branch, call, END, flows="s > g, g > c if go, g > e, c > e")))
    with pytest.raises(EngineError) as refused:
        county.run("p", go=True)
    assert refused.value.code == "budget"
    assert county.cases() == []


def test_f10_too_many_seats_are_stopped(county: County) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>${n}</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, user_task("a", post="BR_GP", body=loop), END, flows="s > a > e")))
    with pytest.raises(EngineError) as refused:
        county.run("p", n=10**8)
    assert refused.value.code == "budget"
    assert county.cases() == []


def test_f10_after_a_day_without_workers_a_cycle_fires_once(county: County) -> None:
    timer = '<timerEventDefinition id="d"><timeCycle>R/PT1M</timeCycle></timerEventDefinition>'
    border = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    county.deploy(bpmn(process("p", START, A, border, B, END, flows="s > a > e, t > b")))
    case = county.run("p")
    county.clock.advance(timedelta(days=1))
    county.restart()
    county.work()
    assert case.open == ["a", "b"]
    county.clock.advance(timedelta(seconds=59))
    county.work()
    assert case.open == ["a", "b"]


def test_f11_nothing_of_a_case_is_logged(county: County, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
        county.deploy(FORK)
        case = county.run("p", idNumber="000000200001011234")
        complete(county, case, "a", phone="13800000000")
        complete(county, case, "b")
    assert "000000200001011234" not in caplog.text
    assert "13800000000" not in caplog.text
    assert [record.name for record in caplog.records if record.name.startswith("spiff")] == []


def test_f12_the_incident_of_a_function_says_what_failed(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def book(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        raise KeyError(5)

    register(monkeypatch, book=book)
    call = '<serviceTask id="c"><extensionElements><liandong:call function="book"/></extensionElements></serviceTask>'
    county.deploy(bpmn(process("p", START, A, call, END, flows="s > a > c > e")))
    case = county.run("p")
    complete(county, case, "a")
    (incident,) = county.incidents()
    assert (incident.code, incident.element) == ("function", "c")
    assert "'book' failed with KeyError" in incident.message
