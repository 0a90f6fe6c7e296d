"""What a task's form shows to one reader: the values now, or as they were when the task ended, under the step's rights.

Whoever shows values of a task, or what hangs on them, asks here; so what is hidden at a step is hidden everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from engine.forms import FieldRights, FormModel
from engine.forms.paper import Language
from engine.kernel.model import ApprovalModel
from engine.printing import Sheet
from engine.runtime.definitions import Definitions
from engine.runtime.names import CHAIN, VISIBLE_VARIABLES, reserved_names, visible
from engine.runtime.rights import field_rights
from engine.runtime.written import written
from engine.store.base import Executes
from engine.store.prepared import Prepared, ask
from engine.store.tables import History, Institution, ProcessInstance, Scope

CASE = Prepared(
    select(
        ProcessInstance.number,
        ProcessInstance.started_by,
        ProcessInstance.started_at,
        ProcessInstance.root_scope,
        Institution.code,
    )
    .outerjoin(Institution, Institution.key == ProcessInstance.institution)
    .where(ProcessInstance.key == bindparam("instance"))
)


@dataclass(frozen=True, kw_only=True)
class TaskPlace:
    """Where a task stands."""

    home: int
    """Definition of its element, which in a called process is not the case's."""
    definition: int
    """Definition of its case, whose parameters hold."""
    element: str
    instance: int
    scope: int
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TaskForm:
    """A task's form before one reader."""

    model: FormModel
    rights: FieldRights
    names: Mapping[str, Any]
    """The variables at the task, and the names that the runtime reserves."""

    def view(self) -> dict[str, Any]:
        """The form as JSON for the browser."""
        return self.model.view(self.rights, self.names)

    def readable(self) -> dict[str, Any]:
        """The values that the reader may read."""
        return self.model.readable(self.rights, self.names)

    def paper(self, language: Language, files: Mapping[str, str]) -> Sheet:
        """The form as it is printed for the reader; `files` are names of attachments by their ids."""
        return self.model.paper(self.rights, self.names, language=language, files=files)


def task_form(
    connection: Executes, definitions: Definitions, now: datetime, place: TaskPlace, *, writable: bool, role: str | None
) -> TaskForm | None:
    """The form of a task before somebody in a role, None when it has none.

    Who is not to complete it (`writable` False) only reads.
    """
    definition = definitions.get(place.home)
    element = definition.model.elements.get(place.element)
    approval = (element.approval if element is not None else None) or ApprovalModel()
    model = definition.forms.get(approval.form) if approval.form else None
    if model is None:
        return None
    rights = field_rights(approval, role)
    if not writable:
        rights = FieldRights.of(write=(), hidden=rights.hidden)
    names = names_at(connection, now, place, definitions.parameters(place.definition))
    return TaskForm(model=model, rights=rights, names=names)


def names_at(connection: Executes, now: datetime, place: TaskPlace, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The variables at a task, as they are or as they were at its end, and the reserved names, which read `parameters`."""
    live = (CHAIN.question(scope=place.scope), VISIBLE_VARIABLES.question(scope=place.scope))
    (case,), *found = ask(connection, CASE.question(instance=place.instance), *(live if place.ended_at is None else ()))
    reserved = reserved_names(
        now=now,
        parameters=parameters,
        institution=case.code,
        number=case.number,
        starter=case.started_by,
        started_at=case.started_at,
    )
    if place.ended_at is not None:
        return {**_as_written(connection, place, place.ended_at, {place.scope, case.root_scope}), **reserved}
    chain, variables = found
    return {**visible([row.key for row in chain], variables), **reserved}


def _as_written(connection: Executes, place: TaskPlace, until: datetime, scopes: set[int]) -> dict[str, Any]:
    """The variables as history has them at the end of a task: its live ones may have moved on or be gone."""
    around = select(Scope.parent).where(Scope.key.in_(scopes), Scope.parent.is_not(None))
    scopes |= set(connection.execute(around).scalars())
    found = written(connection, place.instance, History.at <= until)
    return {write.name: write.value for write in found if write.scope in scopes}
