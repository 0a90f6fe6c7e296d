"""Statistics: open time around holidays reckoned by hand, who sees which numbers, and numbers too small to be shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.commands.calendar import PutCalendarHours
from engine.commands.returning import ReturnTask
from engine.errors import Invalid, NotAllowed, NotFound
from engine.gate.inspection import inspect
from engine.queries.analytics.overview import GetStatistics, ListMeasured, Row, Statistics
from engine.queries.analytics.reach import SeesStatistics
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, STARTER, decision, one_task

LOCAL = ZoneInfo("Asia/Shanghai")
MINUTE = 60
OFFICE = '<liandong:deadline term="P2D" calendar="ADMIN"/>'


def at(county: County, text: str) -> None:
    """Moves the clock to a time of October 2026, or of the month that is written, and has due jobs carried out."""
    county.clock.set(datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL).astimezone(UTC))
    county.work()


def task(county: County, offered: str, taken: str, done: str, *, who: str = "gan", place: str = "CH01") -> CaseView:
    at(county, offered)
    case = county.run("p", at=place)
    person = county.person(who)
    at(county, taken)
    person.claim(case.task("check"))
    at(county, done)
    person.complete(case.task("check"))
    return case


def october(who: Someone, county: County, **more: Any) -> Statistics:
    query = GetStatistics(folder="test", first=date(2026, 10, 1), last=date(2026, 10, 31), **more)
    return county.engine.query(query, who.actor)


def minutes(row: Row) -> tuple[float, ...]:
    """Waited and worked on average, the middle and the ninth of ten, in minutes."""
    found = row.figures
    assert found is not None
    return tuple((seconds or 0) / MINUTE for seconds in (found.waited, found.worked, found.median, found.p90))


class TestOpenTime:
    """Office hours are 08:00 to 12:00 and 14:30 to 17:30, seven hours; 1 to 7 October are off, Saturday the 10th is worked."""

    def test_waiting_and_working_are_counted_in_open_time(self, county: County) -> None:
        county.deploy(one_task(OFFICE))
        director = county.person("dai")
        # Over the holidays: an hour on the 30th, one on the 8th; then three and a half hours. The term ends on the 9th.
        task(county, "09-30 16:30", "10-08 09:00", "10-08 15:00")
        assert minutes(october(director, county).total) == (120, 210, 330, 330)
        # Over a worked Saturday into a Sunday on which nobody works. The term ends on the 12th.
        task(county, "10-09 17:00", "10-10 11:00", "10-11 10:00")
        # Taken at once, done an hour and a half of open time after the close of the 14th.
        task(county, "10-12 10:00", "10-12 10:00", "10-15 09:00", who="guo")
        found = october(director, county)
        assert minutes(found.total) == ((120 + 210) / 3, (210 + 240 + 1200) / 3, 450, 1200)
        figures = found.total.figures
        assert figures is not None
        # Of terms of 900, 870 and 1140 minutes: 36, 51 and 105 per cent.
        assert (figures.used, figures.termed, figures.on_time, figures.on_time_share, figures.far) == (105, 3, 2, 66.7, 0)
        [step] = found.steps
        assert step.step is not None
        assert (step.step.process, step.step.element) == ("p", "check")
        assert [(row.institution.name, row.tasks) for row in found.institutions if row.institution] == [("东湾分院", 3)]
        assert [row.post for row in found.posts] == ["全科医生"]
        cases = found.cases
        assert (cases.started, cases.ended, cases.completed, cases.active, cases.first_pass) == (2, 3, 3, 0, 3)
        # From the 12th at ten to the 15th at nine.
        assert cases.median == 71 * 3600
        assert cases.open_median == 450 * MINUTE
        assert found.total.escalated == (1, 0, 0)
        assert (found.previous_first, found.previous_last) == (date(2026, 9, 1), date(2026, 9, 30))

    def test_the_hours_are_those_of_the_institution_and_follow_their_calendar(self, county: County) -> None:
        county.deploy(one_task(OFFICE))
        task(county, "10-12 08:00", "10-12 09:00", "10-12 17:30")
        director = county.person("dai")
        assert minutes(october(director, county).total)[:2] == (60, 360)
        hours = {"hours": ["08:30-12:00", "13:00-16:00"], "workingDaysOnly": True}
        county.execute(PutCalendarHours(code="ADMIN", institution="CH01", document=hours))
        assert minutes(october(director, county).total)[:2] == (30, 180 + 180)

    def test_plain_time_where_there_is_no_term(self, county: County) -> None:
        county.deploy(one_task())
        task(county, "10-01 20:00", "10-02 02:30", "10-02 03:00")
        found = october(county.person("dai"), county)
        assert minutes(found.total)[:2] == (390, 30)
        figures = found.total.figures
        assert figures is not None
        assert (figures.termed, figures.used, figures.on_time_share) == (0, None, None)


def test_what_was_sent_back_is_not_through_at_once(county: County) -> None:
    check = user_task("check", '<liandong:approval mode="pool"/>', post="BR_DIR")
    flows = "s > write > check > e"
    county.deploy(bpmn(process("p", START, user_task("write", post="BR_GP"), check, END, flows=flows, extensions=STARTER)))
    gan, dai = county.person("gan"), county.person("dai")
    at(county, "10-12 10:00")
    for sent_back in (False, True):
        case = county.run("p")
        gan.complete(case.task("write"))
        if sent_back:
            dai.claim(case.task("check"))
            dai.do(ReturnTask(task=case.task("check").id, target="write", reason="资料不全"))
            gan.complete(case.task("write", -1))
        dai.complete(case.task("check", -1))
    county.run("p")
    found = october(dai, county)
    assert (found.cases.completed, found.cases.first_pass, found.cases.active) == (2, 1, 1)
    total, now = found.total.figures, found.total.now
    assert total is not None
    assert now is not None
    assert (total.returned, now.open, now.overdue) == (1, 1, 0)


class TestWhoSeesWhat:
    """A branch sees its own numbers, the hospital that leads sees all, and nobody how one person elsewhere works."""

    @pytest.fixture
    def busy(self, county: County) -> County:
        """Six tasks in one branch, and in another as many as the test adds."""
        county.deploy(one_task(OFFICE))
        for hour in range(8, 14):
            task(county, f"10-12 {hour:02}:00", f"10-12 {hour:02}:10", f"10-12 {hour:02}:30")
        task(county, "10-13 09:00", "10-13 10:00", "10-13 11:00", who="liu", place="CH02")
        return county

    def test_by_chair_and_by_right(self, busy: County) -> None:
        one, other, lead, doctor = (busy.person(login) for login in ("dai", "dong", "yuan", "gan"))
        assert [(row.institution.code, row.tasks) for row in october(one, busy).institutions if row.institution] == [("CH01", 6)]
        small = october(other, busy)
        assert (small.total.tasks, small.total.figures is not None, small.whole) == (1, True, False)
        for who, answer in ((one, True), (lead, True), (doctor, False)):
            assert busy.engine.query(SeesStatistics(), who.actor) is answer
        with pytest.raises(NotAllowed) as refused:
            october(doctor, busy)
        assert refused.value.code == "statistics"
        with pytest.raises(NotAllowed):
            busy.engine.query(ListMeasured(), doctor.actor)
        with pytest.raises(NotFound):
            october(one, busy, institution="CH02")
        assert [row.folder for row in busy.engine.query(ListMeasured(), busy.person("gan", "statistics").actor)] == ["test"]

    def test_few_tasks_elsewhere_have_no_figures_and_cannot_be_told_from_the_rest(self, busy: County) -> None:
        lead = busy.person("yuan")
        found = october(lead, busy)
        rows = {row.institution.code: row for row in found.institutions if row.institution}
        assert found.whole
        assert {code: (row.tasks, row.figures) for code, row in rows.items()} == {"CH01": (6, None), "CH02": (1, None)}
        assert all(cell.figures is None for cell in found.cells)
        assert october(lead, busy, institution="CH02").total.figures is None
        for hour in range(8, 12):
            task(busy, f"10-14 {hour:02}:00", f"10-14 {hour:02}:10", f"10-14 {hour:02}:30", who="liu", place="CH02")
        assert all(row.figures is not None for row in october(lead, busy).institutions)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"last": date(2026, 9, 30)}, "period"),
        ({"last": date(2028, 9, 30)}, "period"),
        ({"step": "check"}, "step"),
        ({"folder": "nowhere"}, "process-not-found"),
        ({"institution": "CH77"}, "institution-not-found"),
    ],
)
def test_what_cannot_be_counted_is_refused(open_county: Callable[..., County], wrong: dict[str, Any], code: str) -> None:
    county = open_county()
    county.deploy(one_task())
    asked: dict[str, Any] = {"folder": "test", "first": date(2026, 10, 1), "last": date(2026, 10, 31), **wrong}
    with pytest.raises((Invalid, NotFound)) as refused:
        county.engine.query(GetStatistics(**asked), county.person("dai").actor)
    assert refused.value.code == code


METRICS: dict[str, Any] = {
    "name": "核对",
    "nameEn": "Checks",
    "target": 80,
    "metrics": [
        {"id": "soon", "name": "及时率", "nameEn": "On time", "measure": "on-time", "steps": ["p.decide"], "target": 95},
        {
            "id": "yes",
            "name": "接收率",
            "nameEn": "Accepted",
            "measure": "outcome",
            "steps": ["p.decide"],
            "outcomes": ["accept"],
        },
        {"id": "long", "name": "用时", "nameEn": "Takes", "measure": "duration", "steps": ["p.decide"]},
        {
            "id": "hour",
            "name": "一小时内",
            "nameEn": "Within an hour",
            "measure": "duration",
            "steps": ["p.decide"],
            "outcomes": ["accept"],
            "within": "PT1H",
        },
        {"id": "share", "name": "占比", "nameEn": "Share", "measure": "cases", "processes": ["p"], "per": ["p"]},
    ],
}


def test_a_process_names_its_own_figures(county: County) -> None:
    county.deploy(decision(), slip__form__json=SLIP, metrics__json=json.dumps(METRICS))
    for hour, outcome in ((9, "accept"), (10, "accept"), (13, "refuse")):
        at(county, "10-12 08:30")
        case = county.run("p")
        at(county, f"10-12 {hour:02}:00")
        opinion = "没有床位" if outcome == "refuse" else None
        county.person("gan").complete(case.task("decide"), outcome, {"amount": 1} if outcome == "accept" else {}, opinion=opinion)
    found = october(county.person("dai"), county)
    values = {metric.id: metric.now for metric in found.metrics}
    assert found.target == 80
    assert (values["yes"].share, values["yes"].counted) == (66.7, 3)
    assert (values["long"].median, values["long"].p90) == (90 * MINUTE, 270 * MINUTE)
    assert (values["hour"].share, values["hour"].counted) == (50.0, 2)
    assert (values["share"].share, values["soon"].share, values["soon"].counted) == (100.0, None, 0)
    lead = {metric.id: metric.now for metric in october(county.person("yuan"), county).metrics}
    assert (lead["yes"].share, lead["yes"].counted) == (None, 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"steps": ["p.nowhere"]}, "metric-unknown"),
        ({"outcomes": ["perhaps"]}, "metric-unknown"),
        ({"within": "P1M", "measure": "duration"}, "metrics"),
        ({"measure": "mean"}, "metrics"),
        ({"goal": 3}, "metrics"),
        ({"steps": ["decide"]}, "metrics"),
        ({"target": 101}, "metrics"),
    ],
)
def test_what_a_metric_may_not_say_is_refused(change: dict[str, Any], code: str) -> None:
    wrong = {**METRICS, "metrics": [{**METRICS["metrics"][1], **change}]}
    files = {"p.bpmn": decision(), "slip.form.json": SLIP.encode(), "metrics.json": json.dumps(wrong).encode()}
    assert [finding.code for finding in inspect(files).findings if finding.level == "error"] == [code]
