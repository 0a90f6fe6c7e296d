"""After which pauses failed work of an element is tried again: the element's own, its process's, else the configured ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from engine.config import Config
from engine.kernel.retries import retry_pauses
from engine.runtime.case import Case
from engine.runtime.runtime import Runtime
from engine.runtime.waiting import CONTINUE
from engine.store.tables import Job, ProcessInstance, Scope, Subscription, Token
from engine.store.unit_of_work import UnitOfWork

FIRST_BACK_OFF = timedelta(seconds=10)
_PLACES = {"timer": Subscription, CONTINUE: Token}
"""Kinds of jobs that belong to an element, and the table their subject is in."""
_KEPT = "pauses"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an instance an element stands: the element, and the flags of its scope."""

    element: str
    flags: Mapping[str, Any]


def default_pauses(config: Config) -> tuple[timedelta, ...]:
    """The configured number of pauses, each four times the one before."""
    return tuple(FIRST_BACK_OFF * 4**number for number in range(config.job_retries))


def element_pauses(work: UnitOfWork, runtime: Runtime, case: Case, token: int) -> tuple[timedelta, ...]:
    """The pauses of the element that a token stands at."""
    return _pauses(work, runtime, case.definition, Token, token)


def job_pauses(work: UnitOfWork, runtime: Runtime, job: Row[Any]) -> tuple[timedelta, ...]:
    """The pauses of a job, given with `key`, `kind`, `subject` and `instance`."""
    if job.kind not in _PLACES or job.instance is None:
        return _kept_pauses(work, job.key) or default_pauses(work.config)
    known = select(ProcessInstance.definition).where(ProcessInstance.key == job.instance)
    definition = work.connection.execute(known).scalar_one_or_none()
    if definition is None:
        return default_pauses(work.config)
    return _pauses(work, runtime, definition, _PLACES[job.kind], job.subject)


def with_pauses(job: Row[Any], pauses: Sequence[timedelta] | None) -> dict[str, Any]:
    """The payload of a job that failed at an element with these pauses. Whom a message or signal reaches next is open, so
    the job keeps them."""
    if pauses is None or job.kind in _PLACES:
        return dict(job.payload)
    return {**job.payload, _KEPT: [pause.total_seconds() for pause in pauses]}


def _kept_pauses(work: UnitOfWork, job: int) -> tuple[timedelta, ...]:
    payload = work.connection.execute(select(Job.payload).where(Job.key == job)).scalar_one_or_none() or {}
    return tuple(timedelta(seconds=float(pause)) for pause in payload.get(_KEPT, ()))


def _pauses(work: UnitOfWork, runtime: Runtime, definition: int, table: Any, subject: int) -> tuple[timedelta, ...]:
    found = select(table.element, Scope.flags).join(Scope, Scope.key == table.scope).where(table.key == subject)
    row = work.connection.execute(found).one_or_none()
    return default_pauses(work.config) if row is None else pauses_at(work, runtime, definition, row)


def pauses_at(work: UnitOfWork, runtime: Runtime, definition: int, place: Place | Row[Any]) -> tuple[timedelta, ...]:
    """The pauses at a place in an instance of a definition."""
    # An element of a called process belongs to that process's definition.
    model = runtime.definitions.model(int(place.flags.get("definition", definition)))
    element = model.elements.get(place.element)
    if element is None or element.retry is None:
        return default_pauses(work.config)
    return retry_pauses(element.retry)
