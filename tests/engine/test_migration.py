from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine.commands.incident import RetryIncident
from engine.commands.operation import (
    CancelInstance,
    MigrateInstance,
    ResumeInstance,
    RevertMigration,
    SuspendInstance,
)
from engine.errors import Conflict, NotFound
from engine.kernel.migration_plan import NotMigratable
from engine.queries.operated import PreviewMigration
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Incident, Job, Person, ProcessDefinition, ProcessInstance, Round, Seat, Subscription
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, SLIP, START
from tests.engine.signing import people
from tests.engine.test_automatic import auto, chain, sign, started

FOUR_HOURS = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'
YES = '<liandong:outcome value="yes" label="同意" label-en="Yes"/>'


def version(*tasks: str, outcome: str = "", name: str = "p", timer: str = "PT2H") -> bytes:
    """A line of tasks; a timer stands on the first one."""
    late = (
        f'<boundaryEvent id="late" attachedToRef="{tasks[0]}" cancelActivity="false"><timerEventDefinition>'
        f'<timeDuration>{timer}</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="told"/>'
    )
    found = [user_task(task, outcome, FOUR_HOURS, post="BR_GP") for task in tasks]
    return bpmn(process(name, START, *found, late, END, flows=f"s > {' > '.join(tasks)} > e, late > told"))


def migrate(county: County, case: CaseView, to: int = 2, **more: Any) -> None:
    county.person("it", "operations").do(MigrateInstance(instance=case.id, version=to, reason="制度修订", **more))


def look(county: County, case: CaseView, to: int = 2, **more: Any) -> Any:
    it = county.person("it", "operations").actor
    return county.engine.query(PreviewMigration(instance=case.id, version=to, **more), it)


def test_a_case_goes_on_in_the_new_version_with_its_task_its_holder_and_its_term(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    gan = county.person("gan")
    gan.claim(case.task("check"))
    before = case.task("check")
    county.deploy(version("check", "sign", outcome=YES))
    county.clock.advance(timedelta(hours=1))
    migrate(county, case)
    county.restart()
    after = case.task("check")
    assert (after.id, after.assignee, after.due_at, after.revision) == (before.id, gan.key, before.due_at, before.revision + 1)
    assert county.scalar(select(ProcessDefinition.version).join(ProcessInstance)) == 2
    assert len(county.rows(select(Job.key).where(Job.kind == "timer"))) == 1
    gan.on(county).complete(after, "yes")
    assert case.open == ["sign"]
    county.person("guo").complete(case.task("sign"), "yes")
    county.pass_time("PT3H")
    assert case.state == "completed"


def test_what_maps_and_what_does_not_is_told_before_and_nothing_is_stored(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("sign", outcome=YES))
    before = live_dump(county.engine.database)
    found = look(county, case)
    assert (found.migratable, found.step, found.from_version, found.to_version) == (False, None, 1, 2)
    first = found.lines[0]
    assert (first.level, first.code, first.element, first.target, first.tokens) == ("error", "no-target", "check", None, 1)
    assert first.message == "有令牌停在此处，新版本中没有对应的同类元素。"
    assert {line.element for line in found.lines} == {"s", "check", "late", "told", "e"}
    with pytest.raises(NotMigratable):
        migrate(county, case)
    found = look(county, case, mapping={"check": "sign"})
    assert (found.migratable, found.step.tasks_opened, found.step.tasks_closed) == (True, (), ())
    assert {(line.level, line.code) for line in found.lines if line.tokens} == {
        ("info", "mapped"),
        ("warning", "form-changed"),
        ("info", "timer-kept"),
    }
    assert live_dump(county.engine.database) == before
    with pytest.raises(NotFound):
        look(county, case, to=3)


def test_open_tasks_follow_their_element_to_its_new_name(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("sign"))
    migrate(county, case, mapping={"check": "sign"}, recompute_timers=True)
    assert [(seat.element, seat.name, seat.state) for seat in case.seats()] == [("sign", "sign", "open")]
    assert county.scalar(select(Round.element)) == "sign"
    county.person("gan").complete(case.task("sign"))
    assert case.state == "completed"


def test_timers_keep_their_time_unless_they_are_to_be_counted_anew(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    start = county.clock.now()
    county.deploy(version("check", timer="PT8H"))
    county.pass_time("PT1H")
    migrate(county, case)
    assert county.scalar(select(Subscription.due)) == start + timedelta(hours=2)
    migrate(county, case, to=1, recompute_timers=True)
    assert county.scalar(select(Subscription.due)) == start + timedelta(hours=3)
    assert county.scalar(select(Job.due_at).where(Job.kind == "timer")) == start + timedelta(hours=3)


def test_a_migration_is_taken_back_as_often_as_it_was_made(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("sign"))
    county.deploy(version("sign", "file"))
    it = county.person("it", "operations")
    with pytest.raises(Conflict) as refusal:
        it.do(RevertMigration(instance=case.id, reason="撤回"))
    assert refusal.value.code == "not-migrated"
    migrate(county, case, mapping={"check": "sign"})
    migrate(county, case, to=3)
    for expected in (["sign"], ["check"]):
        it.do(RevertMigration(instance=case.id, reason="撤回"))
        assert case.open == expected
    with pytest.raises(Conflict):
        it.do(RevertMigration(instance=case.id, reason="撤回"))
    actor = county.person("gan").actor
    lines = [item.title for item in county.engine.query(GetTimeline(instance=case.id), actor) if item.kind == "system"]
    assert lines == ["流程迁移到第 2 版", "流程迁移到第 3 版", "流程退回第 2 版", "流程退回第 1 版"]
    actions = county.rows(
        select(AuditEntry.action, AuditEntry.object).where(AuditEntry.instance == case.key).order_by(AuditEntry.revision)
    )
    assert [tuple(row) for row in actions][1:] == [
        ("migrate", "p:2"),
        ("migrate", "p:3"),
        ("revert", "p:2"),
        ("revert", "p:1"),
    ]
    county.person("gan").complete(case.task("check"))
    assert case.state == "completed"


def test_a_case_that_has_gone_on_cannot_go_back_where_it_has_no_place(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("check", "sign"))
    migrate(county, case)
    county.person("gan").complete(case.task("check"))
    with pytest.raises(NotMigratable) as refusal:
        county.person("it", "operations").do(RevertMigration(instance=case.id, reason="撤回"))
    assert refusal.value.facts["element"] == "sign"
    assert case.open == ["sign"]


def test_a_suspended_case_is_migrated_and_stands_still(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("check", "sign"))
    it = county.person("it", "operations")
    it.do(SuspendInstance(instance=case.id, reason="修订"))
    migrate(county, case)
    county.pass_time("PT9H")
    assert case.open == ["check"]
    it.do(ResumeInstance(instance=case.id, reason="修订完毕"))
    county.person("gan").complete(case.task("check"))
    assert case.open == ["sign"]


def test_a_fault_of_the_model_is_put_right_by_a_new_version(county: County) -> None:
    def scripted(script: str) -> bytes:
        task = f'<scriptTask id="t" scriptFormat="liandong"><script>{script}</script></scriptTask>'
        return bpmn(process("p", START, task, user_task("u", post="BR_GP"), END, flows="s > t > u > e"))

    county.deploy(scripted("x = missing"))
    case = county.run("p")
    county.deploy(scripted("x = 1"))
    migrate(county, case)
    [incident] = county.incidents()
    county.execute(RetryIncident(incident=incident.id))
    assert (case.open, case.variables) == (["u"], {"x": 1})
    assert county.rows(select(Incident.key).where(Incident.state == "open")) == []


def test_an_ended_case_stays_where_it_was(county: County) -> None:
    county.deploy(version("check"))
    case = county.run("p")
    county.deploy(version("check", "sign"))
    county.person("it", "operations").do(CancelInstance(instance=case.id, reason="撤回"))
    with pytest.raises(Conflict) as refusal:
        migrate(county, case)
    assert refusal.value.code == "instance-ended"
    assert county.scalar(select(Seat.state)) == "closed"


def test_a_consent_that_was_left_to_a_later_step_is_carried_along_or_warned_of(county: County) -> None:
    """末次: he was passed over at `sign`, as `last` asks him. The second version calls that `final`, the third has none."""
    passed, middle = sign(people("ren"), auto(repeated="last")), sign(people("dai"), key="middle")
    last, final = (sign(people("ren"), key=key) for key in ("last", "final"))
    first, second = (started(county, chain(passed, middle, last)) for _ in range(2))
    for tasks in ((passed, middle, final), (passed, middle)):
        county.deploy(chain(*tasks), slip__form__json=SLIP)
    newest = county.scalar(select(func.max(ProcessDefinition.version)))
    lost = [line for line in look(county, first, to=newest).lines if line.code == "later-step"]
    assert [(line.level, line.element, line.message) for line in lost] == [
        ("warning", "sign", "任转·演示的同意留到了“last”（末次），新版本不会再问，须另行请其审批。")
    ]
    renamed = {"mapping": {"last": "final"}}
    assert [line.code for line in look(county, second, to=newest - 1, **renamed).lines if line.code == "later-step"] == []
    migrate(county, second, to=newest - 1, **renamed)
    # Whoever sits there by the rules of that day: the step is owed to him, and says so when he is gone.
    with county.engine.database.writing() as connection:
        connection.execute(update(Person).where(Person.staff_number == "ren").values(active=False))
    county.person("dai").complete(second.task("middle"), "agree")
    assert (second.open, [row.code for row in county.incidents()]) == (["final"], ["auto-later"])
