"""One case as an operator sees it: its tokens, its masked variables, and what an act of his would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right
from engine.errors import NotFound
from engine.kernel.migration import plan_migration
from engine.kernel.migration_plan import MigrationLine
from engine.kernel.rows import JSON
from engine.kernel.triggers import Instruction, Migrate, Modify
from engine.queries.registry import Query, Reader
from engine.runtime.migration import owed_lines, told_lines, version_of
from engine.runtime.preview import StepPreview, Trial, preview
from engine.store.tables import ProcessInstance, Round, Scope, Seat, Token, Variable

RIGHT = "operations"
AT_MOST = 1_000
"""Tokens or variables in one answer, the oldest first."""
_SHOWN_AT_MOST = 99_999
"""A larger number may be a telephone or identity number."""


@dataclass(frozen=True, kw_only=True)
class ListTokens(Query[tuple["TokenRow", ...]]):
    """Where a case stands: every live token with the subprocess or seat it is in."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class ListVariables(Query[tuple["VariableRow", ...]]):
    """The variables of a case, by scope, with masked values."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class PreviewModification(Query[StepPreview]):
    """What instructions would do to a case."""

    instance: UUID
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, kw_only=True)
class PreviewMigration(Query["MigrationPreview"]):
    """What maps and what does not when a case is moved to another version."""

    instance: UUID
    version: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    recompute_timers: bool = False


@dataclass(frozen=True, kw_only=True)
class MigrationPreview:
    """The facts, errors first, and what the step would do; None when an error refuses it."""

    migratable: bool
    from_version: int
    to_version: int
    lines: tuple[MigrationLine, ...]
    step: StepPreview | None


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """One live token."""

    key: int
    element: str
    element_name: str | None
    type: str | None
    """BPMN type of the element; None for what compensates a whole scope."""
    state: str
    parent: int | None
    """Token of the multi-instance activity or loop that it is a seat of."""
    ancestor: int | None
    """Token of the subprocess or call activity that it is in."""
    entered_at: datetime
    task: UUID | None
    """One open task of its round, by which the people of the whole round are found anew; None without an open round."""
    task_revision: int | None


@dataclass(frozen=True, kw_only=True)
class VariableRow:
    """One variable."""

    scope: int
    scope_kind: str
    name: str
    masked: JSON
    revision: int
    """Revision of the case that wrote it last."""
    element: str | None
    """Element that wrote it; None for the outside."""


def list_tokens(query: ListTokens, reader: Reader) -> tuple[TokenRow, ...]:
    """The tokens, oldest first. Raises NotAllowed without the right `operations`, NotFound."""
    row = _case(reader, query.instance)
    statement = (
        select(Token.key, Token.element, Token.state, Token.parent, Token.entered_at, Scope.host, Scope.flags)
        .join(Scope, Scope.key == Token.scope)
        .where(Token.instance == row.key)
        .order_by(Token.sequence)
        .limit(AT_MOST)
    )
    tasks = _tasks(reader, row.key)
    return tuple(_token(reader, row.definition, token, tasks.get(token.key)) for token in reader.connection.execute(statement))


def _tasks(reader: Reader, instance: int) -> dict[int, Any]:
    """The first live seat of each open round of a case, by the key of its token."""
    live = Seat.state.in_(("open", "claimed", "waiting"))
    seats = select(Round.token, Seat.id, Seat.revision).join(Seat, Seat.round == Round.key)
    rows = reader.connection.execute(
        seats.where(Round.instance == instance, Round.state == "open", live).order_by(Seat.key.desc())
    )
    return {row.token: row for row in rows}


def _token(reader: Reader, definition: int, row: Any, task: Any) -> TokenRow:
    model = reader.definitions.model(int(row.flags.get("definition", definition)))
    element = model.elements.get(row.element)
    return TokenRow(
        key=row.key,
        element=row.element,
        element_name=None if element is None else element.name,
        type=None if element is None else element.type,
        state=row.state,
        parent=row.parent,
        ancestor=row.host,
        entered_at=row.entered_at,
        task=None if task is None else task.id,
        task_revision=None if task is None else task.revision,
    )


def list_variables(query: ListVariables, reader: Reader) -> tuple[VariableRow, ...]:
    """The variables, the instance's own scope first. Raises NotAllowed without the right `operations`, NotFound."""
    row = _case(reader, query.instance)
    columns = (Variable.scope, Variable.name, Variable.value, Variable.revision, Variable.element, Scope.kind)
    statement = (
        select(*columns)
        .join(Scope, Scope.key == Variable.scope)
        .where(Scope.instance == row.key, Scope.kind != "collection")
        .order_by(Variable.scope, Variable.name)
        .limit(AT_MOST)
    )
    return tuple(
        VariableRow(
            scope=found.scope,
            scope_kind=found.kind,
            name=found.name,
            masked=masked(found.value),
            revision=found.revision,
            element=found.element,
        )
        for found in reader.connection.execute(statement)
    )


def preview_modification(query: PreviewModification, reader: Reader) -> StepPreview:
    """What would happen, with nothing stored. Raises NotAllowed, NotFound, and what the kernel refuses with."""
    require_right(reader.actor, RIGHT)
    trigger = Modify(instructions=query.instructions)
    trial = Trial(reader.connection, reader.definitions, reader.config, reader.actor, reader.now, query.instance)
    return preview(reader.connection, trial.row, trial.step(trigger))


def preview_migration(query: PreviewMigration, reader: Reader) -> MigrationPreview:
    """What would happen, element by element, with nothing stored. Raises NotAllowed, NotFound, Invalid `unknown-element`."""
    case = _case(reader, query.instance)
    old = reader.definitions.get(case.definition)
    new = version_of(reader.definitions, reader.connection, old, query.version)
    trigger = Migrate(definition=str(new.key), mapping=query.mapping, recompute_timers=query.recompute_timers)
    trial = Trial(reader.connection, reader.definitions, reader.config, reader.actor, reader.now, query.instance)
    plan = plan_migration(trial.state, trigger, trial.env)
    lines = (*told_lines(plan, old, new), *owed_lines(reader.connection, case.key, plan, old))
    migratable = all(line.level != "error" for line in lines)
    step = preview(reader.connection, trial.row, trial.step(trigger)) if migratable else None
    return MigrationPreview(migratable=migratable, from_version=old.version, to_version=new.version, lines=lines, step=step)


def masked(value: JSON) -> JSON:
    """A value in which no person can be recognised: texts keep their first character, large numbers nothing."""
    if isinstance(value, str):
        return value[:1] + "*" * min(len(value) - 1, 8)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value if -_SHOWN_AT_MOST <= value <= _SHOWN_AT_MOST else "*"
    if isinstance(value, dict):
        return {name: masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def _case(reader: Reader, instance: UUID) -> Any:
    require_right(reader.actor, RIGHT)
    found = select(ProcessInstance.key, ProcessInstance.definition).where(ProcessInstance.id == instance)
    row = reader.connection.execute(found).one_or_none()
    if row is None:
        raise NotFound("no-instance", "Expected to find process instance '{id}', but there is none", id=str(instance))
    return row
