"""A reminder that waited for the end of its people's quiet hours: told to those whose task it still is."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Row

from engine.runtime import Act, Runtime
from engine.runtime.escalation import OVERDUE_SEAT, note_reminder
from engine.store.unit_of_work import UnitOfWork


def remind(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Reminds the persons of the job. A task that ended, was taken up or is overdue by now needs no such reminder any more."""
    # The case of a job is locked before it is carried out.
    seat = OVERDUE_SEAT.first(work.connection, seat=job.subject)
    if seat is None:
        return
    case = runtime.lock(work, seat.instance)
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
