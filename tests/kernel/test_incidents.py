"""A failure of the model stops one token, keeps everything else, and can be tried again."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Conflict
from engine.kernel import Budget, BudgetExceeded
from engine.kernel.effects import ActivityEnded, IncidentRaised, InstanceEnded, TaskClosed
from engine.kernel.triggers import Cancel, CompleteToken, Retry, SetVariables
from tests.kernel.world import World, flows

FORK = '<startEvent id="s"/><parallelGateway id="g"/><userTask id="b"/>'


def world(body: str, **options: Any) -> World:
    """A world that reloads at every step and keeps incidents."""
    return World(body, reload=True, keep_incidents=True, **options)


def retry(in_world: World, element: str) -> Any:
    """Tries the token of an element again."""
    [(instance, token)] = [
        (i, t)
        for i in in_world.live()
        for t in in_world.store.source(i).all_tokens()
        if t.element == element and t.state == "error"
    ]
    return in_world.step(instance, Retry(token=token.key))


def test_a_failing_script_stops_its_branch_only_and_writes_nothing() -> None:
    body = FORK + '<scriptTask id="x"><script>a = 1\nb = missing + 1</script></scriptTask><userTask id="z"/>'
    failing = world(body + flows("s>g", "g>x", "g>b", "x>z"))
    failing.start()
    [incident] = failing.of(IncidentRaised)
    assert (incident.element, incident.code) == ("x", "expression")
    assert "missing" in incident.message
    assert failing.variables() == {}
    failing.complete("b")
    assert not failing.ended()
    assert [e.element for e in failing.of(ActivityEnded)] == ["s", "g", "b"]
    failing.set_variables(missing=4)
    retry(failing, "x")
    assert failing.variables() == {"missing": 4, "a": 1, "b": 5}
    assert failing.open() == ["z"]


def test_a_gateway_without_a_way_out_waits_for_its_retry() -> None:
    failing = world('<startEvent id="s"/><exclusiveGateway id="x"/><userTask id="a"/>' + flows("s>x", "x>a if v == 1"))
    failing.start("p", v=2)
    [incident] = failing.of(IncidentRaised)
    assert (incident.element, incident.code) == ("x", "no-flow")
    retry(failing, "x")
    assert len(failing.of(IncidentRaised)) == 2
    failing.set_variables(v=1)
    retry(failing, "x")
    assert failing.open() == ["a"]


def test_a_task_that_cannot_be_left_is_done_all_the_same() -> None:
    failing = world('<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s>a", "a>b if v == 1"))
    instance = failing.start("p", v=2)
    [(_, token)] = failing.tasks("a")
    failing.complete("a", note="kept")
    assert failing.variables() == {"v": 2, "note": "kept"}
    assert [(c.element, c.completed) for c in failing.of(TaskClosed)] == [("a", True)]
    assert failing.open() == []
    with pytest.raises(Conflict):
        failing.step(instance, CompleteToken(token=token.key))
    failing.set_variables(v=1)
    retry(failing, "a")
    assert failing.open() == ["b"]
    assert len(failing.of(TaskClosed)) == 1


def test_an_activity_that_cannot_be_entered_is_armed_once_when_it_is() -> None:
    timer = "<timerEventDefinition><timeDuration>${term}</timeDuration></timerEventDefinition>"
    body = (
        '<startEvent id="s"/><userTask id="a"/><userTask id="h"/>'
        '<boundaryEvent id="c" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
        f'</boundaryEvent><boundaryEvent id="d" attachedToRef="a">{timer}</boundaryEvent>' + flows("s>a", "d>h")
    )
    failing = world(body)
    failing.start("p", term="soon")
    [incident] = failing.of(IncidentRaised)
    assert (incident.element, incident.code) == ("a", "timer")
    assert failing.source().counts()["subscriptions"] == 0
    failing.set_variables(term="PT1H")
    retry(failing, "a")
    assert failing.open() == ["a"]
    assert failing.source().counts()["subscriptions"] == 2
    failing.advance_time("PT1H")
    assert failing.open() == ["h"]


def test_a_completion_condition_that_fails_does_not_lose_seats() -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
        '<completionCondition>${enough}</completionCondition></multiInstanceLoopCharacteristics></userTask><userTask id="z"/>'
    )
    failing = world(body + flows("s>a", "a>z"))
    failing.start()
    failing.complete("a")
    failing.complete("a")
    assert len(failing.of(IncidentRaised)) == 1
    assert failing.open() == ["a"]
    failing.set_variables(enough=False)
    retry(failing, "a")
    assert failing.open() == ["a"]
    failing.complete("a")
    assert failing.open() == ["z"]


def test_an_error_that_nobody_catches_leaves_the_scope_open() -> None:
    inner = (
        '<startEvent id="i"/><parallelGateway id="f"/><userTask id="u"/>'
        '<endEvent id="e"><errorEventDefinition errorRef="E1"/></endEvent>' + flows("i>f", "f>u", "f>e")
    )
    failing = world(f'<startEvent id="s"/><subProcess id="p1">{inner}</subProcess><userTask id="z"/>' + flows("s>p1", "p1>z"))
    instance = failing.start()
    [incident] = failing.of(IncidentRaised)
    assert (incident.element, incident.code) == ("e", "uncaught-error")
    failing.complete("u")
    assert failing.open() == []
    assert failing.state(instance) == "active"
    failing.step(instance, Cancel())
    assert failing.of(InstanceEnded)[-1].state == failing.state(instance) == "cancelled"
    assert failing.source().counts() == {"scopes": 1, "tokens": 0, "subscriptions": 0, "compensations": 0, "variables": 0}


def test_a_call_whose_outputs_fail_keeps_the_called_scope() -> None:
    body = (
        '<process id="p"><startEvent id="s"/><callActivity id="c" calledElement="q"><extensionElements>'
        '<liandong:out name="sum" value="${x + y}"/></extensionElements></callActivity><userTask id="z"/>'
        + flows("s>c", "c>z")
        + '</process><process id="q"><startEvent id="qs"/><userTask id="u"/>'
        + flows("qs>u")
        + "</process>"
    )
    failing = world(body)
    failing.start("p", x=1)
    failing.complete("u")
    assert [(i.element, i.code) for i in failing.of(IncidentRaised)] == [("c", "expression")]
    [called] = [row for row in failing.source().all_scopes() if row.kind == "call"]
    failing.step(failing.live()[0], _write(called.key, y=2))
    retry(failing, "c")
    assert failing.open() == ["z"]
    assert failing.variables() == {"x": 1, "sum": 3}


def test_a_process_that_is_not_deployed_is_an_incident_of_the_call() -> None:
    failing = world('<startEvent id="s"/><callActivity id="c" calledElement="nowhere"/>' + flows("s>c"))
    failing.start()
    assert [(i.element, i.code) for i in failing.of(IncidentRaised)] == [("c", "no-called-process")]


def test_only_a_token_with_an_incident_can_be_retried() -> None:
    failing = world('<startEvent id="s"/><userTask id="a"/>' + flows("s>a"))
    instance = failing.start()
    [(_, token)] = failing.tasks()
    with pytest.raises(Conflict) as refused:
        failing.step(instance, Retry(token=token.key))
    assert refused.value.code == "no-incident"


def test_a_boundary_timer_still_takes_away_an_activity_with_an_incident() -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    body = (
        f'<startEvent id="s"/><scriptTask id="x"><script>a = missing</script></scriptTask>'
        f'<boundaryEvent id="b" attachedToRef="x">{timer}</boundaryEvent><userTask id="h"/>' + flows("s>x", "b>h")
    )
    failing = world(body)
    failing.start()
    failing.advance_time("PT1H")
    assert failing.open() == ["h"]


def test_a_step_over_its_budget_changes_nothing() -> None:
    script = '<scriptTask id="x"><script>n = n + 1</script></scriptTask>'
    body = '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="m"/>' + script
    spent = World(body + flows("s>a", "a>m", "m>x", "x>m"), budget=Budget(steps=100))
    instance = spent.start("p", n=0)
    before = spent.source().counts()
    with pytest.raises(BudgetExceeded):
        spent.complete("a")
    assert spent.source().counts() == before
    assert spent.variables(instance) == {"n": 0}
    assert spent.open() == ["a"]


def _write(scope: int, **variables: Any) -> Any:
    return SetVariables(scope=scope, variables=variables)
