"""Tells a pool of a collaboration that another one was cancelled: a line in its history and to those who work on it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.journal import Journal
from engine.runtime import Act, Runtime
from engine.runtime.operation import people_at_work, tell
from engine.store.tables import Institution, ProcessInstance
from engine.store.unit_of_work import UnitOfWork


def tell_counterpart(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Writes the line, unless the pool has ended meanwhile. The reason stays with the institution that gave it."""
    case = runtime.lock(work, job.instance)
    if case.state != "active":
        return
    table = ProcessInstance
    who = select(table.definition, Institution.code, Institution.short_name)
    other = work.connection.execute(
        who.outerjoin(Institution, Institution.key == table.institution).where(table.key == job.subject)
    ).one()
    model = runtime.definitions.model(other.definition)
    pool = model.participant or model.name or model.id
    name = other.short_name or pool
    persons = people_at_work(work, case)

    def noted(journal: Journal) -> None:
        journal.note("counterpart-cancelled", institution=other.code, pool=pool)
        tell(runtime, case, journal, persons, f"{name}已取消其流程", f"{name} has cancelled its part")

    runtime.note(work, case, Act(action="counterpart-cancelled", object=str(other.code or pool)[:200]), noted)
