"""The calendars have changed: everything pending is reckoned anew, in small transactions, from wherever it was interrupted.

A driver walks the instances that wait for the clock, a portion at a time, and gives each a job of its own; its place is kept
with it. It walks a second time a little later, for steps that were under way, with the calendars of before, when the
change was committed. Doing any of it twice moves nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, schedule
from engine.runtime import Runtime
from engine.runtime.reckoning import reckon_instance, reckon_timer_starts
from engine.store.tables import Job
from engine.store.unit_of_work import UnitOfWork

DRIVER, INSTANCE = "calendar", "reckon"
PORTION = 200
"""Instances that one transaction of the driver gives their jobs."""
SECOND_LOOK = timedelta(minutes=5)
"""No transaction lasts so long."""
CLOCKS = ("rung", "timer")


def drive(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Gives the next portion of instances their jobs. `subject` is the number of the state of the calendars."""
    if job.subject < work.working_time.version:
        # A later change has a driver of its own, which moves what this one would.
        return
    after, again = int(job.payload.get("after", 0)), bool(job.payload.get("again", False))
    waiting = select(Job.instance).where(Job.kind.in_(CLOCKS), Job.instance > after).distinct()
    rows = work.connection.execute(waiting.order_by(Job.instance).limit(PORTION)).scalars()
    found = [instance for instance in rows if instance is not None]
    schedule(work, [JobScheduled(kind=INSTANCE, subject=instance, due_at=work.now, instance=instance) for instance in found])
    if len(found) == PORTION:
        payload = {"after": found[-1], "again": again}
        schedule(work, [JobScheduled(kind=DRIVER, subject=job.subject, due_at=work.now, payload=payload)])
        return
    moved = reckon_timer_starts(work)
    if moved:
        audit.record(work, "reckon", "timer-starts", data={"calendarVersion": job.subject, "moved": moved})
    if not again:
        later = work.now + SECOND_LOOK
        schedule(work, [JobScheduled(kind=DRIVER, subject=job.subject, due_at=later, payload={"again": True})])


def reckon(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Reckons what is pending in one instance; what one transaction does not reach gets the next."""
    case = runtime.lock(work, job.subject)
    if case.state == "active" and reckon_instance(work, runtime, case):
        schedule(work, [JobScheduled(kind=INSTANCE, subject=case.key, due_at=work.now, instance=case.key)])
