"""What was deployed stays as it was: for the database, for a stricter gate, and for whoever changes the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from engine import xml
from engine.commands.deployment import Deploy
from engine.errors import Conflict, ExpressionError, InvalidModel
from engine.forms import parser as form_parser
from engine.kernel import gate, placement, report
from engine.runtime.definitions import COMPILED, Definitions
from engine.store.tables import Deployment, ProcessDefinition, Resource
from engine.testing import County
from tests.engine.models import SLIP, decision, one_task


def updated(county: County) -> None:
    """Another version of the product begins: nothing is known of what the last one has compiled."""
    COMPILED.clear()
    county.restart()


def no_user_tasks(checker: gate.Gate, element: Any) -> None:
    """A check that a later version of the gate might bring."""
    if element.type == "userTask":
        checker._fail("no-user-tasks", element.id, element.line, "不许用户任务。", "No user tasks.")


def stricter_checks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "_CHECKS", (*gate._CHECKS, no_user_tasks))


def stricter_extensions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placement, "_ATTRIBUTES", {**placement._ATTRIBUTES, "outcome": frozenset({"value"})})


def lower_limits(patch: pytest.MonkeyPatch) -> None:
    for limit in ("MAX_BYTES", "MAX_ELEMENTS", "MAX_DEPTH"):
        patch.setattr(xml, limit, 2)


def stricter_forms(patch: pytest.MonkeyPatch) -> None:
    for limit in ("_MAX_FILE", "_MAX_COMPONENTS", "_MAX_DEPTH"):
        patch.setattr(form_parser, limit, 0)


@pytest.mark.parametrize("tighten", [stricter_checks, stricter_extensions, lower_limits, stricter_forms])
def test_what_an_older_gate_let_in_still_runs(
    county: County, monkeypatch: pytest.MonkeyPatch, tighten: Callable[[pytest.MonkeyPatch], None]
) -> None:
    county.deploy(decision(), slip__form__json=SLIP)
    running = county.run("p")
    with monkeypatch.context() as patch:
        tighten(patch)
        updated(county)
        with pytest.raises(InvalidModel):
            county.deploy(decision() + b"<!-- changed -->", slip__form__json=SLIP)
        assert county.deploy(decision(), slip__form__json=SLIP).unchanged
        fresh = county.run("p")
        for case in (running, fresh):
            county.person("gan").claim(case.task("decide"))
            county.person("gan").complete(case.task("decide"), "accept", {"amount": "1.00"})
        assert (running.state, fresh.state) == ("completed", "completed")


def test_a_stored_expression_that_cannot_be_read_stops_the_case_instead_of_being_left_out(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.deploy(decision(), slip__form__json=SLIP)

    def refuse(text: str) -> Any:
        raise ExpressionError("syntax", "Expected to compile an expression, but the language has changed")

    monkeypatch.setattr(report, "compile_expression", refuse)
    updated(county)
    with pytest.raises(InvalidModel):
        county.run("p")


def test_a_stored_form_is_never_taken_for_no_form(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    county.deploy(decision(), slip__form__json=SLIP)
    monkeypatch.setattr(form_parser, "_SIMPLE_KINDS", frozenset())
    updated(county)
    with pytest.raises(InvalidModel):
        county.run("p")


@pytest.mark.parametrize(
    "statement",
    [
        update(Resource).values(content=b"x"),
        delete(Resource),
        update(ProcessDefinition).values(version=9),
        delete(ProcessDefinition),
        update(Deployment).values(digest="x"),
        delete(Deployment),
    ],
    ids=["file", "file gone", "version", "version gone", "digest", "deployment gone"],
)
def test_the_database_refuses_to_change_what_was_deployed(county: County, statement: Any) -> None:
    county.deploy(one_task())
    with pytest.raises(DBAPIError, match="never changes"), county.engine.database.writing() as connection:
        connection.execute(statement)


def test_the_same_files_are_compiled_once_in_a_process(county: County) -> None:
    county.deploy(decision(), slip__form__json=SLIP)
    case = county.run("p")
    one, other = (Definitions(county.engine.database).get(case.row.definition) for _ in range(2))
    assert one.compiled is other.compiled
    COMPILED.clear()
    assert Definitions(county.engine.database).get(case.row.definition).compiled is not one.compiled


def test_files_that_were_changed_behind_the_engine_are_not_run(county: County) -> None:
    county.deploy(one_task())
    with county.engine.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER resource_fixed_update"))
            connection.execute(text("UPDATE resource SET content = CAST(content || x'20' AS BLOB)"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("UPDATE resource SET content = content || ' '::bytea"))
    county.restart()
    with pytest.raises(Conflict, match="have been changed"):
        county.run("p")


def test_a_form_model_and_tables_come_in_together_or_not_at_all(county: County) -> None:
    broken = SLIP.replace('"textfield"', '"filepicker"')
    with pytest.raises(InvalidModel) as refusal:
        county.execute(
            Deploy(name="x", resources={"p.bpmn": decision(), "q.bpmn": one_task(key="q"), "slip.form.json": broken.encode()})
        )
    assert {finding.resource for finding in refusal.value.findings if finding.level == "error"} >= {"slip.form.json"}
    assert county.rows(Deployment.__table__.select()) == []
