from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.job import ExecuteJob
from engine.errors import Conflict, Invalid, InvalidForm, NotAllowed, NotFound
from engine.store.tables import Copy, History, Job, Notification, Rung, Seat
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, one_task

FOUR_HOURS = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'


@pytest.fixture
def case(county: County) -> CaseView:
    """A case whose task `check`, for the two general practitioners of CH01, is due in four hours on the clinical ladder."""
    county.deploy(one_task(FOUR_HOURS))
    return county.run("p")


def told(county: County) -> list[tuple[str, str]]:
    """Kind and log-in of every line of the ladder, in order."""
    names = {county.person(login).key: login for login in ("gan", "guo", "ren", "dai", "fu", "yuan", "it", "shen", "ke", "yi")}
    rows = county.rows(select(Notification.kind, Notification.person).order_by(Notification.key))
    return [(row.kind, names[row.person]) for row in rows if row.kind not in ("task", "copy")]


def level(county: County) -> int:
    return int(county.scalar(select(Seat.level)))


def test_every_rung_tells_the_right_people_once(county: County, case: CaseView) -> None:
    steps: list[tuple[str, list[tuple[str, str]], int]] = [
        ("PT1H59M", [], 0),
        ("PT1M", [("remind", "gan"), ("remind", "guo")], 0),
        ("PT1H11M", [], 0),
        ("PT1M", [("remind", "gan"), ("remind", "guo")], 0),
        ("PT47M", [], 0),
        ("PT1M", [("overdue", "gan"), ("overdue", "guo"), ("overdue", "dai")], 1),
        ("PT5M", [("level2", "gan"), ("level2", "guo"), ("level2", "dai")], 2),
        ("PT5M", [("level3", "gan"), ("level3", "guo"), ("level3", "fu")], 3),
        ("P30D", [], 3),
    ]
    seen = 0
    for term, expected, reached in steps:
        county.pass_time(term)
        assert told(county)[seen:] == expected, term
        assert level(county) == reached
        seen += len(expected)
    assert county.rows(select(Job.key)) == []
    assert case.open == ["check"]


def test_each_rung_is_in_the_history_and_has_one_revision(county: County, case: CaseView) -> None:
    county.pass_time("P1D")
    notes = county.rows(select(History.data, History.revision).where(History.kind == "escalation").order_by(History.key))
    assert [(row.data["rung"], row.data["level"], row.revision) for row in notes] == [
        ("remind", 0, 2),
        ("remind", 0, 3),
        ("overdue", 1, 4),
        ("level2", 2, 5),
        ("level3", 3, 6),
    ]
    assert case.revision == 6


def test_the_ladder_goes_on_after_a_restart(county: County, case: CaseView) -> None:
    for _ in range(9):
        county.pass_time("PT30M")
        county.restart()
    assert [kind for kind, _ in told(county)] == ["remind"] * 4 + ["overdue"] * 3 + ["level2"] * 3 + ["level3"] * 3


def test_whoever_holds_the_task_is_told_alone(county: County, case: CaseView) -> None:
    county.person("gan").claim(case.task("check"))
    county.pass_time("PT4H")
    assert told(county) == [("remind", "gan"), ("remind", "gan"), ("overdue", "gan"), ("overdue", "dai")]


def test_an_overdue_task_is_overdue_for_its_people_and_copied_to_the_superior(county: County, case: CaseView) -> None:
    dai = county.person("dai")
    county.pass_time("PT3H59M")
    assert (county.person("gan").box("overdue"), county.person("gan").box("soon"), dai.box("copied")) == ([], ["check"], [])
    county.pass_time("PT1M")
    assert (county.person("gan").box("overdue"), county.person("gan").box("soon"), dai.box("copied")) == (
        ["check"],
        [],
        ["check"],
    )


def test_after_an_outage_only_the_highest_rung_is_told(county: County, case: CaseView) -> None:
    county.clock.advance(timedelta(hours=4, minutes=7))
    county.work()
    assert told(county) == [("level2", "gan"), ("level2", "guo"), ("level2", "dai")]
    rungs = county.rows(select(Rung.kind, Rung.done_at, Rung.told).order_by(Rung.due_at))
    now = county.clock.now()
    assert [(row.kind, row.done_at, bool(row.told)) for row in rungs] == [
        ("remind", now, False),
        ("remind", now, False),
        ("overdue", now, False),
        ("level2", now, True),
        ("level3", None, False),
    ]
    county.pass_time("PT3M")
    assert told(county)[3:] == [("level3", "gan"), ("level3", "guo"), ("level3", "fu")]


def test_a_clock_that_jumps_back_tells_nobody_again_and_loses_no_rung(county: County, case: CaseView) -> None:
    county.pass_time("PT2H")
    county.clock.advance(-timedelta(hours=1))
    assert county.work() == 0
    county.clock.advance(timedelta(hours=2, minutes=12))
    (job,) = county.take_jobs()
    county.clock.advance(-timedelta(minutes=30))
    assert county.execute(ExecuteJob(job=job.id, fence=job.fence)).state == "pending"
    county.pass_time("PT30M")
    assert [kind for kind, _ in told(county)] == ["remind"] * 4


def test_a_task_that_ended_climbs_no_more(county: County, case: CaseView) -> None:
    county.pass_time("PT2H")
    (job,) = county.rows(select(Job.id, Job.fence))
    county.person("gan").complete(case.task("check"))
    assert county.rows(select(Job.key)) == []
    assert county.rows(select(Rung.key).where(Rung.done_at.is_(None))) == []
    with pytest.raises(Conflict):
        county.execute(ExecuteJob(job=job.id, fence=job.fence))
    county.pass_time("P1D")
    assert [kind for kind, _ in told(county)] == ["remind"] * 2


def test_a_task_that_was_taken_away_climbs_no_more(county: County) -> None:
    border = (
        '<boundaryEvent id="t" attachedToRef="check"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    county.deploy(
        bpmn(process("p", START, user_task("check", FOUR_HOURS, post="BR_GP"), border, END, flows="s > check > e, t > e"))
    )
    case = county.run("p")
    county.pass_time("P1D")
    assert (case.state, told(county)) == ("completed", [])


class TestReassignment:
    """From level 2 on the superior may give the task to somebody else."""

    def test_a_superior_may_not_before_the_second_level(self, county: County, case: CaseView) -> None:
        dai, guo, task = county.person("dai"), county.person("guo"), case.task("check")
        with pytest.raises(NotFound):
            dai.reassign(task, guo)
        county.pass_time("PT4H")
        with pytest.raises(NotAllowed) as refusal:
            dai.reassign(task, guo)
        assert refusal.value.code == "not-superior"
        county.pass_time("PT5M")
        dai.reassign(task, guo, "甘平手术中")
        assert (case.task("check").assignee, guo.box(), county.person("gan").box("claimable")) == (guo.key, ["check"], [])
        (note,) = county.rows(select(History.data, History.person).where(History.kind == "task-reassigned"))
        assert (note.data["to"], note.data["reason"], note.person) == (guo.key, "甘平手术中", dai.key)
        assert ("task", guo.key) in {
            (row.kind, row.person) for row in county.rows(select(Notification.kind, Notification.person))
        }

    def test_only_whom_the_ladder_named_may(self, county: County, case: CaseView) -> None:
        county.pass_time("PT4H5M")
        task, guo = case.task("check"), county.person("guo")
        for login, refusal in (("ren", NotFound), ("dong", NotFound), ("fu", NotFound), ("gan", NotAllowed)):
            with pytest.raises(refusal):
                county.person(login).reassign(task, guo)
        assert case.task("check").assignee is None

    def test_the_leader_may_at_the_third_level_though_he_sits_in_another_house(self, county: County, case: CaseView) -> None:
        county.pass_time("PT4H10M")
        fu = county.person("fu")
        assert fu.box("copied") == ["check"]
        fu.reassign(case.task("check"), county.person("guo"))
        assert case.task("check").assignee == county.person("guo").key

    def test_the_ladder_goes_on_with_the_new_holder_and_the_old_term(self, county: County, case: CaseView) -> None:
        due = case.task("check").due_at
        county.person("it", "operations").reassign(case.task("check"), county.person("ren"))
        assert case.task("check").due_at == due
        county.pass_time("PT4H")
        assert told(county) == [("remind", "ren"), ("remind", "ren"), ("overdue", "ren"), ("overdue", "dai")]

    def test_who_lost_the_task_cannot_act_on_it(self, county: County, case: CaseView) -> None:
        gan, guo = county.person("gan"), county.person("guo")
        gan.claim(case.task("check"))
        county.person("it", "operations").reassign(case.task("check"), guo)
        with pytest.raises((NotFound, NotAllowed)):
            gan.complete(case.task("check"))
        guo.complete(case.task("check"))
        assert case.state == "completed"

    def test_a_reassignment_needs_a_reason_and_a_person_of_the_case(self, county: County, case: CaseView) -> None:
        it, task = county.person("it", "operations"), case.task("check")
        with pytest.raises(InvalidForm):
            it.reassign(task, county.person("guo"), "  ")
        with pytest.raises(Invalid) as refusal:
            it.reassign(task, county.person("liu"))
        assert refusal.value.code == "receiver"
        county.person("gan").complete(task)
        with pytest.raises(Conflict) as closed:
            it.reassign(task, county.person("guo"))
        assert closed.value.code == "task-closed"


class TestTerms:
    """A term is counted on its calendar; what cannot be counted stops no task."""

    def test_a_term_in_working_days_with_the_office_ladder(self, county: County) -> None:
        county.deploy(one_task('<liandong:deadline term="P2D" calendar="ADMIN"/>'))
        task = county.run("p").task("check")
        # From Monday 10:00: Wednesday's close of office, which is 17:30 in the county.
        assert task.due_at.isoformat() == "2026-03-04T09:30:00+00:00"
        assert task.term["ladder"] == "office"
        rungs = {row.kind: row.due_at.isoformat()[:16] for row in county.rows(select(Rung.kind, Rung.due_at).order_by(Rung.key))}
        assert (rungs["level2"], rungs["level3"]) == ("2026-03-05T09:30", "2026-03-09T09:30")

    def test_a_term_and_a_ladder_from_the_parameters(self, county: County) -> None:
        parameters: dict[str, Any] = {
            "terms": {"E": "PT30M", "R": "P1D"},
            "ladders": {"swift": {"remind": [0.9], "level2": {"after": "PT1M", "calendar": "CLIN"}}},
        }
        deadline = '<liandong:deadline term="${parameters.terms[urgency]}" ladder="swift"/>'
        county.deploy(one_task(deadline), parameters__json=json.dumps(parameters))
        county.run("p", urgency="E")
        county.pass_time("PT1H")
        assert [kind for kind, _ in told(county)] == ["remind"] * 2 + ["overdue"] * 3 + ["level2"] * 3

    @pytest.mark.parametrize("term", ["${missing}", "${'soon'}", "${'P1M'}", "${0}", "${'PT0S'}"])
    def test_a_term_that_cannot_be_counted_is_an_incident_beside_the_task(self, county: County, term: str) -> None:
        county.deploy(one_task(f'<liandong:deadline term="{term}" calendar="ADMIN"/>'))
        case = county.run("p")
        (incident,) = county.incidents()
        assert (incident.code, incident.element) == ("deadline", "check")
        assert case.task("check").due_at is None
        county.person("gan").complete(case.task("check"))
        assert case.state == "completed"


def test_a_model_copies_people_when_a_task_opens(county: County) -> None:
    county.deploy(one_task('<liandong:copy rule="post" post="BR_REF"/>'))
    case = county.run("p")
    ren = county.person("ren")
    assert ren.box("copied") == ["check"]
    assert county.row(select(Copy.person, Copy.reason)) == (ren.key, "model")
    with pytest.raises(NotAllowed):
        ren.complete(case.task("check"))


def test_the_ladder_may_depend_on_the_case(county: County) -> None:
    chosen = "${'clinical' if urgent else 'office'}"
    county.deploy(one_task(f'<liandong:deadline term="PT4H" calendar="CLIN" ladder="{chosen}"/>'))
    terms = [county.run("p", urgent=urgent).task("check").term["ladder"] for urgent in (True, False)]
    assert terms == ["clinical", "office"]


def test_a_ladder_that_does_not_exist_leaves_the_task_open_beside_an_incident(county: County) -> None:
    county.deploy(one_task('<liandong:deadline term="PT4H" calendar="CLIN" ladder="${wanted}"/>'))
    case = county.run("p", wanted="nonsense")
    assert (case.open, case.task("check").due_at) == (["check"], None)
    assert [incident.code for incident in county.incidents()] == ["deadline"]
