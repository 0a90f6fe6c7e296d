"""What an operator does to one locked instance, beside the steps that people and the clock cause.

Every operation has a reason, is one revision with one audit entry, stands in the case's history, and is told to the
people who work on the case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select

from engine.appliers.journal import Journal
from engine.appliers.suspension import free_jobs
from engine.kernel.effects import StepResult
from engine.kernel.triggers import Trigger
from engine.runtime.case import Act, Case
from engine.runtime.runtime import Runtime
from engine.store.tables import Round, Seat
from engine.store.unit_of_work import UnitOfWork

TOLD_AT_MOST = 50
"""Persons who get a line each; a larger pool finds it in the list."""


def operate(
    work: UnitOfWork, runtime: Runtime, case: Case, trigger: Trigger, act: Act, before: Callable[[Journal], None]
) -> StepResult:
    """Lets an instance, which may be suspended, take one step; incidents of what it takes away are resolved."""
    result = runtime.advance(work, case, trigger, act, before=before, operated=True)
    if case.state != "active":
        free_jobs(work, case.key)
    return result


def people_at_work(work: UnitOfWork, case: Case) -> list[int]:
    """Keys of those who hold or are offered an open task of the case, and of who started it."""
    open_seats = (Seat.instance == case.key, Seat.state.in_(("open", "claimed")))
    statement = select(Seat.assignee, Round.resolved).join(Round, Round.key == Seat.round).where(*open_seats)
    seats: list[Row[Any]] = list(work.connection.execute(statement.order_by(Seat.key).limit(TOLD_AT_MOST)).all())
    found = {} if case.started_by is None else {case.started_by: None}
    for seat in seats:
        holders = (seat.assignee,) if seat.assignee is not None else seat.resolved["persons"]
        found.update(dict.fromkeys(holders))
    return list(found)[:TOLD_AT_MOST]


def tell(runtime: Runtime, case: Case, journal: Journal, persons: list[int], text: str, text_en: str) -> None:
    """Gives people a line about an operation; the process and the number are named, the subject is not."""
    model = runtime.definitions.model(case.definition)
    name, name_en = model.title or model.name or model.id, model.title_en or model.name or model.id
    number = f" {case.number}" if case.number else ""
    for person in persons:
        journal.tell(person, "operation", f"{name}{number}：{text}", f"{name_en}{number}: {text_en}")
