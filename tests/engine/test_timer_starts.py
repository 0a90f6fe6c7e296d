"""Processes that the clock starts: dates, durations and cycles, new versions, outages, owners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from engine.commands.deployment import Deploy
from engine.errors import InvalidModel
from engine.store.tables import Job, StartSubscription
from engine.testing import BEGINNING, CaseView, County, bpmn, process, user_task
from tests.engine.models import END


def timed(definition: str, *, calendar: str = "", extensions: str = "", post: str = "BR_GP", key: str = "p") -> bytes:
    inner = f'<extensionElements><liandong:timer calendar="{calendar}"/></extensionElements>' if calendar else ""
    start = f'<startEvent id="s">{inner}<timerEventDefinition>{definition}</timerEventDefinition></startEvent>'
    return bpmn(process(key, start, user_task("work", post=post), END, flows="s > work > e", extensions=extensions))


def every(term: str) -> str:
    return f"<timeCycle>{term}</timeCycle>"


def started(county: County) -> list[datetime]:
    return [case.row.started_at for case in county.cases("p")]


def test_a_cycle_starts_an_instance_at_every_point_of_its_grid(county: County) -> None:
    county.deploy(timed(every("R3/PT8H")))
    county.pass_time("P2D")
    assert started(county) == [BEGINNING + timedelta(hours=8 * n) for n in (1, 2, 3)]
    assert county.scalar(select(func.count(Job.key)).where(Job.kind == "timer-start")) == 0


def test_a_duration_and_a_date_start_one_instance(county: County) -> None:
    county.deploy(timed("<timeDuration>PT2H</timeDuration>"), name="duration")
    county.deploy(timed("<timeDate>2026-03-03T08:00:00+08:00</timeDate>", key="q"), name="date")
    county.pass_time("P3D")
    assert started(county) == [BEGINNING + timedelta(hours=2)]
    assert [case.row.started_at for case in county.cases("q")] == [datetime(2026, 3, 3, 0, 0, tzinfo=UTC)]


def test_a_date_that_has_passed_starts_nothing_and_says_so(county: County) -> None:
    deployed = county.deploy(timed("<timeDate>2026-01-01T08:00:00+08:00</timeDate>"))
    assert any("已过" in warning for warning in deployed.warnings)
    county.pass_time("P3D")
    assert started(county) == []


def test_a_cycle_that_began_long_ago_goes_on_at_its_next_point(county: County) -> None:
    county.deploy(timed(every("R/2026-01-01T08:00:00+08:00/P1D")))
    county.pass_time("P2D")
    assert started(county) == [datetime(2026, 3, day, 0, 0, tzinfo=UTC) for day in (3, 4)]


def test_firings_missed_in_an_outage_are_one_start(county: County) -> None:
    county.deploy(timed(every("R/PT1H")))
    county.clock.set(BEGINNING + timedelta(hours=10, minutes=30))
    county.work()
    county.pass_time("PT1H")
    assert started(county) == [BEGINNING + timedelta(hours=10, minutes=30), BEGINNING + timedelta(hours=11)]


def test_a_new_version_takes_the_timers_of_the_old_one_away(county: County) -> None:
    county.deploy(timed(every("R/PT1H")))
    county.pass_time("PT90M")
    county.deploy(timed(every("R/PT6H")))
    assert county.scalar(select(func.count(Job.key)).where(Job.kind == "timer-start")) == 1
    county.pass_time("PT7H")
    assert started(county) == [BEGINNING + timedelta(hours=1), BEGINNING + timedelta(hours=7, minutes=30)]
    county.deploy(bpmn(process("p", '<startEvent id="s"/>', END, flows="s > e")))
    assert county.scalar(select(func.count(Job.key)).where(Job.kind == "timer-start")) == 0
    assert county.scalar(select(func.count(StartSubscription.key))) == 0


def test_the_same_files_again_leave_the_timer_as_it_is(county: County) -> None:
    county.deploy(timed(every("R/PT1H")))
    county.pass_time("PT30M")
    assert county.deploy(timed(every("R/PT1H"))).unchanged
    county.pass_time("PT30M")
    assert started(county) == [BEGINNING + timedelta(hours=1)]


def test_it_survives_a_restart(county: County) -> None:
    county.deploy(timed(every("R/PT1H")))
    county.restart()
    county.pass_time("PT2H")
    county.restart()
    county.pass_time("PT1H")
    assert len(started(county)) == 3


def owner(case: CaseView, county: County) -> str:
    return next(code for code in ("CH00", "CH01", "CH02") if county.institution(code) == case.row.institution)


def test_the_lead_hospital_owns_what_the_clock_starts(county: County) -> None:
    county.deploy(timed(every("R1/PT1H"), post="IT_ADMIN"))
    county.pass_time("PT1H")
    [case] = county.cases("p")
    assert owner(case, county) == "CH00"
    assert county.person("it").box() == ["work"]


def test_a_process_says_who_owns_what_the_clock_starts(county: County) -> None:
    county.deploy(
        timed(every("R1/PT1H"), extensions='<liandong:owner value="${parameters.branch}"/>'),
        parameters__json='{"branch": "CH02"}',
    )
    county.pass_time("PT1H")
    [case] = county.cases("p")
    assert owner(case, county) == "CH02"
    assert county.person("liu").box() == ["work"]


def test_an_owner_that_nobody_is_stops_the_job_in_an_incident(county: County) -> None:
    county.deploy(timed(every("R/PT1H"), extensions='<liandong:owner value="NONE"/>'))
    county.pass_time("P1D")
    assert started(county) == []
    assert [incident.code for incident in county.incidents()] == ["job-timer-start"]


def test_terms_may_come_from_parameters_and_count_working_time(county: County) -> None:
    county.deploy(timed(every("${parameters.rhythm}"), calendar="ADMIN"), parameters__json='{"rhythm": "R/P1D"}')
    county.pass_time("P7D")
    # From Monday on: four working days, and no weekend.
    assert [at.weekday() for at in started(county)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("term", "code"), [("${parameters.nothing}", "unknown-key"), ("${1}", "timer"), ("${'soon'}", "timer")])
def test_a_time_that_cannot_be_reckoned_refuses_the_deployment(county: County, term: str, code: str) -> None:
    with pytest.raises(InvalidModel) as refusal:
        county.execute(Deploy(name="x", resources={"p.bpmn": timed(every(term))}))
    assert {finding.code for finding in refusal.value.findings if finding.level == "error"} == {code}
    assert county.scalar(select(func.count(Job.key))) == 0


def test_one_of_several_starts_is_the_clock(county: County) -> None:
    start = (
        '<startEvent id="s" parallelMultiple="true"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition><signalEventDefinition signalRef="x"/></startEvent>'
    )
    county.deploy(
        bpmn(
            process("p", start, user_task("work", post="IT_ADMIN"), END, flows="s > work > e"), extra='<signal id="x" name="x"/>'
        )
    )
    county.pass_time("PT1H")
    [case] = county.cases("p")
    assert case.open == []
    county.signal("x")
    assert case.open == ["work"]
