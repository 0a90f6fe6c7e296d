"""Turns of duty that a workbook leaves out: within the time that its rows of a roster cover, the roster is as the file says.

Turns that have begun stay, and so do rosters that the file does not name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from engine.commands.authority import PutDuty
from engine.commands.import_cells import Wish
from engine.store.tables import Department, Duty, Institution, Person
from engine.store.unit_of_work import UnitOfWork

Roster = tuple[str, str, str]
"""Codes of an institution, a department and a post; the last two may be empty."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A turn still to come that the file does not have."""

    duty: UUID
    roster: Roster
    person: str
    """Staff number."""
    from_at: datetime
    to_at: datetime


def left_out(work: UnitOfWork, wishes: Iterable[Wish]) -> list[LeftOut]:
    """The turns of the file's rosters that begin from now on, within what the file covers of each, and are not in it."""
    asked: dict[Roster, list[PutDuty]] = {}
    for wish in wishes:
        for command in wish.commands:
            if isinstance(command, PutDuty):
                asked.setdefault((command.institution, command.department or "", command.post or ""), []).append(command)
    return [turn for roster, turns in sorted(asked.items()) for turn in _missing(work, roster, turns)]


def _missing(work: UnitOfWork, roster: Roster, turns: Sequence[PutDuty]) -> list[LeftOut]:
    institution, department, post = roster
    kept = {(turn.person, turn.from_at) for turn in turns}
    first, last = min(turn.from_at for turn in turns), max(turn.to_at for turn in turns)
    there = (
        select(Duty.id, Duty.from_at, Duty.to_at, Person.staff_number)
        .join(Institution, Institution.key == Duty.institution)
        .join(Person, Person.key == Duty.person)
        .outerjoin(Department, Department.key == Duty.department)
        .where(Institution.code == institution, Duty.from_at > work.now, Duty.from_at >= first, Duty.from_at < last)
        .where(Department.code == department if department else Duty.department.is_(None))
        .where(Duty.post == post if post else Duty.post.is_(None))
        .order_by(Duty.from_at, Duty.key)
    )
    return [
        LeftOut(duty=row.id, roster=roster, person=row.staff_number, from_at=row.from_at, to_at=row.to_at)
        for row in work.connection.execute(there)
        if (row.staff_number, row.from_at) not in kept
    ]
