"""People start the activities of an ad-hoc subprocess: who may, what is offered, and how it ends."""

from __future__ import annotations

import pytest

from engine.commands.ad_hoc import StartAdHocActivity
from engine.errors import Conflict, NotAllowed, NotFound
from engine.queries.ad_hoc import ListAdHocActivities, OfferedActivity
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER


def box(ordering: str = "Parallel") -> bytes:
    inside = (
        user_task("visit", post="BR_GP")
        + user_task("consult", post="BR_DIR")
        + user_task("report", post="BR_GP")
        + '<sequenceFlow id="v_r" sourceRef="visit" targetRef="report"/>'
        + '<scriptTask id="count"><script>n = 1</script></scriptTask>'
    )
    condition = "<completionCondition>${defined('report')}</completionCondition>"
    care = f'<adHocSubProcess id="care" name="随访" ordering="{ordering}">{inside}{condition}</adHocSubProcess>'
    return bpmn(process("p", START, care, END, flows="s > care > e", extensions=STARTER))


def begun(county: County, ordering: str = "Parallel") -> CaseView:
    county.deploy(box(ordering))
    return county.person("gan").start("p")


def start(person: Someone, case: CaseView, element: str) -> None:
    person.do(StartAdHocActivity(instance=case.id, element=element))


def offered(county: County, person: Someone, case: CaseView) -> list[OfferedActivity]:
    return list(county.engine.query(ListAdHocActivities(instance=case.id), person.actor))


def test_who_started_the_case_starts_its_activities_until_the_condition_holds(county: County) -> None:
    case = begun(county)
    gan = county.person("gan")
    assert case.open == []
    assert [(row.element, row.subprocess, row.blocked) for row in offered(county, gan, case)] == [
        ("visit", "随访", False),
        ("consult", "随访", False),
        ("count", "随访", False),
    ]
    for element in ("visit", "visit", "consult", "count"):
        start(gan, case, element)
    assert case.open == ["consult", "visit", "visit"]
    assert case.variables["n"] == 1
    gan.complete(case.task("visit"))
    gan.complete(case.task("report"))
    assert (case.state, case.open) == ("completed", [])


def test_who_would_do_an_activity_may_start_it_and_nothing_else(county: County) -> None:
    case = begun(county)
    dai = county.person("dai")
    start(dai, case, "consult")
    assert case.open == ["consult"]
    with pytest.raises(NotAllowed) as refused:
        start(dai, case, "visit")
    assert refused.value.code == "activity-not-yours"
    assert case.open == ["consult"]


def test_strangers_see_nothing_and_operators_may_start_any(county: County) -> None:
    case = begun(county)
    for action in (lambda: start(county.person("liu"), case, "visit"), lambda: offered(county, county.person("liu"), case)):
        with pytest.raises(NotFound):
            action()
    start(county.person("it", "operations"), case, "visit")
    assert case.open == ["visit"]


def test_one_at_a_time_when_it_is_sequential(county: County) -> None:
    case = begun(county, "Sequential")
    gan = county.person("gan")
    start(gan, case, "visit")
    assert all(row.blocked for row in offered(county, gan, case))
    with pytest.raises(Conflict):
        start(gan, case, "consult")
    assert case.open == ["visit"]


@pytest.mark.parametrize("element", ["report", "nothing", "care"])
def test_what_is_not_offered_cannot_be_started(county: County, element: str) -> None:
    case = begun(county)
    with pytest.raises(NotFound):
        start(county.person("gan"), case, element)


def test_an_ended_case_offers_nothing(county: County) -> None:
    case = begun(county)
    gan = county.person("gan")
    start(gan, case, "visit")
    gan.complete(case.task("visit"))
    gan.complete(case.task("report"))
    assert offered(county, gan, case) == []
    with pytest.raises(NotFound):
        start(gan, case, "visit")
