"""Keep who decides beside the chairs: committees and teams, duty rosters, business lines, leaders in charge.

As with the organisation, a command names a thing and says how it is to be. Members and charges end on a day; turns of
duty that have not begun may be taken back. All of it needs the right `administrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from engine.appliers import audit
from engine.appliers.organisation import organisation_changed
from engine.authorization import LAST_DAY, require_right
from engine.commands.keeping import (
    RIGHT,
    Change,
    Saved,
    department_key,
    in_order,
    institution_key,
    missing,
    one_of,
    person_key,
    put,
    require_post,
)
from engine.commands.registry import Command
from engine.errors import Conflict, Invalid
from engine.store.tables import Body, BodyMember, Charge, Duty, Line, LineDepartment, Person
from engine.store.unit_of_work import UnitOfWork

BODY_KINDS = frozenset({"committee", "team"})
BODY_ROLES = frozenset({"chair", "vice-chair", "secretary", "member"})


@dataclass(frozen=True, kw_only=True)
class PutBody(Command[Saved]):
    """Have a committee or a team of this code at an institution."""

    institution: str
    code: str
    name: str
    kind: str = "committee"
    quorum: int | None = None
    """Per cent of those who should attend, 1 to 100."""
    from_date: date
    to_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class PutBodyMember(Command[Saved]):
    """Have a person, by staff number, belong to a committee or a team from a day on."""

    institution: str
    body: str
    person: str
    role: str = "member"
    votes: bool = True
    position: int = 100
    from_date: date
    to_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class PutDuty(Command[Saved]):
    """Have a person be on duty for an institution, one of its departments or a post there from an instant to before another."""

    institution: str
    department: str | None = None
    post: str | None = None
    person: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True)
class RemoveDuty(Command[Saved]):
    """Take back a turn of duty that has not begun."""

    duty: UUID


@dataclass(frozen=True, kw_only=True)
class PutLine(Command[Saved]):
    """Have a business line of this code, led by a department when one is named."""

    code: str
    name: str
    centre_institution: str | None = None
    centre_department: str | None = None


@dataclass(frozen=True, kw_only=True)
class PutLineDepartment(Command[Saved]):
    """Have a department belong to a business line, or `belongs` False: no longer belong to it."""

    line: str
    institution: str
    department: str
    belongs: bool = True


@dataclass(frozen=True, kw_only=True)
class PutCharge(Command[Saved]):
    """Have a leader be in charge of one thing from a day on: a department, a business line or a matter of an institution."""

    institution: str
    person: str
    department: str | None = None
    line: str | None = None
    matter: str | None = None
    from_date: date
    to_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class EndMember(Command[Saved]):
    """Have somebody's part in a committee or a team end with a day, included."""

    member: UUID
    to_date: date


@dataclass(frozen=True, kw_only=True)
class EndCharge(Command[Saved]):
    """Have a leader's charge end with a day, included."""

    charge: UUID
    to_date: date


def put_body(command: PutBody, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    one_of("kind", command.kind, BODY_KINDS)
    in_order(command.from_date, command.to_date)
    if command.quorum is not None and not 1 <= command.quorum <= 100:
        raise Invalid("quorum", "Expected a quorum of 1 to 100 per cent, but it is {quorum}", quorum=command.quorum)
    identity = {"institution": institution_key(work, command.institution), "code": command.code}
    values = {
        "name": command.name,
        "kind": command.kind,
        "quorum": command.quorum,
        "from_date": command.from_date,
        "to_date": command.to_date,
    }
    return put(work, Body, identity, values, f"{command.institution}/{command.code}")


def put_body_member(command: PutBodyMember, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    one_of("role", command.role, BODY_ROLES)
    in_order(command.from_date, command.to_date)
    body, person = body_key(work, command.institution, command.body), person_key(work, command.person)
    span = _overlaps(BodyMember, command.from_date, command.to_date)
    others = (BodyMember.body == body, *span)
    twice = select(BodyMember.key).where(*others, BodyMember.person == person, BodyMember.from_date != command.from_date)
    if work.connection.execute(twice).first() is not None:
        raise Conflict("member-already", "Expected a new member, but '{person}' is one in that time", person=command.person)
    if command.role == "chair":
        _refuse_second_chair(work, others, person)
    values = {"role": command.role, "votes": command.votes, "position": command.position, "to_date": command.to_date}
    identity = {"body": body, "person": person, "from_date": command.from_date}
    return put(work, BodyMember, identity, values, f"{command.institution}/{command.body}")


def put_duty(command: PutDuty, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    if command.to_at <= command.from_at:
        raise Invalid("duty-times", "Expected a turn of duty to end after it begins, but it ends before")
    institution = institution_key(work, command.institution)
    department = None if command.department is None else department_key(work, institution, command.department)
    if command.post is not None:
        require_post(work, command.post)
    place = {"institution": institution, "department": department, "post": command.post}
    identity = {**place, "person": person_key(work, command.person), "from_at": command.from_at}
    _refuse_double_duty(work, identity, command)
    return put(work, Duty, identity, {"to_at": command.to_at}, f"{command.institution}/{command.department or '-'}")


def remove_duty(command: RemoveDuty, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    row = work.connection.execute(select(Duty.key, Duty.from_at).where(Duty.id == command.duty)).one_or_none()
    if row is None:
        raise missing("duty", str(command.duty))
    if row.from_at <= work.now:
        raise Conflict(
            "duty-begun", "Expected a turn of duty that has not begun, but it began at {at}", at=row.from_at.isoformat()
        )
    work.connection.execute(delete(Duty).where(Duty.key == row.key))
    organisation_changed(work)
    audit.record(work, "duty-removed", str(command.duty))
    return Saved(id=command.duty, changed=True)


def put_line(command: PutLine, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    centre = None
    if command.centre_institution is not None and command.centre_department is not None:
        centre = department_key(work, institution_key(work, command.centre_institution), command.centre_department)
    return put(work, Line, {"code": command.code}, {"name": command.name, "centre": centre}, command.code)


def put_line_department(command: PutLineDepartment, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    line = line_key(work, command.line)
    department = department_key(work, institution_key(work, command.institution), command.department)
    name = f"{command.line}: {command.institution}/{command.department}"
    if command.belongs:
        return put(work, LineDepartment, {"line": line, "department": department}, {}, name)
    gone = delete(LineDepartment).where(LineDepartment.line == line, LineDepartment.department == department)
    changed = work.connection.execute(gone).rowcount > 0
    if changed:
        organisation_changed(work)
        audit.record(work, "linedepartment-removed", name)
    return Saved(id=None, changed=changed, change=Change(made=False, values={"belongs": (True, False)}) if changed else None)


def put_charge(command: PutCharge, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    in_order(command.from_date, command.to_date)
    named = [name for name in (command.department, command.line, command.matter) if name is not None]
    if len(named) != 1:
        raise Invalid("charge-what", "Expected one department, line or matter, but found {count}", count=len(named))
    institution = institution_key(work, command.institution)
    identity = {
        "institution": institution,
        "person": person_key(work, command.person),
        "department": None if command.department is None else department_key(work, institution, command.department),
        "line": None if command.line is None else line_key(work, command.line),
        "matter": command.matter,
        "from_date": command.from_date,
    }
    return put(work, Charge, identity, {"to_date": command.to_date}, f"{command.institution}: {named[0]}")


def end_member(command: EndMember, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    return _end(work, BodyMember, "member", command.member, command.to_date)


def end_charge(command: EndCharge, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    return _end(work, Charge, "charge", command.charge, command.to_date)


def _end(work: UnitOfWork, table: Any, kind: str, id: UUID, last: date) -> Saved:
    row = work.connection.execute(select(table.key, table.from_date).where(table.id == id)).one_or_none()
    if row is None:
        raise missing(kind, str(id))
    in_order(row.from_date, last)
    return put(work, table, {"key": row.key}, {"to_date": last}, str(id))


def body_key(work: UnitOfWork, institution: str, code: str) -> int:
    """Key of a committee or team by the codes of its institution and its own. Raises NotFound."""
    query = select(Body.key).where(Body.institution == institution_key(work, institution), Body.code == code)
    found = work.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise missing("body", f"{institution}/{code}")
    return found


def line_key(work: UnitOfWork, code: str) -> int:
    """Key of a business line by its code. Raises NotFound."""
    found = work.connection.execute(select(Line.key).where(Line.code == code)).scalar_one_or_none()
    if found is None:
        raise missing("line", code)
    return found


def _overlaps(table: Any, first: date, last: date | None) -> tuple[ColumnElement[bool], ...]:
    return table.from_date <= (last or LAST_DAY), func.coalesce(table.to_date, LAST_DAY) >= first


def _refuse_second_chair(work: UnitOfWork, others: tuple[ColumnElement[bool], ...], person: int) -> None:
    query = select(Person.name).join(BodyMember, BodyMember.person == Person.key)
    taken = query.where(*others, BodyMember.role == "chair", BodyMember.person != person)
    name = work.connection.execute(taken).scalars().first()
    if name is not None:
        raise Conflict("chair-taken", "Expected a committee without a chair in that time, but {name} chairs it", name=name)


def _refuse_double_duty(work: UnitOfWork, identity: dict[str, Any], command: PutDuty) -> None:
    """The same person twice in one roster at one time is a slip of whoever wrote it."""
    same = [getattr(Duty, column) == value for column, value in identity.items() if column != "from_at"]
    span = (Duty.from_at < command.to_at, Duty.to_at > command.from_at, Duty.from_at != command.from_at)
    if work.connection.execute(select(Duty.key).where(*same, *span)).first() is not None:
        raise Conflict(
            "duty-overlaps", "Expected turns of '{person}' one after the other, but they overlap", person=command.person
        )


AUTHORITY: Mapping[type, Callable[..., Saved]] = {
    EndCharge: end_charge,
    EndMember: end_member,
    PutBody: put_body,
    PutBodyMember: put_body_member,
    PutCharge: put_charge,
    PutDuty: put_duty,
    PutLine: put_line,
    PutLineDepartment: put_line_department,
    RemoveDuty: remove_duty,
}
"""What carries out each command of this file."""
