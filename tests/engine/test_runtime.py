from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from engine.commands.instance import MoveInstance
from engine.errors import Conflict, NotFound
from engine.kernel.triggers import SetVariables
from engine.store.faults import AFTER_COMMIT, AFTER_DELTA, BEFORE_COMMIT, BEFORE_TRANSACTION
from engine.store.tables import AuditEntry, History, Variable
from engine.testing import CaseView, County, bpmn, hooked, process, user_task
from tests.engine.invariants import live_dump
from tests.engine.models import END, START, one_task, seats, two_tasks


@contextmanager
def counted(county: County) -> Iterator[list[tuple[str, int]]]:
    """The statements that run within the block, and for how many rows each."""
    statements: list[tuple[str, int]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        statements.append((statement, len(parameters) if many else 1))

    event.listen(county.engine.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(county.engine.database.engine, "before_cursor_execute", note)


def audit(county: County, case: CaseView) -> list[tuple[int, str, int | None]]:
    columns = (AuditEntry.revision, AuditEntry.action, AuditEntry.person)
    rows = county.rows(select(*columns).where(AuditEntry.instance == case.key).order_by(AuditEntry.revision))
    return [tuple(row) for row in rows]


def test_every_command_on_a_case_is_one_revision_with_one_audit_entry(county: County) -> None:
    county.deploy(one_task())
    gan, guo = county.person("gan"), county.person("guo")
    case = gan.start("p")
    task = case.task("check")
    gan.claim(task)
    gan.unclaim(task, "误点")
    county.person("it", "operations").reassign(task, guo)
    county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"x": 1})))
    guo.complete(task)
    it = county.person("it").key
    assert audit(county, case) == [
        (1, "start", gan.key),
        (2, "claim", gan.key),
        (3, "unclaim", gan.key),
        (4, "reassign", it),
        (5, "move", None),
        (6, "complete", guo.key),
    ]
    assert case.revision == 6


def test_reading_and_drafts_make_no_revision(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan = county.person("gan")
    gan.box("claimable")
    gan.draft(case.task("check"), {"x": 1})
    assert case.revision == 1


def test_a_refused_command_changes_nothing_at_all(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    before = live_dump(county.engine.database)
    with pytest.raises(NotFound):
        county.person("liu").complete(case.task("check"))
    assert live_dump(county.engine.database) == before


class TestCost:
    """A step writes what it changed: its cost does not grow with the case."""

    @pytest.mark.parametrize("extra", ["", "<completionCondition>${nrOfCompletedInstances == 999}</completionCondition>"])
    def test_completing_one_seat_costs_the_same_however_many_there_are(self, county: County, extra: str) -> None:
        county.deploy(seats(extra))
        gan = county.person("gan")
        cost = {}
        for number in (5, 200):
            case = county.run("p", n=number)
            gan.complete(case.task("vote", nth=1))
            with counted(county) as statements:
                gan.complete(case.task("vote", nth=2))
            cost[number] = list(statements)
            assert len(case.open) == number - 2
        assert cost[5] == cost[200]

    def test_claiming_one_seat_costs_the_same_however_many_there_are(self, county: County) -> None:
        county.deploy(seats())
        gan = county.person("gan")
        cost = {}
        for number in (5, 200):
            task = county.run("p", n=number).task("vote", nth=3)
            with counted(county) as statements:
                gan.claim(task)
            cost[number] = list(statements)
        assert cost[5] == cost[200]

    def test_a_round_of_a_loop_costs_the_same_in_the_tenth_and_in_the_first(self, county: County) -> None:
        elements = (START, user_task("check", post="BR_GP"), '<exclusiveGateway id="g"/>', END)
        county.deploy(bpmn(process("p", *elements, flows="s > check > g, g > check if n > 0, g > e if n == 0")))
        case = county.run("p", n=1)
        gan = county.person("gan")
        cost = []
        for _ in range(10):
            with counted(county) as statements:
                gan.complete(case.task("check"))
            cost.append(list(statements))
        assert cost[1] == cost[9]

    def test_only_the_written_variable_gets_a_new_revision(self, county: County) -> None:
        county.deploy(two_tasks())
        case = county.run("p", a=1, b={"x": [1, 2]})
        county.person("gan").complete(case.task("first"))
        rows = county.rows(select(Variable.name, Variable.revision, Variable.element))
        assert {row.name: (row.revision, row.element) for row in rows} == {
            "a": (1, None),
            "b": (1, None),
            "first": (2, "first"),
        }

    def test_opening_many_seats_takes_no_more_statements_than_rows_need(self, county: County) -> None:
        county.deploy(seats())
        county.run("p", n=2)
        cost = {}
        for number in (10, 60):
            with counted(county) as statements:
                county.run("p", n=number)
            cost[number] = sum(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement, _ in statements)
        assert cost[10] == cost[60]


class Broken(Exception):
    """The machine failed here."""


def breaking(point: str) -> Callable[[str], None]:
    def hook(reached: str) -> None:
        if reached == point:
            raise Broken(point)

    return hook


ACTS: dict[str, Callable[[County, CaseView], Any]] = {
    "start": lambda county, case: county.person("guo").start("p"),
    "claim": lambda county, case: county.person("gan").claim(case.task("first")),
    "complete": lambda county, case: county.person("gan").complete(case.task("first")),
    "reassign": lambda county, case: county.person("it", "operations").reassign(case.task("first"), county.person("guo")),
    "message": lambda county, case: county.send("Nobody", correlation={"no": "7"}),
}


class TestBrokenSteps:
    """Whatever fails inside a command, nothing of it stays."""

    @pytest.mark.parametrize("act", ACTS)
    @pytest.mark.parametrize("point", [BEFORE_TRANSACTION, AFTER_DELTA, BEFORE_COMMIT])
    def test_a_failure_leaves_nothing_half_written(self, county: County, act: str, point: str) -> None:
        county.deploy(two_tasks())
        case = county.person("gan").start("p")
        before = live_dump(county.engine.database)
        if (act, point) != ("message", AFTER_DELTA):  # a message that finds nobody moves no case
            with hooked(breaking(point)), pytest.raises(Broken):
                ACTS[act](county, case)
            assert live_dump(county.engine.database) == before
            assert [row.revision for row in county.rows(select(History.revision).where(History.revision > 1))] == []
        ACTS[act](county, case)
        assert live_dump(county.engine.database) != before

    def test_a_failure_after_the_commit_takes_nothing_back(self, county: County) -> None:
        county.deploy(two_tasks())
        case = county.person("gan").start("p")
        with hooked(breaking(AFTER_COMMIT)), pytest.raises(Broken):
            county.person("gan").complete(case.task("first"), key="k1")
        assert case.open == ["second"]


class TestNodes:
    """Nodes hold no state: any of them can do the next step."""

    def test_two_nodes_take_turns(self, county: County) -> None:
        county.deploy(two_tasks())
        with county.another() as other:
            case = county.person("gan").start("p")
            county.person("gan").claim(case.task("first"))
            other.person("gan").complete(other.case(case.id).task("first"))
            county.person("shen").complete(case.task("second"))
            assert other.case(case.id).state == "completed"

    def test_a_node_runs_a_version_that_another_one_deployed(self, county: County) -> None:
        county.deploy(one_task())
        with county.another() as other:
            old = other.run("p")
            county.deploy(two_tasks())
            new = other.run("p")
            assert (old.open, new.open) == (["check"], ["first"])
            county.person("gan").complete(county.case(old.id).task("check"))
            assert old.state == "completed"

    def test_a_case_runs_the_version_it_started_with_after_a_restart(self, county: County) -> None:
        county.deploy(two_tasks())
        case = county.run("p")
        county.deploy(one_task())
        county.restart()
        county.person("gan").complete(case.task("first"))
        assert case.open == ["second"]
        assert county.run("p").open == ["check"]


def test_a_case_that_has_ended_takes_no_more_steps(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    county.person("gan").complete(case.task("check"))
    with pytest.raises(Conflict) as refusal:
        county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"x": 1})))
    assert refusal.value.code == "instance-ended"
