from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.commands.incident import RaiseIncident, RetryIncident
from engine.commands.job import ExecuteJob
from engine.commands.message import BroadcastSignal
from engine.commands.notification import MarkNotificationsRead
from engine.errors import EngineError, Invalid, NotAllowed
from engine.store.tables import Incident, Job, Notification
from engine.testing import County, bpmn, process, user_task
from tests.engine.models import END, START, one_task

SIGNAL = '<signal id="g" name="Alarm"/>'
EVENT = '<signalEventDefinition id="{}d" signalRef="g"/>'


def listening() -> bytes:
    catch = f'<intermediateCatchEvent id="c">{EVENT.format("c")}</intermediateCatchEvent>'
    script = '<scriptTask id="x" scriptFormat="liandong"><script>y = 10 // divisor</script></scriptTask>'
    return bpmn(
        process("p", START, catch, script, user_task("react", post="BR_GP"), END, flows="s > c > x > react > e"), extra=SIGNAL
    )


def test_a_signal_reaches_every_case_of_every_institution(county: County) -> None:
    county.deploy(listening())
    cases = [county.run("p", at=code, divisor=1) for code in ("CH00", "CH01", "CH02")]
    county.signal("Alarm")
    assert [case.open for case in cases] == [["react"]] * 3


def test_one_case_that_fails_keeps_the_signal_from_no_other(county: County) -> None:
    county.deploy(listening())
    first, broken, last = county.run("p", divisor=1), county.run("p", divisor=0), county.run("p", divisor=2)
    county.signal("Alarm")
    assert (first.open, broken.open, last.open) == (["react"], [], ["react"])
    assert [incident.instance for incident in county.incidents()] == [broken.key]


def test_a_start_that_fails_keeps_the_signal_from_no_other(open_county: Callable[..., County]) -> None:
    county = open_county(step_tokens=50, job_retries=1)
    begin = f'<startEvent id="s">{EVENT.format("s")}</startEvent>'
    turn = '<scriptTask id="x" scriptFormat="liandong"><script>n = 1</script></scriptTask><exclusiveGateway id="again"/>'
    endless = process("endless", begin, turn, END, flows="s > x > again, again > x if n == 1, again > e if n == 2")
    county.deploy(bpmn(endless, extra=SIGNAL), name="endless")
    county.deploy(bpmn(process("begun", begin, user_task("react", post="BR_GP"), END, flows="s > react > e"), extra=SIGNAL))
    county.deploy(listening(), name="listening")
    case = county.run("p", divisor=1)
    county.signal("Alarm")
    county.pass_time("PT1H")
    assert case.open == ["react"]
    assert [other.open for other in county.cases("begun")] == [["react"]]
    assert county.cases("endless") == []
    assert [incident.code for incident in county.incidents()] == ["job-signal"]


def test_a_signal_that_finds_its_case_ended_is_harmless(county: County) -> None:
    border = f'<boundaryEvent id="b" attachedToRef="work">{EVENT.format("b")}</boundaryEvent>'
    elements = (START, user_task("work", post="BR_GP"), border, END, '<endEvent id="e2"/>')
    county.deploy(bpmn(process("p", *elements, flows="s > work > e, b > e2"), extra=SIGNAL))
    case = county.run("p")
    county.execute(BroadcastSignal(name="Alarm"))
    (job,) = county.take_jobs()
    county.execute(ExecuteJob(job=job.id, fence=job.fence))
    county.person("gan").complete(case.task("work"))
    assert county.work() == 1
    assert (case.state, county.rows(select(Job.key))) == ("completed", [])


def test_who_may_broadcast(county: County) -> None:
    with pytest.raises(NotAllowed):
        county.person("gan").do(BroadcastSignal(name="Alarm"))
    with pytest.raises(Invalid):
        county.execute(BroadcastSignal(name="a\0"))
    county.person("it", "integrate").do(BroadcastSignal(name="Alarm"))


def test_lines_are_marked_read_by_whom_they_were_sent_to(county: County) -> None:
    county.deploy(one_task())
    county.run("p")
    lines = {row.person: row.id for row in county.rows(select(Notification.person, Notification.id))}
    gan, guo = county.person("gan"), county.person("guo")
    county.clock.advance(timedelta(minutes=1))
    gan.do(MarkNotificationsRead(ids=(lines[gan.key], lines[guo.key], UUID(int=1))))
    read = {row.person: row.read_at for row in county.rows(select(Notification.person, Notification.read_at))}
    assert read == {gan.key: county.clock.now(), guo.key: None}
    county.clock.advance(timedelta(minutes=1))
    gan.do(MarkNotificationsRead(ids=(lines[gan.key],)))
    assert county.scalar(select(Notification.read_at).where(Notification.person == gan.key)) == read[gan.key]


def test_an_incident_of_a_whole_case_is_closed_by_hand(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    county.execute(RaiseIncident(instance=case.key, code="budget", message="too large"))
    (incident,) = county.incidents()
    assert (incident.code, incident.instance, case.revision) == ("budget", case.key, 2)
    county.person("it", "operations").do(RetryIncident(incident=incident.id))
    resolved = county.row(select(Incident.state, Incident.resolved_by))
    assert tuple(resolved) == ("resolved", county.person("it").key)
    assert case.open == ["check"]


def test_a_step_without_end_is_undone_and_becomes_an_incident(county: County) -> None:
    script = '<scriptTask id="x" scriptFormat="liandong"><script>n = n + 1</script></scriptTask>'
    elements = (START, user_task("go", post="BR_GP"), script, '<exclusiveGateway id="g"/>', END)
    county.deploy(bpmn(process("p", *elements, flows="s > go > x > g, g > x if n > 0, g > e if n < 0")))
    case = county.run("p", n=1)
    with pytest.raises(EngineError, match="budget"):
        county.person("gan").complete(case.task("go"))
    assert (case.open, case.variables["n"]) == (["go"], 1)
    assert [incident.instance for incident in county.incidents()] == [case.key]


def test_a_case_that_nothing_can_move_any_more_is_an_incident(county: County) -> None:
    elements = (START, '<inclusiveGateway id="g"/>', user_task("a", post="BR_GP"), user_task("b", post="BR_GP"))
    join = '<parallelGateway id="j"/>'
    county.deploy(bpmn(process("p", *elements, join, END, flows="s > g, g > a if x, g > b if not x, a > j, b > j, j > e")))
    case = county.run("p", x=True)
    assert county.incidents() == []
    county.person("gan").complete(case.task("a"))
    (incident,) = county.incidents()
    assert (incident.code, incident.element, case.state) == ("stuck", "j", "active")
    county.execute(RetryIncident(incident=incident.id))
    (again,) = county.incidents()
    assert (again.code, again.id != incident.id) == ("stuck", True)


def test_a_signal_that_a_case_throws_carries_what_it_lists(county: County) -> None:
    """To another case, to one that it starts, and to a branch of the same case; and nothing else of the thrower."""
    listen = '<extensionElements><liandong:receive><liandong:accept name="what"/></liandong:receive></extensionElements>'
    say = '<extensionElements><liandong:send><liandong:payload name="what" value="${item}"/></liandong:send></extensionElements>'
    throw = f'<intermediateThrowEvent id="t">{say}{EVENT.format("t")}</intermediateThrowEvent>'
    caught = f'<intermediateCatchEvent id="c">{listen}{EVENT.format("c")}</intermediateCatchEvent>'
    begun = f'<startEvent id="b">{listen}{EVENT.format("b")}</startEvent>'
    sender = process(
        "p",
        START,
        '<parallelGateway id="f"/>',
        user_task("go", post="BR_GP"),
        throw,
        caught,
        END,
        flows="s > f > go > t > e, f > c > e",
    )
    other = process("q", begun, user_task("react", post="BR_GP"), '<endEvent id="z"/>', flows="b > react > z")
    county.deploy(bpmn(sender, other, extra=SIGNAL))
    case = county.run("p", item="甘精胰岛素", secret="丁一")
    county.person("gan").complete(case.task("go"))
    county.work()
    [started] = county.cases("q")
    assert (case.state, case.variables["what"]) == ("completed", "甘精胰岛素")
    assert started.variables == {"what": "甘精胰岛素"}
