"""Where a task may be sent back to, with the reason for every step that it may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.authorization import standing
from engine.errors import NotAllowed
from engine.kernel.model import ProcessModel
from engine.queries.registry import Query, Reader
from engine.queries.task_detail import find_task
from engine.queries.task_rows import task_values
from engine.runtime.returning import Standpoint, return_targets


@dataclass(frozen=True, kw_only=True)
class ListReturnTargets(Query["tuple[Target, ...]"]):
    """The steps done before an open task that the reader may decide."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class Target:
    """One step that was done before."""

    element: str
    name: str
    name_en: str
    persons: tuple[str, ...]
    """Names of those who did it, who are asked again."""
    decided_at: datetime
    refusal: str | None
    """None where the task may be sent there; else `behind-join`, `other-branch`, `unstructured`, `seats`, `subprocess` or
    `event-subprocess`."""
    ends: tuple[str, ...]
    """Names of the steps where other work ends with it."""
    effects: tuple[str, ...]
    """Names of the steps whose effect outside the case somebody must look after."""
    direct: bool
    previous: bool
    first: bool


def list_return_targets(query: ListReturnTargets, reader: Reader) -> tuple[Target, ...]:
    """The targets, the latest first. Raises NotFound, and NotAllowed for a task that the reader may not decide now."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_task(reader, who, query.task)
    values = task_values(reader, row)
    if not (values["mine"] or values["claimable"]):
        raise NotAllowed("not-yours", "Expected to decide task '{id}', but it is not yours", id=str(query.task))
    model = reader.definitions.model(row.home)
    here = Standpoint(instance=row.instance, definition=row.home, token=row.token, element=row.element, round=row.round)
    return tuple(
        Target(
            element=found.element.id,
            name=found.element.name or found.element.id,
            name_en=found.element.name_en or found.element.name or found.element.id,
            persons=found.names,
            decided_at=found.decided_at,
            refusal=found.refusal,
            ends=_names(model, found.ends),
            effects=_names(model, found.effects),
            direct=found.direct,
            previous=found.previous,
            first=found.first,
        )
        for found in return_targets(reader.connection, model, here)
    )


def _names(model: ProcessModel, elements: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(model.elements[element].name or element for element in elements)
