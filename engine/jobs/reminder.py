"""A reminder that waited for the end of its people's quiet hours: told to those whose task it still is."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Row, select

from engine.runtime import Act, Runtime
from engine.runtime.escalation import SEAT_COLUMNS, note_reminder
from engine.store.tables import Round, Seat
from engine.store.unit_of_work import UnitOfWork


def remind(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Reminds the persons of the job. A task that ended, was taken up or is overdue by now needs no such reminder any more."""
    found = select(*SEAT_COLUMNS).join(Round, Round.key == Seat.round).where(Seat.key == job.subject)
    instance = work.connection.execute(select(Seat.instance).where(Seat.key == job.subject)).scalar_one_or_none()
    if instance is None:
        return
    case = runtime.lock(work, instance)
    seat = work.connection.execute(found).one()
    clock = job.payload["clock"]
    holders = (seat.assignee,) if seat.assignee is not None else tuple(seat.resolved["persons"])
    persons = tuple(person for person in job.payload["persons"] if person in holders)
    if seat.state not in ("open", "claimed") or seat.level or not persons or _answered(seat, clock):
        return
    definition = runtime.definitions.get(seat.definition)
    act = Act(action="escalate", object=str(seat.id), data={"rung": "remind"})
    runtime.note(work, case, act, partial(note_reminder, definition, seat, clock, persons))


def _answered(seat: Row[Any], clock: str) -> bool:
    return clock == "response" and bool(((seat.term or {}).get("response") or {}).get("answered"))
