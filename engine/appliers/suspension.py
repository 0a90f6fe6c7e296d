"""The clocks of a suspended instance: its jobs stand still, and at the end the terms of its tasks go on where they stopped.

A term that was given as a date stays, and so does what was overdue already; what was still to come moves by the open time
of the suspension on its own calendar.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from engine.appliers.clocks import RUNNING, Ladders, rewrite
from engine.store.tables import Job, Round, Seat
from engine.store.unit_of_work import UnitOfWork


def hold_jobs(work: UnitOfWork, instance: int) -> None:
    """Sets the waiting jobs of an instance aside. One that a worker has already is given back when it is to be carried out."""
    waiting = update(Job).where(Job.instance == instance, Job.state == "pending")
    work.connection.execute(waiting.values(state="suspended"))


def free_jobs(work: UnitOfWork, instance: int) -> None:
    """Lets the jobs of an instance that were set aside be taken again."""
    held = update(Job).where(Job.instance == instance, Job.state == "suspended")
    work.connection.execute(held.values(state="pending"))
    work.jobs_due = True


def put_off_terms(work: UnitOfWork, instance: int, since: datetime, ladders: Ladders) -> None:
    """Moves the due dates and ladders of an instance's open tasks, which had stood still since `since`."""
    rewrite(work, _running(work, instance), ladders, since)


def _running(work: UnitOfWork, instance: int) -> list[Row[Any]]:
    columns = (Seat.key, Seat.due_at, Seat.soon_at, Seat.term, Seat.opened_at, Seat.level, Round.definition)
    running = (Seat.instance == instance, RUNNING, Seat.due_at.is_not(None))
    found = work.connection.execute(select(*columns).join(Round, Round.key == Seat.round).where(*running)).all()
    return [seat for seat in found if seat.term and str(seat.term["rule"]).startswith("P")]
