"""The clocks of a task: response and handling, quiet hours, who counts as late, and what each operation does to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from engine.commands.opening import OpenTask
from engine.commands.operation import ResumeInstance, SuspendInstance
from engine.commands.seat_changes import DelegateTask
from engine.errors import Invalid, NotAllowed
from engine.queries.lateness import CountLateness
from engine.queries.timeline import GetTimeline
from engine.store.tables import Copy, History, Job, Lateness, Notification, QuietHours, Rung, Seat
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, one_task
from tests.engine.test_calendars import put_year, year_2026

LOCAL = ZoneInfo("Asia/Shanghai")
BOTH = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical" response="PT10M"/>'
LOGINS = ("gan", "guo", "ren", "dai", "fu", "yuan", "it")


def here(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL).astimezone(UTC)


def told(county: County) -> list[tuple[str, str]]:
    """Kind and log-in of every line of a ladder, in order."""
    names = {county.person(login).key: login for login in LOGINS}
    rows = county.rows(select(Notification.kind, Notification.person).order_by(Notification.key))
    return [(row.kind, names[row.person]) for row in rows if row.kind not in ("task", "copy")]


def level(county: County) -> int:
    return int(county.scalar(select(Seat.level)))


def counts(county: County, by: Any = "person", **more: Any) -> list[tuple[Any, ...]]:
    query = CountLateness(first=date(2026, 3, 1), last=date(2026, 3, 31), by=by, **more)
    rows = county.engine.query(query, county.person("it", "administrate").actor)
    return [(row.person, row.post, row.institution, row.overdue, row.escalated, row.counted, row.unanswered) for row in rows]


@pytest.fixture
def case(county: County) -> CaseView:
    """A task for a pool of two: to be taken up within ten minutes, to be done within four hours."""
    county.deploy(one_task(BOTH))
    return county.run("p")


class TestResponse:
    """Until somebody takes a task up."""

    def test_a_task_that_nobody_takes_up_climbs(self, county: County, case: CaseView) -> None:
        county.pass_time("PT8M")
        assert [kind for kind, _ in told(county)] == ["response-remind"] * 4
        county.pass_time("PT2M")
        assert told(county)[4:] == [("response-overdue", login) for login in ("gan", "guo", "dai")]
        assert (level(county), county.person("dai").box("copied"), county.person("gan").box("overdue")) == (1, ["check"], [])
        county.pass_time("PT5M")
        county.person("dai").reassign(case.task("check"), county.person("guo"), "甘平手术中")
        county.pass_time("PT5M")
        assert told(county)[-1] == ("response-level3", "fu")

    def test_who_claims_in_time_hears_of_it_no_more(self, county: County, case: CaseView) -> None:
        county.pass_time("PT4M")
        county.person("gan").claim(case.task("check"))
        county.pass_time("PT1H59M")
        assert told(county) == [("remind", "gan")]
        assert case.task("check").term["response"]["answered"] is not None
        assert county.rows(select(Rung.key).where(Rung.clock == "response")) == []

    def test_a_late_claim_ends_the_level_and_stays_counted(self, county: County, case: CaseView) -> None:
        county.pass_time("PT16M")
        assert level(county) == 2
        county.person("gan").claim(case.task("check"))
        assert level(county) == 0
        assert counts(county, "post") == [(None, "全科医生", "东湾分院", 0, 0, 0, 1)]

    def test_who_gives_it_back_lets_the_clock_run_on(self, county: County, case: CaseView) -> None:
        gan = county.person("gan")
        county.pass_time("PT4M")
        gan.claim(case.task("check"))
        county.pass_time("PT2M")
        gan.unclaim(case.task("check"), "急诊走不开")
        county.pass_time("PT4M")
        assert [kind for kind, _ in told(county)] == ["response-remind"] * 4 + ["response-overdue"] * 3

    def test_a_person_who_was_named_answers_by_opening_it(self, county: County) -> None:
        deadline = BOTH.replace("PT4H", "P1D")
        county.deploy(one_task(deadline, post="BR_REF"))
        case = county.run("p")
        ren = county.person("ren")
        assert case.task("check").assignee == ren.key
        county.pass_time("PT5M")
        assert told(county) == [("response-remind", "ren")]
        before = case.revision
        ren.do(OpenTask(task=case.task("check").id))
        ren.do(OpenTask(task=case.task("check").id))
        assert case.revision == before + 1
        county.pass_time("PT1H")
        assert told(county) == [("response-remind", "ren")]
        titles = [item.title for item in county.engine.query(GetTimeline(instance=case.id), ren.actor)]
        assert "查看“check”" in titles

    def test_both_clocks_stand_still_with_the_case(self, county: County, case: CaseView) -> None:
        it = county.person("it", "operations")
        county.pass_time("PT6M")
        it.do(SuspendInstance(instance=case.id, reason="等批复"))
        county.pass_time("PT3H")
        it.do(ResumeInstance(instance=case.id, reason="批复已到"))
        county.pass_time("PT3M59S")
        assert [kind for kind, _ in told(county) if kind.startswith("response")] == ["response-remind"] * 4
        county.pass_time("PT1S")
        assert [kind for kind, _ in told(county) if kind.startswith("response")][4:] == ["response-overdue"] * 3

    def test_a_response_of_its_own_ladder(self, county: County) -> None:
        ladders = {"ladders": {"gentle": {"remind": [0.9]}}}
        deadline = '<liandong:deadline term="PT4H" ladder="clinical" response="PT10M" response-ladder="gentle"/>'
        county.deploy(one_task(deadline), parameters__json=json.dumps(ladders))
        county.run("p")
        county.pass_time("PT30M")
        assert [kind for kind, _ in told(county)] == ["response-remind"] * 2 + ["response-overdue"] * 3


class TestQuietHours:
    """Reminders wait until they end; what is clinical or overdue does not."""

    OFFICE = '<liandong:deadline term="PT10H" calendar="CLIN"/>'

    def test_a_reminder_waits_for_the_morning(self, county: County) -> None:
        county.deploy(one_task(self.OFFICE))
        county.clock.set(here("03-02 18:00"))
        case = county.run("p")
        county.pass_time("PT9H")
        # Half of the term ends at 23:00, 80 % at 02:00: both lie in the night.
        assert told(county) == []
        notes = county.rows(select(History.data).where(History.kind == "escalation").order_by(History.key))
        assert [(row.data["rung"], row.data["told"], len(row.data["later"])) for row in notes] == [("remind", [], 2)] * 2
        county.pass_time("PT1H")
        assert [kind for kind, _ in told(county)] == ["overdue"] * 3
        county.pass_time("PT3H")
        # In the morning it is overdue, which they know: nobody is reminded of what has passed.
        assert [kind for kind, _ in told(county)] == ["overdue"] * 3
        assert case.open == ["check"]

    def test_the_reminder_is_told_when_the_night_is_over(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="PT20H" calendar="CLIN"/>'))
        county.clock.set(here("03-02 17:00"))
        case = county.run("p")
        county.pass_time("PT10H")
        assert told(county) == []
        county.person("gan").claim(case.task("check"))
        county.pass_time("PT4H")
        assert told(county) == [("remind", "gan")]
        assert local_times(county) == ["07:00"]

    def test_a_task_that_is_done_at_night_is_reminded_of_no_more(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="PT20H" calendar="CLIN"/>'))
        county.clock.set(here("03-02 17:00"))
        case = county.run("p")
        county.pass_time("PT10H")
        county.person("gan").complete(case.task("check"))
        county.pass_time("PT6H")
        assert (told(county), county.rows(select(Job.key))) == ([], [])

    def test_what_is_clinical_does_not_wait(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="PT2H" calendar="CLIN" ladder="clinical"/>'))
        county.clock.set(here("03-02 23:00"))
        county.run("p")
        county.pass_time("PT1H")
        assert [kind for kind, _ in told(county)] == ["remind"] * 2
        assert county.scalar(select(Notification.urgent).where(Notification.kind == "remind").limit(1)) is True

    def test_an_institution_may_have_others(self, county: County) -> None:
        county.deploy(one_task(self.OFFICE))
        values = {"institution": county.institution("CH01"), "begins": 9 * 60, "ends": 16 * 60}
        with county.engine.database.writing() as connection:
            connection.execute(insert(QuietHours).values(values))
        county.run("p")
        county.pass_time("PT5H")
        assert told(county) == []
        county.pass_time("PT1H")
        assert local_times(county) == ["16:00", "16:00"]

    def test_none_for_the_whole_community(self, open_county: Callable[..., County]) -> None:
        county = open_county(quiet_hours="none")
        county.deploy(one_task(self.OFFICE))
        county.clock.set(here("03-02 18:00"))
        county.run("p")
        county.pass_time("PT5H")
        assert local_times(county) == ["23:00", "23:00"]


def local_times(county: County) -> list[str]:
    rows = county.rows(select(Notification.at).where(Notification.kind == "remind").order_by(Notification.key))
    return [row.at.astimezone(LOCAL).strftime("%H:%M") for row in rows]


class TestLateness:
    """Every level counts for whoever answers for the task when it is reached."""

    CLINICAL = '<liandong:deadline term="PT1H" calendar="CLIN" ladder="clinical"/>'

    def test_levels_count_for_the_holder_at_that_moment(self, county: County) -> None:
        county.deploy(one_task(self.CLINICAL))
        case = county.run("p")
        county.person("gan").claim(case.task("check"))
        county.pass_time("PT1H6M")
        county.person("dai").reassign(case.task("check"), county.person("guo"))
        county.pass_time("PT10M")
        assert sorted(counts(county)) == [
            ("甘平·演示", "全科医生", "东湾分院", 1, 1, 0, 0),
            ("郭宁·演示", "全科医生", "东湾分院", 0, 0, 1, 0),
        ]
        assert counts(county, "institution") == [(None, None, "东湾分院", 1, 1, 1, 0)]
        assert counts(county, "post", institution="CH02") == []

    def test_an_outage_counts_every_level_once(self, county: County) -> None:
        county.deploy(one_task(self.CLINICAL))
        county.run("p")
        county.clock.advance(timedelta(days=1))
        county.work()
        county.work()
        assert counts(county, "post") == [(None, "全科医生", "东湾分院", 1, 1, 1, 0)]

    def test_what_ends_in_time_does_not_count(self, county: County) -> None:
        county.deploy(one_task(self.CLINICAL))
        case = county.run("p")
        county.pass_time("PT59M")
        county.person("gan").complete(case.task("check"))
        county.pass_time("P1D")
        assert counts(county) == []

    def test_what_a_calendar_shows_not_to_be_late_is_taken_back(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="P1D" calendar="ADMIN"/>'))
        county.run("p")
        county.clock.set(here("03-04 09:00"))
        county.work()
        assert counts(county, "institution") == [(None, None, "东湾分院", 1, 0, 0, 0)]
        put_year(county, year_2026(("2026-03-03", "2026-03-03")))
        county.work()
        assert counts(county, "institution") == []
        assert county.scalar(select(Lateness.withdrawn_at)) == county.clock.now()
        county.pass_time("PT9H")
        assert counts(county, "institution") == [(None, None, "东湾分院", 1, 0, 0, 0)]

    def test_only_who_administrates_reads_it_and_only_for_a_period(self, county: County) -> None:
        with pytest.raises(NotAllowed):
            county.engine.query(CountLateness(first=date(2026, 3, 1), last=date(2026, 3, 2)), county.person("dai").actor)
        for first, last in ((date(2026, 3, 2), date(2026, 3, 1)), (date(2024, 1, 1), date(2026, 3, 1))):
            query = CountLateness(first=first, last=last)
            with pytest.raises(Invalid):
                county.engine.query(query, county.person("it", "administrate").actor)


class TestOperations:
    """What operations do to the clocks."""

    CLINICAL = TestLateness.CLINICAL

    def test_a_task_whose_holder_waits_for_advice_is_due_with_it_through_pauses_and_calendars(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="PT6H" calendar="ADMIN" ladder="office"/>'))
        case, it = county.run("p"), county.person("it", "operations")
        gan, guo = county.person("gan"), county.person("guo")
        gan.claim(case.task("check"))
        gan.do(DelegateTask(task=case.task("check").id, person=guo.id, reason="请提意见"))
        it.do(SuspendInstance(instance=case.id, reason="等批复"))
        county.pass_time("PT1H")
        it.do(ResumeInstance(instance=case.id, reason="批复已到"))
        put_year(county, year_2026(("2026-03-03", "2026-03-03")))
        county.work()
        # From 10:00 six open hours and one that it stood still: five are over on Monday, and Tuesday is off.
        due = {seat.kind: seat.due_at for seat in case.seats("check")}
        assert due == {"asked": here("03-04 10:00"), "advice": here("03-04 10:00")}
        guo.complete(case.task("check"), "advised", opinion="可以")
        again = case.task("check")
        rung = county.scalar(select(Rung.due_at).where(Rung.seat == again.key, Rung.kind == "overdue"))
        assert (again.assignee, again.due_at, rung) == (gan.key, here("03-04 10:00"), here("03-04 10:00"))

    def test_a_transfer_keeps_the_term_and_the_rest_of_the_ladder(self, county: County) -> None:
        county.deploy(one_task(self.CLINICAL))
        case = county.run("p")
        county.pass_time("PT31M")
        before = county.rows(select(Rung.kind, Rung.due_at, Rung.done_at).order_by(Rung.key))
        county.person("it", "operations").reassign(case.task("check"), county.person("ren"))
        assert county.rows(select(Rung.kind, Rung.due_at, Rung.done_at).order_by(Rung.key)) == before
        county.pass_time("PT29M")
        assert told(county)[-2:] == [("overdue", "ren"), ("overdue", "dai")]

    def test_a_step_that_is_visited_again_gets_a_term_of_its_own(self, county: County) -> None:
        again = '<exclusiveGateway id="g" default="g_e"/>'
        model = process(
            "p",
            START,
            user_task("check", self.CLINICAL, post="BR_GP"),
            again,
            END,
            flows="s > check > g > e, g > check if not good",
        )
        county.deploy(bpmn(model))
        case = county.run("p", good=False)
        county.pass_time("PT50M")
        county.person("gan").complete(case.task("check"))
        task = case.task("check")
        assert task.due_at - county.clock.now() == timedelta(hours=1)
        ahead = county.rows(select(Rung.seat).where(Rung.done_at.is_(None)).distinct())
        assert [row.seat for row in ahead] == [task.key]
        assert [row.subject for row in county.rows(select(Job.subject).where(Job.kind == "rung"))] == [task.key]

    def test_a_boundary_timer_works_as_drawn_beside_the_ladder(self, county: County) -> None:
        border = (
            '<boundaryEvent id="t" attachedToRef="check" cancelActivity="false"><timerEventDefinition id="d">'
            "<timeDuration>PT30M</timeDuration></timerEventDefinition></boundaryEvent>"
        )
        extra = user_task("call", post="BR_DIR")
        model = process(
            "p", START, user_task("check", self.CLINICAL, post="BR_GP"), border, extra, END, flows="s > check > e, t > call > e"
        )
        county.deploy(bpmn(model))
        case = county.run("p")
        county.pass_time("PT30M")
        assert case.open == ["call", "check"]
        county.pass_time("PT31M")
        assert [kind for kind, _ in told(county)] == ["remind"] * 4 + ["overdue"] * 3

    def test_every_rung_stands_in_the_timeline(self, county: County) -> None:
        county.deploy(one_task(self.CLINICAL))
        case = county.run("p")
        county.pass_time("PT1H10M")
        items = county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
        assert [item.title for item in items if item.kind == "escalation"] == [
            "“check”提醒",
            "“check”提醒",
            "“check”已超时，抄送上级",
            "“check”二级督办",
            "“check”三级督办",
        ]
        assert {row.reason for row in county.rows(select(Copy.reason))} == {"level2", "level3"}
