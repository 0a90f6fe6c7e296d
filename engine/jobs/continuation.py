"""A token's turn has come that waited for a job of its own before or after its element."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.jobs import unschedule
from engine.errors import Conflict
from engine.jobs.failure import refuse_failure
from engine.kernel.triggers import Continue
from engine.runtime import Act, Runtime
from engine.runtime.waiting import CONTINUE
from engine.store.tables import Scope, Token
from engine.store.unit_of_work import UnitOfWork


def continue_token(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Lets the token go on. One that has gone meanwhile, or does not wait any more, needs nothing."""
    case = runtime.lock(work, job.instance)
    found = select(Token.element, Scope.flags).join(Scope, Scope.key == Token.scope).where(Token.key == job.subject)
    place = work.connection.execute(found).one_or_none()
    if place is None or case.state != "active":
        return
    # This job is no hope for the case any more; a case that stands still behind it has to be noticed.
    unschedule(work, CONTINUE, [job.subject])
    try:
        result = runtime.advance(work, case, Continue(token=job.subject), Act(action="continue", object=place.element))
    except Conflict as conflict:
        if conflict.code != "not-paused":
            raise
        return
    refuse_failure(job, place, work, runtime, case.definition, result)
