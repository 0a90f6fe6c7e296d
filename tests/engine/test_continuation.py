from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.incident import RetryIncident
from engine.commands.instance import MoveInstance
from engine.commands.message import BroadcastSignal
from engine.errors import InvalidModel
from engine.functions import REGISTERED
from engine.kernel.triggers import SetVariables
from engine.runtime import directory
from engine.store.tables import AuditEntry, Job, Token
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.invariants import violations
from tests.engine.models import END, START

ASYNC = '<liandong:async before="{before}" after="{after}"/>'
BEFORE, AFTER = ASYNC.format(before="true", after="false"), ASYNC.format(before="false", after="true")
CALL = '<liandong:call function="flaky"><liandong:out name="answer"/></liandong:call>'

RULE = '<liandong:retry cycle="R5/PT1M"/>'
NAMED = '<message id="m" name="Result"/><signal id="g" name="Alarm"/>'
EVENTS = {
    "message": '<messageEventDefinition id="d" messageRef="m"/>',
    "signal": '<signalEventDefinition id="d" signalRef="g"/>',
    "timer": '<timerEventDefinition id="d"><timeDate>{at}</timeDate></timerEventDefinition>',
}
THROW = f'<intermediateThrowEvent id="t">{EVENTS["message"]}</intermediateThrowEvent>'


class Outside:
    """A registered function that fails as often as it is told to."""

    def __init__(self) -> None:
        self.failures = 0
        self.calls = 0

    def __call__(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls += 1
        if self.calls <= self.failures:
            raise ConnectionError("patient 110101… not reachable")
        return {"answer": self.calls}


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """The function `flaky` that a service task calls."""
    function = Outside()
    monkeypatch.setattr(directory, "REGISTERED", {**REGISTERED, "flaky": function})
    return function


def service(*extensions: str, key: str = "x", attributes: str = "") -> str:
    inner = f"<extensionElements>{CALL}{''.join(extensions)}</extensionElements>"
    return f'<serviceTask id="{key}" {attributes}>{inner}</serviceTask>'


def script(*extensions: str, key: str = "x", lines: str = "n = 1") -> str:
    inner = f"<extensionElements>{''.join(extensions)}</extensionElements><script>{lines}</script>"
    return f'<scriptTask id="{key}" scriptFormat="liandong">{inner}</scriptTask>'


def line(element: str, key: str = "x", *, more: str = "", extensions: str = "") -> bytes:
    """Start, the element, and task `read`."""
    elements = (START, element, user_task("read", post="BR_GP"), END, more)
    return bpmn(process("p", *elements, flows=f"s > {key} > read > e", extensions=extensions))


def jobs(county: County) -> list[Any]:
    return county.rows(select(Job.kind, Job.state, Job.attempts, Job.retries, Job.due_at, Job.error).order_by(Job.key))


class TestBoundary:
    """A token waits between two transactions for its own job."""

    @pytest.mark.parametrize(
        "attributes",
        [
            'xmlns:c="http://camunda.org/schema/1.0/bpmn" c:asyncBefore="true"',
            'xmlns:c="http://operaton.org/schema/1.0/bpmn" c:asyncBefore="true" c:exclusive="false"',
            'xmlns:c="http://flowable.org/bpmn" c:async="true"',
            'xmlns:c="http://activiti.org/bpmn" c:async="true"',
        ],
    )
    def test_other_engines_spellings(self, county: County, outside: Outside, attributes: str) -> None:
        county.deploy(line(service(attributes=attributes)))
        case = county.run("p")
        assert (case.open, outside.calls, [job.kind for job in jobs(county)]) == ([], 0, ["continue"])
        county.work()
        assert (case.open, outside.calls, jobs(county)) == (["read"], 1, [])

    def test_before_the_work_is_not_begun(self, county: County, outside: Outside) -> None:
        county.deploy(line(service(BEFORE)))
        case = county.run("p")
        assert (outside.calls, "answer" in case.variables) == (0, False)
        county.restart()
        county.work()
        assert (case.open, case.variables["answer"]) == (["read"], 1)

    def test_after_the_work_is_done_and_kept(self, county: County, outside: Outside) -> None:
        county.deploy(line(service(AFTER)))
        case = county.run("p")
        assert (outside.calls, case.variables["answer"], case.open) == (1, 1, [])
        county.restart()
        county.work()
        assert (outside.calls, case.open) == (1, ["read"])

    def test_on_both_sides(self, county: County, outside: Outside) -> None:
        county.deploy(line(service(ASYNC.format(before="true", after="true"))))
        case = county.run("p")
        assert county.work() == 2
        assert (outside.calls, case.open, jobs(county)) == (1, ["read"], [])

    @pytest.mark.parametrize(
        "element",
        [
            '<exclusiveGateway id="x"><extensionElements>{}</extensionElements></exclusiveGateway>',
            '<inclusiveGateway id="x"><extensionElements>{}</extensionElements></inclusiveGateway>',
            '<parallelGateway id="x"><extensionElements>{}</extensionElements></parallelGateway>',
            script("{}"),
            '<intermediateThrowEvent id="x"><extensionElements>{}</extensionElements></intermediateThrowEvent>',
            '<manualTask id="x"><extensionElements>{}</extensionElements></manualTask>',
            '<subProcess id="x"><extensionElements>{}</extensionElements><task id="in"/></subProcess>',
        ],
    )
    @pytest.mark.parametrize("side", [BEFORE, AFTER])
    def test_on_every_kind_of_element(self, county: County, element: str, side: str) -> None:
        county.deploy(line(element.format(side)))
        case = county.run("p")
        assert (case.open, len(jobs(county))) == ([], 1)
        county.work()
        assert (case.open, jobs(county)) == (["read"], [])

    def test_a_start_event_makes_the_start_itself_durable(self, county: County) -> None:
        start = f'<startEvent id="s"><extensionElements>{BEFORE}</extensionElements></startEvent>'
        county.deploy(bpmn(process("p", start, user_task("read", post="BR_GP"), END, flows="s > read > e")))
        case = county.run("p")
        assert case.open == []
        county.work()
        assert case.open == ["read"]

    def test_an_end_event(self, county: County) -> None:
        end = f'<endEvent id="e"><extensionElements>{BEFORE}</extensionElements></endEvent>'
        county.deploy(bpmn(process("p", START, end, flows="s > e")))
        case = county.run("p")
        assert case.state == "active"
        county.work()
        assert case.state == "completed"

    def test_after_a_persons_task_the_task_is_done_at_once(self, county: County) -> None:
        county.deploy(line(user_task("x", AFTER, post="BR_GP")))
        case = county.run("p")
        county.person("gan").complete(case.task("x"))
        assert (case.open, [seat.state for seat in case.seats("x")]) == ([], ["completed"])
        county.work()
        assert case.open == ["read"]

    def test_a_decision_is_made_when_the_gateway_goes_on(self, county: County) -> None:
        gateway = f'<exclusiveGateway id="x"><extensionElements>{AFTER}</extensionElements></exclusiveGateway>'
        elements = (START, gateway, user_task("yes", post="BR_GP"), user_task("no", post="BR_GP"))
        county.deploy(bpmn(process("p", *elements, flows="s > x, x > yes if n == 1, x > no if n != 1")))
        case = county.run("p", n=1)
        county.work()
        assert case.open == ["yes"]

    def test_a_parallel_join_waits_for_tokens_that_have_still_to_arrive(self, county: County) -> None:
        join = f'<parallelGateway id="j"><extensionElements>{BEFORE}</extensionElements></parallelGateway>'
        elements = (START, '<parallelGateway id="f"/>', '<task id="a"/>', user_task("b", post="BR_GP"), join, END)
        elements = (*elements, user_task("read", post="BR_GP"))
        county.deploy(bpmn(process("p", *elements, flows="s > f > a > j > read > e, f > b > j")))
        case = county.run("p")
        county.work()
        assert case.open == ["b"]
        county.person("gan").complete(case.task("b"))
        assert case.open == []
        county.work()
        assert case.open == ["read"]

    def test_an_inclusive_join_waits_for_tokens_that_have_still_to_arrive(self, county: County) -> None:
        join = f'<inclusiveGateway id="j"><extensionElements>{BEFORE}</extensionElements></inclusiveGateway>'
        elements = (START, '<inclusiveGateway id="f"/>', '<task id="a"/>', '<task id="b"/>', join, END)
        elements = (*elements, user_task("read", post="BR_GP"))
        county.deploy(bpmn(process("p", *elements, flows="s > f > a > j > read > e, f > b > j")))
        case = county.run("p")
        assert [job.kind for job in jobs(county)] == ["continue", "continue"]
        (first, second) = county.take_jobs(limit=2)
        county.carry_out(first)
        assert case.open == []
        county.carry_out(second)
        assert case.open == ["read"]

    def test_each_seat_of_a_multi_instance(self, county: County, outside: Outside) -> None:
        loop = (
            f"<multiInstanceLoopCharacteristics><extensionElements>{BEFORE}</extensionElements>"
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        element = f'<serviceTask id="x"><extensionElements>{CALL}</extensionElements>{loop}</serviceTask>'
        county.deploy(line(element))
        case = county.run("p")
        assert (len(jobs(county)), outside.calls) == (3, 0)
        assert county.work() == 3
        assert (outside.calls, case.open) == (3, ["read"])

    def test_a_multi_instance_as_a_whole(self, county: County, outside: Outside) -> None:
        loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        county.deploy(line(f'<serviceTask id="x"><extensionElements>{CALL}{BEFORE}</extensionElements>{loop}</serviceTask>'))
        case = county.run("p")
        assert len(jobs(county)) == 1
        assert county.work() == 1
        assert (outside.calls, case.open) == (3, ["read"])

    def test_a_boundary_event_begins_with_the_work(self, county: County) -> None:
        border = (
            '<boundaryEvent id="late" attachedToRef="x"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
            '</timerEventDefinition></boundaryEvent><endEvent id="e2"/>'
        )
        elements = (START, user_task("x", BEFORE, post="BR_GP"), border, END)
        county.deploy(bpmn(process("p", *elements, flows="s > x > e, late > e2")))
        case = county.run("p")
        assert [job.kind for job in jobs(county)] == ["continue"]
        county.work()
        assert ([job.kind for job in jobs(county)], case.open) == (["timer"], ["x"])
        county.pass_time("PT1H")
        assert case.state == "completed"

    def test_a_token_that_is_taken_away_takes_its_job_with_it(self, county: County, outside: Outside) -> None:
        signal = '<signal id="g" name="Stop"/>'
        inner = '<startEvent id="s1"/>' + service(BEFORE) + '<sequenceFlow id="f1" sourceRef="s1" targetRef="x"/>'
        border = (
            '<boundaryEvent id="stop" attachedToRef="sub"><conditionalEventDefinition id="d"><condition>${halt == true}'
            "</condition></conditionalEventDefinition></boundaryEvent>"
        )
        elements = (START, f'<subProcess id="sub">{inner}</subProcess>', border, user_task("read", post="BR_GP"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > sub > e, stop > read"), extra=signal))
        case = county.run("p", halt=False)
        assert len(jobs(county)) == 1
        move(county, case, halt=True)
        assert (case.open, jobs(county), outside.calls) == (["read"], [], 0)

    def test_the_jobs_of_one_case_run_one_after_the_other(self, county: County, outside: Outside) -> None:
        elements = (START, '<parallelGateway id="f"/>', service(BEFORE, key="a"), service(BEFORE, key="b"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > f > a > e, f > b > e")))
        case = county.run("p")
        assert county.work() == 2
        revisions = [row.revision for row in county.rows(select(AuditEntry.revision).where(AuditEntry.action == "continue"))]
        assert (sorted(revisions), case.state) == ([2, 3], "completed")


def move(county: County, case: CaseView, **variables: Any) -> None:
    county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables=variables)))


class TestRetries:
    """Behind an asynchronous point a function that fails is tried again by itself; in a request it is not."""

    def try_again(self, county: County) -> list[float]:
        """Carries the job out until nothing is left, and returns the pauses in seconds."""
        waits = []
        while county.work() and (rows := [job for job in jobs(county) if job.state == "pending"]):
            waits.append((rows[0].due_at - county.clock.now()).total_seconds())
            county.clock.set(rows[0].due_at)
        return waits

    def test_a_failure_takes_the_whole_step_back_and_counts(self, county: County, outside: Outside) -> None:
        outside.failures = 1
        elements = (START, script(BEFORE, key="y"), service(), user_task("read", post="BR_GP"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > y > x > read > e")))
        case = county.run("p")
        county.work()
        (job,) = jobs(county)
        assert (job.state, job.attempts, job.retries) == ("pending", 1, 2)
        assert job.error == "function: Expected element 'x' to do its work, but function 'flaky' failed with ConnectionError"
        assert ("n" in case.variables, case.revision, county.incidents()) == (False, 1, [])
        county.clock.advance(timedelta(seconds=10))
        county.work()
        assert (case.variables["n"], case.variables["answer"], case.open) == (1, 2, ["read"])

    @pytest.mark.parametrize(
        ("rule", "waits"),
        [
            ("", [10, 40, 160]),
            ('<liandong:retry cycle="R2/PT10M"/>', [600, 600]),
            ('<liandong:retry cycle="PT1M,PT5M,PT30M,PT2H"/>', [60, 300, 1800, 7200]),
            (
                '<c:failedJobRetryTimeCycle xmlns:c="http://camunda.org/schema/1.0/bpmn">R5/PT1M</c:failedJobRetryTimeCycle>',
                [60] * 5,
            ),
            ('<liandong:retry cycle="R0/PT1M"/>', []),
        ],
    )
    def test_after_the_last_try_it_is_an_incident_with_its_cause(
        self, county: County, outside: Outside, rule: str, waits: list[int]
    ) -> None:
        outside.failures = 100
        county.deploy(line(service(BEFORE, rule)))
        case = county.run("p")
        assert self.try_again(county) == waits
        (incident,) = county.incidents()
        assert (incident.code, incident.element) == ("function", "x")
        assert "ConnectionError" in incident.message
        assert "110101" not in incident.message
        assert (outside.calls, jobs(county), case.state) == (len(waits) + 1, [], "active")
        outside.failures = 0
        county.execute(RetryIncident(incident=incident.id))
        assert (case.open, county.incidents()) == (["read"], [])

    def test_the_rule_of_the_process_holds_where_the_element_has_none(self, county: County, outside: Outside) -> None:
        outside.failures = 100
        county.deploy(line(service(BEFORE), extensions='<liandong:retry cycle="PT3M"/>'))
        county.run("p")
        assert self.try_again(county) == [180]

    def test_in_a_called_process_its_own_rule_holds(self, county: County, outside: Outside) -> None:
        outside.failures = 100
        inner = process("q", START, service(BEFORE, '<liandong:retry cycle="PT2M"/>'), END, flows="s > x > e")
        county.deploy(bpmn(inner))
        call = '<callActivity id="c" calledElement="q"/>'
        county.deploy(bpmn(process("p", START, call, END, flows="s > c > e")), name="caller")
        county.run("p")
        assert self.try_again(county) == [120]
        assert [found.code for found in county.incidents()] == ["function"]

    def test_behind_a_timer_too(self, county: County, outside: Outside) -> None:
        outside.failures = 2
        catch = (
            '<intermediateCatchEvent id="t"><extensionElements><liandong:retry cycle="PT1M,PT2M"/></extensionElements>'
            '<timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>'
        )
        elements = (START, catch, service(), user_task("read", post="BR_GP"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > t > x > read > e")))
        case = county.run("p")
        county.clock.advance(timedelta(hours=1))
        assert self.try_again(county) == [60, 120]
        assert (case.open, county.incidents()) == (["read"], [])

    @pytest.mark.parametrize("rule", ["", RULE], ids=["configured", "own"])
    @pytest.mark.parametrize("way", ["message", "message start", "signal", "signal start", "timer start"])
    def test_behind_what_a_job_brings(self, county: County, outside: Outside, way: str, rule: str) -> None:
        """A message on its way, a signal or a start of the clock loses nothing while a function fails behind it."""
        kind, _, start = way.partition(" ")
        definition = EVENTS[kind].format(at=(county.clock.now() + timedelta(hours=1)).isoformat())
        event = f"<extensionElements>{rule}</extensionElements>{definition}"
        begun = (
            f'<startEvent id="c">{event}</startEvent>'
            if start
            else START + f'<intermediateCatchEvent id="c">{event}</intermediateCatchEvent>'
        )
        elements = (begun, service(), user_task("read", post="BR_GP"), END)
        flows = "c > x > read > e" if start else "s > c > x > read > e"
        county.deploy(bpmn(process("p", *elements, flows=flows), extra=NAMED))
        county.deploy(bpmn(process("sender", START, THROW, END, flows="s > t > e"), extra=NAMED), name="sender")
        waits = [60] * 5 if rule else [10, 40, 160]
        for outside.failures in (len(waits), 100):
            outside.calls = 0
            before = [] if start else [county.run("p")]
            if kind == "message":
                county.run("sender")
            elif kind == "signal":
                county.execute(BroadcastSignal(name="Alarm"))
            county.clock.advance(timedelta(hours=1))
            assert self.try_again(county) == waits
            assert county.work() == 0
            case = before[0] if before else county.cases("p")[-1]
            lost = [] if outside.failures < 100 else [("function", "x")]
            assert [(found.code, found.element) for found in county.incidents()] == lost
            assert (case.open, jobs(county)) == ([] if lost else ["read"], [])
            assert outside.calls == len(waits) + 1
            assert violations(county.engine.database) == []
            if kind == "timer":
                return

    def test_a_fault_of_the_model_is_an_incident_at_once(self, county: County) -> None:
        county.deploy(line(script(BEFORE, lines="y = missing + 1")))
        county.run("p")
        assert self.try_again(county) == []
        assert [(found.code, found.element) for found in county.incidents()] == [("expression", "x")]

    def test_without_such_a_point_the_request_ends_in_an_incident(self, county: County, outside: Outside) -> None:
        outside.failures = 1
        county.deploy(line(service()))
        case = county.run("p")
        assert (jobs(county), [found.code for found in county.incidents()]) == ([], ["function"])
        county.execute(RetryIncident(incident=county.incidents()[0].id))
        assert case.open == ["read"]

    def test_a_worker_that_dies_has_used_a_try(self, open_county: Callable[..., County], outside: Outside) -> None:
        county = open_county(job_retries=1)
        county.deploy(line(service(BEFORE, '<liandong:retry cycle="R4/PT1S"/>')))
        case = county.run("p")
        for tries in range(1, 6):
            assert len(county.take_jobs(f"victim-{tries}")) == 1
            county.clock.advance(timedelta(seconds=61))
        assert county.take_jobs() == ()
        (incident,) = county.incidents()
        assert (incident.code, case.state) == ("job-continue", "active")
        county.execute(RetryIncident(incident=incident.id))
        county.work()
        assert case.open == ["read"]

    @pytest.mark.parametrize("cycle", ["R3", "soon", "R3/1M", "R101/PT1M", "", "PT1M,,PT2M", "${cycle}"])
    def test_a_rule_that_is_none_is_refused_at_deployment(self, county: County, outside: Outside, cycle: str) -> None:
        with pytest.raises(InvalidModel) as refusal:
            county.deploy(line(service(f'<liandong:retry cycle="{cycle}"/>')))
        assert [(found.code, found.element) for found in refusal.value.findings] == [("retry", "x")]


def test_a_misspelt_wish_is_refused(county: County) -> None:
    with pytest.raises(InvalidModel) as refusal:
        county.deploy(line(service('<liandong:async before="yes"/>')))
    assert "attribute-value" in [found.code for found in refusal.value.findings]


def test_a_token_between_two_transactions_stands_at_its_element(county: County, outside: Outside) -> None:
    county.deploy(line(service(BEFORE)))
    county.run("p")
    assert county.rows(select(Token.element, Token.state)) == [("x", "started")]
