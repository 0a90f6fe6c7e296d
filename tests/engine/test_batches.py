from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine.commands.account import CreateAccount, SetRights
from engine.commands.batch import StartBatch, StopBatch
from engine.errors import Conflict, EngineError, Invalid, NotAllowed
from engine.queries.batches import GetBatch, ListBatches, ListBatchItems
from engine.records import BatchMade
from engine.store.faults import AFTER_DELTA
from engine.store.tables import AuditEntry, History, Job, ProcessDefinition, ProcessInstance
from engine.testing import CaseView, County, hooked
from tests.engine.models import one_task
from tests.engine.test_migration import version

Numbers = tuple[str, int, int, int, int]


def begin(county: County, kind: str, **more: Any) -> BatchMade:
    return county.person("it", "operations").do(StartBatch(kind=kind, reason="年度修订", **more))


def numbers(county: County, made: BatchMade) -> Numbers:
    """State, and how many cases are pending, done, failed and stopped."""
    row = county.engine.query(GetBatch(batch=made.batch), county.person("it", "operations").actor)
    assert row.total == made.total == row.pending + row.done + row.failed + row.stopped
    return row.state, row.pending, row.done, row.failed, row.stopped


def failures(county: County, made: BatchMade) -> list[tuple[Any, str | None]]:
    it = county.person("it", "operations").actor
    page = county.engine.query(ListBatchItems(batch=made.batch, state="failed"), it)
    return [(item.instance.id, item.code) for item in page.items]


@pytest.fixture
def cases(county: County) -> list[CaseView]:
    county.execute(CreateAccount(person="it", login="it", rights=("operations",)))
    county.deploy(version("check"))
    return [county.run("p") for _ in range(4)]


def test_all_cases_of_a_process_are_suspended_and_resumed(county: County, cases: list[CaseView]) -> None:
    made = begin(county, "suspend", process="p")
    assert numbers(county, made) == ("running", 4, 0, 0, 0)
    county.restart()
    county.work()
    assert numbers(county, made) == ("completed", 0, 4, 0, 0)
    assert all(case.row.suspended_at is not None for case in cases)
    facts = county.rows(select(History.person, History.data).where(History.kind == "instance-suspended"))
    assert {(row.person, row.data["reason"]) for row in facts} == {(county.person("it").key, "年度修订")}
    made = begin(county, "resume", process="p", version=1)
    county.work()
    assert numbers(county, made) == ("completed", 0, 4, 0, 0)
    assert all(case.row.suspended_at is None for case in cases)


def test_what_is_refused_for_one_case_stops_no_other(county: County, cases: list[CaseView]) -> None:
    county.deploy(version("check", "sign"))
    county.person("gan").complete(cases[1].task("check"))
    assert cases[1].state == "completed"
    made = begin(county, "migrate", instances=tuple(case.id for case in cases), parameters={"version": 2})
    county.work()
    assert numbers(county, made) == ("completed", 0, 3, 1, 0)
    assert failures(county, made) == [(cases[1].id, "instance-ended")]
    on = select(ProcessDefinition.version).join(ProcessInstance).order_by(ProcessInstance.key)
    assert [row.version for row in county.rows(on)] == [2, 1, 2, 2]


def test_a_case_that_fails_half_way_keeps_nothing_of_it(county: County, cases: list[CaseView]) -> None:
    seen = cases[0].revision

    def break_once(point: str) -> None:
        if point == AFTER_DELTA and county.scalar(select(AuditEntry.key).limit(1)):
            raise Conflict("broken", "Expected to go on, but it broke")

    made = begin(county, "cancel", instances=(cases[0].id,))
    with hooked(break_once):
        county.work()
    assert failures(county, made) == [(cases[0].id, "broken")]
    assert (cases[0].state, cases[0].revision, cases[0].open) == ("active", seen, ["check"])
    assert county.incidents() == []


def test_a_batch_is_stopped_and_leaves_alone_what_it_has_not_come_to(county: County, cases: list[CaseView]) -> None:
    made = begin(county, "cancel", process="p", parameters={"compensate": False})
    [first] = county.take_jobs(limit=1)
    county.carry_out(first)
    assert numbers(county, made) == ("running", 3, 1, 0, 0)
    it = county.person("it", "operations")
    it.do(StopBatch(batch=made.batch))
    county.work()
    assert numbers(county, made) == ("stopped", 0, 1, 0, 3)
    assert sorted(case.state for case in cases) == ["active", "active", "active", "cancelled"]
    with pytest.raises(Conflict) as refusal:
        it.do(StopBatch(batch=made.batch))
    assert refusal.value.code == "batch-over"


def test_migrated_cases_are_taken_back_together(county: County, cases: list[CaseView]) -> None:
    deployed = county.deploy(version("sign"))
    begin(county, "migrate", process="p", parameters={"version": 2, "mapping": {"check": "sign"}})
    county.work()
    assert [case.open for case in cases] == [["sign"]] * 4
    begin(county, "revert", deployment=deployed.deployment)
    county.work()
    assert [case.open for case in cases] == [["check"]] * 4


def test_batches_are_listed_newest_first_for_operators_only(county: County, cases: list[CaseView]) -> None:
    made = [begin(county, kind, process="p") for kind in ("suspend", "cancel")]
    page = county.engine.query(ListBatches(), county.person("it", "operations").actor)
    assert [(row.id, row.kind, row.made_by) for row in page.items] == [
        (made[1].batch, "cancel", "艾维·演示"),
        (made[0].batch, "suspend", "艾维·演示"),
    ]
    with pytest.raises(NotAllowed):
        county.engine.query(ListBatches(), county.person("gan").actor)
    with pytest.raises(NotAllowed):
        county.person("gan").do(StartBatch(kind="cancel", reason="试", process="p"))


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("explode", {"process": "p"}, "batch-kind"),
    ("suspend", {}, "batch-selection"),
    ("suspend", {"process": "q"}, "batch-size"),
    ("suspend", {"process": "p", "parameters": {"version": 2}}, "batch-parameters"),
    ("migrate", {"process": "p"}, "batch-parameters"),
    ("migrate", {"process": "p", "parameters": {"version": "2"}}, "batch-parameters"),
]


@pytest.mark.parametrize(("kind", "more", "code"), REFUSED)
def test_what_is_no_batch_is_refused(county: County, kind: str, more: dict[str, Any], code: str) -> None:
    county.deploy(one_task())
    county.run("p")
    with pytest.raises(EngineError) as refusal:
        begin(county, kind, **more)
    assert refusal.value.code == code
    assert county.rows(select(Job.key).where(Job.kind == "batch-item")) == []


def test_a_case_that_does_not_exist_is_left_out_by_nobody(county: County, cases: list[CaseView]) -> None:
    unknown = uuid4()
    with pytest.raises(Invalid) as refusal:
        begin(county, "suspend", instances=(cases[0].id, unknown))
    assert refusal.value.code == "batch-unknown"
    assert str(unknown) in str(refusal.value)
    county.work()
    assert all(case.row.suspended_at is None for case in cases)


def test_who_has_lost_the_right_carries_nothing_more_out(county: County, cases: list[CaseView]) -> None:
    made = begin(county, "suspend", process="p")
    county.execute(SetRights(login="it", rights=()))
    county.work()
    assert numbers(county, made) == ("completed", 0, 0, 4, 0)
    assert {code for _, code in failures(county, made)} == {"right-missing"}
    assert all(case.row.suspended_at is None for case in cases)
