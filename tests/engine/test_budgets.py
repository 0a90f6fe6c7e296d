"""What one step may spend: over it, everything is undone and a person sees it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import EngineError, InvalidModel
from engine.runtime import environment
from engine.store.tables import Job
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, START, timer

SCRIPT = '<scriptTask id="x" scriptFormat="liandong"><script>n = n + 1</script></scriptTask>'
GATE = '<exclusiveGateway id="g"/>'
WAIT = (
    '<intermediateCatchEvent id="t"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
)
WAYS = "x > g, g > x if n > 0, g > e if n < 0"


def test_a_job_over_its_budget_is_one_incident_and_is_not_tried_again(open_county: Callable[..., County]) -> None:
    county = open_county(step_tokens=100, job_retries=3)
    county.deploy(bpmn(process("p", START, WAIT, SCRIPT, GATE, END, flows=f"s > t > x, {WAYS}")))
    case = county.run("p", n=1)
    county.pass_time("PT1H")
    county.pass_time("P1D")
    (incident,) = county.incidents()
    assert (incident.code, incident.instance) == ("job-timer", case.key)
    assert "100 tokens" in incident.message
    assert county.scalar(select(Job.state)) == "failed"
    assert case.variables["n"] == 1


def test_trying_again_what_is_over_the_budget_makes_no_second_incident(open_county: Callable[..., County]) -> None:
    county = open_county(step_tokens=100)
    task = user_task("go", post="BR_GP")
    county.deploy(bpmn(process("p", START, task, SCRIPT, GATE, END, flows=f"s > go > x, {WAYS}")))
    case = county.run("p", n=1)
    for _ in range(3):
        with pytest.raises(EngineError, match="100 tokens"):
            county.person("gan").complete(case.task("go"))
    assert [incident.code for incident in county.incidents()] == ["budget"]
    assert (case.open, case.variables["n"]) == (["go"], 1)


def test_a_step_that_takes_too_long_is_undone(open_county: Callable[..., County], monkeypatch: pytest.MonkeyPatch) -> None:
    county = open_county(step_time=timedelta(seconds=2))
    monkeypatch.setattr(environment, "stopwatch", lambda: lambda: 2.5)
    task = user_task("go", post="BR_GP")
    county.deploy(bpmn(process("p", START, task, SCRIPT, GATE, END, flows=f"s > go > x, {WAYS}")))
    case = county.run("p", n=1)
    with pytest.raises(EngineError, match=r"2\.0 seconds"):
        county.person("gan").complete(case.task("go"))
    assert (case.open, case.variables["n"]) == (["go"], 1)


def test_the_limit_of_seats_holds_at_deployment_and_for_signers(open_county: Callable[..., County]) -> None:
    county = open_county(multi_instance=2)
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>${3}</loopCardinality></multiInstanceLoopCharacteristics>"
    with pytest.raises(InvalidModel) as refused:
        county.deploy(bpmn(process("p", START, user_task("vote", post="BR_GP", body=loop), END, flows="s > vote > e")))
    assert [(found.code, found.element) for found in refused.value.findings] == [("cardinality", "vote")]
    everybody = "".join(f'<liandong:assign rule="post" post="{post}"/>' for post in ("BR_GP", "BR_DIR"))
    people = '<liandong:approval mode="all"/>' + everybody
    outcomes = '<liandong:outcome value="yes"/><liandong:outcome value="no" kind="negative"/>'
    county.deploy(bpmn(process("q", START, user_task("sign", people, outcomes), END, flows="s > sign > e")), name="q")
    with pytest.raises(EngineError, match="more than 2"):
        county.run("q")
    assert county.cases("q") == []


def test_the_limit_of_seats_is_a_setting(open_county: Callable[..., County]) -> None:
    county = open_county(multi_instance=3)
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>${n}</loopCardinality></multiInstanceLoopCharacteristics>"
    county.deploy(bpmn(process("p", START, user_task("vote", post="BR_GP", body=loop), END, flows="s > vote > e")))
    assert county.run("p", n=3).open == ["vote"] * 3
    with pytest.raises(EngineError, match="more than 3"):
        county.run("p", n=4)


def test_a_timer_within_its_budget_is_left_alone(open_county: Callable[..., County]) -> None:
    county = open_county(step_tokens=10)
    county.deploy(timer("Duration", "PT1H"))
    case = county.run("p")
    county.pass_time("PT1H")
    assert (case.open, county.incidents()) == (["after"], [])
