"""What finding the people of an open task anew would change, before an administrator does it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_right, task_not_found
from engine.errors import Conflict
from engine.kernel.model import ApprovalModel
from engine.queries.registry import Query, Reader
from engine.runtime.origin import case_origin
from engine.runtime.people import People
from engine.runtime.recalculation import recalculation
from engine.store.tables import Person, Round, Seat


@dataclass(frozen=True, kw_only=True)
class PreviewRecalculation(Query["RecalculationPreview"]):
    """Whom the rules of a task's open round find now."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class RecalculationPreview:
    """Names of people."""

    joining: tuple[str, ...]
    leaving: tuple[str, ...]
    staying: tuple[str, ...]


def preview_recalculation(query: PreviewRecalculation, reader: Reader) -> RecalculationPreview:
    """Who comes, goes and stays. Raises NotAllowed, NotFound, and Conflict `task-closed` or `nobody-found`."""
    require_right(reader.actor, "operations")
    here = select(*Round.__table__.columns, Seat.name).join(Seat, Seat.round == Round.key).where(Seat.id == query.task)
    round = reader.connection.execute(here).one_or_none()
    if round is None:
        raise task_not_found(query.task)
    if round.state != "open":
        raise Conflict("task-closed", "Expected task '{id}' to be open, but it is {state}", id=str(query.task), state=round.state)
    case = case_origin(reader.connection, round.instance)
    element = reader.definitions.model(round.definition).elements[round.element]
    names = case.names(reader.connection, reader.definitions, reader.now, round.scope)
    seats = reader.connection.execute(select(*Seat.__table__.columns).where(Seat.round == round.key).order_by(Seat.key)).all()
    approval = element.approval or ApprovalModel()
    plan = recalculation(People(reader, case), case, approval, names, round, seats)
    return RecalculationPreview(
        joining=_names(reader, [asked.person for asked in plan.joining]),
        leaving=_names(reader, plan.leaving),
        staying=_names(reader, plan.staying),
    )


def _names(reader: Reader, persons: Collection[int]) -> tuple[str, ...]:
    found = select(Person.name).where(Person.key.in_(persons)).order_by(Person.key)
    return tuple(reader.connection.execute(found).scalars())
