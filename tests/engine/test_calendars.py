"""The community's calendars: what terms come to, and what a change does to everything that is pending."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from engine.calendar import published_year, write_year
from engine.commands.calendar import DropCalendarHours, PutCalendarHours, PutCalendarYear
from engine.commands.operation import ResumeInstance, SuspendInstance
from engine.errors import Invalid, InvalidForm, NotAllowed, NotFound
from engine.jobs import calendar as driver
from engine.queries.calendars import GetCalendarYear, ListCalendars, PreviewCalendarYear, ReckonTerm
from engine.queries.health import GetHealth
from engine.store.tables import AuditEntry, History, Job, Rung, Seat, Subscription
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, one_task

INVENTED = json.loads((Path(__file__).parents[2] / "cli/demo/working-days-2027.json").read_text(encoding="utf-8"))
LOCAL = ZoneInfo("Asia/Shanghai")
OpenCounty = Callable[..., County]

TABLE = [
    # The 24th is a Thursday before the Mid-autumn holiday of three days; the 28th to the 30th are worked.
    ("ADMIN", "PT1H", "09-24 08:00", "09-24 09:00"),
    ("ADMIN", "PT1H", "09-24 11:30", "09-24 15:00"),
    ("ADMIN", "PT1H", "09-24 13:00", "09-24 15:30"),
    ("ADMIN", "PT4H", "09-24 08:00", "09-24 12:00"),
    ("ADMIN", "PT4H1M", "09-24 08:00", "09-24 14:31"),
    ("ADMIN", "PT4H", "09-24 16:00", "09-28 10:30"),
    ("ADMIN", "PT2H", "09-25 10:00", "09-28 10:00"),
    ("ADMIN", "P1D", "09-24 10:00", "09-28 17:30"),
    ("ADMIN", "P1D", "09-25 10:00", "09-28 17:30"),
    ("ADMIN", "P3D", "09-24 10:00", "09-30 17:30"),
    # The National Day holiday lasts from the 1st to the 7th; Saturday the 10th is worked for it, Sunday the 11th is not.
    ("ADMIN", "P5D", "09-24 10:00", "10-09 17:30"),
    ("ADMIN", "P6D", "09-24 10:00", "10-10 17:30"),
    ("ADMIN", "P7D", "09-24 10:00", "10-12 17:30"),
    ("ADMIN", "PT2M", "09-30 17:29", "10-08 08:01"),
    ("ADMIN", "PT1M", "09-30 17:30", "10-08 08:01"),
    ("ADMIN", "PT8H", "10-05 09:00", "10-09 09:00"),
    ("ADMIN", "PT2H", "10-10 16:30", "10-12 09:00"),
    ("ADMIN", "P1DT1H", "09-30 09:00", "10-09 09:00"),
    ("ADMIN", "P1W", "09-24 10:00", "10-08 17:30"),
    ("ADMIN", "P2W", "09-24 10:00", "10-08 17:30"),
    # A part with days comes before a part with hours; a week that ends in the holiday ends with the first day after it.
    ("ADMIN", "P2DT30M", "09-24 10:00", "09-30 08:30"),
    ("ADMIN", "P1W1D", "09-24 10:00", "10-09 17:30"),
    ("ADMIN", "P1WT1M", "09-24 10:00", "10-09 08:01"),
    # Sunday the 20th is worked for the Mid-autumn holiday.
    ("ADMIN", "PT7H", "09-20 09:00", "09-21 09:00"),
    ("ADMIN", "P1D", "09-19 09:00", "09-20 17:30"),
    # Out-patients come every day, holidays too; the clinical clock never stops.
    ("OPD", "PT1H", "10-01 17:30", "10-02 08:30"),
    ("OPD", "P1D", "10-01 17:30", "10-02 18:00"),
    ("OPD", "P1W", "09-24 10:00", "10-01 18:00"),
    ("CLIN", "PT20M", "10-01 23:50", "10-02 00:10"),
    ("CLIN", "P1D", "09-30 17:30", "10-01 17:30"),
    ("CLIN", "P2DT30M", "09-30 12:00", "10-02 12:30"),
    ("CLIN", "P1W", "09-24 10:00", "10-01 10:00"),
    ("CLIN", "P1M", "08-31 10:00", "09-30 10:00"),
]


def here(text: str, year: int = 2026) -> datetime:
    """An instant of the county's clock."""
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL).astimezone(UTC)


def local(instant: datetime) -> str:
    return instant.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def invented(**more: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(INVENTED)), **more}


def year_2026(*extra: tuple[str, str]) -> dict[str, Any]:
    """2026 as it was published, with days off of the county's own."""
    document = write_year(published_year(2026))
    document["holidays"] += [{"name": "防汛", "from": first, "to": last} for first, last in extra]
    return document


def put_year(county: County, document: dict[str, Any]) -> int:
    return county.execute(PutCalendarYear(year=document["year"], document=document)).version


def office_case(county: County, term: str = "P5D", at: str = "CH01", more: str = "") -> CaseView:
    county.deploy(one_task(f'<liandong:deadline term="{term}" calendar="ADMIN"{more}/>'))
    return county.run("p", at=at)


@pytest.fixture
def demo(open_county: OpenCounty) -> County:
    """A county that may have an invented year, at ten o'clock on the last Tuesday of 2026."""
    county = open_county(demo=True)
    county.clock.set(here("12-29 10:00"))
    return county


def test_terms_over_the_autumn_holidays_come_out_right_to_the_minute(county: County) -> None:
    found = {
        (code, term, start): local(county.engine.query(ReckonTerm(code=code, term=term, start=here(start))).due_at)[5:]
        for code, term, start, _ in TABLE
    }
    assert found == {(code, term, start): end for code, term, start, end in TABLE}


def test_every_kind_of_rule_in_a_diagram_keeps_the_autumn_holidays(county: County) -> None:
    """Terms, dates and values of the case for tasks; durations, dates and cycles for timers on their borders."""
    terms = {"hours": "PT7H", "days": "P5D", "weeks": "P1W", "date": "2026-10-05T09:00:00+08:00", "value": "${term}"}
    timers = {
        "duration": "<timeDuration>P1D</timeDuration>",
        "moment": "<timeDate>2026-10-03T08:00:00+08:00</timeDate>",
        "cycle": "<timeCycle>R3/PT7H</timeCycle>",
    }
    deadline = '<liandong:deadline term="{}" calendar="ADMIN"/>'
    tasks = [user_task(f"t{kind}", deadline.format(term), post="BR_GP") for kind, term in terms.items()]
    border = (
        '<boundaryEvent id="{}" attachedToRef="tdays" cancelActivity="false"><extensionElements>'
        '<liandong:timer calendar="ADMIN"/></extensionElements>'
        "<timerEventDefinition>{}</timerEventDefinition></boundaryEvent>"
    )
    borders = [border.format(kind, timer) for kind, timer in timers.items()]
    ends = [f'<endEvent id="e{kind}"/>' for kind in (*terms, *timers)]
    ways = ["s > f"] + [f"f > t{kind} > e{kind}" for kind in terms] + [f"{kind} > e{kind}" for kind in timers]
    fork = '<parallelGateway id="f"/>'
    county.deploy(bpmn(process("p", START, fork, *tasks, *borders, *ends, flows=", ".join(ways))))
    county.clock.set(here("09-24 16:00"))
    case = county.run("p", term="PT2H")
    assert {seat.element[1:]: local(seat.due_at)[5:] for seat in case.seats()} == {
        "hours": "09-28 16:00",
        "days": "10-09 17:30",
        "weeks": "10-08 17:30",
        "date": "10-05 09:00",
        "value": "09-28 08:30",
    }
    due = {row.element: local(row.due)[5:] for row in county.rows(select(Subscription.element, Subscription.due))}
    assert due == {"duration": "09-28 17:30", "moment": "10-03 08:00", "cycle": "09-28 16:00"}
    county.clock.set(here("10-10 17:30"))
    county.work()
    fired = county.rows(select(History.element).where(History.kind == "timer-fired").order_by(History.key))
    assert sorted({row.element for row in fired}) == ["cycle", "duration", "moment"]


def test_a_suspended_case_stands_still_over_the_holidays_and_goes_on(county: County) -> None:
    county.clock.set(here("09-24 10:00"))
    case = office_case(county, "PT7H")
    assert local(case.task("check").due_at) == "2026-09-28 10:00"
    it = county.person("it", "operations")
    # An hour before the office closes for the holiday; seven working hours, three of them are over.
    county.pass_time(timedelta(hours=6, minutes=30))
    it.do(SuspendInstance(instance=case.id, reason="等批复"))
    county.clock.set(here("10-08 16:30"))
    it.do(ResumeInstance(instance=case.id, reason="批复已到"))
    # On Thursday at 16:30 three hours are left: one today, two tomorrow.
    task = case.task("check")
    assert local(task.due_at) == "2026-10-09 10:00"
    assert len(task.term["suspended"]) == 1
    county.pass_time(timedelta(hours=17, minutes=29))
    assert case.task("check").level == 0
    county.pass_time(timedelta(minutes=1))
    assert case.task("check").level == 1


class TestImport:
    """A year is imported, and what rests on it moves."""

    def test_a_due_date_in_an_unpublished_year_is_provisional_until_it_is_imported(self, demo: County) -> None:
        case = office_case(demo)
        gan = demo.person("gan")
        assert local(case.task("check").due_at) == "2027-01-06 17:30"
        assert case.task("check").term["provisional"] is True
        health = demo.engine.query(GetHealth()).calendar
        assert (health.last_published_year, health.provisional, health.invented) == (2026, True, False)

        document = invented()
        document["holidays"][0]["to"] = "2027-01-05"
        version = put_year(demo, document)
        demo.work()

        task = case.task("check")
        assert (local(task.due_at), task.term["provisional"], task.term["calendarVersion"]) == (
            "2027-01-08 17:30",
            False,
            version,
        )
        rungs = {row.kind: local(row.due_at) for row in demo.rows(select(Rung.kind, Rung.due_at).order_by(Rung.due_at))}
        assert rungs == {
            "remind": "2027-01-07 17:30",
            "overdue": "2027-01-08 17:30",
            "level2": "2027-01-11 17:30",
            "level3": "2027-01-13 17:30",
        } | {"remind": rungs["remind"]}
        first = demo.scalar(select(func.min(Rung.due_at)))
        assert demo.scalar(select(Job.due_at).where(Job.kind == "rung")) == first
        note = demo.row(select(History.data, History.revision).where(History.kind == "due-moved"))
        assert (note.data["before"], note.data["after"]) == ("2027-01-06T09:30:00+00:00", "2027-01-08T09:30:00+00:00")
        entry = demo.row(select(AuditEntry.data, AuditEntry.revision).where(AuditEntry.action == "reckon"))
        assert (entry.data["calendarVersion"], entry.revision) == (version, note.revision)
        health = demo.engine.query(GetHealth()).calendar
        assert (health.last_published_year, health.provisional, health.invented) == (2027, False, True)
        assert gan.box("claimable") == ["check"]

    def test_the_same_year_again_changes_nothing(self, demo: County) -> None:
        first = demo.execute(PutCalendarYear(year=2027, document=invented()))
        again = demo.execute(PutCalendarYear(year=2027, document=invented()))
        assert (first.changed, again.changed, again.version) == (True, False, first.version)

    def test_a_term_that_stays_makes_no_revision(self, demo: County) -> None:
        case = office_case(demo, "PT1H")
        before = case.revision
        put_year(demo, invented())
        demo.pass_time("PT10M")
        assert case.revision == before
        assert case.task("check").term["calendarVersion"] == 4

    def test_an_invented_year_is_refused_outside_a_demonstration(self, county: County) -> None:
        with pytest.raises(InvalidForm):
            county.execute(PutCalendarYear(year=2027, document=invented()))
        assert county.engine.query(ListCalendars()).version == 3

    def test_every_state_of_a_year_is_kept(self, demo: County) -> None:
        it = demo.person("it", "administrate")
        it.do(PutCalendarYear(year=2027, document=invented()))
        later = invented(source="更正 / corrected")
        it.do(PutCalendarYear(year=2027, document=later))
        year = demo.engine.query(GetCalendarYear(year=2027))
        assert year.document["source"] == "更正 / corrected"
        assert [(item.version, item.made_by) for item in year.history] == [(5, "艾维·演示"), (4, "艾维·演示")]
        actions = demo.rows(select(AuditEntry.object, AuditEntry.data).where(AuditEntry.action == "calendar-year"))
        assert [(row.object, row.data["version"]) for row in actions] == [("2027", 4), ("2027", 5)]
        with pytest.raises(NotFound):
            demo.engine.query(GetCalendarYear(year=2030))

    def test_only_who_administrates_may(self, demo: County) -> None:
        for command in (
            PutCalendarYear(year=2027, document=invented()),
            PutCalendarHours(code="ADMIN", document={"hours": ["09:00-17:00"]}),
            DropCalendarHours(code="ADMIN", institution="CH01"),
        ):
            with pytest.raises(NotAllowed):
                demo.person("gan").do(command)
        with pytest.raises(NotAllowed):
            demo.engine.query(PreviewCalendarYear(year=2027, document=invented()), demo.person("gan").actor)

    def test_a_preview_counts_and_changes_nothing(self, demo: County) -> None:
        case = office_case(demo)
        office_case(demo, "PT1H")
        document = invented()
        document["holidays"][0]["to"] = "2027-01-05"
        preview = demo.engine.query(PreviewCalendarYear(year=2027, document=document), demo.person("it", "administrate").actor)
        assert (preview.known, preview.examined, preview.moving, preview.settled) == (False, 2, 1, 1)
        assert ("2027-01-04", False) in [(item.day.isoformat(), item.works) for item in preview.days]
        assert ("2027-01-31", True) in [(item.day.isoformat(), item.works) for item in preview.days]
        assert local(case.task("check").due_at) == "2027-01-06 17:30"
        assert demo.engine.query(ListCalendars()).version == 3


class TestRecomputation:
    """It is done in small transactions, survives what happens in between, and misses nothing."""

    def test_portions_survive_a_restart_after_every_job(self, demo: County, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(driver, "PORTION", 2)
        cases = [office_case(demo) for _ in range(5)]
        document = invented()
        document["holidays"][0]["to"] = "2027-01-05"
        put_year(demo, document)
        for _ in range(40):
            taken = demo.take_jobs(limit=1)
            if not taken:
                break
            demo.restart()
            demo.carry_out(taken[0])
        assert {local(case.task("check").due_at) for case in cases} == {"2027-01-08 17:30"}

    def test_a_step_that_was_under_way_is_found_by_the_second_look(self, demo: County) -> None:
        document = invented()
        document["holidays"][0]["to"] = "2027-01-05"
        put_year(demo, document)
        demo.work()
        case = office_case(demo)
        # As if it had been opened by a transaction that began before the import and ended after the first look.
        seat = case.task("check")
        stale = {**seat.term, "calendarVersion": 3}
        with demo.engine.database.writing() as connection:
            connection.execute(update(Seat).where(Seat.key == seat.key).values(term=stale, due_at=here("01-06 17:30", 2027)))
        demo.pass_time("PT5M")
        assert local(case.task("check").due_at) == "2027-01-08 17:30"

    def test_a_suspended_case_is_reckoned_when_it_goes_on(self, demo: County) -> None:
        case = office_case(demo)
        it = demo.person("it", "operations")
        it.do(SuspendInstance(instance=case.id, reason="等批复"))
        document = invented()
        document["holidays"][0]["to"] = "2027-01-05"
        put_year(demo, document)
        demo.pass_time("P1D")
        assert local(case.task("check").due_at) == "2027-01-06 17:30"
        it.do(ResumeInstance(instance=case.id, reason="批复已到"))
        demo.work()
        # Seven open hours were lost: the fifth working day of the corrected year, and one day more.
        assert local(case.task("check").due_at) == "2027-01-11 17:30"

    def test_what_became_overdue_by_a_day_that_was_off_is_not_overdue_any_more(self, county: County) -> None:
        case = office_case(county, "P1D")
        county.clock.set(here("03-04 09:00"))
        county.work()
        assert (case.task("check").level, county.person("gan").box("overdue")) == (1, ["check"])
        put_year(county, year_2026(("2026-03-03", "2026-03-03")))
        county.work()
        task = case.task("check")
        assert (local(task.due_at), task.level, county.person("gan").box("overdue")) == ("2026-03-04 17:30", 0, [])
        county.pass_time(timedelta(hours=8, minutes=30))
        assert case.task("check").level == 1

    def test_a_day_that_is_worked_after_all_makes_a_task_overdue_at_once(self, county: County) -> None:
        put_year(county, year_2026(("2026-03-03", "2026-03-04")))
        case = office_case(county, "P1D")
        assert local(case.task("check").due_at) == "2026-03-05 17:30"
        county.clock.set(here("03-04 09:00"))
        put_year(county, year_2026())
        county.work()
        assert (local(case.task("check").due_at), case.task("check").level) == ("2026-03-03 17:30", 1)

    def test_a_date_stays_and_the_ladder_above_it_moves(self, county: County) -> None:
        case = office_case(county, "2026-03-03T17:30:00+08:00")
        put_year(county, year_2026(("2026-03-04", "2026-03-04")))
        county.work()
        assert local(case.task("check").due_at) == "2026-03-03 17:30"
        level2 = county.scalar(select(Rung.due_at).where(Rung.kind == "level2"))
        assert local(level2) == "2026-03-05 17:30"

    def test_timers_in_the_diagram_move_too(self, county: County) -> None:
        border = (
            '<boundaryEvent id="t" attachedToRef="check" cancelActivity="false"><extensionElements>'
            '<liandong:timer calendar="ADMIN"/></extensionElements><timerEventDefinition id="d">'
            "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
        )
        county.deploy(bpmn(process("p", START, user_task("check", post="BR_GP"), border, END, flows="s > check > e, t > e")))
        case = county.run("p")
        put_year(county, year_2026(("2026-03-03", "2026-03-03")))
        county.work()
        assert local(county.scalar(select(Subscription.due))) == "2026-03-04 17:30"
        assert local(county.scalar(select(Job.due_at).where(Job.kind == "timer"))) == "2026-03-04 17:30"
        note = county.row(select(History.element, History.data).where(History.kind == "due-moved"))
        assert (note.element, note.data["after"]) == ("t", "2026-03-04T09:30:00+00:00")
        county.clock.set(here("03-04 17:29"))
        assert county.work() >= 0
        assert county.rows(select(History.key).where(History.kind == "timer-fired")) == []
        county.pass_time("PT1M")
        assert len(county.rows(select(History.key).where(History.kind == "timer-fired"))) == 1
        assert case.open == ["check"]

    def test_a_timer_that_was_suspended_moves_by_both(self, county: County) -> None:
        catch = (
            '<intermediateCatchEvent id="w"><extensionElements><liandong:timer calendar="ADMIN"/></extensionElements>'
            '<timerEventDefinition id="d"><timeDuration>P2D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
        )
        county.deploy(bpmn(process("p", START, catch, END, flows="s > w > e")))
        case = county.run("p")
        it = county.person("it", "operations")
        it.do(SuspendInstance(instance=case.id, reason="等批复"))
        county.clock.set(here("03-03 10:00"))
        it.do(ResumeInstance(instance=case.id, reason="批复已到"))
        assert local(county.scalar(select(Subscription.due))) == "2026-03-05 17:30"
        put_year(county, year_2026(("2026-03-05", "2026-03-05")))
        county.work()
        assert local(county.scalar(select(Subscription.due))) == "2026-03-06 17:30"

    def test_timers_that_start_processes_move_too(self, county: County) -> None:
        start = (
            '<startEvent id="s"><extensionElements><liandong:timer calendar="ADMIN"/></extensionElements>'
            '<timerEventDefinition id="d"><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent>'
        )
        county.deploy(bpmn(process("p", start, user_task("check", post="BR_GP"), END, flows="s > check > e")))
        put_year(county, year_2026(("2026-03-03", "2026-03-03")))
        county.work()
        due = county.scalar(select(Job.due_at).where(Job.kind == "timer-start"))
        assert local(due) == "2026-03-04 17:30"
        county.clock.set(here("03-04 17:30"))
        county.work()
        assert len(county.cases("p")) == 1
        put_year(county, year_2026(("2026-03-03", "2026-03-03"), ("2026-03-05", "2026-03-05")))
        county.work()
        assert local(county.scalar(select(Job.due_at).where(Job.kind == "timer-start"))) == "2026-03-06 17:30"


class TestHours:
    """An institution may keep hours of its own."""

    def test_a_task_keeps_the_hours_of_where_it_is_done(self, county: County) -> None:
        at = '<liandong:assign rule="post" post="BR_GP" institution="CH02"/><liandong:deadline term="PT6H" calendar="ADMIN"/>'
        county.execute(PutCalendarHours(code="ADMIN", institution="CH02", document={"hours": ["08:00-20:00"]}))
        county.deploy(bpmn(process("p", START, user_task("check", at), END, flows="s > check > e")))
        there = county.run("p", at="CH01")
        home = office_case(county, "PT6H", at="CH01")
        assert local(there.task("check").due_at) == "2026-03-02 16:00"
        assert local(home.task("check").due_at) == "2026-03-03 09:00"

    def test_a_change_of_hours_moves_what_is_pending_there_and_nowhere_else(self, county: County) -> None:
        one, two = office_case(county, "PT6H", at="CH01"), office_case(county, "PT6H", at="CH02")
        county.execute(PutCalendarHours(code="ADMIN", institution="CH02", document={"hours": ["08:00-20:00"]}))
        county.work()
        assert [local(case.task("check").due_at) for case in (one, two)] == ["2026-03-03 09:00", "2026-03-02 16:00"]
        county.execute(DropCalendarHours(code="ADMIN", institution="CH02"))
        county.work()
        assert [local(case.task("check").due_at) for case in (one, two)] == ["2026-03-03 09:00", "2026-03-03 09:00"]
        county.execute(PutCalendarHours(code="ADMIN", document={"hours": ["08:00-20:00"], "workingDaysOnly": False}))
        county.work()
        assert [local(case.task("check").due_at) for case in (one, two)] == ["2026-03-02 16:00", "2026-03-02 16:00"]
        shown = county.engine.query(ListCalendars()).hours
        assert [(item.code, item.hours) for item in shown if item.institution is None and item.code == "ADMIN"] == [
            ("ADMIN", ("08:00-20:00",))
        ]

    def test_what_cannot_have_hours_is_refused(self, county: County) -> None:
        hours = {"hours": ["08:00-20:00"]}
        with pytest.raises(Invalid) as always:
            county.execute(PutCalendarHours(code="CLIN", document=hours))
        assert always.value.code == "calendar-always-open"
        with pytest.raises(NotFound):
            county.execute(PutCalendarHours(code="ADMIN", institution="CH77", document=hours))
        with pytest.raises(Invalid) as unknown:
            county.execute(DropCalendarHours(code="NIGHT", institution="CH01"))
        assert unknown.value.code == "unknown-calendar"
        assert county.rows(select(Job.key)) == []
